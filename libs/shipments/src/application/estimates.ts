import { Inject } from '@nestjs/common';
import type { AnswerOf, showEstimate } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { NotFound, type Instant } from '@tidewaiter/kernel';
import { CLOCK, EVENT_STORE } from '@tidewaiter/platform';
import { firstTask, initialBoard, type BoardRow } from '../domain/board.js';
import { awaitedSince, dotsOf, durationsOf, estimateOf, type Estimate } from '../domain/estimate.js';

/** Of like cases only the newest: what was usual years ago says little. */
const NEWEST = 500;
const FRESH_MS = 60_000;

interface Likeness {
  destination: string;
  transport: string;
}
type Cases = ReadonlyMap<string, readonly number[]>;
const nameOf = ({ destination, transport }: Likeness, stage: string): string => `${destination} ${transport} ${stage}`;

/** Keeps how long each delivered shipment took, from every stage it went through. */
export async function keepDurations(
  tx: Tx,
  tenant: string,
  board: Iterable<readonly [string, BoardRow]>,
): Promise<void> {
  const durations = [...board].flatMap(([shipmentId, row]) =>
    durationsOf(row).map(({ stage, seconds, deliveredAt }) => ({
      shipment_id: shipmentId,
      stage,
      seconds,
      delivered_at: deliveredAt,
    })),
  );
  if (durations.length === 0) return;
  await tx.query(
    `insert into stage_durations (tenant_id, shipment_id, stage, destination, transport, seconds, delivered_at)
     select $1, d.shipment_id, d.stage, s.state->>'destination', s.state->>'transport', d.seconds, d.delivered_at
     from jsonb_to_recordset($2) as d (shipment_id uuid, stage text, seconds integer, delivered_at text)
     join shipments s on s.tenant_id = $1 and s.id = d.shipment_id
     on conflict (tenant_id, shipment_id, stage) do update set (seconds, delivered_at) = (excluded.seconds, excluded.delivered_at)`,
    [tenant, JSON.stringify(durations)],
  );
}

/** Estimates of deliveries from the tenant's own like cases, which are read at most once a minute. */
export class Estimates {
  private readonly known = new Map<string, { until: number; cases: Promise<Cases> }>();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: () => Instant,
  ) {}

  private cases(tenant: string): Promise<Cases> {
    const known = this.known.get(tenant);
    if (known && known.until > Date.now()) return known.cases;
    const cases = this.read(tenant);
    this.known.set(tenant, { until: Date.now() + FRESH_MS, cases });
    cases.catch(() => this.known.delete(tenant));
    return cases;
  }

  private async read(tenant: string): Promise<Cases> {
    const rows = await this.store.query<Likeness & { stage: string; seconds: number[] }>(
      tenant,
      `select destination, transport, stage, array_agg(seconds order by seconds) as seconds
       from (select *, row_number() over (partition by destination, transport, stage order by delivered_at desc) as nth
             from stage_durations where tenant_id = $1) d
       where nth <= $2 group by 1, 2, 3`,
      [tenant, NEWEST],
    );
    return new Map(rows.map((row) => [nameOf(row, row.stage), row.seconds]));
  }

  /** Estimates for rows of the board; null where no delivery is awaited. */
  async forRows(tenant: string): Promise<(row: BoardRow, like: Likeness) => Estimate | null> {
    const [cases, now] = [await this.cases(tenant), this.clock()];
    return (row, like) => {
      const awaited = awaitedSince(row);
      if (!awaited) return null;
      const durations = cases.get(nameOf(like, awaited.stage)) ?? [];
      return awaited.since === null ? { cases: 0, p50: null, p90: null } : estimateOf(durations, awaited.since, now);
    };
  }

  /** @throws NotFound `shipments.shipment.unknown` */
  async show(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showEstimate>> {
    const [cases, [found]] = await Promise.all([
      this.cases(tenant),
      this.store.query<Likeness & { row: BoardRow | null }>(
        tenant,
        `select s.state->>'destination' as destination, s.state->>'transport' as transport, b.row
         from shipments s left join board b on b.tenant_id = s.tenant_id and b.shipment_id = s.id
         where s.tenant_id = $1 and s.id = $2`,
        [tenant, shipmentId],
      ),
    ]);
    if (!found)
      throw new NotFound('shipments.shipment.unknown', 'no such shipment', {
        advice: 'Look at the list of shipments of your tenant.',
      });
    const { destination, transport } = found;
    const row = found.row ?? initialBoard;
    const awaited = awaitedSince(row);
    const due = firstTask(row)?.due ?? null;
    const like = { destination, transport };
    if (!awaited?.since) return { ...like, stage: awaited?.stage ?? null, since: null, estimate: null, dots: [], due };
    const durations = cases.get(nameOf(like, awaited.stage)) ?? [];
    const now = this.clock();
    return {
      ...like,
      stage: awaited.stage,
      since: awaited.since,
      estimate: estimateOf(durations, awaited.since, now),
      dots: dotsOf(durations, awaited.since, now),
      due,
    };
  }
}
