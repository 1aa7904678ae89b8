import { Inject } from '@nestjs/common';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { millisOf, plusMillis, type Instant } from '@tidewaiter/kernel';
import { CLOCK, DATABASE, EVENT_STORE, type Clock, type Database } from '@tidewaiter/platform';
import { endpoint } from '../domain/endpoint.js';
import { GIVEN_UP_MS, holdAfter, restAfter, retryAfterOf } from '../domain/schedule.js';
import type { Outcome } from './egress.js';
import { endpointStream } from './endpoints.js';
import { KEPT_DAYS, settle, type LaneName } from './lanes.js';

/** Longer than any try may take: whoever holds a lane longer has died. */
const LEASE_MS = 60_000;
/** Lanes of one endpoint that are worked on at once, by one process. */
const LANES_AT_ONCE = 4;

/** A lane whose head this process may send. */
export interface Claimed extends LaneName {
  tenant: string;
  lease: string;
}

export interface Due {
  deliveryId: string;
  url: string;
  /** the bytes to sign and send */
  body: Buffer;
}

export interface Try extends Outcome {
  at: Instant;
  headers: Record<string, string>;
  bodySha256: string;
}

/** The lanes at work: which head is due, and what a try leads to. */
export class Deliveries {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Leases lanes that are due, at most a few of each endpoint, whichever tenant's. */
  async claim(limit: number): Promise<Claimed[]> {
    const now = this.clock();
    return this.database.system(async (tx) => {
      const { rows } = await tx.query<Claimed>(
        `with due as (
           select l.* from endpoints e
             left join endpoint_health h using (tenant_id, endpoint_id)
            cross join lateral (
              select tenant_id, endpoint_id, lane from delivery_lanes l
               where l.tenant_id = e.tenant_id and l.endpoint_id = e.endpoint_id
                 and not l.dead and l.next_at <= $1 and l.leased_until <= $1
               order by l.next_at limit ${LANES_AT_ONCE} for update skip locked) l
            where e.disabled_cause is null and coalesce(h.held_until, '-infinity') <= $1
              and (select count(*) from delivery_lanes busy
                    where busy.tenant_id = e.tenant_id and busy.endpoint_id = e.endpoint_id and busy.leased_until > $1) < ${LANES_AT_ONCE}
            limit $2
         )
         update delivery_lanes l set lease = gen_random_uuid(), leased_until = $3 from due
          where l.tenant_id = due.tenant_id and l.endpoint_id = due.endpoint_id and l.lane = due.lane
         returning l.tenant_id as tenant, l.endpoint_id as "endpointId", l.lane, l.lease`,
        [now, limit, plusMillis(now, LEASE_MS)],
      );
      return rows;
    });
  }

  /** The head of a claimed lane; null, and the lane given back, when somebody took it out or it died meanwhile. */
  async head(claimed: Claimed): Promise<Due | null> {
    return this.database.tenant(claimed.tenant, async (tx) => {
      const { rows } = await tx.query<{
        delivery_id: string;
        state: string;
        url: string;
        body: string;
        previous_version: number;
      }>(
        `select d.delivery_id, d.state, e.url, f.body, d.previous_version
           from deliveries d
           join endpoints e using (tenant_id, endpoint_id)
           join feed f on f.tenant_id = d.tenant_id and f.position = d.position
          where d.tenant_id = $1 and d.endpoint_id = $2 and d.lane = $3 and d.state in ('waiting', 'dead')
          order by d.position limit 1`,
        [claimed.tenant, claimed.endpointId, claimed.lane],
      );
      const [row] = rows;
      if (row?.state === 'waiting')
        return { deliveryId: row.delivery_id, url: row.url, body: bodyOf(row.body, row.previous_version) };
      await giveBack(tx, claimed);
      return null;
    });
  }

  /**
   * Writes a try down and moves its lane on: the next event after success, the same one later after a failure, nothing once its tries
   * are used up.
   *
   * @param chance 0 to 1, spreads tries that failed together
   */
  async finish(claimed: Claimed, deliveryId: string, done: Try, chance: number): Promise<void> {
    const { tenant, endpointId } = claimed;
    const at = this.clock();
    const failingSince = await this.database.tenant(tenant, async (tx) => {
      await tx.query('select from delivery_lanes where tenant_id = $1 and endpoint_id = $2 and lane = $3 for update', [
        tenant,
        endpointId,
        claimed.lane,
      ]);
      await noteTry(tx, endpointId, deliveryId, done);
      await moveOn(tx, deliveryId, done.arrived, at, chance);
      const since = await noteHealth(tx, endpointId, done, at);
      await giveBack(tx, claimed);
      return since;
    });
    await this.disableIfHopeless(claimed, deliveryId, done, failingSince, at);
  }

  /** Deletes deliveries older than they are kept, and secrets past their time. */
  async forgetOld(): Promise<void> {
    const now = this.clock();
    await this.database.system(async (tx) => {
      const { rows } = await tx.query<LaneName & { tenant: string }>(
        `delete from deliveries where created_at < $1::timestamptz - interval '${KEPT_DAYS} days'
         returning tenant_id as tenant, endpoint_id as "endpointId", lane`,
        [now],
      );
      await tx.query('delete from endpoint_secrets where signs_until <= $1', [now]);
      for (const tenant of new Set(rows.map((row) => row.tenant))) {
        await settle(
          { ...tx, tenant, query: tx.query.bind(tx) },
          rows.filter((row) => row.tenant === tenant),
        );
      }
    });
  }

  private async disableIfHopeless(
    { tenant, endpointId }: Claimed,
    deliveryId: string,
    { status }: Try,
    failingSince: Instant | null,
    at: Instant,
  ): Promise<void> {
    const gone = status === 410;
    const givenUp = failingSince !== null && millisOf(at) - millisOf(failingSince) >= GIVEN_UP_MS;
    if (!gone && !givenUp) return;
    const by = {
      tenant,
      subject: endpointId,
      commandId: `partners/disable/${deliveryId}/${at}`,
      actor: 'system:partners',
      correlationId: endpointId,
      causationId: deliveryId,
    };
    const command = {
      type: 'DisableEndpoint' as const,
      endpointId,
      cause: gone ? ('gone' as const) : ('failing' as const),
      because: gone ? 'It answered 410 Gone.' : 'Nothing arrived there for five days.',
      by: by.actor,
    };
    await this.store.execute(endpoint, endpointStream(endpointId), command, by);
  }
}

/** The CloudEvent with the version of the stream's event before, among those for this endpoint. */
export const bodyOf = (event: string, previousVersion: number): Buffer =>
  Buffer.from(JSON.stringify({ ...(JSON.parse(event) as object), previousversion: previousVersion }));

async function noteTry(tx: Tx, endpointId: string, deliveryId: string, done: Try): Promise<void> {
  await tx.query(
    `insert into delivery_attempts (tenant_id, delivery_id, endpoint_id, at, arrived, status, says, duration_ms, headers, body_sha256, answer)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      tx.tenant,
      deliveryId,
      endpointId,
      done.at,
      done.arrived,
      done.status,
      done.says,
      done.durationMs,
      JSON.stringify(done.headers),
      done.bodySha256,
      done.answer,
    ],
  );
}

/** A delivery that was skipped while it was under way stays skipped. */
async function moveOn(tx: Tx, deliveryId: string, arrived: boolean, at: Instant, chance: number): Promise<void> {
  const { rows } = await tx.query<{ tries: number }>(
    `select tries from deliveries where tenant_id = $1 and delivery_id = $2 and state = 'waiting' for update`,
    [tx.tenant, deliveryId],
  );
  if (!rows[0]) return;
  const tries = rows[0].tries + 1;
  const rest = arrived ? 0 : restAfter(tries, chance);
  const state = arrived ? 'sent' : rest === null ? 'dead' : 'waiting';
  await tx.query(
    'update deliveries set state = $3, tries = $4, next_at = $5 where tenant_id = $1 and delivery_id = $2',
    [tx.tenant, deliveryId, state, tries, plusMillis(at, rest ?? 0)],
  );
}

/** @returns since when nothing arrives at the endpoint, null when this did */
async function noteHealth(tx: Tx, endpointId: string, done: Try, at: Instant): Promise<Instant | null> {
  if (done.arrived) {
    await tx.query(
      `update endpoint_health set failures = 0, failing_since = null, held_until = null
        where tenant_id = $1 and endpoint_id = $2 and (failures > 0 or held_until is not null)`,
      [tx.tenant, endpointId],
    );
    return null;
  }
  const { rows } = await tx.query<{ failures: number; failing_since: Date }>(
    `insert into endpoint_health (tenant_id, endpoint_id, failures, failing_since) values ($1, $2, 1, $3)
     on conflict (tenant_id, endpoint_id) do update
        set failures = endpoint_health.failures + 1, failing_since = coalesce(endpoint_health.failing_since, $3)
     returning failures, failing_since`,
    [tx.tenant, endpointId, at],
  );
  const { failures, failing_since: since } = rows[0]!;
  const hold = holdAfter(failures, done.status, retryAfterOf(done.retryAfter, millisOf(at)));
  if (hold > 0) {
    await tx.query(
      `update endpoint_health set held_until = greatest(held_until, $3) where tenant_id = $1 and endpoint_id = $2`,
      [tx.tenant, endpointId, plusMillis(at, hold)],
    );
  }
  return since.toISOString();
}

async function giveBack(tx: Tx, { endpointId, lane, lease }: Claimed): Promise<void> {
  await tx.query(
    `update delivery_lanes set lease = null, leased_until = '-infinity'
      where tenant_id = $1 and endpoint_id = $2 and lane = $3 and lease = $4`,
    [tx.tenant, endpointId, lane, lease],
  );
  await settle(tx, [{ endpointId, lane }]);
}
