import type { AnswerOf, collectMessages } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { Unavailable, type Instant } from '@tidewaiter/kernel';
import { byOf, idFor, type CallerIdentity } from '@tidewaiter/platform';
import { mailbox } from '../domain/mailbox.js';
import type { Collector } from './collector.js';

/** Mailboxes of authorities, looked into at a person's word: who asked, when, and what lay there is on record. */
export class Mailboxes {
  constructor(
    private readonly store: EventStore,
    private readonly collector: Pick<Collector, 'collect'>,
    private readonly clock: () => Instant,
  ) {}

  /** @throws NotFound `customs.authority.no-mailbox`; Unavailable `customs.authority.down`, which is on record too */
  async collect(caller: CallerIdentity, commandId: string, name: string): Promise<AnswerOf<typeof collectMessages>> {
    try {
      const collected = await this.collector.collect(name);
      await this.note(caller, commandId, collected);
      return collected;
    } catch (error) {
      if (error instanceof Unavailable) {
        const authority = name.toUpperCase();
        await this.note(caller, `${commandId}/down`, { authority, fetched: null, collectedAt: this.clock() });
      }
      throw error;
    }
  }

  private async note(
    caller: CallerIdentity,
    commandId: string,
    collected: { authority: string; fetched: number | null; collectedAt: Instant },
  ): Promise<void> {
    const mailboxId = idFor('mailbox', caller.tenant, collected.authority);
    const data = { mailboxId, by: caller.actor, ...collected };
    const by = byOf(caller, mailboxId, commandId);
    await this.store.execute(mailbox, `mailbox-${mailboxId}`, { type: 'NoteCollection', data }, by);
  }
}
