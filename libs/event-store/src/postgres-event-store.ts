import { createHash } from 'node:crypto';
import type { ContextName, EventEnvelope } from '@tidewaiter/contracts';
import { prepared, type Log } from '@tidewaiter/event-bus';
import {
  canonicalJson,
  Conflict,
  fold,
  newId,
  now,
  type Decider,
  type DomainEvent,
  type Instant,
} from '@tidewaiter/kernel';
import type { Pool, QueryResult, QueryResultRow } from 'pg';
import { buildEvent, type BuiltEvent } from './envelope.js';
import type { By, EventStore, ExecuteOptions, Executed, InlineProjection, StoredEvent, Tx } from './event-store.js';
import { openEvent } from './reader.js';
import { rebuildProjection } from './rebuild.js';
import type { SubjectKeys } from './subject-keys.js';
import { askTenant, inTenant, sqlState } from './transaction.js';

export interface EventStoreOptions {
  context: ContextName;
  /** role `<context>_app`: row-level security by tenant */
  appPool: Pool;
  /** role `<context>_system`: sees every tenant of its own schema */
  systemPool: Pool;
  keys: SubjectKeys;
  log: Log;
  inline?: readonly InlineProjection[];
  /** W3C traceparent of the work at hand */
  trace?: () => string | undefined;
  clock?: () => Instant;
  ids?: () => string;
  /** called after a commit that left something in the outbox */
  onAppended?: () => void;
}

/** Anything that runs a statement: a pool in autocommit, or a transaction. */
interface Queries {
  query<R extends QueryResultRow>(sql: string, params: readonly unknown[]): Promise<QueryResult<R>>;
}

interface StreamRow {
  version: number;
  place: string | null;
  /** null for a command that led to nothing */
  body: string | null;
  command_id: string;
  fingerprint: string;
}

/** What a command led to: versions `first` to `last`, none when `first` is above `last`. */
interface KnownCommand {
  fingerprint: string;
  first: number;
  last: number;
}

const ATTEMPTS = 12;
const READ = 'select version, place, body, command_id, fingerprint from read_stream($1, $2, $3, $4, $5)';
const APPEND = 'select append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as positions';
const SETTLE = 'select settle($1, $2, $3, $4, $5)';
const LAST_VERSION = 2_147_483_647;
/** What Postgres says when somebody else was first: serialization, deadlock, and two firsts of one command. */
const DECIDE_AGAIN = new Set(['40001', '40P01']);
const FIRST_TWICE = new Set(['commands_pkey', 'streams_pkey', 'events_tenant_id_stream_version_key']);

export function createEventStore(options: EventStoreOptions): EventStore {
  return new PostgresEventStore(options);
}

class PostgresEventStore implements EventStore {
  readonly context: ContextName;
  private readonly inline: readonly InlineProjection[];
  /** each statement a transaction of its own */
  private readonly single: Queries;

  constructor(private readonly options: EventStoreOptions) {
    this.context = options.context;
    this.single = { query: (sql, params) => options.appPool.query(prepared(sql, params)) };
    this.inline = options.inline ?? [];
  }

  async execute<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    stream: string,
    command: C,
    by: By,
    options: ExecuteOptions = {},
  ): Promise<Executed<S, E>> {
    const { tx, expectedVersion } = options;
    if (tx && tx.tenant !== by.tenant)
      throw new Error(`a transaction of tenant ${tx.tenant} cannot append for ${by.tenant}`);
    const fingerprint = fingerprintOf(command, options.fingerprint);
    for (let attempt = 1; ; attempt += 1) {
      const found = await this.find<E>(tx ?? this.single, by.tenant, stream, by.commandId);
      if (found.command) return firstAnswer(decider, stream, found.command, fingerprint, found.events);

      const version = found.events.length;
      if (expectedVersion !== undefined && expectedVersion !== version) throw stale(stream, expectedVersion, version);
      const state = fold(decider, factsOf(found.events));
      const decided = decider.decide(state, command);
      const built = await this.build(stream, version, decided, by);
      const events = await this.tryAppend(stream, version, fingerprint, built, by, tx);
      if (events) {
        const newVersion = version + built.length;
        return {
          state: fold(
            { initial: state, evolve: (before, event) => decider.evolve(before, event) },
            factsOf(events as StoredEvent<E>[]),
          ),
          version: newVersion,
          events: events as StoredEvent<E>[],
          repeated: false,
          wrote: built.length > 0 ? { [stream]: newVersion } : {},
        };
      }
      if (attempt === ATTEMPTS) {
        throw new Conflict('event-store.version.contended', `${stream} is written by many at once`, {
          advice: 'Send the command again, with the same command id.',
        });
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** attempt, 100)));
    }
  }

  async load<S, E extends DomainEvent>(
    decider: Pick<Decider<S, never, E>, 'initial' | 'evolve'>,
    tenant: string,
    stream: string,
    tx?: Tx,
  ): Promise<{ state: S; version: number }> {
    const events = await this.read(tenant, stream, tx ? { tx } : {});
    return { state: fold(decider, factsOf(events as StoredEvent<E>[])), version: events.length };
  }

  async read(
    tenant: string,
    stream: string,
    options: { fromVersion?: number; toVersion?: number; tx?: Tx } = {},
  ): Promise<StoredEvent[]> {
    const found = await this.find(
      options.tx ?? this.single,
      tenant,
      stream,
      '',
      options.fromVersion,
      options.toVersion,
    );
    return found.events;
  }

  transaction<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return inTenant(this.options.appPool, tenant, work);
  }

  query<R extends QueryResultRow = QueryResultRow>(
    tenant: string,
    sql: string,
    params?: readonly unknown[],
  ): Promise<R[]> {
    return askTenant(this.options.appPool, tenant, sql, params);
  }

  rebuild(projection: InlineProjection): Promise<number> {
    return rebuildProjection(projection, this.options);
  }

  private async find<E extends DomainEvent>(
    queries: Queries,
    tenant: string,
    stream: string,
    commandId: string,
    from = 1,
    to = LAST_VERSION,
  ): Promise<{ events: StoredEvent<E>[]; command: KnownCommand | undefined }> {
    const { rows } = await queries.query<StreamRow>(READ, [tenant, stream, commandId, from, to]);
    const events: StoredEvent<E>[] = [];
    let command: KnownCommand | undefined;
    for (const row of rows) {
      if (row.body !== null) {
        const envelope = JSON.parse(row.body) as EventEnvelope;
        events.push((await openEvent(this.options.keys, envelope, row.place!)) as StoredEvent<E>);
        if (row.command_id === commandId) {
          command = { fingerprint: row.fingerprint, first: command?.first ?? row.version, last: row.version };
        }
      } else {
        command = { fingerprint: row.fingerprint, first: row.version + 1, last: row.version };
      }
    }
    return { events, command };
  }

  private async build(stream: string, version: number, decided: readonly DomainEvent[], by: By): Promise<BuiltEvent[]> {
    const { clock = now, ids = newId, trace, keys } = this.options;
    const time = clock();
    const built: BuiltEvent[] = [];
    for (const [index, event] of decided.entries()) {
      const of = {
        context: this.context,
        stream,
        version: version + index + 1,
        id: ids(),
        time,
        traceparent: trace?.(),
      };
      built.push(await buildEvent(keys, of, event, by));
    }
    return built;
  }

  /** @returns undefined when somebody else was first and the command has to be decided again */
  private async tryAppend(
    stream: string,
    version: number,
    fingerprint: string,
    built: readonly BuiltEvent[],
    by: By,
    tx: Tx | undefined,
  ): Promise<StoredEvent[] | undefined> {
    const append = async (queries: Queries): Promise<StoredEvent[] | undefined> => {
      if (built.length === 0) {
        await queries.query(SETTLE, [by.tenant, stream, by.commandId, fingerprint, version]);
        return [];
      }
      const parameters = appendParameters(stream, version, fingerprint, built, by);
      const { rows } = await queries.query<{ positions: string[] | null }>(APPEND, parameters);
      const positions = rows[0]?.positions;
      return positions?.map((position, index) => storedOf(built[index]!, this.context, position));
    };
    const appendAndProject = async (inner: Tx): Promise<StoredEvent[] | undefined> => {
      const events = await append(inner);
      if (events && events.length > 0) for (const projection of this.inline) await projection.apply(inner, events);
      return events;
    };

    if (tx) {
      const events = await appendAndProject(tx);
      if (events?.length) this.announce(tx);
      return events;
    }
    try {
      const single = this.inline.length === 0 || built.length === 0;
      const events = await (single ? append(this.single) : inTenant(this.options.appPool, by.tenant, appendAndProject));
      if (events?.length) this.options.onAppended?.();
      return events;
    } catch (error) {
      if (somebodyWasFirst(error)) return undefined;
      throw error;
    }
  }

  private announce(tx: Tx): void {
    const { onAppended } = this.options;
    if (!onAppended) return;
    if (tx.afterCommit) tx.afterCommit(onAppended);
    else onAppended();
  }
}

function firstAnswer<S, C, E extends DomainEvent>(
  decider: Decider<S, C, E>,
  stream: string,
  known: KnownCommand,
  fingerprint: string,
  events: StoredEvent<E>[],
): Executed<S, E> {
  if (known.fingerprint !== fingerprint) {
    throw new Conflict('event-store.command.differs', `the command id was used on ${stream} for something else`, {
      advice: 'Use a new command id for a new command, and the same one only to repeat it unchanged.',
    });
  }
  const then = events.slice(0, known.last);
  const led = then.slice(known.first - 1);
  return {
    state: fold(decider, factsOf(then)),
    version: known.last,
    events: led,
    repeated: true,
    wrote: led.length > 0 ? { [stream]: known.last } : {},
  };
}

/** A stored event is its fact and more: type and data fit together, which the compiler cannot see through the generic. */
const factsOf = <E extends DomainEvent>(events: readonly StoredEvent<E>[]): E[] => events as unknown as E[];

const stale = (stream: string, expected: number, found: number): Conflict =>
  new Conflict('event-store.version.stale', `${stream} is at version ${found}, not ${expected}`, {
    advice: 'Read it again, look at what changed, and repeat the change on the version you have seen.',
    facts: { expected, found },
  });

function appendParameters(
  stream: string,
  version: number,
  fingerprint: string,
  built: readonly BuiltEvent[],
  by: By,
): unknown[] {
  return [
    by.tenant,
    stream,
    version,
    by.subject,
    by.commandId,
    fingerprint,
    built[0]?.envelope.time ?? null,
    built.map((each) => each.envelope.id),
    built.map((each) => each.envelope.type),
    built.map((each) => each.body),
  ];
}

function storedOf({ envelope, data }: BuiltEvent, context: ContextName, position: string): StoredEvent {
  return {
    id: envelope.id,
    context,
    type: envelope.type.split('.')[2]!,
    data,
    stream: envelope.stream,
    version: envelope.version,
    time: envelope.time,
    tenant: envelope.tenantid,
    subject: envelope.subject,
    actor: envelope.actor,
    correlationId: envelope.correlationid,
    causationId: envelope.causationid,
    position,
  };
}

/** See `ExecuteOptions.fingerprint`. */
function fingerprintOf(command: unknown, given: unknown): string {
  const type = typeof command === 'object' && command !== null && 'type' in command ? command.type : null;
  return createHash('sha256')
    .update(canonicalJson(given === undefined ? { type } : { type, given }))
    .digest('hex');
}

function somebodyWasFirst(error: unknown): boolean {
  const state = sqlState(error);
  if (state === undefined) return false;
  const constraint = (error as { constraint?: string }).constraint ?? '';
  return DECIDE_AGAIN.has(state) || (state === '23505' && FIRST_TWICE.has(constraint));
}
