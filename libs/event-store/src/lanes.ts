import type { Pool } from 'pg';

export const LANES = 8;

/** Lane to the epoch under which it is held. */
export type HeldLanes = ReadonlyMap<number, string>;

/**
 * Leases of a context's lanes, by the database's clock. A relay holds a lane while it renews in time; one that was paused past
 * its lease finds the epoch raised, and what it still wants to mark is refused.
 */
export class LaneLeases {
  private held = new Map<number, string>();
  private validUntil = 0;

  constructor(
    private readonly pool: Pool,
    private readonly owner: string,
    private readonly leaseMs: number,
  ) {}

  /**
   * Renews what is held and takes what is free or expired.
   * @returns the lanes held, with at least half of the lease left
   */
  async hold(): Promise<HeldLanes> {
    const askedAt = performance.now();
    if (this.held.size > 0 && askedAt < this.validUntil - this.leaseMs / 2) return this.held;
    const { rows } = await this.pool.query<{ lane: number; epoch: string }>(
      `update lanes set
         epoch = case when owner = $1 and leased_until > clock_timestamp() then epoch else epoch + 1 end,
         owner = $1,
         leased_until = clock_timestamp() + $2 * interval '1 millisecond'
       where lane in (
         select lane from lanes where owner = $1 or leased_until <= clock_timestamp() order by lane for update skip locked
       )
       returning lane, epoch`,
      [this.owner, this.leaseMs],
    );
    // Counted from before the question: a slow answer shortens the lease on this side, never lengthens it.
    this.validUntil = askedAt + this.leaseMs;
    this.held = new Map(rows.map(({ lane, epoch }) => [lane, epoch]));
    return this.held;
  }

  /** Whether the lease that was held last still has time on this process's monotonic clock. */
  get valid(): boolean {
    return performance.now() < this.validUntil;
  }

  /** A mark was refused: what is believed to be held may not be. */
  doubt(): void {
    this.held = new Map();
    this.validUntil = 0;
  }

  /** Gives the lanes back, so that the next relay need not wait for the lease to end. */
  async release(): Promise<void> {
    this.doubt();
    await this.pool.query(`update lanes set leased_until = '-infinity' where owner = $1`, [this.owner]);
  }
}
