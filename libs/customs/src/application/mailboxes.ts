import type { Instant } from '@tidewaiter/kernel';
import type { Authorities } from '../authorities/registry.js';
import { mailboxes } from '../postgres/mailboxes.repository.js';
import type { Inbox, SystemDatabase } from './inbox.js';

interface Log {
  warn(message: string, fields?: Record<string, unknown>): void;
}

const LEASE_MS = 60_000;

/** Fetches what authorities leave in mailboxes: stored first, the cursor moves with it, reading comes after. */
export class Mailboxes {
  constructor(
    private readonly database: SystemDatabase,
    private readonly authorities: Authorities,
    private readonly inbox: Inbox,
    private readonly clock: () => Instant,
    private readonly log: Log,
    /** counts what should never happen */
    private readonly alarm: (code: string) => void,
    /** channels whose address is known; the others have nothing to fetch from */
    private readonly channels: readonly string[],
  ) {}

  /** @returns how many messages were fetched */
  async work(): Promise<number> {
    let fetched = 0;
    for (const { profile, collect } of this.authorities.collecting(this.clock())) {
      if (!this.channels.includes(profile.channel)) continue;
      const mailbox = `${profile.channel}/${profile.destination}`;
      const cursor = await this.database.system((tx) => mailboxes.lease(tx, mailbox, this.clock(), LEASE_MS));
      if (cursor === undefined) continue;
      let fault: string | null = null;
      try {
        for await (const message of collect(cursor)) {
          const move = (tx: Parameters<typeof mailboxes.move>[0]) => mailboxes.move(tx, mailbox, message.cursor);
          await this.inbox.take(profile.channel, {}, message.bytes, move);
          fetched += 1;
        }
      } catch (error) {
        fault = error instanceof Error ? error.message.slice(0, 200) : 'unreadable';
      }
      const now = this.clock();
      const since = await this.database.system((tx) => mailboxes.release(tx, mailbox, now, fault));
      if (since === now) this.alarm('customs.mailbox.down');
      if (fault !== null) this.log.warn('a mailbox of an authority could not be read', { mailbox, since, says: fault });
    }
    return fetched;
  }
}
