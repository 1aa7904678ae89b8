import type { CarriersEvent } from '@tidewaiter/contracts';
import { unreachable, WrongState, type Decider } from '@tidewaiter/kernel';

type BookingEvent = Extract<
  CarriersEvent,
  { type: 'BookingRequested' | 'BookingAcknowledged' | 'BookingConfirmed' | 'BookingDeclined' | 'BookingOutcomeUnknown' }
>;
type Requested = Extract<BookingEvent, { type: 'BookingRequested' }>['data'];

export type Booking =
  | { status: 'none' }
  | {
      status: 'requested' | 'outcome-unknown' | 'confirmed' | 'declined';
      request: Requested;
      carrierReference: string | null;
    };

export type BookingCommand =
  | { type: 'RequestBooking'; request: Requested }
  | { type: 'RecordAcknowledgement'; carrierReference: string }
  | { type: 'RecordConfirmation'; carrierReference: string }
  | { type: 'RecordDecline'; says: string }
  | { type: 'MarkUnknown'; says: string };

/** A booking: asked for once under its key; the carrier's answer may be lost, come twice, or before it is expected. */
export const booking: Decider<Booking, BookingCommand, BookingEvent> = {
  initial: { status: 'none' },

  decide(state, command) {
    if (command.type === 'RequestBooking') return state.status === 'none' ? [{ type: 'BookingRequested', data: command.request }] : [];
    if (state.status === 'none') throw new WrongState('carriers.booking.not-requested', 'Nothing was booked under this id.');
    const { shipmentId, bookingId } = state.request;
    const ended = state.status === 'confirmed' || state.status === 'declined';
    switch (command.type) {
      case 'RecordAcknowledgement':
        return state.carrierReference === null
          ? [{ type: 'BookingAcknowledged', data: { shipmentId, bookingId, carrierReference: command.carrierReference } }]
          : [];
      case 'RecordConfirmation':
        return ended ? [] : [{ type: 'BookingConfirmed', data: { shipmentId, bookingId, carrierReference: command.carrierReference } }];
      case 'RecordDecline':
        return state.status === 'declined' ? [] : [{ type: 'BookingDeclined', data: { shipmentId, bookingId, says: command.says } }];
      case 'MarkUnknown':
        return state.status === 'requested' && state.carrierReference === null
          ? [{ type: 'BookingOutcomeUnknown', data: { shipmentId, bookingId, says: command.says } }]
          : [];
      default:
        return unreachable(command);
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'BookingRequested':
        return { status: 'requested', request: event.data, carrierReference: null };
      case 'BookingAcknowledged':
        return state.status === 'none'
          ? state
          : { ...state, status: state.status === 'outcome-unknown' ? 'requested' : state.status, carrierReference: event.data.carrierReference };
      case 'BookingConfirmed':
        return state.status === 'none' ? state : { ...state, status: 'confirmed', carrierReference: event.data.carrierReference };
      case 'BookingDeclined':
        return state.status === 'none' ? state : { ...state, status: 'declined' };
      case 'BookingOutcomeUnknown':
        return state.status === 'none' ? state : { ...state, status: 'outcome-unknown' };
      default:
        return state;
    }
  },
};
