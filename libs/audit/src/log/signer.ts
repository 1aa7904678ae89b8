import { readdir } from 'node:fs/promises';
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
  type Hash,
  type VerifierKey,
} from '@tidewaiter/merkle';
import {
  ed25519Verify,
  makeSigningKey,
  nodeHasher as hasher,
  readIfThere,
  readSigningKey,
  writeDurably,
  type SigningKey,
} from '@tidewaiter/merkle/node';

export interface Head {
  size: number;
  root: Hash;
  /** size of the newest checkpoint that the database has; 0 when it has none */
  published: number;
}

/** Consistency proof from a smaller size to the head's. */
export type Prove = (older: number) => Promise<Hash[]>;

interface LogKey {
  signing: SigningKey;
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

  /** The logs that were signed for, and the head of each that was signed last. @throws as `lastOf` */
  async signed(): Promise<{ log: string; last: Checkpoint }[]> {
    const logs = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const heads = await Promise.all(
      logs.map(async (log) => {
        const { verifier } = await this.keyOf(log);
        return { log, last: await this.lastOf(log, verifier) };
      }),
    );
    return heads.flatMap(({ log, last }) => (last ? [{ log, last }] : []));
  }

  /**
   * Signs a head that continues the last one signed; asked for that one again, it gives the same note.
   * @throws Refused `audit.signer.smaller-tree`, `audit.signer.forked-tree`, `audit.signer.memory-lost`
   */
  async sign(log: string, head: Head, prove: Prove): Promise<string> {
    const { signing, verifier } = await this.keyOf(log);
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
      signatures: [{ name: verifier.name, keyId: verifier.id, signature: signing.sign(utf8(text)) }],
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
    let signing = await readSigningKey(folder);
    if (!signing) {
      if ((await readIfThere(join(folder, 'checkpoint'))) !== null) {
        throw refused('memory-lost', 'the key is gone, the last checkpoint is there', log);
      }
      signing = await makeSigningKey(folder);
    }
    const key = { signing, verifier: verifierKey(hasher.sha256, this.originOf(log), signing.publicKey) };
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
