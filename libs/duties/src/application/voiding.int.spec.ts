import { newId } from '@tidewaiter/kernel';
import { projections } from '../postgres/projections.js';
import { aSituation, aStep, Desk, someGoods } from '../testing/desk.js';
import { aCaller } from '../testing/tariff-files.js';

let desk: Desk;
beforeAll(async () => void (desk = await Desk.open()));
afterAll(() => desk?.close());

let tenant: string;
beforeEach(() => void (tenant = `t-${newId().slice(-12)}`));

const assessed = async (shipmentId = newId()) => {
  const { stored } = await desk.assessing.assess(
    aStep(shipmentId, 'assess', { tenant }),
    aSituation(shipmentId),
    someGoods(),
  );
  return stored!;
};
const settle = (shipmentId: string) =>
  desk.data.tenant(tenant, (tx) =>
    tx.query(
      `insert into payments (tenant_id, payment_id, shipment_id, status, state, approvals, version) values ($1, $2, $3, 'settled', '{}', '[]', 1)`,
      [tenant, newId(), shipmentId],
    ),
  );
const mark = async (over = {}) => {
  const { voidanceId } = await desk.voiding.void(aCaller({ tenant }), newId(), {
    citation: 'SI 2020/1430',
    voidFrom: '2026-01-01',
    reason: 'quashed by the High Court',
    ...over,
  });
  return voidanceId;
};
const affected = async (over = {}, date = '2026-12-01') => desk.voiding.affected(tenant, await mark(over), date);

describe('a voided legal basis', () => {
  it('names the assessments that carry it, with what was charged under it', async () => {
    const { assessmentId, result } = await assessed();
    const duty = result.lines[0]!.options.find(({ chosen }) => chosen)!.charges.find(({ code }) => code === 'A00')!;
    expect(await affected()).toMatchObject({
      voidance: { citation: 'SI 2020/1430', by: 'user:ada', destination: null },
      items: [
        {
          assessmentId,
          n: 1,
          destination: 'GB',
          lawDate: '2026-11-22',
          state: 'not-paid',
          charges: [
            {
              line: 1,
              code: 'A00',
              role: 'basic-duty',
              legalBasis: duty.legalBasis,
              amount: { amount: duty.amount, currency: 'GBP' },
            },
          ],
          claim: { amount: duty.amount, currency: 'GBP' },
        },
      ],
      totals: [{ state: 'not-paid', assessments: 1, claim: { amount: duty.amount } }],
    });
  });

  it('knows a case and a part of a citation, and no other basis', async () => {
    await assessed();
    expect((await affected({ citation: 'si 2020/1430' })).items).toHaveLength(1);
    expect((await affected({ citation: 'SI 2019/1430' })).items).toEqual([]);
    // not a pattern: a percent sign is one
    expect((await affected({ citation: 'SI%1430' })).items).toEqual([]);
  });

  it('counts from its day on, both days of the edge', async () => {
    await assessed();
    expect((await affected({ voidFrom: '2026-11-22' })).items).toHaveLength(1);
    expect((await affected({ voidFrom: '2026-11-23' })).items).toEqual([]);
  });

  it('of one country leaves the others alone', async () => {
    await assessed();
    expect((await affected({ destination: 'GB' })).items).toHaveLength(1);
    expect((await affected({ destination: 'US' })).items).toEqual([]);
  });

  it('reads the clock of what was paid: open, closing, lapsed', async () => {
    const shipmentId = newId();
    await assessed(shipmentId);
    await settle(shipmentId);
    const voidanceId = await mark();
    const at = async (date: string) => (await desk.voiding.affected(tenant, voidanceId, date)).items[0]!;
    expect(await at('2026-12-01')).toMatchObject({
      state: 'open',
      deadline: '2029-11-22',
      remedy: 'repayment claim (C285)',
    });
    expect(await at('2029-10-23')).toMatchObject({ state: 'open' });
    expect(await at('2029-10-24')).toMatchObject({ state: 'closing' });
    expect(await at('2029-11-22')).toMatchObject({ state: 'closing' });
    expect(await at('2029-11-23')).toMatchObject({ state: 'lapsed', deadline: '2029-11-22' });
  });

  it('takes the newest assessment of a shipment only, also one that was made after', async () => {
    const shipmentId = newId();
    await assessed(shipmentId);
    const voidanceId = await mark();
    const again = await desk.assessing.reassess(aStep(shipmentId, 'again', { tenant }), shipmentId);
    const { items } = await desk.voiding.affected(tenant, voidanceId, '2026-12-01');
    expect(items.map(({ assessmentId }) => assessmentId)).toEqual([again.assessmentId]);
    expect(await desk.voiding.bases(tenant)).toMatchObject({
      bases: expect.arrayContaining([
        { destination: 'GB', assessments: 2, legalBasis: expect.stringContaining('SI 2020/1430') },
      ]),
    });
  });

  it('shows one tenant’s assessments to nobody else', async () => {
    await assessed();
    const voidanceId = await mark();
    await expect(desk.voiding.affected('globex', voidanceId, undefined)).rejects.toMatchObject({
      code: 'duties.voidance.unknown',
    });
    expect(await desk.voiding.bases('globex')).toEqual({ bases: [], voidances: [] });
  });

  it('is the same after its read model was made anew', async () => {
    await assessed();
    const voidanceId = await mark();
    const before = await desk.voiding.affected(tenant, voidanceId, '2026-12-01');
    for (const projection of projections) await desk.store.rebuild(projection);
    expect(await desk.voiding.affected(tenant, voidanceId, '2026-12-01')).toEqual(before);
  });
});
