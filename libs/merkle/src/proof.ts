import { sameBytes } from './bytes.js';
import type { Hash, TreeHasher } from './hash.js';
import { HASH_BYTES } from './hash.js';
import { cover, foldRight, splitOf, type NodeId } from './tree.js';

/** Hands out the hashes of complete subtrees, in the order asked. */
export type NodeReader = (nodes: readonly NodeId[]) => Promise<Hash[]>;

type Span = [begin: number, end: number];

/** Leaves covered by each element of the inclusion proof, from the leaf's sibling up. @see RFC 6962, 2.1.1 */
function inclusionSpans(index: number, size: number): Span[] {
  const spans: Span[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin);
    if (index < middle) {
      spans.push([middle, end]);
      end = middle;
    } else {
      spans.push([begin, middle]);
      begin = middle;
    }
  }
  return spans.reverse();
}

/** Leaves covered by each element of the consistency proof. @see RFC 6962, 2.1.2 */
function consistencySpans(older: number, newer: number): Span[] {
  const spans: Span[] = [];
  let [begin, end] = [0, newer];
  while (older !== end) {
    const middle = begin + splitOf(end - begin);
    if (older <= middle) {
      spans.push([middle, end]);
      end = middle;
    } else {
      spans.push([begin, middle]);
      begin = middle;
    }
  }
  if (begin !== 0) spans.push([begin, end]);
  return spans.reverse();
}

async function hashSpans(hasher: TreeHasher, spans: readonly Span[], read: NodeReader): Promise<Hash[]> {
  const covers = spans.map(([begin, end]) => cover(begin, end));
  const hashes = await read(covers.flat());
  let at = 0;
  return covers.map((nodes) => foldRight(hasher, hashes.slice(at, (at += nodes.length))));
}

/** @throws RangeError when the leaf is not in the tree */
export async function makeInclusion(
  hasher: TreeHasher,
  index: number,
  size: number,
  read: NodeReader,
): Promise<Hash[]> {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) {
    throw new RangeError(`leaf ${index} is not in a tree of ${size}`);
  }
  return hashSpans(hasher, inclusionSpans(index, size), read);
}

/** Empty when the sizes are equal or the older tree is empty. @throws RangeError when the older tree is the larger */
export async function makeConsistency(
  hasher: TreeHasher,
  older: number,
  newer: number,
  read: NodeReader,
): Promise<Hash[]> {
  if (!(Number.isSafeInteger(older) && Number.isSafeInteger(newer) && older >= 0 && older <= newer)) {
    throw new RangeError(`no consistency from ${older} to ${newer}`);
  }
  return older === 0 || older === newer ? [] : hashSpans(hasher, consistencySpans(older, newer), read);
}

const wellFormed = (hashes: readonly Hash[]): boolean => hashes.every((hash) => hash.length === HASH_BYTES);
const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** Asks for the hash of two nodes side by side, one pair after the other, and goes on with it. */
export type PathWalk<R> = Generator<readonly [left: Hash, right: Hash], R, Hash>;

/**
 * From a leaf up to the root, for who hashes in his own way (at once, or by a platform's asynchronous digest).
 *
 * @returns the root that the path leads to; null where leaf and path do not fit a tree of this size. @see RFC 9162, 2.1.3.2
 */
export function* inclusionWalk(claim: {
  index: number;
  size: number;
  leaf: Hash;
  proof: readonly Hash[];
}): PathWalk<Hash | null> {
  const { index, size, leaf, proof } = claim;
  if (!isSize(index) || !isSize(size) || index >= size || !wellFormed([leaf, ...proof])) return null;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = yield [sibling, hash];
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = yield [hash, sibling];
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

/**
 * From the older tree's last complete subtree up to both roots.
 *
 * @returns the roots that the proof leads to; null where it does not fit these sizes. Equal sizes and an empty older tree have
 *          nothing to walk. @see RFC 9162, 2.1.4.2
 */
export function* consistencyWalk(claim: {
  older: number;
  newer: number;
  olderRoot: Hash;
  proof: readonly Hash[];
}): PathWalk<{ older: Hash; newer: Hash } | null> {
  const { older, newer, olderRoot, proof } = claim;
  if (!isSize(older) || !isSize(newer) || older === 0 || older >= newer || !wellFormed([olderRoot, ...proof]))
    return null;
  let [node, last] = [older - 1, newer - 1];
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)];
  const path = node === 0 ? [olderRoot, ...proof] : [...proof];
  const seed = path.shift();
  if (!seed || proof.length === 0) return null;
  let [left, right] = [seed, seed];
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      left = yield [sibling, left];
      right = yield [sibling, right];
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      right = yield [right, sibling];
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? { older: left, newer: right } : null;
}

function walked<R>(hasher: TreeHasher, walk: PathWalk<R>): R {
  let turn = walk.next();
  while (!turn.done) turn = walk.next(hasher.node(...turn.value));
  return turn.value;
}

/** Whether the leaf hash stands at the index under the root; a proof too long or too short is refused. */
export function verifyInclusion(
  hasher: TreeHasher,
  claim: { index: number; size: number; leaf: Hash; root: Hash; proof: readonly Hash[] },
): boolean {
  const root = walked(hasher, inclusionWalk(claim));
  return root !== null && sameBytes(root, claim.root);
}

/** Whether the newer tree begins with the older one. */
export function verifyConsistency(
  hasher: TreeHasher,
  claim: { older: number; newer: number; olderRoot: Hash; newerRoot: Hash; proof: readonly Hash[] },
): boolean {
  const { older, newer, olderRoot, newerRoot, proof } = claim;
  if (!isSize(older) || !isSize(newer) || older > newer || !wellFormed([olderRoot, newerRoot])) return false;
  if (older === newer) return proof.length === 0 && sameBytes(olderRoot, newerRoot);
  if (older === 0) return proof.length === 0 && sameBytes(olderRoot, hasher.empty());
  const roots = walked(hasher, consistencyWalk(claim));
  return roots !== null && sameBytes(roots.older, olderRoot) && sameBytes(roots.newer, newerRoot);
}
