import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lookAtRun, secretsOf, stopRun } from '@tidewaiter/local';
import { showReconciliation, showTimeline } from '@tidewaiter/contracts';
import { clientOf, IMPATIENT, newRunId, play, ROOT, temporaryHome, throwAway, type Addresses } from '../house.js';
import { takeLog } from '../log.js';
import { Outside } from '../outside.js';
import type { Told } from '../story.js';
import { until } from '../waiting.js';

const STORIES = ['story/gb', 'story/us', 'story/de'];
const KILLS = 10;
/** every so many blows fall on the runner as well */
const RUNNER_TOO = 4;

/** A small generator of the same numbers for the same seed. @see mulberry32 */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `npm start` without the story, whose process we may kill; what it runs goes on without it, as it would on any machine. */
class Runner {
  private child: ChildProcess | undefined;

  constructor(readonly home: string) {}

  start(): void {
    const log = openSync(join(this.home, 'runner.txt'), 'a');
    this.child = spawn(process.execPath, [join(ROOT, 'apps/cli/bin/tidewaiter.mjs'), 'up'], {
      cwd: ROOT,
      env: { ...process.env, ...IMPATIENT, TIDEWAITER_DATA: this.home },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Process id of the one process of ours, while there is one. */
  process(): number | undefined {
    return lookAtRun(this.home)?.programs.find(({ part, alive }) => part === 'tidewaiter' && alive)?.pid;
  }

  addresses(): Addresses {
    const { api, identity, simulators } = lookAtRun(this.home)!.record;
    if (!api || !identity || !simulators) throw new Error('the stack is not up');
    return { api, identity, simulators };
  }

  async ready(): Promise<true> {
    const answer = await fetch(`${this.addresses().api}/health/ready`);
    if (!answer.ok) throw new Error(await answer.text());
    return true;
  }

  async stop(): Promise<void> {
    await this.kill();
    await stopRun(this.home);
  }
}

describe('kill -9 of the one process, at ten moments of three stories', () => {
  const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const draw = numbers(seed);
  const plan: string[] = [];
  const runner = new Runner(temporaryHome());
  let ends: Map<string, Told>;
  let outside: Outside;

  /** What a failure has to show for itself: the same seed kills at the same distances. */
  const withPlan = (failed: unknown): unknown => ({ seed, plan, failed });

  /** One blow: the process alone, which its runner starts again, or the runner first and then a new `npm start`. */
  async function strike(n: number): Promise<void> {
    const waits = Math.floor(draw() * 2_500);
    await pause(waits);
    const pid = await until('a process to kill', async () => runner.process());
    const withRunner = n % RUNNER_TOO === 0;
    if (withRunner) await runner.kill();
    process.kill(pid, 'SIGKILL');
    const struck = performance.now();
    if (withRunner) runner.start();
    await until(
      'the process to serve again',
      async () => {
        const now = runner.process();
        return now !== undefined && now !== pid && (await runner.ready());
      },
      90_000,
    );
    const back = ((performance.now() - struck) / 1000).toFixed(1);
    plan.push(
      `after ${waits} ms ${withRunner ? 'runner and process' : 'process'} ${pid}, serving again after ${back} s`,
    );
  }

  beforeAll(async () => {
    runner.start();
    await until('the stack to be up', () => runner.ready(), 120_000);
    outside = new Outside(runner.addresses().simulators, secretsOf(runner.home).simulatorAdminToken);
    const playing = play(runner.home, STORIES, newRunId());
    for (let n = 1; n <= KILLS; n += 1) await strike(n);
    ends = await playing;
  }, 420_000);
  afterAll(async () => {
    await runner.stop();
    await throwAway(runner.home);
  }, 60_000);

  it('ten blows fell while the stories ran', () => {
    expect(withPlan(plan.length)).toEqual(withPlan(KILLS));
  });

  it.each(STORIES)('%s ends as it does undisturbed', (name) => {
    expect(withPlan(ends.get(name)!.failed)).toEqual(withPlan([]));
  });

  it.each([
    ['story/gb', ['cleared']],
    // The release, then its entry summary.
    ['story/us', ['rejected', 'released', 'accepted']],
    ['story/de', ['cleared']],
  ])(
    'the authority has one filing per version of %s, the bank one debit, the carrier one booking',
    async (name, standings) => {
      const { reference } = ends.get(name)!;
      expect(withPlan((await outside.filings(reference)).map(({ standing }) => standing))).toEqual(withPlan(standings));
      expect(withPlan((await outside.debits(reference)).length)).toEqual(withPlan(1));
      expect(withPlan((await outside.bookings(reference)).length)).toEqual(withPlan(1));
    },
  );

  it('nothing is doubled in the books of the outside world', async () => {
    expect(withPlan(await outside.doubles())).toEqual(withPlan([]));
  });

  it('the log holds every event once, and nothing waits in an outbox or stands parked', async () => {
    const auditor = clientOf(runner.addresses(), 'auditor@acme');
    const status = await until('the log to hold all that was staged', async () => {
      const now = await auditor.call(showReconciliation);
      return now.published === now.staged && now;
    });
    expect(withPlan([status.parked, status.alarms])).toEqual(withPlan([[], []]));
    const { verdict, leaves } = await takeLog(auditor, 'acme');
    expect(withPlan(verdict.ok)).toEqual(withPlan(true));
    for (const { shipmentId } of ends.values()) {
      const { items } = await auditor.call(showTimeline, { params: { shipmentId }, query: { limit: 200 } });
      const logged = leaves.filter(({ subject }) => subject === shipmentId).map(({ id }) => id);
      expect(withPlan(logged.sort())).toEqual(withPlan(items.map(({ eventId }) => eventId).sort()));
    }
    await until('empty outboxes and no parked streams', async () => {
      const text = await (await fetch(`${runner.addresses().api}/metrics`)).text();
      const gauges = [...text.matchAll(/^tidewaiter_(?:outbox_unsent|streams_parked)\{[^}]*\} (\d+)$/gm)];
      return gauges.length > 0 && gauges.every(([, count]) => count === '0');
    });
  }, 120_000);

  it('no log of the run names a secret', () => {
    const said = readFileSync(join(runner.home, 'logs/tidewaiter.log'), 'utf8');
    for (const secret of Object.values(secretsOf(runner.home))) expect(said.includes(String(secret))).toBe(false);
  });
});
