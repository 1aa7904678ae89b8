// Measures the figures the project promises, as ratios inside one run: `npm run bench`, or a part: `npm run bench -- duties`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, NotPrepared, obtainEverything } from '../libs/local/machine/prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

const [part = 'main'] = process.argv.slice(2);
const program = `test/src/load/${part}.ts`;
if (!/^[a-z-]+$/.test(part) || !existsSync(join(root, program))) {
  console.error(`There is no bench “${part}”. Try: npm run bench, npm run bench -- duties`);
  process.exit(2);
}

try {
  await obtainEverything(root);
  await build(root);
  process.exitCode = await new Promise((resolve, reject) => {
    const bench = spawn(process.execPath, ['--conditions=@tidewaiter/source', '--import', 'tsx', program], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.base.json' },
    });
    bench.once('error', reject);
    bench.once('exit', (code) => resolve(code ?? 1));
  });
} catch (error) {
  if (!(error instanceof NotPrepared)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
