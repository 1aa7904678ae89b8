import { Controller, Inject } from '@nestjs/common';
import { issuePartnerKey, listPartnerKeys, revokePartnerKey, type AnswerOf, type InputOf } from '@tidewaiter/contracts';
import { Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Keys } from '../application/keys.js';

@Controller()
export class KeysController {
  constructor(@Inject(Keys) private readonly keys: Keys) {}

  @Serves(listPartnerKeys)
  list(@Caller() { tenant }: CallerIdentity): Promise<AnswerOf<typeof listPartnerKeys>> {
    return this.keys.list(tenant);
  }

  @Serves(issuePartnerKey)
  issue(
    @Input() { body }: InputOf<typeof issuePartnerKey>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof issuePartnerKey>> {
    return this.keys.issue(caller, body, commandId);
  }

  @Serves(revokePartnerKey)
  revoke(
    @Input() { params }: InputOf<typeof revokePartnerKey>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof revokePartnerKey>> {
    return this.keys.revoke(caller, params.keyId, commandId);
  }
}
