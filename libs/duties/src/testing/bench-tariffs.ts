import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { now } from '@tidewaiter/kernel';
import { createDatabase } from '@tidewaiter/platform';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Nomenclature } from '../postgres/nomenclature.js';
import { htsLike } from './hts-like.js';
import { aCaller, anOrder } from './tariff-files.js';
import { tariffsOn } from './tariffs-on.js';

export interface TariffFigures {
  rows: number;
  /** milliseconds, the best of the rounds */
  importMs: number;
  copyMs: number;
  /** of a process that does this alone, at its highest, in MB */
  peakMb: number;
  /** milliseconds, 99 of 100 are quicker */
  searchP99: number;
  lookupP99: number;
  /** the same for the half */
  searchP50: number;
  lookupP50: number;
}

/** The built program, so that neither a loader nor this bench's own rows count. */
const ALONE = fileURLToPath(new URL('../../dist/testing/import-alone.js', import.meta.url));

async function peakAlone(database: TestDatabase, file: Buffer): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-schedule-'));
  try {
    const path = join(folder, 'schedule.csv');
    await writeFile(path, file);
    const { stdout } = await promisify(execFile)(process.execPath, [
      ALONE,
      database.url('duties_app'),
      database.url('duties_system'),
      path,
    ]);
    return Number(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * q)]!;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const TABLES = ['tariff_codes', 'tariff_measures'];

/** COPY of the rows that an import wrote, into empty tables of the same columns, keys and indexes, in one transaction. */
async function copyAlone(admin: pg.Client, url: string): Promise<number> {
  const files: Buffer[] = [];
  for (const table of TABLES) {
    const chunks: Buffer[] = [];
    for await (const chunk of admin.query(copyTo(`copy duties.${table} to stdout`))) chunks.push(chunk as Buffer);
    files.push(Buffer.concat(chunks));
    await admin.query(`drop table if exists bare_${table}`);
    await admin.query(`create table bare_${table} (like duties.${table} including all)`);
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await timed(async () => {
      await client.query('begin');
      for (const [at, table] of TABLES.entries()) {
        await pipeline(Readable.from(pieces(files[at]!)), client.query(copyFrom(`copy bare_${table} from stdin`)));
      }
      await client.query('commit');
    });
  } finally {
    await client.end();
  }
}

function* pieces(whole: Buffer): Generator<Buffer> {
  for (let at = 0; at < whole.length; at += 65_536) yield whole.subarray(at, at + 65_536);
}

/**
 * Import of a schedule of the US one's size against COPY of the same rows alone, and search of it against a look-up by primary key
 * through the same pool. Both pairs take turns, so that a busy machine slows both.
 *
 * @param serverUrl superuser's address of a Postgres; a database is made there and dropped again
 */
export async function benchTariffs(serverUrl: string, { rounds = 5, searches = 2000 } = {}): Promise<TariffFigures> {
  const database = await TestDatabase.create('duties', new URL('../../migrations/', import.meta.url), serverUrl);
  const admin = new pg.Client({ connectionString: database.url() });
  await admin.connect();
  try {
    const { file, words } = htsLike();
    const bytes = Buffer.from(file);
    const { tariffs } = tariffsOn((inline) => database.store({ inline }), now);
    const load = (round: number) =>
      tariffs.import(
        aCaller(),
        `bench-${round}`,
        anOrder({ source: 'usitc-hts-csv', validFrom: `2024-01-0${round + 1}` }),
        Readable.from(pieces(bytes)),
      );
    const imports: number[] = [];
    const copies: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // One content at a time: what COPY is given is what the import wrote.
      await admin.query('truncate duties.tariff_contents, duties.tariff_codes, duties.tariff_measures');
      imports.push(await timed(() => load(round)));
      copies.push(await copyAlone(admin, database.url()));
    }
    const peakMb = await peakAlone(database, bytes);
    await admin.query('vacuum analyze');

    const pool = createDatabase(database.pool('duties_app'), database.pool('duties_system', 1));
    const nomenclature = new Nomenclature(pool);
    const { rows } = await admin.query<{ ordinal: number; content_id: string }>(
      'select ordinal, content_id from duties.tariff_codes order by random() limit 500',
    );
    const search = (n: number): Promise<unknown> => {
      const word = (k: number): string => words[(n * 31 + k * 17) % (n % 3 === 0 ? 20 : 2000)]!;
      if (n % 5 === 4)
        return nomenclature.byCode('acme', 'US', '2026-01-01', String(101 + (n % 300)).padStart(4, '0'), 20);
      return nomenclature.byWords('acme', 'US', '2026-01-01', n % 2 === 0 ? word(0) : `${word(0)} ${word(1)}`, 20);
    };
    const lookup = (n: number): Promise<unknown> => {
      const { ordinal, content_id: contentId } = rows[n % rows.length]!;
      return pool.ask('acme', 'select * from tariff_codes where content_id = $1 and ordinal = $2', [
        contentId,
        ordinal,
      ]);
    };
    const [searched, looked]: [number[], number[]] = [[], []];
    for (let n = -200; n < searches; n += 1) {
      const at = Math.abs(n);
      const [one, other] = [await timed(() => search(at)), await timed(() => lookup(at))];
      if (n < 0) continue; // plans are made and pages are read first
      searched.push(one);
      looked.push(other);
    }
    return {
      rows: file.split('\n').length - 2,
      importMs: Math.min(...imports),
      copyMs: Math.min(...copies),
      peakMb,
      searchP99: quantile(searched, 0.99),
      lookupP99: quantile(looked, 0.99),
      searchP50: quantile(searched, 0.5),
      lookupP50: quantile(looked, 0.5),
    };
  } finally {
    await admin.end();
    await database.drop();
  }
}
