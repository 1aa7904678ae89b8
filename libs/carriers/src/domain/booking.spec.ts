import { specFor } from '@tidewaiter/kernel/testing';
import { booking, type BookingCommand, type BookingEvent, type Requested } from './booking.js';

const given = specFor(booking);
const base = { shipmentId: 's1', bookingId: 'b1' };
const request: Requested = {
  ...base,
  generation: 1,
  account: 'simulated-ocean',
  adapter: 'dcsa@2.2',
  key: 'k1',
  reference: 'NWR-1',
  released: [{ line: 1, quantity: { value: '40', unit: 'NAR' } }],
};
const requested: BookingEvent = { type: 'BookingRequested', data: request };
const acknowledged: BookingEvent = { type: 'BookingAcknowledged', data: { ...base, carrierReference: 'CR1' } };
const confirmed: BookingEvent = { type: 'BookingConfirmed', data: { ...base, carrierReference: 'CR1' } };
const declined: BookingEvent = { type: 'BookingDeclined', data: { ...base, says: 'no truck' } };
const unknown: BookingEvent = { type: 'BookingOutcomeUnknown', data: { ...base, says: 'no answer' } };

const acknowledge: BookingCommand = { type: 'RecordAcknowledgement', carrierReference: 'CR1' };
const confirm: BookingCommand = { type: 'RecordConfirmation', carrierReference: 'CR1' };
const decline: BookingCommand = { type: 'RecordDecline', says: 'no truck' };
const markUnknown: BookingCommand = { type: 'MarkUnknown', says: 'no answer' };

it('is asked for once', () => {
  given().when({ type: 'RequestBooking', request }).then(requested);
  given(requested).when({ type: 'RequestBooking', request }).thenNothing();
});
it.each([acknowledge, confirm, decline, markUnknown])(
  'has nothing to record before it was asked for: $type',
  (command) => {
    given().when(command).thenRefused('carriers.booking.not-requested');
  },
);
it('is acknowledged, then confirmed, each once', () => {
  given(requested).when(acknowledge).then(acknowledged);
  given(requested, acknowledged).when(confirm).then(confirmed);
  given(requested, acknowledged, confirmed).when(confirm).thenNothing();
  given(requested, acknowledged).when(acknowledge).thenNothing();
});
it('takes the confirmation before the answer to the request', () => {
  given(requested).when(confirm).then(confirmed);
  given(requested, confirmed).when(acknowledge).thenNothing();
  given(requested, confirmed).when(markUnknown).thenNothing();
});
it('does not know the outcome until the carrier names it', () => {
  given(requested).when(markUnknown).then(unknown);
  given(requested, unknown).when(markUnknown).thenNothing();
  given(requested, acknowledged).when(markUnknown).thenNothing();
  given(requested, unknown)
    .when(acknowledge)
    .thenState((state) => {
      expect(state).toMatchObject({ status: 'requested', carrierReference: 'CR1' });
    });
});
it('keeps the reference it was acknowledged under', () => {
  given(requested, acknowledged).when({ type: 'RecordConfirmation', carrierReference: 'CR2' }).then(confirmed);
});
it('is declined with its reason, also after it was confirmed', () => {
  given(requested).when(decline).then(declined);
  given(requested, confirmed).when(decline).then(declined);
  given(requested, declined).when(decline).thenNothing();
  given(requested, acknowledged)
    .when(decline)
    .thenState((state) => {
      expect(state).toMatchObject({ status: 'declined', says: 'no truck' });
    });
});
it('stays declined when an older confirmation comes late', () => {
  given(requested, declined).when(confirm).thenNothing();
});
