import type { Decider } from '@tidewaiter/kernel';
import { Refused } from '@tidewaiter/kernel';

/** A small decider over real events of the shipments context: an engagement that ends. */
export type Ending =
  { status: 'open'; suspensions: string[] } | { status: 'ended'; suspensions: string[]; reason: string };

export type EndingCommand =
  | { type: 'Suspend'; engagementId: string; code: string }
  | { type: 'SuspendOften'; engagementId: string; codes: string[] }
  | { type: 'End'; engagementId: string; reason: string };

export type EndingEvent =
  | { type: 'EngagementSuspended'; data: { engagementId: string; code: string; says: string } }
  | { type: 'EngagementEnded'; data: { engagementId: string; reason: string } };

const suspended = (engagementId: string, code: string): EndingEvent => ({
  type: 'EngagementSuspended',
  data: { engagementId, code, says: `suspended: ${code}` },
});

export const ending: Decider<Ending, EndingCommand, EndingEvent> = {
  initial: { status: 'open', suspensions: [] },
  decide(state, command) {
    if (command.type === 'End') {
      if (state.status === 'ended') return [];
      return [{ type: 'EngagementEnded', data: { engagementId: command.engagementId, reason: command.reason } }];
    }
    if (state.status === 'ended') throw new Refused('shipments.engagement.ended', 'the engagement has ended');
    const codes = command.type === 'Suspend' ? [command.code] : command.codes;
    return codes.map((code) => suspended(command.engagementId, code));
  },
  evolve(state, event) {
    return event.type === 'EngagementEnded'
      ? { status: 'ended', suspensions: state.suspensions, reason: event.data.reason }
      : { ...state, suspensions: [...state.suspensions, event.data.code] };
  },
};
