import { Malformed, sameBytes, toBase64 } from './bytes.js';
import { openCheckpoint, type Checkpoint, type Cosignature, type OpenedCheckpoint, type Pinned } from './checkpoint.js';
import type { EntryCheck } from './event-streams.js';
import type { Hash, TreeHasher } from './hash.js';
import { NotSigned } from './note.js';
import { BundleCut, readBundle, readTile, TILE_WIDTH, tilePath, tileRoot, widthIn, type Tile } from './tiles.js';
import { CompactRange } from './tree.js';

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
 * against the signed checkpoint. One bundle is in memory at a time.
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

class LogWalk {
  private readonly range: CompactRange;
  /** hashes of the tile being filled, per level */
  private readonly open: Hash[][] = [];
  private readonly seen: { size: number; root: Hash }[];
  /** the log led through this head: a later fault lies behind it */
  private sound = 0;

  constructor(
    private readonly log: LogToVerify,
    private readonly checkpoint: Checkpoint,
  ) {
    this.range = CompactRange.empty(log.hasher);
    this.seen = [...(log.seen ?? [])].sort((a, b) => a.size - b.size);
  }

  async walk(): Promise<void> {
    const { size } = this.checkpoint;
    this.compareHeads();
    for (let first = 0; first < size; first += TILE_WIDTH) {
      await this.bundle(first / TILE_WIDTH, Math.min(TILE_WIDTH, size - first));
      this.log.progress?.(this.range.size, size);
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
    if (!sameBytes(this.range.root(), this.checkpoint.root)) {
      const says = `the entries lead to root ${toBase64(this.range.root())}, the checkpoint says ${toBase64(this.checkpoint.root)}`;
      throw new Found('root-differs', this.sound, size - 1, says);
    }
  }

  private async bundle(index: number, width: number): Promise<void> {
    const first = index * TILE_WIDTH;
    const entries = await this.entriesOf(index, width);
    const tile = await this.fetchHashes({ level: 0, index, width });
    for (const [i, entry] of entries.whole.entries()) {
      const leaf = this.log.hasher.leaf(entry);
      if (!sameBytes(leaf, tile[i]!)) {
        throw new Found('entry-differs', first + i, first + i, `entry ${first + i} is not the one that was logged`);
      }
      const refused = this.log.entryCheck?.(entry, first + i) ?? null;
      if (refused !== null) throw new Found('entry-refused', first + i, first + i, `entry ${first + i} ${refused}`);
      await this.append(leaf);
    }
    if (entries.fault !== null)
      throw new Found('entry-missing', first + entries.whole.length, first + width - 1, entries.fault);
  }

  /** What is whole of a bundle, and what is wrong with the rest: the good entries before a cut are checked all the same. */
  private async entriesOf(index: number, width: number): Promise<{ whole: Uint8Array[]; fault: string | null }> {
    const path = tilePath({ level: 'entries', index, width });
    const bytes = await this.log.fetch(path);
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

  private async append(leaf: Hash): Promise<void> {
    this.range.append(leaf);
    this.compareHeads();
    await this.push(0, leaf);
  }

  private compareHeads(): void {
    while (this.seen[0]?.size === this.range.size) {
      const { size, root } = this.seen.shift()!;
      if (!sameBytes(root, this.range.root())) {
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

  /** Adds a hash to its level; a full tile is compared (levels above 0) and hashed into the level above. */
  private async push(level: number, hash: Hash): Promise<void> {
    const hashes = (this.open[level] ??= []);
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    const root = tileRoot(this.log.hasher, hashes);
    if (level > 0) await this.compareTile(level, hashes);
    this.open[level] = [];
    await this.push(level + 1, root);
  }

  private async closeTile(level: number): Promise<void> {
    const hashes = this.open[level]!;
    if (level > 0 && hashes.length > 0) await this.compareTile(level, hashes);
  }

  private async compareTile(level: number, computed: readonly Hash[]): Promise<void> {
    const span = TILE_WIDTH ** level;
    const index = Math.floor((this.range.size - 1) / (span * TILE_WIDTH));
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
    const path = tilePath(tile);
    const first = tile.index * TILE_WIDTH ** (tile.level + 1);
    const bytes = await this.log.fetch(path);
    if (!bytes) throw new Found('tile-differs', first, null, `${path} is missing`);
    try {
      return readTile(bytes, tile.width);
    } catch (error) {
      if (error instanceof Malformed) throw new Found('tile-differs', first, null, `${path}: ${error.message}`);
      throw error;
    }
  }
}
