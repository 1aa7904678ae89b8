import type { CarriersEvent, Disposal, RefusalEvent } from '@tidewaiter/contracts';
import { exact, Refused, unreachable, WrongState, type Decider, type Instant } from '@tidewaiter/kernel';

export type DeliveryEvent =
  | Extract<
      CarriersEvent,
      { type: 'DeliveryOpened' | 'GoodsDelivered' | 'ProofOfDeliveryCaptured' | 'ShipmentDelivered' }
    >
  | RefusalEvent;
/** Evidence with the booking it belongs to. */
export type Proof = Extract<DeliveryEvent, { type: 'ProofOfDeliveryCaptured' }>['data'];

/** Exact decimals in `unit`; released = delivered + refused + returned + remaining. */
export interface DeliveredLine {
  line: number;
  unit: string;
  released: string;
  delivered: string;
  /** not taken, and still to be dealt with; absent: nothing */
  refused?: string;
  /** not taken, and what became of it */
  disposed?: readonly { value: string; how: Disposal; reference: string }[];
}

export interface LineQuantity {
  line: number;
  value: string;
  unit: string;
}

export type Delivery =
  | { status: 'none' }
  | {
      status: 'open' | 'delivered';
      shipmentId: string;
      /** the booking that carries the goods now */
      bookingId: string;
      lines: DeliveredLine[];
      proofs: Proof[];
      /** bookings whose last delivery has no evidence yet */
      unproved: string[];
    };

export type DeliveryCommand =
  | {
      type: 'OpenDelivery';
      shipmentId: string;
      bookingId: string;
      released: { line: number; quantity: { value: string; unit: string } }[];
    }
  /** `quantities` null: the claim names none and takes what is left */
  | { type: 'RecordDelivered'; bookingId: string; quantities: LineQuantity[] | null; at: Instant }
  | { type: 'RecordRefused'; lines: LineQuantity[]; reason: string; by: string; at: Instant }
  | { type: 'DisposeRefused'; lines: LineQuantity[]; how: Disposal; reference: string; by: string; at: Instant }
  | { type: 'CaptureProof'; proof: Proof };

type Open = Exclude<Delivery, { status: 'none' }>;

const returned = ({ disposed = [] }: DeliveredLine) => disposed.reduce((sum, { value }) => sum.plus(value), exact('0'));
export const returnedOf = (line: DeliveredLine): string => returned(line).toFixed();
export const remainingOf = (line: DeliveredLine): string =>
  exact(line.released)
    .minus(line.delivered)
    .minus(line.refused ?? '0')
    .minus(returned(line))
    .toFixed();

/**
 * Quantities add up to what customs released, line by line; a delivery is proved, not only reported. Done when nothing
 * remains and there is evidence from after each booking's last delivery. Another booking may take over what is left.
 */
export const delivery: Decider<Delivery, DeliveryCommand, DeliveryEvent> = {
  initial: { status: 'none' },

  decide(state, command) {
    if (command.type === 'OpenDelivery') return open(state, command);
    if (state.status === 'none') {
      throw new WrongState('carriers.delivery.not-open', 'Nothing was released for delivery yet.');
    }
    switch (command.type) {
      case 'RecordDelivered':
        return withEnd(state, deliver(state, command));
      case 'RecordRefused':
        return withEnd(state, refuse(state, command));
      case 'DisposeRefused':
        return withEnd(state, dispose(state, command));
      case 'CaptureProof':
        if (!state.unproved.includes(command.proof.bookingId)) return [];
        return withEnd(state, [{ type: 'ProofOfDeliveryCaptured', data: command.proof }]);
      default:
        return unreachable(command);
    }
  },

  evolve(state, event) {
    if (event.type === 'DeliveryOpened') return opened(state, event.data);
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'GoodsDelivered': {
        const { line: number, quantity, bookingId } = event.data;
        return {
          ...state,
          lines: state.lines.map((line) =>
            line.line === number ? { ...line, delivered: exact(line.delivered).plus(quantity.value).toFixed() } : line,
          ),
          unproved: [...state.unproved.filter((each) => each !== bookingId), bookingId],
        };
      }
      case 'ProofOfDeliveryCaptured':
        return {
          ...state,
          proofs: [...state.proofs, event.data],
          unproved: state.unproved.filter((each) => each !== event.data.bookingId),
        };
      case 'GoodsRefused':
        return onLine(state, event.data.line, (line) => ({
          ...line,
          refused: exact(line.refused ?? '0')
            .plus(event.data.quantity.value)
            .toFixed(),
        }));
      case 'RefusedGoodsDisposed': {
        const { quantity, how, reference } = event.data;
        return onLine(state, event.data.line, (line) => ({
          ...line,
          refused: exact(line.refused ?? '0')
            .minus(quantity.value)
            .toFixed(),
          disposed: [...(line.disposed ?? []), { value: quantity.value, how, reference }],
        }));
      }
      case 'ShipmentDelivered':
        return { ...state, status: 'delivered' };
      default:
        return state;
    }
  },
};

const onLine = (state: Open, of: number, change: (line: DeliveredLine) => DeliveredLine): Open => ({
  ...state,
  lines: state.lines.map((line) => (line.line === of ? change(line) : line)),
});

function open(state: Delivery, command: Extract<DeliveryCommand, { type: 'OpenDelivery' }>): DeliveryEvent[] {
  const { shipmentId, bookingId, released } = command;
  if (state.status === 'delivered' || (state.status === 'open' && state.bookingId === bookingId)) return [];
  const event: DeliveryEvent = { type: 'DeliveryOpened', data: { shipmentId, bookingId, released } };
  if (state.status === 'open') {
    const after = opened(state, event.data);
    for (const held of state.lines) {
      const { line, unit } = held;
      const delivered = exact(held.released).minus(remainingOf(held)).toFixed();
      const now = after.lines.find((each) => each.line === line && each.unit === unit);
      if (exact(delivered).greaterThan(now?.released ?? '0'))
        throw exceeds(line, delivered, now?.released ?? '0', unit);
    }
  }
  return [event];
}

const accountOf = (before: DeliveredLine | undefined): Pick<DeliveredLine, 'delivered' | 'refused' | 'disposed'> => {
  const { delivered = '0', refused, disposed } = before ?? {};
  return { delivered, ...(refused === undefined ? {} : { refused }), ...(disposed === undefined ? {} : { disposed }) };
};

/** What an earlier booking delivered stays delivered, what was refused stays refused. */
function opened(state: Delivery, data: Extract<DeliveryEvent, { type: 'DeliveryOpened' }>['data']): Open {
  const before = state.status === 'none' ? { lines: [], proofs: [], unproved: [] } : state;
  return {
    status: 'open',
    shipmentId: data.shipmentId,
    bookingId: data.bookingId,
    lines: data.released.map(({ line, quantity }) => ({
      line,
      unit: quantity.unit,
      released: quantity.value,
      ...accountOf(before.lines.find((each) => each.line === line && each.unit === quantity.unit)),
    })),
    proofs: before.proofs,
    unproved: before.unproved,
  };
}

function deliver(state: Open, command: Extract<DeliveryCommand, { type: 'RecordDelivered' }>): DeliveryEvent[] {
  const { shipmentId, bookingId } = state;
  if (command.bookingId !== bookingId) {
    throw new Refused('carriers.delivery.other-booking', 'Another booking carries these goods by now.');
  }
  const claimed =
    command.quantities ?? state.lines.map((line) => ({ line: line.line, value: remainingOf(line), unit: line.unit }));
  const left = new Map(state.lines.map((line) => [line.line, { unit: line.unit, value: exact(remainingOf(line)) }]));
  const events: DeliveryEvent[] = [];
  for (const { line, value, unit } of claimed) {
    const account = left.get(line);
    if (account?.unit !== unit) {
      throw new Refused('carriers.delivery.unknown-line', `Line ${line} in ${unit} was not released.`, {
        facts: { line, unit },
      });
    }
    const quantity = exact(value);
    if (quantity.isZero()) continue;
    const remaining = account.value.minus(quantity);
    if (quantity.isNegative() || remaining.isNegative()) throw exceeds(line, value, account.value.toFixed(), unit);
    account.value = remaining;
    events.push({
      type: 'GoodsDelivered',
      data: {
        shipmentId,
        bookingId,
        line,
        quantity: { value: quantity.toFixed(), unit },
        remaining: { value: remaining.toFixed(), unit },
        at: command.at,
      },
    });
  }
  return events;
}

function refuse(
  state: Open,
  { lines, reason, by, at }: Extract<DeliveryCommand, { type: 'RecordRefused' }>,
): DeliveryEvent[] {
  const { shipmentId, bookingId } = state;
  return taken(state, lines, remainingOf).map(({ line, quantity, left }) => ({
    type: 'GoodsRefused',
    data: { shipmentId, bookingId, line, quantity, remaining: { value: left, unit: quantity.unit }, reason, by, at },
  }));
}

function dispose(
  state: Open,
  { lines, how, reference, by, at }: Extract<DeliveryCommand, { type: 'DisposeRefused' }>,
): DeliveryEvent[] {
  const { shipmentId, bookingId } = state;
  return taken(state, lines, ({ refused = '0' }) => refused).map(({ line, quantity }) => ({
    type: 'RefusedGoodsDisposed',
    data: { shipmentId, bookingId, line, quantity, how, reference, by, at },
  }));
}

/** Quantities taken out of an account of each line. @throws Refused `carriers.delivery.exceeds`, `carriers.delivery.unknown-line` */
function taken(state: Open, wanted: readonly LineQuantity[], account: (line: DeliveredLine) => string) {
  const left = new Map(state.lines.map((line) => [line.line, { unit: line.unit, value: exact(account(line)) }]));
  return wanted.map(({ line, value, unit }) => {
    const held = left.get(line);
    if (held?.unit !== unit) {
      throw new Refused('carriers.delivery.unknown-line', `Line ${line} in ${unit} was not released.`, {
        facts: { line, unit },
      });
    }
    const rest = held.value.minus(value);
    if (rest.isNegative()) throw exceeds(line, value, held.value.toFixed(), unit);
    held.value = rest;
    return { line, quantity: { value: exact(value).toFixed(), unit }, left: rest.toFixed() };
  });
}

const exceeds = (line: number, delivered: string, remaining: string, unit: string): Refused =>
  new Refused('carriers.delivery.exceeds', `Line ${line}: ${delivered} ${unit} said, but only ${remaining} remain.`, {
    facts: { line, delivered, remaining, unit },
  });

/** The end belongs to what brought it about: the last delivery, or the evidence that came after it. */
function withEnd(state: Open, events: DeliveryEvent[]): DeliveryEvent[] {
  if (state.status === 'delivered' || events.length === 0) return events;
  const after = events.reduce<Delivery>((each, event) => delivery.evolve(each, event), state) as Open;
  const ended =
    after.unproved.length === 0 &&
    after.lines.every((line) => exact(remainingOf(line)).isZero() && exact(line.refused ?? '0').isZero());
  if (!ended) return events;
  const { shipmentId, bookingId } = after;
  const at = events.map(({ data }) => ('at' in data ? data.at : '')).reduce((a, b) => (a > b ? a : b));
  const notTaken = after.lines.flatMap(({ line, unit, disposed = [] }) =>
    disposed.map(({ value, how, reference }) => ({ line, quantity: { value, unit }, how, reference })),
  );
  const data = { shipmentId, bookingId, at, ...(notTaken.length > 0 ? { notTaken } : {}) };
  return [...events, { type: 'ShipmentDelivered', data }];
}
