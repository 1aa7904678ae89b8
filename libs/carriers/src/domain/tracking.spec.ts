import { canonicalJson } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import fc from 'fast-check';
import { tracking, type RecordedMilestone, type TrackingCommand, type TrackingEvent } from './tracking.js';

const given = specFor(tracking);
const milestone = (over: Partial<RecordedMilestone> = {}): RecordedMilestone => ({
  shipmentId: 's1',
  bookingId: 'b1',
  messageId: 'dcsa:e1',
  milestone: 'delivered',
  class: 'delivered',
  where: 'delivery',
  classifier: 'actual',
  at: '2026-11-24T14:00:00.000000Z',
  reportedAt: '2026-11-24T14:05:00.000000Z',
  place: 'Ipswich',
  quantity: null,
  ...over,
});
const tell = (told: RecordedMilestone, receivedAt = '2026-11-24T15:00:00.000000Z'): TrackingCommand => ({
  type: 'RecordMilestone',
  milestone: told,
  receivedAt,
  bookedAt: '2026-11-20T10:00:00.000000Z',
});
const recorded = (told: RecordedMilestone): TrackingEvent => ({ type: 'MilestoneRecorded', data: told });
const superseded = (told: RecordedMilestone): TrackingEvent => ({ type: 'MilestoneSuperseded', data: told });
const next = (state: typeof tracking.initial, command: TrackingCommand) =>
  tracking.decide(state, command).reduce((each, event) => tracking.evolve(each, event), state);
const play = (commands: readonly TrackingCommand[]) => commands.reduce(next, tracking.initial);
const codes = (commands: TrackingCommand[]) => play(commands).parked.map(({ code }) => code);

const later = { reportedAt: '2026-11-24T16:00:00.000000Z' };

it('records a message once', () => {
  given().when(tell(milestone())).then(recorded(milestone()));
  given(recorded(milestone())).when(tell(milestone())).thenNothing();
});
it('takes a later version in place of the earlier one, and no earlier one again', () => {
  const corrected = milestone({ ...later, at: '2026-11-24T13:00:00.000000Z' });
  given(recorded(milestone())).when(tell(corrected)).then(superseded(corrected));
  given(recorded(corrected)).when(tell(milestone())).thenNothing();
});
it('measures the next version against the newest, also when that one changed nothing', () => {
  const same = milestone({ reportedAt: '2026-11-24T18:00:00.000000Z' });
  const between = milestone({ ...later, place: 'Felixstowe' });
  given(recorded(milestone())).when(tell(same)).then(superseded(same));
  given(recorded(milestone()), superseded(same)).when(tell(between)).thenNothing();
});
it('tells versions apart by microseconds', () => {
  const corrected = milestone({ reportedAt: '2026-11-24T14:05:00.000001Z', place: 'Felixstowe' });
  given(recorded(milestone())).when(tell(corrected)).then(superseded(corrected));
});
it('keeps the first of two contents with one id and time, and asks', () => {
  expect(codes([tell(milestone()), tell(milestone({ place: 'Hull' })), tell(milestone({ place: 'Hull' }))])).toEqual([
    'carriers.event.conflict',
  ]);
});
it('asks when a delivery is withdrawn', () => {
  const withdrawn = milestone({ ...later, milestone: 'unmapped', class: 'unmapped' });
  expect(codes([tell(milestone()), tell(withdrawn)])).toEqual(['carriers.delivery.withdrawn']);
});
it('does not believe what happens after its receipt, with a quarter of an hour for clocks', () => {
  given().when(tell(milestone(), '2026-11-24T13:45:00.000000Z')).then(recorded(milestone()));
  expect(codes([tell(milestone(), '2026-11-24T13:44:59.000000Z')])).toEqual(['carriers.event.in-the-future']);
  const planned = milestone({ classifier: 'planned' });
  given().when(tell(planned, '2026-11-01T00:00:00.000000Z')).then(recorded(planned));
});
it('does not believe what happened long before the booking', () => {
  expect(codes([tell(milestone({ at: '2025-10-01T00:00:00.000000Z' }))])).toEqual(['carriers.event.long-before']);
});
it('takes the corrected version of what it did not believe', () => {
  const future = tell(milestone({ at: '2027-11-24T14:00:00.000000Z' }));
  const corrected = milestone(later);
  expect(play([future, tell(corrected)]).milestones).toEqual({ 'dcsa:e1': corrected });
  expect(play([tell(corrected), future])).toEqual(play([future, tell(corrected)]));
});
it('sets a message aside once for one reason', () => {
  const message = {
    shipmentId: 's1',
    bookingId: 'b1',
    messageId: 'dcsa:e9',
    code: 'carriers.event.invalid',
    says: '/0',
  };
  const parked: TrackingEvent = { type: 'MilestoneParked', data: message };
  given().when({ type: 'ParkMessage', message }).then(parked);
  given(parked).when({ type: 'ParkMessage', message }).thenNothing();
  const other = { ...message, code: 'carriers.delivery.exceeds' };
  given(parked).when({ type: 'ParkMessage', message: other }).then({ type: 'MilestoneParked', data: other });
});

it('gives the same bytes of state for any order and any number of copies of the same messages', () => {
  const instant = (minutes: number) =>
    `2026-11-24T0${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:00.000000Z`;
  const message = fc
    .record({
      id: fc.integer({ min: 1, max: 4 }),
      version: fc.integer({ min: 0, max: 4 }),
      at: fc.integer({ min: 0, max: 300 }),
      name: fc.constantFrom('picked-up', 'departed', 'arrived', 'unmapped'),
      place: fc.constantFrom('GBFXT', 'Ipswich', null),
    })
    .map(({ id, version, at, name, place }) =>
      tell(
        milestone({ messageId: `dcsa:e${id}`, reportedAt: instant(version), at: instant(at), milestone: name, place }),
      ),
    );
  // Two contents under one id and time contradict each other: those are asked about.
  const messages = fc.uniqueArray(message, {
    maxLength: 10,
    selector: (each) =>
      each.type === 'RecordMilestone' ? `${each.milestone.messageId} ${each.milestone.reportedAt}` : '',
  });
  const disorder = messages.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc
        .array(fc.nat(), { maxLength: 12 })
        .map((picks) => (all.length === 0 ? [] : picks.map((pick) => all[pick % all.length]!)))
        .chain((copies) => fc.shuffledSubarray([...all, ...copies], { minLength: all.length + copies.length })),
    ),
  );
  fc.assert(fc.property(disorder, ([once, often]) => canonicalJson(play(once)) === canonicalJson(play(often))));
});
