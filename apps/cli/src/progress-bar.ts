import { asciiTwins, isAscii } from './glyphs.js';
import type { Output } from './output.js';
import { spanOf } from './times.js';

const WIDTH = 24;
/** Where nobody watches a bar move, a line so often says that work goes on. */
const LINE_EVERY_MS = 5_000;
/** Before that a rate says nothing of what is left. */
const RATE_AFTER_MS = 2_000;
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** How an amount of work is told, and how much of it a second brings. */
interface Measure {
  words: (done: number, total: number) => string;
  rate: (perSecond: number) => string;
}

const bytes: Measure = {
  words: (done, total) => (done >= total ? 'writing it down …' : `${megabytes(done)} of ${megabytes(total)} MB`),
  rate: (perSecond) => `${megabytes(perSecond)} MB/s`,
};

/** Of things that are counted: `12 of 40 leaves`. */
export const counted = (things: string): Measure => ({
  words: (done, total) => `${done} of ${total} ${things}`,
  rate: (perSecond) => `${Math.round(perSecond)}/s`,
});

interface Watched {
  stream?: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  measure?: Measure;
  /** milliseconds, rising */
  now?: () => number;
}

/** How far work is, in bytes where it is not told otherwise: one line that moves in a terminal, now and then a line elsewhere. */
export class ProgressBar {
  private readonly stream: NonNullable<Watched['stream']>;
  private readonly measure: Measure;
  private readonly now: () => number;
  private readonly began: number;
  private told: number;
  private done = 0;
  private last = -1;

  constructor(
    private readonly out: Pick<Output, 'quiet'>,
    private readonly label: string,
    private total: number,
    { stream = process.stderr, measure = bytes, now = () => performance.now() }: Watched = {},
  ) {
    this.stream = stream;
    this.measure = measure;
    this.now = now;
    this.began = this.told = now();
  }

  advance(by: number): void {
    this.reach(this.done + by, this.total);
  }

  /** For work that learns only on the way how much there is. */
  reach(done: number, total: number): void {
    this.done = done;
    this.total = total;
    const share = this.total === 0 ? 1 : Math.min(1, this.done / this.total);
    const percent = Math.floor(share * 100);
    if (this.out.quiet || percent === this.last) return;
    const said = `${String(percent).padStart(3)} % ${this.measure.words(this.done, this.total)}${this.left(share)}`;
    if (this.stream.isTTY === true) {
      const full = Math.round(share * WIDTH);
      this.write(`\r\x1b[2K${this.label} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${said}`);
    } else {
      if (this.now() - this.told < LINE_EVERY_MS) return;
      this.told = this.now();
      this.write(`${this.label} ${said}\n`);
    }
    this.last = percent;
  }

  /** Leaves the line as if nothing had been there: what follows says how it ended. */
  clear(): void {
    if (this.stream.isTTY === true && this.last >= 0) this.write('\r\x1b[2K');
  }

  private left(share: number): string {
    const spent = this.now() - this.began;
    if (spent < RATE_AFTER_MS || share === 0 || share === 1) return '';
    return `, ${this.measure.rate((this.done / spent) * 1000)}, ${spanOf((spent * (1 - share)) / share / 1000)} left`;
  }

  private write(text: string): void {
    this.stream.write(isAscii(process.env) ? asciiTwins(text) : text);
  }
}
