import {
  consistencyWalk,
  fromUtf8,
  inclusionWalk,
  joinBytes,
  Malformed,
  NotSigned,
  openCheckpoint,
  openNote,
  parseAddCheckpoint,
  parseCheckpointText,
  parseProof,
  parseVerifierKey,
  sameBytes,
  sha256,
  toHex,
  type Checkpoint,
  type Ed25519Verify,
  type Hash,
  type PathWalk,
  type VerifierKey,
} from '@tidewaiter/merkle';
import { CHECKPOINT, EARLIER_CHECKPOINT, EARLIER_PROOF, eventPath, isShared, MANIFEST, proofPath } from './paths.js';
import { readTar } from './tar.js';

/** In the order in which they are taken; each rests on those before it. */
export const STEPS = ['bytes', 'inclusion', 'checkpoint', 'witnesses', 'consistency', 'streams'] as const;
export type StepName = (typeof STEPS)[number];

/** How hashes and signatures are made here: by the platform, or by the small ones of this program. SHA-256 of the bytes. */
export interface Means {
  sha256: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  verify: Ed25519Verify;
}

export interface LeafToProve {
  index: number;
  /** where it came from: a path in the file, or `leaf 17` of a log */
  place: string;
  bytes: Uint8Array;
  /** hash that is on record for it; null where the file holds none */
  recorded: Hash | null;
  path: readonly Hash[];
  /** the checkpoint that the path was made for, where it says so itself */
  under?: string;
}

/** Everything that is needed, in memory: nothing is fetched while it is checked. */
export interface ToProve {
  tenant: string;
  shipment: string;
  leaves: readonly LeafToProve[];
  /** other files whose digests are on record: papers, rules, files for reading */
  files: readonly { place: string; bytes: Uint8Array; sha256: string }[];
  /** the signed note, verbatim */
  checkpoint: string;
  /** verifier key of the log, and whether the person brought it */
  key: { text: string; pinned: boolean };
  /** verifier keys of witnesses */
  witnesses: readonly string[];
  /** an older head that the log must continue; null: none is known */
  earlier: { checkpoint: string; proof: readonly Hash[]; from: string } | null;
}

export interface StepReport {
  step: StepName;
  outcome: 'passed' | 'failed' | 'not-reached' | 'not-checked';
  says: string;
  formula: string;
  /** what went in and what came out, as text */
  inputs: { name: string; value: string }[];
  /** of the first thing that fails */
  fault: { place: string; index: number | null; expected: string | null; computed: string | null } | null;
}

export interface Proven {
  holds: boolean;
  steps: StepReport[];
  events: number;
}

const FORMULA: Record<StepName, string> = {
  bytes: 'SHA-256(0x00 ‖ bytes of the event) = leaf hash on record',
  inclusion: 'SHA-256(0x01 ‖ left ‖ right), from the leaf up = root of the checkpoint',
  checkpoint: 'Ed25519(key of the log, text of the checkpoint) is its signature',
  witnesses: 'Ed25519(key of the witness, its time and the text) is its cosignature',
  consistency: 'the path from the older tree leads to both roots',
  streams: 'versions of each stream are 1, 2, 3 … and every event is of this shipment',
};

class Fails extends Error {
  constructor(
    message: string,
    readonly place: string,
    readonly about: { index?: number; expected?: string; computed?: string } = {},
  ) {
    super(message);
  }
}
/** Nothing is there to hold it against: said, and not counted as passed. */
class NothingToCheck extends Error {}

type Said = { says: string; inputs: StepReport['inputs'] };

/** Checks step by step; the first that fails is named with its place, what comes after is not reached. Never throws for what it reads. */
export async function prove(what: ToProve, means: Means): Promise<Proven> {
  const proving = new Proving(what, means);
  const steps: StepReport[] = [];
  let failed = false;
  for (const step of STEPS) {
    const report: StepReport = { step, outcome: 'passed', says: '', formula: FORMULA[step], inputs: [], fault: null };
    steps.push(report);
    if (failed) {
      Object.assign(report, { outcome: 'not-reached', says: 'not reached' });
      continue;
    }
    try {
      Object.assign(report, await proving[step]());
    } catch (error) {
      if (error instanceof NothingToCheck) Object.assign(report, { outcome: 'not-checked', says: error.message });
      else {
        failed = true;
        Object.assign(report, { outcome: 'failed', ...faultOf(error) });
      }
    }
  }
  return { holds: !failed, steps, events: what.leaves.length };
}

function faultOf(error: unknown): Pick<StepReport, 'says' | 'fault'> {
  if (!(error instanceof Fails) && !(error instanceof Malformed) && !(error instanceof NotSigned)) throw error;
  const place = error instanceof Fails ? error.place : CHECKPOINT;
  const about: Fails['about'] = error instanceof Fails ? error.about : {};
  const { index = null, expected = null, computed = null } = about;
  return { says: error.message, fault: { place, index, expected, computed } };
}

/** Text of a note before its signatures: what its root says, before anybody signed for it. */
const bodyOf = (note: string): string => {
  const end = note.lastIndexOf('\n\n');
  return end < 0 ? note : note.slice(0, end + 1);
};

export const leafHash = async (bytes: Uint8Array, means: Means): Promise<Hash> =>
  means.sha256(joinBytes(Uint8Array.of(0), bytes));

async function walked<R>(walk: PathWalk<R>, means: Means): Promise<R> {
  let turn = walk.next();
  while (!turn.done) turn = walk.next(await means.sha256(joinBytes(Uint8Array.of(1), ...turn.value)));
  return turn.value;
}

class Proving {
  private readonly hashes: Hash[] = [];
  private head: Checkpoint | null = null;

  constructor(
    private readonly what: ToProve,
    private readonly means: Means,
  ) {}

  async bytes(): Promise<Said> {
    const { leaves, files } = this.what;
    if (leaves.length === 0) throw new Fails('there is no event to prove', MANIFEST);
    this.hashes.push(...(await Promise.all(leaves.map(({ bytes }) => leafHash(bytes, this.means)))));
    for (const [i, { recorded, index, place }] of leaves.entries()) {
      const computed = this.hashes[i]!;
      if (recorded !== null && !sameBytes(computed, recorded))
        throw new Fails(`leaf ${index} does not hash as recorded: its bytes are not those that were logged`, place, {
          index,
          expected: toHex(recorded),
          computed: toHex(computed),
        });
    }
    for (const { place, bytes, sha256 } of files) {
      const computed = toHex(await this.means.sha256(bytes));
      if (computed !== sha256)
        throw new Fails('the file is not the one whose digest is on record', place, { expected: sha256, computed });
    }
    const recorded = leaves.filter((leaf) => leaf.recorded !== null).length;
    return {
      says: `${recorded} of ${leaves.length} leaves hash as recorded${files.length === 0 ? '' : `, ${files.length} files too`}`,
      inputs: [
        { name: 'events', value: String(leaves.length) },
        { name: 'bytes', value: String(leaves.reduce((sum, { bytes }) => sum + bytes.length, 0)) },
        { name: `leaf hash of leaf ${leaves[0]!.index}`, value: toHex(this.hashes[0]!) },
      ],
    };
  }

  async inclusion(): Promise<Said> {
    const text = bodyOf(this.what.checkpoint);
    const head = parseCheckpointText(text);
    for (const { under, index, place } of this.what.leaves)
      if (under !== undefined && bodyOf(under) !== text)
        throw new Fails(`the path of leaf ${index} was made for another checkpoint`, place, { index });
    const roots = await Promise.all(
      this.what.leaves.map(({ index, path }, i) =>
        walked(inclusionWalk({ index, size: head.size, leaf: this.hashes[i]!, proof: path }), this.means),
      ),
    );
    for (const [i, { index, place }] of this.what.leaves.entries()) {
      const root = roots[i];
      if (!root)
        throw new Fails(
          index >= head.size
            ? `leaf ${index} is not in a tree of ${head.size}: the checkpoint is older than the event`
            : `the path of leaf ${index} does not fit a tree of ${head.size}`,
          place,
          { index },
        );
      if (!sameBytes(root, head.root))
        throw new Fails(`the path of leaf ${index} leads to another root`, place, {
          index,
          expected: toHex(head.root),
          computed: toHex(root),
        });
    }
    const longest = Math.max(...this.what.leaves.map(({ path }) => path.length));
    return {
      says: `${roots.length} of ${roots.length} paths, of at most ${longest}, lead to root ${toHex(head.root).slice(0, 8)}…`,
      inputs: [
        { name: 'tree size', value: String(head.size) },
        { name: 'root on the checkpoint', value: toHex(head.root) },
        { name: `root from leaf ${this.what.leaves[0]!.index}`, value: toHex(roots[0]!) },
      ],
    };
  }

  private key(text: string, place: string): VerifierKey {
    try {
      // The id is part of the key's text: a hash of a hundred bytes, made here whatever the means are.
      return parseVerifierKey(sha256, text.trim());
    } catch (error) {
      throw error instanceof Malformed ? new Fails(error.message, place) : error;
    }
  }

  async checkpoint(): Promise<Said> {
    const key = this.key(this.what.key.text, 'key of the log');
    const { verify } = this.means;
    this.head = await openCheckpoint(this.what.checkpoint, { origin: key.name, keys: [key], verify });
    const { origin, size } = this.head;
    return {
      says: `root of ${size} leaves signed, key ${toHex(key.id)} ${this.what.key.pinned ? 'that you gave' : 'that came with it: compare it with one that you got another way'}`,
      inputs: [
        { name: 'origin', value: origin },
        { name: 'key', value: this.what.key.text.trim() },
        { name: 'signed text', value: bodyOf(this.what.checkpoint) },
      ],
    };
  }

  async witnesses(): Promise<Said> {
    const { witnesses, checkpoint } = this.what;
    if (witnesses.length === 0) throw new NothingToCheck('not checked: no key of a witness is known here');
    const keys = witnesses.map((text) => this.key(text, 'key of a witness'));
    const { signedBy } = await openNote(checkpoint, keys, this.means.verify).catch((error: unknown) => {
      if (error instanceof NotSigned && error.code === 'unknown-key')
        throw new Fails(`0 of ${keys.length} known witnesses cosigned the checkpoint`, CHECKPOINT);
      throw error;
    });
    return {
      says: `cosigned by ${signedBy.length} of ${keys.length} known witnesses`,
      inputs: signedBy.map(({ key, at }) => ({
        name: key.name,
        value: at === null ? 'signed' : new Date(at * 1000).toISOString(),
      })),
    };
  }

  async consistency(): Promise<Said> {
    const { earlier } = this.what;
    if (!earlier) throw new NothingToCheck('not checked: no older checkpoint was given');
    const place = 'older checkpoint';
    const key = this.key(this.what.key.text, 'key of the log');
    const older = await openCheckpoint(earlier.checkpoint, {
      origin: key.name,
      keys: [key],
      verify: this.means.verify,
    }).catch((error: unknown) => {
      if (error instanceof Malformed || error instanceof NotSigned) throw new Fails(error.message, place);
      throw error;
    });
    const newer = this.head!;
    if (older.size > newer.size)
      throw new Fails(`the log has ${newer.size} leaves, fewer than the ${older.size} seen before`, place, {
        expected: `at least ${older.size} leaves`,
        computed: `${newer.size} leaves`,
      });
    const roots =
      older.size === newer.size
        ? { older: older.root, newer: older.root }
        : await walked(
            consistencyWalk({ older: older.size, newer: newer.size, olderRoot: older.root, proof: earlier.proof }),
            this.means,
          );
    if (!roots) throw new Fails(`the path does not fit trees of ${older.size} and ${newer.size}`, place);
    for (const [which, head] of [
      ['older', older],
      ['newer', newer],
    ] as const)
      if (!sameBytes(roots[which], head.root))
        throw new Fails(`the path leads to another root of the ${which} tree: the log was rewritten`, place, {
          expected: toHex(head.root),
          computed: toHex(roots[which]),
        });
    return {
      says: `only grew, from ${older.size} to ${newer.size} leaves, ${earlier.from}`,
      inputs: [
        { name: 'older root', value: toHex(older.root) },
        { name: 'newer root', value: toHex(newer.root) },
        { name: 'hashes in the path', value: String(earlier.proof.length) },
      ],
    };
  }

  async streams(): Promise<Said> {
    const heads = new Map<string, number>();
    for (const { bytes, place, index } of this.what.leaves) {
      const event = eventOf(bytes);
      if (!event) throw new Fails('it is no event', place, { index });
      const { stream, version, subject, tenantid } = event;
      if (subject !== this.what.shipment || tenantid !== this.what.tenant)
        throw new Fails(`it belongs to ${subject} of ${tenantid}, not to this shipment`, place, { index });
      const expected = (heads.get(stream) ?? 0) + 1;
      if (isShared(stream) ? version < expected : version !== expected)
        throw new Fails(
          `it is version ${version} of ${stream}, version ${expected} expected: events were left out`,
          place,
          {
            index,
            expected: `version ${expected}`,
            computed: `version ${version}`,
          },
        );
      heads.set(stream, version);
    }
    return {
      says: `${heads.size} streams, versions without a gap`,
      inputs: [...heads].map(([stream, version]) => ({
        name: stream,
        value: isShared(stream) ? `to ${version}, shared` : `1 to ${version}`,
      })),
    };
  }
}

function eventOf(bytes: Uint8Array): { stream: string; version: number; subject: string; tenantid: string } | null {
  try {
    const { stream, version, subject, tenantid } = JSON.parse(fromUtf8(bytes) ?? '') as Record<string, unknown>;
    const isEvent =
      typeof stream === 'string' &&
      Number.isSafeInteger(version) &&
      typeof subject === 'string' &&
      typeof tenantid === 'string';
    return isEvent ? { stream, version: version as number, subject, tenantid } : null;
  } catch {
    return null;
  }
}

/** One node on the way from a leaf to the root: which side its sibling stands on, and what both hash to. */
export interface PathNode {
  side: 'left' | 'right';
  sibling: string;
  hash: string;
}

/** The way of one leaf to the root, node by node, for a person to follow. */
export async function pathOf(
  leaf: LeafToProve,
  size: number,
  means: Means,
): Promise<{ leaf: string; nodes: PathNode[] }> {
  const start = await leafHash(leaf.bytes, means);
  const walk = inclusionWalk({ index: leaf.index, size, leaf: start, proof: leaf.path });
  const nodes: PathNode[] = [];
  let below = start;
  for (let turn = walk.next(); !turn.done;) {
    const [left, right] = turn.value;
    const hash = await means.sha256(joinBytes(Uint8Array.of(1), left, right));
    const side = sameBytes(right, below) ? 'left' : 'right';
    nodes.push({ side, sibling: toHex(side === 'left' ? left : right), hash: toHex(hash) });
    below = hash;
    turn = walk.next(hash);
  }
  return { leaf: toHex(start), nodes };
}

interface BundleManifest {
  shipment: string;
  tenant: string;
  log: { key: string; witnesses: string[] };
  events: { index: number; leaf?: string }[];
  documents: { sha256: string }[];
  rules: { sha256: string }[];
  readable: { path: string; sha256: string }[];
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown, holds: (each: Record<string, unknown>) => boolean): boolean =>
  Array.isArray(value) &&
  value.every((each: unknown) => typeof each === 'object' && each !== null && holds(each as Record<string, unknown>));

/** Read by hand, so that what runs in a browser carries no schema library. */
function manifestOf(bytes: Uint8Array): BundleManifest {
  const bad = (): never => {
    throw new Malformed(MANIFEST, 'shape', 'not the manifest of an evidence file');
  };
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(fromUtf8(bytes) ?? '') as Record<string, unknown>;
  } catch {
    return bad();
  }
  const log = value['log'] as { key?: unknown; witnesses?: unknown } | null | undefined;
  const fits =
    isText(value['shipment']) &&
    isText(value['tenant']) &&
    isText(log?.key) &&
    Array.isArray(log.witnesses) &&
    log.witnesses.every(isText) &&
    isList(value['events'], ({ index, leaf }) => Number.isSafeInteger(index) && (leaf === undefined || isText(leaf))) &&
    isList(value['documents'], ({ sha256 }) => isText(sha256)) &&
    isList(value['rules'], ({ sha256 }) => isText(sha256)) &&
    isList(value['readable'], ({ path, sha256 }) => isText(path) && isText(sha256));
  return fits ? (value as unknown as BundleManifest) : bad();
}

const bytesOfHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** What an evidence file holds, ready to be proved. @throws Malformed where it is not an evidence file */
export function fromBundle(
  archive: Uint8Array,
  pinned: { key?: string | undefined; witnesses?: readonly string[] | undefined; earlier?: ToProve['earlier'] } = {},
): ToProve {
  const files = readTar(archive);
  const file = (path: string): Uint8Array => {
    const bytes = files.get(path);
    if (!bytes) throw new Malformed('evidence file', path, 'it is not in the file');
    return bytes;
  };
  const text = (path: string): string => fromUtf8(file(path)) ?? '';
  const manifest = manifestOf(file(MANIFEST));
  const checkpoint = text(CHECKPOINT);
  const leaves = manifest.events.map(({ index, leaf }): LeafToProve => {
    const proof = parseProof(text(proofPath(index)));
    if (proof.index !== index) throw new Malformed('evidence file', proofPath(index), `it proves leaf ${proof.index}`);
    return {
      index,
      place: eventPath(index),
      bytes: file(eventPath(index)),
      recorded: leaf === undefined ? null : bytesOfHex(leaf),
      path: proof.proof,
      under: proof.checkpoint,
    };
  });
  const others = [
    ...[...manifest.documents.map(({ sha256 }) => ({ path: `documents/${sha256}`, sha256 }))],
    ...manifest.rules.map(({ sha256 }) => ({ path: `rules/${sha256}.json`, sha256 })),
    ...manifest.readable,
  ];
  const grown = files.has(EARLIER_PROOF) ? parseAddCheckpoint(text(EARLIER_PROOF)) : null;
  return {
    tenant: manifest.tenant,
    shipment: manifest.shipment,
    leaves,
    files: others.flatMap(({ path, sha256 }) => (files.has(path) ? [{ place: path, bytes: file(path), sha256 }] : [])),
    checkpoint,
    key: { text: pinned.key ?? manifest.log.key, pinned: pinned.key !== undefined },
    witnesses: pinned.witnesses ?? manifest.log.witnesses,
    earlier:
      pinned.earlier ??
      (grown
        ? { checkpoint: text(EARLIER_CHECKPOINT), proof: grown.proof, from: 'since the checkpoint in the file' }
        : null),
  };
}

/** Proves an evidence file. What is no such file fails at the first step, with the byte or the path where it goes wrong. */
export async function proveBundle(
  archive: Uint8Array,
  pinned: Parameters<typeof fromBundle>[1],
  means: Means,
): Promise<Proven & { what: ToProve | null }> {
  try {
    const what = fromBundle(archive, pinned);
    return { ...(await prove(what, means)), what };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const nothing = { formula: '', inputs: [], fault: null };
    const steps = STEPS.map((step, i): StepReport =>
      i > 0
        ? { ...nothing, step, formula: FORMULA[step], outcome: 'not-reached', says: 'not reached' }
        : {
            ...nothing,
            step,
            formula: FORMULA[step],
            outcome: 'failed',
            says: error.message,
            fault: { place: error.at, index: null, expected: null, computed: null },
          },
    );
    return { holds: false, steps, events: 0, what: null };
  }
}

/** The same with one thing spoilt in memory, to see what notices it. */
export function spoilt(what: ToProve, step: StepName): ToProve {
  const [first, ...rest] = what.leaves;
  if (!first) return what;
  const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  switch (step) {
    case 'bytes':
      return { ...what, leaves: [{ ...first, bytes: flipped(first.bytes, first.bytes.length >> 1) }, ...rest] };
    case 'inclusion':
      return {
        ...what,
        leaves: [
          {
            ...first,
            path: first.path.length > 0 ? [flipped(first.path[0]!, 0), ...first.path.slice(1)] : [new Uint8Array(32)],
          },
          ...rest,
        ],
      };
    case 'checkpoint':
      return { ...what, checkpoint: withSignature(what.checkpoint, 0) };
    case 'witnesses':
      return { ...what, checkpoint: withSignature(what.checkpoint, 1) };
    case 'consistency':
      return {
        ...what,
        earlier: what.earlier && { ...what.earlier, proof: [new Uint8Array(32), ...what.earlier.proof.slice(1)] },
      };
    case 'streams':
      return { ...what, leaves: rest };
  }
}

/** One character of the n-th signature is another. */
function withSignature(note: string, n: number): string {
  const start = note.lastIndexOf('\n\n') + 2;
  const lines = note.slice(start).split('\n');
  lines[n] = (lines[n] ?? '').replace(/(.)(.{8})$/, (_, char: string, end: string) => (char === 'A' ? 'B' : 'A') + end);
  return note.slice(0, start) + lines.join('\n');
}
