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

interface Advanced {
  declarationId: string;
  shipmentId: string;
  state: Declaration;
  version: number;
}

/** All of the streams at once: what is known of them is read in one statement and written in another. */
async function advance(tx: Tx, streams: ReadonlyMap<string, readonly StoredEvent<CustomsEvent>[]>): Promise<void> {
  const idOf = (stream: string): string => stream.slice('declaration-'.length);
  const { rows } = await tx.query<{ declaration_id: string; state: Declaration }>(
    'select declaration_id, state from declarations where tenant_id = $1 and declaration_id = any($2::uuid[])',
    [tx.tenant, [...streams.keys()].map(idOf)],
  );
  const known = new Map(rows.map((row) => [row.declaration_id, row.state]));
  const advanced = [...streams].map(([stream, events]): Advanced => {
    const declarationId = idOf(stream);
    const before = known.get(declarationId) ?? declaration.initial;
    return {
      declarationId,
      shipmentId: events[0]!.data.shipmentId,
      state: events.reduce<Declaration>((state, event) => declaration.evolve(state, event as CustomsEvent), before),
      version: events.at(-1)!.version,
    };
  });
  const named = [...streams].flatMap(([stream, events]) =>
    events.flatMap((event) => keysIn(event as CustomsEvent).map((key) => ({ ...key, declarationId: idOf(stream) }))),
  );
  const writes = [
    tx.query(
      `insert into declarations (tenant_id, declaration_id, shipment_id, state, version)
       select $1, * from unnest($2::uuid[], $3::uuid[], $4::jsonb[], $5::integer[])
       on conflict (tenant_id, declaration_id) do update set state = excluded.state, version = excluded.version`,
      [
        tx.tenant,
        advanced.map(({ declarationId }) => declarationId),
        advanced.map(({ shipmentId }) => shipmentId),
        advanced.map(({ state }) => JSON.stringify(state)),
        advanced.map(({ version }) => version),
      ],
    ),
  ];
  if (named.length > 0)
    writes.push(
      tx.query(
        `insert into declaration_keys (tenant_id, declaration_id, scheme, value)
         select $1, * from unnest($2::uuid[], $3::text[], $4::text[]) on conflict do nothing`,
        [
          tx.tenant,
          named.map(({ declarationId }) => declarationId),
          named.map(({ scheme }) => scheme),
          named.map(({ value }) => value),
        ],
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
    const streams = new Map<string, StoredEvent<CustomsEvent>[]>();
    for (const event of events as readonly StoredEvent<CustomsEvent>[]) {
      if (!event.stream.startsWith('declaration-')) continue;
      const own = streams.get(event.stream);
      if (own) own.push(event);
      else streams.set(event.stream, [event]);
    }
    if (streams.size > 0) await advance(tx, streams);
  },
};
