import type { Tx } from '@tidewaiter/event-store';
import { plusMillis, toInstant, type Instant } from '@tidewaiter/kernel';

/** A body as it came, with the state of its reading. */
export interface RawBody {
  rawId: string;
  channel: string;
  headers: Record<string, string>;
  bytes: Buffer;
  sha256: string;
  receivedAt: Instant;
  tries: number;
}

export interface Unmatched {
  rawId: string;
  sha256: string;
  receivedAt: Instant;
  reason: string;
}

/** The declaration that a reference leads to, and whose it is. */
export interface Owner {
  tenant: string;
  declarationId: string;
}

export type KeyScheme = 'conversation' | 'mrn' | 'lrn';

/** A reference as parked messages carry it. */
export const keyOf = (scheme: KeyScheme, value: string): string =>
  `${scheme}:${scheme === 'conversation' ? value.toLowerCase() : value}`;

/**
 * Bodies of authorities and how far their reading is. They belong to nobody until they are correlated, so these statements
 * run in the context's own transactions, never in a caller's.
 */
export const inbox = {
  async store(
    tx: Tx,
    raw: {
      rawId: string;
      channel: string;
      headers: Record<string, string>;
      bytes: Buffer;
      sha256: string;
      receivedAt: Instant;
    },
  ): Promise<void> {
    await tx.query(
      `with kept as (
         insert into raw_messages (raw_id, channel, headers, bytes, sha256, received_at) values ($1, $2, $3, $4, $5, $6) returning raw_id
       )
       insert into readings (raw_id, look_at) values ($1, $6)`,
      [raw.rawId, raw.channel, JSON.stringify(raw.headers), raw.bytes, raw.sha256, raw.receivedAt],
    );
  },

  /** Takes what is due for a while: whoever dies over it leaves it to the next one. */
  async claim(tx: Tx, most: number, now: Instant, leaseMs: number): Promise<RawBody[]> {
    const { rows } = await tx.query<{
      raw_id: string;
      channel: string;
      headers: Record<string, string>;
      bytes: Buffer;
      sha256: string;
      received_at: Date;
      tries: number;
    }>(
      `with due as (
         select raw_id from readings where state <> 'settled' and look_at <= $2 order by look_at limit $1 for update skip locked
       ), taken as (
         update readings r set look_at = $3, tries = tries + 1 from due where r.raw_id = due.raw_id returning r.raw_id, r.tries
       )
       select m.raw_id, m.channel, m.headers, m.bytes, m.sha256, m.received_at, taken.tries
       from taken join raw_messages m using (raw_id) order by m.received_at, m.raw_id`,
      [most, now, plusMillis(now, leaseMs)],
    );
    return rows.map((row) => ({
      rawId: row.raw_id,
      channel: row.channel,
      headers: row.headers,
      bytes: row.bytes,
      sha256: row.sha256,
      receivedAt: toInstant(row.received_at.toISOString()),
      tries: row.tries,
    }));
  },

  async settle(tx: Tx, rawIds: readonly string[]): Promise<void> {
    await tx.query(`update readings set state = 'settled', reason = null, keys = '{}' where raw_id = any($1)`, [
      rawIds,
    ]);
  },

  /** Set aside, visible, and looked at again at the time named or when one of its references becomes known. */
  async park(tx: Tx, rawId: string, reason: string, keys: readonly string[], lookAt: Instant): Promise<void> {
    await tx.query(`update readings set state = 'parked', reason = $2, keys = $3, look_at = $4 where raw_id = $1`, [
      rawId,
      reason,
      keys,
      lookAt,
    ]);
  },

  /** References became known: what waits for them is due at once. @returns how many */
  async wake(tx: Tx, keys: readonly string[], now: Instant): Promise<number> {
    const { rowCount } = await tx.query(
      `update readings set look_at = $2 where state = 'parked' and keys && $1 and look_at > $2`,
      [keys, now],
    );
    return rowCount ?? 0;
  },

  /** Declarations that the references of each message lead to; more than one is a contradiction. */
  async whose(tx: Tx, messages: readonly Record<KeyScheme, string | null>[]): Promise<Owner[][]> {
    const { rows } = await tx.query<{ number: number; tenant_id: string; declaration_id: string }>(
      `select distinct m.number, k.tenant_id, k.declaration_id
       from unnest($1::text[], $2::text[], $3::text[]) with ordinality as m (conversation, mrn, lrn, number)
       join declaration_keys k on (k.scheme = 'conversation' and k.value = m.conversation)
         or (k.scheme = 'mrn' and k.value = m.mrn) or (k.scheme = 'lrn' and k.value = m.lrn)`,
      [
        messages.map(({ conversation }) => conversation?.toLowerCase() ?? null),
        messages.map(({ mrn }) => mrn),
        messages.map(({ lrn }) => lrn),
      ],
    );
    const owners = messages.map((): Owner[] => []);
    for (const row of rows)
      owners[Number(row.number) - 1]!.push({ tenant: row.tenant_id, declarationId: row.declaration_id });
    return owners;
  },

  async unmatched(tx: Tx): Promise<Unmatched[]> {
    const { rows } = await tx.query<{ raw_id: string; sha256: string; received_at: Date; reason: string }>(
      `select m.raw_id, m.sha256, m.received_at, r.reason from readings r join raw_messages m using (raw_id)
       where r.state = 'parked' order by m.received_at desc limit 200`,
    );
    return rows.map((row) => ({
      rawId: row.raw_id,
      sha256: row.sha256,
      receivedAt: toInstant(row.received_at.toISOString()),
      reason: row.reason,
    }));
  },

  async bytes(tx: Tx, rawId: string): Promise<Buffer | null> {
    const { rows } = await tx.query<{ bytes: Buffer }>('select bytes from raw_messages where raw_id = $1', [rawId]);
    return rows[0]?.bytes ?? null;
  },
};
