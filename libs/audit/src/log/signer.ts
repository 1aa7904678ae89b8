import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '@tidewaiter/kernel';
import {
  checkpointText,
  formatNote,
  openCheckpoint,
  sameBytes,
  utf8,
  verifierKey,
  verifyConsistency,
  type Checkpoint,
  type Ed25519Verify,
  type Hash,
  type VerifierKey,
} from '@tidewaiter/merkle';
import { hasher } from './hashing.js';

/** DER prefix of an Ed25519 public key (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export const ed25519Verify: Ed25519Verify = (publicKey, message, signature) =>
  verify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' }),
    signature,
  );

export interface Head {
  size: number;
  root: Hash;
  /** size of the newest checkpoint that the database has; 0 when it has none */
  published: number;
}

/** Consistency proof from a smaller size to the head's. */
export type Prove = (older: number) => Promise<Hash[]>;

interface LogKey {
  secret: KeyObject;
  verifier: VerifierKey;
}

/**
 * Signs the heads of logs. Key and last signed checkpoint of each log lie in a folder outside the database: what the
 * database becomes, this remembers what was said of it, and never says anything that does not follow from that.
 */
export class CheckpointSigner {
  private readonly keys = new Map<string, LogKey>();

  /**
   * @param folder   readable by this process alone; a folder per log in it
   * @param originOf name of a log, the same for as long as the log lives
   */
  constructor(
    private readonly folder: string,
    readonly originOf: (log: string) => string,
  ) {}

  /** The key to hand to a verifier; made when the log has none. */
  async verifierOf(log: string): Promise<VerifierKey> {
    return (await this.keyOf(log)).verifier;
  }

  /**
   * Signs a head that continues the last one signed; asked for that one again, it gives the same note.
   * @throws Refused `audit.signer.smaller-tree`, `audit.signer.forked-tree`, `audit.signer.memory-lost`
   */
  async sign(log: string, head: Head, prove: Prove): Promise<string> {
    const { secret, verifier } = await this.keyOf(log);
    const last = await this.lastOf(log, verifier);
    if (!last && head.published > 0) {
      throw refused(
        'memory-lost',
        `the database has a checkpoint over ${head.published} leaves, the signer remembers none`,
        log,
      );
    }
    if (last) {
      if (head.size < last.size) {
        throw refused(
          'smaller-tree',
          `a checkpoint over ${last.size} leaves was signed, the database has ${head.size}: it was restored from an older copy`,
          log,
        );
      }
      await refuseFork(log, last, head, prove);
      if (head.size === last.size) return last.note;
    }
    const text = checkpointText({ origin: verifier.name, size: head.size, root: head.root });
    const note = formatNote({
      text,
      signatures: [{ name: verifier.name, keyId: verifier.id, signature: sign(null, utf8(text), secret) }],
    });
    // Remembered before it is handed out: a crash between the two gives the same note again.
    await writeDurably(this.folderOf(log), 'checkpoint', note);
    return note;
  }

  /** The last checkpoint signed, or null. @throws when the file does not carry this log's own signature */
  private async lastOf(log: string, verifier: VerifierKey): Promise<(Checkpoint & { note: string }) | null> {
    const note = await readIfThere(join(this.folderOf(log), 'checkpoint'));
    if (note === null) return null;
    const checkpoint = await openCheckpoint(note, { origin: verifier.name, keys: [verifier], verify: ed25519Verify });
    return { ...checkpoint, note };
  }

  private async keyOf(log: string): Promise<LogKey> {
    const known = this.keys.get(log);
    if (known) return known;
    const folder = this.folderOf(log);
    let pem = await readIfThere(join(folder, 'key.pem'));
    if (pem === null) {
      if ((await readIfThere(join(folder, 'checkpoint'))) !== null) {
        throw refused('memory-lost', 'the key is gone, the last checkpoint is there', log);
      }
      pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeDurably(folder, 'key.pem', pem);
    }
    const secret = createPrivateKey(pem);
    const publicKey = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
    const key = { secret, verifier: verifierKey(hasher.sha256, this.originOf(log), publicKey) };
    this.keys.set(log, key);
    return key;
  }

  private folderOf(log: string): string {
    if (!/^[a-z0-9-]{1,40}$/.test(log)) throw new RangeError(`no name of a log: ${log}`);
    return join(this.folder, log);
  }
}

async function refuseFork(log: string, last: Checkpoint, head: Head, prove: Prove): Promise<void> {
  const same = head.size === last.size;
  const follows = same
    ? sameBytes(last.root, head.root)
    : verifyConsistency(hasher, {
        older: last.size,
        newer: head.size,
        olderRoot: last.root,
        newerRoot: head.root,
        proof: await prove(last.size),
      });
  if (!follows)
    throw refused(
      'forked-tree',
      `the tree of ${head.size} leaves does not continue the one of ${last.size} that was signed`,
      log,
    );
}

const refused = (what: 'smaller-tree' | 'forked-tree' | 'memory-lost', says: string, log: string): Refused =>
  new Refused(`audit.signer.${what}`, says, {
    advice:
      'Nothing is signed until a person has decided: put back what was lost, or open a new origin that names the last checkpoint of the old one.',
    facts: { log },
  });

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whole or not at all, and still there after a power cut. */
async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const entry = await open(folder, 'r');
  try {
    await entry.sync();
  } finally {
    await entry.close();
  }
}
