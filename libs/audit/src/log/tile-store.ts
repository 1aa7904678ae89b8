import type { Tx } from '@tidewaiter/event-store';
import { TILE_WIDTH, tileNodes, writeBundle, type NodeReader, type Tile } from '@tidewaiter/merkle';
import { nodeHasher as hasher } from '@tidewaiter/merkle/node';
import { LRUCache } from 'lru-cache';

/** A place of the log that must be there is not, or not whole: somebody took it away. */
export class LogDamaged extends Error {
  constructor(
    readonly tenant: string,
    readonly place: string,
    readonly index: number,
  ) {
    super(`the log of ${tenant} is damaged at ${place}, leaf ${index}`);
    this.name = 'LogDamaged';
  }
}

interface Run {
  hashes: Buffer | null;
  count: number;
  first: string | null;
  last: string | null;
}

/** The hashes of a tile in the asked width; a partial tile comes from the level below. @throws LogDamaged */
export async function readTileBytes(tx: Tx, tenant: string, tile: Tile & { level: number }): Promise<Buffer> {
  const { level, index, width } = tile;
  if (width === TILE_WIDTH) {
    const { rows } = await tx.query<{ hashes: Buffer }>(
      'select hashes from log_tiles where tenant_id = $1 and level = $2 and index = $3',
      [tenant, level, index],
    );
    if (!rows[0]) throw new LogDamaged(tenant, `tile ${level}/${index}`, index * TILE_WIDTH ** (level + 1));
    return rows[0].hashes;
  }
  const from = index * TILE_WIDTH;
  const { rows } = await tx.query<Run>(
    level === 0
      ? `select string_agg(leaf_hash, ''::bytea order by index) as hashes, count(*)::int as count, min(index) as first, max(index) as last
         from log_leaves where tenant_id = $1 and index >= $2 and index < $3`
      : `select string_agg(root, ''::bytea order by index) as hashes, count(*)::int as count, min(index) as first, max(index) as last
         from log_tiles where tenant_id = $1 and index >= $2 and index < $3 and level = $4`,
    [tenant, from, from + width, ...(level === 0 ? [] : [level - 1])],
  );
  if (rows[0]!.count !== width) throw new LogDamaged(tenant, `tile ${level}/${index}`, from * TILE_WIDTH ** level);
  return rows[0]!.hashes!;
}

/** The entries of a bundle; one that lost entries is cut at the first gap, so that a verifier sees where. */
export async function readEntryBundle(tx: Tx, tenant: string, index: number, width: number): Promise<Uint8Array> {
  const from = index * TILE_WIDTH;
  const { rows } = await tx.query<{ index: string; body: Buffer }>(
    `select l.index, e.body from log_leaves l join log_entries e using (staged_id)
     where l.tenant_id = $1 and l.index >= $2 and l.index < $3 order by l.index`,
    [tenant, from, from + width],
  );
  const gap = rows.findIndex((row, i) => Number(row.index) !== from + i);
  return writeBundle((gap < 0 ? rows : rows.slice(0, gap)).map((row) => row.body));
}

/** Subtree hashes of the tree of `size` leaves. */
export const treeOf = (tx: Tx, tenant: string, size: number): NodeReader =>
  tileNodes(hasher, size, (tile) => readTileBytes(tx, tenant, tile));

/** Tiles of 8 KiB at most. */
const REMEMBERED = 256;

/**
 * The same with what was read remembered: a tile in a given width never changes, and every proof asks for those at the right edge.
 * For readers; who signs or checks the log looks at the tables.
 */
export class RememberedTiles {
  private readonly tiles = new LRUCache<string, Buffer>({ max: REMEMBERED });

  treeOf(tx: Tx, tenant: string, size: number): NodeReader {
    return tileNodes(hasher, size, async (tile) => {
      const key = `${tenant}/${tile.level}/${tile.index}/${tile.width}`;
      const bytes = this.tiles.get(key) ?? (await readTileBytes(tx, tenant, tile));
      this.tiles.set(key, bytes);
      return bytes;
    });
  }
}
