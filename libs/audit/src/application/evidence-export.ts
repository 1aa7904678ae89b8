import { Inject } from '@nestjs/common';
import { SchemaMismatch, type EventEnvelope } from '@tidewaiter/contracts';
import { createEventReader, type EventStore, type SubjectKeys, type Tx } from '@tidewaiter/event-store';
import {
  CHECKPOINT,
  EARLIER_CHECKPOINT,
  EARLIER_PROOF,
  EVIDENCE_FORMAT,
  eventPath,
  MANIFEST,
  proofPath,
  writeManifest,
  writeTar,
  type Manifest,
  type TarFile,
} from '@tidewaiter/evidence';
import { canonicalJson, Conflict } from '@tidewaiter/kernel';
import {
  formatAddCheckpoint,
  formatProof,
  makeConsistency,
  makeInclusion,
  parseCheckpoint,
  parseNote,
  toBase64,
  toHex,
  utf8,
} from '@tidewaiter/merkle';
import { nodeHasher as hasher, nodeSha256 } from '@tidewaiter/merkle/node';
import {
  byOf,
  CLOCK,
  DATABASE,
  EVENT_STORE,
  SUBJECT_KEYS,
  type CallerIdentity,
  type Clock,
  type Database,
} from '@tidewaiter/platform';
import { says } from '@tidewaiter/shipments/domain';
import { accountOf, dossier, folds, readLeaf, replay, WHOLE, type Leaf } from '../domain/index.js';
import { bodiesOf, newestCheckpoint, type Body } from '../log/log-reader.js';
import { treeOf } from '../log/tile-store.js';
import { dossierStream } from './disposal.js';
import { unknownShipment } from './evidence.js';
import { LogService } from './log.service.js';
import { reportPdf } from './report.js';

const REPORT = 'report.pdf';
const STATES = 'states.json';
const sha256 = (bytes: Uint8Array): string => toHex(nodeSha256(bytes));

interface Taken {
  note: string;
  bodies: Body[];
  proofs: string[];
  /** the first head that covers an event of the shipment, and that the log only grew since; null where it is the same head */
  earlier: { size: number; note: string; proof: string } | null;
}

export interface EvidenceFile {
  bytes: Uint8Array;
  sha256: string;
  events: number;
  treeSize: number;
}

/** Writes one file that proves a shipment without this system. Each export is an event: who, why, and the file's digest. */
export class EvidenceExport {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(SUBJECT_KEYS) private readonly keys: SubjectKeys,
    @Inject(LogService) private readonly logs: LogService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Makes the file and records that it was taken. @throws as `make` */
  async export(
    caller: CallerIdentity,
    shipmentId: string,
    reason: string,
    commandId: string,
  ): Promise<{ bytes: Uint8Array; sha256: string }> {
    const made = await this.make(caller, shipmentId);
    await this.record(caller, shipmentId, reason, made, commandId);
    return made;
  }

  /** That a file was made: who, why, and its digest. */
  async record(
    caller: CallerIdentity,
    shipmentId: string,
    reason: string,
    { events, treeSize, sha256: digest }: Pick<EvidenceFile, 'events' | 'treeSize' | 'sha256'>,
    commandId: string,
  ): Promise<void> {
    const command = { shipmentId, by: caller.actor, reason, treeSize, events, sha256: digest };
    await this.store.execute(
      dossier,
      dossierStream(shipmentId),
      { type: 'RecordExport' as const, ...command },
      byOf(caller, shipmentId, commandId),
    );
  }

  /**
   * The bytes alone, nothing recorded.
   * @throws NotFound `audit.shipment.unknown`, `audit.log.empty`; Conflict `audit.shipment.not-covered`
   */
  async make(caller: CallerIdentity, shipmentId: string): Promise<EvidenceFile> {
    const { tenant, actor } = caller;
    const taken = await this.database.tenant(tenant, (tx) => take(tx, tenant, shipmentId));
    const exportedAt = this.clock();
    const leaves = taken.bodies.map(({ index, body }) => readLeaf(index, body));
    const head = parseCheckpoint(taken.note);
    const opened = await this.opened(taken.bodies);
    const account = accountOf(opened);
    const report = await reportPdf({
      shipmentId,
      origin: head.origin,
      size: head.size,
      root: toBase64(head.root),
      cosigned: parseNote(taken.note)
        .signatures.map(({ name }) => name)
        .filter((name) => name !== head.origin),
      exportedAt,
      exportedBy: actor,
      account,
      timeline: opened.map((leaf) => ({
        index: leaf.index,
        time: leaf.time,
        actor: leaf.actor,
        says: says({ type: leaf.name, data: leaf.data }),
      })),
    });
    const { states } = replay(leaves, WHOLE, folds);
    const readable: TarFile[] = [
      { path: REPORT, bytes: report },
      { path: STATES, bytes: utf8(canonicalJson(states)) },
    ];
    const manifest: Manifest = {
      format: EVIDENCE_FORMAT,
      shipment: shipmentId,
      tenant,
      exportedAt,
      exportedBy: actor,
      log: { key: await this.logs.verifierKey(tenant), witnesses: this.logs.witnessKeys() },
      checkpoint: { size: head.size, sha256: sha256(utf8(taken.note)) },
      ...(taken.earlier === null
        ? {}
        : {
            earlier: {
              size: taken.earlier.size,
              checkpoint: sha256(utf8(taken.earlier.note)),
              proof: sha256(utf8(taken.earlier.proof)),
            },
          }),
      events: leaves.map(({ index, eventId, stream, version, type }, i) => ({
        index,
        leaf: toHex(hasher.leaf(taken.bodies[i]!.body)),
        id: eventId,
        stream,
        version,
        type,
      })),
      documents: distinct(
        account.documents.map(({ sha256: digest, size, mediaType, name }) => ({
          sha256: digest,
          size,
          mediaType,
          name,
        })),
      ),
      rules: distinct(account.assessments.flatMap(({ rules }) => rules)),
      readable: readable.map(({ path, bytes }) => ({ path, sha256: sha256(bytes) })),
    };
    const bytes = writeTar([
      { path: MANIFEST, bytes: writeManifest(manifest) },
      { path: CHECKPOINT, bytes: utf8(taken.note) },
      ...(taken.earlier === null
        ? []
        : [
            { path: EARLIER_CHECKPOINT, bytes: utf8(taken.earlier.note) },
            { path: EARLIER_PROOF, bytes: utf8(taken.earlier.proof) },
          ]),
      ...readable,
      ...taken.bodies.map(({ index, body }) => ({ path: eventPath(index), bytes: body })),
      ...taken.bodies.map(({ index }, i) => ({ path: proofPath(index), bytes: utf8(taken.proofs[i]!) })),
    ]);
    return { bytes, sha256: sha256(bytes), events: leaves.length, treeSize: head.size };
  }

  /** For the report alone: persons are named as long as their key lives. The events in the file stay sealed. */
  private async opened(bodies: readonly Body[]): Promise<Leaf[]> {
    const reader = createEventReader({ keys: this.keys });
    return Promise.all(
      bodies.map(async ({ index, body }) => {
        const leaf = readLeaf(index, body);
        try {
          return { ...leaf, data: (await reader.open(JSON.parse(body.toString('utf8')) as EventEnvelope)).data };
        } catch (error) {
          // An event that no schema here knows is told by its type alone.
          if (error instanceof SchemaMismatch) return { ...leaf, name: leaf.type };
          throw error;
        }
      }),
    );
  }
}

async function take(tx: Tx, tenant: string, shipmentId: string): Promise<Taken> {
  const note = await newestCheckpoint(tx, tenant);
  const { size } = parseCheckpoint(note);
  const all = await bodiesOf(tx, tenant, shipmentId);
  if (all.length === 0) throw unknownShipment();
  const bodies = all.filter(({ index }) => index < size);
  if (bodies.length === 0) {
    throw new Conflict('audit.shipment.not-covered', 'no checkpoint covers an event of this shipment yet', {
      advice: 'A checkpoint follows within seconds; ask again.',
    });
  }
  const nodes = treeOf(tx, tenant, size);
  const proofs: string[] = [];
  for (const { index } of bodies) {
    const proof = await makeInclusion(hasher, index, size, nodes);
    proofs.push(formatProof({ extra: null, index, proof, checkpoint: note }));
  }
  return { note, bodies, proofs, earlier: await since(tx, tenant, bodies[0]!.index, { size, note }) };
}

async function since(
  tx: Tx,
  tenant: string,
  index: number,
  newest: { size: number; note: string },
): Promise<Taken['earlier']> {
  const { rows } = await tx.query<{ size: string; note: string }>(
    'select size, note from log_checkpoints where tenant_id = $1 and size > $2 order by size limit 1',
    [tenant, index],
  );
  const [older] = rows;
  if (!older || Number(older.size) >= newest.size) return null;
  const size = Number(older.size);
  const proof = await makeConsistency(hasher, size, newest.size, treeOf(tx, tenant, newest.size));
  return { size, note: older.note, proof: formatAddCheckpoint({ old: size, proof, checkpoint: newest.note }) };
}

const distinct = <T extends { sha256: string }>(rows: readonly T[]): T[] => [
  ...new Map(rows.map((row) => [row.sha256, row])).values(),
];
