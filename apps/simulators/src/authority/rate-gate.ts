const WINDOW_MS = 1_000;

/** Lets so many requests a second through, as the gateway of an application's subscription does. What it turns away was not taken. */
export class RateGate {
  private readonly passed: number[] = [];

  /** @param rate requests a second; null: as many as come */
  constructor(private readonly rate: number | null) {}

  /** @returns whole seconds until the next one may pass; 0: this one has */
  wait(now: number): number {
    if (this.rate === null) return 0;
    while (this.passed.length > 0 && this.passed[0]! <= now - WINDOW_MS) this.passed.shift();
    if (this.passed.length < this.rate) {
      this.passed.push(now);
      return 0;
    }
    return Math.max(1, Math.ceil((this.passed[0]! + WINDOW_MS - now) / 1_000));
  }
}
