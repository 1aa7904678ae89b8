import type { Hash, TreeHasher } from './hash.js';

/** A complete subtree: the leaves `[index * 2^level, (index + 1) * 2^level)`. */
export interface NodeId {
  level: number;
  index: number;
}

/* Sizes and indexes are whole numbers up to 2^53 - 1. Only division, remainder and powers touch them: JavaScript's bit operators cut at 32 bits. */

/** The complete subtrees, left to right, that cover the leaves `[begin, end)`; `begin` must be where such a subtree may start. */
export function cover(begin: number, end: number): NodeId[] {
  const nodes: NodeId[] = [];
  for (let at = begin; at < end;) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2;
      level += 1;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The hash over subtrees of falling size: right to left. */
export function foldRight(hasher: TreeHasher, hashes: readonly Hash[]): Hash {
  let root: Hash | undefined;
  for (let i = hashes.length - 1; i >= 0; i -= 1) root = root ? hasher.node(hashes[i]!, root) : hashes[i]!;
  return root ?? hasher.empty();
}

/** A growing tree that keeps only the roots of its complete subtrees: at most 53 hashes, whatever the size. */
export class CompactRange {
  private constructor(
    private readonly hasher: TreeHasher,
    private count: number,
    private readonly peaks: Hash[],
  ) {}

  static empty(hasher: TreeHasher): CompactRange {
    return new CompactRange(hasher, 0, []);
  }

  /** @param peaks hashes of `cover(0, size)`, in that order */
  static of(hasher: TreeHasher, size: number, peaks: readonly Hash[]): CompactRange {
    if (peaks.length !== cover(0, size).length)
      throw new RangeError(`a tree of ${size} leaves has other peaks than ${peaks.length}`);
    return new CompactRange(hasher, size, [...peaks]);
  }

  get size(): number {
    return this.count;
  }

  append(leaf: Hash): void {
    let hash = leaf;
    for (let size = this.count; size % 2 === 1; size = (size - 1) / 2) hash = this.hasher.node(this.peaks.pop()!, hash);
    this.peaks.push(hash);
    this.count += 1;
  }

  root(): Hash {
    return foldRight(this.hasher, this.peaks);
  }

  /** Hashes of the complete subtrees, left to right: those of `cover(0, size)`. */
  subtrees(): readonly Hash[] {
    return this.peaks;
  }
}

/** Root over leaf hashes (RFC 6962, 2.1). */
export function rootOf(hasher: TreeHasher, leaves: readonly Hash[]): Hash {
  const range = CompactRange.empty(hasher);
  for (const leaf of leaves) range.append(leaf);
  return range.root();
}

/** Largest power of two smaller than `n`; `n` at least 2. */
export function splitOf(n: number): number {
  let width = 1;
  while (width * 2 < n) width *= 2;
  return width;
}
