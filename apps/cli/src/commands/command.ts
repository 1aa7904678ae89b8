import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { House } from '../house.js';
import { CommandFailed, createOutput, EXIT, type Output } from '../output.js';

interface GlobalOptions {
  json?: boolean;
  quiet?: boolean;
  color?: boolean;
  tz?: string;
  profile?: string;
  yes?: boolean;
}

export interface Surroundings {
  /** the checkout that the command stands in */
  readonly house: House;
  readonly out: Output;
  /** Ctrl-C; whoever does not ask for it is ended by it */
  readonly signal: AbortSignal;
  /** `--yes`: what would be asked is answered */
  readonly yes: boolean;
}

function outputOf({ json = false, quiet = false, color = true, tz }: GlobalOptions): Output {
  try {
    return createOutput({ json, quiet, color, ...(tz === undefined ? {} : { tz }) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandFailed(`${tz} is no time zone.`, EXIT.usage, 'Give an IANA name: --tz Europe/London');
  }
}

/** What every command works with. */
export function surroundings(command: Command): Surroundings {
  const options = command.optsWithGlobals<GlobalOptions>();
  let house: House | undefined;
  let interrupted: AbortController | undefined;
  return {
    out: outputOf(options),
    yes: options.yes ?? false,
    get house() {
      return (house ??= new House(undefined, options.profile));
    },
    get signal() {
      if (interrupted === undefined) {
        const made = (interrupted = new AbortController());
        process.once('SIGINT', () => made.abort());
      }
      return interrupted.signal;
    },
  };
}

/**
 * Shows what is about to be done, and goes on when the person there says so, or `--yes` did before.
 *
 * @param word what must be typed
 * @throws CommandFailed `usage` where nobody can be asked; `interrupted` when the answer is another
 */
export async function confirm(
  { out, yes }: Pick<Surroundings, 'out' | 'yes'>,
  facts: readonly string[],
  word = 'yes',
): Promise<void> {
  if (yes) return facts.forEach((fact) => out.say(fact));
  for (const fact of facts) process.stderr.write(`${fact}\n`);
  if (!process.stdin.isTTY) {
    throw new CommandFailed('Nobody can be asked here: nothing was done.', EXIT.usage, 'Say --yes if it is meant.');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Type “${word}” to go on: `);
  terminal.close();
  if (answer.trim() !== word) throw new CommandFailed('Nothing was done.', EXIT.interrupted);
}
