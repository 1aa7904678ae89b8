import { setTimeout as pause } from 'node:timers/promises';

/** The time that rounds keep by: milliseconds that never run backwards. */
export interface RoundsClock {
  now(): number;
  pause(ms: number): Promise<unknown>;
}

const machine: RoundsClock = { now: () => performance.now(), pause: (ms) => pause(ms) };

interface Waiting<P> {
  piece: P;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Work that many share: pieces that come while a round is at work wait for the next one and go together. The first piece
 * after a rest goes at once; from then on rounds keep their distance, so that under load each carries more and costs less.
 */
export class Rounds<P> {
  private waiting: Waiting<P>[] = [];
  private running = false;
  private beganAt = -Infinity;

  /**
   * @param work all pieces of a round, or none of them
   * @param spacingMs least time from the beginning of one round to that of the next
   */
  constructor(
    private readonly work: (pieces: readonly P[]) => Promise<void>,
    private readonly spacingMs: number,
    private readonly clock: RoundsClock = machine,
  ) {}

  /** Resolves when the round with this piece is done. A round that fails is taken apart: each piece then has its own result. */
  take(piece: P): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ piece, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      // Of one fetch come the batches of several partitions, one after the other in the same turn of the event loop.
      await this.clock.pause(Math.max(0, this.beganAt + this.spacingMs - this.clock.now()));
      this.beganAt = this.clock.now();
      const round = this.waiting.splice(0);
      await this.hold(round);
    }
    this.running = false;
  }

  private async hold(round: readonly Waiting<P>[]): Promise<void> {
    try {
      await this.work(round.map(({ piece }) => piece));
      for (const { resolve } of round) resolve();
    } catch (error) {
      if (round.length === 1) round[0]!.reject(error);
      else for (const each of round) await this.hold([each]);
    }
  }
}
