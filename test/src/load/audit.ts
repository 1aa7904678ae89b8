import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchLog, benchVerify } from '@tidewaiter/audit/testing';
import { startServers } from '@tidewaiter/local';
import { Figures } from './figures.js';

/** The figures of the audit log on servers of their own: `npm run bench -- audit`; `BENCH_LEAVES` makes it shorter. */
const figures = new Figures();

async function auditLog(): Promise<void> {
  const leaves = Number(process.env['BENCH_LEAVES'] ?? 1_000_000);
  const { verify, events, plain, residentMb: resident } = await benchVerify(leaves);
  figures.add(
    `verify ${leaves} leaves offline`,
    `${verify.toFixed(0)}/s, plain SHA-256 ${plain.toFixed(0)}/s, ${(verify / plain).toFixed(2)} of its rate; with every event read ${events.toFixed(0)}/s`,
    'at least 0.3',
    verify / plain >= 0.3,
  );
  figures.add('memory of the verifier', `${resident.toFixed(0)} MB at its largest`, 'under 200 MB', resident < 200);
  const home = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
  const servers = await startServers({ home });
  try {
    const say = (text: string): void => console.log(`  … ${text}`);
    const log = await benchLog({ postgresUrl: servers.postgres.url, brokers: servers.kafka.brokers }, leaves, say);
    figures.add(
      'from Kafka to a published checkpoint, 600-byte events',
      `${log.rate.toFixed(0)}/s, bare consumer with COPY ${log.copyRate.toFixed(0)}/s, ${(log.rate / log.copyRate).toFixed(2)} of its rate`,
      'at least 0.35, and 3,000/s',
      log.rate / log.copyRate >= 0.35 && log.rate >= 3000,
    );
    figures.add(
      `ingest at ${leaves} leaves`,
      `${log.late.toFixed(0)}/s, at ten thousand ${log.early.toFixed(0)}/s, ${(log.late / log.early).toFixed(2)} of it`,
      'at least 0.9',
      log.late / log.early >= 0.9,
    );
    figures.add(
      'recorded to covered by a checkpoint, p99 at 500 events/s',
      `${log.coverP99.toFixed(0)} ms, checkpoints every ${log.checkpointMs} ms`,
      'within 3 intervals',
      log.coverP99 <= 3 * log.checkpointMs,
    );
    const times = (p99: number): string =>
      `${p99.toFixed(2)} ms, primary-key lookup ${log.lookupP99.toFixed(2)} ms, ${(p99 / log.lookupP99).toFixed(1)} times`;
    figures.add('inclusion proof, p99', times(log.proofP99), 'under 10 times', log.proofP99 < 10 * log.lookupP99);
    figures.add(
      'replay of a shipment with 300 events, p99',
      times(log.replayP99),
      'under 20 times',
      log.replayP99 < 20 * log.lookupP99,
    );
  } finally {
    await servers.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

await auditLog();
figures.end();
