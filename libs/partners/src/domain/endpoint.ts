import type { EndpointEvent } from '@tidewaiter/contracts';
import { NotFound, plusMillis, Refused, unreachable, WrongState, type Decider, type Instant } from '@tidewaiter/kernel';

/** How long the secret before the newest signs beside it. */
export const BOTH_SIGN_MS = 24 * 3600 * 1000;

export interface Secret {
  secretId: string;
  number: number;
  /** null: until the next one is made */
  signsUntil: Instant | null;
}

/** An address to which events go: `endpoint-<endpointId>`. Its secrets are known here by number only. */
export interface Endpoint {
  terms: EndpointTerms | null;
  disabled: boolean;
  /** oldest first; retired ones are gone */
  secrets: readonly Secret[];
  /** how many were ever made */
  made: number;
}

export interface EndpointTerms {
  url: string;
  types: string[];
  note: string;
}

type DisabledCause = Extract<EndpointEvent, { type: 'EndpointDisabled' }>['data']['cause'];

export type EndpointCommand = { endpointId: string; by: string } & (
  | { type: 'AddEndpoint'; terms: EndpointTerms; secretId: string }
  | { type: 'ChangeEndpoint'; terms: EndpointTerms }
  | { type: 'DisableEndpoint'; cause: DisabledCause; because: string }
  | { type: 'EnableEndpoint' }
  | { type: 'MakeSecret'; secretId: string; at: Instant }
  | { type: 'RetireSecret'; secretId: string }
  | { type: 'SkipDelivery'; deliveryId: string; eventId: string; lane: string; because: string }
  | { type: 'RetryDelivery'; deliveryId: string; eventId: string; lane: string; because?: string }
);

export const endpoint: Decider<Endpoint, EndpointCommand, EndpointEvent> = {
  initial: { terms: null, disabled: false, secrets: [], made: 0 },
  decide(state, command) {
    const { endpointId, by } = command;
    if (command.type === 'AddEndpoint') {
      const { secretId, terms } = command;
      if (state.terms) return [];
      return [
        { type: 'EndpointAdded', data: { endpointId, ...terms, by } },
        { type: 'EndpointSecretMade', data: { endpointId, secretId, number: 1, previousUntil: null, by } },
      ];
    }
    if (!state.terms) throw unknownEndpoint();
    switch (command.type) {
      case 'ChangeEndpoint':
        return same(state.terms, command.terms)
          ? []
          : [{ type: 'EndpointChanged', data: { endpointId, ...command.terms, by } }];
      case 'DisableEndpoint': {
        const { cause, because } = command;
        return state.disabled ? [] : [{ type: 'EndpointDisabled', data: { endpointId, cause, because, by } }];
      }
      case 'EnableEndpoint':
        return state.disabled ? [{ type: 'EndpointEnabled', data: { endpointId, by } }] : [];
      case 'MakeSecret':
        return makeSecret(state, command);
      case 'RetireSecret':
        return retireSecret(state, command);
      case 'SkipDelivery': {
        const { deliveryId, eventId, lane, because } = command;
        return [{ type: 'DeliverySkipped', data: { endpointId, deliveryId, eventId, lane, because, by } }];
      }
      case 'RetryDelivery': {
        const { deliveryId, eventId, lane, because } = command;
        const reason = because === undefined ? {} : { because };
        return [{ type: 'DeliveryRetried', data: { endpointId, deliveryId, eventId, lane, ...reason, by } }];
      }
      default:
        return unreachable(command);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'EndpointAdded':
      case 'EndpointChanged': {
        const { url, types, note } = event.data;
        return { ...state, terms: { url, types, note } };
      }
      case 'EndpointDisabled':
        return { ...state, disabled: true };
      case 'EndpointEnabled':
        return { ...state, disabled: false };
      case 'EndpointSecretMade': {
        const { secretId, number, previousUntil } = event.data;
        const before = state.secrets.slice(-1).map((each) => ({ ...each, signsUntil: previousUntil }));
        return { ...state, secrets: [...before, { secretId, number, signsUntil: null }], made: number };
      }
      case 'EndpointSecretRetired':
        return { ...state, secrets: state.secrets.filter(({ secretId }) => secretId !== event.data.secretId) };
      default:
        return state;
    }
  },
};

export const unknownEndpoint = (): NotFound =>
  new NotFound('partners.endpoint.unknown', 'There is no such endpoint.', { advice: 'Look at the list of endpoints.' });

/** One rotation at a time: a third secret would have to sign too, and nobody could tell which one a receiver still has. */
function makeSecret(state: Endpoint, command: Extract<EndpointCommand, { type: 'MakeSecret' }>): EndpointEvent[] {
  const { endpointId, secretId, at, by } = command;
  const old = signing(state.secrets, at).find(({ signsUntil }) => signsUntil !== null);
  if (old) {
    throw new WrongState('partners.secret.rotating', `Secret ${old.number} still signs beside the newest one.`, {
      advice: 'Retire the old one first, or wait until its time is over.',
      facts: { until: old.signsUntil },
    });
  }
  const number = state.made + 1;
  const previousUntil = plusMillis(at, BOTH_SIGN_MS);
  return [{ type: 'EndpointSecretMade', data: { endpointId, secretId, number, previousUntil, by } }];
}

function retireSecret(state: Endpoint, command: Extract<EndpointCommand, { type: 'RetireSecret' }>): EndpointEvent[] {
  const { endpointId, secretId, by } = command;
  const secret = state.secrets.find((each) => each.secretId === secretId);
  if (!secret) {
    throw new NotFound('partners.secret.unknown', 'The endpoint has no such secret, or it was retired.', {
      advice: 'Look at the endpoint’s secrets.',
    });
  }
  if (secret.signsUntil === null) {
    throw new Refused('partners.secret.in-use', 'The newest secret is the one that signs.', {
      advice: 'Make a new one first.',
    });
  }
  return [{ type: 'EndpointSecretRetired', data: { endpointId, secretId, number: secret.number, by } }];
}

/** Those that sign at an instant, oldest first. */
export const signing = <S extends Pick<Secret, 'signsUntil'>>(secrets: readonly S[], at: Instant): S[] =>
  secrets.filter(({ signsUntil }) => signsUntil === null || signsUntil > at);

const same = (one: EndpointTerms, other: EndpointTerms): boolean =>
  one.url === other.url && one.note === other.note && one.types.join() === other.types.join();
