import { Malformed, sameBytes, toBase64 } from './bytes.js';
import { openCheckpoint, type Checkpoint, type Cosignature, type OpenedCheckpoint, type Pinned } from './checkpoint.js';
import type { EntryCheck } from './event-streams.js';
import type { Hash, TreeHasher } from './hash.js';
import { NotSigned } from './note.js';
import { BundleCut, readBundle, readTile, TILE_WIDTH, tilePath, widthIn, type Tile } from './tiles.js';
import { CompactRange, foldRight } from './tree.js';

/** Fetches one resource of the log by its path (`checkpoint` aside); null when the log has none there. */
export type FetchTile = (path: string) => Promise<Uint8Array | null>;

export interface LogToVerify {
  hasher: TreeHasher;
  /** the signed note */
  checkpoint: string;
  pinned: Pinned;
  fetch: FetchTile;
  /** looks into each entry, in order; see `eventStreams` */
  entryCheck?: EntryCheck;
  /** heads seen before, by the verifier itself: the log must still lead through them */
  seen?: readonly { size: number; root: Hash }[];
  progress?: (done: number, size: number) => void;
}

export type LogFault =
  | 'checkpoint-malformed'
  | 'checkpoint-not-signed'
  | 'entry-missing'
  | 'entry-differs'
  | 'entry-refused'
  | 'tile-differs'
  | 'history-differs'
  | 'root-differs';

/** `index` is the first leaf that is known to be bad, or the first of the smallest range that holds it (`through`). */
export type LogVerdict =
  | { ok: true; origin: string; size: number; root: Hash; cosigned: Cosignature[] }
  | { ok: false; fault: LogFault; index: number | null; through: number | null; says: string };

class Found extends Error {
  constructor(
    readonly fault: LogFault,
    readonly index: number | null,
    readonly through: number | null,
    says: string,
  ) {
    super(says);
  }
}

/**
 * Recomputes the whole log from its entries: every leaf against its tile, every tile against the one above, the root
 * against the signed checkpoint. Two bundles are in memory at a time.
 */
export async function verifyLog(log: LogToVerify): Promise<LogVerdict> {
  try {
    const checkpoint = await openOrFound(log);
    await new LogWalk(log, checkpoint).walk();
    return { ok: true, ...checkpoint };
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    return { ok: false, fault: error.fault, index: error.index, through: error.through, says: error.message };
  }
}

async function openOrFound(log: LogToVerify): Promise<OpenedCheckpoint> {
  try {
    return await openCheckpoint(log.checkpoint, log.pinned);
  } catch (error) {
    if (error instanceof Malformed) throw new Found('checkpoint-malformed', null, null, error.message);
    if (error instanceof NotSigned) throw new Found('checkpoint-not-signed', null, null, error.message);
    throw error;
  }
}

interface Fetched {
  entries: Uint8Array | null;
  tile: Uint8Array | null;
}

class LogWalk {
  private size = 0;
  /** the tile being filled, per level: together they are the tree, so that nothing is hashed twice */
  private readonly ranges: CompactRange[] = [];
  /** hashes of the tile being filled, per level from 1: they are compared with what is stored */
  private readonly open: Hash[][] = [];
  private readonly seen: { size: number; root: Hash }[];
  /** the log led through this head: a later fault lies behind it */
  private sound = 0;

  constructor(
    private readonly log: LogToVerify,
    private readonly checkpoint: Checkpoint,
  ) {
    this.seen = [...(log.seen ?? [])].sort((a, b) => a.size - b.size);
  }

  async walk(): Promise<void> {
    const { size } = this.checkpoint;
    this.compareHeads();
    // The next bundle is on its way while this one is hashed.
    let ahead = this.fetchBundle(0);
    for (let first = 0; first < size; first += TILE_WIDTH) {
      const fetched = await ahead;
      ahead = this.fetchBundle(first + TILE_WIDTH);
      await this.bundle(first / TILE_WIDTH, Math.min(TILE_WIDTH, size - first), fetched);
      this.log.progress?.(this.size, size);
    }
    for (let level = 0; level < this.open.length; level += 1) await this.closeTile(level);
    if (this.seen.length > 0) {
      throw new Found(
        'history-differs',
        null,
        null,
        `the log has ${size} entries, fewer than the ${this.seen[0]!.size} seen before`,
      );
    }
    const root = this.root();
    if (!sameBytes(root, this.checkpoint.root)) {
      const says = `the entries lead to root ${toBase64(root)}, the checkpoint says ${toBase64(this.checkpoint.root)}`;
      throw new Found('root-differs', this.sound, size - 1, says);
    }
  }

  private fetchBundle(first: number): Promise<Fetched> {
    const width = Math.min(TILE_WIDTH, this.checkpoint.size - first);
    if (width <= 0) return Promise.resolve({ entries: null, tile: null });
    const index = first / TILE_WIDTH;
    const fetched = Promise.all([
      this.log.fetch(tilePath({ level: 'entries', index, width })),
      this.log.fetch(tilePath({ level: 0, index, width })),
    ]).then(([entries, tile]) => ({ entries, tile }));
    // Whoever waits for it is told; a fault before it must not leave it unheard.
    fetched.catch(() => undefined);
    return fetched;
  }

  private async bundle(index: number, width: number, fetched: Fetched): Promise<void> {
    const first = index * TILE_WIDTH;
    const entries = this.entriesOf(index, width, fetched.entries);
    const tile = this.hashesOf({ level: 0, index, width }, fetched.tile);
    for (const [i, entry] of entries.whole.entries()) {
      const leaf = this.log.hasher.leaf(entry);
      if (!sameBytes(leaf, tile[i]!)) {
        throw new Found('entry-differs', first + i, first + i, `entry ${first + i} is not the one that was logged`);
      }
      const refused = this.log.entryCheck?.(entry, first + i) ?? null;
      if (refused !== null) throw new Found('entry-refused', first + i, first + i, `entry ${first + i} ${refused}`);
      this.size += 1;
      const full = this.push(0, leaf);
      this.compareHeads();
      if (full !== null) await this.compareTiles(full);
    }
    if (entries.fault !== null)
      throw new Found('entry-missing', first + entries.whole.length, first + width - 1, entries.fault);
  }

  /** What is whole of a bundle, and what is wrong with the rest: the good entries before a cut are checked all the same. */
  private entriesOf(
    index: number,
    width: number,
    bytes: Uint8Array | null,
  ): { whole: Uint8Array[]; fault: string | null } {
    const path = tilePath({ level: 'entries', index, width });
    if (!bytes) return { whole: [], fault: `${path} is missing` };
    try {
      return { whole: readBundle(bytes, width), fault: null };
    } catch (error) {
      if (error instanceof BundleCut) return { whole: error.whole, fault: `${path}: ${error.message}` };
      if (error instanceof Malformed)
        throw new Found(
          'entry-differs',
          index * TILE_WIDTH,
          index * TILE_WIDTH + width - 1,
          `${path}: ${error.message}`,
        );
      throw error;
    }
  }

  /** The root over what was read so far. */
  private root(): Hash {
    return foldRight(
      this.log.hasher,
      this.ranges.toReversed().flatMap((range) => range.subtrees()),
    );
  }

  private compareHeads(): void {
    while (this.seen[0]?.size === this.size) {
      const { size, root } = this.seen.shift()!;
      if (!sameBytes(root, this.root())) {
        throw new Found(
          'history-differs',
          this.sound,
          size - 1,
          `the first ${size} entries are not those that were seen before`,
        );
      }
      this.sound = size;
    }
  }

  /** Adds a hash to its level, and that of a full tile to the level above. @returns the highest level whose tile became full */
  private push(level: number, hash: Hash): number | null {
    const range = (this.ranges[level] ??= CompactRange.empty(this.log.hasher));
    range.append(hash);
    if (level > 0) (this.open[level] ??= []).push(hash);
    if (range.size < TILE_WIDTH) return null;
    const root = range.root();
    this.ranges[level] = CompactRange.empty(this.log.hasher);
    return this.push(level + 1, root) ?? level;
  }

  private async compareTiles(highest: number): Promise<void> {
    for (let level = 1; level <= highest; level += 1) {
      const hashes = this.open[level]!;
      this.open[level] = [];
      await this.compareTile(level, hashes);
    }
  }

  private async closeTile(level: number): Promise<void> {
    const hashes = this.open[level] ?? [];
    if (hashes.length > 0) await this.compareTile(level, hashes);
  }

  private async compareTile(level: number, computed: readonly Hash[]): Promise<void> {
    const span = TILE_WIDTH ** level;
    const index = Math.floor((this.size - 1) / (span * TILE_WIDTH));
    const stored = await this.fetchHashes({ level, index, width: widthIn(this.checkpoint.size, level, index) });
    const bad = computed.findIndex((hash, i) => !sameBytes(hash, stored[i]!));
    if (bad < 0) return;
    const from = (index * TILE_WIDTH + bad) * span;
    throw new Found(
      'tile-differs',
      from,
      from + span - 1,
      `the entries ${from} to ${from + span - 1} do not lead to the hash in their tile`,
    );
  }

  private async fetchHashes(tile: Tile & { level: number }): Promise<Hash[]> {
    return this.hashesOf(tile, await this.log.fetch(tilePath(tile)));
  }

  private hashesOf(tile: Tile & { level: number }, bytes: Uint8Array | null): Hash[] {
    const path = tilePath(tile);
    const first = tile.index * TILE_WIDTH ** (tile.level + 1);
    if (!bytes) throw new Found('tile-differs', first, null, `${path} is missing`);
    try {
      return readTile(bytes, tile.width);
    } catch (error) {
      if (error instanceof Malformed) throw new Found('tile-differs', first, null, `${path}: ${error.message}`);
      throw error;
    }
  }
}
