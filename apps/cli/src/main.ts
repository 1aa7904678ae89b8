import { Command, CommanderError } from 'commander';
import { adminCommands } from './commands/admin.js';
import { auditCommands } from './commands/audit.js';
import { authorityCommands } from './commands/authority.js';
import { surroundings } from './commands/command.js';
import { completionCommand } from './commands/completion.js';
import { declarationCommands } from './commands/declaration.js';
import { documentCommands } from './commands/document.js';
import { dutyCommands } from './commands/duty.js';
import { engagementCommands } from './commands/engagement.js';
import { fxCommands } from './commands/fx.js';
import { identityCommands } from './commands/identity.js';
import { moneyCommands } from './commands/money.js';
import { openCommand } from './commands/open.js';
import { partnerCommands } from './commands/partner.js';
import { paymentCommands } from './commands/payment.js';
import { rulesCommands } from './commands/rules.js';
import { scenarioCommands } from './commands/scenario.js';
import { screeningCommands } from './commands/screening.js';
import { shipmentCommands } from './commands/shipment.js';
import { stackCommands } from './commands/stack.js';
import { taskCommands } from './commands/task.js';
import { withExamples } from './examples.js';
import { EXIT, explain } from './output.js';

export const VERSION = '0.1.0';

const GROUPS = [
  stackCommands,
  openCommand,
  identityCommands,
  taskCommands,
  shipmentCommands,
  documentCommands,
  declarationCommands,
  authorityCommands,
  dutyCommands,
  paymentCommands,
  engagementCommands,
  moneyCommands,
  screeningCommands,
  rulesCommands,
  fxCommands,
  auditCommands,
  partnerCommands,
  scenarioCommands,
  adminCommands,
  completionCommand,
];

export function createProgram(): Command {
  const program = new Command('tidewaiter')
    .description('Importer of record: every shipment from engagement to sealed archive')
    .version(VERSION)
    .option('--json', 'one JSON document, or one object a line for streams')
    .option('--tz <zone>', 'time zone of the times that are shown; default: UTC')
    .option('--profile <name>', 'sign-in to use; default: TIDEWAITER_PROFILE, else the one in use')
    .option('--quiet', 'data only')
    .option('--yes', 'do not ask')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .showHelpAfterError('See `tidewaiter --help`.')
    .exitOverride();
  for (const add of GROUPS) add(program);
  program
    .command('version')
    .description('the version of this program')
    .action((_: unknown, command: Command) => {
      const { out } = surroundings(command);
      if (out.json) out.emit({ version: VERSION });
      else out.data(VERSION);
    });
  return withExamples(program);
}

/** Parses and runs one command line; answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv);
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
