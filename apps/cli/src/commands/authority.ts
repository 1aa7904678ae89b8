import { collectMessages } from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { surroundings } from './command.js';

export function authorityCommands(program: Command): void {
  const authority = program.command('authority').description('customs authorities, and what lies with them for us');

  authority
    .command('ask')
    .argument('<authority>', 'its short name, such as HMRC')
    .description('fetch at once what its pushes did not bring, after our address was down')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const answer = await house.client().call(collectMessages, { params: { authority: name } });
      if (out.json) return out.emit(answer);
      const { fetched } = answer;
      out.data(`${answer.authority} was asked: ${fetched} ${fetched === 1 ? 'message' : 'messages'} lay there.`);
      out.say('What came before by a push is known again and counts once.');
    });
}
