import { topicOf, type ContextName } from '@tidewaiter/contracts';
import { prepared, type EventBus, type Log } from '@tidewaiter/event-bus';
import { newId } from '@tidewaiter/kernel';
import type { Pool } from 'pg';
import { Drain } from './drain.js';
import { LaneLeases, type HeldLanes } from './lanes.js';

export interface RelayOptions {
  context: ContextName;
  /** role `<context>_system` */
  systemPool: Pool;
  bus: EventBus;
  log: Log;
  /** `tidewaiter.<context>.events` unless named */
  topic?: string;
  /** events per publish, 500 by default */
  batch?: number;
  /** poll when idle, 200 ms by default */
  idleMs?: number;
  /** see `DrainOptions.spacingMs` */
  spacingMs?: number;
  /** how long a silent relay keeps its lanes, 3 s by default */
  leaseMs?: number;
  /** sent rows older than this are pruned, 14 days by default; the events themselves stay */
  keepSentMs?: number;
  metrics?: { sent(count: number, oldestWaitedMs: number): void };
}

interface UnsentRow {
  position: string;
  lane: number;
  key: string;
  body: string;
  waited: number;
}

const PRUNE_EVERY_MS = 60 * 60_000;

/**
 * Publishes what a context has recorded: drains the outbox by state in leased lanes, in the order of position, which is each
 * stream's order. A row is marked after the broker's acknowledgement, so a crash between the two publishes again, never not:
 * at least once, under the same ids, byte for byte.
 */
export class Relay {
  private readonly drain: Drain;
  private readonly leases: LaneLeases;
  private readonly topic: string;
  private readonly batch: number;
  private prunedAt = performance.now();

  constructor(private readonly options: RelayOptions) {
    this.batch = options.batch ?? 500;
    this.topic = options.topic ?? topicOf(options.context);
    this.leases = new LaneLeases(options.systemPool, newId(), options.leaseMs ?? 3000);
    this.drain = new Drain({
      name: `${options.context} relay`,
      work: () => this.work(),
      log: options.log,
      ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
      ...(options.spacingMs === undefined ? {} : { spacingMs: options.spacingMs }),
    });
  }

  start(): void {
    this.drain.start();
  }

  /** Something was appended: look at once. */
  nudge(): void {
    this.drain.nudge();
  }

  /** Finishes the batch at hand and gives its lanes back at once. */
  async stop(): Promise<void> {
    await this.drain.stop();
    await this.leases.release();
  }

  /** How many events wait to be published, and for how long the oldest has. */
  async unsent(): Promise<{ count: number; oldestWaitedMs: number }> {
    const { rows } = await this.options.systemPool.query<{ count: string; waited: string | null }>(
      `select count(*) as count, extract(epoch from clock_timestamp() - min(e.time)) * 1000 as waited
       from outbox o join events e using (position) where o.sent_at is null`,
    );
    return { count: Number(rows[0]!.count), oldestWaitedMs: Math.max(0, Number(rows[0]!.waited ?? 0)) };
  }

  /**
   * Publishes again everything from a position on, after a broker lost what it had acknowledged. Readers drop what they have.
   * Raises every epoch, so that no relay marks a row for a publication before this moment.
   * @returns how many events will go out again
   */
  async republish(fromPosition: string): Promise<number> {
    const client = await this.options.systemPool.connect();
    try {
      await client.query('begin');
      await client.query(`update lanes set epoch = epoch + 1, leased_until = '-infinity'`);
      const reset = await client.query(
        'update outbox set sent_at = null where position >= $1 and sent_at is not null',
        [fromPosition],
      );
      const restored = await client.query(
        `insert into outbox (position, tenant_id, lane, key)
         select e.position, e.tenant_id, lane_of(s.key), s.key from events e join streams s using (tenant_id, stream)
         where e.position >= $1 and not exists (select from outbox o where o.position = e.position)
         order by e.position`,
        [fromPosition],
      );
      await client.query('commit');
      this.leases.doubt();
      const count = (reset.rowCount ?? 0) + (restored.rowCount ?? 0);
      this.options.log.warn('events will be published again', { context: this.options.context, fromPosition, count });
      return count;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
      this.nudge();
    }
  }

  private async work(): Promise<number> {
    await this.pruneNowAndThen();
    const lanes = await this.leases.hold();
    if (lanes.size === 0) return 0;
    const rows = await this.readUnsent(lanes);
    if (rows.length === 0) return 0;
    if (!this.leases.valid) return 1;
    await this.options.bus.publish(
      this.topic,
      rows.map(({ key, body }) => ({ key, value: Buffer.from(body) })),
    );
    const marked = await this.markSent(rows, lanes);
    if (marked < rows.length) {
      this.leases.doubt();
      this.options.log.warn('another relay has taken over', {
        context: this.options.context,
        published: rows.length,
        marked,
      });
    }
    this.options.metrics?.sent(marked, Math.max(...rows.map(({ waited }) => waited)));
    // Less than a full batch was all there was; what came since has rung.
    return rows.length < this.batch ? 0 : rows.length;
  }

  private async readUnsent(lanes: HeldLanes): Promise<UnsentRow[]> {
    const { rows } = await this.options.systemPool.query<UnsentRow>(
      prepared(
        `select o.position, o.lane, o.key, e.body, extract(epoch from clock_timestamp() - e.time)::float8 * 1000 as waited
         from outbox o join events e using (position)
         where o.sent_at is null and o.lane = any($1) order by o.position limit $2`,
        [[...lanes.keys()], this.batch],
      ),
    );
    return rows;
  }

  private async markSent(rows: readonly UnsentRow[], lanes: HeldLanes): Promise<number> {
    const touched = new Set(rows.map(({ lane }) => lane));
    const held = [...lanes].filter(([lane]) => touched.has(lane));
    const { rowCount } = await this.options.systemPool.query(
      prepared(
        `with held as (
           select l.lane from lanes l join unnest($2::smallint[], $3::bigint[]) as mine (lane, epoch) using (lane, epoch) for share of l
         )
         update outbox o set sent_at = clock_timestamp()
         from held where o.lane = held.lane and o.position = any($1) and o.sent_at is null`,
        [rows.map(({ position }) => position), held.map(([lane]) => lane), held.map(([, epoch]) => epoch)],
      ),
    );
    return rowCount ?? 0;
  }

  private async pruneNowAndThen(): Promise<void> {
    if (performance.now() - this.prunedAt < PRUNE_EVERY_MS) return;
    this.prunedAt = performance.now();
    await this.options.systemPool.query(
      `delete from outbox where sent_at < clock_timestamp() - $1 * interval '1 millisecond'`,
      [this.options.keepSentMs ?? 14 * 24 * 60 * 60_000],
    );
  }
}
