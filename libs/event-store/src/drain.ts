import type { Log } from '@tidewaiter/event-bus';

export interface DrainOptions {
  name: string;
  /** Does what is there to be done, a bounded piece of it; answers how much it did, 0 when nothing was left. */
  work(): Promise<number>;
  log: Log;
  /** how long to rest when nothing was left, 200 ms by default */
  idleMs?: number;
  /**
   * At least this long from one look to the next, 0 by default. The first look after a rest is at once; under load each look
   * finds more, so that a piece of work costs less.
   */
  spacingMs?: number;
  /** longest rest after errors, 10 s by default */
  longestBackoffMs?: number;
}

/**
 * Works off a state ("rows where … is null") until nothing is left, then rests until a nudge or the next poll. The poll is
 * what keeps the promise; a nudge only shortens the wait. An error is logged once per streak and met with growing rests.
 */
export class Drain {
  private running: Promise<void> | undefined;
  private stopping = false;
  private nudged = false;
  private wake: (() => void) | undefined;

  constructor(private readonly options: DrainOptions) {}

  start(): void {
    this.stopping = false;
    this.running ??= this.run();
  }

  /** Work may have come: look at once. Cheap, may be called at any time and any number of times. */
  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  /** Lets the piece at hand finish. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake?.();
    await this.running;
    this.running = undefined;
  }

  private async run(): Promise<void> {
    const { name, log, idleMs = 200, spacingMs = 0, longestBackoffMs = 10_000 } = this.options;
    let failures = 0;
    let lookedAt = -Infinity;
    while (!this.stopping) {
      const early = lookedAt + spacingMs - performance.now();
      if (early > 0) await this.rest(early, { deaf: true });
      lookedAt = performance.now();
      this.nudged = false;
      try {
        const done = await this.options.work();
        if (failures > 0) log.info('drain goes on', { drain: name, afterFailures: failures });
        failures = 0;
        if (done === 0) await this.rest(idleMs);
      } catch (error) {
        failures += 1;
        const wait = Math.min(100 * 2 ** Math.min(failures, 10), longestBackoffMs);
        if (failures === 1) log.warn('drain failed, trying again', { drain: name, error: String(error) });
        await this.rest(wait, { deaf: true });
      }
    }
  }

  /** @param deaf to nudges: whoever is failing is not helped by being asked more often */
  private async rest(milliseconds: number, { deaf = false } = {}): Promise<void> {
    if (this.stopping || (this.nudged && !deaf)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        if (deaf && !this.stopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}
