import { timingSafeEqual } from 'node:crypto';
import { Controller, Headers, Inject } from '@nestjs/common';
import { bankNotification } from '@tidewaiter/contracts';
import { RawBody, Serves, Unauthenticated } from '@tidewaiter/platform';
import { BankInbox } from '../application/bank-messages.js';
import { DUTIES_SETTINGS, type DutiesSettings } from '../duties.settings.js';

/** The bank's own door: its token, then its bytes into store, then the answer. */
@Controller()
export class BankController {
  constructor(
    @Inject(BankInbox) private readonly inbox: BankInbox,
    @Inject(DUTIES_SETTINGS) private readonly settings: DutiesSettings,
  ) {}

  @Serves(bankNotification)
  async receive(@RawBody() body: Buffer, @Headers('authorization') authorization: string | undefined): Promise<void> {
    const expected = Buffer.from(`Bearer ${this.settings.BANK_CALLBACK_TOKEN}`);
    const given = Buffer.from(authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Unauthenticated('identity.channel.refused', 'The bank’s channel credential is missing or wrong.', {
        advice: 'Set the bank’s callback token on both sides.',
      });
    }
    await this.inbox.receive(body);
  }
}
