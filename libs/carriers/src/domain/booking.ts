import type { CarriersEvent } from '@tidewaiter/contracts';
import { unreachable, WrongState, type Decider } from '@tidewaiter/kernel';

export type BookingEvent = Extract<
  CarriersEvent,
  {
    type: 'BookingRequested' | 'BookingAcknowledged' | 'BookingConfirmed' | 'BookingDeclined' | 'BookingOutcomeUnknown';
  }
>;
export type Requested = Extract<BookingEvent, { type: 'BookingRequested' }>['data'];

export type Booking =
  | { status: 'none' }
  | {
      status: 'requested' | 'outcome-unknown' | 'confirmed' | 'declined';
      request: Requested;
      carrierReference: string | null;
      /** the carrier's reason, once declined */
      says: string | null;
    };

export type BookingCommand =
  | { type: 'RequestBooking'; request: Requested }
  | { type: 'RecordAcknowledgement'; carrierReference: string }
  | { type: 'RecordConfirmation'; carrierReference: string }
  | { type: 'RecordDecline'; says: string }
  | { type: 'MarkUnknown'; says: string };

/**
 * A booking: asked for once under its key; the carrier's answer may be lost, come twice, or before it is expected. A
 * decline stands whenever it comes: before a confirmation that is late, and after one that was taken back.
 */
export const booking: Decider<Booking, BookingCommand, BookingEvent> = {
  initial: { status: 'none' },

  decide(state, command) {
    if (command.type === 'RequestBooking') {
      return state.status === 'none' ? [{ type: 'BookingRequested', data: command.request }] : [];
    }
    if (state.status === 'none') {
      throw new WrongState('carriers.booking.not-requested', 'Nothing was booked under this id.');
    }
    const { shipmentId, bookingId } = state.request;
    switch (command.type) {
      case 'RecordAcknowledgement': {
        if (state.carrierReference !== null) return [];
        const { carrierReference } = command;
        return [{ type: 'BookingAcknowledged', data: { shipmentId, bookingId, carrierReference } }];
      }
      case 'RecordConfirmation': {
        if (state.status === 'confirmed' || state.status === 'declined') return [];
        const carrierReference = state.carrierReference ?? command.carrierReference;
        return [{ type: 'BookingConfirmed', data: { shipmentId, bookingId, carrierReference } }];
      }
      case 'RecordDecline':
        if (state.status === 'declined') return [];
        return [{ type: 'BookingDeclined', data: { shipmentId, bookingId, says: command.says } }];
      case 'MarkUnknown':
        if (state.status !== 'requested' || state.carrierReference !== null) return [];
        return [{ type: 'BookingOutcomeUnknown', data: { shipmentId, bookingId, says: command.says } }];
      default:
        return unreachable(command);
    }
  },

  evolve(state, event) {
    if (event.type === 'BookingRequested') {
      return { status: 'requested', request: event.data, carrierReference: null, says: null };
    }
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'BookingAcknowledged': {
        const status = state.status === 'outcome-unknown' ? 'requested' : state.status;
        return { ...state, status, carrierReference: event.data.carrierReference };
      }
      case 'BookingConfirmed':
        return { ...state, status: 'confirmed', carrierReference: event.data.carrierReference };
      case 'BookingDeclined':
        return { ...state, status: 'declined', says: event.data.says };
      case 'BookingOutcomeUnknown':
        return { ...state, status: 'outcome-unknown' };
      default:
        return state;
    }
  },
};
