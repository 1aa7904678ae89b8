import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchTariffs } from '@tidewaiter/duties/testing';
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

const home = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
const servers = await startServers({ home });
try {
  const figures = new Figures();
  await tariffs(servers.postgres.nearUrl, figures);
  figures.end();
} finally {
  await servers.stop();
  rmSync(home, { recursive: true, force: true });
}
