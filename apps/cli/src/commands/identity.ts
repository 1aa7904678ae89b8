import type { Command } from 'commander';
import { sampleUser } from '../house.js';
import { surroundings } from './command.js';

/** `login` and `token`: sample users of the local identity provider. */
export function identityCommands(program: Command): void {
  program
    .command('login')
    .description('sign in as a sample user of the local identity provider')
    .requiredOption('--as <role>', 'operator, approver, approver-2, compliance, auditor, partner or administrator')
    .option('--tenant <tenant>', 'acme or globex', 'acme')
    .addHelpText('before', 'Example: tidewaiter login --as operator\n')
    .action(async (options: { as: string; tenant: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const user = sampleUser(options.as, options.tenant);
      house.login(user, await house.tokenOf(user));
      if (out.json) out.emit({ user });
      out.say(`Signed in as ${user}. next: tidewaiter shipment list`);
    });

  program
    .command('token')
    .description('print an access token of a sample user, for curl (local identity provider only)')
    .requiredOption('--as <role>', 'role of the sample user')
    .option('--tenant <tenant>', 'acme or globex', 'acme')
    .option('--expires-in <seconds>', 'a shorter life', Number)
    .addHelpText(
      'before',
      'Example: curl -H "Authorization: Bearer $(tidewaiter token --as operator)" "$API/v1/shipments"\n',
    )
    .action(async (options: { as: string; tenant: string; expiresIn?: number }, command: Command) => {
      const { house, out } = surroundings(command);
      const token = await house.tokenOf(sampleUser(options.as, options.tenant), options.expiresIn);
      if (out.json) out.emit({ token });
      else out.data(token);
    });
}
