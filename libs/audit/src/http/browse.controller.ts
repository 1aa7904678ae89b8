import { Controller, Inject } from '@nestjs/common';
import { listCheckpoints, listLogEntries, showCoverage, type AnswerOf, type InputOf } from '@tidewaiter/contracts';
import { Caller, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Browsing } from '../application/browsing.js';

@Controller()
export class BrowseController {
  constructor(@Inject(Browsing) private readonly browsing: Browsing) {}

  @Serves(listLogEntries)
  entries(
    @Input() { query }: InputOf<typeof listLogEntries>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listLogEntries>> {
    return this.browsing.entries(tenant, query);
  }

  @Serves(listCheckpoints)
  checkpoints(
    @Input() { query }: InputOf<typeof listCheckpoints>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listCheckpoints>> {
    return this.browsing.checkpoints(tenant, query);
  }

  @Serves(showCoverage)
  coverage(
    @Input() { params }: InputOf<typeof showCoverage>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showCoverage>> {
    return this.browsing.coverage(tenant, params.shipmentId);
  }
}
