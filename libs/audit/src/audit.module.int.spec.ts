import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { KafkaBus, silentLog } from '@tidewaiter/event-bus';
import { serverSetting } from '@tidewaiter/event-store/testing';
import { eventStreams, parseVerifierKey, verifyLog } from '@tidewaiter/merkle';
import { startService, type RunningService } from '@tidewaiter/platform';
import { TestHouse } from '@tidewaiter/platform/testing';
import { AuditModule } from './audit.module.js';
import { ed25519Verify, nodeHasher as hasher } from '@tidewaiter/merkle/node';
import { MIGRATIONS, received } from './testing/log-bench.js';

/** The module as a service of its own: over HTTP with tokens, fed from Kafka. The tenant is new, the broker may be shared. */
const tenant = `t-${randomBytes(5).toString('hex')}`;
const shipmentId = randomUUID();

let service: RunningService;
let house: TestHouse;
let folder: string;
const bus = new KafkaBus({
  brokers: serverSetting('TEST_KAFKA_BROKERS').split(','),
  clientId: 'audit-test',
  log: silentLog,
});

async function ownNamespace(): Promise<string> {
  const address = process.env['TEST_TEMPORAL_ADDRESS'];
  if (!address) throw new Error('TEST_TEMPORAL_ADDRESS is not set: start the servers (npm test does) and name them');
  const namespace = `audit-${randomBytes(4).toString('hex')}`;
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await connection.close();
  return namespace;
}

beforeAll(async () => {
  house = await TestHouse.open('audit', MIGRATIONS);
  folder = await mkdtemp(join(tmpdir(), 'signer-'));
  await bus.ensureTopics();
  Object.assign(process.env, {
    AUDIT_SIGNER_FOLDER: folder,
    AUDIT_CHECKPOINT_MS: '100',
    AUDIT_ORIGIN: 'audit.example',
    KAFKA_BROKERS: serverSetting('TEST_KAFKA_BROKERS'),
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: await ownNamespace(),
    LOG_LEVEL: 'error',
  });
  service = await startService('audit', [AuditModule]);
}, 60_000);

afterAll(async () => {
  await service?.close();
  await bus.close();
  await house?.close();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

const tokenFor = (role: string, of = tenant): Promise<string> => house.issuer.token(of, `a-${role}`, [role]);

const ask = async (
  path: string,
  options: { role?: string; of?: string; method?: string; body?: unknown } = {},
): Promise<Response> =>
  fetch(`${service.url}${path}`, {
    method: options.method ?? 'GET',
    headers: {
      authorization: `Bearer ${await tokenFor(options.role ?? 'auditor', options.of)}`,
      ...(options.method ? { 'idempotency-key': randomUUID(), 'content-type': 'application/json' } : {}),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error('it did not come to that');
}

it('takes events from Kafka to a checkpoint that an outside party verifies over HTTP', async () => {
  const events = Array.from({ length: 300 }, (_, i) =>
    received(`unheard-${tenant}`, i + 1, { tenantid: tenant, subject: shipmentId }),
  );
  await bus.publish(
    'tidewaiter.documents.events',
    events.map(({ event, record }) => ({ key: event.subject, value: record.value })),
  );
  const checkpoint = await until(async () => {
    const answer = await ask(`/log/${tenant}/checkpoint`);
    const note = await answer.text();
    return answer.status === 200 && note.includes('\n300\n') ? note : null;
  });
  const key = (await (await ask(`/log/${tenant}/key`)).text()).trimEnd();
  const verdict = await verifyLog({
    hasher,
    checkpoint,
    pinned: {
      origin: `audit.example/log/${tenant}`,
      keys: [parseVerifierKey(hasher.sha256, key)],
      verify: ed25519Verify,
    },
    fetch: async (path) => {
      const answer = await ask(`/log/${tenant}/${path}`);
      return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
    },
    entryCheck: eventStreams(tenant).check,
  });
  expect(verdict).toMatchObject({ ok: true, size: 300 });
}, 60_000);

it('serves tiles as immutable bytes and refuses others with a problem', async () => {
  const tile = await ask(`/log/${tenant}/tile/0/000`);
  expect([tile.status, tile.headers.get('content-type'), tile.headers.get('cache-control')]).toEqual([
    200,
    'application/octet-stream',
    'private, max-age=31536000, immutable',
  ]);
  const wrong = await ask(`/log/${tenant}/tile/0/001.p/43`);
  expect([wrong.status, await wrong.json()]).toMatchObject([404, { code: 'audit.tile.unknown' }]);
  expect((await ask(`/log/${tenant}/tile/0/1`)).status).toBe(400);
  expect((await ask(`/log/${tenant}/tile/0/000`, { of: 'another' })).status).toBe(404);
  expect((await ask(`/log/${tenant}/checkpoint`, { role: 'partner' })).status).toBe(403);
  expect((await fetch(`${service.url}/log/${tenant}/checkpoint`)).status).toBe(401);
});

it('replays, shows the dossier and its holds, and the status of the log', async () => {
  const replay = await ask(`/v1/audit/shipments/${shipmentId}/replay`);
  expect(await replay.json()).toMatchObject({ events: 300, streams: { [`unheard-${tenant}`]: 300 } });
  const place = await ask(`/v1/audit/shipments/${shipmentId}/hold`, {
    role: 'compliance',
    method: 'POST',
    body: { matter: 'customs audit' },
  });
  expect(place.status).toBe(201);
  expect(await (await ask(`/v1/audit/shipments/${shipmentId}/dossier`)).json()).toMatchObject({
    sealed: false,
    hold: 'customs audit',
  });
  const same = await ask(`/v1/audit/shipments/${shipmentId}/hold/lift`, { role: 'compliance', method: 'POST' });
  expect([same.status, await same.json()]).toMatchObject([422, { code: 'audit.hold.same-person' }]);
  const other = await ask(`/v1/audit/shipments/${shipmentId}/hold/lift`, { role: 'administrator', method: 'POST' });
  expect(other.status).toBe(200);
  const status = (await (await ask('/v1/audit/status')).json()) as Record<string, unknown>;
  expect(status).toMatchObject({ log: tenant, parked: [], alarms: [] });
  expect(status['published']).toBeGreaterThanOrEqual(300);
}, 30_000);

it('leafs through the log by stream, type and actor, and through the heads that were published', async () => {
  const page = await (await ask(`/v1/audit/entries?limit=2&type=TIDEWAITER&stream=unheard-${tenant}`)).json();
  expect(page).toMatchObject({
    items: [{ index: 299, version: 300, bytes: expect.any(Number) }, { index: 298 }],
    next: 298,
  });
  const below = await (await ask(`/v1/audit/entries?below=1&stream=unheard-${tenant}`)).json();
  expect(below).toMatchObject({ items: [{ index: 0, version: 1 }], next: null });
  expect(await (await ask('/v1/audit/entries?actor=nobody')).json()).toMatchObject({ items: [], next: null });
  expect(await (await ask('/v1/audit/entries', { of: 'another' })).json()).toMatchObject({ items: [], size: 0 });

  // The hold that was placed on the shipment, the refused attempt to lift it and its lifting are on its way into the log, too.
  const coverage = async (): Promise<{ logged: number; covered: number; checkpoint: { size: number } }> =>
    (await (await ask(`/v1/audit/shipments/${shipmentId}/coverage`)).json()) as never;
  let covers = await coverage();
  for (; covers.covered < 303; covers = await coverage()) await new Promise((go) => setTimeout(go, 50));
  expect(covers).toMatchObject({ logged: 303, covered: 303 });

  const newest = (await (await ask('/v1/audit/checkpoints?limit=1')).json()) as {
    items: { note: string; size: number }[];
  };
  expect(newest.items[0]!.note).toBe(await (await ask(`/log/${tenant}/checkpoint`)).text());
  const first = await (await ask('/v1/audit/checkpoints?oldest=true&covering=0&limit=1')).json();
  expect(first).toMatchObject({ items: [{ cosigned: [] }] });
  expect((await ask('/v1/audit/checkpoints?after=x')).status).toBe(400);

  expect(newest.items[0]!.size).toBeGreaterThanOrEqual(covers.checkpoint.size);
  expect(await (await ask(`/v1/audit/shipments/${randomUUID()}/coverage`)).json()).toMatchObject({
    logged: 0,
    covered: 0,
  });
}, 30_000);
