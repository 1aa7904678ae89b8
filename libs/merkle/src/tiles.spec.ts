import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  joinBytes,
  Malformed,
  makeInclusion,
  parseTilePath,
  readBundle,
  readTile,
  rootFromTiles,
  rootOf,
  tileNodes,
  tilePath,
  tileRoot,
  toHex,
  treeHasher,
  verifyInclusion,
  widthIn,
  writeBundle,
  type Hash,
} from './index.js';

const hasher = treeHasher((bytes) => createHash('sha256').update(bytes).digest());

/** All tiles of a tree, made by the definition: level by level. */
function tilesOf(leaves: readonly Hash[]): Map<string, Uint8Array> {
  const tiles = new Map<string, Uint8Array>();
  for (let level = 0, hashes = [...leaves]; hashes.length > 0; level += 1) {
    const above: Hash[] = [];
    for (let i = 0; i < hashes.length; i += 256) {
      const part = hashes.slice(i, i + 256);
      tiles.set(tilePath({ level, index: i / 256, width: part.length }), joinBytes(...part));
      if (part.length === 256) above.push(tileRoot(hasher, part));
    }
    hashes = above;
  }
  return tiles;
}

describe('tile paths', () => {
  it('writes the specification’s example', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 'entries', index: 0, width: 17 })).toBe('tile/entries/000.p/17');
  });
  it('has one text for a tile and one tile for a text, also beyond 2^32', () => {
    const tile = fc.record({
      level: fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(fc.property(tile, (each) => expect(parseTilePath(tilePath(each))).toEqual(each)));
  });
  it.each([
    'tile/00/000',
    'tile/64/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/x001/x234',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/07',
    'tile/0/001/',
    '/tile/0/001',
    'tile/0/001.p/',
    'tile/-1/000',
    'tile/entries/1234',
    'tile/0/x999/x999/x999/x999/x999/x999/999',
    'tile/0/000\n',
  ])('refuses %j', (path) => {
    expect(() => parseTilePath(path)).toThrow(Malformed);
  });
  it('knows the widths of a tree of 70,000, as the specification tells them', () => {
    expect([272, 273, 274].map((index) => widthIn(70_000, 0, index))).toEqual([256, 112, 0]);
    expect([0, 1, 2].map((index) => widthIn(70_000, 1, index))).toEqual([256, 17, 0]);
    expect(widthIn(70_000, 2, 0)).toBe(1);
    expect(widthIn(256, 1, 0)).toBe(1);
    expect(widthIn(2 ** 40 + 256, 0, 2 ** 32)).toBe(256);
  });
});

describe('trees out of tiles', () => {
  it.each([1, 255, 256, 257, 1000, 65_536, 70_000])('%i leaves: root and proofs', async (size) => {
    const leaves = Array.from({ length: size }, (_, i) => hasher.leaf(Buffer.from(String(i))));
    const tiles = tilesOf(leaves);
    const read = tileNodes(hasher, size, async (tile) => tiles.get(tilePath(tile))!);
    const root = rootOf(hasher, leaves);
    expect(toHex(await rootFromTiles(hasher, size, read))).toBe(toHex(root));
    for (const index of new Set([0, Math.floor(size / 2), size - 1])) {
      const proof = await makeInclusion(hasher, index, size, read);
      expect(verifyInclusion(hasher, { index, size, leaf: leaves[index]!, root, proof })).toBe(true);
    }
  });
  it('refuses a tile of another width than its bytes', () => {
    expect(() => readTile(new Uint8Array(64), 3)).toThrow('a tile of width 3 has 96 bytes');
    expect(() => readTile(new Uint8Array(65), 2)).toThrow(Malformed);
  });
});

describe('entry bundles', () => {
  it('come back as they were written', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    fc.assert(
      fc.property(entries, (each) =>
        expect(readBundle(writeBundle(each), each.length).map(toHex)).toEqual(each.map(toHex)),
      ),
    );
  });
  it('hold an entry of 65,535 bytes and none of 65,536', () => {
    expect(readBundle(writeBundle([new Uint8Array(65_535)]), 1)[0]!.length).toBe(65_535);
    expect(() => writeBundle([new Uint8Array(65_536)])).toThrow('at most 65535 bytes');
  });
  it('are refused when cut short, padded, or of another width', () => {
    const bundle = writeBundle([Buffer.from('one'), Buffer.from('two')]);
    expect(() => readBundle(bundle.subarray(0, -1), 2)).toThrow('entry 1: cut short');
    expect(() => readBundle(bundle.subarray(0, 1), 2)).toThrow('entry 0: cut short');
    expect(() => readBundle(joinBytes(bundle, Uint8Array.of(0)), 2)).toThrow('bytes after entry 2');
    expect(() => readBundle(bundle, 1)).toThrow('bytes after entry 1');
    expect(() => readBundle(bundle, 3)).toThrow('entry 2: cut short');
  });
});
