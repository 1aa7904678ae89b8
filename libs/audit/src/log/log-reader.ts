import type { Tx } from '@tidewaiter/event-store';
import { NotFound, type Instant } from '@tidewaiter/kernel';
import { hashesAt, TILE_WIDTH, type Tile } from '@tidewaiter/merkle';
import { readLeaf, type Leaf } from '../domain/index.js';
import { LogDamaged, readEntryBundle, readTileBytes } from './tile-store.js';

/** Newest signed checkpoint. @throws NotFound `audit.log.empty` */
export async function newestCheckpoint(tx: Tx, log: string): Promise<string> {
  const { rows } = await tx.query<{ note: string }>(
    'select note from log_checkpoints where tenant_id = $1 order by size desc limit 1',
    [log],
  );
  if (!rows[0]) throw new NotFound('audit.log.empty', 'nothing has been published in this log yet');
  return rows[0].note;
}

/**
 * A tile or entry bundle, in a width that some published checkpoint has.
 * @throws NotFound `audit.tile.unknown`
 */
export async function publishedTile(tx: Tx, log: string, tile: Tile): Promise<Uint8Array> {
  const level = tile.level === 'entries' ? 0 : tile.level;
  if (!(await isPublished(tx, log, level, tile))) {
    throw new NotFound('audit.tile.unknown', 'no published checkpoint has this tile in this width', {
      advice:
        'Take the widths from the newest checkpoint: floor(size / 256^level) mod 256 for the last tile of a level.',
    });
  }
  try {
    return tile.level === 'entries'
      ? await readEntryBundle(tx, log, tile.index, tile.width)
      : await readTileBytes(tx, log, { ...tile, level });
  } catch (error) {
    if (error instanceof LogDamaged) throw new NotFound('audit.tile.damaged', error.message, {}, { cause: error });
    throw error;
  }
}

async function isPublished(tx: Tx, log: string, level: number, { index, width }: Tile): Promise<boolean> {
  const span = TILE_WIDTH ** level;
  const least = (index * TILE_WIDTH + width) * span;
  if (!Number.isSafeInteger(least)) return false;
  // A full tile stays as it is for ever; a partial one belongs to the checkpoints of exactly its width.
  const most = width === TILE_WIDTH ? Number.MAX_SAFE_INTEGER : least + span - 1;
  const { rows } = await tx.query(
    'select from log_checkpoints where tenant_id = $1 and size between $2 and $3 limit 1',
    [log, least, most],
  );
  return rows.length > 0 && hashesAt(least, level) > 0;
}

export interface Body {
  index: number;
  /** as it came from Kafka */
  body: Buffer;
}

/** Bytes of every logged event of a shipment or engagement, in the log's order. */
export async function bodiesOf(tx: Tx, log: string, subject: string): Promise<Body[]> {
  const { rows } = await tx.query<{ index: string; body: Buffer }>(
    `select l.index, e.body from log_leaves l join log_entries e using (staged_id)
     where l.tenant_id = $1 and l.subject = $2 order by l.index`,
    [log, subject],
  );
  return rows.map(({ index, body }) => ({ index: Number(index), body }));
}

/** Every logged event of a shipment or engagement, in the log's order. */
export async function leavesOf(tx: Tx, log: string, subject: string): Promise<Leaf[]> {
  return (await bodiesOf(tx, log, subject)).map(({ index, body }) => readLeaf(index, body));
}

export interface LogStatus {
  staged: number;
  size: number;
  integrated: number;
  published: number;
  parked: { stream: string; version: number; reason: string }[];
  alarms: { at: Instant; code: string; says: string }[];
}

const SHOWN = 100;

/** How far a log is; `staged` counts what was received, in the log or not. */
export async function statusOf(tx: Tx, log: string): Promise<LogStatus> {
  const progress = await tx.query<{ size: string; integrated: string; published: string; outside: string }>(
    `select coalesce(max(size), 0) as size, coalesce(max(integrated), 0) as integrated, coalesce(max(published), 0) as published,
       (select count(*) from log_pending where tenant_id = $1)
         + (select coalesce(sum(events), 0) from log_staged where tenant_id = $1) as outside
     from log_progress where tenant_id = $1`,
    [log],
  );
  const { size, integrated, published, outside } = progress.rows[0]!;
  const waiting = await tx.query<{ stream: string; version: number; since: Date }>(
    `select distinct on (stream) stream, version, since from log_pending where tenant_id = $1
     order by stream, version limit ${SHOWN}`,
    [log],
  );
  const alarms = await tx.query<{ raised_at: Date; code: string; says: string }>(
    `select raised_at, code, says from log_alarms where tenant_id = $1 order by raised_at desc limit ${SHOWN}`,
    [log],
  );
  return {
    staged: Number(size) + Number(outside),
    size: Number(size),
    integrated: Number(integrated),
    published: Number(published),
    parked: waiting.rows.map(({ stream, version, since }) => ({
      stream,
      version,
      reason: `waits for version ${version - 1} or earlier since ${since.toISOString()}`,
    })),
    alarms: alarms.rows.map(({ raised_at: at, code, says }) => ({ at: at.toISOString(), code, says })),
  };
}
