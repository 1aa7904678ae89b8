import type { AnswerOf, CarriersEvent, showTracking } from '@tidewaiter/contracts';
import type { StoredEvent } from '@tidewaiter/event-store';
import { fold } from '@tidewaiter/kernel';
import { tracking, trackingState, type RecordedMilestone } from '../domain/index.js';

type View = AnswerOf<typeof showTracking>;
type Effect = View['milestones'][number]['effect'];
type TrackingEvent = Extract<CarriersEvent, { type: `Milestone${string}` }> & Pick<StoredEvent, 'time'>;

const PARKED: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ['carriers.event.in-the-future', 'suspect'],
  ['carriers.event.long-before', 'suspect'],
  ['carriers.event.conflict', 'conflict'],
]);

/**
 * Where the goods are and everything that was told, by the time it happened. What was set aside stands there under the
 * code of its reason, at the time it came.
 *
 * @param currentBooking what earlier bookings tell stays on the timeline and no longer moves the state
 */
export function trackingView(stored: readonly StoredEvent[], currentBooking: string | null): View {
  const events = stored as readonly TrackingEvent[];
  const { milestones } = fold(tracking, events);
  const told = Object.values(milestones);
  const counts = ({ bookingId }: RecordedMilestone) => bookingId === currentBooking;
  const receivedAt = new Map(
    events.filter(({ type }) => type !== 'MilestoneParked').map(({ data, time }) => [data.messageId, time]),
  );
  const effectOf = (each: RecordedMilestone): Effect =>
    each.milestone === 'unmapped' ? 'unmapped' : counts(each) ? 'applied' : 'no-effect';
  const rows: View['milestones'] = [
    ...told.map((each) => ({
      messageId: each.messageId,
      milestone: each.milestone,
      class: each.class,
      where: each.where,
      classifier: each.classifier,
      at: each.at,
      reportedAt: each.reportedAt,
      receivedAt: receivedAt.get(each.messageId) ?? each.reportedAt,
      place: each.place,
      effect: effectOf(each),
    })),
    ...events.flatMap((event) =>
      event.type === 'MilestoneParked'
        ? {
            messageId: event.data.messageId,
            milestone: event.data.code,
            class: 'unmapped',
            where: 'unknown',
            classifier: 'unknown',
            at: event.time,
            reportedAt: event.time,
            receivedAt: event.time,
            place: null,
            effect: PARKED.get(event.data.code) ?? 'parked',
          }
        : [],
    ),
  ];
  return {
    state: trackingState(told.filter(counts)),
    milestones: rows.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.messageId < b.messageId ? -1 : 1)),
  };
}
