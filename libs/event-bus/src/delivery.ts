import type { EventEnvelope } from '@tidewaiter/contracts';
import { NotFound, Refused } from '@tidewaiter/kernel';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { HandlerTx, ReceivedRecord } from './event-bus.js';
import type { Log } from './log.js';
import { NO_TENANT, Parking } from './parking.js';
import { prepared } from './prepared.js';
import { digestOf, readEnvelope, Unreadable } from './read-envelope.js';
import { moveOffsets, type Piece, type Slice } from './slices.js';

export interface DeliveryOptions<E> {
  /** name of the consumer in its schema's tables */
  consumer: string;
  /** app role of the context: its search path leads to the consumer's tables */
  pool: Pool;
  /** decrypts, checks and upcasts an event's data */
  open(envelope: EventEnvelope): Promise<E>;
  /** the effects of events of one tenant, in the order of each stream; runs in the transaction that also records that they ran */
  handle(events: readonly E[], tx: HandlerTx): Promise<void>;
  /** called after the commit with what was handled: for wake-ups */
  afterCommit?: (events: readonly E[]) => void | Promise<void>;
  /** an event came again with other bytes, or another event under a version that is taken */
  onAlarm?: (alarm: { tenant: string; stream: string; version: number; eventId: string }) => void;
  log: Log;
}

/** Something out of the ordinary is among the records; nothing was written, they go one by one. */
export class OneByOne extends Error {}

type Verdict = 'next' | 'next-with-waiting' | 'repeat' | 'differs' | 'early' | 'behind';

/** One transaction at work. */
interface Work<E> {
  client: PoolClient;
  handled: E[];
  wakeUps: (() => void)[];
}

/** What a consumer hands its records to; each call is one transaction that moves the stored offset, or nothing. */
export type DeliveryPort = Pick<Delivery<unknown>, 'deliver' | 'park' | 'replay' | 'discard'>;

/** The Postgres side of a consumer: effect, inbox, stream version and offset are one transaction, or nothing. */
export class Delivery<E> {
  private readonly parking: Parking;

  constructor(private readonly options: DeliveryOptions<E>) {
    this.parking = new Parking(options.consumer);
  }

  /**
   * Delivers records of one or more partitions in one transaction.
   * @throws NotTheOwner; OneByOne; whatever the handler throws, with nothing written
   */
  deliver(pieces: readonly Piece[]): Promise<void> {
    const records = pieces.flatMap((piece) => piece.records);
    return this.moving(
      pieces.map(({ slice }) => slice),
      (work) => (records.length === 1 ? this.enter(work, records[0]!) : this.enterAll(work, records)),
    );
  }

  /** Sets an event aside that cannot be handled, together with its stream, and moves on. */
  async park(slice: Slice, record: ReceivedRecord, failure: unknown, tries: number): Promise<void> {
    const error = String(failure);
    await this.moving([slice], async ({ client }) => {
      const event = readEnvelope(record);
      await setTenant(client, event.tenantid);
      await this.parking.add(client, placeOf(event), record, { reason: 'poison', error, tries });
    });
    this.options.log.error('a stream is parked: its event cannot be handled', { ...this.facts(record), error, tries });
  }

  /**
   * Handles a parked stream's events again, in order, each in a transaction of its own, until none is left.
   * @returns how many were handled, and how many still wait for a version that has not come
   * @throws NotFound `event-bus.parked.unknown`; Refused `event-bus.parked.unreadable`; whatever the handler throws, with that
   *         event still parked
   */
  async replay(tenant: string, stream: string): Promise<{ handled: number; waiting: number }> {
    for (let handled = 0; ; handled += 1) {
      const left = await this.replayNext(tenant, stream);
      if (left === 'unknown') throw new NotFound('event-bus.parked.unknown', `${stream} is not parked`);
      if (left === 'goes on') continue;
      this.options.log.info('a parked stream was replayed', {
        consumer: this.options.consumer,
        tenant,
        stream,
        handled,
        waiting: left.waiting,
      });
      return { handled, ...left };
    }
  }

  /** Drops a record that is no event, after a person has looked at it. @throws NotFound `event-bus.parked.unknown` */
  async discard(stream: string): Promise<void> {
    const { consumer, log } = this.options;
    await this.transaction(async ({ client }) => {
      await setTenant(client, NO_TENANT);
      if ((await this.parking.reason(client, NO_TENANT, stream)) !== 'unreadable') {
        throw new NotFound('event-bus.parked.unknown', `${stream} is no parked record`);
      }
      await this.parking.remove(client, NO_TENANT, stream, 1);
      await this.parking.endIfEmpty(client, NO_TENANT, stream);
    });
    log.warn('an unreadable record was discarded', { consumer, stream });
  }

  /** The quick way: every event the next of its stream or a repeat. */
  private async enterAll(work: Work<E>, records: readonly ReceivedRecord[]): Promise<void> {
    const received = records.map((record) => ({ event: readOrGoOneByOne(record), digest: digestOf(record.value) }));
    for (const tenant of new Set(received.map(({ event }) => event.tenantid))) {
      const of = received.filter(({ event }) => event.tenantid === tenant);
      const { rows } = await work.client.query<{ fresh: boolean[] | null }>(
        prepared('select receive_many($1, $2, $3, $4, $5, $6) as fresh', [
          this.options.consumer,
          tenant,
          of.map(({ event }) => event.stream),
          of.map(({ event }) => event.version),
          of.map(({ event }) => event.id),
          of.map(({ digest }) => digest),
        ]),
      );
      const fresh = rows[0]?.fresh;
      if (!fresh) throw new OneByOne();
      await this.handle(
        work,
        tenant,
        of.filter((_, index) => fresh[index]).map(({ event }) => event),
      );
    }
  }

  private async enter(work: Work<E>, record: ReceivedRecord): Promise<void> {
    let event: EventEnvelope;
    try {
      event = readEnvelope(record);
    } catch (error) {
      if (error instanceof Unreadable) return this.parkUnreadable(work.client, record, error.message);
      throw error;
    }
    switch (await this.receive(work.client, event, record)) {
      case 'next':
        return this.handle(work, event.tenantid, [event]);
      case 'next-with-waiting':
        await this.handle(work, event.tenantid, [event]);
        return this.handleWaiting(work, event);
      case 'early':
        this.options.log.warn('an event waits for an earlier one of its stream', {
          ...this.facts(record),
          ...placeOf(event),
        });
        return this.parking.add(work.client, placeOf(event), record, { reason: 'gap' });
      case 'behind':
        return this.parking.add(work.client, placeOf(event), record, { reason: 'poison' });
      case 'differs':
        return this.alarm(event);
      case 'repeat':
        return undefined;
    }
  }

  private async receive(
    client: PoolClient,
    event: EventEnvelope,
    record: ReceivedRecord,
    replay = false,
  ): Promise<Verdict> {
    const { rows } = await client.query<{ verdict: Verdict }>('select receive($1, $2, $3, $4, $5, $6, $7) as verdict', [
      this.options.consumer,
      event.tenantid,
      event.stream,
      event.version,
      event.id,
      digestOf(record.value),
      replay,
    ]);
    return rows[0]!.verdict;
  }

  private async handle(
    { client, handled, wakeUps }: Work<E>,
    tenant: string,
    envelopes: readonly EventEnvelope[],
  ): Promise<void> {
    if (envelopes.length === 0) return;
    const events = await Promise.all(envelopes.map((envelope) => this.options.open(envelope)));
    await this.options.handle(events, {
      tenant,
      query: <R extends QueryResultRow>(sql: string, params: readonly unknown[] = []) =>
        client.query<R>(prepared(sql, params)),
      afterCommit: (wakeUp) => void wakeUps.push(wakeUp),
    });
    handled.push(...events);
  }

  /** The missing version has come: what waited for it follows, up to the next gap. */
  private async handleWaiting(work: Work<E>, arrived: EventEnvelope): Promise<void> {
    const { tenant, stream, version } = placeOf(arrived);
    for (let next = version + 1; ; next += 1) {
      const waiting = await this.parking.find(work.client, tenant, stream, next);
      if (!waiting) break;
      const event = readEnvelope(waiting.record);
      await this.receive(work.client, event, waiting.record);
      await this.handle(work, event.tenantid, [event]);
      await this.parking.remove(work.client, tenant, stream, next);
    }
    await this.parking.endIfEmpty(work.client, tenant, stream);
  }

  private replayNext(tenant: string, stream: string): Promise<'goes on' | 'unknown' | { waiting: number }> {
    return this.transaction(async (work) => {
      const { client } = work;
      await setTenant(client, tenant);
      const reason = await this.parking.reason(client, tenant, stream);
      if (!reason) return 'unknown';
      if (reason === 'unreadable') {
        throw new Refused('event-bus.parked.unreadable', 'the record is no event and cannot be handled', {
          advice: 'Look at its bytes, and discard it when they say nothing.',
        });
      }
      const parked = await this.parking.find(client, tenant, stream);
      if (!parked) return { waiting: await this.parking.endIfEmpty(client, tenant, stream) };
      const event = readEnvelope(parked.record);
      const verdict = await this.receive(client, event, parked.record, true);
      if (verdict === 'early') {
        await this.parking.becomeGap(client, tenant, stream);
        return { waiting: await this.parking.endIfEmpty(client, tenant, stream) };
      }
      if (verdict === 'differs') this.alarm(event);
      else if (verdict !== 'repeat') await this.handle(work, event.tenantid, [event]);
      await this.parking.remove(client, tenant, stream, parked.version);
      return 'goes on';
    });
  }

  private async parkUnreadable(client: PoolClient, record: ReceivedRecord, error: string): Promise<void> {
    await setTenant(client, NO_TENANT);
    const stream = `unreadable-${record.topic}-${record.partition}-${record.offset}`;
    await this.parking.add(client, { tenant: NO_TENANT, stream, version: 1 }, record, {
      reason: 'unreadable',
      error,
      tries: 1,
    });
    this.options.log.error('a record is parked: it is no event', { ...this.facts(record), error });
  }

  private alarm(event: EventEnvelope): void {
    const alarm = { ...placeOf(event), eventId: event.id };
    this.options.log.error('an event came again with other bytes', { consumer: this.options.consumer, ...alarm });
    this.options.onAlarm?.(alarm);
  }

  private moving(slices: readonly Slice[], work: (work: Work<E>) => Promise<void>): Promise<void> {
    return this.transaction(async (open) => {
      const query = <R extends QueryResultRow>(sql: string, params: unknown[]) =>
        open.client.query<R>(prepared(sql, params));
      await moveOffsets({ query }, this.options.consumer, slices);
      await work(open);
    });
  }

  private async transaction<T>(work: (work: Work<E>) => Promise<T>): Promise<T> {
    const open: Work<E> = { client: await this.options.pool.connect(), handled: [], wakeUps: [] };
    let broken: Error | undefined;
    let result: T;
    try {
      // Not awaited before the work: on a pipelined connection the first statement travels with it.
      const begun = open.client.query('begin');
      begun.catch(() => undefined);
      result = await work(open);
      await begun;
      await open.client.query('commit');
    } catch (error) {
      await open.client.query('rollback').catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      open.client.release(broken);
    }
    await this.wake(open);
    return result;
  }

  /** What was committed stays committed: a failing wake-up is told, not retried. */
  private async wake({ handled, wakeUps }: Work<E>): Promise<void> {
    try {
      for (const wakeUp of wakeUps) wakeUp();
      if (handled.length > 0) await this.options.afterCommit?.(handled);
    } catch (error) {
      this.options.log.warn('a wake-up after a commit failed', {
        consumer: this.options.consumer,
        error: String(error),
      });
    }
  }

  private facts(record: ReceivedRecord): Record<string, unknown> {
    return { consumer: this.options.consumer, topic: record.topic, partition: record.partition, offset: record.offset };
  }
}

function readOrGoOneByOne(record: ReceivedRecord): EventEnvelope {
  try {
    return readEnvelope(record);
  } catch (error) {
    throw error instanceof Unreadable ? new OneByOne() : error;
  }
}

const placeOf = (event: EventEnvelope): { tenant: string; stream: string; version: number } => ({
  tenant: event.tenantid,
  stream: event.stream,
  version: event.version,
});

const setTenant = (client: PoolClient, tenant: string): Promise<unknown> =>
  client.query(`select set_config('app.tenant', $1, true)`, [tenant]);
