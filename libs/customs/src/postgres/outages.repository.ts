import type { Tx } from '@tidewaiter/event-store';
import { plusMillis, toInstant, type Instant } from '@tidewaiter/kernel';

export interface Outage {
  since: Instant;
  says: string;
}

/** Whoever has not looked for this long has given up, and holds nobody's place. */
const FORGOTTEN_MS = 7_200_000;

/** Outages of authorities and the filings that wait for their end; in the context's own transactions, across tenants. */
export const outages = {
  async open(tx: Tx, authority: string): Promise<Outage | null> {
    const { rows } = await tx.query<{ since: Date; says: string }>(
      'select since, says from outages where authority = $1 and ended_at is null',
      [authority],
    );
    return rows[0] ? { since: toInstant(rows[0].since.toISOString()), says: rows[0].says } : null;
  },

  /** Opens an outage, or finds the one that is open. */
  async begin(tx: Tx, authority: string, now: Instant, says: string): Promise<Outage> {
    await tx.query(
      'insert into outages (authority, since, says) values ($1, $2, $3) on conflict (authority) where ended_at is null do nothing',
      [authority, now, says],
    );
    return (await outages.open(tx, authority)) ?? { since: now, says };
  },

  async end(tx: Tx, authority: string, now: Instant): Promise<boolean> {
    const { rowCount } = await tx.query('update outages set ended_at = $2 where authority = $1 and ended_at is null', [
      authority,
      now,
    ]);
    return (rowCount ?? 0) > 0;
  },

  async queue(
    tx: Tx,
    authority: string,
    waiting: { declarationId: string; deadline: string | null },
    now: Instant,
  ): Promise<void> {
    await tx.query(
      `insert into outbound_queue (authority, declaration_id, deadline, queued_at, looked_at) values ($1, $2, $3, $4, $4)
       on conflict (authority, declaration_id) do update set looked_at = excluded.looked_at`,
      [authority, waiting.declarationId, waiting.deadline, now],
    );
  },

  async leave(tx: Tx, authority: string, declarationId: string): Promise<void> {
    await tx.query('delete from outbound_queue where authority = $1 and declaration_id = $2', [
      authority,
      declarationId,
    ]);
  },

  /** Makes the first in the queue the pilot for a while. @returns whether it is this one */
  async pilot(tx: Tx, authority: string, declarationId: string, now: Instant, leaseMs: number): Promise<boolean> {
    const { rowCount } = await tx.query(
      `update outages set pilot = $2, pilot_until = $4
       where authority = $1 and ended_at is null and (pilot_until <= $3 or pilot = $2) and $2 = (
         select declaration_id from outbound_queue where authority = $1 and looked_at > $5
         order by deadline nulls last, queued_at, declaration_id limit 1)`,
      [authority, declarationId, now, plusMillis(now, leaseMs), plusMillis(now, -FORGOTTEN_MS)],
    );
    return (rowCount ?? 0) > 0;
  },
};
