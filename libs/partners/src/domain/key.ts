import type { KeyEvent, KeyScope } from '@tidewaiter/contracts';
import { millisOf, NotFound, Refused, unreachable, type Decider, type Instant } from '@tidewaiter/kernel';

/** A program's key: `key-<keyId>`. Its secret is known here by its SHA-256 alone. */
export interface Key {
  issued: boolean;
  revoked: boolean;
}

export type KeyCommand = { keyId: string; by: string } & (
  | { type: 'IssueKey'; name: string; scopes: KeyScope[]; until: Instant; digest: string; now: Instant }
  | { type: 'RevokeKey' }
);

/** Longest life of a key: who still calls after a year asks again. */
const LONGEST_MS = 366 * 24 * 3600 * 1000;

export const partnerKey: Decider<Key, KeyCommand, KeyEvent> = {
  initial: { issued: false, revoked: false },
  decide(state, command) {
    const { keyId, by } = command;
    switch (command.type) {
      case 'IssueKey': {
        if (state.issued) return [];
        const { name, scopes, until, digest, now } = command;
        const life = millisOf(until) - millisOf(now);
        if (life <= 0 || life > LONGEST_MS) {
          throw new Refused('partners.key.until', 'A key ends in the future, at most a year from now.', {
            places: [{ pointer: 'body/until', reason: 'in the future, at most a year from now' }],
          });
        }
        return [
          { type: 'PartnerKeyIssued', data: { keyId, name, scopes: [...new Set(scopes)].sort(), until, digest, by } },
        ];
      }
      case 'RevokeKey':
        if (!state.issued) throw new NotFound('partners.key.unknown', 'There is no such key.');
        return state.revoked ? [] : [{ type: 'PartnerKeyRevoked', data: { keyId, by } }];
      default:
        return unreachable(command);
    }
  },
  evolve: (state, event) =>
    event.type === 'PartnerKeyIssued' ? { ...state, issued: true } : { ...state, revoked: true },
};
