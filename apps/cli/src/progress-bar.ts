import type { Output } from './output.js';

const WIDTH = 24;
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

type Words = (done: number, total: number) => string;

const bytes: Words = (done, total) =>
  done >= total ? 'writing it down …' : `${megabytes(done)} of ${megabytes(total)} MB`;

/** Words for things that are counted: `12 of 40 leaves`. */
export const counted =
  (things: string): Words =>
  (done, total) =>
    `${done} of ${total} ${things}`;

/** One line that says how far work is, in bytes where it is not told otherwise; nothing where nobody watches. */
export class ProgressBar {
  private readonly shown: boolean;
  private done = 0;
  private last = -1;

  constructor(
    out: Pick<Output, 'quiet'>,
    private readonly label: string,
    private total: number,
    private readonly stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
    private readonly words: Words = bytes,
  ) {
    this.shown = stream.isTTY === true && !out.quiet;
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
    if (!this.shown || percent === this.last) return;
    this.last = percent;
    const full = Math.round(share * WIDTH);
    const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`;
    this.stream.write(
      `\r\x1b[2K${this.label} ${bar} ${String(percent).padStart(3)} % ${this.words(this.done, this.total)}`,
    );
  }

  /** Leaves the line as if nothing had been there: what follows says how it ended. */
  clear(): void {
    if (this.shown && this.last >= 0) this.stream.write('\r\x1b[2K');
  }
}
