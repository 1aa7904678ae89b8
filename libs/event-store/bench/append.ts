import type { Pool } from 'pg';
import { newId, now } from '@tidewaiter/kernel';

export interface AppendRates {
  /** bare inserts of one row with the same body, per second */
  insert: number;
  /** appends of one event with its outbox row, per second */
  append: number;
  /** append / insert */
  ratio: number;
  clients: number;
}

const BODY = JSON.stringify({ specversion: '1.0', data: { note: 'x'.repeat(600) } });

/**
 * Appends of one event, each to a stream of its own clients' making, against bare one-row inserts through the same pool.
 *
 * @param pool app role of a migrated context, at least `clients` connections
 * @param bare a role that may create a table: `insert into bare_rows` is the yardstick
 */
export async function measureAppend(pool: Pool, { clients = 8, seconds = 3 } = {}): Promise<AppendRates> {
  const insert = await rate(clients, seconds, (client, turn) =>
    pool.query({
      name: 'bare-insert',
      text: 'insert into bare_rows (tenant_id, stream, version, body) values ($1, $2, $3, $4)',
      values: ['acme', `engagement-${client}`, turn, BODY],
    }),
  );
  const streams = Array.from({ length: clients }, () => `engagement-${newId()}`);
  const append = await rate(clients, seconds, (client, turn) =>
    pool.query({
      name: 'append',
      text: 'select append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as positions',
      values: [
        'acme',
        streams[client],
        turn,
        streams[client],
        `bench/${turn}`,
        'bench',
        now(),
        [newId()],
        ['tidewaiter.shipments.EngagementSuspended.v1'],
        [BODY],
      ],
    }),
  );
  return { insert, append, ratio: append / insert, clients };
}

async function rate(
  clients: number,
  seconds: number,
  work: (client: number, turn: number) => Promise<unknown>,
): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const client = async (_: unknown, index: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn += 1) {
      await work(index, turn);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return done / seconds;
}
