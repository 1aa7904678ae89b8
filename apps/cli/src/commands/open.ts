import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { surroundings } from './command.js';
import { findShipment } from './find.js';

const PAGES = [
  ...['today', 'board', 'screening', 'engagements', 'guarantees', 'rules', 'calculator', 'audit', 'partners'],
  ...['admin', 'health'],
];
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

/** `open`: the console's address, in the browser where somebody sits at it. */
export function openCommand(program: Command): void {
  program
    .command('open')
    .argument('[what]', `a shipment, or a page: ${PAGES.join(', ')}`)
    .description('open the console and print its address')
    .action(async (what: string | undefined, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const page =
        what === undefined || PAGES.includes(what)
          ? (what ?? '')
          : `shipments/${(await findShipment(house.client(), what)).shipmentId}`;
      const address = `${house.run().api}/${page}`;
      if (out.json) out.emit({ address });
      else out.data(address);
      const opener = OPENERS[process.platform];
      if (opener === undefined || process.stdout.isTTY !== true || out.json || out.quiet) return;
      const child = spawn(opener, [address], { detached: true, stdio: 'ignore' });
      child.once('error', () => out.say('No browser can be opened from here: copy the address.'));
      child.unref();
    });
}
