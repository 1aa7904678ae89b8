import type { Tx } from '@tidewaiter/event-store';
import { hashesAt, joinBytes, readTile, TILE_WIDTH, tileRoot } from '@tidewaiter/merkle';
import { nodeHasher as hasher } from '@tidewaiter/merkle/node';
import { LogDamaged } from './tile-store.js';

/** Leaves hashed in one transaction at most. */
const BATCH = 64 * TILE_WIDTH;

interface FullTile {
  level: number;
  index: number;
  hashes: Buffer;
  root: Uint8Array;
}

interface Run {
  tile: string;
  count: number;
  hashes: Buffer;
}

/**
 * Step three: hashes every tile that became full. Run twice it writes the same. Call it after `Lease.fence`.
 *
 * @returns how many leaves were integrated, over all logs
 * @throws  LogDamaged when a leaf that was sequenced is gone, or a tile that is there already has other hashes
 */
export async function integrateSequenced(tx: Tx, limit = BATCH): Promise<number> {
  const { rows } = await tx.query<{ tenant_id: string; size: string; integrated: string }>(
    'select tenant_id, size, integrated from log_progress where integrated < size order by tenant_id',
  );
  let done = 0;
  for (const row of rows) {
    const from = Number(row.integrated);
    const to = Math.min(Number(row.size), from + limit);
    await integrate(tx, row.tenant_id, from, to);
    done += to - from;
  }
  return done;
}

async function integrate(tx: Tx, tenant: string, from: number, to: number): Promise<void> {
  for (let level = 0; hashesAt(to, level + 1) > hashesAt(from, level + 1); level += 1) {
    const tiles = await fullTiles(tx, tenant, level, hashesAt(from, level + 1), hashesAt(to, level + 1));
    await keep(tx, tenant, tiles);
  }
  await tx.query('update log_progress set integrated = $2 where tenant_id = $1', [tenant, to]);
}

async function fullTiles(tx: Tx, tenant: string, level: number, begin: number, end: number): Promise<FullTile[]> {
  const { rows } = await tx.query<Run>(
    `select index / ${TILE_WIDTH} as tile, count(*)::int as count, string_agg(hash, ''::bytea order by index) as hashes
     from (${level === 0 ? 'select index, leaf_hash as hash from log_leaves where tenant_id = $1' : 'select index, root as hash from log_tiles where tenant_id = $1 and level = $4'}) below
     where index >= $2 and index < $3 group by 1 order by 1`,
    [tenant, begin * TILE_WIDTH, end * TILE_WIDTH, ...(level === 0 ? [] : [level - 1])],
  );
  const runs = new Map(rows.map((run) => [Number(run.tile), run]));
  return Array.from({ length: end - begin }, (_, i) => {
    const index = begin + i;
    const run = runs.get(index);
    if (run?.count !== TILE_WIDTH)
      throw new LogDamaged(tenant, `tile ${level}/${index}`, index * TILE_WIDTH ** (level + 1));
    return { level, index, hashes: run.hashes, root: tileRoot(hasher, readTile(run.hashes, TILE_WIDTH)) };
  });
}

async function keep(tx: Tx, tenant: string, tiles: readonly FullTile[]): Promise<void> {
  const params = [
    tenant,
    tiles[0]!.level,
    tiles.map((tile) => tile.index),
    joinBytes(...tiles.map((tile) => tile.hashes)),
    joinBytes(...tiles.map((tile) => tile.root)),
  ];
  const { rowCount } = await tx.query(
    `insert into log_tiles (tenant_id, level, index, hashes, root)
     select $1, $2, g.index, substring($4::bytea from (n::int - 1) * 8192 + 1 for 8192), substring($5::bytea from (n::int - 1) * 32 + 1 for 32)
     from unnest($3::bigint[]) with ordinality as g (index, n)
     on conflict (tenant_id, level, index) do nothing`,
    params.map((each) => (each instanceof Uint8Array ? Buffer.from(each) : each)),
  );
  if (rowCount === tiles.length) return;
  for (const tile of tiles) {
    const { rows } = await tx.query<{ hashes: Buffer }>(
      'select hashes from log_tiles where tenant_id = $1 and level = $2 and index = $3',
      [tenant, tile.level, tile.index],
    );
    if (!rows[0]?.hashes.equals(tile.hashes)) {
      throw new LogDamaged(tenant, `tile ${tile.level}/${tile.index}`, tile.index * TILE_WIDTH ** (tile.level + 1));
    }
  }
}
