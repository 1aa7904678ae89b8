import type { AuditEvent } from '@tidewaiter/contracts';
import { Refused, unreachable, WrongState, type Decider, type Instant } from '@tidewaiter/kernel';

/** An outside party that may read one log with a key of its own: `reader-<readerId>`. */
export interface Reader {
  issued: { name: string; until: Instant; digest: string } | null;
  revoked: boolean;
}

export type ReaderCommand =
  /** `digest` is the SHA-256 of the key; the key itself is in no event */
  | { type: 'IssueKey'; readerId: string; name: string; until: Instant; now: Instant; digest: string; by: string }
  | { type: 'RevokeKey'; readerId: string; by: string };

/** Longest life of a key: who still reads after a year asks again. */
const LONGEST_MS = 366 * 24 * 3600 * 1000;

export const reader: Decider<Reader, ReaderCommand, AuditEvent> = {
  initial: { issued: null, revoked: false },
  decide(state, command) {
    switch (command.type) {
      case 'IssueKey': {
        const { readerId, name, until, now, digest, by } = command;
        if (state.issued) return [];
        const life = Date.parse(until) - Date.parse(now);
        if (life <= 0 || life > LONGEST_MS) {
          throw new Refused('audit.reader.until', 'a reader’s key ends in the future, at most a year from now', {
            facts: { until },
          });
        }
        return [{ type: 'ReaderKeyIssued', data: { readerId, name, until, digest, by } }];
      }
      case 'RevokeKey':
        if (!state.issued) throw new WrongState('audit.reader.unknown', 'no key was issued to this reader');
        return state.revoked
          ? []
          : [{ type: 'ReaderKeyRevoked', data: { readerId: command.readerId, by: command.by } }];
      default:
        return unreachable(command);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'ReaderKeyIssued': {
        const { name, until, digest } = event.data;
        return { ...state, issued: { name, until, digest } };
      }
      case 'ReaderKeyRevoked':
        return { ...state, revoked: true };
      default:
        return state;
    }
  },
};
