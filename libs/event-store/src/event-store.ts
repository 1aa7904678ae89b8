import type { ContextName, EventEnvelope } from '@tidewaiter/contracts';
import type { Decider, DomainEvent, Instant } from '@tidewaiter/kernel';
import type { QueryResult, QueryResultRow } from 'pg';

/** Who appends and why; the envelope's identity, cause and trace come from here. */
export interface By {
  tenant: string;
  /** shipment or engagement id: the Kafka key of what is appended */
  subject: string;
  /** appending the same command id to the same stream twice returns the first result */
  commandId: string;
  /** `user:…`, `system:…`, `authority:…`, `carrier:…`, `bank:…`, `partner:…` */
  actor: string;
  correlationId: string;
  causationId: string;
}

/** An event as readers see it: data decrypted, in the newest version's shape. */
export interface StoredEvent<E extends DomainEvent = DomainEvent> {
  id: string;
  /** the context that recorded it: two contexts may use one name for two facts */
  context: ContextName;
  type: E['type'];
  data: E['data'];
  stream: string;
  version: number;
  time: Instant;
  tenant: string;
  subject: string;
  actor: string;
  correlationId: string;
  causationId: string;
  /** W3C trace context in which it was recorded */
  traceparent?: string;
  /** place in its context's store, ascending per stream, with gaps; empty when it came over Kafka, which does not carry it */
  position: string;
}

/** A transaction of one tenant: every statement runs under its row-level security. */
export interface Tx {
  readonly tenant: string;
  query<R extends QueryResultRow = QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Runs once the transaction has committed, never when it rolled back: for wake-ups, not for effects. */
  afterCommit?(work: () => void): void;
}

export interface ExecuteOptions {
  /** the caller's `If-Match`: any other version is a Conflict, never a second decision */
  expectedVersion?: number;
  /** appends inside this transaction; a conflict that cannot be decided again in it is thrown */
  tx?: Tx;
  /**
   * What must be the same when a command id comes again, any JSON value. Without it the command's type: instants, new
   * ids and rules travel in commands and differ between two honest attempts.
   */
  fingerprint?: unknown;
}

export interface Executed<S, E extends DomainEvent = DomainEvent> {
  state: S;
  version: number;
  /** what this command led to; on a repeat, what it led to the first time */
  events: StoredEvent<E>[];
  /** true when the command id was known already */
  repeated: boolean;
  /** `{ [stream]: version }`, to hand back from an activity */
  wrote: Record<string, number>;
}

/** One of several commands that are carried out together. */
export interface Ordered<C> {
  stream: string;
  command: C;
  by: By;
  /** see `ExecuteOptions.fingerprint` */
  fingerprint?: unknown;
  /** the trace that it belongs to, where it is not that of the work at hand */
  traceparent?: string;
}

/** Runs inside the appending transaction: a read model that is never behind. Must be rebuildable from events alone. */
export interface InlineProjection {
  name: string;
  /** tables it owns, emptied before a rebuild */
  tables: readonly string[];
  apply(tx: Tx, events: readonly StoredEvent[]): Promise<void>;
}

/** The record book of one context, on Postgres. Each context is the only writer of its streams. */
export interface EventStore {
  readonly context: ContextName;

  /**
   * Loads the stream, decides, appends at the version that was read; on a conflict it decides again.
   * With `expectedVersion` (from `If-Match`) a conflict is the caller's: `Conflict` `event-store.version.stale`.
   * @throws Refused whatever the decider refuses; Conflict `event-store.command.differs` for a known command id with another body
   */
  execute<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    stream: string,
    command: C,
    by: By,
    options?: ExecuteOptions,
  ): Promise<Executed<S, E>>;

  /**
   * Carries out several commands of one tenant, in the order given: their streams are read with one statement, and what they lead to is
   * appended with one. Each has its own id and its own answer.
   * @throws what `execute` throws; Conflict `event-store.version.contended` when somebody else wrote to one of the streams: nothing of
   * the transaction may be kept then
   */
  executeAll<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    ordered: readonly Ordered<C>[],
    tx: Tx,
  ): Promise<Executed<S, E>[]>;

  /** State and version of a stream; version 0 when it has no events. */
  load<S, E extends DomainEvent>(
    decider: Pick<Decider<S, never, E>, 'initial' | 'evolve'>,
    tenant: string,
    stream: string,
    tx?: Tx,
  ): Promise<{ state: S; version: number }>;

  /** Events of a stream in order. */
  read(
    tenant: string,
    stream: string,
    options?: { fromVersion?: number; toVersion?: number; tx?: Tx },
  ): Promise<StoredEvent[]>;

  /** One transaction under the tenant's row-level security; appends inside it take `tx`. */
  transaction<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T>;

  /** Reads under the tenant's row-level security, for read models. */
  query<R extends QueryResultRow = QueryResultRow>(
    tenant: string,
    sql: string,
    params?: readonly unknown[],
  ): Promise<R[]>;

  /** Empties an inline projection's tables and folds every stored event into it again; answers how many. */
  rebuild(projection: InlineProjection): Promise<number>;
}

/** Turns envelope bytes back into an event: decrypts personal values, checks and upcasts the data. */
export interface EventReader {
  /** @throws SchemaMismatch when the data does not fit its schema */
  open(envelope: EventEnvelope): Promise<StoredEvent>;
}
