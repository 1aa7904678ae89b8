import { Inject } from '@nestjs/common';
import type { AnswerOf, replayShipment, showDossier } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { NotFound, Refused, toInstant } from '@tidewaiter/kernel';
import { CLOCK, DATABASE, type Clock, type Database } from '@tidewaiter/platform';
import { replay } from '../domain/index.js';
import { leavesOf } from '../log/log-reader.js';
import { folds } from './folds.js';

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

const unknownShipment = (): NotFound =>
  new NotFound('audit.shipment.unknown', 'the log holds no event of this shipment', {
    advice: 'Events reach the log within seconds of being recorded; check the id.',
  });

/** What an auditor reads of one shipment, out of the log alone. */
export class Evidence {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The shipment as it was known at an instant.
   * @param known RFC 3339 with any offset; now when undefined
   * @throws NotFound `audit.shipment.unknown`; Refused `audit.replay.before-first`
   */
  async replay(
    tenant: string,
    shipmentId: string,
    known: string | undefined,
  ): Promise<AnswerOf<typeof replayShipment>> {
    const leaves = await this.database.tenant(tenant, (tx) => leavesOf(tx, tenant, shipmentId));
    if (leaves.length === 0) throw unknownShipment();
    const at = known === undefined ? this.clock() : toInstant(known);
    const replayed = replay(leaves, at, folds);
    if (replayed.events === 0) {
      const first = leaves.map((leaf) => leaf.time).sort()[0]!;
      throw new Refused('audit.replay.before-first', `nothing was known of this shipment before ${first}`, {
        facts: { first },
      });
    }
    return { shipmentId, known: at, ...replayed };
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
