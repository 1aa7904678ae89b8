import { stripVTControlCharacters } from 'node:util';
import { ProblemError, Unreachable } from '@tidewaiter/client';
import Table from 'cli-table3';
import pc from 'picocolors';
import { asciiTwins, isAscii } from './glyphs.js';
import { timesIn } from './times.js';

/** Exit codes of every command; "outcome unknown" is `notYet`, never `failed`. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  signIn: 4,
  notFound: 5,
  outside: 6,
  notProven: 7,
  notYet: 8,
  interrupted: 130,
} as const;

/** A command ends with a message and a code that scripts can rely on. */
export class CommandFailed extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
    readonly advice?: string,
  ) {
    super(message);
  }
}

export interface Output {
  json: boolean;
  quiet: boolean;
  /** data, on stdout */
  data(text: string): void;
  /** one JSON document (or one object a line for streams), on stdout */
  emit(value: unknown): void;
  /** talk, on stderr */
  say(text: string): void;
  /** the next sensible command, without the program's name */
  next(command: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** an instant in the zone asked for: `2026-11-24 14:07:12Z`, `2026-11-24 15:07:12 CET` */
  at(instant: string): string;
  /** time of day in the zone asked for */
  clock(instant: string): string;
  color: ReturnType<typeof pc.createColors>;
}

export interface OutputOptions {
  json: boolean;
  quiet: boolean;
  color: boolean;
  /** IANA name of a time zone; UTC when not given */
  tz?: string;
}

const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat('left-mid', 'mid-mid', 'right-mid')
    .map((place) => [place, '']),
);
const GAP = 2;
/** An amount with its currency stays whole. */
const NARROWEST = 14;

/** Widths with which a table fits, as far as it can: names in the first column stay whole, of the others the widest give way first. */
export function fitting(widths: readonly number[], columns: number): number[] {
  const [first = 0, ...others] = widths;
  let over = widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1)) - columns;
  for (; over > 0; over -= 1) {
    const widest = others.indexOf(Math.max(...others));
    if ((others[widest] ?? 0) <= NARROWEST) break;
    others[widest]! -= 1;
  }
  return [first, ...others];
}

export function createOutput(options: OutputOptions, env: NodeJS.ProcessEnv = process.env): Output {
  const { stdout, stderr } = process;
  const wanted = options.color && !env['NO_COLOR'] && stdout.isTTY === true;
  const color = pc.createColors(wanted);
  const glyphs = isAscii(env) ? asciiTwins : (text: string): string => text;
  const times = timesIn(options.tz ?? 'UTC');
  const out: Output = {
    json: options.json,
    quiet: options.quiet,
    color,
    data: (text) => void stdout.write(`${glyphs(text)}\n`),
    emit: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    say: (text) => void (options.quiet || stderr.write(`${glyphs(text)}\n`)),
    next: (command) => out.say(`next: tidewaiter ${command}`),
    ...times,
    table(head, rows) {
      const widths = head.map((title, column) =>
        Math.max(
          ...[title, ...rows.map((row) => row[column] ?? '')].map((text) => stripVTControlCharacters(text).length),
        ),
      );
      const colWidths = stdout.isTTY === true ? fitting(widths, stdout.columns) : widths;
      const table = new Table({
        head: [...head],
        colWidths,
        style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
        chars: { ...NO_BORDERS, middle: ' '.repeat(GAP) },
      });
      table.push(...rows.map((row) => [...row]));
      out.data(
        table
          .toString()
          .split('\n')
          .map((line) => line.trimEnd())
          .join('\n'),
      );
    },
  };
  return out;
}

const BY_STATUS: Record<number, number> = {
  400: EXIT.usage,
  401: EXIT.signIn,
  403: EXIT.signIn,
  404: EXIT.notFound,
  409: EXIT.refused,
  412: EXIT.refused,
  422: EXIT.refused,
  428: EXIT.refused,
  429: EXIT.notYet,
  502: EXIT.outside,
  503: EXIT.outside,
  504: EXIT.outside,
};

/** What an error means to the caller of a command: its words, what to do, and the code to end with. */
export function explain(error: unknown): { message: string; advice: string | undefined; exitCode: number } {
  if (error instanceof CommandFailed) return { message: error.message, advice: error.advice, exitCode: error.exitCode };
  if (error instanceof ProblemError) {
    const { problem } = error;
    const places = (problem.places ?? []).map((place) => `\n  ${place.pointer}: ${place.reason}`).join('');
    return {
      message: `${problem.detail} (${problem.code})${places}`,
      advice: problem.advice,
      exitCode: problem.code === 'workflow.not-answering' ? EXIT.notYet : (BY_STATUS[problem.status] ?? EXIT.failed),
    };
  }
  if (error instanceof Unreachable) {
    return {
      message: error.message,
      advice: 'Start it with `npx tidewaiter up`, or see `npx tidewaiter status`.',
      exitCode: EXIT.outside,
    };
  }
  return { message: error instanceof Error ? error.message : String(error), advice: undefined, exitCode: EXIT.failed };
}
