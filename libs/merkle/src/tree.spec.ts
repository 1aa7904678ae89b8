import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  CompactRange,
  cover,
  fromHex,
  makeConsistency,
  makeInclusion,
  rootOf,
  toHex,
  treeHasher,
  verifyConsistency,
  verifyInclusion,
  type Hash,
  type NodeId,
  type NodeReader,
} from './index.js';

const hasher = treeHasher((bytes) => createHash('sha256').update(bytes).digest());

/** The eight leaves and the roots that the Certificate Transparency implementations share. */
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = ENTRIES.map((entry) => hasher.leaf(fromHex(entry)!));

/** Reads subtrees straight from leaf hashes: the definition of RFC 6962, slow and plain. */
const reader =
  (from: readonly Hash[]): NodeReader =>
  async (nodes) =>
    nodes.map(({ level, index }) => rootOf(hasher, from.slice(index * 2 ** level, (index + 1) * 2 ** level)));

const inclusion = (index: number, size: number) => makeInclusion(hasher, index, size, reader(leaves.slice(0, size)));
const consistency = (older: number, newer: number) =>
  makeConsistency(hasher, older, newer, reader(leaves.slice(0, newer)));

describe('the shared vectors', () => {
  it.each(ROOTS.map((root, size) => [size, root]))('root of %i leaves', (size, root) => {
    expect(toHex(rootOf(hasher, leaves.slice(0, Number(size))))).toBe(root);
  });
  it('inclusion proofs', async () => {
    expect((await inclusion(0, 1)).map(toHex)).toEqual([]);
    expect((await inclusion(0, 8)).map(toHex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect((await inclusion(5, 8)).map(toHex)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect((await inclusion(2, 3)).map(toHex)).toEqual([
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    ]);
    expect((await inclusion(1, 5)).map(toHex)).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
  });
  it('consistency proofs', async () => {
    expect((await consistency(1, 1)).map(toHex)).toEqual([]);
    expect((await consistency(1, 8)).map(toHex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect((await consistency(6, 8)).map(toHex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect((await consistency(2, 5)).map(toHex)).toEqual([
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
  });
});

const many = Array.from({ length: 300 }, (_, i) => hasher.leaf(Buffer.from(`entry ${i}`)));
const roots = Array.from({ length: 301 }, (_, size) => rootOf(hasher, many.slice(0, size)));
const size = fc.integer({ min: 1, max: 300 });

describe('proofs of any tree', () => {
  it('the compact range has the root of the whole tree at every size', () => {
    const range = CompactRange.empty(hasher);
    many.forEach((leaf, i) => {
      range.append(leaf);
      expect(toHex(range.root())).toBe(toHex(roots[i + 1]!));
    });
  });
  it('every leaf is included, and at no other index', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), async (n, a, b) => {
        const [index, other] = [a % n, b % n];
        const proof = await makeInclusion(hasher, index, n, reader(many.slice(0, n)));
        const claim = { index, size: n, leaf: many[index]!, root: roots[n]!, proof };
        expect(verifyInclusion(hasher, claim)).toBe(true);
        expect(verifyInclusion(hasher, { ...claim, index: other })).toBe(other === index);
        expect(verifyInclusion(hasher, { ...claim, proof: [...proof, many[0]!] })).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(hasher, { ...claim, proof: proof.slice(1) })).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
  it('every tree leads to every later one, and a changed proof to none', async () => {
    await fc.assert(
      fc.asyncProperty(size, size, fc.nat(), async (a, b, at) => {
        const [older, newer] = [Math.min(a, b), Math.max(a, b)];
        const proof = await makeConsistency(hasher, older, newer, reader(many.slice(0, newer)));
        const claim = { older, newer, olderRoot: roots[older]!, newerRoot: roots[newer]!, proof };
        expect(verifyConsistency(hasher, claim)).toBe(true);
        expect(verifyConsistency(hasher, { ...claim, proof: [...proof, many[0]!] })).toBe(false);
        expect(verifyConsistency(hasher, { ...claim, olderRoot: many[7]! })).toBe(false);
        if (proof.length > 0) {
          const changed = proof.with(
            at % proof.length,
            Uint8Array.from(proof[at % proof.length]!, (byte) => byte ^ 1),
          );
          expect(verifyConsistency(hasher, { ...claim, proof: changed })).toBe(false);
          expect(verifyConsistency(hasher, { ...claim, proof: proof.slice(0, -1) })).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });
  it('refuses a leaf outside the tree, a smaller newer tree, and hashes of another length', async () => {
    await expect(inclusion(8, 8)).rejects.toThrow('not in a tree');
    await expect(consistency(8, 7)).rejects.toThrow('no consistency');
    expect(
      verifyInclusion(hasher, {
        index: 0,
        size: 1,
        leaf: leaves[0]!.subarray(1),
        root: leaves[0]!.subarray(1),
        proof: [],
      }),
    ).toBe(false);
    expect(
      verifyConsistency(hasher, {
        older: 0,
        newer: 0,
        olderRoot: hasher.empty(),
        newerRoot: hasher.empty(),
        proof: [],
      }),
    ).toBe(true);
  });
});

describe('trees beyond 2^32', () => {
  /** A made-up tree of over 2^33 leaves: a block of 2^20 leaves is one made-up hash, all above it is computed. */
  const BLOCK = 20;
  const known = new Map<string, Hash>();
  const hashOf = ({ level, index }: NodeId): Hash => {
    const key = `${level}/${index}`;
    const hash =
      known.get(key) ??
      (level === BLOCK
        ? hasher.leaf(Buffer.from(key))
        : hasher.node(
            hashOf({ level: level - 1, index: 2 * index }),
            hashOf({ level: level - 1, index: 2 * index + 1 }),
          ));
    known.set(key, hash);
    return hash;
  };
  const made: NodeReader = async (nodes) => nodes.map(hashOf);
  const rootAt = (total: number): Hash => CompactRange.of(hasher, total, cover(0, total).map(hashOf)).root();

  it.each([2 ** 32, 2 ** 33, 2 ** 40, 2 ** 52])('covers a size around %d with subtrees that add up', (base) => {
    for (const total of [base - 1, base, base + 1, base + 12345]) {
      const nodes = cover(0, total);
      expect(nodes.reduce((sum, node) => sum + 2 ** node.level, 0)).toBe(total);
      expect(nodes.every((node, i) => i === 0 || node.level < nodes[i - 1]!.level)).toBe(true);
    }
  });
  it('proves consistency of two trees far apart, and not with an index cut at 32 bits', async () => {
    const older = 2 ** 33 + 3 * 2 ** BLOCK;
    const newer = 2 ** 33 + 2 ** 30 + 2 ** 22;
    const proof = await makeConsistency(hasher, older, newer, made);
    const claim = { older, newer, olderRoot: rootAt(older), newerRoot: rootAt(newer), proof };
    expect(verifyConsistency(hasher, claim)).toBe(true);
    expect(verifyConsistency(hasher, { ...claim, older: older % 2 ** 32 })).toBe(false);
    expect(verifyConsistency(hasher, { ...claim, newer: newer - 2 ** 32 })).toBe(false);
  });
  it('proves a leaf at an index over 2^32 against a root made from its own path', () => {
    const index = 2 ** 41 + 5;
    const total = 2 ** 42;
    const leaf = hasher.leaf(Buffer.from('far'));
    const proof = Array.from({ length: 42 }, (_, level) => hasher.leaf(Buffer.from(`sibling ${level}`)));
    const root = proof.reduce(
      (hash, sibling, level) =>
        Math.floor(index / 2 ** level) % 2 === 1 ? hasher.node(sibling, hash) : hasher.node(hash, sibling),
      leaf,
    );
    expect(verifyInclusion(hasher, { index, size: total, leaf, root, proof })).toBe(true);
    expect(verifyInclusion(hasher, { index: index % 2 ** 32, size: total, leaf, root, proof })).toBe(false);
    expect(verifyInclusion(hasher, { index: index - 2 ** 40, size: total, leaf, root, proof })).toBe(false);
  });
});
