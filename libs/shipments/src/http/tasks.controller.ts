import { Controller, Inject } from '@nestjs/common';
import { decideTask, giveTaskBack, listTasks, showTask, takeTask, type InputOf } from '@tidewaiter/contracts';
import { Caller, CommandId, IfMatch, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { TaskDecisions } from '../application/task-decisions.js';
import { TaskHandovers } from '../application/task-handovers.js';
import { Views } from '../application/views.js';

@Controller()
export class TasksController {
  constructor(
    @Inject(Views) private readonly views: Views,
    @Inject(TaskDecisions) private readonly decisions: TaskDecisions,
    @Inject(TaskHandovers) private readonly handovers: TaskHandovers,
  ) {}

  @Serves(listTasks)
  list(@Input() { query }: InputOf<typeof listTasks>, @Caller() caller: CallerIdentity) {
    return this.views.tasks(caller, query);
  }

  @Serves(showTask)
  show(@Input() { params }: InputOf<typeof showTask>, @Caller() caller: CallerIdentity) {
    return this.views.task(caller.tenant, params.taskId);
  }

  @Serves(takeTask)
  async take(
    @Input() { params, body }: InputOf<typeof takeTask>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    await this.handovers.take(params.taskId, body, caller, commandId);
    return this.views.task(caller.tenant, params.taskId);
  }

  @Serves(giveTaskBack)
  async giveBack(
    @Input() { params }: InputOf<typeof giveTaskBack>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    await this.handovers.giveBack(params.taskId, caller, commandId);
    return this.views.task(caller.tenant, params.taskId);
  }

  @Serves(decideTask)
  decide(
    @Input() { params, body }: InputOf<typeof decideTask>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.decisions.decide(params.taskId, body, caller, commandId, version);
  }
}
