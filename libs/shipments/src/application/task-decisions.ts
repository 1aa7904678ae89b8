import { Inject } from '@nestjs/common';
import {
  engagementWorkflowId,
  shipmentWorkflowId,
  type AnswerOf,
  type Decision,
  type DecisionAnswer,
  type decideTask,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { Conflict, Forbidden, NotFound, Refused } from '@tidewaiter/kernel';
import { EVENT_STORE, WORKFLOWS, type CallerIdentity } from '@tidewaiter/platform';
import { checkDecision, checkRole } from '../domain/decisions.js';
import { openTask, sawAll } from '../domain/task.js';
import { knownShipment } from './known.js';
import type { TaskRow } from './read-models.js';

/** The way to the workflow that waits for a decision; the platform gives it. */
export interface DecisionPort {
  decide(workflowId: string, decision: Decision, updateId: string): Promise<DecisionAnswer>;
}

interface Found {
  state: TaskRow;
  version: number;
}

/**
 * Takes a person's decision on a task to the workflow that raised it. The workflow records it; here it is only checked
 * that the task is open as the person saw it, that the person has its role, and that the answer fits its kind.
 */
export class TaskDecisions {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(WORKFLOWS) private readonly workflows: DecisionPort,
  ) {}

  /**
   * @throws WrongState `shipments.task.not-open`; Forbidden `shipments.task.role`; Invalid `shipments.task.decision-invalid`;
   *         Conflict `event-store.version.stale`; Refused with the workflow's code; Unavailable `workflow.not-answering`
   */
  async decide(
    taskId: string,
    body: Record<string, unknown>,
    caller: CallerIdentity,
    commandId: string,
    expectedVersion: number,
  ): Promise<AnswerOf<typeof decideTask>> {
    const { tenant, actor, roles } = caller;
    const { state, version } = await this.find(tenant, taskId);
    checkRole(roles, state.role);
    const decision = checkDecision(state.kind, body);
    if (!(await this.wentOut(tenant, commandId))) {
      openTask(state);
      if (!sawAll(state, version, expectedVersion)) {
        throw new Conflict('event-store.version.stale', `the task is at version ${version}, not ${expectedVersion}`, {
          advice: 'Read the task again, look at what it says now, and send its ETag.',
        });
      }
      await this.checkBinding(state, decision, caller);
      await this.note(tenant, commandId, taskId);
    }
    const workflowId =
      state.waiter ??
      (state.shipmentId === null
        ? engagementWorkflowId(state.engagementId ?? '')
        : shipmentWorkflowId(state.shipmentId));
    const answer = await this.workflows.decide(
      workflowId,
      { taskId, by: actor, roles: [...roles], commandId, decision },
      commandId,
    );
    if (answer.kind === 'refused') throw new Refused(answer.code, answer.says);
    const after = await this.find(tenant, taskId);
    return { taskId, status: answer.closes ? 'done' : after.state.status, says: answer.says, version: after.version };
  }

  /** What a decision must agree with beside its form: the digest that was looked at, and a second person for a hit. */
  private async checkBinding(state: TaskRow, decision: Record<string, unknown>, caller: CallerIdentity): Promise<void> {
    if (typeof decision['digest'] === 'string' && decision['digest'] !== state.about['digest']) {
      throw new Refused('duties.payment.digest-changed', 'what you approve is not what this task is about any more', {
        advice: 'Read the task again and look at amount, payee and reference.',
      });
    }
    if (!('clear' in decision) || state.shipmentId === null) return;
    const { state: about } = await knownShipment(this.store, caller.tenant, state.shipmentId);
    if (state.role !== 'compliance' || about.openedBy === caller.actor) {
      throw new Forbidden(
        'shipments.screening.not-yours',
        'A hit is cleared by compliance, and never by whoever opened the shipment.',
        {
          advice: 'Ask a colleague in compliance to look at the hit.',
        },
      );
    }
  }

  private async find(tenant: string, taskId: string): Promise<Found> {
    const [found] = await this.store.query<Found & { state: TaskRow }>(
      tenant,
      `select state, version from tasks where tenant_id = $1 and id = $2`,
      [tenant, taskId],
    );
    if (!found)
      throw new NotFound('shipments.task.unknown', 'no such task', { advice: 'Look at the list of open tasks.' });
    return found;
  }

  private async wentOut(tenant: string, commandId: string): Promise<boolean> {
    const rows = await this.store.query(
      tenant,
      `select from decision_requests where tenant_id = $1 and command_id = $2`,
      [tenant, commandId],
    );
    return rows.length > 0;
  }

  private async note(tenant: string, commandId: string, taskId: string): Promise<void> {
    await this.store.transaction(tenant, (tx) =>
      tx.query(
        `insert into decision_requests (tenant_id, command_id, task_id) values ($1, $2, $3) on conflict do nothing`,
        [tenant, commandId, taskId],
      ),
    );
  }
}
