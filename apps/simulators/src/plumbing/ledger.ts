import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `at` is the simulated time, `real` the machine's where the two differ. */
export type Stamped<E> = E & { n: number; at: string; real?: string };

/** The entries of another form cannot be folded: a simulator that has learned more begins a new file and leaves the old one. */
const FORM = 2;

/** @param name of the face, or of what else is kept */
export const ledgerFile = (folder: string, name: string): string => join(folder, `${name}.${FORM}.jsonl`);

/**
 * Append-only record of one face, JSON lines. An entry is handed to the operating system before `append` returns, so a killed
 * process loses nothing it has answered for; a power cut may (`infra/decisions/0036-simulator-ledgers.md`).
 */
export class Ledger<E extends { type: string }> {
  private readonly file: number;
  private next = 1;
  readonly entries: Stamped<E>[] = [];

  constructor(
    path: string,
    private readonly now: () => number = Date.now,
  ) {
    mkdirSync(dirname(path), { recursive: true });
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    this.file = openSync(path, 'a', 0o600);
    // A kill in the middle of a write leaves half a line: nobody was answered for it.
    if (whole < bytes.length) ftruncateSync(this.file, whole);
    for (const line of bytes.subarray(0, whole).toString('utf8').split('\n')) {
      if (line !== '') this.entries.push(JSON.parse(line) as Stamped<E>);
    }
    this.next = (this.entries.at(-1)?.n ?? 0) + 1;
  }

  append(entry: E): Stamped<E> {
    const at = new Date(this.now()).toISOString();
    const real = new Date().toISOString();
    // To the second: the two clocks are read one after the other.
    const ahead = at.slice(0, 19) === real.slice(0, 19) ? {} : { real };
    const stamped = { n: this.next, at, ...ahead, ...entry };
    writeSync(this.file, `${JSON.stringify(stamped)}\n`);
    this.next += 1;
    this.entries.push(stamped);
    return stamped;
  }

  /** Forgets everything, on disk too. */
  clear(): void {
    ftruncateSync(this.file, 0);
    this.entries.length = 0;
    this.next = 1;
  }

  close(): void {
    closeSync(this.file);
  }
}
