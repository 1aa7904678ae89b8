import { millisOf, plusMillis, type Instant } from '@tidewaiter/kernel';
import { outages } from '../postgres/outages.repository.js';
import type { SystemDatabase } from './inbox.js';

export interface Waiting {
  declarationId: string;
  /** legal date after which it may not be filed any more; null when none is known */
  deadline: string | null;
}

export interface Queued {
  since: Instant;
  says: string;
  lookAgainAt: Instant;
}

const PILOT_MS = 60_000;

/** Often at first, as most outages are short; the last step repeats. */
const STEPS = [
  { within: 60_000, wait: 5_000 },
  { within: 300_000, wait: 60_000 },
  { within: 3_600_000, wait: 300_000 },
  { within: Infinity, wait: 900_000 },
];

/**
 * An authority that is down: filings wait in the order of their legal deadline, and only the first of them tries whether it is up again.
 */
export class Downtime {
  constructor(
    private readonly database: SystemDatabase,
    private readonly clock: () => Instant,
    /** counts what should never happen */
    private readonly alarm: (code: string) => void,
  ) {}

  /** @returns null when a filing may go out now */
  enter(authority: string, waiting: Waiting): Promise<Queued | null> {
    const now = this.clock();
    return this.database.system(async (tx) => {
      const outage = await outages.open(tx, authority);
      if (!outage) return null;
      await outages.queue(tx, authority, waiting, now);
      if (await outages.pilot(tx, authority, waiting.declarationId, now, PILOT_MS)) return null;
      return this.queued(outage, now);
    });
  }

  /** Nothing could be sent: the outage is on record from the first filing that saw it. */
  async down(authority: string, waiting: Waiting, says: string): Promise<Queued> {
    const now = this.clock();
    const outage = await this.database.system(async (tx) => {
      const begun = await outages.begin(tx, authority, now, says);
      await outages.queue(tx, authority, waiting, now);
      return begun;
    });
    if (outage.since === now) this.alarm('customs.authority.down');
    return this.queued(outage, now);
  }

  /** Something was taken, refused or may have been: the line is up. */
  async up(authority: string, declarationId: string): Promise<void> {
    const now = this.clock();
    await this.database.system(async (tx) => {
      await outages.end(tx, authority, now);
      await outages.leave(tx, authority, declarationId);
    });
  }

  private queued({ since, says }: { since: Instant; says: string }, now: Instant): Queued {
    const elapsed = millisOf(now) - millisOf(since);
    const { wait } = STEPS.find(({ within }) => elapsed < within)!;
    return { since, says, lookAgainAt: plusMillis(now, wait) };
  }
}
