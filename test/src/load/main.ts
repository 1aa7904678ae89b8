import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPlatform, type Platform } from '@tidewaiter/local';
import { benchAppend } from '@tidewaiter/event-store/testing';
import { median, openBare } from './bare.js';
import { inFlight } from './in-flight.js';
import { Shipments } from './shipments.js';

const root = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');
const COUNT = Number(process.env['BENCH_SHIPMENTS'] ?? 300);
const FLIGHT = 100;
const WARM_UP = 200;
const MEMORY_SHIPMENTS = Number(process.env['BENCH_MEMORY_SHIPMENTS'] ?? 1000);

interface Figure {
  name: string;
  measured: string;
  bound: string;
  holds: boolean;
}

const figures: Figure[] = [];
const figure = (name: string, measured: string, bound: string, holds: boolean): void => {
  figures.push({ name, measured, bound, holds });
  console.log(`${holds ? '✓' : '✗'} ${name}: ${measured} (${bound})`);
};

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

async function lifecycle(platform: Platform): Promise<void> {
  const bare = await openBare(platform.addresses.temporal);
  const shipments = await Shipments.open(platform);
  try {
    // Programs that have just started run uncompiled: what is measured is how they go on.
    await inFlight(WARM_UP, FLIGHT, () => shipments.one());
    await bare.rate(WARM_UP, FLIGHT);

    const alone: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const started = performance.now();
      await shipments.one();
      alone.push(performance.now() - started);
    }
    const bareAlone = await bare.alone(9);
    const ratioAlone = median(alone) / bareAlone;
    figure(
      'one shipment alone, engagement to seal',
      `${median(alone).toFixed(0)} ms, bare workflow ${bareAlone.toFixed(0)} ms, ${ratioAlone.toFixed(2)} times`,
      'under 3 times',
      ratioAlone < 3,
    );

    // The two take turns, so that a busy machine slows both.
    let shipmentSeconds = 0;
    let bareSeconds = 0;
    const rounds = 3;
    for (let round = 0; round < rounds; round += 1) {
      const started = performance.now();
      await inFlight(COUNT / rounds, FLIGHT, () => shipments.one());
      shipmentSeconds += (performance.now() - started) / 1000;
      bareSeconds += COUNT / rounds / (await bare.rate(COUNT / rounds, FLIGHT));
    }
    const rate = COUNT / shipmentSeconds;
    const bareRate = COUNT / bareSeconds;
    figure(
      `shipments through the whole lifecycle, ${FLIGHT} in flight`,
      `${rate.toFixed(1)}/s, bare workflow ${bareRate.toFixed(1)}/s, ${(rate / bareRate).toFixed(2)} of its rate`,
      'at least 0.7',
      rate / bareRate >= 0.7,
    );

    const pid = platform.pids()['tidewaiter']!;
    const before = COUNT + WARM_UP + 9;
    const halfway = residentMb(pid);
    await inFlight(Math.max(0, MEMORY_SHIPMENTS - before), FLIGHT, () => shipments.one());
    const after = residentMb(pid);
    figure(
      `memory of the one process after ${Math.max(before, MEMORY_SHIPMENTS)} shipments`,
      `${after.toFixed(0)} MB resident, ${halfway.toFixed(0)} MB after ${before}`,
      'under 700 MB',
      after < 700,
    );
  } finally {
    shipments.close();
    await bare.close();
  }
}

const home = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
const platform = await startPlatform({
  root,
  home,
  mode: 'one',
  env: { ...process.env, SIMULATOR_PACE: 'fast', LOG_LEVEL: 'warn' },
});
try {
  await lifecycle(platform);
  // Last: it makes roles of its own on the same server.
  const append = await benchAppend(platform.postgresUrl);
  figure(
    'append of an event with its outbox row, 8 clients',
    `${append.append.toFixed(0)}/s, bare one-row insert ${append.insert.toFixed(0)}/s, ${append.ratio.toFixed(2)} of its rate`,
    'at least 0.4',
    append.ratio >= 0.4,
  );
} finally {
  await platform.stop();
  if (process.env['BENCH_KEEP']) console.log(`kept: ${home}`);
  else rmSync(home, { recursive: true, force: true });
}
if (figures.some((each) => !each.holds)) {
  console.log(
    `${figures.filter((each) => !each.holds).length} of ${figures.length} figures do not hold on this machine.`,
  );
  process.exitCode = 1;
}
