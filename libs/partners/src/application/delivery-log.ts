import { Inject } from '@nestjs/common';
import type * as contracts from '@tidewaiter/contracts';
import type { AnswerOf, InputOf } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { Conflict, Invalid, plusMillis, Refused, WrongState, type Instant } from '@tidewaiter/kernel';
import {
  byOf,
  CLOCK,
  DATABASE,
  drainToken,
  EVENT_STORE,
  idFor,
  type CallerIdentity,
  type Clock,
  type Database,
  type Nudge,
} from '@tidewaiter/platform';
import { endpoint } from '../domain/endpoint.js';
import { replay } from '../domain/replay.js';
import { WEBHOOKS } from './courier.js';
import { bodyOf } from './deliveries.js';
import { endpointStream, unknownDelivery } from './endpoints.js';
import {
  fanOut,
  KEPT_DAYS,
  pickedParams,
  settle,
  takeTurn,
  UNSENT,
  type InLane,
  type LaneName,
  type Picked,
} from './lanes.js';

type Query = InputOf<typeof contracts.listWebhookDeliveries>['query'];
type ReplayBody = InputOf<typeof contracts.replayWebhookDeliveries>['body'];
type Listed = AnswerOf<typeof contracts.listWebhookDeliveries>['items'][number];

/** More at once is a migration, and wants several replays by range. */
const REPLAYED_AT_MOST = 100_000;
const NO_END = '999999999999999999';

interface DeliveryRow {
  delivery_id: string;
  endpoint_id: string;
  url: string;
  event_id: string;
  context: string;
  name: string;
  position: string;
  lane: string;
  status: Listed['status'];
  tries: number;
  next_at: Date | null;
  last_status: number | null;
  last_says: string | null;
  last_duration_ms: number | null;
  behind: number;
  created_at: Date;
  skipped_because: string | null;
  skipped_by: string | null;
}

const STATUS = `case when d.state = 'waiting' and d.tries > 0 then 'failing' else d.state end`;
const ROWS = `
  select d.*, e.url, ${STATUS} as status, a.status as last_status, a.says as last_says, a.duration_ms as last_duration_ms,
         case when d.state = 'waiting' and e.disabled_cause is null
              then greatest(d.next_at, h.held_until) end as next_at,
         case when d.state = 'dead' or (d.state = 'waiting' and d.tries > 0)
              then (select count(*)::int from deliveries later
                     where later.tenant_id = d.tenant_id and later.endpoint_id = d.endpoint_id and later.lane = d.lane
                       and later.state = 'waiting' and later.position > d.position)
              else 0 end as behind
    from deliveries d
    join endpoints e using (tenant_id, endpoint_id)
    left join endpoint_health h using (tenant_id, endpoint_id)
    left join lateral (select status, says, duration_ms from delivery_attempts a
                        where a.tenant_id = d.tenant_id and a.delivery_id = d.delivery_id order by at desc limit 1) a on true`;

/** What a filter of deliveries asks for, beside status. Parameters 1 to 6 are those of `pickedParams`. */
const PICKED = `
  d.tenant_id = $1 and d.position between $2 and $3 and ($4::uuid is null or d.endpoint_id = $4)
  and ($5::text is null or $5 in (d.context || '.' || d.name, d.context || '.*')) and ($6::text is null or d.lane = $6)`;

/** What was sent and what was not, and what people do about it. */
export class DeliveryLog {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(drainToken(WEBHOOKS)) private readonly drain: Nudge,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(tenant: string, query: Query): Promise<AnswerOf<typeof contracts.listWebhookDeliveries>> {
    const cursor = cursorOf(query.after);
    const rows = await this.database.tenant(
      tenant,
      async (tx) =>
        (
          await tx.query<DeliveryRow>(
            `${ROWS} where ${PICKED} and ($7::text is null or ${STATUS} = $7)
                and ($8::bigint is null or (d.position, d.endpoint_id) < ($8, $9::uuid))
              order by d.position desc, d.endpoint_id desc limit $10`,
            [
              ...pickedParams(tx, pickedOf(query)),
              query.status ?? null,
              cursor?.position ?? null,
              cursor?.endpointId ?? null,
              query.limit + 1,
            ],
          )
        ).rows,
    );
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    return {
      items: shown.map(viewOf),
      next: rows.length > query.limit && last ? `${last.position}_${last.endpoint_id}` : null,
    };
  }

  /** @throws NotFound `partners.delivery.unknown` */
  async show(tenant: string, deliveryId: string): Promise<AnswerOf<typeof contracts.showWebhookDelivery>> {
    return this.database.tenant(tenant, async (tx) => {
      const { rows } = await tx.query<DeliveryRow & { body: string; previous_version: number }>(
        `select shown.*, f.body from (${ROWS} where d.tenant_id = $1 and d.delivery_id = $2) shown
           join feed f on f.tenant_id = shown.tenant_id and f.position = shown.position`,
        [tenant, deliveryId],
      );
      const [row] = rows;
      if (!row) throw unknownDelivery();
      const attempts = await tx.query<{
        at: Date;
        arrived: boolean;
        status: number | null;
        says: string;
        duration_ms: number;
        headers: Record<string, string>;
        body_sha256: string;
        answer: string;
      }>('select * from delivery_attempts where tenant_id = $1 and delivery_id = $2 order by at desc limit 100', [
        tenant,
        deliveryId,
      ]);
      const acts = await tx.query<{ act: Act; at: Date; by: string; because: string | null; stream: string }>(
        'select act, at, by, because, stream from delivery_acts where tenant_id = $1 and delivery_id = $2 order by at desc limit 100',
        [tenant, deliveryId],
      );
      return {
        ...viewOf(row),
        acts: acts.rows.map((each) => ({ ...each, at: each.at.toISOString() })),
        skipped: row.skipped_because === null ? null : { because: row.skipped_because, by: row.skipped_by! },
        body: bodyOf(row.body, row.previous_version).toString(),
        attempts: attempts.rows.map(({ at, arrived, status, says, duration_ms, headers, body_sha256, answer }) => ({
          arrived,
          status,
          says,
          durationMs: duration_ms,
          answer,
          at: at.toISOString(),
          headers,
          bodySha256: body_sha256,
        })),
      };
    });
  }

  /** @throws NotFound `partners.delivery.unknown`; WrongState `partners.delivery.waits-behind`, `partners.endpoint.disabled` */
  async retry(
    caller: CallerIdentity,
    deliveryId: string,
    because: string | undefined,
    commandId: string,
  ): Promise<{ deliveryId: string }> {
    const at = this.clock();
    const { tenant } = caller;
    await this.store.transaction(tenant, async (tx) => {
      const found = await this.found(tx, deliveryId);
      if (found.disabled) {
        throw new WrongState('partners.endpoint.disabled', 'The endpoint is disabled: nothing is sent there.', {
          advice: 'Enable it; what waits is sent then.',
        });
      }
      if (found.earlier) {
        throw new WrongState('partners.delivery.waits-behind', 'An earlier event of its lane has to be sent first.', {
          advice: 'Retry or skip the one at the head of the lane.',
        });
      }
      const { endpointId, eventId, lane } = found;
      const reason = because === undefined ? {} : { because };
      const retry = {
        type: 'RetryDelivery' as const,
        endpointId,
        deliveryId,
        eventId,
        lane,
        ...reason,
        by: caller.actor,
      };
      const stream = endpointStream(endpointId);
      const { repeated } = await this.store.execute(endpoint, stream, retry, byOf(caller, endpointId, commandId), {
        fingerprint: [deliveryId, because ?? null],
        tx,
      });
      if (repeated) return;
      await noteActs(tx, [deliveryId], { act: 'retried', at, by: caller.actor, because, stream });
      await tx.query(
        `update deliveries set state = 'waiting', tries = 0, next_at = $3, skipped_because = null, skipped_by = null
          where tenant_id = $1 and delivery_id = $2`,
        [tenant, deliveryId, at],
      );
      // A person says that it can be tried now, whatever the endpoint had asked for.
      await tx.query('update endpoint_health set held_until = null where tenant_id = $1 and endpoint_id = $2', [
        tenant,
        endpointId,
      ]);
      await settle(tx, [found]);
      tx.afterCommit?.(() => this.drain.nudge());
    });
    return { deliveryId };
  }

  /** @throws NotFound `partners.delivery.unknown`; WrongState `partners.delivery.not-blocking` */
  async skip(
    caller: CallerIdentity,
    deliveryId: string,
    because: string,
    commandId: string,
  ): Promise<{ deliveryId: string }> {
    const { tenant } = caller;
    await this.store.transaction(tenant, async (tx) => {
      const found = await this.found(tx, deliveryId);
      const blocks = found.state === 'dead' || (found.state === 'waiting' && found.tries > 0);
      if (!blocks && found.state !== 'skipped') {
        throw new WrongState('partners.delivery.not-blocking', 'Only what was tried in vain can be skipped.', {
          advice: 'Look at the head of the lane.',
        });
      }
      if (!blocks) return;
      const { endpointId, eventId, lane } = found;
      const skipped = { endpointId, deliveryId, eventId, lane, because, by: caller.actor };
      const command = { type: 'SkipDelivery' as const, ...skipped };
      const by = byOf(caller, endpointId, commandId);
      const stream = endpointStream(endpointId);
      await this.store.execute(endpoint, stream, command, by, { fingerprint: [deliveryId, because], tx });
      await noteActs(tx, [deliveryId], { act: 'skipped', at: this.clock(), by: caller.actor, because, stream });
      await tx.query(
        `update deliveries set state = 'skipped', skipped_because = $3, skipped_by = $4 where tenant_id = $1 and delivery_id = $2`,
        [tenant, deliveryId, because, caller.actor],
      );
      await settle(tx, [found]);
      tx.afterCommit?.(() => this.drain.nudge());
    });
    return { deliveryId };
  }

  /**
   * Counts what a filter matches, or sends exactly that many again. Both look under the feed's turn, so that nothing is added between
   * the look and the act.
   *
   * @throws Conflict `partners.replay.changed`; Refused `partners.replay.too-many`; Invalid `partners.replay.endpoint-missing`
   */
  async replay(
    caller: CallerIdentity,
    body: ReplayBody,
    commandId: string,
  ): Promise<AnswerOf<typeof contracts.replayWebhookDeliveries>> {
    if (body.status === 'never' && body.endpoint === undefined) {
      throw new Invalid(
        'partners.replay.endpoint-missing',
        'What was never sent is asked for one endpoint at a time.',
        {
          advice: 'Name the endpoint.',
          places: [{ pointer: 'body/endpoint', reason: 'needed with the status never' }],
        },
      );
    }
    const at = this.clock();
    const since = plusMillis(at, -KEPT_DAYS * 24 * 3600 * 1000);
    const { tenant } = caller;
    return this.store.transaction(tenant, async (tx) => {
      await takeTurn(tx);
      const picked = pickedOf({ ...body, to: body.to ?? (await headOf(tx)) });
      const again = await matching(tx, picked, body.status ?? null, since);
      const unsent = await neverSent(tx, picked, body, since);
      const lanes = lanesOf([...again, ...unsent]);
      const [count, behind] = [again.length + unsent.length, await waitingBehind(tx, lanes)];
      const counted = { count, lanes: lanes.length, behind, to: picked.to };
      if (body.expect === undefined) return { replayId: null, ...counted };
      if (count !== body.expect) {
        throw new Conflict('partners.replay.changed', `The filter matches ${count} by now, not ${body.expect}.`, {
          advice: 'Count again and look at what has changed.',
        });
      }
      if (count > REPLAYED_AT_MOST) {
        throw new Refused('partners.replay.too-many', `At most ${REPLAYED_AT_MOST} are sent again at once.`, {
          advice: 'Narrow the range of positions.',
        });
      }
      const replayId = idFor('replay', tenant, commandId);
      const reason = body.because === undefined ? {} : { because: body.because };
      const command = { replayId, filter: filterOf(body, picked.to), count, ...reason, by: caller.actor };
      const stream = `replay-${replayId}`;
      await this.store.execute(replay, stream, command, byOf(caller, replayId, commandId), {
        fingerprint: body,
        tx,
      });
      await tx.query(
        `update deliveries set state = 'waiting', tries = 0, next_at = $3, replay_id = $4, skipped_because = null, skipped_by = null
          where tenant_id = $1 and delivery_id = any($2::uuid[])`,
        [tenant, again.map(({ deliveryId }) => deliveryId), at, replayId],
      );
      const added = unsent.length > 0 ? await fanOut(tx, picked, at, { id: replayId, since }) : [];
      const sent = [...again, ...added].map(({ deliveryId }) => deliveryId);
      await noteActs(tx, sent, { act: 'replayed', at, by: caller.actor, because: body.because, stream });
      await settle(tx, lanes);
      tx.afterCommit?.(() => this.drain.nudge());
      return { replayId, ...counted };
    });
  }

  private async found(tx: Tx, deliveryId: string): Promise<Found> {
    const { rows } = await tx.query<Found>(
      `select d.endpoint_id as "endpointId", d.lane, d.state, d.tries, d.event_id as "eventId",
              e.disabled_cause is not null as disabled,
              exists (select from deliveries earlier
                       where earlier.tenant_id = d.tenant_id and earlier.endpoint_id = d.endpoint_id and earlier.lane = d.lane
                         and earlier.state in ('waiting', 'dead') and earlier.position < d.position) as earlier
         from deliveries d join endpoints e using (tenant_id, endpoint_id)
        where d.tenant_id = $1 and d.delivery_id = $2 for update of d`,
      [tx.tenant, deliveryId],
    );
    if (!rows[0]) throw unknownDelivery();
    return rows[0];
  }
}

interface Found extends LaneName {
  state: string;
  tries: number;
  eventId: string;
  disabled: boolean;
  /** an earlier one of its lane is not sent yet */
  earlier: boolean;
}

const viewOf = (row: DeliveryRow): Listed => ({
  deliveryId: row.delivery_id,
  endpointId: row.endpoint_id,
  url: row.url,
  eventId: row.event_id,
  type: `${row.context}.${row.name}`,
  position: row.position,
  lane: row.lane,
  status: row.status,
  tries: row.tries,
  nextAt: row.next_at?.toISOString() ?? null,
  lastStatus: row.last_status,
  lastSays: row.last_says,
  lastDurationMs: row.last_duration_ms,
  behind: row.behind,
  createdAt: row.created_at.toISOString(),
});

const pickedOf = (query: Pick<Query, 'from' | 'to' | 'endpoint' | 'type' | 'shipment'>): Picked => ({
  from: query.from ?? '0',
  to: query.to ?? NO_END,
  endpoint: query.endpoint ?? null,
  type: query.type ?? null,
  shipment: query.shipment ?? null,
});

type Act = (typeof contracts.DELIVERY_ACTS)[number];

/** Beside its event, in the same transaction: who did what about deliveries. */
async function noteActs(
  tx: Tx,
  deliveryIds: readonly string[],
  { act, at, by, because, stream }: { act: Act; at: Instant; by: string; because: string | undefined; stream: string },
): Promise<void> {
  await tx.query(
    `insert into delivery_acts (tenant_id, delivery_id, act, at, by, because, stream)
     select $1, delivery_id, $3, $4, $5, $6, $7 from unnest($2::uuid[]) as named (delivery_id)`,
    [tx.tenant, deliveryIds, act, at, by, because ?? null, stream],
  );
}

/** The filter as an event keeps it. */
const filterOf = ({ expect: _, because: __, ...filter }: ReplayBody, to: string): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...filter, to }).filter(([, value]) => value !== undefined));

function cursorOf(after: string | undefined): { position: string; endpointId: string } | null {
  if (after === undefined) return null;
  const match = /^(\d{1,18})_([0-9a-f-]{36})$/.exec(after);
  if (match) return { position: match[1]!, endpointId: match[2]! };
  throw new Invalid('partners.cursor.invalid', '`after` is no cursor of this list', {
    advice: 'Send the `next` of the page before, unchanged, or leave `after` out.',
    places: [{ pointer: 'query/after', reason: 'not a cursor' }],
  });
}

async function headOf(tx: Tx): Promise<string> {
  const { rows } = await tx.query<{ position: string }>('select position from feed_heads where tenant_id = $1', [
    tx.tenant,
  ]);
  return rows[0]?.position ?? '0';
}

/** What was tried, sent or skipped; what waits untried goes by itself. `failing` takes the dead too: both were tried in vain. */
async function matching(tx: Tx, picked: Picked, status: string | null, since: Instant): Promise<InLane[]> {
  const { rows } = await tx.query<InLane>(
    `select d.delivery_id as "deliveryId", d.endpoint_id as "endpointId", d.lane from deliveries d
      where ${PICKED} and d.created_at > $7 and not (d.state = 'waiting' and d.tries = 0)
        and ($8::text is null or ${STATUS} = $8 or ($8 = 'failing' and d.state = 'dead'))
      for update`,
    [...pickedParams(tx, picked), since, status],
  );
  return rows;
}

/** Only where an endpoint is named: to which of several would it belong? */
async function neverSent(
  tx: Tx,
  picked: Picked,
  { status, endpoint: named }: ReplayBody,
  since: Instant,
): Promise<LaneName[]> {
  if (named === undefined || (status !== undefined && status !== 'never')) return [];
  const { rows } = await tx.query<LaneName>(
    `select u.endpoint_id as "endpointId", u.lane from (${UNSENT}) u where u.recorded_at > $7`,
    [...pickedParams(tx, picked), since],
  );
  return rows;
}

const lanesOf = (rows: readonly LaneName[]): LaneName[] => [
  ...new Map(rows.map(({ endpointId, lane }) => [`${endpointId} ${lane}`, { endpointId, lane }] as const)).values(),
];

async function waitingBehind(tx: Tx, lanes: readonly LaneName[]): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*)::int as count from deliveries d
       join unnest($2::uuid[], $3::text[]) as l (endpoint_id, lane) on l.endpoint_id = d.endpoint_id and l.lane = d.lane
      where d.tenant_id = $1 and d.state = 'waiting' and d.tries = 0`,
    [tx.tenant, lanes.map(({ endpointId }) => endpointId), lanes.map(({ lane }) => lane)],
  );
  return rows[0]!.count;
}
