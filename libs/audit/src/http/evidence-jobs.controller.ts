import { Controller, Inject } from '@nestjs/common';
import {
  fetchEvidenceFile,
  listEvidenceJobs,
  startEvidenceJob,
  stopEvidenceJob,
  type InputOf,
} from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { Binary, Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { EvidenceJobs } from '../application/evidence-jobs.js';
import { evidenceFile } from './evidence-file.js';

@Controller()
export class EvidenceJobsController {
  constructor(@Inject(EvidenceJobs) private readonly jobs: EvidenceJobs) {}

  @Serves(startEvidenceJob)
  start(
    @Input() { body }: InputOf<typeof startEvidenceJob>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.jobs.start(caller, body, commandId);
  }

  @Serves(listEvidenceJobs)
  list(@Caller() { tenant }: CallerIdentity) {
    return this.jobs.list(tenant);
  }

  @Serves(stopEvidenceJob)
  stop(@Input() { params }: InputOf<typeof stopEvidenceJob>, @Caller() { tenant }: CallerIdentity) {
    return this.jobs.stop(tenant, params.jobId);
  }

  @Serves(fetchEvidenceFile)
  async fetch(
    @Input() { params: { jobId, shipmentId } }: InputOf<typeof fetchEvidenceFile>,
    @Caller() caller: CallerIdentity,
  ): Promise<Binary> {
    return evidenceFile(shipmentId, await this.jobs.fetch(caller, jobId, shipmentId, `download/${newId()}`));
  }
}
