import { Command, CommanderError } from 'commander';
import { auditCommands } from './commands/audit.js';
import { authorityCommands } from './commands/authority.js';
import { dutyCommands } from './commands/duty.js';
import { fxCommands } from './commands/fx.js';
import { identityCommands } from './commands/identity.js';
import { moneyCommands } from './commands/money.js';
import { partnerCommands } from './commands/partner.js';
import { rulesCommands } from './commands/rules.js';
import { scenarioCommands } from './commands/scenario.js';
import { shipmentCommands } from './commands/shipment.js';
import { stackCommands } from './commands/stack.js';
import { taskCommands } from './commands/task.js';
import { EXIT, explain } from './output.js';

export const VERSION = '0.1.0';

/** Parses and runs one command line; answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('tidewaiter')
    .description('Importer of record: every shipment from engagement to sealed archive')
    .version(VERSION)
    .option('--json', 'one JSON document, or one object a line for streams')
    .option('--quiet', 'data only')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .showSuggestionAfterError()
    .showHelpAfterError('See `tidewaiter --help`.')
    .addHelpText(
      'before',
      'Examples:\n  tidewaiter up                     start everything\n  tidewaiter demo                   play three shipments\n  tidewaiter login --as operator\n  tidewaiter shipment list\n  tidewaiter audit verify\n',
    )
    .exitOverride();
  stackCommands(program);
  identityCommands(program);
  shipmentCommands(program);
  taskCommands(program);
  scenarioCommands(program);
  authorityCommands(program);
  dutyCommands(program);
  moneyCommands(program);
  rulesCommands(program);
  fxCommands(program);
  auditCommands(program);
  partnerCommands(program);
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof Error && error.name === 'AbortError') return EXIT.interrupted;
    const { message, advice, exitCode } = explain(error);
    process.stderr.write(`${message}\n`);
    if (advice !== undefined) process.stderr.write(`${advice}\n`);
    return exitCode;
  }
}
