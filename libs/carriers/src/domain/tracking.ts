import type { CarriersEvent } from '@tidewaiter/contracts';
import { millisOf, unreachable, type Decider, type Instant } from '@tidewaiter/kernel';

export type TrackingEvent = Extract<
  CarriersEvent,
  { type: 'MilestoneRecorded' | 'MilestoneSuperseded' | 'MilestoneParked' }
>;
export type RecordedMilestone = Extract<TrackingEvent, { type: 'MilestoneRecorded' }>['data'];
export type ParkedMessage = Extract<TrackingEvent, { type: 'MilestoneParked' }>['data'];

export interface Tracking {
  /** newest version of each message */
  milestones: Record<string, RecordedMilestone>;
  /** what was not believed, once per message and reason */
  parked: ParkedMessage[];
}

export type TrackingCommand =
  | { type: 'RecordMilestone'; milestone: RecordedMilestone; receivedAt: Instant; bookedAt: Instant }
  | { type: 'ParkMessage'; message: ParkedMessage };

const AHEAD = 15 * 60_000;
const LONG_BEFORE = 400 * 24 * 60 * 60_000;

/**
 * What the carrier told, each message once: a later version of the same message supersedes, an earlier one has no effect,
 * another content at the same time is a contradiction and asked about.
 */
export const tracking: Decider<Tracking, TrackingCommand, TrackingEvent> = {
  initial: { milestones: {}, parked: [] },

  decide(state, command) {
    switch (command.type) {
      case 'ParkMessage':
        return park(state, command.message);
      case 'RecordMilestone':
        return record(state, command);
      default:
        return unreachable(command);
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'MilestoneRecorded':
      case 'MilestoneSuperseded':
        return { ...state, milestones: { ...state.milestones, [event.data.messageId]: event.data } };
      case 'MilestoneParked':
        return { ...state, parked: [...state.parked, event.data] };
      default:
        return state;
    }
  },
};

function record(state: Tracking, command: Extract<TrackingCommand, { type: 'RecordMilestone' }>): TrackingEvent[] {
  const { milestone } = command;
  const { shipmentId, bookingId, messageId } = milestone;
  const parked = (code: string, says: string) => park(state, { shipmentId, bookingId, messageId, code, says });
  const suspect = suspicion(command);
  if (suspect) return parked(suspect.code, suspect.says);

  const known = state.milestones[messageId];
  if (!known) return [{ type: 'MilestoneRecorded', data: milestone }];
  if (milestone.reportedAt < known.reportedAt) return [];
  if (milestone.reportedAt === known.reportedAt) {
    return sameContent(known, milestone)
      ? []
      : parked('carriers.event.conflict', 'The same message came before with another content; the first one stands.');
  }
  const withdrawn = isDelivery(known) && !isDelivery(milestone);
  return [
    // Also when nothing but its time is new: the next version is measured against this one.
    { type: 'MilestoneSuperseded', data: milestone },
    ...(withdrawn
      ? parked(
          'carriers.delivery.withdrawn',
          'A later version of this message no longer tells of a delivery; the quantities it moved stay until a person decides.',
        )
      : []),
  ];
}

function suspicion({ milestone, receivedAt, bookedAt }: Extract<TrackingCommand, { type: 'RecordMilestone' }>) {
  if (milestone.classifier !== 'actual') return null;
  const at = millisOf(milestone.at);
  if (at > millisOf(receivedAt) + AHEAD) {
    return { code: 'carriers.event.in-the-future', says: 'It is said to have happened after it was received.' };
  }
  if (at < millisOf(bookedAt) - LONG_BEFORE) {
    return { code: 'carriers.event.long-before', says: 'It is said to have happened long before the booking.' };
  }
  return null;
}

const park = (state: Tracking, message: ParkedMessage): TrackingEvent[] =>
  state.parked.some(({ messageId, code }) => messageId === message.messageId && code === message.code)
    ? []
    : [{ type: 'MilestoneParked', data: message }];

const isDelivery = ({ milestone, classifier }: RecordedMilestone): boolean =>
  milestone === 'delivered' && classifier === 'actual';

const sameContent = (a: RecordedMilestone, b: RecordedMilestone): boolean =>
  a.milestone === b.milestone &&
  a.classifier === b.classifier &&
  a.at === b.at &&
  a.place === b.place &&
  a.quantity?.value === b.quantity?.value &&
  a.quantity?.unit === b.quantity?.unit;
