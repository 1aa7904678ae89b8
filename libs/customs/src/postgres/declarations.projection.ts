import type { CustomsEvent } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { declaration, isNotice, type Declaration } from '../domain/index.js';

/** References under which the authority may speak of a declaration, as one event makes them known. */
function keysIn(event: CustomsEvent): { scheme: 'conversation' | 'mrn' | 'lrn'; value: string }[] {
  if (event.type === 'DeclarationPrepared' || event.type === 'RequestMade') {
    return [{ scheme: 'lrn', value: event.data.lrn }];
  }
  if (event.type === 'DeclarationSent' || event.type === 'RequestSent')
    return [{ scheme: 'conversation', value: event.data.conversationId.toLowerCase() }];
  // A number that comes with a mere notice may be that of a transmission which was refused beside the living one.
  if (isNotice(event) && event.type !== 'AuthorityNoticeKept' && event.data.mrn !== null) {
    return [{ scheme: 'mrn', value: event.data.mrn }];
  }
  return [];
}

async function advance(tx: Tx, stream: string, events: readonly StoredEvent[]): Promise<void> {
  const last = events.at(-1)!;
  const declarationId = stream.slice('declaration-'.length);
  const { rows } = await tx.query<{ state: Declaration }>(
    'select state from declarations where tenant_id = $1 and declaration_id = $2',
    [last.tenant, declarationId],
  );
  const facts = events as readonly StoredEvent<CustomsEvent>[];
  const state = facts.reduce<Declaration>(
    (before, event) => declaration.evolve(before, event as CustomsEvent),
    rows[0]?.state ?? declaration.initial,
  );
  const named = facts.flatMap((event) => keysIn(event as CustomsEvent));
  const writes = [
    tx.query(
      `insert into declarations (tenant_id, declaration_id, shipment_id, state, version) values ($1, $2, $3, $4, $5)
       on conflict (tenant_id, declaration_id) do update set state = excluded.state, version = excluded.version`,
      [last.tenant, declarationId, facts[0]!.data.shipmentId, JSON.stringify(state), last.version],
    ),
  ];
  if (named.length > 0)
    writes.push(
      tx.query(
        `insert into declaration_keys (tenant_id, declaration_id, scheme, value)
         select $1, $2, * from unnest($3::text[], $4::text[]) on conflict do nothing`,
        [last.tenant, declarationId, named.map(({ scheme }) => scheme), named.map(({ value }) => value)],
      ),
    );
  // On a pipelined connection these travel together.
  await Promise.all(writes);
}

/** Declarations and their references, folded in the transaction that appends: a reader after a write always sees it. */
export const declarationsProjection: InlineProjection = {
  name: 'declarations',
  tables: ['declarations', 'declaration_keys'],
  async apply(tx, events) {
    const streams = new Map<string, StoredEvent[]>();
    for (const event of events) {
      if (event.stream.startsWith('declaration-'))
        streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
    }
    for (const [stream, own] of streams) await advance(tx, stream, own);
  },
};
