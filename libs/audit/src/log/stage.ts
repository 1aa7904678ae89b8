import type { EventEnvelope } from '@tidewaiter/contracts';
import type { ReceivedRecord } from '@tidewaiter/event-bus';
import type { Tx } from '@tidewaiter/event-store';
import { Refused } from '@tidewaiter/kernel';
import { HASH_BYTES, LARGEST_ENTRY } from '@tidewaiter/merkle';
import { raise, type Alarm } from './alarms.js';
import { nodeHasher as hasher } from '@tidewaiter/merkle/node';

/** A record, and what of its event the log keeps beside the bytes. */
export interface Arrival {
  record: ReceivedRecord;
  event: Pick<EventEnvelope, 'tenantid' | 'id' | 'stream' | 'version' | 'subject'>;
}

interface Known {
  event_id: string;
  tenant_id: string;
  leaf_hash: Buffer;
}

/**
 * Step one: keeps events exactly as they were received, each once. Runs in the transaction that moves the consumer's
 * offset on, under the system role: a batch may hold events of several tenants.
 *
 * A repeat is nothing; other bytes under a known event id are an alarm and never an overwrite.
 *
 * @returns how many events are new
 * @throws  Refused `audit.entry.too-large`
 */
export async function stage(tx: Tx, received: readonly Arrival[]): Promise<number> {
  if (received.length === 0) return 0;
  refuseTooLarge(received);
  const hashes = Buffer.allocUnsafe(received.length * HASH_BYTES);
  received.forEach(({ record }, i) => hashes.set(hasher.leaf(record.value), i * HASH_BYTES));
  const fresh = await insert(tx, received, hashes);
  if (fresh < received.length) await compareRepeats(tx, received, hashes);
  return fresh;
}

function refuseTooLarge(received: readonly Arrival[]): void {
  const large = received.find(({ record }) => record.value.length > LARGEST_ENTRY);
  if (!large) return;
  throw new Refused(
    'audit.entry.too-large',
    `event ${large.event.id} has ${large.record.value.length} bytes; the log takes ${LARGEST_ENTRY}`,
    {
      advice: 'Store the body as a document and record its digest.',
      facts: { eventId: large.event.id, stream: large.event.stream },
    },
  );
}

/**
 * All bodies travel as one binary parameter and are cut apart in the server: arrays of bytes would travel as hex, twice the size.
 * The ids of the new events are a range for each log, as long as nobody else stages.
 */
async function insert(tx: Tx, received: readonly Arrival[], hashes: Buffer): Promise<number> {
  let at = 1;
  const starts = received.map(({ record }) => (at += record.value.length) - record.value.length);
  const { rows } = await tx.query<{ fresh: number }>(
    `with given as (
       select * from unnest($1::text[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::int[], $8::bigint[], $9::int[], $10::int[])
         with ordinality as g (tenant_id, event_id, stream, version, subject, topic, partition, record_offset, start, length, n)
     ), fresh as (
       insert into log_entries (tenant_id, event_id, stream, version, subject, topic, partition, record_offset, leaf_hash, body)
       select tenant_id, event_id, stream, version, subject, topic, partition, record_offset,
         substring($11::bytea from (n::int - 1) * ${HASH_BYTES} + 1 for ${HASH_BYTES}), substring($12::bytea from start for length)
       from given order by n
       on conflict (tenant_id, event_id) do nothing
       returning staged_id, tenant_id
     ), batches as (
       insert into log_staged (tenant_id, staged, events)
       select tenant_id, range_agg(int8range(staged_id, staged_id, '[]')), count(*) from fresh group by tenant_id
     )
     select count(*)::int as fresh from fresh`,
    [
      textArray(received.map(({ event }) => event.tenantid)),
      bareArray(received.map(({ event }) => event.id)),
      textArray(received.map(({ event }) => event.stream)),
      bareArray(received.map(({ event }) => event.version)),
      textArray(received.map(({ event }) => event.subject)),
      textArray(received.map(({ record }) => record.topic)),
      bareArray(received.map(({ record }) => record.partition)),
      bareArray(received.map(({ record }) => record.offset)),
      bareArray(starts),
      bareArray(received.map(({ record }) => record.value.length)),
      hashes,
      Buffer.concat(received.map(({ record }) => record.value)),
    ],
  );
  return rows[0]!.fresh;
}

/** Array literals of Postgres; the driver's own asks of each element what it is, which costs more than all the rest of a batch. */
const bareArray = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;
const textArray = (values: readonly string[]): string =>
  `{${values.map((value) => `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`).join(',')}}`;

async function compareRepeats(tx: Tx, received: readonly Arrival[], hashes: Buffer): Promise<void> {
  const { rows } = await tx.query<Known>(
    `select e.tenant_id, e.event_id, e.leaf_hash from log_entries e
     join (select distinct * from unnest($1::text[], $2::uuid[]) as g (tenant_id, event_id)) g using (tenant_id, event_id)`,
    [received.map(({ event }) => event.tenantid), received.map(({ event }) => event.id)],
  );
  const known = new Map(rows.map((row) => [`${row.tenant_id}/${row.event_id}`, row.leaf_hash]));
  await raise(
    tx,
    received.flatMap(({ event, record }, i): Alarm[] => {
      const hash = hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
      if (known.get(`${event.tenantid}/${event.id}`)!.equals(hash)) return [];
      return [
        {
          tenant: event.tenantid,
          code: 'audit.event.differs',
          fingerprint: `${event.id}/${hash.toString('hex')}`,
          says: `Event ${event.id} came again with other bytes; the log keeps what came first.`,
          facts: {
            eventId: event.id,
            stream: event.stream,
            version: event.version,
            topic: record.topic,
            partition: record.partition,
            offset: record.offset,
          },
          body: record.value,
        },
      ];
    }),
  );
}
