import { createHash, randomUUID } from 'node:crypto';
import { readManifest, readTar } from '@tidewaiter/evidence';
import type { EventStore, SubjectKeys } from '@tidewaiter/event-store';
import { createDatabase, type CallerIdentity, type Database } from '@tidewaiter/platform';
import { LogBench, received } from '../testing/log-bench.js';
import { dossierStream } from './disposal.js';
import { dossiersProjection } from './dossiers.projection.js';
import { EvidenceExport } from './evidence-export.js';
import { EvidenceJobs, EvidenceWorker } from './evidence-jobs.js';
import { LogService } from './log.service.js';

const personOf = (tenant: string, subject: string): CallerIdentity => ({
  ...{ tenant, subject, actor: `user:${subject}`, roles: ['auditor'], name: subject },
});
const [ann, foreign] = [personOf('acme', 'ann'), personOf('globex', 'gil')];
const shipments = [randomUUID(), randomUUID()];
const reason = 'quarterly audit';

let bench: LogBench;
let store: EventStore;
let keys: SubjectKeys;
let database: Database;
let logs: LogService;
let now: string;
let jobs: EvidenceJobs;
let exports: EvidenceExport;
let worker: EvidenceWorker;

beforeEach(async () => {
  bench = await LogBench.create();
  keys = bench.database.keys();
  store = bench.database.store({ inline: [dossiersProjection] });
  database = createDatabase(bench.app, bench.system);
  logs = new LogService(
    {
      ...{ AUDIT_SIGNER_FOLDER: bench.folder, AUDIT_WITNESSES: [], AUDIT_CHECKPOINT_MS: 5000 },
      ...{ AUDIT_ORIGIN: 'audit.example', AUDIT_SYSTEM_DATABASE_URL: bench.systemUrl },
    },
    database,
    { nudge: () => undefined },
  );
  now = '2026-11-24T14:00:00.000000Z';
  exports = new EvidenceExport(database, store, keys, logs, () => now);
  jobs = new EvidenceJobs(database, store, keys, () => now, { nudge: () => undefined });
  worker = new EvidenceWorker(database, keys, exports, () => now);
  await bench.stage(
    shipments.map((subject, n) =>
      received(`shipment-${subject}`, 1, { subject, data: { shipmentId: subject, reference: `NW-${n + 1}` } }),
    ),
  );
  await bench.settle();
});
afterEach(async () => {
  await logs.onApplicationShutdown();
  await bench.end();
});

const workOff = async (): Promise<void> => {
  while ((await worker.work()) > 0);
};
const newest = async () => (await jobs.list('acme')).items[0]!;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const historyOf = async (shipmentId: string) =>
  (await store.read('acme', dossierStream(shipmentId))).map(({ type }) => type);

describe('evidence of many shipments', () => {
  it('is made on the server, one file each, and what cannot be made is listed with its reason', async () => {
    const unknown = randomUUID();
    const asked = { shipments: [...shipments, unknown], reason };
    const { jobId } = await jobs.start(ann, asked, 'key-1');
    expect((await jobs.start(ann, asked, 'key-1')).jobId).toBe(jobId);
    expect(await newest()).toMatchObject({ state: 'running', total: 3, made: 0, keptUntil: null });
    await workOff();
    const { items } = await jobs.list('acme');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      ...{ state: 'done', total: 3, made: 2, refused: 1, by: 'user:ann', keptUntil: '2026-12-01T14:00:00.000Z' },
      files: [
        { reference: 'NW-1', state: 'made' },
        { reference: 'NW-2', state: 'made' },
        { shipmentId: unknown, reference: null, state: 'refused', code: 'audit.shipment.unknown' },
      ],
    });
  });

  it('is on record: that it was asked for, made and fetched, with the digest of what was fetched', async () => {
    const { jobId } = await jobs.start(ann, { shipments, reason }, 'key-1');
    await workOff();
    const file = await jobs.fetch(ann, jobId, shipments[0]!, 'fetch-1');
    expect(file.sha256).toBe(sha256(file.bytes));
    expect(readManifest(readTar(file.bytes).get('manifest.json')!).shipment).toBe(shipments[0]);
    const [asked] = await store.read('acme', `evidence-${jobId}`);
    expect(asked).toMatchObject({ type: 'EvidenceJobStarted', actor: 'user:ann', data: { reason, shipments } });
    const history = await store.read('acme', dossierStream(shipments[0]!));
    expect(history).toMatchObject([
      { type: 'EvidenceExported', data: { reason, sha256: file.sha256 } },
      { type: 'EvidenceDownloaded', data: { jobId, reason, by: 'user:ann', sha256: file.sha256 } },
    ]);
    expect(await historyOf(shipments[1]!)).toEqual(['EvidenceExported']);
  });

  it('goes on after a kill: the bytes on record are those that are kept', async () => {
    const killed = new EvidenceExport(database, store, keys, logs, () => now);
    killed.record = () => Promise.reject(new Error('killed'));
    const { jobId } = await jobs.start(ann, { shipments: [shipments[0]!], reason }, 'key-1');
    await expect(new EvidenceWorker(database, keys, killed, () => now).work()).rejects.toThrow('killed');
    expect(await historyOf(shipments[0]!)).toEqual([]);
    // Made anew, the file would have another time in it, and so another digest.
    now = '2026-11-24T15:00:00.000000Z';
    await bench.system.query(`update evidence_files set not_before = '-infinity'`);
    await workOff();
    const file = await jobs.fetch(ann, jobId, shipments[0]!, 'fetch-1');
    expect(sha256(file.bytes)).toBe(file.sha256);
    const [made] = await store.read('acme', dossierStream(shipments[0]!));
    expect(made).toMatchObject({ type: 'EvidenceExported', data: { sha256: file.sha256 } });
    expect(readManifest(readTar(file.bytes).get('manifest.json')!).exportedAt).toBe('2026-11-24T14:00:00.000000Z');
  });

  it('is no longer kept after seven days, nor when the persons were erased; the digest stays', async () => {
    const { jobId } = await jobs.start(ann, { shipments, reason }, 'key-1');
    await workOff();
    await keys.destroy('acme', shipments[0]!);
    const gone = expect.objectContaining({ code: 'audit.evidence.gone' });
    await expect(jobs.fetch(ann, jobId, shipments[0]!, 'fetch-1')).rejects.toEqual(gone);
    now = '2026-12-01T14:00:01.000000Z';
    await worker.work();
    await expect(jobs.fetch(ann, jobId, shipments[1]!, 'fetch-2')).rejects.toEqual(gone);
    expect((await newest()).files[1]).toMatchObject({ state: 'gone', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await historyOf(shipments[1]!)).toEqual(['EvidenceExported']);
  });

  it('stops when it is told to, and is nobody else’s', async () => {
    const { jobId } = await jobs.start(ann, { shipments, reason }, 'key-1');
    await expect(jobs.stop('globex', jobId)).rejects.toMatchObject({ code: 'audit.evidence.unknown' });
    expect(await jobs.stop('acme', jobId)).toMatchObject({ state: 'stopped', made: 0 });
    await workOff();
    expect(await newest()).toMatchObject({ state: 'stopped', made: 0 });
    expect((await jobs.list('globex')).items).toEqual([]);
    const foreignFetch = jobs.fetch(foreign, jobId, shipments[0]!, 'fetch-1');
    await expect(foreignFetch).rejects.toMatchObject({ code: 'audit.evidence.unknown' });
  });
});
