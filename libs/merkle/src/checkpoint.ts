import { fromBase64, Malformed, parseDecimal, toBase64 } from './bytes.js';
import type { Hash } from './hash.js';
import { HASH_BYTES } from './hash.js';
import { NotSigned, openNote, parseNote, type Ed25519Verify, type VerifierKey } from './note.js';

/** Head of a log: C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** names the log; the verifier pins it */
  origin: string;
  size: number;
  root: Hash;
}

/** The text that is signed. Extension lines are never written: monitors cannot audit them. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${toBase64(root)}\n`;

/** Reads the body of a checkpoint; extension lines are allowed and not kept. @throws Malformed */
export function parseCheckpointText(text: string): Checkpoint {
  const lines = text.split('\n');
  const bad = (at: string, reason: string): never => {
    throw new Malformed('checkpoint', at, reason);
  };
  if (lines.pop() !== '' || lines.length < 3)
    return bad('lines', 'at least origin, size and root, each ended by a newline');
  const [origin, sizeText, rootText] = lines as [string, string, string];
  if (lines.some((line) => line === '')) return bad('lines', 'no line is empty');
  const size = parseDecimal(sizeText);
  const root = fromBase64(rootText);
  if (size === null) return bad('line 2', 'a size is a decimal without leading zeros, up to 2^53 - 1');
  if (root?.length !== HASH_BYTES) return bad('line 3', 'a root is the canonical base64 of 32 bytes');
  return { origin, size, root };
}

/** Reads a checkpoint note without trusting it: for showing, or before the key is known. @throws Malformed */
export const parseCheckpoint = (note: string): Checkpoint => parseCheckpointText(parseNote(note).text);

/** What a verifier trusts before it reads: the log's name and keys, and the witnesses it wants to have seen the head. */
export interface Pinned {
  origin: string;
  keys: readonly VerifierKey[];
  verify: Ed25519Verify;
  /** keys of type `cosignature/v1` */
  witnesses?: readonly VerifierKey[];
  /** how many of the witnesses must have cosigned; 0 when not given */
  quorum?: number;
}

export interface Cosignature {
  witness: string;
  /** Unix time in seconds, the witness's own clock */
  at: number;
}

export interface OpenedCheckpoint extends Checkpoint {
  /** of the pinned witnesses */
  cosigned: Cosignature[];
}

/**
 * Opens a checkpoint with the origin, keys and witnesses pinned.
 * @throws Malformed; NotSigned `unknown-origin`, `unknown-key`, `false-signature`, `not-witnessed`
 */
export async function openCheckpoint(note: string, pinned: Pinned): Promise<OpenedCheckpoint> {
  const witnesses = pinned.witnesses ?? [];
  const { text, signedBy } = await openNote(note, [...pinned.keys, ...witnesses], pinned.verify);
  const checkpoint = parseCheckpointText(text);
  if (checkpoint.origin !== pinned.origin) {
    throw new NotSigned('unknown-origin', `the checkpoint is of ${checkpoint.origin}, not of ${pinned.origin}`);
  }
  if (!signedBy.some(({ key }) => key.type === 'ed25519' && pinned.keys.includes(key))) {
    throw new NotSigned('unknown-key', `no known key of ${pinned.origin} signed the checkpoint`);
  }
  const cosigned = signedBy.flatMap(({ key, at }) =>
    at !== null && witnesses.includes(key) ? [{ witness: key.name, at }] : [],
  );
  const quorum = pinned.quorum ?? 0;
  if (cosigned.length < quorum) {
    throw new NotSigned(
      'not-witnessed',
      `${cosigned.length} of the pinned witnesses cosigned the checkpoint, ${quorum} must have`,
    );
  }
  return { ...checkpoint, cosigned };
}
