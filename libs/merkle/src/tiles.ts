import { Malformed } from './bytes.js';
import type { Hash, TreeHasher } from './hash.js';
import { HASH_BYTES } from './hash.js';
import type { NodeReader } from './proof.js';
import { CompactRange, cover, foldRight, type NodeId } from './tree.js';

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
/** An entry's length is a uint16 in its bundle. */
export const LARGEST_ENTRY = 65_535;

/** One tile (`level` 0 and up) or one bundle of entries (`level` is `entries`). */
export interface Tile {
  level: number | 'entries';
  index: number;
  /** 256 when full, 1 to 255 when partial */
  width: number;
}

/** `tile/0/x001/x234/067`, `tile/entries/000.p/17`: C2SP tlog-tiles. */
export function tilePath(tile: Tile): string {
  let rest = tile.index;
  let path = String(rest % 1000).padStart(3, '0');
  while (rest >= 1000) {
    rest = Math.floor(rest / 1000);
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return `tile/${tile.level}/${path}${tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`}`;
}

/** Strict inverse of `tilePath`: exactly one text names a tile. @throws Malformed */
export function parseTilePath(path: string): Tile {
  const match = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (!match)
    throw new Malformed('tile path', path.slice(0, 80), 'expected tile/<L>/<N>[.p/<W>] or tile/entries/<N>[.p/<W>]');
  const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const index = Number(match[2]!.replaceAll(/[x/]/g, ''));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  const tile: Tile = { level, index, width };
  if (level !== 'entries' && level > 63) throw new Malformed('tile path', path, 'the level goes from 0 to 63');
  if (!Number.isSafeInteger(index) || tilePath(tile) !== path) {
    throw new Malformed(
      'tile path',
      path.slice(0, 80),
      'no leading zero groups, an index up to 2^53 - 1, a width from 1 to 255',
    );
  }
  return tile;
}

/** How many tiles' worth of hashes a tree has at a level: `floor(size / 256^level)`. */
export const hashesAt = (size: number, level: number): number => Math.floor(size / TILE_WIDTH ** level);

/** Width of a tile in a tree: 256, a partial width, or 0 when the tree has no such tile. */
export function widthIn(size: number, level: number | 'entries', index: number): number {
  const hashes = hashesAt(size, level === 'entries' ? 0 : level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** Splits a tile's bytes into hashes. @throws Malformed when it is not exactly `width` hashes long */
export function readTile(bytes: Uint8Array, width: number): Hash[] {
  if (bytes.length !== width * HASH_BYTES) {
    throw new Malformed('tile', `${bytes.length} bytes`, `a tile of width ${width} has ${width * HASH_BYTES} bytes`);
  }
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** Root of a full tile: the hash that stands for it at the level above. */
export function tileRoot(hasher: TreeHasher, hashes: readonly Hash[]): Hash {
  const range = CompactRange.empty(hasher);
  for (const hash of hashes) range.append(hash);
  return range.root();
}

/** Entry bundle: each entry after its length as a big-endian uint16. @throws RangeError for an entry over 65,535 bytes */
export function writeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  const view = new DataView(bundle.buffer);
  let at = 0;
  for (const entry of entries) {
    if (entry.length > LARGEST_ENTRY)
      throw new RangeError(`an entry has at most ${LARGEST_ENTRY} bytes, not ${entry.length}`);
    view.setUint16(at, entry.length);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** @returns views into `bundle`. @throws Malformed when it is cut short, holds another number of entries, or goes on after the last */
export function readBundle(bundle: Uint8Array, width: number): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (entries.length < width) {
    if (at + 2 > bundle.length) throw new BundleCut(entries);
    const end = at + 2 + view.getUint16(at);
    if (end > bundle.length) throw new BundleCut(entries);
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  if (at !== bundle.length) throw new Malformed('entry bundle', `byte ${at}`, `bytes after entry ${width}, the last`);
  return entries;
}

/** A bundle that ends too early, with the entries that came before. */
export class BundleCut extends Malformed {
  constructor(readonly whole: Uint8Array[]) {
    super('entry bundle', `entry ${whole.length}`, 'cut short');
  }
}

/**
 * Reads any complete subtree of a tree of `size` leaves out of its tiles; each tile is fetched once.
 *
 * @param fetchTile the tile's bytes, exactly `width` hashes
 */
export function tileNodes(
  hasher: TreeHasher,
  size: number,
  fetchTile: (tile: Tile & { level: number }) => Promise<Uint8Array>,
): NodeReader {
  const fetched = new Map<string, Promise<Hash[]>>();
  const hashesOf = (level: number, index: number): Promise<Hash[]> => {
    const key = `${level}/${index}`;
    const width = widthIn(size, level, index);
    const known = fetched.get(key) ?? fetchTile({ level, index, width }).then((bytes) => readTile(bytes, width));
    fetched.set(key, known);
    return known;
  };
  const read = async ({ level, index }: NodeId): Promise<Hash> => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const width = 2 ** (level % TILE_HEIGHT);
    const first = index * width;
    const hashes = await hashesOf(tileLevel, Math.floor(first / TILE_WIDTH));
    const part = hashes.slice(first % TILE_WIDTH, (first % TILE_WIDTH) + width);
    if (part.length !== width) throw new RangeError(`subtree ${level}/${index} is not in a tree of ${size}`);
    return tileRoot(hasher, part);
  };
  return (nodes) => Promise.all(nodes.map(read));
}

/** Root of the tree of `size` leaves, read from its rightmost tiles. */
export async function rootFromTiles(hasher: TreeHasher, size: number, read: NodeReader): Promise<Hash> {
  return foldRight(hasher, await read(cover(0, size)));
}
