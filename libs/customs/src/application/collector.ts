import { createHash } from 'node:crypto';
import type { Tx } from '@tidewaiter/event-store';
import { millisOf, newId, NotFound, Unavailable, type Instant } from '@tidewaiter/kernel';
import type { Authority } from '../authorities/authority.js';
import { codeOf } from '../authorities/wire.js';
import { inbox } from '../postgres/inbox.repository.js';
import type { SystemDatabase } from './inbox.js';

interface Log {
  warn(message: string, fields?: Record<string, unknown>): void;
}

const cursors = {
  async of(tx: Tx, authority: string): Promise<string | null> {
    const { rows } = await tx.query<{ cursor: string }>('select cursor from collected where authority = $1', [
      authority,
    ]);
    return rows[0]?.cursor ?? null;
  },
  async move(tx: Tx, authority: string, cursor: string, at: Instant): Promise<void> {
    await tx.query(
      `insert into collected (authority, cursor, collected_at) values ($1, $2, $3)
       on conflict (authority) do update set cursor = $2, collected_at = $3`,
      [authority, cursor, at],
    );
  },
};

/** How often an authority that pushes is asked for what its pushes did not bring; and at the start, as it may have been down till then. */
const MISSED_EVERY_MS = 3_600_000;

/** Fetches what is not pushed, or was not brought. A message and its cursor are stored together, before the next one is asked for. */
export class Collector {
  private readonly lookedAt = new Map<Authority, Instant>();

  constructor(
    private readonly database: SystemDatabase,
    private readonly authorities: readonly Authority[],
    private readonly clock: () => Instant,
    private readonly log: Log,
    /** something new waits to be read */
    private readonly arrived: () => void,
  ) {}

  /** @returns 0: how often a mailbox is looked into is the drain's rhythm, however much lay in it */
  async work(): Promise<number> {
    for (const authority of this.authorities) {
      const last = this.lookedAt.get(authority);
      if (authority.pushes && last && millisOf(this.clock()) - millisOf(last) < MISSED_EVERY_MS) continue;
      this.lookedAt.set(authority, this.clock());
      try {
        await this.fetch(authority);
      } catch (error) {
        this.log.warn('a mailbox could not be read', { authority: authority.profile.authority, code: codeOf(error) });
      }
    }
    return 0;
  }

  /**
   * Fetches at once, at a person's word.
   *
   * @throws NotFound `customs.authority.no-mailbox`
   * @throws Unavailable `customs.authority.down` when it gave no answer
   */
  async collect(name: string): Promise<{ authority: string; fetched: number; collectedAt: Instant }> {
    const mailbox = this.authorities.find(({ profile }) => profile.authority.toLowerCase() === name.toLowerCase());
    if (!mailbox) {
      throw new NotFound('customs.authority.no-mailbox', `nothing can be fetched from ${name}`, {
        advice: `Name one of: ${this.authorities.map(({ profile }) => profile.authority).join(', ')}.`,
      });
    }
    try {
      const fetched = await this.fetch(mailbox);
      return { authority: mailbox.profile.authority, fetched, collectedAt: this.clock() };
    } catch (error) {
      throw new Unavailable('customs.authority.down', `${mailbox.profile.authority} gave no answer: ${codeOf(error)}`, {
        advice: 'Try again later; it is also asked by itself every hour.',
      });
    }
  }

  /** @returns how many messages lay there */
  private async fetch(mailbox: Authority): Promise<number> {
    let fetched = 0;
    const { authority, channel } = mailbox.profile;
    const from = await this.database.system((tx) => cursors.of(tx, authority));
    for await (const { bytes, cursor, conversationId } of mailbox.collect?.(from) ?? []) {
      const receivedAt = this.clock();
      await this.database.system(async (tx) => {
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const headers: Record<string, string> = conversationId ? { 'x-conversation-id': conversationId } : {};
        await inbox.store(tx, { rawId: newId(), channel, headers, bytes, sha256, receivedAt });
        await cursors.move(tx, authority, cursor, receivedAt);
      });
      fetched += 1;
      this.arrived();
    }
    return fetched;
  }
}
