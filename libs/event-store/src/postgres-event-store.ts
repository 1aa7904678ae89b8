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
import type {
  By,
  EventStore,
  ExecuteOptions,
  Executed,
  InlineProjection,
  Ordered,
  StoredEvent,
  Tx,
} from './event-store.js';
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

/** A stream while several commands are carried out: what is stored, and where the commands have led it. */
interface Line<S, E extends DomainEvent> {
  stored: StoredEvent<E>[];
  commands: Map<string, KnownCommand>;
  state: S;
  version: number;
}

/** What one of several commands led to, before it is stored. */
interface Planned<S, E extends DomainEvent> {
  fingerprint: string;
  built: readonly BuiltEvent[];
  answer: Executed<S, E>;
}

const ATTEMPTS = 12;
const READ = 'select version, place, body, command_id, fingerprint from read_stream($1, $2, $3, $4, $5)';
const APPEND = 'select append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as positions';
const READ_ALL = 'select stream, version, place, body, command_id, fingerprint from read_streams($1, $2, $3)';
const APPEND_ALL = 'select append_all($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as positions';
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
      if (events) return newAnswer(decider, state, stream, version, events as StoredEvent<E>[]);
      if (attempt === ATTEMPTS) throw contended(stream);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** attempt, 100)));
    }
  }

  async executeAll<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    ordered: readonly Ordered<C>[],
    tx: Tx,
  ): Promise<Executed<S, E>[]> {
    const lines = await this.linesOf(decider, ordered, tx);
    const planned: Planned<S, E>[] = [];
    const first = new Map<string, Planned<S, E>>();
    for (const each of ordered) {
      const id = `${each.stream} ${each.by.commandId}`;
      const earlier = first.get(id);
      const plan = earlier
        ? again(each.stream, earlier, each)
        : await this.plan(decider, lines.get(each.stream)!, each);
      if (!earlier) first.set(id, plan);
      planned.push(plan);
    }
    await this.appendAll(ordered, planned, tx);
    return planned.map(({ answer }) => answer);
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

  private async linesOf<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    ordered: readonly Ordered<C>[],
    tx: Tx,
  ): Promise<Map<string, Line<S, E>>> {
    for (const { by } of ordered) {
      if (tx.tenant !== by.tenant)
        throw new Error(`a transaction of tenant ${tx.tenant} cannot append for ${by.tenant}`);
    }
    const { rows } = await tx.query<StreamRow & { stream: string }>(READ_ALL, [
      tx.tenant,
      ordered.map(({ stream }) => stream),
      ordered.map(({ by }) => by.commandId),
    ]);
    const lines = new Map<string, Line<S, E>>();
    for (const { stream } of ordered) {
      lines.set(stream, { stored: [], commands: new Map(), state: decider.initial, version: 0 });
    }
    for (const row of rows) {
      const line = lines.get(row.stream)!;
      const known = line.commands.get(row.command_id);
      line.commands.set(row.command_id, commandIn(row, known));
      if (row.body === null) continue;
      line.stored.push((await this.open(row)) as StoredEvent<E>);
    }
    for (const line of lines.values()) {
      line.state = fold(decider, factsOf(line.stored));
      line.version = line.stored.length;
    }
    return lines;
  }

  /** Decides one of several commands where the ones before it have led its stream. */
  private async plan<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    line: Line<S, E>,
    { stream, command, by, fingerprint: given, traceparent }: Ordered<C>,
  ): Promise<Planned<S, E>> {
    const fingerprint = fingerprintOf(command, given);
    const known = line.commands.get(by.commandId);
    if (known) {
      return { fingerprint, built: [], answer: firstAnswer(decider, stream, known, fingerprint, line.stored) };
    }
    const built = await this.build(stream, line.version, decider.decide(line.state, command), by, traceparent);
    const events = built.map((each) => storedOf(each, this.context, '') as StoredEvent<E>);
    const answer = newAnswer(decider, line.state, stream, line.version, events);
    line.state = answer.state;
    line.version = answer.version;
    return { fingerprint, built, answer };
  }

  private async appendAll<S, C, E extends DomainEvent>(
    ordered: readonly Ordered<C>[],
    planned: readonly Planned<S, E>[],
    tx: Tx,
  ): Promise<void> {
    const fresh = planned.flatMap((plan, index) => (plan.answer.repeated ? [] : [{ plan, of: ordered[index]! }]));
    for (const { plan, of } of fresh) {
      if (plan.built.length > 0) continue;
      await tx.query(SETTLE, [tx.tenant, of.stream, of.by.commandId, plan.fingerprint, plan.answer.version]);
    }
    const added = fresh.flatMap(({ plan, of }) =>
      plan.built.map((event, index) => ({ event, stored: plan.answer.events[index]!, plan, of })),
    );
    if (added.length === 0) return;
    const { rows } = await tx.query<{ positions: string[] | null }>(APPEND_ALL, [
      tx.tenant,
      added.map(({ of }) => of.stream),
      added.map(({ stored }) => stored.version),
      added.map(({ of }) => of.by.subject),
      added.map(({ of }) => of.by.commandId),
      added.map(({ plan }) => plan.fingerprint),
      added.map(({ stored }) => stored.time),
      added.map(({ stored }) => stored.id),
      added.map(({ event }) => event.envelope.type),
      added.map(({ event }) => event.body),
    ]);
    const positions = rows[0]?.positions;
    if (!positions) throw contended([...new Set(added.map(({ of }) => of.stream))].join(', '));
    for (const [index, { stored }] of added.entries()) stored.position = positions[index]!;
    await this.project(
      tx,
      added.map(({ stored }) => stored),
    );
    this.announce(tx);
  }

  private async project(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
    for (const projection of this.inline) await projection.apply(tx, events);
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
      if (row.command_id === commandId) command = commandIn(row, command);
      if (row.body !== null) events.push((await this.open(row)) as StoredEvent<E>);
    }
    return { events, command };
  }

  private open(row: StreamRow): Promise<StoredEvent> {
    return openEvent(this.options.keys, JSON.parse(row.body!) as EventEnvelope, row.place!);
  }

  private async build(
    stream: string,
    version: number,
    decided: readonly DomainEvent[],
    by: By,
    traceparent: string | undefined = this.options.trace?.(),
  ): Promise<BuiltEvent[]> {
    const { clock = now, ids = newId, keys } = this.options;
    const time = clock();
    const built: BuiltEvent[] = [];
    for (const [index, event] of decided.entries()) {
      const of = {
        context: this.context,
        stream,
        version: version + index + 1,
        id: ids(),
        time,
        traceparent,
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
      if (events && events.length > 0) await this.project(inner, events);
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

/** A command as the rows of its stream tell it, row after row; `known` is what the earlier ones told. */
function commandIn(row: StreamRow, known: KnownCommand | undefined): KnownCommand {
  return row.body === null
    ? { fingerprint: row.fingerprint, first: row.version + 1, last: row.version }
    : { fingerprint: row.fingerprint, first: known?.first ?? row.version, last: row.version };
}

function newAnswer<S, C, E extends DomainEvent>(
  decider: Decider<S, C, E>,
  before: S,
  stream: string,
  version: number,
  events: StoredEvent<E>[],
): Executed<S, E> {
  const newVersion = version + events.length;
  return {
    state: fold({ initial: before, evolve: (state, event) => decider.evolve(state, event) }, factsOf(events)),
    version: newVersion,
    events,
    repeated: false,
    wrote: events.length > 0 ? { [stream]: newVersion } : {},
  };
}

/** The same command id twice among several commands. */
function again<S, C, E extends DomainEvent>(
  stream: string,
  earlier: Planned<S, E>,
  { command, fingerprint }: Ordered<C>,
): Planned<S, E> {
  if (earlier.fingerprint !== fingerprintOf(command, fingerprint)) throw differs(stream);
  return { ...earlier, built: [], answer: { ...earlier.answer, repeated: true } };
}

function firstAnswer<S, C, E extends DomainEvent>(
  decider: Decider<S, C, E>,
  stream: string,
  known: KnownCommand,
  fingerprint: string,
  events: StoredEvent<E>[],
): Executed<S, E> {
  if (known.fingerprint !== fingerprint) throw differs(stream);
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

const differs = (stream: string): Conflict =>
  new Conflict('event-store.command.differs', `the command id was used on ${stream} for something else`, {
    advice: 'Use a new command id for a new command, and the same one only to repeat it unchanged.',
  });

const contended = (stream: string): Conflict =>
  new Conflict('event-store.version.contended', `${stream} is written by many at once`, {
    advice: 'Send the command again, with the same command id.',
  });

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
