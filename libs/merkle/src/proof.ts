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

/** Whether the leaf hash stands at the index under the root; a proof too long or too short is refused. @see RFC 9162, 2.1.3.2 */
export function verifyInclusion(
  hasher: TreeHasher,
  claim: { index: number; size: number; leaf: Hash; root: Hash; proof: readonly Hash[] },
): boolean {
  const { index, size, leaf, root, proof } = claim;
  if (!isSize(index) || !isSize(size) || index >= size || !wellFormed([leaf, root, ...proof])) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = hasher.node(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = hasher.node(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameBytes(hash, root);
}

/** Whether the newer tree begins with the older one. @see RFC 9162, 2.1.4.2 */
export function verifyConsistency(
  hasher: TreeHasher,
  claim: { older: number; newer: number; olderRoot: Hash; newerRoot: Hash; proof: readonly Hash[] },
): boolean {
  const { older, newer, olderRoot, newerRoot, proof } = claim;
  if (!isSize(older) || !isSize(newer) || older > newer || !wellFormed([olderRoot, newerRoot, ...proof])) return false;
  if (older === newer) return proof.length === 0 && sameBytes(olderRoot, newerRoot);
  if (older === 0) return proof.length === 0 && sameBytes(olderRoot, hasher.empty());
  let [node, last] = [older - 1, newer - 1];
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)];
  const path = node === 0 ? [olderRoot, ...proof] : [...proof];
  const seed = path.shift();
  if (!seed || proof.length === 0) return false;
  let [left, right] = [seed, seed];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      left = hasher.node(sibling, left);
      right = hasher.node(sibling, right);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      right = hasher.node(right, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameBytes(left, olderRoot) && sameBytes(right, newerRoot);
}
