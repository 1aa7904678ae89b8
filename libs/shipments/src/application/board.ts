import { Inject } from '@nestjs/common';
import { eventNamed, newestType, withoutPersonal } from '@tidewaiter/contracts';
import type { StoredEvent, Tx } from '@tidewaiter/event-store';
import { fold } from '@tidewaiter/kernel';
import { DATABASE, type Database } from '@tidewaiter/platform';
import { evolveBoard, initialBoard, stageOf, type BoardEvent, type BoardRow } from '../domain/board.js';
import { says } from '../domain/says.js';

/** The shipment an event speaks of; null for those of engagements, importers and guarantees. */
export function shipmentOf(event: Pick<StoredEvent, 'data'>): string | null {
  const { shipmentId } = event.data as { shipmentId?: unknown };
  return typeof shipmentId === 'string' ? shipmentId : null;
}

/** Folds the events of all contexts into one row a shipment, and keeps each as an entry of its timeline. */
export class Board {
  async handle(events: readonly StoredEvent[], tx: Tx): Promise<void> {
    const entries = events.flatMap(entryOf);
    if (entries.length === 0) return;
    // One writer at a time: a transaction brings many events of many shipments, from several topics at once, and two of
    // them would otherwise wait for each other's rows. So positions of a timeline also become visible in their order.
    // The lock is a statement of its own: what is read after it is read as the writer before has left it.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('shipments.board', 0))`);
    const { rows } = await tx.query<{ shipment_id: string; row: BoardRow }>(
      `select shipment_id, row from board where tenant_id = $1 and shipment_id = any($2)`,
      [tx.tenant, [...new Set(entries.map(({ shipment_id }) => shipment_id))]],
    );
    const board = new Map(rows.map(({ shipment_id, row }) => [shipment_id, row]));
    for (const { shipment_id, event } of entries)
      board.set(shipment_id, evolveBoard(board.get(shipment_id) ?? initialBoard, event));
    await tx.query(
      `with entry as (
         insert into timeline (tenant_id, shipment_id, event_id, context, name, type, stream, version, time, actor, causation_id, says, data)
         select $1, e.shipment_id, e.event_id, e.context, e.name, e.type, e.stream, e.version, e.time, e.actor, e.causation_id, e.says, e.data
         from rows from (jsonb_to_recordset($2) as (
           shipment_id uuid, event_id uuid, context text, name text, type text, stream text, version integer, time text, actor text,
           causation_id text, says text, data jsonb
         )) with ordinality as e (
           shipment_id, event_id, context, name, type, stream, version, time, actor, causation_id, says, data, n
         ) order by e.n
       )
       insert into board (tenant_id, shipment_id, row, stage)
       select $1, b.* from jsonb_to_recordset($3) as b (shipment_id uuid, row jsonb, stage text)
       on conflict (tenant_id, shipment_id) do update set row = excluded.row, stage = excluded.stage`,
      [
        tx.tenant,
        JSON.stringify(entries.map(({ event: _event, ...entry }) => entry)),
        JSON.stringify([...board].map(([shipment_id, row]) => ({ shipment_id, row, stage: stageOf(row) }))),
      ],
    );
  }
}

/** An event as a row of the timeline, the values of persons taken out; none for one that concerns no shipment. */
function entryOf(event: StoredEvent) {
  const shipmentId = shipmentOf(event);
  const definition = eventNamed(event.context, event.type);
  if (shipmentId === null || !definition) return [];
  return [
    {
      event,
      shipment_id: shipmentId,
      event_id: event.id,
      context: event.context,
      name: event.type,
      type: newestType(definition),
      stream: event.stream,
      version: event.version,
      time: event.time,
      actor: event.actor,
      causation_id: event.causationId,
      says: says(event),
      data: withoutPersonal(definition, event.data),
    },
  ];
}

/** Makes the board anew from the timeline, which keeps every event that the board has seen. */
export class BoardRebuild {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** @returns how many shipments were folded again; new events wait until it is done */
  async run(): Promise<number> {
    return this.database.system(async (tx) => {
      await tx.query(`lock table board in share row exclusive mode`);
      await tx.query(`delete from board`);
      const shipments = await tx.query<{ tenant_id: string; shipment_id: string }>(
        `select distinct tenant_id, shipment_id from timeline`,
      );
      for (const { tenant_id: tenant, shipment_id: shipmentId } of shipments.rows) {
        const { rows } = await tx.query<BoardEvent>(
          `select name as type, data, time from timeline where tenant_id = $1 and shipment_id = $2 order by position`,
          [tenant, shipmentId],
        );
        const row = fold({ initial: initialBoard, evolve: evolveBoard }, rows);
        await tx.query(`insert into board (tenant_id, shipment_id, row, stage) values ($1, $2, $3, $4)`, [
          tenant,
          shipmentId,
          JSON.stringify(row),
          stageOf(row),
        ]);
      }
      return shipments.rows.length;
    });
  }
}
