import type { CarriersEvent } from '@tidewaiter/contracts';
import { millisOf, type Decider } from '@tidewaiter/kernel';

type TrackingEvent = Extract<CarriersEvent, { type: 'MilestoneRecorded' | 'MilestoneSuperseded' | 'MilestoneParked' }>;
export type RecordedMilestone = Extract<TrackingEvent, { type: 'MilestoneRecorded' }>['data'];

export interface Tracking {
  /** newest effective version of each message */
  milestones: Record<string, RecordedMilestone>;
  parked: string[];
}

export type TrackingCommand =
  | { type: 'RecordMilestone'; milestone: RecordedMilestone; receivedAt: string }
  | { type: 'ParkMessage'; shipmentId: string; bookingId: string; messageId: string; code: string; says: string };

const FUTURE_TOLERANCE = 15 * 60_000;

/** What the carrier told, each message once; a later version of the same message supersedes, an earlier one has no effect. */
export const tracking: Decider<Tracking, TrackingCommand, TrackingEvent> = {
  initial: { milestones: {}, parked: [] },

  decide(state, command) {
    if (command.type === 'ParkMessage') {
      const { shipmentId, bookingId, messageId, code, says } = command;
      return state.parked.includes(messageId) ? [] : [{ type: 'MilestoneParked', data: { shipmentId, bookingId, messageId, code, says } }];
    }
    const { milestone, receivedAt } = command;
    const { shipmentId, bookingId, messageId } = milestone;
    if (milestone.classifier === 'actual' && millisOf(milestone.at) > millisOf(receivedAt) + FUTURE_TOLERANCE) {
      return state.parked.includes(messageId)
        ? []
        : [
            {
              type: 'MilestoneParked',
              data: { shipmentId, bookingId, messageId, code: 'carriers.event.in-the-future', says: 'An event that is said to have happened lies ahead of its receipt.' },
            },
          ];
    }
    const known = state.milestones[messageId];
    if (!known) return [{ type: 'MilestoneRecorded', data: milestone }];
    return millisOf(milestone.reportedAt) > millisOf(known.reportedAt) && differs(known, milestone) ? [{ type: 'MilestoneSuperseded', data: milestone }] : [];
  },

  evolve(state, event) {
    switch (event.type) {
      case 'MilestoneRecorded':
      case 'MilestoneSuperseded':
        return { ...state, milestones: { ...state.milestones, [event.data.messageId]: event.data } };
      case 'MilestoneParked':
        return { ...state, parked: [...state.parked, event.data.messageId] };
      default:
        return state;
    }
  },
};

const differs = (a: RecordedMilestone, b: RecordedMilestone): boolean =>
  a.milestone !== b.milestone || a.at !== b.at || a.classifier !== b.classifier || a.place !== b.place;
