import { Inject } from '@nestjs/common';
import { eventNamed, newestType, withoutPersonal } from '@tidewaiter/contracts';
import type { StoredEvent, Tx } from '@tidewaiter/event-store';
import { fold } from '@tidewaiter/kernel';
import { Bell, DATABASE, type Database } from '@tidewaiter/platform';
import {
  evolveBoard,
  firstTask,
  initialBoard,
  isUnimported,
  payableOf,
  stageOf,
  waitingForOf,
  type BoardEvent,
  type BoardRow,
} from '../domain/board.js';
import { says } from '../domain/says.js';
import { forgetParties } from '../postgres/party-terms.js';
import { keepDurations } from './estimates.js';

/** The shipment an event speaks of; null for those of engagements, importers and guarantees. */
export function shipmentOf(event: Pick<StoredEvent, 'data'>): string | null {
  const { shipmentId } = event.data as { shipmentId?: unknown };
  return typeof shipmentId === 'string' ? shipmentId : null;
}

/**
 * Rows of the board with the columns it is filtered, sorted and found by. What the shipment was opened with stands in this context's own
 * read models, which are never behind.
 *
 * @param records placeholder of a JSON array of `recordOf`
 */
const WRITE_ROWS = (records: string): string =>
  `insert into board (tenant_id, shipment_id, row, stage, waiting, role, due, payable, currency, mrn, last_at,
                      key, reference, origin, destination, opened_at, customer, found)
   select $1, b.shipment_id, b.row, b.stage, b.waiting, b.role, b.due, b.payable, b.currency, b.mrn, b.last_at,
          s.position::integer, s.reference, s.state->>'origin', s.state->>'destination', s.opened_at, e.state->'customer'->>'name',
          lower(concat_ws(' ', s.reference, b.mrn, e.state->'customer'->>'name', b.names))
   from jsonb_to_recordset(${records}) as b (
     shipment_id uuid, row jsonb, stage text, waiting text, role text, due timestamptz, payable numeric, currency text, mrn text, last_at text, names text
   )
   left join shipments s on s.tenant_id = $1 and s.id = b.shipment_id
   left join engagements e on e.tenant_id = $1 and e.id = (s.state->>'engagementId')::uuid
   on conflict (tenant_id, shipment_id) do update set (row, stage, waiting, role, due, payable, currency, mrn, last_at, key, reference, origin, destination, opened_at, customer, found) =
     (excluded.row, excluded.stage, excluded.waiting, excluded.role, excluded.due, excluded.payable, excluded.currency, excluded.mrn, excluded.last_at,
      excluded.key, excluded.reference, excluded.origin, excluded.destination, excluded.opened_at, excluded.customer, excluded.found)`;

function recordOf(shipmentId: string, row: BoardRow) {
  const task = row.sealed || isUnimported(row) ? undefined : firstTask(row);
  const payable = payableOf(row);
  return {
    shipment_id: shipmentId,
    row,
    stage: stageOf(row),
    waiting: waitingForOf(row),
    role: task?.role ?? null,
    due: task?.due ?? null,
    payable: payable?.amount ?? null,
    currency: payable?.currency ?? null,
    mrn: row.mrn?.value ?? null,
    last_at: row.lastEvent?.time ?? null,
    names: (row.names ?? []).join(' '),
  };
}

/** Folds the events of all contexts into one row a shipment, and keeps each as an entry of its timeline. */
export class Board {
  constructor(@Inject(Bell) private readonly bell: Bell) {}

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
       ${WRITE_ROWS('$3')}`,
      [
        tx.tenant,
        JSON.stringify(entries.map(({ event: _event, ...entry }) => entry)),
        JSON.stringify([...board].map(([shipment_id, row]) => recordOf(shipment_id, row))),
      ],
    );
    await keepDurations(tx, tx.tenant, board);
    const erased = entries.filter(({ name }) => name === 'PersonalDataErased').map(({ shipment_id }) => shipment_id);
    if (erased.length > 0) await forgetParties(tx, erased);
    tx.afterCommit?.(() => this.bell.ring(tx.tenant));
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
      await tx.query(`delete from stage_durations`);
      const shipments = await tx.query<{ tenant_id: string; shipment_id: string }>(
        `select distinct tenant_id, shipment_id from timeline`,
      );
      for (const { tenant_id: tenant, shipment_id: shipmentId } of shipments.rows) {
        const { rows } = await tx.query<BoardEvent>(
          `select name as type, data, time from timeline where tenant_id = $1 and shipment_id = $2 order by position`,
          [tenant, shipmentId],
        );
        const row = fold({ initial: initialBoard, evolve: evolveBoard }, rows);
        await tx.query(WRITE_ROWS('$2'), [tenant, JSON.stringify([recordOf(shipmentId, row)])]);
        await keepDurations(tx, tenant, [[shipmentId, row]]);
      }
      return shipments.rows.length;
    });
  }
}
