import type { EventOf, taskDecided, taskRaised, taskWithdrawn } from '@tidewaiter/contracts';
import type { Decider } from '@tidewaiter/kernel';
import { NotFound, unreachable, WrongState } from '@tidewaiter/kernel';
import { without } from './without.js';

export type TaskEvent = EventOf<typeof taskRaised> | EventOf<typeof taskDecided> | EventOf<typeof taskWithdrawn>;
type Raised = EventOf<typeof taskRaised>['data'];
type Kept = Omit<EventOf<typeof taskDecided>['data'], 'taskId' | 'shipmentId' | 'closes'>;

export type Task =
  | { status: 'none' }
  | (Raised & {
      status: 'open' | 'done' | 'withdrawn';
      /** several where more than one person is needed */
      decisions: readonly Kept[];
    });

export type TaskCommand =
  | ({ type: 'RaiseTask' } & Raised)
  | { type: 'DecideTask'; by: string; decision: Record<string, unknown>; closes: boolean }
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

function evolve(state: Task, event: TaskEvent): Task {
  if (event.type === 'TaskRaised') return { ...event.data, status: 'open', decisions: [] };
  if (state.status === 'none') return state;
  if (event.type === 'TaskWithdrawn') return { ...state, status: 'withdrawn' };
  const { by, decision, closes } = event.data;
  return { ...state, status: closes ? 'done' : state.status, decisions: [...state.decisions, { by, decision }] };
}

/** Something that waits for a person, until enough people decided it or it needs nobody any more. */
export const task: Decider<Task, TaskCommand, TaskEvent> = { initial: { status: 'none' }, decide, evolve };
