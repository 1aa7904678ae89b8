import { fromBase64, Malformed, parseDecimal, toBase64 } from './bytes.js';
import { HASH_BYTES, type Hash } from './hash.js';

/** A path between any two trees of up to 2^63 leaves. */
const LONGEST_PROOF = 63;
const FORMAT = 'add-checkpoint';

/** Asks a witness to cosign a head: `POST <prefix>/add-checkpoint`, C2SP tlog-witness. */
export interface AddCheckpoint {
  /** size of the head that the witness saw last; 0 when it knows none */
  old: number;
  /** consistency from `old` to the checkpoint's size, empty when they are equal or `old` is 0 */
  proof: readonly Hash[];
  /** the signed note, verbatim */
  checkpoint: string;
}

export const formatAddCheckpoint = ({ old, proof, checkpoint }: AddCheckpoint): string =>
  `old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`;

/** @throws Malformed */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const bad = (at: string, reason: string): never => {
    throw new Malformed(FORMAT, at, reason);
  };
  const blank = text.indexOf('\n\n');
  if (blank < 0) return bad('proof', 'no empty line before the checkpoint');
  const [first, ...lines] = text.slice(0, blank).split('\n');
  const size = /^old (\d+)$/.exec(first ?? '');
  const old = size && parseDecimal(size[1]!);
  if (old === null) return bad('line 1', 'expected "old" and a decimal without leading zeros');
  if (lines.length > LONGEST_PROOF) return bad('proof', `more than ${LONGEST_PROOF} hashes`);
  const proof = lines.map((line, i) => {
    const hash = fromBase64(line);
    return hash?.length === HASH_BYTES ? hash : bad(`hash ${i + 1}`, 'not the canonical base64 of 32 bytes');
  });
  return { old, proof, checkpoint: text.slice(blank + 2) };
}

/** The body of a 409 answer, `text/x.tlog.size`: the size that the witness saw last. @throws Malformed */
export function parseWitnessSize(text: string): number {
  const size = text.endsWith('\n') ? parseDecimal(text.slice(0, -1)) : null;
  if (size === null) throw new Malformed(FORMAT, 'size', 'expected a decimal and a newline');
  return size;
}
