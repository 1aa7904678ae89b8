import { Controller, Headers, Inject } from '@nestjs/common';
import { authorityNotification } from '@tidewaiter/contracts';
import { TidewaiterError } from '@tidewaiter/kernel';
import { alarms, RawBody, Serves, Unauthenticated } from '@tidewaiter/platform';
import { Inbox, isToken } from '../application/inbox.js';
import type { CustomsSettings } from '../settings.js';

export const CUSTOMS_SETTINGS = Symbol('CUSTOMS_SETTINGS');

/** Where the authority pushes to. 200 means stored: a 5xx would block its whole channel, so nothing is read here. */
@Controller()
export class NotificationsController {
  constructor(
    @Inject(Inbox) private readonly inbox: Inbox,
    @Inject(CUSTOMS_SETTINGS) private readonly settings: Pick<CustomsSettings, 'AUTHORITY_CALLBACK_TOKEN'>,
  ) {}

  @Serves(authorityNotification)
  async take(@RawBody() bytes: Buffer, @Headers() headers: Record<string, unknown>): Promise<void> {
    const given = typeof headers['authorization'] === 'string' ? headers['authorization'] : undefined;
    if (!isToken(given, this.settings.AUTHORITY_CALLBACK_TOKEN)) {
      throw new Unauthenticated('customs.callback.token', 'the token is not the one registered with the authority');
    }
    try {
      await this.inbox.take('cds', headers, bytes);
    } catch (error) {
      // From the first one on the authority's whole channel stands still.
      if (!(error instanceof TidewaiterError)) alarms.labels('customs.callback.failed').inc();
      throw error;
    }
  }
}
