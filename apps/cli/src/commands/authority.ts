import type { TidewaiterClient } from '@tidewaiter/client';
import { collectMessages } from '@tidewaiter/contracts';
import type { Command } from 'commander';
import type { Output } from '../output.js';
import { surroundings } from './command.js';
import { counted } from './list.js';

/** Fetches at once what an authority's pushes did not bring, and says how much it was. */
export async function askAuthority(client: TidewaiterClient, out: Output, name: string): Promise<void> {
  const answer = await client.call(collectMessages, { params: { authority: name } });
  if (out.json) return out.emit(answer);
  out.data(`${answer.authority} was asked: ${counted(answer.fetched, 'message')} lay there.`);
  out.say('What came before by a push is known again and counts once.');
}

export function authorityCommands(program: Command): void {
  const authority = program.command('authority').description('customs authorities, and what lies with them for us');

  authority
    .command('ask')
    .argument('<authority>', 'its short name, such as HMRC')
    .description('fetch at once what its pushes did not bring, after our address was down')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      await askAuthority(house.client(), out, name);
    });
}
