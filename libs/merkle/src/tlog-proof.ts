import { fromBase64, Malformed, parseDecimal, toBase64 } from './bytes.js';
import { openCheckpoint, type OpenedCheckpoint, type Pinned } from './checkpoint.js';
import type { Hash, TreeHasher } from './hash.js';
import { HASH_BYTES } from './hash.js';
import { verifyInclusion } from './proof.js';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
/** A path in a tree of 2^63 leaves. */
const LONGEST_PATH = 63;

/** Evidence for one entry, checked without the log: C2SP tlog-proof. */
export interface TlogProof {
  /** opaque and never trusted */
  extra: Uint8Array | null;
  index: number;
  proof: Hash[];
  /** the signed note, verbatim */
  checkpoint: string;
}

export function formatProof({ extra, index, proof, checkpoint }: TlogProof): string {
  const lines = [
    FIRST_LINE,
    ...(extra ? [`extra ${toBase64(extra)}`] : []),
    `index ${index}`,
    ...proof.map(toBase64),
    '',
  ];
  return `${lines.join('\n')}\n${checkpoint}`;
}

/** @throws Malformed */
export function parseProof(text: string): TlogProof {
  const bad = (at: string, reason: string): never => {
    throw new Malformed('tlog-proof', at, reason);
  };
  const blank = text.indexOf('\n\n');
  if (blank < 0) return bad('end of proof', 'no empty line before the checkpoint');
  const lines = text.slice(0, blank).split('\n');
  if (lines.shift() !== FIRST_LINE) return bad('line 1', `expected ${FIRST_LINE}`);
  const extraText = lines[0]?.startsWith('extra ') ? lines.shift()!.slice('extra '.length) : null;
  const extra = extraText === null ? null : fromBase64(extraText);
  if (extraText !== null && !extra) return bad('extra', 'not canonical base64');
  const index = /^index (.*)$/.exec(lines.shift() ?? '');
  const value = index && parseDecimal(index[1]!);
  if (value === null) return bad('index', 'expected "index" and a decimal without leading zeros');
  if (lines.length > LONGEST_PATH) return bad('proof', `more than ${LONGEST_PATH} hashes`);
  const proof = lines.map((line, i) => {
    const hash = fromBase64(line);
    return hash?.length === HASH_BYTES ? hash : bad(`hash ${i + 1}`, 'not the canonical base64 of 32 bytes');
  });
  return { extra, index: value, proof, checkpoint: text.slice(blank + 2) };
}

/**
 * Checks a proof file for an entry against the pinned log.
 *
 * @returns the checkpoint it leads to, or null when the entry does not stand at that index under it
 * @throws  Malformed; NotSigned as of `openCheckpoint`
 */
export async function verifyProof(
  hasher: TreeHasher,
  proof: TlogProof,
  entry: Uint8Array,
  pinned: Pinned,
): Promise<OpenedCheckpoint | null> {
  const checkpoint = await openCheckpoint(proof.checkpoint, pinned);
  const holds = verifyInclusion(hasher, {
    index: proof.index,
    size: checkpoint.size,
    leaf: hasher.leaf(entry),
    root: checkpoint.root,
    proof: proof.proof,
  });
  return holds ? checkpoint : null;
}
