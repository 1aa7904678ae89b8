import type { Command } from 'commander';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { CommandFailed, EXIT } from '../output.js';
import { verifyLog } from '../verify.js';
import { surroundings } from './command.js';

const pins = z.record(z.string(), z.string());

export function auditCommands(program: Command): void {
  const audit = program.command('audit').description('the log and what is proved from it');

  audit
    .command('verify')
    .option('--tenant <tenant>', 'whose log; default: the signed-in user’s')
    .option('--key <key>', 'verifier key you trust; default: the one seen first on this machine')
    .description('recompute the whole log from its leaves and compare with the signed checkpoint')
    .action(async (options: { tenant?: string; key?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const session = house.session();
      const tenant = options.tenant ?? z.object({ tenant: z.string() }).parse(decodeJwt(await session.token())).tenant;
      const known = pins.catch({}).parse(house.recall('known-logs.json') ?? {});
      const client = house.client();
      const pinned = options.key ?? known[tenant];
      let shown = 0;
      const proof = await verifyLog(client, tenant, {
        ...(pinned === undefined ? {} : { pinned }),
        progress: (done, size) => {
          if (process.stderr.isTTY && Date.now() - shown > 200) {
            shown = Date.now();
            process.stderr.write(`\rread ${done} of ${size} leaves`);
          }
        },
      });
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
      if (out.json) out.emit(proof);
      else if (proof.holds) {
        out.data(`log         ${proof.origin}`);
        out.data(`leaves      ${proof.size} of ${proof.size} hash as recorded`);
        out.data(`root        ${proof.root}`);
        out.data(
          `checkpoint  signed by the ${pinned === undefined ? 'key shown by the log itself, now pinned' : 'pinned key'}`,
        );
        out.data(`streams     ${proof.streams}, versions without a gap`);
        out.data(`PROVEN in ${proof.seconds.toFixed(1)} s`);
      }
      if (!proof.holds)
        throw new CommandFailed(
          `NOT PROVEN: ${proof.says}`,
          EXIT.notProven,
          'Keep what you have seen, stop relying on this log, and tell its operator.',
        );
    });
}
