import { ProblemError, Unreachable } from '@tidewaiter/client';
import Table from 'cli-table3';
import pc from 'picocolors';

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
  table(head: string[], rows: string[][]): void;
  color: ReturnType<typeof pc.createColors>;
}

export function createOutput(options: { json: boolean; quiet: boolean; color: boolean }): Output {
  const wanted = options.color && process.env['NO_COLOR'] === undefined && process.stdout.isTTY === true;
  const color = pc.createColors(wanted);
  return {
    json: options.json,
    quiet: options.quiet,
    color,
    data: (text) => void process.stdout.write(`${text}\n`),
    emit: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
    say: (text) => void (options.quiet || process.stderr.write(`${text}\n`)),
    table(head, rows) {
      const table = new Table({
        head,
        style: { head: [], border: [], compact: true },
        chars: {
          top: '',
          'top-mid': '',
          'top-left': '',
          'top-right': '',
          bottom: '',
          'bottom-mid': '',
          'bottom-left': '',
          'bottom-right': '',
          left: '',
          'left-mid': '',
          mid: '',
          'mid-mid': '',
          right: '',
          'right-mid': '',
          middle: '  ',
        },
      });
      table.push(...rows);
      process.stdout.write(`${table.toString()}\n`);
    },
  };
}

const BY_STATUS: Record<number, number> = {
  401: EXIT.signIn,
  403: EXIT.signIn,
  404: EXIT.notFound,
  409: EXIT.refused,
  412: EXIT.refused,
  422: EXIT.refused,
  428: EXIT.refused,
  503: EXIT.outside,
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
