import { newId, now } from '@tidewaiter/kernel';
import type { Pool } from 'pg';
import { TestDatabase } from './servers.js';

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
 * Appends of one event, every client to a stream of its own, against bare inserts of one row through the same pool.
 * The two take turns, so that a busy machine slows both.
 *
 * @param serverUrl superuser's address of a Postgres; a database is made there and dropped again
 */
export async function benchAppend(serverUrl: string, { clients = 8, seconds = 6 } = {}): Promise<AppendRates> {
  const database = await TestDatabase.create('shipments', undefined, serverUrl);
  try {
    await database.pool(undefined, 1).query(`
      create table shipments.bare_rows (
        id bigint generated always as identity primary key,
        tenant_id text not null, stream text not null, version integer not null, body text not null
      );
      grant insert on shipments.bare_rows to shipments_app`);
    const pool = database.pool('shipments_app', clients);
    const rounds = 4;
    let inserted = 0;
    let appended = 0;
    for (let round = 0; round < rounds; round += 1) {
      inserted += await count(clients, seconds / 2 / rounds, insertOn(pool));
      appended += await count(clients, seconds / 2 / rounds, appendOn(pool, clients));
    }
    const [insert, append] = [inserted / (seconds / 2), appended / (seconds / 2)];
    return { insert, append, ratio: append / insert, clients };
  } finally {
    await database.drop();
  }
}

type Client = (client: number, turn: number) => Promise<unknown>;

const insertOn =
  (pool: Pool): Client =>
  (client, turn) =>
    pool.query({
      name: 'bare-insert',
      text: 'insert into bare_rows (tenant_id, stream, version, body) values ($1, $2, $3, $4)',
      values: ['acme', `engagement-${client}`, turn, BODY],
    });

function appendOn(pool: Pool, clients: number): Client {
  const streams = Array.from({ length: clients }, () => `engagement-${newId()}`);
  return (client, turn) =>
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
    });
}

async function count(clients: number, seconds: number, work: Client): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const client = async (_: unknown, index: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn += 1) {
      await work(index, turn);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return done;
}
