import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  listReconciliations,
  StreamDifference,
  replayDifference,
  replayEngagement,
  replayShipment,
  replayStep,
  showDossier,
} from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { NotFound, Refused, toInstant, type Instant } from '@tidewaiter/kernel';
import { CLOCK, DATABASE, type Clock, type Database } from '@tidewaiter/platform';
import { leavesOf } from '../log/log-reader.js';
import { at, difference, folds, type Leaf, type Moment, replay, type Replayed, stepOf } from '../domain/index.js';

interface DossierRow {
  events: number | null;
  tree_size: string | null;
  root_hash: string | null;
  checkpoint: string | null;
  retain_until: string | null;
  law: string | null;
  hold_matter: string | null;
  erased: boolean;
}

interface ReconciliationRow {
  run_id: string;
  began: Date;
  ended: Date;
  streams: number;
  events: string;
  differences: StreamDifference[];
  task_id: string | null;
}

export const unknownShipment = (): NotFound =>
  new NotFound('audit.shipment.unknown', 'the log holds no event of this shipment', {
    advice: 'Events reach the log within seconds of being recorded; check the id.',
  });

const unknownEngagement = (): NotFound =>
  new NotFound('audit.engagement.unknown', 'the log holds no event of this engagement', {
    advice: 'Events reach the log within seconds of being recorded; check the id.',
  });

function beforeFirst(leaves: readonly Leaf[]): Refused {
  const first = leaves.map(({ time }) => time).sort()[0]!;
  return new Refused(
    'audit.replay.before-first',
    `nothing was recorded, or true, before the moment; the first event is of ${first}`,
    {
      advice: `Ask for ${first} or later.`,
      facts: { first },
    },
  );
}

/** RFC 3339 with any offset. */
interface Asked {
  known?: string | undefined;
  asOf?: string | undefined;
}

/** What an auditor reads of one shipment, out of the log alone. */
export class Evidence {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The shipment as it stood at a moment.
   * @throws NotFound `audit.shipment.unknown`; Refused `audit.replay.before-first`
   */
  async replay(tenant: string, shipmentId: string, asked: Asked): Promise<AnswerOf<typeof replayShipment>> {
    const leaves = await this.leaves(tenant, shipmentId, unknownShipment);
    return { shipmentId, ...this.replayed(leaves, asked) };
  }

  /** @throws NotFound `audit.engagement.unknown`; Refused `audit.replay.before-first` */
  async engagement(tenant: string, engagementId: string, asked: Asked): Promise<AnswerOf<typeof replayEngagement>> {
    const leaves = await this.leaves(tenant, engagementId, unknownEngagement);
    return { engagementId, ...this.replayed(leaves, asked) };
  }

  /** @throws NotFound `audit.shipment.unknown`, `audit.replay.no-step`; Refused `audit.replay.before-first` */
  async step(tenant: string, shipmentId: string, step: number, asked: Asked): Promise<AnswerOf<typeof replayStep>> {
    const leaves = await this.leaves(tenant, shipmentId, unknownShipment);
    const moment = this.momentOf(asked);
    const of = at(leaves, moment).length;
    if (of === 0) throw beforeFirst(leaves);
    if (step > of) {
      throw new NotFound('audit.replay.no-step', `the replay has ${of} steps, there is no step ${step}`, {
        facts: { of },
      });
    }
    return { shipmentId, step, of, ...stepOf(leaves, moment, step, folds) };
  }

  /** @throws NotFound `audit.shipment.unknown` */
  async difference(
    tenant: string,
    shipmentId: string,
    { from, to, by }: { from: string; to: string; by: 'known' | 'asOf' },
  ): Promise<AnswerOf<typeof replayDifference>> {
    const leaves = await this.leaves(tenant, shipmentId, unknownShipment);
    const now = this.clock();
    const [older, newer] = [toInstant(from), toInstant(to)];
    const moment = (instant: Instant): Moment => ({ known: now, asOf: now, [by]: instant });
    return { shipmentId, by, from: older, to: newer, ...difference(leaves, moment(older), moment(newer), folds) };
  }

  private replayed(leaves: readonly Leaf[], asked: Asked): Moment & Replayed {
    const moment = this.momentOf(asked);
    const replayed = replay(leaves, moment, folds);
    if (replayed.events === 0) throw beforeFirst(leaves);
    return { ...moment, ...replayed };
  }

  private momentOf({ known, asOf }: Asked): Moment {
    const recorded = known === undefined ? this.clock() : toInstant(known);
    return { known: recorded, asOf: asOf === undefined ? recorded : toInstant(asOf) };
  }

  private async leaves(tenant: string, subject: string, unknown: () => NotFound): Promise<Leaf[]> {
    const leaves = await this.database.tenant(tenant, (tx) => leavesOf(tx, tenant, subject));
    if (leaves.length === 0) throw unknown();
    return leaves;
  }

  /** @throws NotFound `audit.shipment.unknown` */
  async dossier(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showDossier>> {
    const row = await this.database.tenant(tenant, async (tx) => {
      const { rows } = await tx.query<DossierRow>(
        `select events, tree_size, root_hash, checkpoint, retain_until::text, law, hold_matter, erased
         from dossiers where tenant_id = $1 and shipment_id = $2`,
        [tenant, shipmentId],
      );
      if (!rows[0]) await refuseUnknown(tx, tenant, shipmentId);
      return rows[0];
    });
    return {
      shipmentId,
      sealed: row?.events != null,
      events: row?.events ?? 0,
      treeSize: row?.tree_size == null ? null : Number(row.tree_size),
      rootHash: row?.root_hash ?? null,
      checkpoint: row?.checkpoint ?? null,
      retainUntil: row?.retain_until ?? null,
      law: row?.law ?? null,
      hold: row?.hold_matter ?? null,
      erased: row?.erased ?? false,
    };
  }

  /** The newest comparisons of the event stores with the log. */
  async reconciliations(tenant: string): Promise<AnswerOf<typeof listReconciliations>> {
    const rows = await this.database.ask<ReconciliationRow>(
      tenant,
      `select run_id, began, ended, streams, events, differences, task_id from reconciliations
       where tenant_id = $1 order by began desc limit 50`,
      [tenant],
    );
    return {
      items: rows.map((row) => ({
        runId: row.run_id,
        began: row.began.toISOString(),
        ended: row.ended.toISOString(),
        streams: row.streams,
        events: Number(row.events),
        differences: row.differences,
        taskId: row.task_id,
      })),
    };
  }

  /** @throws NotFound `audit.shipment.unknown` */
  known(tenant: string, shipmentId: string): Promise<void> {
    return this.database.tenant(tenant, (tx) => refuseUnknown(tx, tenant, shipmentId));
  }
}

async function refuseUnknown(tx: Tx, tenant: string, shipmentId: string): Promise<void> {
  const { rows } = await tx.query('select from log_leaves where tenant_id = $1 and subject = $2 limit 1', [
    tenant,
    shipmentId,
  ]);
  if (rows.length === 0) throw unknownShipment();
}
