import type { CarriersEvent } from '@tidewaiter/contracts';
import { exact, Refused, unreachable, WrongState, type Decider } from '@tidewaiter/kernel';

type DeliveryEvent = Extract<CarriersEvent, { type: 'DeliveryOpened' | 'GoodsDelivered' | 'ProofOfDeliveryCaptured' | 'ShipmentDelivered' }>;
export type Proof = Omit<Extract<DeliveryEvent, { type: 'ProofOfDeliveryCaptured' }>['data'], 'shipmentId' | 'bookingId'>;

export interface DeliveredLine {
  line: number;
  unit: string;
  released: string;
  delivered: string;
}

export type Delivery =
  | { status: 'none' }
  | {
      status: 'open' | 'delivered';
      shipmentId: string;
      bookingId: string;
      lines: DeliveredLine[];
      proofs: Proof[];
    };

export type DeliveryCommand =
  | { type: 'OpenDelivery'; shipmentId: string; bookingId: string; released: { line: number; quantity: { value: string; unit: string } }[] }
  /** `quantities` null: the claim names none and takes what is left */
  | { type: 'RecordDelivered'; bookingId: string; quantities: { line: number; value: string; unit: string }[] | null; at: string }
  | { type: 'CaptureProof'; bookingId: string; proof: Proof };

const remaining = (line: DeliveredLine): string => exact(line.released).minus(line.delivered).toFixed();

/**
 * Quantities add up to what customs released, line by line; a delivery is proved, not only reported. Done when nothing
 * remains and evidence is there, in whichever order the two came.
 */
export const delivery: Decider<Delivery, DeliveryCommand, DeliveryEvent> = {
  initial: { status: 'none' },

  decide(state, command) {
    if (command.type === 'OpenDelivery') {
      const { shipmentId, bookingId, released } = command;
      const reopened = state.status === 'open' && state.bookingId !== bookingId && state.lines.every((line) => exact(line.delivered).isZero());
      return state.status === 'none' || reopened ? [{ type: 'DeliveryOpened', data: { shipmentId, bookingId, released } }] : [];
    }
    if (state.status === 'none') throw new WrongState('carriers.delivery.not-open', 'Nothing was released for delivery yet.');
    switch (command.type) {
      case 'RecordDelivered':
        return withEnd(state, deliver(state, command));
      case 'CaptureProof': {
        if (state.proofs.some((proof) => proof.sha256 === command.proof.sha256)) return [];
        const { shipmentId, bookingId } = state;
        return withEnd(state, [{ type: 'ProofOfDeliveryCaptured', data: { shipmentId, bookingId, ...command.proof } }]);
      }
      default:
        return unreachable(command);
    }
  },

  evolve(state, event) {
    if (event.type === 'DeliveryOpened') {
      const { shipmentId, bookingId, released } = event.data;
      const lines = released.map(({ line, quantity }) => ({ line, unit: quantity.unit, released: quantity.value, delivered: '0' }));
      return { status: 'open', shipmentId, bookingId, lines, proofs: [] };
    }
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'GoodsDelivered':
        return {
          ...state,
          lines: state.lines.map((line) =>
            line.line === event.data.line ? { ...line, delivered: exact(line.delivered).plus(event.data.quantity.value).toFixed() } : line,
          ),
        };
      case 'ProofOfDeliveryCaptured': {
        const { shipmentId: _s, bookingId: _b, ...proof } = event.data;
        return { ...state, proofs: [...state.proofs, proof] };
      }
      case 'ShipmentDelivered':
        return { ...state, status: 'delivered' };
      default:
        return state;
    }
  },
};

type Open = Exclude<Delivery, { status: 'none' }>;

function deliver(state: Open, command: Extract<DeliveryCommand, { type: 'RecordDelivered' }>): DeliveryEvent[] {
  const { shipmentId, bookingId } = state;
  const claimed =
    command.quantities ?? state.lines.filter((line) => !exact(remaining(line)).isZero()).map((line) => ({ line: line.line, value: remaining(line), unit: line.unit }));
  return claimed.map(({ line: number, value, unit }) => {
    const line = state.lines.find((each) => each.line === number);
    if (!line || line.unit !== unit) {
      throw new Refused('carriers.delivery.unknown-line', `Line ${number} in ${unit} was not released.`, { facts: { line: number, unit } });
    }
    const left = exact(remaining(line)).minus(value);
    if (left.isNegative() || exact(value).isNegative()) {
      throw new Refused('carriers.delivery.exceeds', `Line ${number}: ${value} ${unit} delivered, but only ${remaining(line)} remain.`, {
        facts: { line: number, delivered: value, remaining: remaining(line) },
      });
    }
    return {
      type: 'GoodsDelivered',
      data: { shipmentId, bookingId, line: number, quantity: { value, unit }, remaining: { value: left.toFixed(), unit }, at: command.at },
    };
  });
}

function withEnd(state: Open, events: DeliveryEvent[]): DeliveryEvent[] {
  if (state.status === 'delivered' || events.length === 0) return events;
  const after = events.reduce<Delivery>((each, event) => delivery.evolve(each, event), state) as Open;
  const done = after.lines.every((line) => exact(remaining(line)).isZero()) && after.proofs.length > 0;
  if (!done) return events;
  const at = events.map((event) => ('at' in event.data ? event.data.at : '')).sort().pop()!;
  return [...events, { type: 'ShipmentDelivered', data: { shipmentId: state.shipmentId, bookingId: state.bookingId, at } }];
}
