import type { Clock } from './clock.js';

/** Acts that one face has planned on the common clock; they end with the face. */
export class Timers {
  private readonly pending = new Set<() => void>();
  private closed = false;

  constructor(private readonly clock: Clock) {}

  /** @param due epoch milliseconds of the clock; the past means at once */
  at(due: number, act: () => void, options: { isDeadline?: boolean } = {}): void {
    if (this.closed) return;
    const cancel = this.clock.at(
      due,
      () => {
        this.pending.delete(cancel);
        act();
      },
      options,
    );
    this.pending.add(cancel);
  }

  /** Forgets what is planned and goes on. */
  clear(): void {
    this.pending.forEach((cancel) => cancel());
    this.pending.clear();
  }

  close(): void {
    this.closed = true;
    this.clear();
  }
}
