import { Inject } from '@nestjs/common';
import type { AnswerOf, InputOf, verifyProofs } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { Conflict, Invalid, NotFound } from '@tidewaiter/kernel';
import {
  formatAddCheckpoint,
  formatProof,
  fromBase64,
  Malformed,
  makeConsistency,
  makeInclusion,
  NotSigned,
  openCheckpoint,
  parseAddCheckpoint,
  parseProof,
  parseVerifierKey,
  toBase64,
  verifyConsistency,
  verifyInclusion,
  type OpenedCheckpoint,
  type Pinned,
} from '@tidewaiter/merkle';
import { ed25519Verify, nodeHasher as hasher, nodeSha256 } from '@tidewaiter/merkle/node';
import { DATABASE, type Database } from '@tidewaiter/platform';
import { RememberedTiles } from '../log/tile-store.js';
import { LogService } from './log.service.js';

interface Checkpointed {
  size: number;
  note: string;
}

/** Evidence that one event is in the log, and that a later log begins with an earlier one. */
export class Proofs {
  private readonly tiles = new RememberedTiles();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LogService) private readonly logs: LogService,
  ) {}

  /**
   * C2SP tlog-proof of an event under a published checkpoint.
   * @param size of the checkpoint; the newest when undefined
   * @throws NotFound `audit.event.unknown`, `audit.checkpoint.unknown`; Conflict `audit.event.not-covered`
   */
  inclusion(tenant: string, eventId: string, size: number | undefined): Promise<string> {
    return this.database.tenant(tenant, async (tx) => {
      const [index, head] = await Promise.all([indexOf(tx, tenant, eventId), checkpointOf(tx, tenant, size)]);
      if (index >= head.size) {
        throw new Conflict(
          'audit.event.not-covered',
          `the checkpoint covers ${head.size} leaves, the event is leaf ${index}`,
          {
            advice: 'A newer checkpoint follows within seconds; ask again, or name a larger size.',
            facts: { index, size: head.size },
          },
        );
      }
      const tree = this.tiles.treeOf(tx, tenant, head.size);
      const proof = await makeInclusion(hasher, index, head.size, tree);
      return formatProof({ extra: null, index, proof, checkpoint: head.note });
    });
  }

  /**
   * That the log of `to` leaves begins with that of `from`: the lines of C2SP tlog-witness's `add-checkpoint`, an old size, hashes, and
   * the newer checkpoint.
   * @throws NotFound `audit.checkpoint.unknown`; Invalid `audit.proof.backwards`
   */
  consistency(tenant: string, from: number, to: number | undefined): Promise<string> {
    return this.database.tenant(tenant, async (tx) => {
      const head = await checkpointOf(tx, tenant, to);
      if (from > head.size) {
        throw new Invalid('audit.proof.backwards', `${from} leaves are more than the checkpoint’s ${head.size}`, {
          places: [{ pointer: 'query/from', reason: `at most ${head.size}` }],
        });
      }
      const proof = await makeConsistency(hasher, from, head.size, this.tiles.treeOf(tx, tenant, head.size));
      return formatAddCheckpoint({ old: from, proof, checkpoint: head.note });
    });
  }

  /** The bytes that were logged. @throws NotFound `audit.event.unknown` */
  async leaf(tenant: string, eventId: string): Promise<Buffer> {
    const [row] = await this.database.ask<{ body: Buffer }>(tenant, `select e.body from ${LOGGED}`, [tenant, eventId]);
    if (!row) throw unknownEvent();
    return row.body;
  }

  /** Checks proofs for those without tools, and says each step. @throws Invalid `audit.proof.malformed` */
  async verify(tenant: string, { body }: InputOf<typeof verifyProofs>): Promise<AnswerOf<typeof verifyProofs>> {
    const pinned = await this.pinnedBy(tenant, body);
    return body.kind === 'inclusion' ? verifyInclusionOf(body, pinned) : verifyConsistencyOf(body, pinned);
  }

  private async pinnedBy(
    tenant: string,
    { key, witnesses, quorum }: InputOf<typeof verifyProofs>['body'],
  ): Promise<Pinned> {
    const log =
      reading('body/key', () => parseVerifierKey(nodeSha256, key ?? ''), key === undefined) ??
      (await this.logs.verifierOf(tenant));
    const pinned = (witnesses ?? this.logs.witnessKeys()).map((text, i) =>
      reading(`body/witnesses/${i}`, () => parseVerifierKey(nodeSha256, text))!,
    );
    return { origin: log.name, keys: [log], verify: ed25519Verify, witnesses: pinned, quorum };
  }
}

/** An event's entry and leaf, by tenant and event id. A leaf is found by its stream and version; an entry that lost its place in the stream has none. */
const LOGGED = `log_entries e
  join log_leaves l on l.tenant_id = e.tenant_id and l.stream = e.stream and l.version = e.version and l.staged_id = e.staged_id
  where e.tenant_id = $1 and e.event_id = $2`;

const unknownEvent = (): NotFound =>
  new NotFound('audit.event.unknown', 'the log holds no such event', {
    advice: 'Events reach the log within seconds of being recorded; check the id.',
  });

async function indexOf(tx: Tx, tenant: string, eventId: string): Promise<number> {
  const { rows } = await tx.query<{ index: string }>(`select l.index from ${LOGGED}`, [tenant, eventId]);
  if (!rows[0]) throw unknownEvent();
  return Number(rows[0].index);
}

async function checkpointOf(tx: Tx, tenant: string, size: number | undefined): Promise<Checkpointed> {
  const { rows } = await tx.query<{ size: string; note: string }>(
    size === undefined
      ? 'select size, note from log_checkpoints where tenant_id = $1 order by size desc limit 1'
      : 'select size, note from log_checkpoints where tenant_id = $1 and size = $2',
    [tenant, ...(size === undefined ? [] : [size])],
  );
  if (!rows[0]) {
    throw new NotFound(
      'audit.checkpoint.unknown',
      size === undefined
        ? 'nothing has been published in this log yet'
        : `no checkpoint over ${size} leaves was published`,
      {
        advice: 'Leave the size out for the newest checkpoint.',
      },
    );
  }
  return { size: Number(rows[0].size), note: rows[0].note };
}

type Verdict = AnswerOf<typeof verifyProofs>;
type Steps = Verdict['steps'];

async function verifyInclusionOf(
  { proof: text, leaf: base64 }: { proof: string; leaf: string },
  pinned: Pinned,
): Promise<Verdict> {
  const proof = reading('body/proof', () => parseProof(text))!;
  const entry = fromBase64(base64);
  if (!entry) throw malformed('body/leaf', 'not canonical base64');
  const opened = await opening(proof.checkpoint, pinned);
  if (!opened.checkpoint) return { holds: false, steps: opened.steps, checkpoint: null };
  const { size, root } = opened.checkpoint;
  const leaf = hasher.leaf(entry);
  const holds = verifyInclusion(hasher, { index: proof.index, size, leaf, root, proof: proof.proof });
  const says = holds
    ? `the leaf hash ${toBase64(leaf)} leads over ${proof.proof.length} hashes to the root`
    : `the leaf hash ${toBase64(leaf)} does not lead to the root as leaf ${proof.index} of ${size}: another event, another place, or a changed proof`;
  return verdictOf(opened, { name: 'inclusion', holds, says });
}

async function verifyConsistencyOf(
  { proof: text, older: note }: { proof: string; older: string },
  pinned: Pinned,
): Promise<Verdict> {
  const { old, proof, checkpoint } = reading('body/proof', () => parseAddCheckpoint(text))!;
  const older = await opening(note, { ...pinned, quorum: 0 });
  if (!older.checkpoint) return { holds: false, steps: older.steps, checkpoint: null };
  const opened = await opening(checkpoint, pinned);
  const steps = [...older.steps, ...opened.steps];
  if (!opened.checkpoint) return { holds: false, steps, checkpoint: null };
  const holds =
    old === older.checkpoint.size &&
    verifyConsistency(hasher, {
      older: old,
      newer: opened.checkpoint.size,
      olderRoot: older.checkpoint.root,
      newerRoot: opened.checkpoint.root,
      proof,
    });
  const says = holds
    ? `the tree of ${opened.checkpoint.size} leaves begins with that of ${old}`
    : `the proof does not lead from the ${older.checkpoint.size} leaves of the older checkpoint to the ${opened.checkpoint.size} of the newer`;
  return verdictOf({ ...opened, steps }, { name: 'consistency', holds, says });
}

interface Opening {
  steps: Steps;
  checkpoint: OpenedCheckpoint | null;
}

function verdictOf({ steps, checkpoint }: Opening, last: Steps[number]): Verdict {
  const { origin, size, root, cosigned } = checkpoint!;
  return { holds: last.holds, steps: [...steps, last], checkpoint: { origin, size, root: toBase64(root), cosigned } };
}

async function opening(note: string, pinned: Pinned): Promise<Opening> {
  try {
    const checkpoint = await openCheckpoint(note, pinned);
    const by = checkpoint.cosigned.map(({ witness }) => witness).join(', ');
    const says = `${checkpoint.origin} signed a head over ${checkpoint.size} leaves${by === '' ? '' : `; cosigned by ${by}`}`;
    return { checkpoint, steps: [{ name: 'checkpoint', holds: true, says }] };
  } catch (error) {
    if (error instanceof NotSigned || error instanceof Malformed)
      return { checkpoint: null, steps: [{ name: 'checkpoint', holds: false, says: error.message }] };
    throw error;
  }
}

const malformed = (pointer: string, reason: string): Invalid =>
  new Invalid('audit.proof.malformed', `${pointer}: ${reason}`, { places: [{ pointer, reason }] });

function reading<T>(pointer: string, read: () => T, absent = false): T | null {
  if (absent) return null;
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw malformed(pointer, error.message);
    throw error;
  }
}
