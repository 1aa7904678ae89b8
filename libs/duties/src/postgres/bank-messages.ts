import type { Tx } from '@tidewaiter/event-store';

export interface UnreadMessage {
  digest: string;
  body: Buffer;
  receivedAt: string;
}

/** Pushes of the bank as they came; read once, kept whatever became of them. */
export const bankMessages = {
  /** @returns false when the same bytes were stored before */
  async store(systemTx: Tx, digest: string, body: Buffer): Promise<boolean> {
    const { rowCount } = await systemTx.query(
      'insert into bank_messages (digest, body) values ($1, $2) on conflict do nothing',
      [digest, body],
    );
    return rowCount === 1;
  },

  async unread(systemTx: Tx, limit: number): Promise<UnreadMessage[]> {
    const { rows } = await systemTx.query<UnreadMessage>(
      `select digest, body, to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "receivedAt"
       from bank_messages where read_at is null order by attempts, position limit $1`,
      [limit],
    );
    return rows;
  },

  async settle(systemTx: Tx, digest: string, outcome: string, says: string): Promise<void> {
    await systemTx.query(
      'update bank_messages set read_at = now(), outcome = $2, says = $3, attempts = attempts + 1 where digest = $1',
      [digest, outcome, says],
    );
  },

  /** It stays unread; those that were never tried go before it. */
  async postpone(systemTx: Tx, digest: string): Promise<void> {
    await systemTx.query('update bank_messages set attempts = attempts + 1 where digest = $1', [digest]);
  },
};
