import { Controller, Inject } from '@nestjs/common';
import { countBulk, listBulk, startBulk, stopBulk, type InputOf } from '@tidewaiter/contracts';
import { Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { BulkJobs } from '../application/bulk-jobs.js';

@Controller()
export class BulkController {
  constructor(@Inject(BulkJobs) private readonly jobs: BulkJobs) {}

  @Serves(countBulk)
  count(@Input() { query }: InputOf<typeof countBulk>, @Caller() caller: CallerIdentity) {
    return this.jobs.count(caller, query);
  }

  @Serves(startBulk)
  start(
    @Input() { body }: InputOf<typeof startBulk>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.jobs.start(caller, body, commandId);
  }

  @Serves(listBulk)
  list(@Caller() { tenant }: CallerIdentity) {
    return this.jobs.list(tenant);
  }

  @Serves(stopBulk)
  stop(@Input() { params }: InputOf<typeof stopBulk>, @Caller() { tenant }: CallerIdentity) {
    return this.jobs.stop(tenant, params.jobId);
  }
}
