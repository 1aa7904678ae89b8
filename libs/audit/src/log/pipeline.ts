import type { Database } from '@tidewaiter/platform';
import { alarmGaps } from './gaps.js';
import { integrateSequenced } from './integrator.js';
import { Fenced, type Lease } from './lease.js';
import { publishGrown, type Published, type Voices } from './publisher.js';
import { sequenceStaged } from './sequencer.js';
import { compareHeads } from './restored.js';

export interface PipelineOptions extends Voices {
  database: Pick<Database, 'system'>;
  lease: Lease;
  /** a log that grows is published this often */
  checkpointMs: number;
  /** told after the commit */
  onPublished?: (published: readonly Published[]) => void;
}

/** A seal that waits may have its checkpoint this many times sooner than a log that merely grows. */
const DEMAND_FACTOR = 10;

const LOOK_FOR_GAPS_MS = 10_000;

/**
 * Steps two to four, one after the other, each in a transaction of its own. What one leaves behind the next run finds by
 * looking at the tables: nothing is remembered here that a crash could lose.
 */
export class LogPipeline {
  private readonly publishedAt = new Map<string, number>();
  private readonly demanded = new Set<string>();
  private gapsLookedAt = -Infinity;

  constructor(private readonly options: PipelineOptions) {}

  /** Asks for a checkpoint of the log ahead of its turn. */
  demand(tenant: string): void {
    this.demanded.add(tenant);
  }

  /** @returns how much was done; 0 when nothing is left to do, or another process holds the lease */
  async work(): Promise<number> {
    try {
      if (!this.options.lease.held) {
        if (!(await this.options.lease.take())) return 0;
        await this.step((tx) => compareHeads(tx, this.options.signer));
      }
      await this.lookForGaps();
      const sequenced = await this.step(sequenceStaged);
      const integrated = await this.step(integrateSequenced);
      const published = await this.publish();
      return sequenced + integrated + published.length;
    } catch (error) {
      if (error instanceof Fenced) return 0;
      throw error;
    }
  }

  private async lookForGaps(): Promise<void> {
    if (performance.now() - this.gapsLookedAt < LOOK_FOR_GAPS_MS) return;
    this.gapsLookedAt = performance.now();
    await this.step((tx) => alarmGaps(tx));
  }

  private async publish(): Promise<Published[]> {
    const published = await this.step((tx) => publishGrown(tx, this.options, (tenant) => this.isDue(tenant)));
    for (const { tenant } of published) {
      this.publishedAt.set(tenant, performance.now());
      this.demanded.delete(tenant);
    }
    if (published.length > 0) this.options.onPublished?.(published);
    return published;
  }

  private isDue(tenant: string): boolean {
    const pause = this.demanded.has(tenant) ? this.options.checkpointMs / DEMAND_FACTOR : this.options.checkpointMs;
    return performance.now() - (this.publishedAt.get(tenant) ?? -Infinity) >= pause;
  }

  private step<T>(work: (tx: Parameters<typeof sequenceStaged>[0]) => Promise<T>): Promise<T> {
    return this.options.database.system(async (tx) => {
      await this.options.lease.fence(tx);
      return work(tx);
    });
  }
}
