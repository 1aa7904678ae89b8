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
  async handle(event: StoredEvent, tx: Tx): Promise<void> {
    const shipmentId = shipmentOf(event);
    const definition = eventNamed(event.context, event.type);
    if (shipmentId === null || !definition) return;
    // One writer at a time: a transaction brings many events of many shipments, from several topics at once, and two of
    // them would otherwise wait for each other's rows. So positions of a timeline also become visible in their order.
    const locked = await tx.query<{ row: BoardRow }>(
      `with turn as materialized (select pg_advisory_xact_lock(hashtextextended('shipments.board', 0)))
       insert into board (tenant_id, shipment_id, row, stage) select $1, $2, $3, $4 from turn
       on conflict (tenant_id, shipment_id) do update set stage = board.stage returning row`,
      [tx.tenant, shipmentId, JSON.stringify(initialBoard), stageOf(initialBoard)],
    );
    const row = evolveBoard(locked.rows[0]!.row, event);
    await tx.query(
      `with entry as (
         insert into timeline (tenant_id, shipment_id, event_id, context, name, type, stream, version, time, actor, causation_id, says, data)
         values ($1, $2, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
       )
       update board set row = $3, stage = $4 where tenant_id = $1 and shipment_id = $2`,
      [
        tx.tenant,
        shipmentId,
        JSON.stringify(row),
        stageOf(row),
        event.id,
        event.context,
        event.type,
        newestType(definition),
        event.stream,
        event.version,
        event.time,
        event.actor,
        event.causationId,
        says(event),
        JSON.stringify(withoutPersonal(definition, event.data)),
      ],
    );
  }
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
