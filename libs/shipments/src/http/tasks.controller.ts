import { Controller, Inject } from '@nestjs/common';
import { decideTask, listTasks, showTask, type InputOf } from '@tidewaiter/contracts';
import { Caller, CommandId, IfMatch, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { TaskDecisions } from '../application/task-decisions.js';
import { Views } from '../application/views.js';

@Controller()
export class TasksController {
  constructor(
    @Inject(Views) private readonly views: Views,
    @Inject(TaskDecisions) private readonly decisions: TaskDecisions,
  ) {}

  @Serves(listTasks)
  list(@Input() { query }: InputOf<typeof listTasks>, @Caller() caller: CallerIdentity) {
    return this.views.tasks(caller.tenant, query);
  }

  @Serves(showTask)
  show(@Input() { params }: InputOf<typeof showTask>, @Caller() caller: CallerIdentity) {
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
