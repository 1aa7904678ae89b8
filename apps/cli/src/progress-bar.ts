import type { Output } from './output.js';

const WIDTH = 24;
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** One line that says how much of a known number of bytes has gone; nothing where nobody watches. */
export class ProgressBar {
  private readonly shown: boolean;
  private done = 0;
  private last = -1;

  constructor(
    out: Pick<Output, 'quiet'>,
    private readonly label: string,
    private readonly total: number,
    private readonly stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  ) {
    this.shown = stream.isTTY === true && !out.quiet;
  }

  advance(bytes: number): void {
    this.done += bytes;
    const share = this.total === 0 ? 1 : Math.min(1, this.done / this.total);
    const percent = Math.floor(share * 100);
    if (!this.shown || percent === this.last) return;
    this.last = percent;
    const full = Math.round(share * WIDTH);
    const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`;
    const words = percent === 100 ? 'writing it down …' : `${megabytes(this.done)} of ${megabytes(this.total)} MB`;
    this.stream.write(`\r\x1b[2K${this.label} ${bar} ${String(percent).padStart(3)} % ${words}`);
  }

  /** Leaves the line as if nothing had been there: what follows says how it ended. */
  clear(): void {
    if (this.shown && this.last >= 0) this.stream.write('\r\x1b[2K');
  }
}
