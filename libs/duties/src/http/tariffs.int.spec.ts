import 'reflect-metadata';
import { request as httpRequest } from 'node:http';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { allRoutes, ROLES, type Role } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { ContextModule, createLog, createService } from '@tidewaiter/platform';
import { TestHouse } from '@tidewaiter/platform/testing';
import { Classifying } from '../application/classifying.js';
import { FxRates } from '../application/fx-rates.js';
import { Lookup } from '../application/lookup.js';
import { loadRuleBooks, RULE_BOOKS } from '../application/rule-books.js';
import { TariffBooks } from '../application/tariff-books.js';
import { TariffSnapshots } from '../application/tariff-snapshots.js';
import { Tariffs } from '../application/tariffs.js';
import { loadRemedies, REMEDIES, Voiding } from '../application/voiding.js';
import { DUTIES_SETTINGS } from '../duties.settings.js';
import { projections } from '../postgres/projections.js';
import { someHts, ukList } from '../testing/tariff-files.js';
import { ClassificationsController } from './classifications.controller.js';
import { RatesAndBasesController } from './rates-and-bases.controller.js';
import { TariffsController } from './tariffs.controller.js';

const CONTROLLERS = [TariffsController, ClassificationsController, RatesAndBasesController];

@Module({
  imports: [
    ContextModule.for('duties', { migrations: new URL('../../migrations/', import.meta.url), inline: projections }),
  ],
  controllers: CONTROLLERS,
  providers: [
    { provide: RULE_BOOKS, useFactory: loadRuleBooks },
    { provide: REMEDIES, useFactory: loadRemedies },
    { provide: DUTIES_SETTINGS, useValue: { FX_URL: 'http://127.0.0.1:9', FX_TIMEOUT_MS: 200 } },
    TariffSnapshots,
    TariffBooks,
    Classifying,
    Tariffs,
    Lookup,
    FxRates,
    Voiding,
  ],
})
class TariffsModule {}

type Body = Record<string, unknown>;
interface Answer {
  status: number;
  code: unknown;
  body: Body;
  etag: string | null;
}
interface Who {
  tenant?: string;
  roles?: Role[] | null;
}

const PREFIXES = [
  '/v1/tariffs',
  '/v1/nomenclature',
  '/v1/classifications',
  '/v1/fx-tables',
  '/v1/legal-bases',
  '/v1/shipments/{shipmentId}/tariff',
];
const ours = allRoutes().filter(
  ({ context, path }) => context === 'duties' && PREFIXES.some((prefix) => path.startsWith(prefix)),
);

describe('the routes of tariffs', () => {
  let house: TestHouse;
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    house = await TestHouse.open('duties', new URL('../../migrations/', import.meta.url));
    app = await createService('duties', createLog({ level: 'error', service: 'duties' }), [TariffsModule]);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  }, 60_000);
  afterAll(async () => {
    await app?.close();
    await house?.close();
  });

  const bearer = async ({ tenant = 'acme', roles = ['operator'] }: Who): Promise<Record<string, string>> =>
    roles === null ? {} : { Authorization: `Bearer ${await house.issuer.token(tenant, 'olivia', roles)}` };

  async function send(method: string, path: string, init: RequestInit, who: Who): Promise<Answer> {
    const headers = {
      ...(await bearer(who)),
      ...(method === 'GET' ? {} : { 'Idempotency-Key': newId() }),
      ...(init.headers as Record<string, string>),
    };
    const response = await fetch(`${url}${path}`, { ...init, method, headers });
    const body = (await response.json()) as Body;
    return { status: response.status, code: body['code'], body, etag: response.headers.get('etag') };
  }
  const get = (path: string, who: Who = {}) => send('GET', path, {}, who);
  const post = (path: string, body: unknown, who: Who = {}, headers: Record<string, string> = {}) =>
    send(
      'POST',
      path,
      { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } },
      who,
    );
  const form = (file: string | null, fields: Record<string, string>): FormData => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.set(name, value);
    if (file !== null) data.set('file', new Blob([file]), 'tariff.csv');
    return data;
  };
  const upload = (file: string | null, fields: Record<string, string>, who: Who = {}) =>
    send('POST', '/v1/tariffs', { body: form(file, fields) }, who);
  const us = (who: Who = {}) => upload(someHts(), { source: 'usitc-hts-csv', validFrom: '2026-01-01' }, who);

  it.each(ours.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s lets in who has a part in it, nobody else',
    async (_, route) => {
      const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
        name === 'destination' ? 'GB' : name === 'code' ? '8712' : newId(),
      );
      const ask = (who: Who) =>
        route.method === 'GET'
          ? get(path, who)
          : route.consumes === 'multipart/form-data'
            ? upload(null, {}, who)
            : post(path, {}, who, { 'If-Match': '"1"' });
      expect(await ask({ roles: null })).toMatchObject({ status: 401, code: 'identity.token.missing' });
      for (const role of ROLES) {
        const { status } = await ask({ roles: [role] });
        expect({ role, refused: status === 403 }).toEqual({
          role,
          refused: !(route.access as readonly Role[]).includes(role),
        });
      }
    },
  );

  it('load, list, show, search and compare a tenant’s tariffs, and no other tenant’s', async () => {
    const { status, body } = await us();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      known: false,
      version: { destination: 'US', codes: 8, refused: 1 },
      refused: [{ line: 9 }],
    });
    const { tariffId } = body['version'] as { tariffId: string };
    expect((await get('/v1/tariffs?destination=US')).body).toMatchObject({ items: [{ tariffId }] });
    expect((await get(`/v1/tariffs/${tariffId}`)).body).toMatchObject({ tariffId });
    expect((await get(`/v1/tariffs/${tariffId}/refused`)).body).toMatchObject({ items: [{ line: 9 }], next: null });
    expect((await get(`/v1/tariffs/${tariffId}/diff/${tariffId}`)).body).toMatchObject({
      items: [],
      counts: { added: 0, removed: 0, changed: 0 },
      touched: [],
    });
    expect((await get('/v1/nomenclature/US?q=cotton%20shirt&date=2026-02-01')).body).toMatchObject({
      items: [{ code: '61051000' }, { code: '6105100010' }],
    });
    expect((await get('/v1/nomenclature/US/61051000?origin=KR&date=2026-02-01')).body).toMatchObject({
      measures: [{ expression: '19.7%' }, { expression: '8%' }],
    });

    const globex = { tenant: 'globex' };
    expect((await get('/v1/tariffs', globex)).body).toEqual({ items: [] });
    expect(await get(`/v1/tariffs/${tariffId}`, globex)).toMatchObject({ status: 404, code: 'duties.tariff.unknown' });
    expect(await get(`/v1/tariffs/${tariffId}/refused`, globex)).toMatchObject({ status: 404 });
    expect(await get(`/v1/tariffs/${tariffId}/diff/${tariffId}`, globex)).toMatchObject({ status: 404 });
    expect(await get('/v1/nomenclature/US?q=cotton', globex)).toMatchObject({
      status: 422,
      code: 'duties.tariff.none-in-force',
    });
  });

  it.each([
    [{}, 'duties.tariff.field-invalid'],
    [{ source: 'taric', validFrom: '2026-01-01' }, 'duties.tariff.field-invalid'],
    [{ source: 'usitc-hts-csv', validFrom: '2026-02-30' }, 'duties.tariff.field-invalid'],
    [{ source: 'usitc-hts-csv', validFrom: '2026-02-01', validTo: '2026-01-31' }, 'duties.tariff.field-invalid'],
    [{ source: 'usitc-hts-csv', validFrom: '2026-02-01', destination: 'GB' }, 'duties.tariff.field-invalid'],
    [{ source: 'usitc-hts-csv', validFrom: '2026-02-01', tenant: 'globex' }, 'duties.tariff.field-invalid'],
    [{ source: 'tidewaiter-csv', validFrom: '2026-02-01' }, 'duties.tariff.field-invalid'],
    [{ source: 'tidewaiter-csv', validFrom: '2026-02-01', destination: 'QQ' }, 'duties.destination.unknown'],
    [{ source: 'uk-global-tariff', validFrom: '2026-02-01' }, 'duties.tariff.wrong-format'],
  ])('say what does not fit in the fields %j', async (fields, code) => {
    expect(await upload(someHts(), fields as Record<string, string>)).toMatchObject({ code });
  });

  it('want a form with a file', async () => {
    expect(await upload(null, { source: 'usitc-hts-csv', validFrom: '2026-01-01' })).toMatchObject({
      status: 400,
      code: 'duties.tariff.file-missing',
    });
    expect(await post('/v1/tariffs', {})).toMatchObject({ status: 415 });
  });

  it('load nothing of an upload that is cut on the way', async () => {
    const headers = {
      ...(await bearer({ tenant: 'cutters' })),
      'Idempotency-Key': newId(),
      'Content-Type': 'multipart/form-data; boundary=b',
    };
    const start = `--b\r\nContent-Disposition: form-data; name="source"\r\n\r\nuk-global-tariff\r\n--b\r\nContent-Disposition: form-data; name="validFrom"\r\n\r\n2026-01-01\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n`;
    // Whole rows, so that what has arrived would be a file by itself.
    const sending = httpRequest(`${url}/v1/tariffs`, { method: 'POST', headers });
    const gone = new Promise((resolve) => sending.once('error', resolve).once('close', resolve));
    sending.write(start);
    await new Promise<void>((resolve) => sending.write(ukList([['87120030', 'Bicycles', '14.00%']]), () => resolve()));
    sending.destroy();
    await gone;
    const headersOnly = `${start}${ukList([['87120030', 'Bicycles', '14.00%']])}`;
    const ended = await send(
      'POST',
      '/v1/tariffs',
      { body: headersOnly, headers: { 'Content-Type': 'multipart/form-data; boundary=b' } },
      { tenant: 'cutters' },
    );
    expect(ended).toMatchObject({ status: 400, code: 'duties.tariff.cut' });
    expect((await get('/v1/tariffs', { tenant: 'cutters' })).body).toEqual({ items: [] });
  });

  it('keep a tenant’s classifications, and let them be confirmed by who looked', async () => {
    const who: Who = { tenant: 'classifiers' };
    await us(who);
    const decision = {
      destination: 'US',
      goods: 'Dress shirts of cotton',
      commodity: '6105100010',
      reasons: ['GRI 1: knitted, of cotton'],
      date: '2026-02-01',
    };
    const decided = await post('/v1/classifications', decision, who);
    expect(decided).toMatchObject({
      status: 201,
      body: { commodity: '6105100010', by: 'user:olivia', flags: [], version: 1 },
    });
    const { classificationId } = decided.body as { classificationId: string };
    expect((await get('/v1/classifications?flagged=false', who)).body).toMatchObject({ items: [{ classificationId }] });
    const path = `/v1/classifications/${classificationId}`;
    expect(await get(path, who)).toMatchObject({ status: 200, etag: '"1"' });
    expect(await get(path)).toMatchObject({ status: 404, code: 'duties.classification.unknown' });
    expect((await get('/v1/classifications')).body).toMatchObject({ items: [] });
    const reason = 'looked at again and found the same';
    expect(await post(`${path}/confirm`, { reason }, who)).toMatchObject({ status: 428 });
    expect(await post(`${path}/confirm`, { reason }, who, { 'If-Match': '"7"' })).toMatchObject({ status: 412 });
    expect(await post(`${path}/confirm`, { reason }, who, { 'If-Match': '"1"' })).toMatchObject({
      status: 409,
      code: 'duties.classification.not-flagged',
    });
    expect(await post(`${path}/confirm`, { reason }, {}, { 'If-Match': '"1"' })).toMatchObject({ status: 404 });
  });

  it('keep a tenant’s exchange rates', async () => {
    const tables = [{ from: '2026-11-01', to: '2026-11-30', rates: { USD: '1.25' } }];
    const body = { jurisdiction: 'GB', publisher: 'HMRC', tables };
    expect(await post('/v1/fx-tables', body)).toMatchObject({
      status: 201,
      body: { known: 0, items: [{ rates: { USD: '1.25' } }] },
    });
    const path = '/v1/fx-tables?jurisdiction=GB&date=2026-11-15';
    expect((await get(path)).body).toMatchObject({
      rule: { publisher: 'HMRC', period: 'month' },
      items: [{ publisher: 'HMRC' }],
    });
    expect((await get(path, { tenant: 'globex' })).body).toMatchObject({ items: [] });
    expect(await post('/v1/fx-tables', { ...body, tables: [{ ...tables[0], rates: { USD: 1.25 } }] })).toMatchObject({
      status: 400,
    });
    expect(await post('/v1/fx-tables', { ...body, jurisdiction: 'QQ' })).toMatchObject({
      code: 'duties.destination.unknown',
    });
  });

  it('keep a tenant’s voidances', async () => {
    const body = { citation: 'Proclamation 1', voidFrom: '2025-02-01', reason: 'struck down by the court of trade' };
    const { status, body: voided } = await post('/v1/legal-bases/voidances', body, { roles: ['compliance'] });
    expect(status).toBe(201);
    const path = `/v1/legal-bases/voidances/${String(voided['voidanceId'])}`;
    expect((await get(path)).body).toMatchObject({ voidance: { citation: 'Proclamation 1' }, items: [], totals: [] });
    expect(await get(path, { tenant: 'globex' })).toMatchObject({ status: 404, code: 'duties.voidance.unknown' });
    expect((await get('/v1/legal-bases')).body).toMatchObject({ bases: [], voidances: [{ by: 'user:olivia' }] });
    expect((await get('/v1/legal-bases', { tenant: 'globex' })).body).toEqual({ bases: [], voidances: [] });
  });

  it('move no shipment that nothing is known of', async () => {
    const path = `/v1/shipments/${newId()}/tariff`;
    expect((await get(path)).body).toMatchObject({ destination: null, stands: [], adopted: false });
    const { body } = await upload(ukList([['87120030', 'Bicycles', '14.00%']]), {
      source: 'uk-global-tariff',
      validFrom: '2026-01-01',
    });
    const { tariffId } = body['version'] as { tariffId: string };
    expect(await post(path, { tariffId, reason: 'because the test says so' })).toMatchObject({
      status: 422,
      code: 'duties.assessment.no-goods',
    });
    expect(await post(path, { tariffId, reason: 'short' })).toMatchObject({ status: 400 });
  });
});
