import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchAssessing, benchTariffs } from '@tidewaiter/duties/testing';
import { startServers } from '@tidewaiter/local';
import { Figures } from './figures.js';

/** The figures of duties on a Postgres of their own: `npm run bench -- duties`. */
async function tariffs(postgresUrl: string, figures: Figures): Promise<void> {
  const { rows, importMs, copyMs, peakMb, searchP50, searchP99, lookupP50, lookupP99 } =
    await benchTariffs(postgresUrl);
  figures.add(
    `import of a schedule of ${rows} rows`,
    `${importMs.toFixed(0)} ms, COPY of the same rows alone ${copyMs.toFixed(0)} ms, ${(importMs / copyMs).toFixed(2)} times`,
    'at most 4 times',
    importMs <= 4 * copyMs,
  );
  figures.add(
    'memory of a process that imports it',
    `${peakMb.toFixed(0)} MB resident at its highest`,
    'under 300 MB',
    peakMb < 300,
  );
  figures.add(
    'search of that nomenclature, 99 of 100',
    `${searchP99.toFixed(2)} ms, look-up by primary key ${lookupP99.toFixed(2)} ms, ${(searchP99 / lookupP99).toFixed(2)} times (the half: ${searchP50.toFixed(2)} and ${lookupP50.toFixed(2)} ms)`,
    'under 5 times',
    searchP99 < 5 * lookupP99,
  );
}

/** Of the engine alone, without servers. */
async function assessing(figures: Figures): Promise<void> {
  const { straightUs, explainedUs, figuresUs, thousandLines, wholeTariff } = await benchAssessing();
  const rateOf = (name: string, us: number, least: number): void =>
    figures.add(
      `assessment of an entry of 20 lines, ${name}`,
      `${us.toFixed(0)} µs, a straight line of the same figures ${straightUs.toFixed(0)} µs, ${(straightUs / us).toFixed(2)} of its rate`,
      `at least ${least}`,
      straightUs / us >= least,
    );
  rateOf('explained', explainedUs, 0.25);
  rateOf('figures only', figuresUs, 0.5);
  figures.add(
    'an entry of 1,000 lines against one of 20',
    `${thousandLines.toFixed(1)} times`,
    'at most 60 times',
    thousandLines <= 60,
  );
  figures.add(
    'a line on a tariff of 35,000 rows against one of 1,000',
    `${wholeTariff.toFixed(2)} times`,
    'at most 1.2 times',
    wholeTariff <= 1.2,
  );
}

const home = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
const servers = await startServers({ home });
try {
  const figures = new Figures();
  await assessing(figures);
  await tariffs(servers.postgres.nearUrl, figures);
  figures.end();
} finally {
  await servers.stop();
  rmSync(home, { recursive: true, force: true });
}
