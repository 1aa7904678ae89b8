import { Inject } from '@nestjs/common';
import type { AnswerOf, InputOf, acceptDifference } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { NotFound } from '@tidewaiter/kernel';
import { byOf, DATABASE, EVENT_STORE, refuseIfRefused, type CallerIdentity, type Database } from '@tidewaiter/platform';
import { checklist } from '../domain/index.js';
import { digestOf } from './digests.js';
import { checklistStream, Judging } from './judging.js';
import { DocumentViews } from './views.js';

/** Differences between the papers that people let stand as they are. */
export class Differences {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Judging) private readonly judging: Judging,
    @Inject(DocumentViews) private readonly views: DocumentViews,
  ) {}

  /**
   * A warning is accepted; what blocks filing is proposed by the first person and accepted by the second, and then no longer blocks.
   *
   * @throws NotFound `documents.finding.unknown`; Refused `documents.finding.not-acceptable`, `.not-proposed`, `.same-person`
   */
  async accept(
    caller: CallerIdentity,
    shipmentId: string,
    { digest, reason }: InputOf<typeof acceptDifference>['body'],
    commandId: string,
  ): Promise<AnswerOf<typeof acceptDifference>> {
    const { tenant, actor, roles } = caller;
    // Known first: another tenant's shipment is as unknown as none.
    await this.views.findings(tenant, shipmentId);
    const by = byOf(caller, shipmentId, commandId);
    const stream = checklistStream(shipmentId);
    const events = await this.database.tenant(tenant, async (tx) => {
      const { state } = await this.store.load(checklist, tenant, stream, tx);
      const found = state.status === 'none' ? [] : (state.checks?.findings ?? []);
      const finding = found.find((each) => digestOf(each) === digest);
      if (!finding) {
        throw new NotFound('documents.finding.unknown', 'no such difference stands between these papers now', {
          advice: 'Look at the cross-check again: a paper or a value has changed.',
        });
      }
      const { kind, subject, outcome } = finding;
      const done = await this.store.execute(
        checklist,
        stream,
        {
          type: 'AcceptDifference',
          finding: { kind, subject, outcome },
          ...{ digest, by: actor, reason, second: roles.includes('compliance') },
        },
        by,
        { tx, fingerprint: { digest, reason } },
      );
      if (done.events.some(({ type }) => type === 'DifferenceAccepted'))
        await this.judging.judge(tx, shipmentId, { ...by, commandId: `${commandId}/judge` });
      return done.events;
    });
    // Only now: what was recorded is to stay.
    refuseIfRefused(events, 'Ask somebody in compliance.');
    return this.views.findings(tenant, shipmentId);
  }
}
