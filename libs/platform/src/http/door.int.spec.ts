import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { defineRoute, pageOf, pageQuery, type InputOf } from '@tidewaiter/contracts';
import { Conflict, NotFound, Refused } from '@tidewaiter/kernel';
import { z } from 'zod';
import type { CallerIdentity } from '../identity/caller.js';
import { createLog } from '../observability/log.js';
import { currentTraceId, startTracing, stopTracing } from '../observability/trace.js';
import { DATABASE, type Database } from '../postgres/database.js';
import { createService } from '../run-service.js';
import { ContextModule } from '../runtime/context.module.js';
import { TestHouse } from '../testing/test-house.js';
import { Binary } from './binary.js';
import { forgetOldKeys, Idempotency, IDEMPOTENCY } from './idempotency.js';
import { Caller, CommandId, IfMatch, Input, RawBody, Serves } from './serves.js';

const note = z.strictObject({ id: z.string(), text: z.string(), version: z.int(), commandId: z.string() });
const params = z.strictObject({ id: z.uuid() });
const access = ['operator'] as const;
const writeNote = defineRoute('shipments', 'trialWriteNote', 'POST /v1/trial/notes', {
  summary: 'Writes a note',
  access,
  body: z.strictObject({ text: z.string().max(20), pages: z.array(z.int().positive()).optional() }),
  answer: note,
});
const changeNote = defineRoute('shipments', 'trialChangeNote', 'PUT /v1/trial/notes/{id}', {
  summary: 'Changes a note',
  access,
  params,
  body: z.strictObject({ text: z.string() }),
  answer: note,
  conditional: true,
});
const showNote = defineRoute('shipments', 'trialShowNote', 'GET /v1/trial/notes/{id}', {
  summary: 'A note',
  access,
  params,
  answer: note,
});
const listNotes = defineRoute('shipments', 'trialListNotes', 'GET /v1/trial/notes', {
  summary: 'Notes',
  access,
  query: z.strictObject(pageQuery),
  answer: pageOf(note),
});
const printNote = defineRoute('shipments', 'trialPrintNote', 'POST /v1/trial/print', {
  summary: 'Bytes',
  access,
  produces: 'text/plain',
});
const whereAmI = defineRoute('shipments', 'trialWhereAmI', 'GET /v1/trial/trace', { summary: 'Trace', access });
const fail = defineRoute('shipments', 'trialFail', 'GET /v1/trial/fail', { summary: 'Fails', access });
const receive = defineRoute('shipments', 'trialReceive', 'POST /v1/trial/inbound', {
  summary: 'Takes bytes',
  access: 'machine',
  status: 200,
});

interface Row {
  id: string;
  text: string;
  version: number;
}

/** What a test holds back or lets fail, and what it sees of the handlers. */
const stage = { runs: 0, hold: undefined as Promise<void> | undefined, fail: undefined as Error | undefined };

@Controller()
class NotesController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Serves(writeNote)
  async write(
    @Input() { body }: InputOf<typeof writeNote>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    stage.runs += 1;
    await stage.hold;
    if (stage.fail) throw stage.fail;
    const id = randomUUID();
    await this.database.tenant(caller.tenant, (tx) =>
      tx.query('insert into trial_notes (tenant_id, id, text, version) values ($1, $2, $3, 1)', [
        caller.tenant,
        id,
        body.text,
      ]),
    );
    return { id, text: body.text, version: 1, commandId };
  }

  @Serves(changeNote)
  async change(
    @Input() { params, body }: InputOf<typeof changeNote>,
    @Caller() { tenant }: CallerIdentity,
    @IfMatch() version: number,
  ) {
    const { rows } = await this.database.tenant(tenant, (tx) =>
      tx.query<Row>(
        'update trial_notes set text = $3, version = version + 1 where id = $1 and version = $2 returning *',
        [params.id, version, body.text],
      ),
    );
    if (!rows[0]) throw new Conflict('event-store.version.stale', 'It has changed since you looked.');
    return { ...rows[0], commandId: '' };
  }

  @Serves(showNote)
  async show(@Input() { params }: InputOf<typeof showNote>, @Caller() { tenant }: CallerIdentity) {
    const { rows } = await this.database.tenant(tenant, (tx) =>
      tx.query<Row>('select * from trial_notes where id = $1', [params.id]),
    );
    if (!rows[0]) throw new NotFound('trial.note.unknown', 'There is no such note.');
    return { id: rows[0].id, text: rows[0].text, version: rows[0].version, commandId: '' };
  }

  @Serves(listNotes)
  list(@Input() { query }: InputOf<typeof listNotes>) {
    return { items: [], next: query.after ?? String(query.limit) };
  }

  @Serves(printNote)
  print() {
    stage.runs += 1;
    return new Binary('printed', 'text/plain', { filename: "it's (a) nöte.txt" });
  }

  @Serves(whereAmI)
  async trace() {
    await Promise.resolve();
    return { traceId: currentTraceId() };
  }

  @Serves(fail)
  async fail() {
    await this.database.system((tx) => tx.query("select 'Jane Roe'::uuid"));
  }

  @Serves(receive)
  receive(@RawBody() bytes: Buffer) {
    return { digest: bytes.toString('hex') };
  }

  @Get('/v1/trial/forgotten')
  forgotten() {
    return 'nobody asked who you are';
  }
}

@Module({
  imports: [ContextModule.for('shipments', { migrations: new URL('.', import.meta.url) })],
  controllers: [NotesController],
})
class TrialModule {}

type Headers = Record<string, string>;
interface Answer {
  status: number;
  headers: globalThis.Headers;
  text: string;
  body: Record<string, unknown>;
}

describe('the door', () => {
  let house: TestHouse;
  let app: NestFastifyApplication;
  let url: string;
  let logged: string[];
  let bearer: { ada: string; bob: string; eve: string; guest: string };

  beforeAll(async () => {
    house = await TestHouse.open('shipments');
    const admin = house.database.pool();
    await admin.query(`set role shipments_owner; set search_path to shipments;
      create table trial_notes (tenant_id text not null, id uuid not null, text text not null, version integer not null, primary key (tenant_id, id));
      select protect('trial_notes'); reset role`);
    process.env['MAX_JSON_BYTES'] = '2000';
    delete process.env['METRICS_TOKEN'];
    logged = [];
    await startTracing('trial');
    app = await createService('trial', createLog({ service: 'trial' }, { write: (line) => void logged.push(line) }), [
      TrialModule,
    ]);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    bearer = {
      ada: await house.issuer.token('acme', 'ada', ['operator']),
      bob: await house.issuer.token('acme', 'bob', ['operator']),
      eve: await house.issuer.token('globex', 'eve', ['operator']),
      guest: await house.issuer.token('acme', 'guest', ['auditor']),
    };
  });

  afterAll(async () => {
    await app?.close();
    await stopTracing();
    await house?.close();
  });

  beforeEach(() => Object.assign(stage, { runs: 0, hold: undefined, fail: undefined }));

  async function ask(
    method: string,
    path: string,
    options: { as?: keyof typeof bearer | null; headers?: Headers; body?: unknown } = {},
  ): Promise<Answer> {
    const { as = 'ada', headers = {}, body } = options;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(as === null ? {} : { Authorization: `Bearer ${bearer[as]}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : {} };
  }

  const key = () => ({ 'Idempotency-Key': randomUUID() });
  const write = (headers: Headers, body: unknown = { text: 'one' }, as: keyof typeof bearer = 'ada') =>
    ask('POST', '/v1/trial/notes', { headers, body, as });

  /** A problem document with this status and code, and nothing in it that belongs into our log. */
  function expectProblem(answer: Answer, status: number, code: string) {
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      status,
      type: `/problems/${code}`,
      title: expect.any(String),
      detail: expect.any(String),
      correlationId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(answer.text).not.toMatch(/ {4}at |node_modules|\.ts:|\.js:/);
  }

  describe('asks who comes', () => {
    it('and sends away who has no token, saying how to come', async () => {
      const answer = await ask('GET', '/v1/trial/trace', { as: null });
      expectProblem(answer, 401, 'identity.token.missing');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    });

    it('and sends away who has a spoilt one', async () => {
      const answer = await ask('GET', '/v1/trial/trace', { headers: { Authorization: `Bearer ${bearer.ada}x` } });
      expectProblem(answer, 401, 'identity.token.invalid');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    });

    it('and what part he has', async () => {
      const answer = await ask('GET', '/v1/trial/trace', { as: 'guest' });
      expectProblem(answer, 403, 'identity.role.missing');
      expect(answer.body['detail']).toBe('This needs one of the roles operator; you have auditor.');
    });

    it('before it reads what he says', async () => {
      expectProblem(
        await ask('POST', '/v1/trial/notes', { as: null, body: { odd: 1 } }),
        401,
        'identity.token.missing',
      );
    });

    it('and opens no handler that the contracts do not know', async () => {
      expectProblem(await ask('GET', '/v1/trial/forgotten'), 403, 'http.route.unknown');
      expectProblem(await ask('GET', '/v1/nowhere'), 404, 'http.route.unknown');
    });

    it('and shows nobody what is another tenant’s', async () => {
      const { body } = await write(key());
      expectProblem(
        await ask('GET', `/v1/trial/notes/${String(body['id'])}`, { as: 'eve' }),
        404,
        'trial.note.unknown',
      );
      expectProblem(await ask('GET', `/v1/trial/notes/${randomUUID()}`, { as: 'eve' }), 404, 'trial.note.unknown');
    });
  });

  describe('lets a change happen once', () => {
    it('and wants a key for it', async () => {
      for (const headers of [
        {} as Headers,
        { 'Idempotency-Key': 'short' },
        { 'Idempotency-Key': 'with blanks in it' },
      ]) {
        expectProblem(await write(headers), 400, 'http.idempotency-key.missing');
      }
      expect(stage.runs).toBe(0);
    });

    it('and gives the first answer to its repeat', async () => {
      const headers = key();
      const first = await write(headers);
      expect(first.status).toBe(201);
      expect(first.headers.get('etag')).toBe('"1"');
      expect(first.headers.has('idempotency-replayed')).toBe(false);
      const again = await write(headers, '{ "text" : "one" }');
      expect(again.text).toBe(first.text);
      expect([again.status, again.headers.get('etag'), again.headers.get('idempotency-replayed')]).toEqual([
        201,
        '"1"',
        'true',
      ]);
      expect(stage.runs).toBe(1);
    });

    it('and keeps an answer letter by letter', async () => {
      const idempotency = app.get<Idempotency>(IDEMPOTENCY);
      const request = { tenant: 'acme', route: 'trial', key: randomUUID(), fingerprint: 'f' };
      const answer = { z: 1, a: '\u0000"€\\', n: [1.5, null] };
      expect(await idempotency.begin('shipments', request)).toBeNull();
      await idempotency.finish('shipments', request, answer);
      expect(JSON.stringify(await idempotency.begin('shipments', request))).toBe(JSON.stringify({ answer }));
    });

    it('and refuses the key for another body, another person or another address', async () => {
      const headers = key();
      await write(headers);
      expectProblem(await write(headers, { text: 'two' }), 422, 'http.idempotency-key.reused');
      expectProblem(await write(headers, { text: 'one' }, 'bob'), 422, 'http.idempotency-key.reused');
      expectProblem(
        await ask('POST', '/v1/trial/notes?x=1', { headers, body: { text: 'one' } }),
        400,
        'http.request.invalid',
      );
      expect(stage.runs).toBe(1);
    });

    it('and knows each tenant’s keys apart, commands too', async () => {
      const headers = key();
      const [ours, theirs] = [await write(headers), await write(headers, { text: 'one' }, 'eve')];
      expect([ours.status, theirs.status, stage.runs]).toEqual([201, 201, 2]);
      expect(ours.body['commandId']).not.toBe(theirs.body['commandId']);
    });

    it('and says "not now" while the first still runs, whoever comes', async () => {
      const headers = key();
      let letGo!: () => void;
      stage.hold = new Promise((resolve) => (letGo = resolve));
      const first = write(headers);
      while (stage.runs === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expectProblem(await write(headers), 409, 'http.idempotency-key.running');
      expectProblem(await write(headers, { text: 'two' }), 422, 'http.idempotency-key.reused');
      letGo();
      expect((await first).status).toBe(201);
      expect((await write(headers)).headers.get('idempotency-replayed')).toBe('true');
      expect(stage.runs).toBe(1);
    });

    it('and runs one of many that come at once', async () => {
      const headers = key();
      const answers = await Promise.all(Array.from({ length: 12 }, () => write(headers)));
      expect(stage.runs).toBe(1);
      expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    });

    it('and frees the key of a request that failed', async () => {
      const headers = key();
      stage.fail = new Refused('trial.note.refused', 'not today');
      expectProblem(await write(headers), 422, 'trial.note.refused');
      stage.fail = undefined;
      const mended = await write(headers);
      expect([mended.status, mended.headers.has('idempotency-replayed'), stage.runs]).toEqual([201, false, 2]);
    });

    it('under the same command id, whenever its first try ended', async () => {
      const headers = key();
      const pool = house.database.pool();
      const first = await write(headers);
      // As a process leaves it that was killed between effect and answer, half a minute ago.
      await pool.query(
        `update shipments.idempotency set status = 'running', created_at = now() - interval '31 seconds' where key = $1`,
        [headers['Idempotency-Key']],
      );
      const again = await write(headers);
      expect(stage.runs).toBe(2);
      expect(again.body['commandId']).toBe(first.body['commandId']);
    });

    it('and makes bytes again instead of keeping them', async () => {
      const headers = key();
      const first = await ask('POST', '/v1/trial/print', { headers });
      expect([first.status, first.text]).toEqual([201, 'printed']);
      expect(first.headers.get('content-disposition')).toBe(
        "attachment; filename*=UTF-8''it%27s%20%28a%29%20n%C3%B6te.txt",
      );
      expect((await ask('POST', '/v1/trial/print', { headers })).text).toBe('printed');
      expect(stage.runs).toBe(2);
    });
  });

  describe('lets only that be changed which was looked at', () => {
    it('and follows the version from answer to answer', async () => {
      const path = `/v1/trial/notes/${String((await write(key())).body['id'])}`;
      const change = (headers: Headers) => ask('PUT', path, { headers, body: { text: 'two' } });
      for (const headers of [{}, { 'If-Match': '*' }, { 'If-Match': 'W/"1"' }, { 'If-Match': '1' }] as Headers[]) {
        expectProblem(await change(headers), 428, 'http.if-match.missing');
      }
      const looked = await ask('GET', path);
      expect(looked.headers.get('etag')).toBe('"1"');
      const changed = await change({ 'If-Match': looked.headers.get('etag')! });
      expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
      expectProblem(await change({ 'If-Match': '"1"' }), 412, 'event-store.version.stale');
    });
  });

  describe('understands what it is told or says where it does not', () => {
    it('in the body', async () => {
      const answer = await write(key(), { text: 'x'.repeat(21), pages: [1, -2], more: true });
      expectProblem(answer, 400, 'http.request.invalid');
      const pointers = (answer.body['places'] as { pointer: string; reason: string }[]).map(({ pointer }) => pointer);
      expect(pointers).toEqual(expect.arrayContaining(['body/text', 'body/pages/1']));
      expectProblem(await write(key(), 'null'), 400, 'http.request.invalid');
    });

    it('in path and query', async () => {
      const path = await ask('GET', '/v1/trial/notes/17');
      expectProblem(path, 400, 'http.request.invalid');
      expect(path.body['places']).toMatchObject([{ pointer: 'path/id' }]);
      for (const query of [
        'limit=0',
        'limit=201',
        'limit=ten',
        `after=${'x'.repeat(201)}`,
        'limit=1&limit=2',
        'offset=10',
      ]) {
        expectProblem(await ask('GET', `/v1/trial/notes?${query}`), 400, 'http.request.invalid');
      }
      expect((await ask('GET', '/v1/trial/notes')).body['next']).toBe('50');
      expect((await ask('GET', '/v1/trial/notes?limit=7')).body['next']).toBe('7');
      expect((await ask('GET', '/v1/trial/notes?after=cursor')).body['next']).toBe('cursor');
    });

    it.each([
      ['half a document', '{"text": "on'],
      ['something else', 'text=one'],
      ['a member that would reach a prototype', '{"text": "one", "__proto__": {"admin": true}}'],
      ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ])('where JSON was promised and came %s', async (_, body) => {
      expectProblem(await write(key(), body), 400, 'http.request.invalid');
      expect(stage.runs).toBe(0);
    });

    it('up to a size', async () => {
      expectProblem(await write(key(), { text: 'x'.repeat(3000) }), 413, 'http.body.too-large');
    });

    it.each([
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'image/png',
    ])('and takes no %s for JSON', async (mediaType) => {
      expectProblem(
        await write({ ...key(), 'Content-Type': mediaType }, '{"text":"one"}'),
        415,
        'http.media-type.unsupported',
      );
    });

    it('and keeps a machine’s message byte for byte, whatever it is', async () => {
      const bytes = new Uint8Array([0, 255, 13, 10]);
      for (const mediaType of ['application/xml', 'application/EDIFACT', 'image/png']) {
        const answer = await ask('POST', '/v1/trial/inbound', {
          as: null,
          body: bytes,
          headers: { 'Content-Type': mediaType },
        });
        expect([answer.status, answer.body['digest']]).toEqual([200, '00ff0d0a']);
      }
      const json = await ask('POST', '/v1/trial/inbound', { as: null, body: '{ "a": 1.0 }' });
      expect(json.body['digest']).toBe(Buffer.from('{ "a": 1.0 }').toString('hex'));
    });
  });

  describe('can be followed', () => {
    const traceId = randomBytes(16).toString('hex');
    const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };

    it('into the handler, by the trace that was sent', async () => {
      expect((await ask('GET', '/v1/trial/trace', { headers })).body).toEqual({ traceId });
      const own = (await ask('GET', '/v1/trial/trace')).body['traceId'];
      expect(own).toMatch(/^[0-9a-f]{32}$/);
      expect((await ask('GET', '/v1/trial/trace', { headers: { traceparent: 'nonsense' } })).body['traceId']).not.toBe(
        own,
      );
    });

    it('to a problem, wherever on the way it arose', async () => {
      for (const answer of [
        await ask('GET', '/v1/trial/trace', { headers, as: null }),
        await ask('GET', '/v1/nowhere', { headers }),
        await write({ ...key(), ...headers }, 'no json'),
        await ask('GET', `/v1/trial/notes/${randomUUID()}`, { headers }),
      ]) {
        expect(answer.body['correlationId']).toBe(traceId);
      }
    });

    it('to the log when it is our fault, while the caller learns nothing of how we work', async () => {
      logged.length = 0;
      const answer = await ask('GET', '/v1/trial/fail', { headers });
      expectProblem(answer, 500, 'http.unexpected');
      expect(answer.text).not.toMatch(/uuid|Jane|select/);
      const line = logged
        .map((each) => JSON.parse(each) as Record<string, unknown>)
        .find(({ msg }) => msg === 'request failed');
      expect(line).toMatchObject({
        level: 'error',
        traceId,
        route: 'trialFail',
        error: { code: '22P02', stack: expect.stringContaining('    at ') },
      });
      expect(logged.join()).not.toContain('Jane');
    });

    it('in figures, by route and status', async () => {
      await ask('GET', '/v1/trial/trace', { as: null });
      const { text, status } = await ask('GET', '/metrics', { as: null });
      expect(status).toBe(200);
      expect(text).toMatch(/tidewaiter_http_seconds_count\{route="trialWhereAmI",status="401"\} \d/);
    });
  });

  describe('shows figures to this machine, and elsewhere to who has the token', () => {
    const fetchMetrics = (remoteAddress: string, headers: Headers = {}) =>
      app.inject({ method: 'GET', url: '/metrics', remoteAddress, headers });
    afterEach(() => delete process.env['METRICS_TOKEN']);

    it('not to another machine', async () => {
      const answer = await fetchMetrics('192.0.2.7', { 'x-forwarded-for': '127.0.0.1' });
      expect(answer.statusCode).toBe(401);
      expect(answer.body).not.toContain('tidewaiter_http');
      expect((await fetchMetrics('127.0.0.1')).statusCode).toBe(200);
    });

    it('with a token set, to nobody without it', async () => {
      process.env['METRICS_TOKEN'] = 'figures';
      expect((await fetchMetrics('127.0.0.1')).statusCode).toBe(401);
      expect((await fetchMetrics('192.0.2.7', { authorization: 'Bearer figure' })).statusCode).toBe(401);
      expect((await fetchMetrics('192.0.2.7', { authorization: 'Bearer figures' })).statusCode).toBe(200);
    });
  });

  describe('tells everybody', () => {
    it('that the process lives, and which part is missing', async () => {
      expect((await ask('GET', '/health/live', { as: null })).body).toEqual({ live: true });
      const ready = await ask('GET', '/health/ready', { as: null });
      expectProblem(ready, 503, 'house.not-ready');
      expect(ready.headers.get('retry-after')).toBe('2');
      expect(ready.body['facts']).toMatchObject({
        'postgres: shipments': 'ok',
        kafka: expect.not.stringMatching(/^ok$/),
      });
    });

    it('what the contract is, as a document and as a page', async () => {
      const document = await ask('GET', '/openapi.json', { as: null });
      expect(document.body).toMatchObject({ openapi: '3.1.0', paths: { '/v1/trial/notes': {} } });
      const page = await ask('GET', '/docs', { as: null });
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
      for (const [, asset] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
        expect((await ask('GET', asset!, { as: null })).status).toBe(200);
      }
      expect((await ask('GET', '/docs/../package.json', { as: null })).status).toBe(404);
    });

    it('what a type of event says, by a sample, and what came with which release', async () => {
      const type = await ask('GET', '/schemas/shipments/ShipmentOpened', { as: null });
      expect(type.body).toMatchObject({
        context: 'shipments',
        versions: [{ version: 1, sample: { type: 'tidewaiter.shipments.ShipmentOpened.v1' } }],
      });
      const changes = type.body['changes'] as { on: string; first: boolean; added: string[] }[];
      expect(changes.map(({ first }) => first)).toEqual([...changes.slice(1).map(() => false), true]);
      expect(changes.find(({ added }) => added.includes('/parentId'))).toMatchObject({ first: false });
      expectProblem(await ask('GET', '/schemas/kitchen/Cooked', { as: null }), 404, 'house.event.unknown');
      const events = await ask('GET', '/asyncapi.json', { as: null });
      expect(events.body).toMatchObject({ asyncapi: '3.0.0', channels: { feed: { address: '/v1/events' } } });
    });
  });

  it('forgets keys after a week', async () => {
    const [old, young] = [key(), key()];
    await write(old);
    await write(young);
    await house.database
      .pool()
      .query(`update shipments.idempotency set created_at = now() - interval '8 days' where key = $1`, [
        old['Idempotency-Key'],
      ]);
    await forgetOldKeys(house.database.pool('shipments_system'));
    const { rows } = await house.database
      .pool()
      .query<{ key: string }>('select key from shipments.idempotency where key = any($1)', [
        [old['Idempotency-Key'], young['Idempotency-Key']],
      ]);
    expect(rows).toEqual([{ key: young['Idempotency-Key'] }]);
  });
});
