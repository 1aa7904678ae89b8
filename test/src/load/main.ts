import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchLog, benchVerify } from '@tidewaiter/audit/testing';
import { startPlatform, startServers, type Platform } from '@tidewaiter/local';
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

const temporaryHome = (): string => mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
const forget = (home: string): void => {
  if (process.env['BENCH_KEEP']) console.log(`kept: ${home}`);
  else rmSync(home, { recursive: true, force: true });
};

async function wholePlatform(): Promise<void> {
  const home = temporaryHome();
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
    forget(home);
  }
}

async function auditLog(): Promise<void> {
  const leaves = Number(process.env['BENCH_LEAVES'] ?? 1_000_000);
  const { verify, events, plain, residentMb: resident } = await benchVerify(leaves);
  figure(
    `verify ${leaves} leaves offline`,
    `${verify.toFixed(0)}/s, plain SHA-256 ${plain.toFixed(0)}/s, ${(verify / plain).toFixed(2)} of its rate; with every event read ${events.toFixed(0)}/s`,
    'at least 0.3',
    verify / plain >= 0.3,
  );
  figure('memory of the verifier', `${resident.toFixed(0)} MB at its largest`, 'under 200 MB', resident < 200);
  const home = temporaryHome();
  const servers = await startServers({ home });
  try {
    const say = (text: string): void => console.log(`  … ${text}`);
    const log = await benchLog({ postgresUrl: servers.postgres.url, brokers: servers.kafka.brokers }, leaves, say);
    figure(
      'from Kafka to a published checkpoint, 600-byte events',
      `${log.rate.toFixed(0)}/s, bare consumer with COPY ${log.copyRate.toFixed(0)}/s, ${(log.rate / log.copyRate).toFixed(2)} of its rate`,
      'at least 0.35, and 3,000/s',
      log.rate / log.copyRate >= 0.35 && log.rate >= 3000,
    );
    figure(
      `ingest at ${leaves} leaves`,
      `${log.late.toFixed(0)}/s, at ten thousand ${log.early.toFixed(0)}/s, ${(log.late / log.early).toFixed(2)} of it`,
      'at least 0.9',
      log.late / log.early >= 0.9,
    );
    figure(
      'recorded to covered by a checkpoint, p99 at 500 events/s',
      `${log.coverP99.toFixed(0)} ms, checkpoints every ${log.checkpointMs} ms`,
      'within 3 intervals',
      log.coverP99 <= 3 * log.checkpointMs,
    );
    const times = (p99: number): string =>
      `${p99.toFixed(2)} ms, primary-key lookup ${log.lookupP99.toFixed(2)} ms, ${(p99 / log.lookupP99).toFixed(1)} times`;
    figure('inclusion proof, p99', times(log.proofP99), 'under 10 times', log.proofP99 < 10 * log.lookupP99);
    figure(
      'replay of a shipment with 300 events, p99',
      times(log.replayP99),
      'under 20 times',
      log.replayP99 < 20 * log.lookupP99,
    );
  } finally {
    await servers.stop();
    forget(home);
  }
}

const BENCHES: Record<string, () => Promise<void>> = { platform: wholePlatform, audit: auditLog };
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  console.error(`There is no bench ${unknown}; there are ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
for (const name of asked.length === 0 ? Object.keys(BENCHES) : asked) await BENCHES[name]!();
if (figures.some((each) => !each.holds)) {
  console.log(
    `${figures.filter((each) => !each.holds).length} of ${figures.length} figures do not hold on this machine.`,
  );
  process.exitCode = 1;
}
