import type { EventOf, taskDecided, taskGivenBack, taskRaised, taskTaken, taskWithdrawn } from '@tidewaiter/contracts';
import type { Decider } from '@tidewaiter/kernel';
import { Conflict, Forbidden, NotFound, unreachable, WrongState } from '@tidewaiter/kernel';
import { without } from './without.js';

export type TaskEvent =
  | EventOf<typeof taskRaised>
  | EventOf<typeof taskDecided>
  | EventOf<typeof taskTaken>
  | EventOf<typeof taskGivenBack>
  | EventOf<typeof taskWithdrawn>;
type Raised = EventOf<typeof taskRaised>['data'];
type Kept = Omit<EventOf<typeof taskDecided>['data'], 'taskId' | 'shipmentId' | 'closes'>;

export type Task =
  | { status: 'none' }
  | (Raised & {
      status: 'open' | 'done' | 'withdrawn';
      /** several where more than one person is needed */
      decisions: readonly Kept[];
      /** who sees to it, or did when it closed; tasks that nobody ever took do not hold it, as those of earlier releases */
      assignee?: string | null;
      /** how often it changed hands since the last decision; likewise */
      handovers?: number;
    });

export type TaskCommand =
  | ({ type: 'RaiseTask' } & Raised)
  | { type: 'DecideTask'; by: string; decision: Record<string, unknown>; closes: boolean }
  | { type: 'TakeTask'; by: string; from?: string | undefined }
  | { type: 'GiveTaskBack'; by: string; forOthers: boolean }
  | { type: 'WithdrawTask'; reason: string };

type Known = Exclude<Task, { status: 'none' }>;

function known(state: Task): Known {
  if (state.status === 'none') throw new NotFound('shipments.task.unknown', 'no such task');
  return state;
}

/** @throws WrongState `shipments.task.not-open` */
export function openTask(state: Task): Known {
  const task = known(state);
  if (task.status !== 'open') {
    throw new WrongState('shipments.task.not-open', `the task is ${task.status}`, {
      advice: 'Look at the shipment’s open tasks; somebody else may have done this one.',
    });
  }
  return task;
}

/**
 * Whether somebody who looked at the task at a version saw all that its decision is about. Who has taken it is no part of that.
 *
 * @param version of the task now
 */
export const sawAll = ({ handovers = 0 }: Pick<Known, 'handovers'>, version: number, seen: number): boolean =>
  seen <= version && seen >= version - handovers;

/**
 * @param from whom the one who takes it believes to have it
 * @throws WrongState `shipments.task.taken`; Conflict `shipments.task.changed-hands`
 */
function checkHandover(assignee: string | null, from: string | undefined): void {
  if (assignee === null || assignee === from) return;
  const details = {
    advice: `Take it over by naming ${assignee} as \`from\`, or leave it to them.`,
    facts: { assignee },
  };
  if (from === undefined) throw new WrongState('shipments.task.taken', `${assignee} has taken this task`, details);
  throw new Conflict('shipments.task.changed-hands', `${assignee} has this task by now, not ${from}`, details);
}

function decide(state: Task, command: TaskCommand): TaskEvent[] {
  switch (command.type) {
    case 'RaiseTask': {
      if (state.status !== 'none') return [];
      const data = without(command, 'type');
      return [{ type: 'TaskRaised', data }];
    }
    case 'DecideTask': {
      const { taskId, shipmentId } = openTask(state);
      const { by, decision, closes } = command;
      return [{ type: 'TaskDecided', data: { taskId, shipmentId, by, decision, closes } }];
    }
    case 'TakeTask': {
      const { taskId, shipmentId, assignee = null } = openTask(state);
      const { by, from } = command;
      if (assignee === by) return [];
      checkHandover(assignee, from);
      return [{ type: 'TaskTaken', data: { taskId, shipmentId, by, from: assignee } }];
    }
    case 'GiveTaskBack': {
      const { taskId, shipmentId, assignee = null } = openTask(state);
      const { by, forOthers } = command;
      if (assignee === null) return [];
      if (assignee !== by && !forOthers) {
        throw new Forbidden('shipments.task.not-yours', `${assignee} has taken this task`, {
          advice: `Ask ${assignee} or an administrator, or take it over.`,
          facts: { assignee },
        });
      }
      return [{ type: 'TaskGivenBack', data: { taskId, shipmentId, by } }];
    }
    case 'WithdrawTask': {
      const task = known(state);
      // What was done or withdrawn needs nobody any more: saying so again changes nothing.
      if (task.status !== 'open') return [];
      const { taskId, shipmentId } = task;
      return [{ type: 'TaskWithdrawn', data: { taskId, shipmentId, reason: command.reason } }];
    }
    default:
      return unreachable(command);
  }
}

const handed = (state: Known, assignee: string | null): Known => ({
  ...state,
  assignee,
  handovers: (state.handovers ?? 0) + 1,
});

function decided(state: Known, { by, decision, closes }: EventOf<typeof taskDecided>['data']): Known {
  const { status, decisions, assignee = null, handovers } = state;
  return {
    ...state,
    status: closes ? 'done' : status,
    decisions: [...decisions, { by, decision }],
    // Whoever has done their part of what needs several leaves it to the others.
    ...(handovers === undefined ? {} : { assignee: !closes && assignee === by ? null : assignee, handovers: 0 }),
  };
}

function evolve(state: Task, event: TaskEvent): Task {
  if (event.type === 'TaskRaised') return { ...event.data, status: 'open', decisions: [] };
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'TaskTaken':
      return handed(state, event.data.by);
    case 'TaskGivenBack':
      return handed(state, null);
    case 'TaskWithdrawn':
      return { ...state, status: 'withdrawn' };
    case 'TaskDecided':
      return decided(state, event.data);
    default:
      return unreachable(event);
  }
}

/** Something that waits for a person, until enough people decided it or it needs nobody any more. Who has taken it keeps nobody from deciding it. */
export const task: Decider<Task, TaskCommand, TaskEvent> = { initial: { status: 'none' }, decide, evolve };
