import type { CarriersEvent } from '@tidewaiter/contracts';
import type { StoredEvent } from '@tidewaiter/event-store';
import type { RecordedMilestone } from '../domain/index.js';
import { trackingView } from './tracking-view.js';

const stored = (time: string, event: CarriersEvent) => ({ ...event, time }) as unknown as StoredEvent;
const milestone = (messageId: string, name: string, at: string, over: Partial<RecordedMilestone> = {}) =>
  stored('2026-11-24T20:00:00.000000Z', {
    type: 'MilestoneRecorded',
    data: {
      shipmentId: 's1',
      bookingId: 'b2',
      messageId,
      milestone: name,
      class: 'in-transit',
      where: 'unknown',
      classifier: 'actual',
      at,
      reportedAt: at,
      place: null,
      quantity: null,
      ...over,
    },
  });
const parked = (code: string) =>
  stored('2026-11-24T12:00:00.000000Z', {
    type: 'MilestoneParked',
    data: { shipmentId: 's1', bookingId: 'b2', messageId: 'dcsa:e9', code, says: 'x' },
  });
const effects = (...events: StoredEvent[]) => trackingView(events, 'b2').milestones.map(({ effect }) => effect);

it('is empty before anything was told', () => {
  expect(trackingView([], null)).toEqual({ state: null, milestones: [] });
});
it('tells everything by the time it happened, with the three times', () => {
  const view = trackingView(
    [milestone('e2', 'delivered', '2026-11-24T14:00:00Z'), milestone('e1', 'departed', '2026-11-24T10:00:00Z')],
    'b2',
  );
  expect(view.state).toBe('delivered');
  expect(view.milestones.map((each) => each.milestone)).toEqual(['departed', 'delivered']);
  expect(view.milestones[0]).toMatchObject({
    at: '2026-11-24T10:00:00Z',
    reportedAt: '2026-11-24T10:00:00Z',
    receivedAt: '2026-11-24T20:00:00.000000Z',
  });
});
it('shows what an earlier booking tells without moving the state', () => {
  const view = trackingView(
    [
      milestone('e1', 'out-for-delivery', '2026-11-24T10:00:00Z'),
      milestone('e2', 'departed', '2026-11-24T16:00:00Z', { bookingId: 'b1' }),
    ],
    'b2',
  );
  expect(view.state).toBe('out-for-delivery');
  expect(view.milestones.map(({ effect }) => effect)).toEqual(['applied', 'no-effect']);
});
it('shows what has no row in the table, and what was set aside with the code of its reason', () => {
  expect(effects(milestone('e1', 'unmapped', '2026-11-24T10:00:00Z'))).toEqual(['unmapped']);
  expect(effects(parked('carriers.delivery.exceeds'))).toEqual(['parked']);
  expect(effects(parked('carriers.event.in-the-future'))).toEqual(['suspect']);
  expect(effects(parked('carriers.event.conflict'))).toEqual(['conflict']);
  expect(trackingView([parked('carriers.delivery.exceeds')], 'b2').milestones[0]).toMatchObject({
    messageId: 'dcsa:e9',
    milestone: 'carriers.delivery.exceeds',
    at: '2026-11-24T12:00:00.000000Z',
  });
});
