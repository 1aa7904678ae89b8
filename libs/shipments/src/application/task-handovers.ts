import { Inject } from '@nestjs/common';
import type { InputOf, takeTask } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { NotFound } from '@tidewaiter/kernel';
import { byOf, EVENT_STORE, type CallerIdentity } from '@tidewaiter/platform';
import { checkRole } from '../domain/decisions.js';
import { task } from '../domain/task.js';

const streamOf = (taskId: string): string => `task-${taskId}`;

/** Who sees to a task. No workflow waits for it, so it is recorded at the door. */
export class TaskHandovers {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /**
   * @throws NotFound `shipments.task.unknown`; Forbidden `shipments.task.role`; WrongState `shipments.task.not-open`, `shipments.task.taken`;
   *         Conflict `shipments.task.changed-hands`
   */
  async take(
    taskId: string,
    { from }: InputOf<typeof takeTask>['body'],
    caller: CallerIdentity,
    commandId: string,
  ): Promise<void> {
    const { subject, role } = await this.raised(caller.tenant, taskId);
    checkRole(caller.roles, role);
    const command = { type: 'TakeTask' as const, by: caller.actor, from };
    await this.store.execute(task, streamOf(taskId), command, byOf(caller, subject, commandId), {
      fingerprint: { take: from ?? null },
    });
  }

  /** @throws NotFound `shipments.task.unknown`; WrongState `shipments.task.not-open`; Forbidden `shipments.task.not-yours` */
  async giveBack(taskId: string, caller: CallerIdentity, commandId: string): Promise<void> {
    const { subject } = await this.raised(caller.tenant, taskId);
    const forOthers = caller.roles.includes('administrator');
    const command = { type: 'GiveTaskBack' as const, by: caller.actor, forOthers };
    await this.store.execute(task, streamOf(taskId), command, byOf(caller, subject, commandId));
  }

  /** What a task's first event says of it for good. Its subject is that of the whole stream: some concern no shipment and no engagement. */
  private async raised(tenant: string, taskId: string): Promise<{ subject: string; role: string }> {
    const [event] = await this.store.read(tenant, streamOf(taskId), { toVersion: 1 });
    if (!event)
      throw new NotFound('shipments.task.unknown', 'no such task', { advice: 'Look at the list of open tasks.' });
    const { role } = event.data as { role: string };
    return { subject: event.subject, role };
  }
}
