// One command from a fresh clone to a running platform. Nothing but Node is needed to run this file.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, NotPrepared, obtainEverything } from '../libs/local/machine/prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

try {
  await obtainEverything(root);
  await build(root);
  process.exitCode = await handOver(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof NotPrepared)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

/** From here on the command line has the terminal; a signal reaches both of us, and we wait for what it makes of it. */
function handOver(args) {
  const cli = spawn(process.execPath, [join(root, 'apps/cli/bin/tidewaiter.mjs'), 'up', '--story', ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => cli.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    cli.once('error', reject);
    cli.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}
