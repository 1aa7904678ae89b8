import { Inject } from '@nestjs/common';
import { allEvents, type AnswerOf, type InputOf, type EndpointEvent } from '@tidewaiter/contracts';
import type * as contracts from '@tidewaiter/contracts';
import type { EventStore, Executed, InlineProjection, StoredEvent, SubjectKeys, Tx } from '@tidewaiter/event-store';
import { NotFound, plusMillis, Refused, type Instant } from '@tidewaiter/kernel';
import {
  byOf,
  CLOCK,
  DATABASE,
  EVENT_STORE,
  idFor,
  SUBJECT_KEYS,
  type CallerIdentity,
  type Clock,
  type Database,
} from '@tidewaiter/platform';
import { endpointUrl, type AddressRules } from '../domain/address.js';
import { endpoint, signing, unknownEndpoint, type Endpoint, type EndpointCommand } from '../domain/endpoint.js';
import { KEPT_DAYS } from './lanes.js';
import { newSecret } from './signature.js';
import { ADDRESS_RULES } from './partners.settings.js';

export const endpointStream = (endpointId: string): string => `endpoint-${endpointId}`;

const ENDPOINTS_AT_MOST = 20;
const SECRET = '/secret';

/** One row per endpoint. */
export const endpointsProjection: InlineProjection = {
  name: 'endpoints',
  tables: ['endpoints'],
  async apply(tx, events) {
    for (const event of events) await applied(tx, event);
  },
};

async function applied(tx: Tx, event: StoredEvent): Promise<void> {
  const fact = event as unknown as EndpointEvent;
  if (!('endpointId' in fact.data)) return;
  const { tenant, version, time } = event;
  const at = [tenant, fact.data.endpointId, version] as const;
  switch (fact.type) {
    case 'EndpointAdded': {
      const { url, types, note } = fact.data;
      await tx.query(
        `insert into endpoints (tenant_id, endpoint_id, version, url, types, note, added_at) values ($1, $2, $3, $4, $5, $6, $7)`,
        [...at, url, types, note, time],
      );
      return;
    }
    case 'EndpointChanged': {
      const { url, types, note } = fact.data;
      await tx.query(
        `update endpoints set version = $3, url = $4, types = $5, note = $6 where tenant_id = $1 and endpoint_id = $2`,
        [...at, url, types, note],
      );
      return;
    }
    case 'EndpointDisabled': {
      const { cause, because, by } = fact.data;
      await tx.query(
        `update endpoints set version = $3, disabled_cause = $4, disabled_because = $5, disabled_by = $6, disabled_at = $7
          where tenant_id = $1 and endpoint_id = $2`,
        [...at, cause, because, by, time],
      );
      return;
    }
    case 'EndpointEnabled':
      await tx.query(
        `update endpoints set version = $3, disabled_cause = null, disabled_because = null, disabled_by = null, disabled_at = null
          where tenant_id = $1 and endpoint_id = $2`,
        [...at],
      );
      return;
    default:
      await tx.query('update endpoints set version = $3 where tenant_id = $1 and endpoint_id = $2', [...at]);
  }
}

interface EndpointRow {
  endpoint_id: string;
  url: string;
  types: string[];
  note: string;
  disabled_cause: 'asked' | 'gone' | 'failing' | null;
  disabled_because: string;
  disabled_at: Date;
  disabled_by: string;
  added_at: Date;
  version: number;
  failing_since: Date | null;
  held_until: Date | null;
  waiting: number;
  dead_lanes: number;
}

interface SecretRow {
  secret_id: string;
  number: number;
  sealed: string;
  made_at: Date;
  signs_until: Date | null;
}

const ENDPOINT_ROWS = `
  select e.*, h.failing_since, h.held_until,
    (select count(*)::int from deliveries d
      where d.tenant_id = e.tenant_id and d.endpoint_id = e.endpoint_id and d.state = 'waiting') as waiting,
    (select count(*)::int from delivery_lanes l
      where l.tenant_id = e.tenant_id and l.endpoint_id = e.endpoint_id and l.dead) as dead_lanes
  from endpoints e left join endpoint_health h using (tenant_id, endpoint_id)
  where e.tenant_id = $1 and ($2::uuid is null or e.endpoint_id = $2) order by e.added_at, e.endpoint_id`;

type Terms = InputOf<typeof contracts.addEndpoint>['body'];

/** Where events go: set up by partner developers, each change an event; signing secrets sealed, and shown in one answer only. */
export class Endpoints {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SUBJECT_KEYS) private readonly keys: SubjectKeys,
    @Inject(ADDRESS_RULES) private readonly rules: AddressRules,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(tenant: string): Promise<AnswerOf<typeof contracts.listEndpoints>> {
    const rows = await this.database.ask<EndpointRow>(tenant, ENDPOINT_ROWS, [tenant, null]);
    return { items: rows.map((row) => this.viewOf(row)) };
  }

  /** @throws NotFound `partners.endpoint.unknown` */
  async show(tenant: string, endpointId: string): Promise<AnswerOf<typeof contracts.showEndpoint>> {
    const now = this.clock();
    return this.database.tenant(tenant, async (tx) => {
      const [row] = (await tx.query<EndpointRow>(ENDPOINT_ROWS, [tenant, endpointId])).rows;
      if (!row) throw unknownEndpoint();
      const secrets = await secretsOf(tx, endpointId, now);
      const hours = await tx.query<{ hour: Date; arrived: number; failed: number }>(
        `select date_trunc('hour', at) as hour, count(*) filter (where arrived)::int as arrived,
                count(*) filter (where not arrived)::int as failed
           from delivery_attempts where tenant_id = $1 and endpoint_id = $2 and at > $3::timestamptz - interval '24 hours'
          group by 1 order by 1`,
        [tenant, endpointId, now],
      );
      const slow = await tx.query<{ p95: number | null }>(
        `select percentile_disc(0.95) within group (order by duration_ms) as p95 from delivery_attempts
          where tenant_id = $1 and endpoint_id = $2 and at > $3::timestamptz - interval '24 hours' and status is not null`,
        [tenant, endpointId, now],
      );
      return {
        ...this.viewOf(row),
        secrets: secrets.map(({ secret_id, number, made_at, signs_until }) => ({
          secretId: secret_id,
          number,
          madeAt: made_at.toISOString(),
          signsUntil: signs_until?.toISOString() ?? null,
        })),
        hours: hours.rows.map(({ hour, ...counts }) => ({ hour: hour.toISOString(), ...counts })),
        p95Ms: slow.rows[0]?.p95 ?? null,
        replayable: await replayable(tx, plusMillis(now, -KEPT_DAYS * 86_400_000)),
      };
    });
  }

  /** @throws Refused `partners.endpoint.url-…`, `.type-unknown`, `.too-many` */
  async add(caller: CallerIdentity, body: Terms, commandId: string): Promise<AnswerOf<typeof contracts.addEndpoint>> {
    const { tenant } = caller;
    const endpointId = idFor('endpoint', tenant, commandId);
    const secretId = idFor('endpoint-secret', tenant, commandId);
    const terms = this.checked(body);
    const command = { type: 'AddEndpoint' as const, terms, secretId };
    const { secret, version } = await this.withSecret(caller, endpointId, secretId, commandId, command, body, (tx) =>
      refuseMoreThan(tx, endpointId),
    );
    return { endpointId, secretId, secret, version };
  }

  async change(
    caller: CallerIdentity,
    endpointId: string,
    body: Terms,
    commandId: string,
    expectedVersion: number,
  ): Promise<{ endpointId: string; version: number }> {
    const command = { type: 'ChangeEndpoint' as const, terms: this.checked(body) };
    return this.act(caller, endpointId, command, commandId, { fingerprint: body, expectedVersion });
  }

  disable(caller: CallerIdentity, endpointId: string, because: string, commandId: string) {
    const command = { type: 'DisableEndpoint' as const, cause: 'asked' as const, because };
    return this.act(caller, endpointId, command, commandId, { fingerprint: because });
  }

  /** What kept it from being tried is forgotten: whoever enables it has mended something. */
  async enable(caller: CallerIdentity, endpointId: string, commandId: string) {
    const enabled = await this.act(caller, endpointId, { type: 'EnableEndpoint' }, commandId);
    await this.database.ask(
      caller.tenant,
      `update endpoint_health set failures = 0, failing_since = null, held_until = null where tenant_id = $1 and endpoint_id = $2`,
      [caller.tenant, endpointId],
    );
    return enabled;
  }

  /** @throws WrongState `partners.secret.rotating` while two sign already */
  async rotate(
    caller: CallerIdentity,
    endpointId: string,
    commandId: string,
  ): Promise<AnswerOf<typeof contracts.rotateSecret>> {
    const secretId = idFor('endpoint-secret', caller.tenant, commandId);
    const command = { type: 'MakeSecret' as const, secretId, at: this.clock() };
    const made = await this.withSecret(caller, endpointId, secretId, commandId, command, endpointId);
    const fact = made.events.find(({ type }) => type === 'EndpointSecretMade') as
      Extract<EndpointEvent, { type: 'EndpointSecretMade' }> | undefined;
    if (!fact) throw new Error('a new secret without its event');
    const { number, previousUntil } = fact.data;
    return { endpointId, secretId, number, secret: made.secret, bothUntil: previousUntil, version: made.version };
  }

  /** @throws NotFound `partners.secret.unknown`; Refused `partners.secret.in-use` */
  async retire(caller: CallerIdentity, endpointId: string, secretId: string, commandId: string) {
    return this.store.transaction(caller.tenant, async (tx) => {
      const command = { type: 'RetireSecret' as const, secretId };
      const retired = await this.act(caller, endpointId, command, commandId, { fingerprint: secretId, tx });
      await tx.query(`delete from endpoint_secrets where tenant_id = $1 and endpoint_id = $2 and secret_id = $3`, [
        caller.tenant,
        endpointId,
        secretId,
      ]);
      return retired;
    });
  }

  /** The secrets that sign now, oldest first. */
  async openSecrets(tenant: string, endpointId: string): Promise<string[]> {
    const rows = await this.database.tenant(tenant, (tx) => secretsOf(tx, endpointId, this.clock()));
    const open = await this.keys.opener(tenant, endpointId);
    return rows.map(({ secret_id, sealed }) => open(secret_id, SECRET, sealed));
  }

  /** Address of an endpoint. @throws NotFound `partners.endpoint.unknown` */
  async urlOf(tenant: string, endpointId: string): Promise<string> {
    const [row] = await this.database.ask<{ url: string }>(
      tenant,
      'select url from endpoints where tenant_id = $1 and endpoint_id = $2',
      [tenant, endpointId],
    );
    if (!row) throw unknownEndpoint();
    return row.url;
  }

  private checked({ url, types, note }: Terms): Terms {
    const known = new Set(allEvents().map(({ context, name }) => `${context}.${name}`));
    const unknown = types.findIndex((type) => !type.endsWith('.*') && !known.has(type));
    if (unknown >= 0) {
      throw new Refused('partners.endpoint.type-unknown', `There is no event ${types[unknown]}.`, {
        advice: 'Look at the catalogue of events.',
        places: [{ pointer: `body/types/${unknown}`, reason: 'no such event' }],
      });
    }
    return { url: endpointUrl(url, this.rules), types: [...new Set(types)].sort(), note };
  }

  /** A command whose event says that a secret was made; the secret goes into its table and the answer, and nowhere else. */
  private async withSecret(
    caller: CallerIdentity,
    endpointId: string,
    secretId: string,
    commandId: string,
    command: Bare<EndpointCommand>,
    fingerprint: unknown,
    before: (tx: Tx) => Promise<void> = async () => undefined,
  ): Promise<{ secret: string | null; version: number; events: Executed<Endpoint, EndpointEvent>['events'] }> {
    const seal = await this.keys.sealer(caller.tenant, endpointId);
    return this.store.transaction(caller.tenant, async (tx) => {
      const done = await this.execute(caller, endpointId, command, commandId, { fingerprint, tx });
      if (done.repeated) return { secret: null, version: done.version, events: done.events };
      await before(tx);
      const secret = newSecret();
      const newest = done.state.secrets.at(-1)!;
      for (const { secretId: old, signsUntil } of done.state.secrets.slice(0, -1)) {
        await tx.query(
          `update endpoint_secrets set signs_until = $4 where tenant_id = $1 and endpoint_id = $2 and secret_id = $3`,
          [caller.tenant, endpointId, old, signsUntil],
        );
      }
      await tx.query(
        `insert into endpoint_secrets (tenant_id, endpoint_id, secret_id, number, sealed, made_at) values ($1, $2, $3, $4, $5, $6)`,
        [caller.tenant, endpointId, secretId, newest.number, seal(secretId, SECRET, secret), this.clock()],
      );
      return { secret, version: done.version, events: done.events };
    });
  }

  private async act(
    caller: CallerIdentity,
    endpointId: string,
    command: Bare<EndpointCommand>,
    commandId: string,
    options: { fingerprint?: unknown; expectedVersion?: number; tx?: Tx } = {},
  ): Promise<{ endpointId: string; version: number }> {
    const { version } = await this.execute(caller, endpointId, command, commandId, options);
    return { endpointId, version };
  }

  private execute(
    caller: CallerIdentity,
    endpointId: string,
    command: Bare<EndpointCommand>,
    commandId: string,
    options: { fingerprint?: unknown; expectedVersion?: number; tx?: Tx },
  ): Promise<Executed<Endpoint, EndpointEvent>> {
    const whole = { ...command, endpointId, by: caller.actor };
    return this.store.execute(
      endpoint,
      endpointStream(endpointId),
      whole,
      byOf(caller, endpointId, commandId),
      options,
    );
  }

  private viewOf(row: EndpointRow): AnswerOf<typeof contracts.listEndpoints>['items'][number] {
    const held = row.held_until?.toISOString() ?? null;
    return {
      endpointId: row.endpoint_id,
      url: row.url,
      types: row.types,
      note: row.note,
      status: row.disabled_cause === null ? 'enabled' : 'disabled',
      disabled:
        row.disabled_cause === null
          ? null
          : {
              cause: row.disabled_cause,
              because: row.disabled_because,
              at: row.disabled_at.toISOString(),
              by: row.disabled_by,
            },
      addedAt: row.added_at.toISOString(),
      failingSince: row.failing_since?.toISOString() ?? null,
      heldUntil: held !== null && held > this.clock() ? held : null,
      waiting: row.waiting,
      deadLanes: row.dead_lanes,
      version: row.version,
    };
  }
}

/** A command without what every command of an endpoint names. */
type Bare<C> = C extends unknown ? Omit<C, 'endpointId' | 'by'> : never;

/** First and last position of the feed that were recorded after an instant: halved down to it, as positions have no gaps and time goes on. */
async function replayable(tx: Tx, since: Instant): Promise<{ from: string; to: string } | null> {
  const { rows } = await tx.query<{ from: string; to: string }>(
    `with recursive halved as (
       select 0::bigint as low, position + 1 as high from feed_heads where tenant_id = $1
       union all
       select case when f.recorded_at > $2 then low else middle end, case when f.recorded_at > $2 then middle else high end
         from (select low, high, (low + high) / 2 as middle from halved where high - low > 1) h
         join lateral (select (body::jsonb ->> 'time')::timestamptz as recorded_at from feed
                        where tenant_id = $1 and position = h.middle) f on true
     )
     select high as from, position as to from halved join feed_heads on tenant_id = $1 and high <= position
      order by high - low limit 1`,
    [tx.tenant, since],
  );
  return rows[0] ?? null;
}

async function secretsOf(tx: Tx, endpointId: string, now: Instant): Promise<SecretRow[]> {
  const { rows } = await tx.query<SecretRow>(
    `select secret_id, number, sealed, made_at, signs_until from endpoint_secrets
      where tenant_id = $1 and endpoint_id = $2 order by number`,
    [tx.tenant, endpointId],
  );
  const alive = new Set(
    signing(
      rows.map(({ secret_id, number, signs_until }) => ({
        secretId: secret_id,
        number,
        signsUntil: signs_until?.toISOString() ?? null,
      })),
      now,
    ).map(({ secretId }) => secretId),
  );
  return rows.filter(({ secret_id }) => alive.has(secret_id));
}

async function refuseMoreThan(tx: Tx, endpointId: string): Promise<void> {
  const { rows } = await tx.query<{ count: number }>(
    'select count(*)::int as count from endpoints where tenant_id = $1 and endpoint_id <> $2',
    [tx.tenant, endpointId],
  );
  if (rows[0]!.count >= ENDPOINTS_AT_MOST) {
    throw new Refused('partners.endpoint.too-many', `There are ${ENDPOINTS_AT_MOST} endpoints already.`, {
      advice: 'Change one that is no longer needed.',
    });
  }
}

export const unknownDelivery = (): NotFound =>
  new NotFound('partners.delivery.unknown', 'There is no such delivery, or it is older than 30 days.', {
    advice: 'Look at the list of deliveries.',
  });
