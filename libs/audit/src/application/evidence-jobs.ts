import { Inject } from '@nestjs/common';
import type { AnswerOf, InputOf, startEvidenceJob } from '@tidewaiter/contracts';
import { ERASED, isSealed, type EventStore, type SubjectKeys } from '@tidewaiter/event-store';
import { NotFound, Refused, WrongState, type TidewaiterError } from '@tidewaiter/kernel';
import {
  byOf,
  CLOCK,
  DATABASE,
  drainToken,
  EVENT_STORE,
  idFor,
  SUBJECT_KEYS,
  type CallerIdentity,
  type Clock,
  type Database,
  type DrainHandler,
  type Nudge,
} from '@tidewaiter/platform';
import { dossier, evidenceJob } from '../domain/index.js';
import {
  evidenceFiles,
  evidenceJobs,
  KEPT_DAYS,
  type JobRow,
  type Made,
  type TakenFile,
} from '../postgres/evidence-jobs.js';
import { dossierStream } from './disposal.js';
import { EvidenceExport } from './evidence-export.js';

export const EVIDENCE_DRAIN = 'audit.evidence';

const AT_ONCE = 2;
const JOBS_SHOWN = 10;
const DAY_MS = 86_400_000;

type Job = AnswerOf<typeof startEvidenceJob>;

/** Where the sealed bytes of a file stand, as the seal binds them. */
const PLACE = '/content';
const sealedAs = (jobId: string, shipmentId: string): string => `evidence/${jobId}/${shipmentId}`;

function jobView({ id, reason, actor, started_at, stopped_at, settled_at, total, made, refused, files }: JobRow): Job {
  const open = total - made - refused;
  const ended = open === 0 ? settled_at : stopped_at;
  const keptFrom = settled_at ?? ended;
  return {
    ...{ jobId: id, reason, by: actor, startedAt: started_at.toISOString(), endedAt: ended?.toISOString() ?? null },
    keptUntil: ended && keptFrom ? new Date(keptFrom.getTime() + KEPT_DAYS * DAY_MS).toISOString() : null,
    state: open === 0 ? 'done' : stopped_at ? 'stopped' : 'running',
    ...{ total, made, refused, files },
  };
}

const unknownJob = (): NotFound =>
  new NotFound('audit.evidence.unknown', 'no such job, or no such file in it', {
    advice: 'Look at the list of evidence jobs.',
  });

/** Evidence of many shipments, made on the server: it goes on when its page is left, and after a restart. */
export class EvidenceJobs {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(SUBJECT_KEYS) private readonly keys: SubjectKeys,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(drainToken(EVIDENCE_DRAIN)) private readonly drain: Nudge,
  ) {}

  /** Records that it was asked for, then begins. A repeat finds the job that was begun. */
  async start(
    caller: CallerIdentity,
    { shipments, reason }: InputOf<typeof startEvidenceJob>['body'],
    commandId: string,
  ): Promise<Job> {
    const { tenant, subject, actor, name, roles } = caller;
    const jobId = idFor('evidence-job', tenant, commandId);
    const each = [...new Set(shipments)];
    await this.store.execute(
      evidenceJob,
      `evidence-${jobId}`,
      { type: 'StartJob', jobId, by: actor, reason, shipments: each },
      byOf(caller, jobId, commandId),
      { fingerprint: { shipments: each, reason } },
    );
    const job = await this.database.tenant(tenant, async (tx) => {
      const starter = { subject, actor, name, roles: [...roles] };
      await evidenceJobs.begin(tx, { jobId, caller: starter, reason, shipments: each, at: this.clock() });
      return evidenceJobs.one(tx, jobId);
    });
    this.drain.nudge();
    return jobView(job!);
  }

  async list(tenant: string): Promise<{ items: Job[] }> {
    const rows = await this.database.tenant(tenant, (tx) => evidenceJobs.newest(tx, JOBS_SHOWN));
    return { items: rows.map(jobView) };
  }

  /** @throws NotFound `audit.evidence.unknown` */
  async stop(tenant: string, jobId: string): Promise<Job> {
    const job = await this.database.tenant(tenant, async (tx) => {
      await evidenceJobs.stop(tx, jobId, this.clock());
      return evidenceJobs.one(tx, jobId);
    });
    if (!job) throw unknownJob();
    return jobView(job);
  }

  /**
   * The bytes of a file. That they are fetched is recorded before they go out.
   * @throws NotFound `audit.evidence.unknown`; WrongState `audit.evidence.gone` when its time is over or its persons were erased
   */
  async fetch(
    caller: CallerIdentity,
    jobId: string,
    shipmentId: string,
    commandId: string,
  ): Promise<{ bytes: Buffer; sha256: string }> {
    const { tenant, actor: by } = caller;
    const file = await this.database.tenant(tenant, (tx) => evidenceJobs.file(tx, jobId, shipmentId));
    if (file?.outcome !== 'made' || file.sha256 === null) throw unknownJob();
    const { content, reason, sha256 } = file;
    const text = content === null ? ERASED : await this.opened(tenant, jobId, shipmentId, content);
    if (text === ERASED)
      throw new WrongState('audit.evidence.gone', 'the file is no longer kept', {
        advice: 'Start another job: the log still proves the shipment.',
      });
    await this.store.execute(
      dossier,
      dossierStream(shipmentId),
      { type: 'RecordDownload', shipmentId, jobId, by, reason, sha256 },
      byOf(caller, shipmentId, commandId),
    );
    return { bytes: Buffer.from(text, 'base64'), sha256 };
  }

  private async opened(tenant: string, jobId: string, shipmentId: string, content: string): Promise<string> {
    if (!isSealed(content)) return content;
    return (await this.keys.opener(tenant, shipmentId))(sealedAs(jobId, shipmentId), PLACE, content);
  }
}

/** Makes the files of jobs, a few at a time, and lets go of those whose time is over. */
export class EvidenceWorker implements DrainHandler {
  constructor(
    @Inject(DATABASE) readonly database: Database,
    @Inject(SUBJECT_KEYS) private readonly keys: SubjectKeys,
    @Inject(EvidenceExport) private readonly exports: EvidenceExport,
    @Inject(CLOCK) readonly clock: Clock,
  ) {}

  async work(): Promise<number> {
    const taken = await this.database.system(async (tx) => {
      await evidenceJobs.forget(tx, this.clock());
      return evidenceFiles.take(tx, AT_ONCE);
    });
    const isLater = ({ code }: TidewaiterError): boolean => code === NOT_YET;
    await Promise.all(taken.map((file) => evidenceFiles.workOff(this, file, 'made', () => this.prove(file), isLater)));
    return taken.length;
  }

  private async prove(file: TakenFile): Promise<void> {
    const { tenant_id: tenant, job_id: jobId, shipment_id: shipmentId, reason } = file;
    const who: CallerIdentity = { tenant, ...file.caller };
    // Kept before it is recorded: after a kill the bytes that go on record are those that are kept.
    const made = file.made ?? (await this.make(who, file));
    await this.exports.record(who, shipmentId, reason, made, `evidence/${jobId}/${shipmentId}`);
  }

  private async make(who: CallerIdentity, file: TakenFile): Promise<Made> {
    const { job_id: jobId, shipment_id: shipmentId } = file;
    // Asked for before the persons are read: whoever is erased from here on is erased in the file too.
    const seal = await this.sealer(who.tenant, shipmentId);
    const { bytes, sha256, events, treeSize } = await this.exports.make(who, shipmentId);
    const made: Made = { sha256, events, treeSize, bytes: bytes.length };
    const text = Buffer.from(bytes).toString('base64');
    const content = seal ? seal(sealedAs(jobId, shipmentId), PLACE, text) : text;
    await this.database.system((tx) => evidenceJobs.keep(tx, file, made, content));
    return made;
  }

  /** Null where the persons are erased: then the file names nobody. */
  private async sealer(tenant: string, shipmentId: string) {
    try {
      return await this.keys.sealer(tenant, shipmentId);
    } catch (error) {
      if (error instanceof Refused && error.code === 'event-store.subject.erased') return null;
      throw error;
    }
  }
}

/** A checkpoint that covers the shipment follows within seconds. */
const NOT_YET = 'audit.shipment.not-covered';
