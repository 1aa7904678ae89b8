import { Controller, Inject } from '@nestjs/common';
import {
  reportAccess,
  reportCompleteness,
  reportRetention,
  reportSeparationOfDuties,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CLOCK, Input, Serves, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import { Reports } from '../application/reports.js';

@Controller()
export class ReportsController {
  constructor(
    @Inject(Reports) private readonly reports: Reports,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Serves(reportSeparationOfDuties)
  duties(
    @Input() { query }: InputOf<typeof reportSeparationOfDuties>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof reportSeparationOfDuties>> {
    return this.reports.duties(tenant, this.spanOf(query));
  }

  @Serves(reportAccess)
  access(
    @Input() { query }: InputOf<typeof reportAccess>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof reportAccess>> {
    return this.reports.access(tenant, this.spanOf(query));
  }

  @Serves(reportCompleteness)
  completeness(@Caller() { tenant }: CallerIdentity): Promise<AnswerOf<typeof reportCompleteness>> {
    return this.reports.completeness(tenant);
  }

  @Serves(reportRetention)
  retention(
    @Input() { query }: InputOf<typeof reportRetention>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof reportRetention>> {
    return this.reports.retention(tenant, query);
  }

  private spanOf({ from, to }: { from?: string | undefined; to?: string | undefined }) {
    return { from: from ?? '1970-01-01T00:00:00Z', to: to ?? this.clock() };
  }
}
