import type { Command } from 'commander';
import { House } from '../house.js';
import { createOutput, type Output } from '../output.js';

interface GlobalOptions {
  json?: boolean;
  quiet?: boolean;
  color?: boolean;
}

export interface Surroundings {
  house: House;
  out: Output;
  signal: AbortSignal;
}

/** What every command works with: the checkout it stands in, where it writes, and the signal of Ctrl-C. */
export function surroundings(command: Command): Surroundings {
  const options = command.optsWithGlobals<GlobalOptions>();
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  return {
    house: new House(),
    out: createOutput({ json: options.json ?? false, quiet: options.quiet ?? false, color: options.color ?? true }),
    signal: interrupted.signal,
  };
}
