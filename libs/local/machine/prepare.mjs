import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from './command.mjs';
import { doctor, doctorLines, packagesStamp, plan } from './doctor.mjs';
import { obtainKafka, obtainTemporal, obtainTestServer } from './obtain.mjs';
import { progressLines, seconds } from './progress-lines.mjs';

/** The checkout on this machine cannot be used as it is; the message says why and what to do. */
export class NotPrepared extends Error {}

/**
 * Looks at the machine and says what is missing, before anything is done; then installs the packages and obtains the servers,
 * side by side.
 *
 * @throws NotPrepared
 */
export async function obtainEverything(root, { forTests = false } = {}) {
  const rows = await doctor({ root });
  const steps = plan({ root });
  console.error('Here, and still to be had:');
  for (const { part, here, text } of steps) console.error(`  ${here ? '✓' : '…'} ${part.padEnd(10)} ${text}`);
  const missing = rows.filter(({ state }) => state === 'missing');
  if (missing.length)
    throw new NotPrepared(
      `Missing on this machine:\n${doctorLines(missing)
        .map((line) => `  ${line}`)
        .join('\n')}`,
    );

  const begun = Date.now();
  const lines = progressLines();
  const work = [installPackages(root, lines.show)];
  if (!process.env.KAFKA_BROKERS) work.push(obtainKafka(lines.show));
  if (!process.env.TEMPORAL_ADDRESS) work.push(obtainTemporal(lines.show));
  if (forTests) work.push(obtainTestServer(lines.show));
  const failed = (await Promise.allSettled(work)).filter(({ status }) => status === 'rejected');
  lines.settle();
  if (failed.length) throw new NotPrepared(failed.map(({ reason }) => reason.message).join('\n'));
  if (steps.some(({ here }) => !here)) console.error(`  everything is here after ${seconds(Date.now() - begun)}`);
}

/** `npm ci`, when the installed packages are not those of the lockfile. */
async function installPackages(root, show) {
  const { wanted, found, file } = packagesStamp(root);
  if (found === wanted) return;
  const begun = Date.now();
  const total = topLevelPackages(root);
  const tell = (phase, text, share) => show({ part: 'packages', phase, text, share, ms: Date.now() - begun });
  const look = setInterval(() => {
    const there = countInstalled(join(root, 'node_modules'));
    tell('installing', `${there} of ${total} packages`, Math.min(there / total, 0.99));
  }, 2000);
  tell('installing', 'npm ci', 0);
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  } finally {
    clearInterval(look);
  }
  writeFileSync(file, `${wanted}\n`);
  tell('installed', `${total} packages`, 1);
}

function topLevelPackages(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.keys(packages).filter(
    (path) => path.startsWith('node_modules/') && path.lastIndexOf('node_modules/') === 0,
  ).length;
}

/** npm makes all folders first and fills them after: a package is there when its package.json is. */
function countInstalled(folder) {
  if (!existsSync(folder)) return 0;
  const there = (name) => (existsSync(join(folder, name, 'package.json')) ? 1 : 0);
  return readdirSync(folder).reduce((sum, name) => {
    if (name.startsWith('.')) return sum;
    return (
      sum +
      (name.startsWith('@')
        ? readdirSync(join(folder, name)).reduce((scoped, each) => scoped + there(join(name, each)), 0)
        : there(name))
    );
  }, 0);
}

const COMPILER = 'node_modules/typescript-native/bin/tsc';

/** Builds all packages, and the workflows' bundle when they changed. @throws NotPrepared with the compiler's words */
export async function build(root) {
  const lines = progressLines();
  const step = async (part, text, work) => {
    const begun = Date.now();
    lines.show({ part, phase: 'building', text, ms: 0 });
    try {
      await work();
    } catch (error) {
      throw new NotPrepared(`${part} was not built: ${error.message}`);
    }
    lines.show({ part, phase: 'built', text, ms: Date.now() - begun, share: 1 });
  };
  await step('build', 'compiles all packages', () => compile(root, 'tsconfig.build.json'));
  if (isOlder(root, 'apps/worker/dist/workflow-bundle.js', WORKFLOW_PARTS)) {
    await step('workflows', 'bundles the workflows', async () => {
      const { keepBundle } = await import(pathToFileURL(join(root, 'apps/worker/dist/bundle.js')).href);
      await keepBundle();
    });
  }
  if (isOlder(root, 'apps/verify/dist/verify.mjs', VERIFIER_PARTS)) {
    await step('verifier', 'bundles the offline verifier', async () => {
      const { writeVerifier } = await import(pathToFileURL(join(root, 'infra/verifier.mjs')).href);
      await writeVerifier();
    });
  }
  if (
    isOlder(root, 'apps/console/dist/index.html', CONSOLE_PARTS) ||
    consoleSources(root) > statSync(join(root, 'apps/console/dist/index.html')).mtimeMs
  ) {
    await step('console', 'bundles the console', () =>
      run(process.execPath, [viteIn(root), 'build', '--logLevel', 'warn'], {
        cwd: join(root, 'apps/console'),
        keep: 60,
      }),
    );
  }
  lines.settle();
}

export const compile = (root, project) =>
  run(process.execPath, [join(root, COMPILER), '-b', project], { cwd: root, keep: 60 });

const WORKFLOW_PARTS = ['workflows', 'libs/contracts', 'libs/kernel'];
const VERIFIER_PARTS = ['apps/verify', 'libs/evidence', 'libs/merkle', 'libs/audit', 'libs/contracts', 'libs/kernel'];

const CONSOLE_PARTS = ['libs/contracts', 'libs/client', 'libs/kernel', 'libs/merkle', 'libs/evidence'];

/** The console is not compiled before it is bundled: its sources say when it changed. */
const consoleSources = (root) =>
  Math.max(
    ...['index.html', 'vite.config.mjs', 'package.json'].map(
      (name) => statSync(join(root, 'apps/console', name)).mtimeMs,
    ),
    ...['src', 'build', 'public'].map((name) => newest(join(root, 'apps/console', name), '')),
  );

function viteIn(root) {
  const places = ['apps/console/node_modules', 'node_modules'].map((folder) => join(root, folder, 'vite/bin/vite.js'));
  const found = places.find((path) => existsSync(path));
  if (!found) throw new NotPrepared('vite is not installed: npm ci');
  return found;
}

/** Whether a bundle is missing or was made before one of its parts was compiled. */
function isOlder(root, bundle, parts) {
  const path = join(root, bundle);
  if (!existsSync(path)) return true;
  const made = statSync(path).mtimeMs;
  return parts.some((part) => newest(join(root, part, 'dist')) > made);
}

function newest(folder, ending = '.js') {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs), 0);
}
