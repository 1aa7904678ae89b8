import type { ReceivedEvent } from '@tidewaiter/event-bus';
import type { Tx } from '@tidewaiter/event-store';
import { Refused } from '@tidewaiter/kernel';
import { LARGEST_ENTRY } from '@tidewaiter/merkle';
import { raise, type Alarm } from './alarms.js';
import { nodeHasher as hasher } from '@tidewaiter/merkle/node';

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
export async function stage(tx: Tx, received: readonly ReceivedEvent[]): Promise<number> {
  if (received.length === 0) return 0;
  refuseTooLarge(received);
  const hashes = received.map(({ record }) => hasher.leaf(record.value));
  const fresh = await insert(tx, received, hashes);
  if (fresh < received.length) await compareRepeats(tx, received, hashes);
  return fresh;
}

function refuseTooLarge(received: readonly ReceivedEvent[]): void {
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

/** All bodies travel as one binary parameter and are cut apart in the server: arrays of bytes would travel as hex, twice the size. */
async function insert(tx: Tx, received: readonly ReceivedEvent[], hashes: readonly Uint8Array[]): Promise<number> {
  const events = received.map(({ event }) => event);
  const records = received.map(({ record }) => record);
  let at = 1;
  const offsets = records.map(({ value }) => (at += value.length) - value.length);
  const { rows } = await tx.query<{ fresh: number }>(
    `with given as (
       select * from unnest($1::text[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::int[], $8::bigint[], $9::int[], $10::int[])
         with ordinality as g (tenant_id, event_id, stream, version, subject, topic, partition, record_offset, start, length, n)
     ), fresh as (
       insert into log_entries (tenant_id, event_id, stream, version, subject, topic, partition, record_offset, leaf_hash, body)
       select tenant_id, event_id, stream, version, subject, topic, partition, record_offset,
         substring($11::bytea from (n::int - 1) * 32 + 1 for 32), substring($12::bytea from start for length)
       from given order by n
       on conflict (tenant_id, event_id) do nothing
       returning staged_id, tenant_id, stream, version
     ), pending as (
       insert into log_pending (staged_id, tenant_id, stream, version) select staged_id, tenant_id, stream, version from fresh
     )
     select count(*)::int as fresh from fresh`,
    [
      events.map((event) => event.tenantid),
      events.map((event) => event.id),
      events.map((event) => event.stream),
      events.map((event) => event.version),
      events.map((event) => event.subject),
      records.map((record) => record.topic),
      records.map((record) => record.partition),
      records.map((record) => record.offset),
      offsets,
      records.map(({ value }) => value.length),
      Buffer.concat(hashes),
      Buffer.concat(records.map(({ value }) => value)),
    ],
  );
  return rows[0]!.fresh;
}

async function compareRepeats(
  tx: Tx,
  received: readonly ReceivedEvent[],
  hashes: readonly Uint8Array[],
): Promise<void> {
  const { rows } = await tx.query<Known>(
    `select e.tenant_id, e.event_id, e.leaf_hash from log_entries e
     join (select distinct * from unnest($1::text[], $2::uuid[]) as g (tenant_id, event_id)) g using (tenant_id, event_id)`,
    [received.map(({ event }) => event.tenantid), received.map(({ event }) => event.id)],
  );
  const known = new Map(rows.map((row) => [`${row.tenant_id}/${row.event_id}`, row.leaf_hash]));
  await raise(
    tx,
    received.flatMap(({ event, record }, i): Alarm[] => {
      const hash = Buffer.from(hashes[i]!);
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
