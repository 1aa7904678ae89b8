import type { CaseEvent, EntryEvent } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { entry, postEntryCase, type Entry, type PostEntryCase } from '../domain/index.js';

const ENTRY = 'entry-';
const CASE = 'case-';

async function advanceEntry(tx: Tx, stream: string, events: readonly StoredEvent<EntryEvent>[]): Promise<void> {
  const { tenant, version } = events.at(-1)!;
  const declarationId = stream.slice(ENTRY.length);
  const { rows } = await tx.query<{ state: Entry }>(
    'select state from entries where tenant_id = $1 and declaration_id = $2',
    [tenant, declarationId],
  );
  const state = events.reduce<Entry>(
    (before, event) => entry.evolve(before, event as EntryEvent),
    rows[0]?.state ?? entry.initial,
  );
  await tx.query(
    `insert into entries (tenant_id, declaration_id, shipment_id, state, version) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, declaration_id) do update set state = excluded.state, version = excluded.version`,
    [tenant, declarationId, events[0]!.data.shipmentId, JSON.stringify(state), version],
  );
}

async function advanceCase(tx: Tx, stream: string, events: readonly StoredEvent<CaseEvent>[]): Promise<void> {
  const { tenant, version } = events.at(-1)!;
  const caseId = stream.slice(CASE.length);
  const { rows } = await tx.query<{ state: PostEntryCase }>(
    'select state from cases where tenant_id = $1 and case_id = $2',
    [tenant, caseId],
  );
  const state = events.reduce<PostEntryCase>(
    (before, event) => postEntryCase.evolve(before, event as CaseEvent),
    rows[0]?.state ?? postEntryCase.initial,
  );
  const { declarationId, shipmentId, kind, basis } = state.opened!;
  await tx.query(
    `insert into cases (tenant_id, case_id, declaration_id, shipment_id, kind, status, voidance_id, position, state, version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant_id, case_id) do update set status = excluded.status, state = excluded.state, version = excluded.version`,
    [
      ...[tenant, caseId, declarationId, shipmentId, kind, state.status],
      ...[basis?.voidanceId ?? null, events[0]!.position, JSON.stringify(state), version],
    ],
  );
}

/** Entries and their cases, folded in the transaction that appends. */
export const postEntryProjection: InlineProjection = {
  name: 'post-entry',
  tables: ['entries', 'cases'],
  async apply(tx, events) {
    const streams = new Map<string, StoredEvent[]>();
    for (const event of events) {
      if (event.stream.startsWith(ENTRY) || event.stream.startsWith(CASE))
        streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
    }
    for (const [stream, own] of streams) {
      if (stream.startsWith(ENTRY)) await advanceEntry(tx, stream, own as StoredEvent<EntryEvent>[]);
      else await advanceCase(tx, stream, own as StoredEvent<CaseEvent>[]);
    }
  },
};
