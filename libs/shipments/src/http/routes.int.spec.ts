import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { allRoutes, type AnswerOf, type DecisionAnswer, type listPeople, type Role } from '@tidewaiter/contracts';
import { newId, Unavailable } from '@tidewaiter/kernel';
import { TestHouse } from '@tidewaiter/platform/testing';
import { ShipmentsActivitiesService } from '../application/shipments.activities.js';
import { bulkDrain, controllers, recordBook, services } from '../shipments.module.js';
import { stepOf } from '../testing/room.js';
import { without } from '../domain/without.js';

type Body = Record<string, unknown>;
interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Body;
}

const address = { street: 'Dock 1', city: 'Hull', postcode: 'HU1 2AB', country: 'GB' };
const opening = (engagementId: unknown, changes: Body = {}): Body => ({
  engagementId,
  reference: `NW-${newId().slice(-8)}`,
  origin: 'CN',
  transport: 'ocean',
  portOfEntry: 'GBFXT',
  incoterm: { code: 'FOB', place: 'Yantian' },
  parties: [
    { role: 'consignor', name: 'Shenzhen Lantern Works', address: { ...address, country: 'CN' } },
    { role: 'consignee', name: 'Northwind Robotics', address },
  ],
  ...changes,
});

describe('the routes of shipments', () => {
  let house: TestHouse;
  let app: NestFastifyApplication;
  let workflow: () => Promise<DecisionAnswer>;

  beforeAll(async () => {
    house = await TestHouse.open('shipments', new URL('../../migrations/', import.meta.url));
    app = await house.serve(
      { imports: [recordBook], controllers, providers: [...services, ...bulkDrain] },
      { decide: () => workflow() },
    );
  });
  afterAll(() => house?.close());

  async function ask(
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    {
      body,
      headers = {},
      tenant = 'acme',
      user = 'olivia',
      roles = ['operator'],
    }: { body?: Body; headers?: Record<string, string>; tenant?: string; user?: string; roles?: Role[] } = {},
  ): Promise<Answer> {
    const authorization = `Bearer ${await house.issuer.token(tenant, user, roles)}`;
    const key = method === 'GET' ? {} : { 'idempotency-key': newId() };
    const answer = await app.inject({
      method,
      url,
      headers: { authorization, ...key, ...headers },
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
  }

  async function engagement(): Promise<{ engagementId: unknown; importerId: unknown }> {
    const importer = await ask('POST', '/v1/importers', {
      body: {
        code: `gb-${newId().slice(-8)}`,
        name: 'Tidewaiter Imports Ltd',
        destinations: ['GB'],
        identifiers: [{ scheme: 'EORI', value: 'GB123456789000' }],
      },
    });
    const { importerId } = importer.body;
    const opened = await ask('POST', '/v1/engagements', {
      body: {
        kind: 'ongoing',
        customer: { name: 'Northwind Robotics' },
        importerId,
        destinations: ['GB'],
        validFrom: '2026-01-01',
      },
    });
    expect([importer.status, opened.status, opened.headers['etag']]).toEqual([201, 201, '"1"']);
    return { engagementId: opened.body['engagementId'], importerId };
  }

  it('are all served, each at its address, and none without a token', async () => {
    const ours = allRoutes().filter((route) => route.context === 'shipments');
    expect(ours.length).toBeGreaterThan(15);
    for (const { method, path } of ours) {
      const answer = await app.inject({ method, url: path.replace(/\{\w+\}/g, newId()) });
      expect([method, path, answer.statusCode]).toEqual([method, path, 401]);
    }
  });

  it('take an engagement from opening to power of attorney to its end, under its version', async () => {
    const { engagementId } = await engagement();
    const at = `/v1/engagements/${engagementId as string}`;
    const mandate = {
      grantor: 'Northwind Robotics',
      destinations: ['GB'],
      validFrom: '2026-01-01',
      validTo: '2099-12-31',
    };
    const given = await ask('POST', `${at}/mandates`, { body: mandate, headers: { 'if-match': '"1"' } });
    expect(given).toMatchObject({
      status: 201,
      headers: { etag: '"2"' },
      body: { status: 'in-force', mandates: [{ validTo: '2099-12-31' }] },
    });
    expect(await ask('POST', `${at}/mandates`, { body: mandate })).toMatchObject({
      status: 428,
      body: { code: 'http.if-match.missing' },
    });
    expect(
      await ask('POST', `${at}/end`, { body: { reason: 'customer left' }, headers: { 'if-match': '"1"' } }),
    ).toMatchObject({
      status: 412,
      body: { code: 'event-store.version.stale' },
    });
    expect(
      await ask('POST', `${at}/end`, { body: { reason: 'customer left' }, headers: { 'if-match': '"2"' } }),
    ).toMatchObject({ status: 200, body: { status: 'ended' } });
    expect((await ask('GET', '/v1/engagements?limit=1')).body['items']).toHaveLength(1);
  });

  it('accept a shipment with 202, show it at once, and answer a repeat alike', async () => {
    const { engagementId } = await engagement();
    const [body, headers] = [opening(engagementId), { 'idempotency-key': newId() }];
    const first = await ask('POST', '/v1/shipments', { body, headers });
    expect(first).toMatchObject({
      status: 202,
      headers: { etag: '"1"' },
      body: { reference: body['reference'], version: 1 },
    });
    const again = await ask('POST', '/v1/shipments', { body, headers });
    expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([202, first.body, 'true']);
    expect(await ask('POST', '/v1/shipments', { body: opening(engagementId), headers })).toMatchObject({
      status: 422,
      body: { code: 'http.idempotency-key.reused' },
    });
    const at = `/v1/shipments/${first.body['shipmentId'] as string}`;
    expect(await ask('GET', at)).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      body: { stage: 'engagement', version: 1 },
    });
    expect(await ask('PATCH', at, { body: { portOfEntry: 'GBSOU' }, headers: { 'if-match': '"1"' } })).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
    });
    expect(await ask('GET', `/v1/shipments?reference=${body['reference'] as string}`)).toMatchObject({
      body: { items: [{ portOfEntry: 'GBSOU' }], next: null },
    });
    expect(await ask('GET', `${at}/timeline`)).toMatchObject({ status: 200, body: { items: [], next: null } });
    expect(await ask('GET', `${at}/story?order=happened`)).toMatchObject({
      status: 200,
      body: { position: '0', entries: [], gaps: [] },
    });
    expect(await ask('GET', `${at}/strip?known=2026-01-01T00:00:00Z`)).toMatchObject({
      status: 200,
      body: { summary: { code: 'opened' }, money: null, events: 0 },
    });
    expect(await ask('GET', `/v1/shipments/${newId()}/story`)).toMatchObject({
      status: 404,
      body: { code: 'shipments.shipment.unknown' },
    });
  });

  it('tell what is wrong with a shipment and where', async () => {
    const { engagementId } = await engagement();
    const line = {
      number: 1,
      commodity: '8517130000',
      description: 'telephones',
      origin: 'CN',
      quantity: { value: '-1', unit: 'NAR' },
      netMass: '1',
      price: { amount: '1.00', currency: 'QQQ' },
    };
    const bad = await ask('POST', '/v1/shipments', { body: opening(engagementId, { lines: [line] }) });
    expect([bad.status, bad.body['code']]).toEqual([400, 'http.request.invalid']);
    expect(JSON.stringify(bad.body['places'])).toMatch(/lines\/0\/quantity\/value.*lines\/0\/price\/currency/);
    expect(await ask('POST', '/v1/shipments', { body: opening(engagementId, { portOfEntry: 'DEHAM' }) })).toMatchObject(
      {
        status: 422,
        body: {
          code: 'shipments.port.not-in-destination',
          advice: expect.any(String),
          places: [{ pointer: '/portOfEntry' }],
        },
      },
    );
    expect(await ask('POST', '/v1/shipments', { body: opening(newId()) })).toMatchObject({
      status: 404,
      body: { code: 'shipments.engagement.unknown' },
    });
    expect(await ask('POST', '/v1/shipments', { body: opening(engagementId), roles: ['auditor'] })).toMatchObject({
      status: 403,
    });
  });

  it('make another tenant’s shipment look like one that does not exist', async () => {
    const { engagementId } = await engagement();
    const { body } = await ask('POST', '/v1/shipments', { body: opening(engagementId) });
    const theirs = await ask('GET', `/v1/shipments/${body['shipmentId'] as string}`, { tenant: 'globex' });
    const unknown = await ask('GET', `/v1/shipments/${newId()}`, { tenant: 'globex' });
    const told = ({ status, body }: Answer) => [status, without(body, 'correlationId', 'instance')];
    expect(told(theirs)).toEqual(told(unknown));
    expect(theirs.status).toBe(404);
  });

  it('register a guarantee once and show what is left of it', async () => {
    const { importerId } = await engagement();
    const body = { importerId, destination: 'GB', reference: 'CCG-1', limit: { amount: '500', currency: 'GBP' } };
    expect(await ask('POST', '/v1/guarantees', { body })).toMatchObject({
      status: 201,
      body: { headroom: { amount: '500.00' } },
    });
    expect(await ask('POST', '/v1/guarantees', { body })).toMatchObject({
      status: 409,
      body: { code: 'shipments.guarantee.exists' },
    });
    expect((await ask('GET', '/v1/guarantees')).body['items']).toHaveLength(1);
    expect((await ask('GET', '/v1/importers?limit=1')).body['next']).toEqual(expect.any(String));
  });

  it('show an administrator who was here with which roles, what of these does not go together, and nobody of another tenant', async () => {
    await ask('GET', '/v1/importers', { user: 'both', roles: ['operator', 'approver'] });
    await ask('GET', '/v1/importers', { user: 'stranger', tenant: 'globex' });
    const people = async () => {
      const { body } = await ask('GET', '/v1/people', { user: 'ada', roles: ['administrator'] });
      return body as unknown as AnswerOf<typeof listPeople>;
    };
    let shown = await people();
    // Nobody waits for the note: it is there in a moment.
    while (!['both', 'ada'].every((name) => shown.people.some(({ subject }) => subject === name)))
      shown = await people();
    expect(shown.grantedBy).toBe(house.issuer.url);
    expect(shown.people.find(({ subject }) => subject === 'both')).toMatchObject({
      roles: ['approver', 'operator'],
      conflicts: [{ roles: ['operator', 'approver'], because: expect.stringContaining('for each other') }],
    });
    expect(shown.people.map(({ subject }) => subject)).not.toContain('stranger');
    expect(await ask('GET', '/v1/people', { roles: ['approver'] })).toMatchObject({
      status: 403,
      body: { code: 'identity.role.missing', detail: expect.stringContaining('administrator') },
    });
  });

  it('carry a decision to the workflow, and say so when it does not answer in time', async () => {
    const { engagementId } = await engagement();
    const { body } = await ask('POST', '/v1/shipments', { body: opening(engagementId) });
    const spec = { kind: 'retry-step' as const, role: 'operator', says: 'Try again', about: {}, due: null };
    const { taskId } = await app.get(ShipmentsActivitiesService).raiseTask(stepOf(body['shipmentId'] as string), spec);
    const [at, headers] = [`/v1/tasks/${taskId}`, { 'if-match': '"1"', 'idempotency-key': newId() }];
    expect(await ask('GET', at)).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      body: { kind: 'retry-step', status: 'open' },
    });
    const decide = () => ask('POST', `${at}/decision`, { body: { retry: true }, headers });

    workflow = () =>
      Promise.reject(
        new Unavailable('workflow.not-answering', 'no answer', { advice: 'Repeat it under the same Idempotency-Key.' }),
      );
    expect(await decide()).toMatchObject({
      status: 503,
      body: { code: 'workflow.not-answering', advice: expect.stringContaining('same Idempotency-Key') },
    });
    workflow = async () => ({ kind: 'done', closes: true, says: 'Tried again.' });
    expect(await decide()).toMatchObject({ status: 200, body: { taskId, status: 'done', says: 'Tried again.' } });
    expect(await ask('POST', `${at}/decision`, { body: {}, headers: { 'if-match': '"1"' } })).toMatchObject({
      status: 400,
      body: { code: 'shipments.task.decision-invalid' },
    });
    expect((await ask('GET', '/v1/tasks')).body['items']).toHaveLength(1);
  });

  it('let a task be taken, taken over and given back without a version, and be decided by what was seen before', async () => {
    const { engagementId } = await engagement();
    const { body } = await ask('POST', '/v1/shipments', { body: opening(engagementId) });
    const spec = { kind: 'retry-step' as const, role: 'operator', says: 'Try again', about: {}, due: null };
    const { taskId } = await app.get(ShipmentsActivitiesService).raiseTask(stepOf(body['shipmentId'] as string), spec);
    const at = `/v1/tasks/${taskId}`;
    const take = (user: string, from?: string) =>
      ask('POST', `${at}/take`, { user, body: from === undefined ? {} : { from } });
    const giveBack = (user: string, roles: Role[] = ['operator']) =>
      ask('POST', `${at}/give-back`, { user, roles, body: {} });

    expect(await take('olga')).toMatchObject({
      ...{ status: 200, headers: { etag: '"2"' } },
      body: { taskId, status: 'open', assignee: 'user:olga', takenAt: expect.stringMatching(/Z$/) },
    });
    expect(await take('otto')).toMatchObject({
      status: 409,
      body: {
        ...{ code: 'shipments.task.taken', detail: expect.stringContaining('user:olga') },
        ...{ facts: { assignee: 'user:olga' }, advice: expect.any(String) },
      },
    });
    expect(await take('otto', 'user:omar')).toMatchObject({
      status: 409,
      body: { code: 'shipments.task.changed-hands', facts: { assignee: 'user:olga' } },
    });
    expect(await take('otto', 'olga')).toMatchObject({
      status: 400,
      body: { code: 'http.request.invalid', places: [{ pointer: 'body/from' }] },
    });
    expect(await take('otto', 'user:olga')).toMatchObject({ status: 200, body: { assignee: 'user:otto' } });
    expect(await giveBack('olga')).toMatchObject({ status: 403, body: { code: 'shipments.task.not-yours' } });

    const mine = async (user: string, query: string) => {
      const { body } = await ask('GET', `/v1/${query}`, { user });
      return (body['items'] as Body[]).map((each) => each['taskId'] ?? (each['task'] as Body)['taskId']);
    };
    expect(await mine('otto', 'tasks?assignee=me')).toEqual([taskId]);
    expect(await mine('olga', 'tasks?assignee=me')).toEqual([]);
    expect(await mine('olga', 'tasks?assignee=user:otto')).toEqual([taskId]);
    expect(await mine('olga', 'tasks?assignee=nobody')).not.toContain(taskId);
    expect(await mine('olga', 'today')).not.toContain(taskId);
    expect(await mine('olga', 'today?whose=team')).toContain(taskId);
    expect(await ask('GET', '/v1/tasks?assignee=otto')).toMatchObject({ status: 400 });

    expect(await giveBack('ada', ['administrator'])).toMatchObject({ status: 200, body: { assignee: null } });
    expect(await mine('olga', 'today?whose=unassigned')).toContain(taskId);
    expect(await ask('POST', `${at}/take`, { body: {}, roles: ['auditor'] })).toMatchObject({ status: 403 });
    workflow = async () => ({ kind: 'done', closes: true, says: 'Tried again.' });
    const decided = await ask('POST', `${at}/decision`, { body: { retry: true }, headers: { 'if-match': '"1"' } });
    expect(decided).toMatchObject({ status: 200, body: { taskId } });
  });
});
