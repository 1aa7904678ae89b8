import {
  fromUtf8,
  Malformed,
  NotSigned,
  openCheckpoint,
  parseAddCheckpoint,
  parseProof,
  parseVerifierKey,
  toHex,
  verifyConsistency,
  verifyInclusion,
  type Ed25519Verify,
  type OpenedCheckpoint,
  type TreeHasher,
  type VerifierKey,
} from '@tidewaiter/merkle';
import { z } from 'zod';
import { readManifest, type Manifest } from './manifest.js';
import {
  CHECKPOINT,
  documentPath,
  EARLIER_CHECKPOINT,
  EARLIER_PROOF,
  eventPath,
  isShared,
  MANIFEST,
  proofPath,
  rulesPath,
} from './paths.js';
import { readTar } from './tar.js';

export type EvidenceFault =
  | 'file-malformed'
  | 'manifest-malformed'
  | 'file-missing'
  | 'file-unexpected'
  | 'file-differs'
  | 'key-malformed'
  | 'checkpoint-malformed'
  | 'checkpoint-not-signed'
  | 'event-malformed'
  | 'event-differs'
  | 'proof-malformed'
  | 'proof-fails'
  | 'stream-gap'
  | 'seal-uncovered'
  | 'document-differs'
  | 'document-unnamed'
  | 'rules-differ'
  | 'replay-differs';

/** The first thing that does not hold, and where. */
export class EvidenceRefused extends Error {
  constructor(
    readonly fault: EvidenceFault,
    readonly place: string,
    says: string,
  ) {
    super(says);
    this.name = 'EvidenceRefused';
  }
}

/** An event as it was logged, read far enough to check it. */
export interface EvidenceEvent {
  index: number;
  id: string;
  tenant: string;
  subject: string;
  stream: string;
  version: number;
  type: string;
  data: Record<string, unknown>;
  bytes: Uint8Array;
}

/** What is checked, in this order; each holds before the next is looked at. */
export interface Checked {
  what: string;
  says: string;
}

export interface Evidence {
  manifest: Manifest;
  checkpoint: OpenedCheckpoint;
  events: EvidenceEvent[];
  files: ReadonlyMap<string, Uint8Array>;
}

export interface ToVerify {
  bytes: Uint8Array;
  hasher: TreeHasher;
  verify: Ed25519Verify;
  /** keys that the verifier trusts; without a log key the file's own word is taken, and said so */
  pinned?: { log?: string | undefined; witnesses?: readonly string[] | undefined; quorum?: number | undefined };
  /** further checks over evidence that holds so far, such as a replay */
  further?: (evidence: Evidence) => Checked[];
  progress?: (what: string, done: number, of: number) => void;
}

export type EvidenceVerdict =
  | { holds: true; checked: Checked[]; evidence: Evidence }
  | { holds: false; checked: Checked[]; fault: EvidenceFault; place: string; says: string };

const envelope = z.looseObject({
  id: z.string(),
  type: z.string(),
  subject: z.string(),
  tenantid: z.string(),
  stream: z.string(),
  version: z.int().positive(),
  data: z.record(z.string(), z.unknown()),
});

/** Verifies an evidence file without the system that wrote it, and without a network. */
export async function verifyEvidence(task: ToVerify): Promise<EvidenceVerdict> {
  const checked: Checked[] = [];
  try {
    const evidence = await new Verifying(task, checked).run();
    for (const each of task.further?.(evidence) ?? []) checked.push(each);
    return { holds: true, checked, evidence };
  } catch (error) {
    if (!(error instanceof EvidenceRefused)) throw error;
    return { holds: false, checked, fault: error.fault, place: error.place, says: error.message };
  }
}

class Verifying {
  constructor(
    private readonly task: ToVerify,
    private readonly checked: Checked[],
  ) {}

  async run(): Promise<Evidence> {
    const files = refusing('file-malformed', 'file', () => readTar(this.task.bytes));
    const manifest = refusing('manifest-malformed', MANIFEST, () => readManifest(fileOf(files, MANIFEST)));
    this.holds(
      'file',
      `${files.size} files, shipment ${manifest.shipment}, exported ${manifest.exportedAt} by ${manifest.exportedBy}`,
    );
    const checkpoint = await this.checkpoint(files, manifest);
    await this.earlier(files, manifest, checkpoint);
    const events = this.events(files, manifest, checkpoint);
    this.streams(manifest, events);
    this.seal(events);
    this.documents(files, manifest, events);
    this.rules(files, manifest, events);
    this.readable(files, manifest);
    this.nothingElse(files, manifest);
    return { manifest, checkpoint, events, files };
  }

  private holds(what: string, says: string): void {
    this.checked.push({ what, says });
  }

  private digestOf(bytes: Uint8Array): string {
    return toHex(this.task.hasher.sha256(bytes));
  }

  private keyOf(text: string, place: string): VerifierKey {
    return refusing('key-malformed', place, () => parseVerifierKey(this.task.hasher.sha256, text));
  }

  private async checkpoint(files: ReadonlyMap<string, Uint8Array>, manifest: Manifest): Promise<OpenedCheckpoint> {
    const bytes = fileOf(files, CHECKPOINT);
    if (this.digestOf(bytes) !== manifest.checkpoint.sha256)
      throw new EvidenceRefused('file-differs', CHECKPOINT, 'the checkpoint is not the one that the manifest names');
    const { pinned = {} } = this.task;
    const log = this.keyOf(pinned.log ?? manifest.log.key, 'log key');
    const witnesses = (pinned.witnesses ?? manifest.log.witnesses).map((text) => this.keyOf(text, 'witness key'));
    const quorum = pinned.quorum ?? pinned.witnesses?.length ?? 0;
    try {
      const opened = await openCheckpoint(fromUtf8(bytes) ?? '', {
        origin: log.name,
        keys: [log],
        verify: this.task.verify,
        witnesses,
        quorum,
      });
      if (opened.size !== manifest.checkpoint.size)
        throw new EvidenceRefused(
          'file-differs',
          CHECKPOINT,
          `the checkpoint covers ${opened.size} leaves, the manifest says ${manifest.checkpoint.size}`,
        );
      const by =
        pinned.log === undefined
          ? 'the key in the file itself: compare it with one that you got another way'
          : 'the key that you gave';
      const seen = opened.cosigned.map(({ witness, at }) => `${witness} at ${new Date(at * 1000).toISOString()}`);
      this.holds('checkpoint', `${opened.origin}, ${opened.size} leaves, signed by ${by}`);
      this.holds('witnesses', seen.length === 0 ? 'none of a known witness' : `cosigned by ${seen.join(', ')}`);
      return opened;
    } catch (error) {
      if (error instanceof NotSigned) throw new EvidenceRefused('checkpoint-not-signed', CHECKPOINT, error.message);
      if (error instanceof Malformed) throw new EvidenceRefused('checkpoint-malformed', CHECKPOINT, error.message);
      throw error;
    }
  }

  /** An older head in the file shows that the log only grew between the two. */
  private async earlier(
    files: ReadonlyMap<string, Uint8Array>,
    manifest: Manifest,
    newer: OpenedCheckpoint,
  ): Promise<void> {
    const { earlier } = manifest;
    if (!earlier) return;
    for (const [path, digest] of [
      [EARLIER_CHECKPOINT, earlier.checkpoint],
      [EARLIER_PROOF, earlier.proof],
    ] as const)
      if (this.digestOf(fileOf(files, path)) !== digest)
        throw new EvidenceRefused('file-differs', path, 'it is not the one that the manifest names');
    const log = this.keyOf(this.task.pinned?.log ?? manifest.log.key, 'log key');
    try {
      const older = await openCheckpoint(fromUtf8(fileOf(files, EARLIER_CHECKPOINT)) ?? '', {
        origin: log.name,
        keys: [log],
        verify: this.task.verify,
      });
      const { proof } = parseAddCheckpoint(fromUtf8(fileOf(files, EARLIER_PROOF)) ?? '');
      const grew = verifyConsistency(this.task.hasher, {
        older: older.size,
        newer: newer.size,
        olderRoot: older.root,
        newerRoot: newer.root,
        proof,
      });
      if (!grew)
        throw new EvidenceRefused('proof-fails', EARLIER_PROOF, 'the log does not begin with the older checkpoint’s');
      this.holds('consistency', `the log only grew, from ${older.size} to ${newer.size} leaves`);
    } catch (error) {
      if (error instanceof NotSigned)
        throw new EvidenceRefused('checkpoint-not-signed', EARLIER_CHECKPOINT, error.message);
      if (error instanceof Malformed)
        throw new EvidenceRefused('checkpoint-malformed', EARLIER_CHECKPOINT, error.message);
      throw error;
    }
  }

  private events(
    files: ReadonlyMap<string, Uint8Array>,
    manifest: Manifest,
    checkpoint: OpenedCheckpoint,
  ): EvidenceEvent[] {
    const note = fromUtf8(fileOf(files, CHECKPOINT));
    const { hasher, progress } = this.task;
    let before = -1;
    const events = manifest.events.map((named, i) => {
      const path = eventPath(named.index);
      if (named.index <= before)
        throw new EvidenceRefused('manifest-malformed', MANIFEST, `leaf ${named.index} comes after leaf ${before}`);
      before = named.index;
      const event = this.event(path, fileOf(files, path), named.index);
      const same =
        event.id === named.id &&
        event.stream === named.stream &&
        event.version === named.version &&
        event.type === named.type;
      if (!same)
        throw new EvidenceRefused(
          'event-differs',
          path,
          `it is ${event.type} ${event.id}, version ${event.version} of ${event.stream}; the manifest names another`,
        );
      const at = proofPath(named.index);
      const proof = refusing('proof-malformed', at, () => parseProof(fromUtf8(fileOf(files, at)) ?? ''));
      const leaf = hasher.leaf(event.bytes);
      if (named.leaf !== undefined && toHex(leaf) !== named.leaf)
        throw new EvidenceRefused('event-differs', path, 'it does not hash to the leaf that the manifest names');
      if (proof.index !== named.index)
        throw new EvidenceRefused('proof-fails', at, `it proves leaf ${proof.index}, not leaf ${named.index}`);
      if (proof.checkpoint !== note)
        throw new EvidenceRefused('proof-fails', at, 'it leads to another checkpoint than the one in this file');
      const { size, root } = checkpoint;
      if (!verifyInclusion(hasher, { index: proof.index, size, leaf, root, proof: proof.proof }))
        throw new EvidenceRefused(
          'proof-fails',
          path,
          `the event does not lead to the signed root as leaf ${named.index}: it is not what was logged`,
        );
      progress?.('events', i + 1, manifest.events.length);
      return event;
    });
    this.holds('events', `${events.length} events are in the log as they stand here, each by its own proof`);
    return events;
  }

  private event(path: string, bytes: Uint8Array, index: number): EvidenceEvent {
    try {
      const { id, type, subject, tenantid, stream, version, data } = envelope.parse(JSON.parse(fromUtf8(bytes) ?? ''));
      return { index, id, type, subject, tenant: tenantid, stream, version, data, bytes };
    } catch {
      throw new EvidenceRefused('event-malformed', path, 'it is no event');
    }
  }

  private streams({ shipment, tenant }: Manifest, events: readonly EvidenceEvent[]): void {
    const heads = new Map<string, number>();
    const ids = new Set<string>();
    for (const event of events) {
      const path = eventPath(event.index);
      if (event.subject !== shipment || event.tenant !== tenant)
        throw new EvidenceRefused(
          'event-differs',
          path,
          `it belongs to ${event.subject} of ${event.tenant}, not to this shipment`,
        );
      const expected = (heads.get(event.stream) ?? 0) + 1;
      if (isShared(event.stream) ? event.version < expected : event.version !== expected)
        throw new EvidenceRefused(
          'stream-gap',
          path,
          `it is version ${event.version} of ${event.stream}, version ${expected} expected: events were left out`,
        );
      if (ids.has(event.id)) throw new EvidenceRefused('stream-gap', path, `it repeats event ${event.id}`);
      ids.add(event.id);
      heads.set(event.stream, event.version);
    }
    const shared = [...heads.keys()].filter(isShared);
    const own = `${heads.size - shared.length} streams, each gapless from its first event`;
    this.holds(
      'streams',
      shared.length === 0 ? own : `${own}; of ${shared.join(', ')} the events of this shipment, in order`,
    );
  }

  /** A sealed shipment names its streams with their versions: none of them may be left out as a whole. */
  private seal(events: readonly EvidenceEvent[]): void {
    const seal = events.find(({ type }) => /^tidewaiter\.audit\.DossierSealed\.v\d+$/.test(type));
    if (!seal) {
      this.holds('seal', 'the shipment was not sealed: a whole stream could be missing');
      return;
    }
    const place = eventPath(seal.index);
    const { streams } = refusing('event-malformed', place, () =>
      z.looseObject({ streams: z.record(z.string(), z.int().positive()) }).parse(seal.data),
    );
    for (const [stream, version] of Object.entries(streams)) {
      const of = events.filter((event) => event.stream === stream);
      const there = of.length;
      if (isShared(stream) ? !of.some((event) => event.version === version) : there < version)
        throw new EvidenceRefused(
          'seal-uncovered',
          place,
          `the seal names ${version} events of ${stream}, ${there} are here`,
        );
    }
    this.holds(
      'seal',
      `all ${Object.keys(streams).length} streams that the seal names are here, up to the versions it names`,
    );
  }

  private documents(
    files: ReadonlyMap<string, Uint8Array>,
    { documents }: Manifest,
    events: readonly EvidenceEvent[],
  ): void {
    const named = digestsIn(events);
    let there = 0;
    for (const { sha256, name } of documents) {
      const path = documentPath(sha256);
      if (!named.has(sha256))
        throw new EvidenceRefused('document-unnamed', path, `no event names the digest of ${name}`);
      const bytes = files.get(path);
      if (!bytes) continue;
      if (this.digestOf(bytes) !== sha256)
        throw new EvidenceRefused('document-differs', path, `${name} is not the file whose digest was logged`);
      there += 1;
    }
    this.holds('documents', `${documents.length} named by logged digest, ${there} of them in the file and the same`);
  }

  private rules(files: ReadonlyMap<string, Uint8Array>, { rules }: Manifest, events: readonly EvidenceEvent[]): void {
    const named = digestsIn(events);
    let there = 0;
    for (const { set, version, sha256 } of rules) {
      const path = rulesPath(sha256);
      if (!named.has(sha256))
        throw new EvidenceRefused('rules-differ', path, `no event names ${set} ${version} by this digest`);
      const bytes = files.get(path);
      if (!bytes) continue;
      if (this.digestOf(bytes) !== sha256)
        throw new EvidenceRefused('rules-differ', path, `${set} ${version} is not the version whose digest was logged`);
      there += 1;
    }
    this.holds('rules', `${rules.length} versions named by logged digest, ${there} of them in the file and the same`);
  }

  private readable(files: ReadonlyMap<string, Uint8Array>, { readable }: Manifest): void {
    for (const { path, sha256 } of readable) {
      if (this.digestOf(fileOf(files, path)) !== sha256)
        throw new EvidenceRefused('file-differs', path, 'it is not the file that the manifest names');
    }
    this.holds('readable', `${readable.length} files for reading are as they were exported`);
  }

  private nothingElse(
    files: ReadonlyMap<string, Uint8Array>,
    { events, documents, rules, readable, earlier }: Manifest,
  ): void {
    const known = new Set([
      MANIFEST,
      CHECKPOINT,
      ...(earlier ? [EARLIER_CHECKPOINT, EARLIER_PROOF] : []),
      ...events.flatMap(({ index }) => [eventPath(index), proofPath(index)]),
      ...documents.map(({ sha256 }) => documentPath(sha256)),
      ...rules.map(({ sha256 }) => rulesPath(sha256)),
      ...readable.map(({ path }) => path),
    ]);
    for (const path of files.keys())
      if (!known.has(path)) throw new EvidenceRefused('file-unexpected', path, 'the manifest does not name it');
  }
}

/** Every SHA-256 that an event's data names, with or without the prefix `sha256:`. */
function digestsIn(events: readonly EvidenceEvent[]): Set<string> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      const match = /^(?:sha256:)?([0-9a-f]{64})$/.exec(value);
      if (match) found.add(match[1]!);
    } else if (Array.isArray(value)) value.forEach(look);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(look);
  };
  for (const { data } of events) look(data);
  return found;
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
  const bytes = files.get(path);
  if (!bytes) throw new EvidenceRefused('file-missing', path, 'it is not in the file');
  return bytes;
}

function refusing<T>(fault: EvidenceFault, place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EvidenceRefused) throw error;
    if (error instanceof Malformed || error instanceof z.ZodError)
      throw new EvidenceRefused(fault, place, error.message);
    throw error;
  }
}
