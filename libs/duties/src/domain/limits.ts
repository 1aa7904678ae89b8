import type { MoneyEvent } from '@tidewaiter/contracts';
import { exact, Invalid, Refused, type Decider, type LegalDate, type Money } from '@tidewaiter/kernel';
import { limitsInForce, type ApprovalPolicy } from './approval-policy.js';

type LimitsSet = Extract<MoneyEvent, { type: 'ApprovalLimitsSet' }>;
export type Limits = LimitsSet['data']['limits'][number];

/** Every set of limits that a tenant made, in the order made; stream `limits-<id of the tenant>`. */
export const tenantLimits: Decider<
  LimitsSet['data'][],
  { type: 'SetLimits'; today: LegalDate } & LimitsSet['data'],
  LimitsSet
> = {
  initial: [],
  decide(_state, { type: _type, today, ...data }) {
    if (data.from < today) {
      throw new Invalid('duties.limits.past', `limits cannot begin on ${data.from}: what was approved before stands`, {
        places: [{ pointer: '/from', reason: `${today} or later` }],
      });
    }
    data.limits.forEach(({ autoUpTo, oneUpTo, country, currency }, index) => {
      if (exact(autoUpTo).gt(oneUpTo)) {
        throw new Invalid(
          'duties.limits.order',
          `the limit without approval (${autoUpTo}) is above that of one person (${oneUpTo})`,
          {
            places: [{ pointer: `/limits/${index}/autoUpTo`, reason: `at most ${oneUpTo}` }],
          },
        );
      }
      const first = data.limits.findIndex((each) => each.country === country && each.currency === currency);
      if (first < index) {
        throw new Invalid('duties.limits.twice', `${country ?? 'every country'} and ${currency} stand there twice`, {
          places: [{ pointer: `/limits/${index}`, reason: `the same as /limits/${first}` }],
        });
      }
    });
    return [{ type: 'ApprovalLimitsSet', data }];
  },
  evolve: (state, event) => [...state, event.data],
};

export interface LimitsFound {
  needed: 0 | 1 | 2;
  seniors: string[];
  tolerance: string | null;
  /** which limits these are: the tenant's set by its day, or those of the program */
  version: string;
}

/** The row that stands for a country and currency on a day: of the newest set, the country's own before that of every country. */
export function limitsOf(
  sets: readonly LimitsSet['data'][],
  policy: ApprovalPolicy,
  of: { country: string; currency: string },
  on: LegalDate,
): (Limits & { from: LegalDate; version: string }) | null {
  const begun = sets.map((set, index) => ({ set, index })).filter(({ set }) => set.from <= on);
  const newestFirst = begun.sort((a, b) =>
    a.set.from === b.set.from ? b.index - a.index : a.set.from < b.set.from ? 1 : -1,
  );
  for (const { set } of newestFirst) {
    const fitting = set.limits.filter(({ currency }) => currency === of.currency);
    const row =
      fitting.find(({ country }) => country === of.country) ?? fitting.find(({ country }) => country === null);
    if (row) return { ...row, from: set.from, version: `tenant ${set.from} ${set.limitsId}` };
  }
  const own = limitsInForce(policy, of.currency, on);
  if (!own) return null;
  const { currency, from, autoUpTo, oneUpTo } = own;
  return { country: null, currency, autoUpTo, oneUpTo, tolerance: null, seniors: [], from, version: policy.version };
}

/** @throws Refused `duties.payment.no-policy` when no limit stands for the currency on the day */
export function approvalsUnder(
  sets: readonly LimitsSet['data'][],
  policy: ApprovalPolicy,
  country: string,
  amount: Money,
  on: LegalDate,
): LimitsFound {
  const row = limitsOf(sets, policy, { country, currency: amount.currency }, on);
  if (!row) {
    throw new Refused('duties.payment.no-policy', `no approval limits stand for ${amount.currency} on ${on}`, {
      advice: 'Add the currency to the approval limits.',
      facts: { currency: amount.currency, on },
    });
  }
  const { autoUpTo, oneUpTo, seniors, tolerance, version } = row;
  const needed = exact(amount.amount).lte(autoUpTo) ? 0 : exact(amount.amount).lte(oneUpTo) ? 1 : 2;
  return { needed, seniors, tolerance, version };
}

type Delegated = Extract<MoneyEvent, { type: 'ApprovalDelegated' }>;
type Ended = Extract<MoneyEvent, { type: 'DelegationEnded' }>;
export type Delegation = (Delegated['data'] & { ended: boolean }) | null;
/** Longer than this is no absence: then roles are to be changed. */
const LONGEST_DAYS = 92;

export type DelegationCommand =
  | ({ type: 'DelegateApproval'; today: LegalDate } & Delegated['data'])
  | { type: 'EndDelegation'; by: string; at: string };

/** One delegation of approvals; stream `delegation-<id>`. */
export const delegation: Decider<Delegation, DelegationCommand, Delegated | Ended> = {
  initial: null,
  decide(state, command) {
    if (command.type === 'EndDelegation') {
      if (!state || state.ended) return [];
      return [
        { type: 'DelegationEnded', data: { delegationId: state.delegationId, by: command.by, endedAt: command.at } },
      ];
    }
    if (state) return [];
    const { type: _type, today, ...data } = command;
    if (data.from === data.to) throw new Invalid('duties.delegation.self', 'nobody can delegate to themselves');
    if (data.validTo < data.validFrom || data.validTo < today) {
      throw new Invalid('duties.delegation.dates', `a delegation until ${data.validTo} is over before it begins`, {
        places: [{ pointer: '/validTo', reason: `not before ${data.validFrom > today ? data.validFrom : today}` }],
      });
    }
    const days = (Date.parse(data.validTo) - Date.parse(data.validFrom)) / 86_400_000;
    if (days > LONGEST_DAYS) {
      throw new Invalid('duties.delegation.too-long', `a delegation lasts at most ${LONGEST_DAYS} days, not ${days}`, {
        places: [{ pointer: '/validTo', reason: `at most ${LONGEST_DAYS} days after validFrom` }],
      });
    }
    return [{ type: 'ApprovalDelegated', data }];
  },
  evolve: (state, event) => {
    if (event.type === 'ApprovalDelegated') return { ...event.data, ended: false };
    return state && { ...state, ended: true };
  },
};
