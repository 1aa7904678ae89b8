import { showSession } from '@tidewaiter/contracts';
import { Argument, type Command } from 'commander';
import { sampleUser } from '../house.js';
import { CommandFailed, EXIT } from '../output.js';
import { surroundings } from './command.js';
import { showList } from './list.js';

/** `login`, `logout`, `whoami`, `profile` and `token`: who works here, as a sample user of the local identity provider. */
export function identityCommands(program: Command): void {
  program
    .command('login')
    .description('sign in as a sample user of the local identity provider')
    .requiredOption('--as <role>', 'operator, approver, approver-2, compliance, auditor, partner or administrator')
    .option('--tenant <tenant>', 'acme or globex', 'acme')
    .action(async (options: { as: string; tenant: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const user = sampleUser(options.as, options.tenant);
      house.login(user, await house.tokenOf(user));
      if (out.json) out.emit({ user, profile: house.profile });
      out.say(`Signed in as ${user}. next: tidewaiter shipment list`);
    });

  program
    .command('logout')
    .option('--all', 'of every profile')
    .description('forget the sign-in of this profile')
    .action((options: { all?: boolean }, command: Command) => {
      const { house, out } = surroundings(command);
      const { current, profiles } = house.sessions();
      const kept = Object.entries(profiles).filter(([name]) => !options.all && name !== house.profile);
      house.keepSessions({ current, profiles: Object.fromEntries(kept) });
      if (out.json) out.emit({ profiles: kept.map(([name]) => name) });
      out.say('Signed out. next: tidewaiter login --as operator');
    });

  program
    .command('whoami')
    .description('who is signed in, with which roles, and until when')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const session = await house.client().call(showSession);
      const { profile } = house;
      if (out.json) return out.emit({ profile, ...session });
      out.data(`${session.subject}  ${session.name}`);
      out.data(`Tenant   ${session.tenant}`);
      out.data(`Roles    ${session.roles.join(', ')}`);
      out.data(`Profile  ${profile}`);
      out.data(`Until    ${out.at(session.expiresAt)}, then signed in again by itself`);
    });

  program
    .command('profile')
    .description('sign-ins kept side by side: list, use one, drop one')
    .addArgument(new Argument('[act]', 'what to do').choices(['list', 'use', 'drop']).default('list'))
    .argument('[name]', 'of the profile')
    .action((act: 'list' | 'use' | 'drop', name: string | undefined, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const sessions = house.sessions();
      if (act !== 'list') {
        if (name === undefined || !(name in sessions.profiles)) {
          throw new CommandFailed(
            `There is no profile ${name ?? 'without a name'}.`,
            name === undefined ? EXIT.usage : EXIT.notFound,
            `Make one: tidewaiter login --as approver --profile ${name ?? 'approver'}`,
          );
        }
        const { [name]: dropped, ...others } = sessions.profiles;
        house.keepSessions(act === 'use' ? { ...sessions, current: name } : { ...sessions, profiles: others });
        if (act === 'drop') out.say(`${dropped?.user} is signed out of ${name}.`);
        else out.say(`${name} is in use. next: tidewaiter whoami`);
      }
      const { current, profiles } = house.sessions();
      const items = Object.entries(profiles).map(([each, { user }]) => ({
        name: each,
        user,
        current: each === current,
      }));
      showList(out, items, {
        head: ['Profile', 'User', ''],
        row: (each) => [each.name, each.user, each.current ? 'in use' : ''],
        empty: 'Nobody is signed in. next: tidewaiter login --as operator',
      });
    });

  program
    .command('token')
    .description('print an access token of a sample user, for curl (local identity provider only)')
    .requiredOption('--as <role>', 'role of the sample user')
    .option('--tenant <tenant>', 'acme or globex', 'acme')
    .option('--expires-in <seconds>', 'a shorter life', Number)
    .action(async (options: { as: string; tenant: string; expiresIn?: number }, command: Command) => {
      const { house, out } = surroundings(command);
      const token = await house.tokenOf(sampleUser(options.as, options.tenant), options.expiresIn);
      if (out.json) out.emit({ token });
      else out.data(token);
    });
}
