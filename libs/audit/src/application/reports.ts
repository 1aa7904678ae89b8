import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  reportAccess,
  reportCompleteness,
  reportRetention,
  reportSeparationOfDuties,
} from '@tidewaiter/contracts';
import { legalDateAt } from '@tidewaiter/kernel';
import { CLOCK, DATABASE, type Clock, type Database } from '@tidewaiter/platform';
import { accessesOf, dutiesOf, readLeaf, type Leaf } from '../domain/index.js';
import { statusOf } from '../log/log-reader.js';
import { retentionLaws } from './retention-rules.js';

interface Span {
  from: string;
  to: string;
}

interface RetentionRow {
  shipment_id: string;
  jurisdiction: string;
  law: string;
  retain_until: string;
  hold_matter: string | null;
  approvals: number;
  erased: boolean;
}

/** What auditors ask for as a whole. Every figure is worked out from the log or from read models of this context. */
export class Reports {
  private readonly zones = retentionLaws().zones;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async duties(tenant: string, span: Span): Promise<AnswerOf<typeof reportSeparationOfDuties>> {
    const items = dutiesOf(await this.leaves(tenant, span, ['payment-', 'checklist-', 'dossier-', 'matter-']));
    return { ...span, exceptions: items.filter(({ exceptions }) => exceptions.length > 0).length, items };
  }

  async access(tenant: string, span: Span): Promise<AnswerOf<typeof reportAccess>> {
    return {
      ...span,
      items: accessesOf(await this.leaves(tenant, span, ['access-', 'dossier-', 'evidence-', 'reader-'])),
    };
  }

  /** Streams without gaps, by counting them in the log itself; what waits outside; the newest comparison with the stores. */
  async completeness(tenant: string): Promise<AnswerOf<typeof reportCompleteness>> {
    return this.database.tenant(tenant, async (tx) => {
      const { rows } = await tx.query<{ streams: number; events: string; broken: string[] | null }>(
        `select count(*)::int as streams, coalesce(sum(n), 0) as events,
           (array_agg(stream order by stream) filter (where n <> last))[1:100] as broken
         from (select stream, count(*) as n, max(version) as last from log_leaves where tenant_id = $1 group by stream) s`,
        [tenant],
      );
      const newest = await tx.query<{ ended: Date; differences: unknown[] }>(
        'select ended, differences from reconciliations where tenant_id = $1 order by began desc limit 1',
        [tenant],
      );
      const { staged, size, published, parked, alarms } = await statusOf(tx, tenant);
      const { streams, events, broken } = rows[0]!;
      const compared = newest.rows[0];
      const complete =
        broken === null && parked.length === 0 && Number(events) === size && (compared?.differences.length ?? 0) === 0;
      return {
        complete,
        streams,
        events: Number(events),
        broken: broken ?? [],
        outside: staged - size,
        unpublished: size - published,
        parked,
        alarms: alarms.length,
        reconciled: compared ? { at: compared.ended.toISOString(), differences: compared.differences.length } : null,
      };
    });
  }

  /** What must be kept until when and by which law; first what is due, then what is on hold. */
  async retention(
    tenant: string,
    { limit, after }: { limit: number; after?: string | undefined },
  ): Promise<AnswerOf<typeof reportRetention>> {
    const [until, id] = (after ?? ' ').split(' ');
    const rows = await this.database.ask<RetentionRow>(
      tenant,
      `select shipment_id, jurisdiction, law, retain_until::text, hold_matter, approvals, erased from dossiers
       where tenant_id = $1 and retain_until is not null
         and ($2 = '' or (retain_until, shipment_id) > (nullif($2, '')::date, nullif($3, '')::uuid))
       order by retain_until, shipment_id limit $4`,
      [tenant, until ?? '', id ?? '', limit + 1],
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((row) => ({
        shipmentId: row.shipment_id,
        jurisdiction: row.jurisdiction,
        law: row.law,
        until: row.retain_until,
        state: this.stateOf(row),
        hold: row.hold_matter,
        approvals: row.approvals,
      })),
      next: rows.length > limit && last ? `${last.retain_until} ${last.shipment_id}` : null,
    };
  }

  private stateOf({ erased, hold_matter: hold, retain_until: until, jurisdiction }: RetentionRow) {
    if (erased) return 'erased' as const;
    if (hold !== null) return 'on-hold' as const;
    return until < legalDateAt(this.clock(), this.zones[jurisdiction] ?? 'UTC') ? ('due' as const) : ('kept' as const);
  }

  /** Events recorded in a span, of the streams whose names begin so, each stream in its own order. */
  private async leaves(tenant: string, { from, to }: Span, prefixes: readonly string[]): Promise<Leaf[]> {
    const rows = await this.database.ask<{ index: string; body: Buffer }>(
      tenant,
      `select l.index, e.body from log_leaves l join log_entries e using (staged_id)
       where l.tenant_id = $1 and l.stream like any($2) and e.staged_at >= $3 order by l.index`,
      [tenant, prefixes.map((prefix) => `${prefix}%`), from],
    );
    const leaves = rows.map(({ index, body }) => readLeaf(Number(index), body));
    return leaves.filter(({ time }) => Date.parse(time) >= Date.parse(from) && Date.parse(time) <= Date.parse(to));
  }
}
