import { Inject } from '@nestjs/common';
import type { AnswerOf, approveDisposal, MatterScope } from '@tidewaiter/contracts';
import type { By, EventStore, SubjectKeys, Tx } from '@tidewaiter/event-store';
import { legalDateAt, TidewaiterError } from '@tidewaiter/kernel';
import {
  byOf,
  CLOCK,
  DATABASE,
  EVENT_STORE,
  LOG,
  refuseIfRefused,
  SUBJECT_KEYS,
  type CallerIdentity,
  type Clock,
  type Database,
  type Log,
} from '@tidewaiter/platform';
import { DISPOSAL_APPROVALS, disposable, dossier, retentionClock, scopeKey, type Leaf } from '../domain/index.js';
import { leavesOf } from '../log/log-reader.js';
import { retentionLaws } from './retention-rules.js';

/** Who may do what one person may not do twice. */
export const ANOTHER_OFFICER = 'Ask another compliance officer.';

export const dossierStream = (shipmentId: string): string => `dossier-${shipmentId}`;

interface DueRow {
  shipment_id: string;
  jurisdiction: string;
  approvals: number;
}

/** Facts of a shipment that its retention follows from, read from the log alone. */
interface KeptFor {
  /** newest day on which the authority accepted a declaration */
  entryDate: string | null;
  engagementId: string | null;
  identifiers: string[];
}

/**
 * The end of keeping: clocks by the longest law, worked out again when facts come in; disposal when they have run out, nobody
 * holds the shipment, its parties or its customer, and two people approved.
 */
export class Disposal {
  private readonly laws = retentionLaws();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SUBJECT_KEYS) private readonly keys: SubjectKeys,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** The longest clock of all laws of a jurisdiction. @throws Refused `audit.retention.no-law` */
  clockFor(jurisdiction: string, entryDate: string) {
    return retentionClock(this.laws.rules, jurisdiction, entryDate);
  }

  /** Sets clocks anew where the log holds events that were not looked at yet. @returns how many clocks changed */
  async recompute(tenant: string, by: (shipmentId: string) => By, beat: () => void): Promise<number> {
    const rows = await this.database.ask<{ shipment_id: string; jurisdiction: string; newest: string }>(
      tenant,
      `select d.shipment_id, d.jurisdiction, l.newest from dossiers d
       cross join lateral (select max(index) as newest from log_leaves where tenant_id = $1 and subject = d.shipment_id::text) l
       where d.tenant_id = $1 and not d.erased and d.retain_until is not null and l.newest > d.looked_at order by d.shipment_id`,
      [tenant],
    );
    let changed = 0;
    for (const { shipment_id: shipmentId, jurisdiction, newest } of rows) {
      beat();
      const { entryDate } = keptFor(await this.database.tenant(tenant, (tx) => leavesOf(tx, tenant, shipmentId)));
      if (entryDate !== null) {
        const command = { type: 'ResetClock' as const, shipmentId, retention: this.clockFor(jurisdiction, entryDate) };
        const done = await this.store.execute(dossier, dossierStream(shipmentId), command, by(shipmentId));
        changed += done.events.length;
      }
      await this.database.ask(tenant, 'update dossiers set looked_at = $3 where tenant_id = $1 and shipment_id = $2', [
        tenant,
        shipmentId,
        newest,
      ]);
    }
    return changed;
  }

  /** What is due: erased when it is approved, counted when it is held or waits for approval. */
  async run(
    tenant: string,
    by: (shipmentId: string) => By,
    beat: () => void,
  ): Promise<{ looked: number; erased: number; held: number; waiting: number }> {
    const due = await this.due(tenant);
    const outcome = { looked: due.length, erased: 0, held: 0, waiting: 0 };
    for (const { shipment_id: shipmentId, jurisdiction } of due) {
      beat();
      const became = await this.dispose(shipmentId, jurisdiction, by(shipmentId));
      if (became === 'audit.dossier.on-hold') outcome.held += 1;
      else if (became === 'audit.disposal.not-approved') outcome.waiting += 1;
      else if (became === 'erased') outcome.erased += 1;
    }
    return outcome;
  }

  /**
   * One person's approval; with the second the persons are erased at once.
   * @throws Refused `audit.retention.not-due`, `audit.dossier.on-hold`, `audit.disposal.same-person`; WrongState `audit.dossier.not-sealed`
   */
  async approve(
    caller: CallerIdentity,
    shipmentId: string,
    commandId: string,
  ): Promise<AnswerOf<typeof approveDisposal>> {
    const by = byOf(caller, shipmentId, commandId);
    const { state: before } = await this.store.load(dossier, caller.tenant, dossierStream(shipmentId));
    const jurisdiction = before.retention?.jurisdiction ?? '';
    const today = this.today(jurisdiction);
    const held = await this.database.tenant(caller.tenant, (tx) => heldBy(tx, shipmentId));
    const command = { type: 'ApproveDisposal' as const, shipmentId, by: caller.actor, today, held };
    const { state, events } = await this.store.execute(dossier, dossierStream(shipmentId), command, by, {
      fingerprint: { type: command.type, by: command.by },
    });
    refuseIfRefused(events, ANOTHER_OFFICER);
    const enough = state.approvals.length >= DISPOSAL_APPROVALS && !state.erased;
    const became = enough
      ? await this.dispose(shipmentId, jurisdiction, { ...by, commandId: `${commandId}/erase` })
      : null;
    return {
      shipmentId,
      approvals: state.approvals,
      needed: DISPOSAL_APPROVALS,
      erased: state.erased || became === 'erased' || became === 'erased before',
    };
  }

  private today(jurisdiction: string): string {
    return legalDateAt(this.clock(), this.laws.zones[jurisdiction] ?? 'UTC');
  }

  private async due(tenant: string): Promise<DueRow[]> {
    const today = Object.keys(this.laws.zones).map((jurisdiction) => [jurisdiction, this.today(jurisdiction)] as const);
    return this.database.ask<DueRow>(
      tenant,
      `select d.shipment_id, d.jurisdiction, d.approvals
       from dossiers d join unnest($2::text[], $3::date[]) as t (jurisdiction, today) using (jurisdiction)
       where d.tenant_id = $1 and not d.erased and d.retain_until < t.today order by d.retain_until, d.shipment_id`,
      [tenant, today.map(([jurisdiction]) => jurisdiction), today.map(([, day]) => day)],
    );
  }

  /**
   * The row is locked for the time, and a hold changes that row in its own transaction: between the last look at the hold
   * and the destruction of the key none can be placed.
   * @returns `erased`, or the code of the reason why not
   */
  private async dispose(shipmentId: string, jurisdiction: string, by: By): Promise<string> {
    const { tenant } = by;
    const today = this.today(jurisdiction);
    try {
      return await this.store.transaction(tenant, async (tx) => {
        await tx.query('select from dossiers where tenant_id = $1 and shipment_id = $2 for update', [
          tenant,
          shipmentId,
        ]);
        // A hold on a customer or party waits for this row's transaction no longer than it takes to write its own.
        await tx.query('lock table matters in share mode');
        const stream = dossierStream(shipmentId);
        const { state } = await this.store.load(dossier, tenant, stream, tx);
        if (state.erased) return 'erased before';
        const held = await heldBy(tx, shipmentId);
        disposable(state, today, held);
        if (state.approvals.length < DISPOSAL_APPROVALS) return 'audit.disposal.not-approved';
        const keys = (await this.keys.destroy(tenant, shipmentId)) ? 1 : 0;
        const command = { type: 'ErasePersons' as const, shipmentId, today, keys, held };
        await this.store.execute(dossier, stream, command, by, { tx });
        return 'erased';
      });
    } catch (error) {
      if (!(error instanceof TidewaiterError) || error.kind === 'unavailable') throw error;
      this.log.info('a dossier that was due is not erased', { shipmentId, code: error.code });
      return error.code;
    }
  }
}

/** What of a shipment's events says how long and for whom it is kept. */
export function keptFor(leaves: readonly Leaf[]): KeptFor {
  const kept: KeptFor = { entryDate: null, engagementId: null, identifiers: [] };
  for (const { name, data } of leaves) {
    const facts = data as { acceptedOn?: string; engagementId?: string; parties?: { identifier?: string }[] };
    if (name === 'DeclarationAccepted' && facts.acceptedOn && facts.acceptedOn > (kept.entryDate ?? '')) {
      kept.entryDate = facts.acceptedOn.slice(0, 10);
    }
    if (name === 'ShipmentOpened') kept.engagementId = facts.engagementId ?? null;
    if (name === 'ShipmentOpened' || name === 'ShipmentAmended') {
      kept.identifiers.push(...(facts.parties ?? []).flatMap(({ identifier }) => identifier ?? []));
    }
  }
  return kept;
}

/** The matter of a standing hold on a party of the shipment or on its customer; null when there is none. */
export async function heldBy(tx: Tx, shipmentId: string): Promise<string | null> {
  const standing = await tx.query('select from matters where tenant_id = $1 and not lifted limit 1', [tx.tenant]);
  if (standing.rows.length === 0) return null;
  const { engagementId, identifiers } = keptFor(await leavesOf(tx, tx.tenant, shipmentId));
  const engagement = engagementId === null ? [] : await leavesOf(tx, tx.tenant, engagementId);
  const customers = engagement.flatMap(({ name, data }) =>
    name === 'EngagementOpened' ? [(data as { customer: { name: string } }).customer.name] : [],
  );
  const scopes: MatterScope[] = [
    ...customers.map((name) => ({ kind: 'customer' as const, name })),
    ...identifiers.map((identifier) => ({ kind: 'party' as const, identifier })),
  ];
  const { rows } = await tx.query<{ matter: string }>(
    'select matter from matters where tenant_id = $1 and not lifted and scope_key = any($2) order by placed_at limit 1',
    [tx.tenant, scopes.map(scopeKey)],
  );
  return rows[0]?.matter ?? null;
}
