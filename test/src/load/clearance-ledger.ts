import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchLedger } from '@tidewaiter/duties/testing';
import { startServers } from '@tidewaiter/local';
import type { Figures } from './figures.js';

/** The ledger of customs money on a Postgres of its own; `BENCH_POSTINGS` makes it shorter. */
export async function ledger(figures: Figures): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
  const servers = await startServers({ home });
  try {
    const postings = Number(process.env['BENCH_POSTINGS'] ?? 1_000_000);
    const found = await benchLedger(servers.postgres.nearUrl, { postings });
    const rate = found.postings / found.inserts;
    figures.add(
      'postings (a debit with its credit) of entries with two lines, duty and tax, with their running sums, 8 clients',
      `${found.postings.toFixed(0)}/s, bare one-row insert ${found.inserts.toFixed(0)}/s, ${rate.toFixed(2)} of its rate`,
      'at least 0.3',
      rate >= 0.3,
    );
    const times = found.balanceMs / found.lookupMs;
    figures.add(
      `a customer’s balances over ${found.booked} postings`,
      `${found.balanceMs.toFixed(2)} ms, look-up by primary key ${found.lookupMs.toFixed(2)} ms, ${times.toFixed(2)} times`,
      'at most 10 times',
      times <= 10,
    );
  } finally {
    await servers.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
