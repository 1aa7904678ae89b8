import { canonicalJson, exact, newId } from '@tidewaiter/kernel';
import { assessmentRows } from '../postgres/assessments.js';
import { ledgerOf } from '../postgres/ledger.projection.js';
import { aSituation, aStep, Desk, someGoods } from '../testing/desk.js';
import { sha256 } from './digest.js';

describe('assessing a shipment', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());
  beforeEach(() => {
    desk.fxAsked = [];
    desk.at = '2026-11-22T10:00:00.000000Z';
  });

  const assess = (shipmentId: string, name = 'assess', over: Parameters<typeof aSituation>[1] = {}) =>
    desk.activities.assess(aStep(shipmentId, name), aSituation(shipmentId, over), someGoods());

  it('uses the published rate of the month and tells figures by tax type', async () => {
    const shipmentId = newId();
    const answer = await assess(shipmentId);
    // (1000 + 200 + 50) USD ÷ 1.25 = 1000.00 GBP; duty 14 % = 140.00; VAT 20 % of 1140.00 = 228.00
    expect(answer).toMatchObject({
      kind: 'assessed',
      assessment: {
        n: 1,
        currency: 'GBP',
        lawDate: '2026-11-22',
        lines: [
          {
            number: 1,
            customsValue: '1000.00',
            duty: '140.00',
            charges: [
              { code: 'A00', amount: '140.00' },
              { code: 'B00', amount: '228.00' },
            ],
          },
        ],
        totals: { payableNow: '368.00', landedCost: '1368.00' },
      },
      wrote: { [`assessment-${shipmentId}`]: 1 },
    });
  });

  it('fetches a month once and names it by digest', async () => {
    await assess(newId());
    expect(desk.fxAsked.length).toBeLessThanOrEqual(1);
    const shipmentId = newId();
    await assess(shipmentId);
    expect(desk.fxAsked.length).toBeLessThanOrEqual(1);
    const [event] = await desk.store.read('acme', `assessment-${shipmentId}`);
    expect((event!.data as { request: { fx: unknown[] } }).request.fx).toEqual([
      {
        from: 'GBP',
        to: 'USD',
        rate: '1.25',
        source: `GB customs rates 2026-11, sha256:${sha256(desk.fxAnswers.body)}`,
      },
    ]);
  });

  it('converts at a rate that the contract fixes, asks for no table, and keeps it when it assesses again', async () => {
    const shipmentId = newId();
    const agreed = {
      ...{ currency: 'USD', rate: '1.6', own: 'GBP', fixedBy: 'seller-and-buyer' as const },
      ...{ fixedOn: '2026-01-04', contract: 'PO-7', law: 'TCTA 2018, s. 18' },
    };
    desk.at = '2026-12-01T10:00:00.000000Z';
    const answer = await assess(shipmentId, 'assess', { contractRate: agreed });
    const { contract, fixedBy, fixedOn, law } = agreed;
    const row = {
      ...{ from: 'GBP', to: 'USD', rate: '1.6', contract: { contract, fixedBy, fixedOn, law } },
      source:
        'fixed by contract PO-7 of 2026-01-04 (TCTA 2018, s. 18) in place of the rate of HMRC on acceptance of the declaration',
    };
    // 1250 USD ÷ 1.6
    expect(answer).toMatchObject({ assessment: { lines: [{ customsValue: '781.25' }], fx: [row] } });
    expect(desk.fxAsked).toEqual([]);
    await desk.assessing.reassess(aStep(shipmentId, 'again'), shipmentId);
    const [, again] = await desk.store.read('acme', `assessment-${shipmentId}`);
    expect((again!.data as { request: { fx: unknown[] } }).request.fx).toEqual([row]);
  });

  it('answers a retry of the same step with the first assessment, whatever the clock says', async () => {
    const shipmentId = newId();
    const first = await assess(shipmentId);
    desk.at = '2026-11-23T10:00:00.000000Z';
    expect(await assess(shipmentId)).toEqual(first);
    expect(await desk.store.read('acme', `assessment-${shipmentId}`)).toHaveLength(1);
  });

  it('keeps the bytes that the digest in the event is of, and derives them again', async () => {
    const shipmentId = newId();
    const answer = await assess(shipmentId);
    if (answer.kind !== 'assessed') throw new Error(answer.says);
    const { assessmentId, digest } = answer.assessment;
    const [row] = await desk.store.query<{ result: string }>(
      'acme',
      'select result from assessments where assessment_id = $1',
      [assessmentId],
    );
    expect(`sha256:${sha256(row!.result)}`).toBe(digest);
    expect(canonicalJson(JSON.parse(row!.result))).toBe(row!.result);
    expect(await desk.assessing.rederive('acme', assessmentId)).toEqual({
      agrees: true,
      storedDigest: digest,
      digest,
      differences: [],
    });
  });

  it('does not show or derive another tenant’s assessment', async () => {
    const shipmentId = newId();
    const answer = await assess(shipmentId);
    if (answer.kind !== 'assessed') throw new Error(answer.says);
    await expect(desk.assessing.rederive('globex', answer.assessment.assessmentId)).rejects.toMatchObject({
      code: 'duties.assessment.unknown',
    });
    expect(await desk.store.query('globex', 'select 1 from assessments')).toEqual([]);
    expect(await desk.store.query('globex', 'select 1 from ledger_entries')).toEqual([]);
  });

  it('hands a missing month to a person by its name, and goes on once it is published', async () => {
    const shipmentId = newId();
    desk.at = '2026-12-01T10:00:00.000000Z';
    const published = desk.fxAnswers;
    desk.fxAnswers = { status: 404, body: '' };
    const answer = await assess(shipmentId);
    expect(answer).toMatchObject({
      kind: 'needs-review',
      questions: [expect.stringContaining('2026-12'), expect.any(String)],
    });
    desk.fxAnswers = { status: 200, body: published.body.replaceAll('Nov', 'Dec').replace('30/Dec', '31/Dec') };
    expect(await assess(shipmentId, 'assess-again')).toMatchObject({
      kind: 'assessed',
      assessment: { n: 2, lawDate: '2026-12-01' },
    });
    desk.fxAnswers = published;
  });

  it('refuses a neighbouring month’s table', async () => {
    desk.at = '2027-01-05T10:00:00.000000Z';
    const answer = await assess(newId());
    expect(answer).toMatchObject({ kind: 'needs-review', says: expect.stringContaining('2026-11-01 to 2026-11-30') });
  });

  it('lets an outage of the publisher be tried again', async () => {
    const published = desk.fxAnswers;
    desk.fxAnswers = { status: 503, body: '' };
    desk.at = '2027-02-05T10:00:00.000000Z';
    await expect(assess(newId())).rejects.toMatchObject({ code: 'duties.fx.unavailable', kind: 'unavailable' });
    desk.fxAnswers = published;
  });

  it('counts the law date in the authority’s zone', async () => {
    desk.at = '2026-11-25T02:00:00.000000Z';
    const us = {
      ...someGoods(),
      lines: [{ ...someGoods().lines[0]!, commodity: '8712001510', price: { amount: '20000.00', currency: 'USD' } }],
    };
    const shipmentId = newId();
    const answer = await desk.activities.assess(
      aStep(shipmentId, 'assess'),
      aSituation(shipmentId, { destination: 'US', portOfEntry: 'USLAX' }),
      us,
    );
    expect(answer).toMatchObject({
      kind: 'assessed',
      assessment: {
        lawDate: '2026-11-24',
        entryCharges: [
          { code: '501', amount: '25.00' },
          { code: '499', amount: '69.28' },
        ],
      },
    });
  });

  it('hands a destination without rules to a person', async () => {
    expect(await assess(newId(), 'assess', { destination: 'PL' })).toMatchObject({
      kind: 'needs-review',
      says: expect.stringContaining('no rule book stands for PL'),
    });
  });

  it('takes duty and tax out of a price that holds them', async () => {
    const shipmentId = newId();
    expect(await assess(shipmentId, 'assess', { incoterm: { code: 'DDP', place: 'London' } })).toMatchObject({
      kind: 'assessed',
    });
    const [stored] = await desk.store.transaction('acme', (tx) => assessmentRows.ofShipment(tx, shipmentId));
    const { totals, lines } = stored!.result;
    expect(lines[0]!.customsValue!.trace.join()).toContain('DDP');
    // 1000.00 USD ÷ 1.25 = 800.00 GBP hold everything but what the cuts to the penny leave
    const held = exact(lines[0]!.customsValue!.amount).plus(totals!.payableNow).minus('800.00');
    expect(held.abs().lte('0.03')).toBe(true);
    const { contained } = lines[0]!.customsValue!;
    expect(exact('800.00').minus(contained!).toFixed(2)).toBe(lines[0]!.customsValue!.amount);
    const [event] = await desk.store.read('acme', `assessment-${shipmentId}`);
    expect(event!.data).toMatchObject({ contained: [{ line: 1, amount: { amount: contained, currency: 'GBP' } }] });
  });

  it('tells in words that add up what changed between quote and entry, and whether that is over the limit', async () => {
    const shipmentId = newId();
    await assess(shipmentId, 'quote');
    await assess(shipmentId, 'same');
    const explain = (before: number, after: number) =>
      desk.activities.explainVariance(aStep(shipmentId, `explain-${before}-${after}`), { before, after });
    expect(await explain(1, 2)).toEqual({ change: { amount: '0.00', currency: 'GBP' }, says: '', overLimit: false });
    await assess(shipmentId, 'entry', { incoterm: { code: 'DDP', place: 'London' } });
    const told = await explain(1, 3);
    expect(told).toMatchObject({ overLimit: true, says: expect.stringContaining('line 1, value') });
    const amounts = [...told.says.matchAll(/: (-?[\d.]+) GBP/g)].map(([, amount]) => amount!);
    expect(amounts.reduce((sum, amount) => sum.plus(amount), exact('0')).toFixed(2)).toBe(told.change.amount);
  });

  it('assesses again beside the one before, and the ledger keeps the newer', async () => {
    const shipmentId = newId();
    await assess(shipmentId);
    const by = {
      tenant: 'acme',
      subject: shipmentId,
      commandId: 'http/assessShipment/1',
      actor: 'user:op',
      correlationId: shipmentId,
      causationId: 'x',
    };
    const again = await desk.assessing.reassess(by, shipmentId);
    expect(again).toMatchObject({ n: 2, result: { totals: { payableNow: '368.00' } } });
    expect(await desk.assessing.reassess(by, shipmentId)).toEqual(again);
    expect((await desk.assessing.compare('acme', shipmentId, 2, 1)).variance).toMatchObject({
      lines: [{ line: 1, before: '368.00', after: '368.00', changes: [] }],
      total: { change: '0.00' },
    });
    await expect(desk.assessing.compare('acme', shipmentId, 2, 7)).rejects.toMatchObject({
      code: 'duties.assessment.unknown',
    });
    await expect(desk.assessing.compare('other', shipmentId, 2, 1)).rejects.toMatchObject({
      code: 'duties.assessment.unknown',
    });
    const ledger = await desk.store.transaction('acme', (tx) => ledgerOf(tx, shipmentId));
    expect(ledger.filter(({ posting }) => posting.endsWith('/replaced'))).toHaveLength(4);
  });

  it('cannot assess again what was never assessed', async () => {
    const by = {
      tenant: 'acme',
      subject: newId(),
      commandId: 'http/assessShipment/2',
      actor: 'user:op',
      correlationId: 'x',
      causationId: 'x',
    };
    await expect(desk.assessing.reassess(by, by.subject)).rejects.toMatchObject({ code: 'duties.assessment.no-goods' });
  });
});
