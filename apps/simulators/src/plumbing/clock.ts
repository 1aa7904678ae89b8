import { Ledger, ledgerFile } from './ledger.js';

type ClockEntry = { type: 'advanced'; by: number };

interface Planned {
  due: number;
  n: number;
  act: () => void;
  /** a deadline: `skip` does not run towards it, only time itself and `advance` reach it */
  isDeadline: boolean;
}

export interface ClockOptions {
  /** keeps how far it runs ahead over a restart; null: it is forgotten */
  folder: string | null;
  /** jumps to the next planned act instead of waiting for it */
  skips: boolean;
}

const LONGEST = 2 ** 31 - 1;
/** Real milliseconds without a request or a push in flight before the clock jumps. */
const QUIET_MS = 25;

/**
 * The simulators' own time. It runs with the machine's, may be set ahead by `advance`, and with `skips` jumps over every wait
 * for a planned act. It never goes back.
 */
export class Clock {
  private readonly ledger: Ledger<ClockEntry> | null;
  private ahead = 0;
  private planned: Planned[] = [];
  private serial = 0;
  private inFlight = 0;
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Immediate | undefined;
  private closed = false;

  constructor(private readonly options: ClockOptions = { folder: null, skips: false }) {
    this.ledger = options.folder === null ? null : new Ledger<ClockEntry>(ledgerFile(options.folder, 'clock'));
    for (const { by } of this.ledger?.entries ?? []) this.ahead += by;
  }

  /** epoch milliseconds */
  now = (): number => Date.now() + this.ahead;

  date = (): Date => new Date(this.now());

  /**
   * Plans an act; what is due now runs in the next turn of the loop.
   *
   * @param due epoch milliseconds of this clock
   * @returns takes the act off the plan
   */
  at(due: number, act: () => void, { isDeadline = false } = {}): () => void {
    const planned = { due, n: (this.serial += 1), act, isDeadline };
    const later = this.planned.findIndex((each) => each.due > due);
    this.planned.splice(later < 0 ? this.planned.length : later, 0, planned);
    this.wind();
    return () => {
      this.planned = this.planned.filter((each) => each !== planned);
    };
  }

  /** Sets the clock ahead; everything that falls due on the way runs at its own moment, in order. @param by milliseconds */
  advance(by: number): void {
    const until = this.now() + by;
    let passed = 0;
    while (this.planned[0] && this.planned[0].due <= until) {
      passed += this.jumpTo(this.planned[0].due);
      this.planned.shift()!.act();
    }
    passed += this.jumpTo(until);
    this.keep(passed);
    this.wind();
  }

  /** While something is under way on the network the clock does not jump. @returns ends it */
  hold(): () => void {
    this.inFlight += 1;
    return () => {
      this.inFlight -= 1;
      this.wind();
    };
  }

  private jumpTo(due: number): number {
    const by = Math.max(0, due - this.now());
    this.ahead += by;
    return by;
  }

  private keep(by: number): void {
    if (by > 0) this.ledger?.append({ type: 'advanced', by });
  }

  private wind(): void {
    clearTimeout(this.timer);
    if (this.closed || this.soon) return;
    const next = this.planned[0];
    if (!next) return;
    const wait = next.due - this.now();
    if (wait <= 0) {
      this.soon = setImmediate(() => {
        this.soon = undefined;
        this.run();
        this.wind();
      });
      return;
    }
    const jumps = this.options.skips && this.inFlight === 0 && !next.isDeadline;
    this.timer = setTimeout(
      () => {
        if (jumps && this.inFlight === 0) this.keep(this.jumpTo(next.due));
        this.wind();
      },
      Math.min(jumps ? QUIET_MS : wait, wait, LONGEST),
    );
  }

  private run(): void {
    const now = this.now();
    const due = this.planned.filter((each) => each.due <= now);
    this.planned = this.planned.filter((each) => each.due > now);
    for (const { act } of due) act();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.soon) clearImmediate(this.soon);
    this.ledger?.close();
  }
}
