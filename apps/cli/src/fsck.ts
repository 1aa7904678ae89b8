import type { TidewaiterClient } from '@tidewaiter/client';
import { showCheckpoint, showTile } from '@tidewaiter/contracts';
import {
  CompactRange,
  hashesAt,
  Malformed,
  parseCheckpoint,
  readBundle,
  readTile,
  sameBytes,
  TILE_WIDTH,
  tilePath,
  tileRoot,
  widthIn,
  type Hash,
  type Tile,
} from '@tidewaiter/merkle';
import { nodeHasher as hasher } from '@tidewaiter/merkle/node';

export interface Fault {
  /** path of the tile or bundle, with the leaf where it is one */
  place: string;
  says: string;
}

export interface Checkup {
  size: number;
  tiles: number;
  bundles: number;
  faults: Fault[];
}

/**
 * Looks at every tile and bundle of a log on its own, so that one fault does not hide the next: entries against their hashes, tiles
 * against the hash above them, the top against the checkpoint. One bundle is in memory at a time.
 */
export async function fsck(
  client: TidewaiterClient,
  log: string,
  progress: (done: number, of: number) => void,
): Promise<Checkup> {
  const { size, root } = parseCheckpoint(await client.call(showCheckpoint, { params: { log } }));
  const faults: Fault[] = [];
  const fetch = async (tile: Tile): Promise<Uint8Array> =>
    client.bytes(showTile, { log, path: tilePath(tile).replace(/^tile\//, '') });
  const reading = async <T>(place: string, read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      faults.push({
        place,
        says: error instanceof Malformed ? error.message : `cannot be read: ${(error as Error).message}`,
      });
      return null;
    }
  };
  const levels = levelsOf(size);
  const of = levels.reduce((sum, width) => sum + Math.ceil(width / TILE_WIDTH), 0) + Math.ceil(size / TILE_WIDTH);
  let done = 0;
  const range = CompactRange.empty(hasher);
  for (const [level, hashes] of levels.entries()) {
    for (let index = 0; index * TILE_WIDTH < hashes; index += 1) {
      const tile = { level, index, width: widthIn(size, level, index) };
      const path = tilePath(tile);
      const bytes = await reading(path, async () => readTile(await fetch(tile), tile.width));
      progress((done += 1), of);
      if (level === 0) {
        await bundleUnder(tile, bytes);
        progress((done += 1), of);
      }
      if (bytes && tile.width === TILE_WIDTH) await hashAbove(tile, path, bytes);
    }
  }
  if (faults.length === 0 && !sameBytes(range.root(), root)) {
    faults.push({ place: 'checkpoint', says: 'the leaves do not lead to its root' });
  }
  return { size, tiles: of - Math.ceil(size / TILE_WIDTH), bundles: Math.ceil(size / TILE_WIDTH), faults };

  async function bundleUnder({ index, width }: Tile, hashes: readonly Hash[] | null): Promise<void> {
    const path = tilePath({ level: 'entries', index, width });
    const entries = await reading(path, async () => readBundle(await fetch({ level: 'entries', index, width }), width));
    for (const [i, entry] of (entries ?? []).entries()) {
      const leaf = hasher.leaf(entry);
      range.append(leaf);
      if (hashes && !sameBytes(leaf, hashes[i]!)) {
        faults.push({
          place: `${path}, leaf ${index * TILE_WIDTH + i}`,
          says: 'the entry is not the one whose hash was logged',
        });
      }
    }
  }

  /** A full tile's root stands in the tile above it. */
  async function hashAbove(
    { level, index }: Tile & { level: number },
    path: string,
    hashes: readonly Hash[],
  ): Promise<void> {
    const above = {
      level: level + 1,
      index: Math.floor(index / TILE_WIDTH),
      width: widthIn(size, level + 1, Math.floor(index / TILE_WIDTH)),
    };
    const place = tilePath(above);
    const bytes = await reading(place, async () => readTile(await fetch(above), above.width));
    const stored = bytes?.[index % TILE_WIDTH];
    if (stored && !sameBytes(stored, tileRoot(hasher, hashes))) {
      faults.push({
        place: `${path} and ${place}`,
        says: `the hashes of the lower tile do not lead to hash ${index % TILE_WIDTH} of the upper`,
      });
    }
  }
}

/** Number of hashes at each level that the tree has. */
function levelsOf(size: number): number[] {
  const levels: number[] = [];
  for (let level = 0; hashesAt(size, level) > 0; level += 1) levels.push(hashesAt(size, level));
  return levels;
}
