import { createHash, randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { EventEnvelope, Step } from '@tidewaiter/contracts';
import { silentLog } from '@tidewaiter/event-bus';
import { readManifest, readTar, verifyEvidence, type ToVerify } from '@tidewaiter/evidence';
import { ed25519Verify, nodeHasher } from '@tidewaiter/merkle/node';
import { Drain, type EventStore, type SubjectKeys } from '@tidewaiter/event-store';
import {
  byOf,
  createDatabase,
  RecordActivitiesService,
  Unauthenticated,
  type Binary,
  type CallerIdentity,
  type Database,
} from '@tidewaiter/platform';
import { dossier } from '../domain/index.js';
import { EvidenceController } from '../http/evidence.controller.js';
import { LogController } from '../http/log.controller.js';
import { ProofsController } from '../http/proofs.controller.js';
import { RetentionController } from '../http/retention.controller.js';
import { LogBench, received, receivedAs, someEvents } from '../testing/log-bench.js';
import { AuditActivitiesService } from './audit.activities.js';
import { Disposal, dossierStream } from './disposal.js';
import { dossiersProjection } from './dossiers.projection.js';
import { Evidence } from './evidence.js';
import { EvidenceExport } from './evidence-export.js';
import { LogService } from './log.service.js';
import { mattersProjection } from './matters.projection.js';
import { Proofs } from './proofs.js';
import { Readers, readersProjection } from './readers.js';
import { Reports } from './reports.js';

const shipmentId = '0192aaaa-0000-7000-8000-000000000001';
const personOf = (tenant: string, subject: string, role = 'compliance'): CallerIdentity => ({
  tenant,
  subject,
  actor: `user:${subject}`,
  roles: [role as 'compliance'],
  name: subject,
});
const ann = personOf('acme', 'ann');
const bob = personOf('acme', 'bob');
const stranger = personOf('globex', 'gil');
const partner = personOf('acme', 'pat', 'partner');
const tokenOf = ({ subject }: CallerIdentity): string => `Bearer ${subject}`;

const stepOf = (commandId: string, subject = shipmentId): Step => ({
  tenant: 'acme',
  subject,
  commandId,
  correlationId: `shipment/${subject}`,
  causationId: 'test',
  actor: 'system:workflow',
});

let bench: LogBench;
let store: EventStore;
let keys: SubjectKeys;
let database: Database;
let logs: LogService;
let clock: string;
let activities: AuditActivitiesService;
let disposal: Disposal;
let retentionHttp: RetentionController;
let evidence: Evidence;
let evidenceHttp: EvidenceController;
let logHttp: LogController;
let proofsHttp: ProofsController;
let drain: Drain | undefined;

beforeEach(async () => {
  bench = await LogBench.create();
  keys = bench.database.keys();
  store = bench.database.store({ inline: [dossiersProjection, readersProjection, mattersProjection] });
  database = createDatabase(bench.app, bench.system);
  logs = new LogService(
    {
      AUDIT_SIGNER_FOLDER: bench.folder,
      AUDIT_WITNESSES: [],
      AUDIT_CHECKPOINT_MS: 5000,
      AUDIT_ORIGIN: 'audit.example',
      AUDIT_SYSTEM_DATABASE_URL: bench.systemUrl,
    },
    database,
    { nudge: () => drain?.nudge() },
  );
  clock = '2026-11-24T14:00:00.000000Z';
  disposal = new Disposal(store, database, keys, () => clock, silentLog as never);
  activities = new AuditActivitiesService(store, database, disposal, logs);
  retentionHttp = new RetentionController(store, disposal);
  evidence = new Evidence(database, () => clock);
  evidenceHttp = new EvidenceController(store, evidence, new EvidenceExport(database, store, keys, logs, () => clock), {
    start: async () => undefined,
  });
  const people = [ann, bob, stranger, partner];
  const tokens = {
    verify: async (authorization: string | undefined) => {
      const caller = people.find(({ subject }) => authorization === `Bearer ${subject}`);
      if (!caller) throw new Unauthenticated('identity.token.invalid', 'no such token');
      return caller;
    },
  };
  const readers = new Readers(database, tokens, () => clock);
  logHttp = new LogController(database, logs, readers);
  proofsHttp = new ProofsController(new Proofs(database, logs), readers, store, () => clock);
});
afterEach(async () => {
  await drain?.stop();
  drain = undefined;
  await logs.onApplicationShutdown();
  await bench.end();
});

const inActivity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
const seal = (streams: Record<string, number>, commandId = `shipment/${shipmentId}/seal/1`, jurisdiction = 'GB') =>
  inActivity(() => activities.sealDossier(stepOf(commandId), { jurisdiction, streams, entryDate: '2026-11-24' }));

describe('sealing a dossier', () => {
  it('waits until every stream named is in the log and a signed checkpoint covers it, asked for ahead of its turn', async () => {
    await bench.stage([received('shipment-1', 1), received('engagement-9', 1, { subject: 'engagement-9' })]);
    await bench.settle();
    drain = new Drain({ name: 'log', work: () => logs.work(), log: silentLog, idleMs: 20 });
    drain.start();
    let done = false;
    const sealing = seal({ 'shipment-1': 3, 'engagement-9': 1 }).then((answer) => ((done = true), answer));
    await bench.stage([received('shipment-1', 2), received('file-1', 1)]);
    await new Promise((go) => setTimeout(go, 300));
    expect(done).toBe(false);
    await bench.stage([received('shipment-1', 3)]);
    drain.nudge();
    const { sealed } = await sealing;
    expect(sealed).toMatchObject({ events: 5, treeSize: 5, retainUntil: '2032-11-24' });
    expect(await evidenceHttp.dossier({ params: { shipmentId }, query: {}, body: undefined }, ann)).toMatchObject({
      sealed: true,
      events: 5,
      treeSize: 5,
      rootHash: sealed.rootHash,
      retainUntil: '2032-11-24',
      law: expect.stringContaining('Value Added Tax Act'),
      hold: null,
      erased: false,
    });
    const stored = await store.read('acme', `dossier-${shipmentId}`);
    expect(stored.map(({ type }) => type)).toEqual(['DossierSealed', 'RetentionClockSet']);
    expect(stored[0]!.data).toMatchObject({ streams: { 'shipment-1': 3, 'engagement-9': 1, 'file-1': 1 } });
  });

  it('answers the same to a retry, and to a second seal', async () => {
    await bench.stage(someEvents(5, {}, 1));
    await bench.settle();
    const first = await seal({ 'file-0': 5 });
    expect(await seal({ 'file-0': 5 })).toEqual(first);
    expect(await seal({ 'file-0': 5 }, 'another/command')).toEqual(first);
    expect(await store.read('acme', `dossier-${shipmentId}`)).toHaveLength(2);
  });

  it('refuses a jurisdiction without a retention law, and stops when it is cancelled', async () => {
    await expect(seal({}, 'c', 'FR')).rejects.toMatchObject({ code: 'audit.retention.no-law' });
    const environment = new MockActivityEnvironment();
    const sealing = environment.run(() =>
      activities.sealDossier(stepOf('d'), {
        jurisdiction: 'GB',
        streams: { 'shipment-1': 1 },
        entryDate: '2026-11-24',
      }),
    );
    environment.cancel();
    await expect(sealing).rejects.toThrow();
  });
});

describe('retention', () => {
  const sealAt = async (id: string) => {
    await bench.stage([received(`shipment-${id}`, 1, { subject: id })]);
    await bench.settle();
    await inActivity(() =>
      activities.sealDossier(stepOf(`seal/${id}`, id), {
        jurisdiction: 'GB',
        streams: { [`shipment-${id}`]: 1 },
        entryDate: '2026-11-24',
      }),
    );
  };
  const apply = (run: string) => inActivity(() => activities.applyRetention(stepOf(`retention/${run}`, 'retention')));
  const approve = (caller: CallerIdentity, id = shipmentId, n = 1) =>
    retentionHttp.approve(
      { params: { shipmentId: id }, query: {}, body: undefined },
      caller,
      `http/approve/${caller.subject}/${id}/${n}`,
    );
  const nothing = { recomputed: 0, looked: 0, erased: 0, held: 0, waiting: 0 };

  it('erases the persons of due dossiers when two people approved, by destroying their keys, and leaves the log verifiable', async () => {
    await sealAt(shipmentId);
    await keys.sealer('acme', shipmentId);
    clock = '2032-11-24T23:59:59.000000Z';
    expect(await apply('1')).toEqual(nothing);
    await expect(approve(ann)).rejects.toMatchObject({ code: 'audit.retention.not-due' });
    clock = '2032-11-25T00:00:01.000000Z';
    expect(await apply('2')).toEqual({ ...nothing, looked: 1, waiting: 1 });
    expect(await approve(ann, shipmentId, 2)).toMatchObject({ approvals: ['user:ann'], needed: 2, erased: false });
    await expect(approve(ann, shipmentId, 3)).rejects.toMatchObject({ code: 'audit.disposal.same-person' });
    expect(await apply('3')).toEqual({ ...nothing, looked: 1, waiting: 1 });
    expect(await approve(bob)).toMatchObject({ erased: true });
    expect(await approve(bob)).toMatchObject({ erased: true });
    expect(await apply('4')).toEqual(nothing);
    await expect(keys.sealer('acme', shipmentId)).rejects.toMatchObject({ code: 'event-store.subject.erased' });
    expect((await store.read('acme', `dossier-${shipmentId}`)).at(-1)).toMatchObject({
      type: 'PersonalDataErased',
      data: { keys: 1 },
    });
    expect(await bench.verify()).toMatchObject({ ok: true });
  });

  it('passes over what is on hold, until it is lifted by another person; the daily run then follows', async () => {
    await sealAt(shipmentId);
    clock = '2033-01-01T00:00:00.000000Z';
    await approve(ann);
    const hold = { params: { shipmentId }, query: {}, body: { matter: 'customs audit 2032' } };
    await evidenceHttp.place(hold, ann, 'http/placeHold/1');
    await expect(approve(bob)).rejects.toMatchObject({ code: 'audit.dossier.on-hold' });
    expect(await apply('1')).toEqual({ ...nothing, looked: 1, held: 1 });
    const lifting = { params: { shipmentId }, query: {}, body: undefined };
    await expect(evidenceHttp.lift(lifting, ann, 'http/liftHold/1')).rejects.toMatchObject({
      code: 'audit.hold.same-person',
    });
    await evidenceHttp.lift(lifting, bob, 'http/liftHold/2');
    expect(await approve(bob, shipmentId, 2)).toMatchObject({ erased: true });
    await expect(evidenceHttp.place(hold, ann, 'http/placeHold/2')).rejects.toMatchObject({
      code: 'audit.dossier.erased',
    });
  });

  it('keeps every shipment of a customer or party on hold, found by the log', async () => {
    const engagementId = randomUUID();
    const opened = {
      type: 'tidewaiter.shipments.ShipmentOpened.v1',
      subject: shipmentId,
      data: { engagementId, parties: [{ role: 'consignee', identifier: 'GB123456789000' }] },
    };
    await bench.stage([
      received('engagement-1', 1, {
        type: 'tidewaiter.shipments.EngagementOpened.v1',
        subject: engagementId,
        data: { customer: { name: 'Rosenthal & Söhne' } },
      }),
      received(`opened-${shipmentId}`, 1, opened),
    ]);
    await sealAt(shipmentId);
    clock = '2033-01-01T00:00:00.000000Z';
    let n = 0;
    const hold = (scope: Parameters<RetentionController['place']>[0]['body']['scope']) =>
      retentionHttp.place({ params: {}, query: {}, body: { matter: 'fraud', scope } }, ann, `http/matter/${(n += 1)}`);
    const lift = (matterId: string) =>
      retentionHttp.lift({ params: { matterId }, query: {}, body: undefined }, bob, `http/lift/${(n += 1)}`);
    await hold({ kind: 'customer', name: 'Somebody else' });
    const customer = await hold({ kind: 'customer', name: 'rosenthal & söhne' });
    await expect(approve(ann)).rejects.toMatchObject({ code: 'audit.dossier.on-hold' });
    expect(await apply('1')).toMatchObject({ looked: 1, held: 1 });
    const party = await hold({ kind: 'party', identifier: 'GB123456789000' });
    await lift(customer.matterId);
    await expect(approve(ann, shipmentId, 2)).rejects.toMatchObject({ code: 'audit.dossier.on-hold' });
    await lift(party.matterId);
    expect(await approve(ann, shipmentId, 3)).toMatchObject({ approvals: ['user:ann'] });
  });

  it('works the clock out again when the log has a later acceptance, and asks for approvals anew', async () => {
    await sealAt(shipmentId);
    clock = '2033-01-01T00:00:00.000000Z';
    await approve(ann);
    await bench.stage([
      received(`declaration-${shipmentId}`, 1, {
        type: 'tidewaiter.customs.DeclarationAccepted.v1',
        subject: shipmentId,
        data: { acceptedOn: '2028-02-29' },
      }),
    ]);
    await bench.settle();
    expect(await apply('1')).toEqual({ ...nothing, recomputed: 1 });
    expect((await store.load(dossier, 'acme', dossierStream(shipmentId))).state).toMatchObject({
      retention: { from: '2028-02-29', until: '2034-02-28' },
      approvals: [],
    });
    expect(await apply('2')).toEqual(nothing);
  });

  it('a hold that is being placed is not overtaken by an erasure', async () => {
    await sealAt(shipmentId);
    clock = '2033-01-01T00:00:00.000000Z';
    await approve(ann);
    const [, outcome] = await Promise.allSettled([
      evidenceHttp.place({ params: { shipmentId }, query: {}, body: { matter: 'a dispute' } }, ann, 'http/placeHold/9'),
      approve(bob).catch((error: { code: string }) => error.code),
    ]);
    expect(outcome.status).toBe('fulfilled');
    const types = (await store.read('acme', `dossier-${shipmentId}`)).map(({ type }) => type);
    expect(types.filter((type) => type === 'LegalHoldPlaced' || type === 'PersonalDataErased')).toHaveLength(1);
  });
});

describe('replay', () => {
  const opened = '2026-11-24T10:00:00.000000Z';
  const later = '2026-11-24T11:00:00.000000Z';
  const ask = (known?: string, caller = ann, id = shipmentId) =>
    evidenceHttp.replay(
      { params: { shipmentId: id }, query: known === undefined ? {} : { known }, body: undefined },
      caller,
    );

  beforeEach(async () => {
    await bench.stage([
      received('unheard-1', 1, { time: opened, type: 'tidewaiter.customs.Opened.v1' }),
      received('unheard-1', 2, { time: later, type: 'tidewaiter.customs.Closed.v1' }),
      received('unheard-2', 1, { time: later, subject: 'another' }),
    ]);
    await bench.settle();
  });

  it('shows a shipment as it was known at an instant, from its own events alone', async () => {
    expect(await ask('2026-11-24T10:30:00.000000Z')).toMatchObject({ events: 1, streams: { 'unheard-1': 1 } });
    const whole = await ask();
    expect(whole).toMatchObject({ known: clock, events: 2, streams: { 'unheard-1': 2 } });
    expect(whole.timeline.map(({ index, version }) => [index, version])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
  it('takes an instant in any offset', async () => {
    expect((await ask('2026-11-24T12:30:00+02:00')).events).toBe(1);
  });
  it('names the first event when nothing was known yet', async () => {
    await expect(ask('2026-11-24T09:00:00Z')).rejects.toMatchObject({
      code: 'audit.replay.before-first',
      details: { facts: { first: opened } },
    });
  });
  it('knows neither a shipment that never was nor one of another tenant', async () => {
    await expect(ask(undefined, ann, randomUUID())).rejects.toMatchObject({ code: 'audit.shipment.unknown' });
    await expect(ask(undefined, stranger)).rejects.toMatchObject({ code: 'audit.shipment.unknown' });
    await expect(
      evidenceHttp.dossier({ params: { shipmentId }, query: {}, body: undefined }, stranger),
    ).rejects.toMatchObject({ code: 'audit.shipment.unknown' });
    const hold = evidenceHttp.place(
      { params: { shipmentId }, query: {}, body: { matter: 'mischief' } },
      stranger,
      'http/placeHold/1',
    );
    await expect(hold).rejects.toMatchObject({ code: 'audit.shipment.unknown' });
  });
});

describe('the log over HTTP', () => {
  const tile = (rest: string, caller = ann, log = 'acme') =>
    logHttp.tile({ params: { log, '*': rest }, query: {}, body: undefined }, tokenOf(caller));
  const named = (log: string) => ({ params: { log }, query: {}, body: undefined });

  it('serves checkpoint, key, tiles and bundles of the widths that were published, immutable', async () => {
    await bench.stage(someEvents(300));
    await bench.settle();
    await bench.stage(someEvents(60, {}, 1).map(({ event }) => received('more-1', event.version)));
    await bench.settle();
    expect((await logHttp.checkpoint(named('acme'), tokenOf(ann))).content).toContain('audit.example/log/acme\n360\n');
    expect((await logHttp.key(named('acme'), tokenOf(ann))).content).toMatch(
      /^audit\.example\/log\/acme\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*\n$/,
    );
    const lengths = { '0/000': 8192, '0/001.p/44': 44 * 32, '0/001.p/104': 104 * 32, '1/000.p/1': 32 };
    for (const [path, length] of Object.entries(lengths)) {
      const answer = await tile(path);
      expect([path, (answer.content as Buffer).length, answer.options.immutable]).toEqual([path, length, true]);
    }
    expect(((await tile('entries/001.p/44')).content as Buffer).length).toBeGreaterThan(44 * 100);
  });
  it('refuses widths that no checkpoint had, tiles beyond the tree and paths that are none', async () => {
    await bench.stage(someEvents(300));
    await bench.settle();
    for (const path of [
      '0/001',
      '0/001.p/43',
      '0/001.p/45',
      '0/000.p/200',
      '1/000',
      '1/000.p/2',
      '2/000.p/1',
      'entries/002.p/1',
      '0/x999/x999/x999/x999/000',
    ]) {
      await expect(tile(path)).rejects.toMatchObject({ code: 'audit.tile.unknown' });
    }
    for (const path of ['0/0', '0/000.p/256', '64/000', '0/../checkpoint', '']) {
      await expect(tile(path)).rejects.toMatchObject({ code: 'audit.tile.malformed' });
    }
  });
  it('does not show what is not under a checkpoint yet', async () => {
    await bench.stage(someEvents(10));
    await bench.sequence();
    await bench.integrate();
    await expect(tile('entries/000.p/10')).rejects.toMatchObject({ code: 'audit.tile.unknown' });
    await expect(logHttp.checkpoint(named('acme'), tokenOf(ann))).rejects.toMatchObject({ code: 'audit.log.empty' });
  });
  it('shows nobody another tenant’s log', async () => {
    await bench.stage(someEvents(300));
    await bench.settle();
    await expect(logHttp.checkpoint(named('acme'), tokenOf(stranger))).rejects.toMatchObject({
      code: 'audit.log.unknown',
    });
    await expect(logHttp.key(named('acme'), tokenOf(stranger))).rejects.toMatchObject({ code: 'audit.log.unknown' });
    await expect(tile('0/000', stranger)).rejects.toMatchObject({ code: 'audit.log.unknown' });
    expect(await logHttp.status(stranger)).toMatchObject({ log: 'globex', staged: 0, size: 0, published: 0 });
    expect(await logHttp.status(ann)).toMatchObject({
      log: 'acme',
      origin: 'audit.example/log/acme',
      staged: 300,
      published: 300,
    });
  });
});

describe('proofs over HTTP', () => {
  const none = undefined;
  const text = async (answer: Promise<Binary>): Promise<string> => (await answer).content as string;
  const inclusion = (eventId: string, size?: number, caller = ann) =>
    text(proofsHttp.inclusion({ params: { eventId }, query: { size }, body: none }, caller));
  const leaf = async (eventId: string): Promise<string> =>
    ((await proofsHttp.leaf({ params: { eventId }, query: {}, body: none }, ann)).content as Buffer).toString('base64');
  const verify = (body: Parameters<ProofsController['verify']>[0]['body'], caller = ann) =>
    proofsHttp.verify({ params: {}, query: {}, body }, caller);

  it('prove every event under the newest checkpoint and under earlier ones', async () => {
    const events = someEvents(300);
    await bench.stage(events);
    await bench.settle();
    await bench.stage([received('more-1', 1)]);
    await bench.settle();
    for (const [i, size] of [
      [0, undefined],
      [255, 300],
      [256, 301],
      [299, undefined],
    ] as const) {
      const eventId = events[i]!.event.id;
      const answer = await verify({
        kind: 'inclusion',
        proof: await inclusion(eventId, size),
        leaf: await leaf(eventId),
        quorum: 0,
      });
      expect(answer).toMatchObject({
        holds: true,
        checkpoint: { origin: 'audit.example/log/acme', size: size ?? 301 },
      });
    }
    await expect(inclusion(randomUUID())).rejects.toMatchObject({ code: 'audit.event.unknown' });
    await expect(inclusion(events[0]!.event.id, 299)).rejects.toMatchObject({ code: 'audit.checkpoint.unknown' });
    await expect(inclusion(events[0]!.event.id, undefined, stranger)).rejects.toMatchObject({
      code: 'audit.event.unknown',
    });
  });

  it('say of an event that no checkpoint covers yet that it is not covered', async () => {
    await bench.stage(someEvents(3));
    await bench.settle();
    const late = received('more-1', 1);
    await bench.stage([late]);
    await bench.sequence();
    await expect(inclusion(late.event.id)).rejects.toMatchObject({
      code: 'audit.event.not-covered',
      details: { facts: { index: 3, size: 3 } },
    });
  });

  it('name what does not hold: another leaf, another log, a demanded witness', async () => {
    const events = someEvents(20);
    await bench.stage(events);
    await bench.settle();
    const [proof, right, wrong] = await Promise.all([
      inclusion(events[4]!.event.id),
      leaf(events[4]!.event.id),
      leaf(events[5]!.event.id),
    ]);
    const of = (changes: object) => verify({ kind: 'inclusion', proof, leaf: right, quorum: 0, ...changes });
    expect(await of({ leaf: wrong })).toMatchObject({
      holds: false,
      steps: [{ holds: true }, { name: 'inclusion', holds: false }],
    });
    expect(await verify({ kind: 'inclusion', proof, leaf: right, quorum: 0 }, stranger)).toMatchObject({
      holds: false,
      steps: [{ name: 'checkpoint', holds: false }],
    });
    expect(await of({ quorum: 1 })).toMatchObject({ holds: false, checkpoint: null });
    await expect(of({ proof: proof.replace('index ', 'index 0') })).rejects.toMatchObject({
      code: 'audit.proof.malformed',
    });
    await expect(of({ leaf: 'a' })).rejects.toMatchObject({ code: 'audit.proof.malformed' });
  });

  it('prove that a later log begins with an earlier one', async () => {
    await bench.stage(someEvents(300));
    await bench.settle();
    const older = (await logHttp.checkpoint({ params: { log: 'acme' }, query: {}, body: none }, tokenOf(ann)))
      .content as string;
    await bench.stage([received('more-1', 1), received('more-1', 2)]);
    await bench.settle();
    const consistency = (from: number, to?: number) =>
      text(proofsHttp.consistency({ params: {}, query: { from, to }, body: none }, ann));
    const proof = await consistency(300);
    expect(await verify({ kind: 'consistency', proof, older, quorum: 0 })).toMatchObject({
      holds: true,
      checkpoint: { size: 302 },
    });
    const newer = proof.slice(proof.indexOf('\n\n') + 2);
    expect(await verify({ kind: 'consistency', proof, older: newer, quorum: 0 })).toMatchObject({ holds: false });
    await expect(consistency(303)).rejects.toMatchObject({ code: 'audit.proof.backwards' });
    await expect(consistency(1, 299)).rejects.toMatchObject({ code: 'audit.checkpoint.unknown' });
  });
});

describe('an outside party’s key', () => {
  const secret = 'A'.repeat(43);
  const issue = (until: string) =>
    proofsHttp.issue(
      {
        params: {},
        query: {},
        body: { name: 'Audit & Co', until, digest: createHash('sha256').update(secret).digest('hex') },
      },
      ann,
      'http/issue/1',
    );
  const read = (key: string, log = 'acme') =>
    logHttp.checkpoint({ params: { log }, query: {}, body: undefined }, `Bearer ${key}`);

  it('reads one log until it ends or is revoked, and nothing else', async () => {
    await bench.stage(someEvents(3));
    await bench.settle();
    const { readerId } = await issue('2027-01-01T00:00:00Z');
    expect((await issue('2027-01-01T00:00:00Z')).readerId).toBe(readerId);
    const key = `twr_acme.${readerId}.${secret}`;
    expect((await read(key)).content).toContain('audit.example/log/acme\n3\n');
    await expect(read(key, 'globex')).rejects.toMatchObject({ code: 'audit.log.unknown' });
    await expect(read(key.replace('acme', 'globex'), 'globex')).rejects.toMatchObject({ code: 'audit.reader.invalid' });
    await expect(read(`twr_acme.${readerId}.${'B'.repeat(43)}`)).rejects.toMatchObject({
      code: 'audit.reader.invalid',
    });
    clock = '2027-01-01T00:00:00.000000Z';
    await expect(read(key)).rejects.toMatchObject({ code: 'audit.reader.ended' });
    clock = '2026-12-01T00:00:00.000000Z';
    await proofsHttp.revoke({ params: { readerId }, query: {}, body: undefined }, bob, 'http/revoke/1');
    await expect(read(key)).rejects.toMatchObject({ code: 'audit.reader.ended' });
    expect(await proofsHttp.list(ann)).toEqual({
      items: [{ readerId, name: 'Audit & Co', until: '2027-01-01T00:00:00.000Z', issuedBy: 'user:ann', revoked: true }],
    });
    expect(await proofsHttp.list(stranger)).toEqual({ items: [] });
  });

  it('ends within a year', async () => {
    await expect(issue('2028-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'audit.reader.until' });
    await expect(issue('2026-11-24T13:59:59Z')).rejects.toMatchObject({ code: 'audit.reader.until' });
  });

  it('is not needed by people of the tenant with a role, and does not stand in for one', async () => {
    await bench.stage(someEvents(3));
    await bench.settle();
    await expect(read('pat')).rejects.toMatchObject({ code: 'identity.role.missing' });
    await expect(read('nobody')).rejects.toMatchObject({ code: 'identity.token.invalid' });
    expect((await read('ann')).content).toContain('\n3\n');
  });
});

describe('an evidence file', () => {
  const invoice = Buffer.from('an invoice');
  const digest = createHash('sha256').update(invoice).digest('hex');
  const stored = {
    fileId: randomUUID(),
    shipmentId,
    sha256: digest,
    size: invoice.length,
    mediaType: 'application/pdf',
    name: 'Rechnung №7.pdf',
  };
  const take = async (reason = 'yearly audit', caller = ann): Promise<Uint8Array> =>
    (await evidenceHttp.export({ params: { shipmentId }, query: { reason }, body: undefined }, caller))
      .content as Buffer;
  const verify = (bytes: Uint8Array, further?: ToVerify['further']) =>
    verifyEvidence({ bytes, hasher: nodeHasher, verify: ed25519Verify, ...(further ? { further } : {}) });

  beforeEach(async () => {
    await bench.stage([
      received('file-1', 1, { data: stored }),
      received('other-1', 1, { subject: randomUUID() }),
      ...Array.from({ length: 40 }, (_, i) => received('unheard-1', i + 1)),
    ]);
    await bench.settle();
  });

  it('proves the shipment without this system, with the report beside it', async () => {
    const bytes = await take();
    const verdict = await verify(bytes);
    expect(verdict).toMatchObject({ holds: true });
    const files = readTar(bytes);
    expect(Buffer.from(files.get('report.pdf')!).subarray(0, 5).toString()).toBe('%PDF-');
    const manifest = readManifest(files.get('manifest.json')!);
    expect(manifest).toMatchObject({
      shipment: shipmentId,
      exportedBy: 'user:ann',
      documents: [{ sha256: digest, name: 'Rechnung №7.pdf' }],
    });
    expect(manifest.events).toHaveLength(41);
    expect(verdict.checked.find(({ what }) => what === 'seal')!.says).toContain('not sealed');
  });

  it('is an event: who took it, why, and which bytes', async () => {
    const bytes = await take('the customer asked');
    const history = await store.read('acme', dossierStream(shipmentId));
    expect(history.at(-1)).toMatchObject({
      type: 'EvidenceExported',
      actor: 'user:ann',
      data: {
        reason: 'the customer asked',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        events: 41,
        treeSize: 42,
      },
    });
  });

  it('is of nobody else’s shipment, and of none that no checkpoint covers', async () => {
    await expect(take('curious', stranger)).rejects.toMatchObject({ code: 'audit.log.empty' });
    const fresh = randomUUID();
    await bench.stage([received('new-1', 1, { subject: fresh })]);
    await bench.sequence();
    const early = evidenceHttp.export(
      { params: { shipmentId: fresh }, query: { reason: 'audit' }, body: undefined },
      ann,
    );
    await expect(early).rejects.toMatchObject({ code: 'audit.shipment.not-covered' });
  });

  it('with a leaf changed in the database is refused by its proof', async () => {
    await bench.superuser.query(
      'set session_replication_role = replica; alter table audit.log_entries disable trigger all',
    );
    await bench.superuser.query(
      `update audit.log_entries set body = convert_to(replace(convert_from(body, 'UTF8'), 'unheard-1 7', 'unheard-1 8'), 'UTF8') where stream = 'unheard-1' and version = 7`,
    );
    expect(await verify(await take())).toMatchObject({ holds: false, fault: 'proof-fails', place: 'events/8.json' });
  });
});

describe('reconciliation', () => {
  const step = stepOf('reconciliation/acme/run-1', 'reconciliation');
  const records = () => new RecordActivitiesService(database);
  const LATER = '2099-01-01T00:00:00Z';
  const page = { after: '', limit: 100, recordedBefore: LATER };

  /** Three holds on two dossiers in the store, and the same bytes in the log. */
  beforeEach(async () => {
    for (const [shipment, matter, by] of [
      [shipmentId, 'tax', ann],
      [randomUUID(), 'fraud', bob],
    ] as const) {
      const command = { type: 'PlaceHold' as const, shipmentId: shipment, by: by.actor, matter };
      await store.execute(dossier, dossierStream(shipment), command, byOf(by, shipment, `http/${matter}`));
    }
    await store.execute(
      dossier,
      dossierStream(shipmentId),
      { type: 'LiftHold', shipmentId, by: bob.actor },
      byOf(bob, shipmentId, 'http/lift'),
    );
    const { rows } = await bench.superuser.query<{ body: string }>('select body from audit.events order by position');
    await bench.stage(
      rows.map(({ body }) => {
        const { record, event } = receivedAs(JSON.parse(body) as EventEnvelope, Buffer.from(body));
        return { record: { ...record, topic: 'tidewaiter.audit.events' }, event };
      }),
    );
    await bench.settle();
  });

  const compare = async () => {
    const { streams, next } = await records().streamDigests(step, page);
    const compared = await activities.compareStreams(step, { context: 'audit', after: '', streams, next });
    const named = [...compared.differing, ...compared.suspected].map(({ stream, subject }) => ({ stream, subject }));
    const found = await Promise.all(
      [...new Map(named.map((each) => [each.stream, each])).values()].map(async ({ stream, subject }) =>
        activities.locateDifference(step, {
          context: 'audit',
          stream,
          subject,
          hashes: await records().leafHashes(step, stream),
        }),
      ),
    );
    return { streams: streams.length, events: compared.events, found };
  };
  const asOwner = (sql: string) =>
    bench.superuser.query(
      `set session_replication_role = replica; alter table audit.log_entries disable trigger all; alter table audit.log_leaves disable trigger all; ${sql}`,
    );

  it('finds nothing where store and log agree, however it is paged', async () => {
    expect(await compare()).toEqual({ streams: 2, events: 3, found: [] });
    const first = await records().streamDigests(step, { ...page, limit: 1 });
    const second = await records().streamDigests(step, { ...page, limit: 1, after: first.next! });
    expect([...first.streams, ...second.streams].map(({ version }) => version).sort()).toEqual([1, 2]);
    expect((await records().streamDigests(step, { ...page, limit: 1, after: second.next! })).streams).toEqual([]);
  });

  it('leaves alone what was recorded after the cut', async () => {
    const { streams } = await records().streamDigests(step, { ...page, recordedBefore: '2020-01-01T00:00:00Z' });
    expect(streams.map(({ version, newest }) => [version, newest]).sort()).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(await activities.compareStreams(step, { context: 'audit', after: '', streams, next: null })).toMatchObject({
      events: 0,
      differing: [],
      suspected: [],
    });
  });

  it.each([
    ['altered in the store', `update audit.events set body = replace(body, 'tax', 'fax')`, 'altered', 1],
    [
      'altered in the log',
      `update audit.log_entries set body = convert_to(replace(convert_from(body, 'UTF8'), 'tax', 'fax'), 'UTF8')`,
      'altered',
      1,
    ],
    [
      'gone from the store',
      `delete from audit.events where stream = 'dossier-${shipmentId}' and version = 2`,
      'extra',
      2,
    ],
    [
      'gone from the log',
      `delete from audit.log_leaves where stream = 'dossier-${shipmentId}' and version = 2`,
      'missing',
      2,
    ],
    [
      'gone from the store with its whole stream',
      `delete from audit.events where stream = 'dossier-${shipmentId}'`,
      'extra',
      1,
    ],
  ])('names the first event that was %s', async (_, sql, kind, version) => {
    await asOwner(sql);
    expect((await compare()).found).toMatchObject([
      { kind, stream: `dossier-${shipmentId}`, subject: shipmentId, version },
    ]);
  });

  it('raises an alarm for each difference, one task while they last, and withdraws it when they are gone', async () => {
    const difference = {
      context: 'audit' as const,
      kind: 'altered' as const,
      stream: 'dossier-1',
      subject: shipmentId,
      version: 1,
      index: 0,
    };
    const run = (n: number, differences: (typeof difference)[]) =>
      activities.recordReconciliation(step, {
        runId: `run-${n}`,
        began: `2026-11-24T0${n}:00:00.000Z`,
        streams: 2,
        events: 3,
        differences,
      });
    const taskId = randomUUID();
    expect(await run(1, [])).toEqual({ task: { kind: 'none' } });
    expect(await run(2, [difference])).toMatchObject({ task: { kind: 'raise' } });
    await activities.noteReconciliationTask(step, { runId: 'run-2', taskId });
    expect(await run(3, [difference])).toEqual({ task: { kind: 'none' } });
    expect((await bench.status()).alarms).toMatchObject([{ code: 'audit.store.altered' }]);
    expect(await run(4, [])).toEqual({ task: { kind: 'withdraw', taskId, subject: shipmentId } });
    expect(await run(5, [])).toEqual({ task: { kind: 'none' } });
    expect(await run(6, [difference])).toMatchObject({ task: { kind: 'raise' } });
    expect((await evidence.reconciliations('acme')).items.map(({ runId }) => runId)).toEqual(
      [6, 5, 4, 3, 2, 1].map((n) => `run-${n}`),
    );
    expect((await evidence.reconciliations('globex')).items).toEqual([]);
  });
});

describe('reports', () => {
  const audit = (name: string) => `tidewaiter.${name}.v1`;
  const payment = (n: number, name: string, version: number, data: object) =>
    received(`payment-${n}`, version, {
      type: audit(`duties.${name}`),
      subject: shipmentId,
      data: { shipmentId, ...data },
    });
  const requested = (n: number, editors: string[]) =>
    payment(n, 'PaymentRequested', 1, {
      ...{ editors, requestedBy: 'user:ann', approvalsNeeded: 2, reference: `PAY-${n}` },
      ...{ digest: 'd', amount },
    });
  const amount = { amount: '282.66', currency: 'GBP' };
  const reports = () => new Reports(database, () => clock);
  const ever = { from: '1970-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z' };

  it('separation of duties: exceptions first, and nothing for what was kept apart', async () => {
    await bench.stage([
      requested(1, ['user:ed']),
      payment(1, 'PaymentApproved', 2, { by: 'user:bob', digest: 'd' }),
      payment(1, 'PaymentApproved', 3, { by: 'user:cid', digest: 'd' }),
      payment(1, 'PaymentSent', 4, { amount }),
      requested(2, ['user:ed']),
      payment(2, 'PaymentApproved', 2, { by: 'user:ed', digest: 'd' }),
      payment(2, 'PaymentSent', 3, { amount }),
    ]);
    await bench.settle();
    const { exceptions, items } = await reports().duties('acme', ever);
    expect(exceptions).toBe(1);
    expect(items).toMatchObject([
      {
        what: 'payment PAY-2',
        prepared: ['user:ed', 'user:ann'],
        exceptions: ['user:ed approved what user:ed prepared', 'sent with 1 of 2 approvals'],
      },
      { what: 'payment PAY-1', approved: ['user:bob', 'user:cid'], needed: 2, exceptions: [] },
    ]);
    expect((await reports().duties('globex', ever)).items).toEqual([]);
    expect((await reports().duties('acme', { ...ever, from: '2098-01-01T00:00:00Z' })).items).toEqual([]);
  });

  it('completeness: a gap that waits, and a leaf that was taken out of the middle', async () => {
    await bench.stage([received('a-1', 1), received('a-1', 2), received('a-1', 3), received('b-1', 1)]);
    await bench.settle();
    expect(await reports().completeness('acme')).toMatchObject({
      complete: true,
      streams: 2,
      events: 4,
      broken: [],
      outside: 0,
    });
    await bench.stage([received('b-1', 3)]);
    await bench.settle();
    expect(await reports().completeness('acme')).toMatchObject({
      complete: false,
      outside: 1,
      parked: [{ stream: 'b-1' }],
    });
    await bench.superuser.query(
      `set session_replication_role = replica; alter table audit.log_leaves disable trigger all; delete from audit.log_leaves where stream = 'a-1' and version = 2`,
    );
    expect(await reports().completeness('acme')).toMatchObject({ complete: false, broken: ['a-1'] });
  });

  it('access: documents read, evidence taken and keys given, newest first, with the reason', async () => {
    const at = (hour: number) => ({ time: `2026-11-24T${hour}:00:00.000000Z`, actor: 'user:ann' });
    await bench.stage([
      received('access-1', 1, {
        type: audit('documents.DocumentDownloaded'),
        data: { shipmentId, documentId: 'd', version: 2, sha256: 'ab', reason: 'query of the authority' },
        ...at(10),
      }),
      received('dossier-1', 1, {
        type: audit('audit.EvidenceExported'),
        data: { shipmentId, sha256: 'cd', reason: 'audit' },
        ...at(12),
      }),
      received('reader-1', 1, {
        type: audit('audit.ReaderKeyIssued'),
        data: { readerId: 'r', name: 'Audit & Co', until: '2027' },
        ...at(11),
      }),
    ]);
    await bench.settle();
    const { items } = await reports().access('acme', ever);
    expect(items.map(({ what, by, reason }) => [what, by, reason])).toEqual([
      ['evidence', 'user:ann', 'audit'],
      ['reader-key', 'user:ann', null],
      ['document', 'user:ann', 'query of the authority'],
    ]);
  });

  it('retention: what is kept, due, on hold and erased, page by page', async () => {
    const ids = [shipmentId, randomUUID(), randomUUID()];
    for (const id of ids) {
      await bench.stage([received(`shipment-${id}`, 1, { subject: id })]);
      await bench.settle();
      await inActivity(() =>
        activities.sealDossier(stepOf(`seal/${id}`, id), {
          jurisdiction: 'GB',
          streams: { [`shipment-${id}`]: 1 },
          entryDate: '2026-11-24',
        }),
      );
    }
    await evidenceHttp.place(
      { params: { shipmentId }, query: {}, body: { matter: 'a dispute' } },
      ann,
      'http/placeHold/1',
    );
    clock = '2032-11-25T00:00:01.000000Z';
    const first = await reports().retention('acme', { limit: 2 });
    const second = await reports().retention('acme', { limit: 2, after: first.next! });
    const all = [...first.items, ...second.items];
    expect(second.next).toBeNull();
    expect(all.map(({ shipmentId: id }) => id).sort()).toEqual([...ids].sort());
    expect(all.find(({ shipmentId: id }) => id === shipmentId)).toMatchObject({ state: 'on-hold', hold: 'a dispute' });
    expect(all.filter(({ state }) => state === 'due')).toHaveLength(2);
  });
});
