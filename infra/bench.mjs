// Measures the figures the project promises, as ratios inside one run: `npm run bench`, or some of them: `npm run bench -- audit`.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build, NotPrepared, obtainEverything } from '../libs/local/machine/prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

try {
  await obtainEverything(root);
  await build(root);
  process.exitCode = await new Promise((resolve, reject) => {
    const bench = spawn(
      process.execPath,
      ['--conditions=@tidewaiter/source', '--import', 'tsx', 'test/src/load/main.ts', ...process.argv.slice(2)],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.base.json' },
      },
    );
    bench.once('error', reject);
    bench.once('exit', (code) => resolve(code ?? 1));
  });
} catch (error) {
  if (!(error instanceof NotPrepared)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
