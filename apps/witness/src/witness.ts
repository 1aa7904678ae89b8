import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cosign,
  formatSignature,
  formatVerifierKey,
  Malformed,
  NotSigned,
  openCheckpoint,
  parseAddCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  sameBytes,
  toHex,
  utf8,
  verifierKey,
  verifyConsistency,
  type AddCheckpoint,
  type Checkpoint,
  type VerifierKey,
} from '@tidewaiter/merkle';
import {
  ed25519Verify,
  makeSigningKey,
  nodeHasher,
  nodeSha256,
  readIfThere,
  readSigningKey,
  writeDurably,
  type SigningKey,
} from '@tidewaiter/merkle/node';

/** Why nothing is cosigned, with the HTTP status that C2SP tlog-witness gives to it. */
export class WitnessRefused extends Error {
  constructor(
    readonly status: 400 | 403 | 404 | 409 | 422,
    message: string,
    /** with 409 of a checkpoint: the size that was seen last */
    readonly size: number | null = null,
  ) {
    super(message);
    this.name = 'WitnessRefused';
  }
}

interface KnownLog {
  key: VerifierKey;
  folder: string;
  last: (Checkpoint & { note: string }) | null;
}

/**
 * Remembers the last head of each log that it has seen, and cosigns a head only if it continues that one. It trusts nothing
 * that the log says but signatures and proofs.
 */
export class Witness {
  private readonly logs = new Map<string, KnownLog>();
  /** one at a time per log: the look at the last head and the note of the next are one step */
  private readonly turns = new Map<string, Promise<unknown>>();

  private constructor(
    private readonly folder: string,
    private readonly signing: SigningKey,
    readonly key: VerifierKey,
    private readonly clock: () => number,
  ) {}

  /**
   * @param folder own store: the witness's key, and a folder for each log
   * @param name   goes into the verifier key and into every cosignature; never changed
   * @param clock  Unix time in seconds
   */
  static async open(folder: string, name: string, clock = () => Math.floor(Date.now() / 1000)): Promise<Witness> {
    const logs = join(folder, 'logs');
    await mkdir(logs, { recursive: true, mode: 0o700 });
    const known = await readdir(logs);
    const kept = await readSigningKey(folder);
    if (!kept && known.length > 0) {
      throw new Error(
        `${folder} remembers logs, but its key.pem is gone: put the key back; a new one is another witness`,
      );
    }
    const signing = kept ?? (await makeSigningKey(folder));
    const witness = new Witness(
      folder,
      signing,
      verifierKey(nodeSha256, name, signing.publicKey, 'cosignature/v1'),
      clock,
    );
    for (const each of known) await witness.recall(join(logs, each));
    return witness;
  }

  get verifierKey(): string {
    return formatVerifierKey(this.key);
  }

  /** What was seen last of a log, by the hex SHA-256 of its origin; null when nothing was. */
  lastSeen(originHash: string): string | null {
    const log = [...this.logs.values()].find(({ key }) => hashOf(key.name) === originHash);
    return log?.last?.note ?? null;
  }

  /**
   * Takes a log up under its key. A known origin keeps its first key for ever.
   * @throws Malformed; WitnessRefused 409 when the origin is known with another key
   */
  async addLog(text: string): Promise<void> {
    const key = parseVerifierKey(nodeSha256, text.trim());
    if (key.type !== 'ed25519') throw new Malformed('verifier key', 'type', 'a log signs with Ed25519 (1)');
    await this.inTurn(key.name, async () => {
      const known = this.logs.get(key.name);
      if (known && !sameBytes(known.key.publicKey, key.publicKey)) {
        throw new WitnessRefused(409, `${key.name} is known with another key; a log does not change its key`);
      }
      if (known) return;
      const folder = join(this.folder, 'logs', hashOf(key.name));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeDurably(folder, 'log.vkey', `${formatVerifierKey(key)}\n`);
      this.logs.set(key.name, { key, folder, last: null });
    });
  }

  /**
   * Checks a request to the letter of C2SP tlog-witness and cosigns.
   * @returns the cosignature's line
   * @throws  WitnessRefused
   */
  async addCheckpoint(body: string): Promise<string> {
    const { request, origin } = readRequest(body);
    return this.inTurn(origin, () => this.judge(request, origin));
  }

  private async judge({ old, proof, checkpoint }: AddCheckpoint, origin: string): Promise<string> {
    const log = this.logs.get(origin);
    if (!log) throw new WitnessRefused(404, `no log ${origin} is known here`);
    const head = await opened(checkpoint, log.key);
    if (old > head.size) throw new WitnessRefused(400, `the old size ${old} is over the checkpoint's ${head.size}`);
    const seen = log.last?.size ?? 0;
    if (old !== seen) throw new WitnessRefused(409, `the last head seen has ${seen} leaves, not ${old}`, seen);
    if (log.last && head.size === seen && !sameBytes(head.root, log.last.root)) {
      throw new WitnessRefused(409, `another root was seen over the same ${seen} leaves`, seen);
    }
    const follows = verifyConsistency(nodeHasher, {
      older: old,
      newer: head.size,
      olderRoot: log.last?.root ?? nodeHasher.empty(),
      newerRoot: head.root,
      proof,
    });
    if (!follows) throw new WitnessRefused(422, `the proof does not lead from ${old} leaves to ${head.size}`);
    // Remembered before it is answered: whoever holds a cosignature can rely on it that no smaller head gets one.
    await writeDurably(log.folder, 'checkpoint', checkpoint);
    log.last = { ...head, note: checkpoint };
    return formatSignature(cosign(this.key, parseNote(checkpoint).text, this.clock(), (m) => this.signing.sign(m)));
  }

  private async recall(folder: string): Promise<void> {
    const text = await readIfThere(join(folder, 'log.vkey'));
    if (text === null) return;
    const key = parseVerifierKey(nodeSha256, text.trim());
    const note = await readIfThere(join(folder, 'checkpoint'));
    const last = note === null ? null : { ...(await opened(note, key)), note };
    this.logs.set(key.name, { key, folder, last });
  }

  private inTurn<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(origin) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(work);
    this.turns.set(origin, turn);
    return turn;
  }
}

const hashOf = (origin: string): string => toHex(nodeSha256(utf8(origin)));

function readRequest(body: string): { request: AddCheckpoint; origin: string } {
  try {
    const request = parseAddCheckpoint(body);
    return { request, origin: parseCheckpoint(request.checkpoint).origin };
  } catch (error) {
    if (error instanceof Malformed) throw new WitnessRefused(400, error.message);
    throw error;
  }
}

async function opened(note: string, key: VerifierKey): Promise<Checkpoint> {
  try {
    return await openCheckpoint(note, { origin: key.name, keys: [key], verify: ed25519Verify });
  } catch (error) {
    if (error instanceof NotSigned) throw new WitnessRefused(403, error.message);
    throw error;
  }
}
