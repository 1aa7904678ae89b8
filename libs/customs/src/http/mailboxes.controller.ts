import { Controller, Inject } from '@nestjs/common';
import { collectMessages, type AnswerOf, type InputOf } from '@tidewaiter/contracts';
import { Input, Serves } from '@tidewaiter/platform';
import { Collector } from '../application/collector.js';

/** What people do when messages did not come. */
@Controller()
export class MailboxesController {
  constructor(@Inject(Collector) private readonly collector: Collector) {}

  @Serves(collectMessages)
  collect(@Input() { params }: InputOf<typeof collectMessages>): Promise<AnswerOf<typeof collectMessages>> {
    return this.collector.collect(params.authority);
  }
}
