const LONGEST = 2 ** 31 - 1;

/** Acts planned for later, all of which end with the face. An act due now runs in the next turn of the loop. */
export class Timers {
  private readonly pending = new Set<NodeJS.Timeout>();
  private readonly soon = new Set<NodeJS.Immediate>();
  private closed = false;

  /** @param due epoch milliseconds; the past means at once */
  at(due: number, act: () => void): void {
    if (this.closed) return;
    const wait = due - Date.now();
    if (wait <= 0) {
      const immediate = setImmediate(() => {
        this.soon.delete(immediate);
        act();
      });
      this.soon.add(immediate);
      return;
    }
    const timer = setTimeout(
      () => {
        this.pending.delete(timer);
        if (due > Date.now()) this.at(due, act);
        else act();
      },
      Math.min(wait, LONGEST),
    );
    this.pending.add(timer);
  }

  /** Forgets what is planned and goes on. */
  clear(): void {
    this.pending.forEach((timer) => clearTimeout(timer));
    this.soon.forEach((immediate) => clearImmediate(immediate));
    this.pending.clear();
    this.soon.clear();
  }

  close(): void {
    this.closed = true;
    this.clear();
  }
}
