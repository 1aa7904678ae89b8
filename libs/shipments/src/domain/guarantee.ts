import type {
  EventOf,
  guaranteeCarriedForward,
  guaranteeLimitChanged,
  guaranteeRegistered,
  guaranteeReleased,
  guaranteeReserved,
} from '@tidewaiter/contracts';
import type { Decider, Money } from '@tidewaiter/kernel';
import { exact, Invalid, money, NotFound, Refused, unreachable, WrongState } from '@tidewaiter/kernel';
import { without } from './without.js';

export type GuaranteeEvent =
  | EventOf<typeof guaranteeRegistered>
  | EventOf<typeof guaranteeLimitChanged>
  | EventOf<typeof guaranteeReserved>
  | EventOf<typeof guaranteeReleased>
  | EventOf<typeof guaranteeCarriedForward>;

export type Guarantee =
  | { status: 'none' }
  | {
      status: 'registered';
      guaranteeId: string;
      importerId: string;
      destination: string;
      reference: string;
      limit: Money;
      /** counts the sheets of its account from 1; each is a stream of its own */
      sheet: number;
      /** amount held for each shipment, in the limit's currency */
      reservations: Readonly<Record<string, string>>;
    };

export type GuaranteeCommand =
  | {
      type: 'RegisterGuarantee';
      guaranteeId: string;
      importerId: string;
      destination: string;
      reference: string;
      limit: Money;
    }
  | { type: 'ChangeLimit'; limit: Money; reason: string; by: string }
  | { type: 'ReserveHeadroom'; shipmentId: string; amount: Money }
  | { type: 'ReleaseHeadroom'; shipmentId: string }
  /** begins the sheet after `from`, which is full */
  | { type: 'CarryForward'; from: Registered };

type Registered = Extract<Guarantee, { status: 'registered' }>;

/** What is held for shipments, in the limit's currency; `except` leaves one shipment out. */
export function reservedOf(guarantee: Registered, except?: string): Money {
  const held = Object.entries(guarantee.reservations).filter(([shipmentId]) => shipmentId !== except);
  return money(
    held.reduce((sum, [, amount]) => sum.plus(amount), exact('0')),
    guarantee.limit.currency,
  );
}

/** Limit less what is held. */
export const headroomOf = (guarantee: Registered, except?: string): Money =>
  money(exact(guarantee.limit.amount).minus(reservedOf(guarantee, except).amount), guarantee.limit.currency);

function known(state: Guarantee): Registered {
  if (state.status === 'none') throw new NotFound('shipments.guarantee.unknown', 'no such guarantee');
  return state;
}

function reserve(state: Registered, shipmentId: string, amount: Money): GuaranteeEvent[] {
  if (amount.currency !== state.limit.currency) {
    throw new Refused(
      'shipments.guarantee.currency',
      `guarantee ${state.reference} is in ${state.limit.currency}, ${amount.currency} cannot be held under it`,
      { advice: `Register a guarantee in ${amount.currency} for this importer and destination.` },
    );
  }
  if (exact(amount.amount).isNegative()) {
    throw new Invalid('shipments.guarantee.amount', 'an amount to be held is not negative');
  }
  // A correction can change the amount: the shipment's own reservation is replaced, never added to.
  const available = headroomOf(state, shipmentId);
  const left = exact(available.amount).minus(amount.amount);
  if (left.isNegative()) {
    throw new Refused(
      'shipments.guarantee.short',
      `guarantee ${state.reference} has ${available.amount} ${available.currency} left, ${amount.amount} is needed`,
      { advice: 'Raise the limit, wait for a release, or put another guarantee behind the importer.' },
    );
  }
  const held = state.reservations[shipmentId];
  if (held !== undefined && exact(held).eq(amount.amount)) return [];
  return [
    {
      type: 'GuaranteeReserved',
      data: { guaranteeId: state.guaranteeId, shipmentId, amount, headroom: money(left, amount.currency) },
    },
  ];
}

function release(state: Registered, shipmentId: string): GuaranteeEvent[] {
  const held = state.reservations[shipmentId];
  if (held === undefined) return [];
  const amount = money(held, state.limit.currency);
  return [{ type: 'GuaranteeReleased', data: { guaranteeId: state.guaranteeId, shipmentId, amount } }];
}

function changeLimit(
  state: Registered,
  { limit, reason, by }: Extract<GuaranteeCommand, { type: 'ChangeLimit' }>,
): GuaranteeEvent[] {
  const { guaranteeId, limit: before } = state;
  if (limit.currency !== before.currency) {
    throw new Refused('shipments.guarantee.currency', `guarantee ${state.reference} is in ${before.currency}`, {
      advice: `Register a guarantee in ${limit.currency}.`,
    });
  }
  const held = reservedOf(state);
  if (exact(limit.amount).lt(held.amount) || !exact(limit.amount).gt(0)) {
    throw new Refused(
      'shipments.guarantee.below-held',
      `${held.amount} ${held.currency} are held under guarantee ${state.reference}: its limit cannot be ${limit.amount}`,
      { advice: 'Wait for releases, or put another guarantee behind the importer first.' },
    );
  }
  if (exact(limit.amount).eq(before.amount)) return [];
  return [
    {
      type: 'GuaranteeLimitChanged',
      data: { guaranteeId, limit: money(limit.amount, limit.currency), before, reason, by },
    },
  ];
}

function carriedForward(from: Registered): GuaranteeEvent {
  const { guaranteeId, importerId, destination, reference, limit } = from;
  const reservations = Object.entries(from.reservations).map(([shipmentId, amount]) => ({
    shipmentId,
    amount: money(amount, limit.currency),
  }));
  return {
    type: 'GuaranteeCarriedForward',
    data: { guaranteeId, importerId, destination, reference, limit, sheet: from.sheet + 1, reservations },
  };
}

function decide(state: Guarantee, command: GuaranteeCommand): GuaranteeEvent[] {
  switch (command.type) {
    case 'RegisterGuarantee': {
      if (state.status === 'registered') {
        throw new WrongState('shipments.guarantee.exists', 'this guarantee is registered already');
      }
      if (!exact(command.limit.amount).isPositive() || exact(command.limit.amount).isZero()) {
        throw new Invalid('shipments.guarantee.limit', 'the limit is greater than zero', {
          places: [{ pointer: '/limit/amount', reason: 'greater than zero' }],
        });
      }
      const data = without(command, 'type');
      return [{ type: 'GuaranteeRegistered', data: { ...data, limit: money(data.limit.amount, data.limit.currency) } }];
    }
    case 'CarryForward':
      return state.status === 'none' ? [carriedForward(command.from)] : [];
    case 'ChangeLimit':
      return changeLimit(known(state), command);
    case 'ReserveHeadroom':
      return reserve(known(state), command.shipmentId, money(command.amount.amount, command.amount.currency));
    case 'ReleaseHeadroom':
      return release(known(state), command.shipmentId);
    default:
      return unreachable(command);
  }
}

function evolve(state: Guarantee, event: GuaranteeEvent): Guarantee {
  if (event.type === 'GuaranteeRegistered') return { status: 'registered', ...event.data, sheet: 1, reservations: {} };
  if (event.type === 'GuaranteeCarriedForward') {
    const held = event.data.reservations.map(({ shipmentId, amount }) => [shipmentId, amount.amount]);
    return { status: 'registered', ...event.data, reservations: Object.fromEntries(held) as Record<string, string> };
  }
  if (state.status === 'none') return state;
  if (event.type === 'GuaranteeLimitChanged') return { ...state, limit: event.data.limit };
  const others = without(state.reservations, event.data.shipmentId);
  return event.type === 'GuaranteeReserved'
    ? { ...state, reservations: { ...others, [event.data.shipmentId]: event.data.amount.amount } }
    : { ...state, reservations: others };
}

/** A guarantee is capacity that runs out: headroom is held for a shipment before filing and given back at its end. */
export const guarantee: Decider<Guarantee, GuaranteeCommand, GuaranteeEvent> = {
  initial: { status: 'none' },
  decide,
  evolve,
};
