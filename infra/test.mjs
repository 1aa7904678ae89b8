// Everything there is to test, on real servers, from a fresh clone: lint, types, unit and integration tests, journeys.
//   node infra/test.mjs [--only unit|int|journeys] [-- <jest pattern or option>…]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CommandFailed, run } from '../libs/local/machine/command.mjs';
import { build, compile, NotPrepared, obtainEverything } from '../libs/local/machine/prepare.mjs';
import { lineOf, seconds } from '../libs/local/machine/progress-lines.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const INT = '\\.int\\.spec\\.ts$';
/** Which Jest runs there are; journeys start whole stacks and need the machine for themselves, so they come last and one by one. */
const RUNS = {
  unit: {
    name: 'unit tests',
    args: [
      '--maxWorkers=2',
      '--ignoreProjects=test',
      '--testTimeout=60000', // a limit for what hangs, not a measure
      '--testPathIgnorePatterns=/node_modules/',
      `--testPathIgnorePatterns=${INT}`,
    ],
  },
  int: {
    name: 'integration tests',
    args: ['--maxWorkers=2', '--ignoreProjects=test', '--testTimeout=60000'], // a limit for what hangs, not a measure
    ending: `.*${INT}`,
  },
  journeys: { name: 'journeys', args: ['--runInBand', '--selectProjects=test'] },
};

const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
if (values.only && !(values.only in RUNS)) {
  console.error(`--only takes one of: ${Object.keys(RUNS).join(', ')}`);
  process.exit(2);
}
const options = positionals.filter((each) => each.startsWith('-'));
const patterns = positionals.filter((each) => !each.startsWith('-'));
const chosen = values.only ? [values.only] : Object.keys(RUNS);
const everything = !values.only && positionals.length === 0;
const results = [];
let child = null;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
    child?.kill(signal);
  });
}

try {
  await obtainEverything(root, { forTests: true });
  if (everything) {
    await check('lint', async () => {
      // Which package may lean on which is judged over the whole graph, which ESLint reads and does not make.
      await node('node_modules/nx/dist/bin/nx.js', 'show', 'projects', { NX_DAEMON: 'false', NX_TUI: 'false' });
      // Typed rules hold every program they look at: a part at a time, so that the heap of one process is enough.
      const heap = { NODE_OPTIONS: '--max-old-space-size=6144' };
      await node('node_modules/eslint/bin/eslint.js', 'libs', heap);
      await node('node_modules/eslint/bin/eslint.js', 'apps', heap);
      await node(
        'node_modules/eslint/bin/eslint.js',
        '.',
        '--ignore-pattern',
        'libs/**',
        '--ignore-pattern',
        'apps/**',
        heap,
      );
      await node('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.');
      await node('apps/console/build/words.mjs');
    });
    await check('types', () => compile(root, 'tsconfig.json'));
  }
  await build(root).catch((error) => failed('build', error));
  if (chosen.includes('journeys')) await obtainBrowser();
  await onServers(async (settings) => {
    for (const run of chosen) if (!interrupted) await jest(RUNS[run], settings);
  });
} catch (error) {
  failed('set-up', error);
}
process.exitCode = summary();

/** A real browser for the console's journeys: Debian's `chromium`, installed where we may install it. */
async function obtainBrowser() {
  const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (existsSync(path)) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && !process.env.CHROMIUM) {
    console.error('browser              installing  apt-get install chromium');
    await run('apt-get', ['update', '-qq'], { cwd: root });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { cwd: root });
  }
  if (!existsSync(path))
    throw new NotPrepared(
      `There is no browser at ${path}: the console's journeys need a Chromium. On Debian: apt-get install chromium; elsewhere set CHROMIUM to its path.`,
    );
}

function failed(name, error, ms = 0) {
  console.error(`\n${error instanceof NotPrepared || error instanceof CommandFailed ? error.message : error.stack}`);
  results.push({ name, passed: 0, failed: 1, ms, failures: [] });
}

/** Something that passes as a whole or fails as a whole. */
async function check(name, work) {
  if (interrupted) return;
  const begun = Date.now();
  console.error(`\n── ${name}`);
  try {
    await work();
    results.push({ name, passed: 1, failed: 0, ms: Date.now() - begun, failures: [] });
  } catch (error) {
    failed(name, error, Date.now() - begun);
  }
}

/** The three servers, once for all tests; the settings are what tests read from their environment. */
async function onServers(work) {
  const { testStack } = await import('../libs/local/dist/index.js');
  const stack = await testStack(join(root, '.tidewaiter-test'), (progress) => console.error(lineOf(progress, false)));
  try {
    await work(stack.settings);
  } finally {
    await stack.stop();
  }
}

async function jest({ name, args, ending = '' }, settings) {
  const paths = (patterns.length || !ending ? patterns : ['']).map(
    (pattern) => `--testPathPatterns=${pattern}${ending}`,
  );
  console.error(`\n── ${name}`);
  const begun = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-jest-'));
  const outcome = join(folder, 'outcome.json');
  let result = { passed: 0, failed: 1, failures: ['Jest ended without a result'] };
  try {
    await node(
      ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
      ...[
        '--config',
        'jest.config.mjs',
        '--json',
        '--outputFile',
        outcome,
        ...args,
        ...paths,
        ...(patterns.length ? ['--passWithNoTests'] : []),
        ...options,
      ],
      settings,
    ).catch(() => undefined); // the outcome says more than the exit code
    // A pattern may have its tests in another run: then there is no outcome of this one.
    result =
      patterns.length && !existsSync(outcome)
        ? { passed: 0, failed: 0, failures: [] }
        : countOf(JSON.parse(readFileSync(outcome, 'utf8')));
  } catch (error) {
    console.error(error.message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  results.push({ name, ms: Date.now() - begun, ...result });
}

/** A file that cannot be run is a failure although Jest counts no test of it, and so is a test that is skipped. */
function countOf({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
  );
  const failures = [
    ...broken.map(({ name }) => `${name} cannot be run`),
    ...testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => `${name}: ${fullName}`),
    ),
  ];
  const skipped = positionals.length === 0 ? numPendingTests + numTodoTests : 0;
  if (skipped) failures.push(`${skipped} tests are skipped: here a test runs or is not there`);
  return { passed: numPassedTests, failed: numFailedTests + broken.length + skipped, failures };
}

/** Runs a script with our output; the last argument may be settings for its environment. */
function node(script, ...rest) {
  const settings = typeof rest.at(-1) === 'object' ? rest.pop() : {};
  return new Promise((resolve, reject) => {
    child = spawn(process.execPath, [...[script].flat(), ...rest], {
      cwd: root,
      env: { ...process.env, ...settings },
      stdio: ['ignore', 2, 2],
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${[script].flat().at(-1)} ended with ${code}`)),
    );
  });
}

function summary() {
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  console.log('');
  for (const { name, passed, failed, ms, failures } of results) {
    console.log(`${failed ? '✗' : '✓'} ${name.padEnd(20)} ${passed} passed, ${failed} failed  ${seconds(ms)}`);
    for (const failure of failures) console.log(`    ${failure.replace(`${root}/`, '')}`);
  }
  if (interrupted) console.log('interrupted: not everything ran');
  const nothing = sum('passed') + sum('failed') === 0;
  if (nothing) console.log('no test ran');
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') > 0 || nothing || interrupted ? 1 : 0;
}
