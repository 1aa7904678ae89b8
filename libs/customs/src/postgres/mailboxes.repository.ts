import type { Tx } from '@tidewaiter/event-store';
import { plusMillis, toInstant, type Instant } from '@tidewaiter/kernel';

/** How far mailboxes of authorities were read; in the context's own transactions, as what lies in them is nobody's yet. */
export const mailboxes = {
  /** @returns the cursor to go on from, or undefined when another worker reads it */
  async lease(tx: Tx, mailbox: string, now: Instant, leaseMs: number): Promise<string | null | undefined> {
    await tx.query('insert into mailboxes (mailbox) values ($1) on conflict do nothing', [mailbox]);
    const { rows } = await tx.query<{ cursor: string | null }>(
      'update mailboxes set leased_until = $3 where mailbox = $1 and leased_until <= $2 returning cursor',
      [mailbox, now, plusMillis(now, leaseMs)],
    );
    return rows[0]?.cursor;
  },

  async move(tx: Tx, mailbox: string, cursor: string): Promise<void> {
    await tx.query('update mailboxes set cursor = $2 where mailbox = $1', [mailbox, cursor]);
  },

  /** Lets go of a mailbox; `fault` when it could not be read. @returns since when it is down, null when it is up */
  async release(tx: Tx, mailbox: string, now: Instant, fault: string | null): Promise<Instant | null> {
    const { rows } = await tx.query<{ down_since: Date | null }>(
      `update mailboxes set leased_until = '-infinity', says = $3,
         down_since = case when $3::text is null then null else coalesce(down_since, $2) end
       where mailbox = $1 returning down_since`,
      [mailbox, now, fault],
    );
    const since = rows[0]?.down_since;
    return since ? toInstant(since.toISOString()) : null;
  },
};
