import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CustomsModule } from '@tidewaiter/customs';
import {
  accepted,
  declarationsProjection,
  fileOne,
  notificationXml,
  readProfiles,
  tax,
  type Filed,
} from '@tidewaiter/customs/testing';
import { Forwarder, KafkaBus } from '@tidewaiter/event-bus';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { now } from '@tidewaiter/kernel';
import { startServers, type Servers } from '@tidewaiter/local';
import { createLog, createService, DATABASE, Temporal, TEMPORAL, type Database } from '@tidewaiter/platform';
import { FactBridge, isFact } from '@tidewaiter/worker';
import { eventTypeOf, topicOf, type EventEnvelope } from '@tidewaiter/contracts';
import { Agent, request } from 'undici';
import { median } from './bare.js';
import type { Figures } from './figures.js';
import { inFlight } from './in-flight.js';

const TOKEN = 'bench-callback-token';
const TENANT = 'acme';
const FLIGHT = 16;
const DECLARATIONS = Number(process.env['BENCH_DECLARATIONS'] ?? 450);
const ROUNDS = 3;
const PACED_SECONDS = 8;

/** Four notifications of a quiet clearance, each a fact that the shipment's story hears. */
function notificationsOf(filed: Filed, index: number): { body: Buffer; filed: Filed }[] {
  const mrn = `26GB${String(index).padStart(13, '0')}5`;
  const { lrn } = filed;
  const fee = [{ line: 1, type: 'B00', base: '100.00', amount: '20.00' }];
  const parts = [
    accepted(),
    tax('67', fee),
    tax('4', fee, { reference: `PAY-${index}`, total: '20.00', account: 'GB16BARC20051723372545' }),
    { code: '09', at: '20261124102000Z' },
  ];
  return parts.map((part) => ({
    filed,
    body: notificationXml({ lrn, mrn, id: randomUUID().replaceAll('-', ''), ...part }),
  }));
}

/** What started the story that filed: it waits for its authority since. */
const opened = ({ shipmentId }: Filed): EventEnvelope => ({
  specversion: '1.0',
  id: randomUUID(),
  source: '/tidewaiter/shipments',
  type: eventTypeOf('shipments', 'ShipmentOpened', 1),
  subject: shipmentId,
  time: now(),
  datacontenttype: 'application/json',
  dataschema: '/schemas/shipments/ShipmentOpened/v1.json',
  tenantid: TENANT,
  correlationid: shipmentId,
  causationid: shipmentId,
  actor: 'system:bench',
  commandid: shipmentId,
  stream: `shipment-${shipmentId}`,
  version: 1,
  data: {},
});

const LONGEST_MS = 120_000;

/** @throws when it does not hold in two minutes: a figure that cannot be measured must not hold up the others */
const until = async (holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + LONGEST_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('notifications were not signalled within two minutes');
    await new Promise((resume) => setTimeout(resume, 5));
  }
};

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

/**
 * Notifications taken in, from the socket to the signal, beside bare inserts of one row through the same HTTP server and pool. They take
 * turns, so that a busy machine slows both.
 */
async function takeIn(servers: Servers, figures: Figures): Promise<void> {
  const database = await TestDatabase.create(
    'customs',
    new URL('../../../libs/customs/migrations/', import.meta.url),
    servers.postgres.nearUrl,
  );
  const superuser = database.pool();
  await superuser.query('create table customs.bare (id uuid primary key, bytes bytea not null)');
  await superuser.query('grant insert on customs.bare to customs_system');
  Object.assign(process.env, {
    CUSTOMS_DATABASE_URL: database.url('customs_app'),
    CUSTOMS_SYSTEM_DATABASE_URL: database.url('customs_system'),
    CUSTOMS_KEYS_DATABASE_URL: database.url(),
    SUBJECT_KEY: database.masterKey.toString('base64'),
    PAYLOAD_KEY: randomBytes(32).toString('base64'),
    SESSION_KEY: randomBytes(32).toString('base64'),
    OIDC_ISSUER: 'http://127.0.0.1:9/identity',
    KAFKA_BROKERS: servers.kafka.brokers,
    TEMPORAL_ADDRESS: servers.temporal.address,
    AUTHORITY_URL: 'http://127.0.0.1:9',
    AUTHORITY_CLIENT_ID: 'bench',
    AUTHORITY_CLIENT_SECRET: 'bench',
    AUTHORITY_CALLBACK_TOKEN: TOKEN,
  });
  const log = createLog({ level: 'error', service: 'bench' });
  const brokers = servers.kafka.brokers.split(',');
  const bus = new KafkaBus({ brokers, clientId: 'bench', log, topics: [topicOf('customs')], partitions: 2 });
  await bus.ensureTopics();
  await bus.close();
  const app = await createService('customs', log, [CustomsModule]);
  const pool: Database = app.get(DATABASE, { strict: false });
  app
    .getHttpAdapter()
    .getInstance()
    .post('/bare', async (incoming, reply) => {
      const bytes = (incoming as { rawBody?: Buffer }).rawBody ?? Buffer.alloc(0);
      await pool.system((tx) =>
        tx.query('insert into customs.bare (id, bytes) values ($1, $2)', [randomUUID(), bytes]),
      );
      return reply.status(200).send();
    });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const temporal: Temporal = app.get(TEMPORAL, { strict: false });
  const bridge = new FactBridge(await temporal.client());
  let signalled = 0;
  const forwarder = new Forwarder<EventEnvelope>({
    brokers,
    clientId: 'bench-facts',
    group: `bench.facts.${randomUUID()}`,
    topics: [topicOf('customs')],
    log,
    open: (envelope) => Promise.resolve(envelope),
    async handle(events) {
      const facts = events.filter(({ type }) => isFact(type));
      if (facts.length === 0) return;
      await bridge.handle(facts);
      signalled += facts.length;
    },
  });
  await forwarder.start();
  const agent = new Agent({ connections: FLIGHT, pipelining: 1 });
  const post = async (path: string, body: Buffer, headers: Record<string, string>): Promise<number> => {
    const started = performance.now();
    const answer = await request(`${url}${path}`, { method: 'POST', body, headers, dispatcher: agent });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}`);
    return performance.now() - started;
  };
  const xml = { 'content-type': 'application/xml' };
  const notify = ({ body, filed }: { body: Buffer; filed: Filed }): Promise<number> =>
    post('/v1/inbound/customs/cds/notifications', body, {
      ...xml,
      authorization: TOKEN,
      'x-conversation-id': filed.conversationId,
    });

  try {
    const store = database.store({ inline: [declarationsProjection] });
    const profile = readProfiles().find((each) => each.destination === 'GB')!;
    const filed: Filed[] = [];
    await inFlight(DECLARATIONS, 8, async () => {
      const one = await fileOne(store, TENANT, profile, now());
      await bridge.handle([opened(one)]);
      filed.push(one);
    });
    const all = filed.flatMap((each, index) => notificationsOf(each, index));
    const portion = Math.floor(all.length / (ROUNDS + 2));
    const bodies = (round: number) => all.slice(round * portion, (round + 1) * portion);

    const taking = async (batch: ReturnType<typeof bodies>): Promise<number> => {
      const goal = signalled + batch.length;
      const started = performance.now();
      await inFlight(batch.length, FLIGHT, (index) => notify(batch[index]!));
      await until(() => signalled >= goal);
      return batch.length / ((performance.now() - started) / 1000);
    };
    const bare = async (count: number): Promise<number> => {
      const started = performance.now();
      await inFlight(count, FLIGHT, () => post('/bare', all[0]!.body, xml));
      return count / ((performance.now() - started) / 1000);
    };

    await bare(portion);
    await taking(bodies(0));
    const rates: { taken: number; bare: number }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      rates.push({ bare: await bare(portion), taken: await taking(bodies(round)) });
    }
    const taken = median(rates.map((each) => each.taken));
    const plain = median(rates.map((each) => each.bare));
    figures.add(
      'notifications stored, answered, interpreted and signalled',
      `${taken.toFixed(0)}/s, bare inserts through the same server and pool ${plain.toFixed(0)}/s, ${(taken / plain).toFixed(2)} of their rate`,
      'at least 0.3',
      taken / plain >= 0.3,
    );

    const last = bodies(ROUNDS + 1);
    const goal = signalled + last.length;
    const interval = Math.max(1000 / (taken / 2), (PACED_SECONDS * 1000) / last.length);
    const began = performance.now();
    const answers = await Promise.all(
      last.map(async (each, index) => {
        const due = began + index * interval;
        await new Promise((resume) => setTimeout(resume, due - performance.now()));
        return notify(each);
      }),
    );
    await until(() => signalled >= goal);
    const [p50, p99] = [percentile(answers, 0.5), percentile(answers, 0.99)];
    figures.add(
      `answer to a notification at ${(1000 / interval).toFixed(0)}/s, 99 of 100`,
      `${p99.toFixed(1)} ms, the half ${p50.toFixed(1)} ms, ${(p99 / p50).toFixed(1)} times`,
      'within 5 times',
      p99 <= 5 * p50,
    );
  } finally {
    await agent.close();
    await forwarder.stop();
    await app.close();
    await database.drop();
  }
}

/** The figures of the inbox, on servers of their own. */
export async function inbox(figures: Figures): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
  const servers = await startServers({ home });
  try {
    await takeIn(servers, figures);
  } finally {
    await servers.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
