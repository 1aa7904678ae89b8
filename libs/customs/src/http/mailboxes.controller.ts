import { Controller, Inject } from '@nestjs/common';
import { collectMessages, type AnswerOf, type InputOf } from '@tidewaiter/contracts';
import { Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Mailboxes } from '../application/mailboxes.js';

/** What people do when messages did not come. */
@Controller()
export class MailboxesController {
  constructor(@Inject(Mailboxes) private readonly mailboxes: Mailboxes) {}

  @Serves(collectMessages)
  collect(
    @Input() { params }: InputOf<typeof collectMessages>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof collectMessages>> {
    return this.mailboxes.collect(caller, commandId, params.authority);
  }
}
