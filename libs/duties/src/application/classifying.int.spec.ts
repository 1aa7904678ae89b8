import { newId } from '@tidewaiter/kernel';
import { projections } from '../postgres/projections.js';
import { Desk } from '../testing/desk.js';
import { aCaller, anOrder, bytes, htsFile, someHts, ukList } from '../testing/tariff-files.js';
import type { ImportOrder } from './tariffs.js';

let desk: Desk;
beforeAll(async () => void (desk = await Desk.open()));
afterAll(() => desk?.close());

let tenant: string;
beforeEach(() => void (tenant = `t-${newId().slice(-12)}`));
const caller = () => aCaller({ tenant });

const load = (text: string, over: Partial<ImportOrder> = {}) =>
  desk.tariffs.import(caller(), newId(), anOrder({ source: 'usitc-hts-csv', ...over }), bytes(text));
const decide = (commodity = '6105100010', date = '2026-02-01', commandId = newId()) =>
  desk.classifying.decide(caller(), commandId, {
    destination: 'US',
    goods: 'Dress shirts of knitted cotton',
    commodity,
    reasons: ['GRI 1 and 6'],
    sources: ['Explanatory note to 61.05'],
    date,
  });
const flagged = async () => (await desk.classifying.page(tenant, { limit: 50, flagged: 'true' })).items;

describe('a classification', () => {
  it('says what of the tariff it rests on', async () => {
    const { version } = await load(someHts());
    expect(await decide()).toMatchObject({
      commodity: '6105100010',
      by: 'user:ada',
      ground: {
        tariff: { tariffId: version.tariffId, digest: version.digest },
        description: "Men's or boys' shirts, knitted or crocheted: > Of cotton > Men's: > Dress shirts",
      },
    });
  });

  it('is decided once by a command', async () => {
    await load(someHts());
    const commandId = newId();
    const first = await decide('6105100010', '2026-02-01', commandId);
    expect(await decide('6105100010', '2026-02-01', commandId)).toEqual(first);
    await expect(decide('6105100030', '2026-02-01', commandId)).rejects.toMatchObject({
      code: 'event-store.command.differs',
    });
  });

  it('is refused for a heading, for no code, and for a day without a tariff', async () => {
    await load(someHts());
    await expect(decide('610590')).rejects.toMatchObject({
      code: 'duties.commodity.not-declarable',
      details: { advice: 'Decide on one of those below it: 6105901000, 61059080.' },
    });
    await expect(decide('1234567890')).rejects.toMatchObject({ code: 'duties.commodity.unknown' });
    await expect(decide('6105100010', '2025-12-31')).rejects.toMatchObject({ code: 'duties.tariff.none-in-force' });
  });

  it('is flagged by a later version that changes its rate, until somebody confirms it', async () => {
    await load(someHts());
    const decided = await decide();
    const untouched = await decide('6105901000');
    const next = await load(someHts({ shirts: '25%' }), { validFrom: '2026-07-01' });
    expect(next.flagged).toBe(1);
    const [flag] = await flagged();
    expect(flag).toMatchObject({
      classificationId: decided.classificationId,
      version: 2,
      flags: [
        {
          tariff: { tariffId: next.version.tariffId },
          validFrom: '2026-07-01',
          changes: ['rates'],
          says: 'From 2026-07-01: its measures changed',
        },
      ],
    });
    const confirmed = await desk.classifying.confirm(
      caller(),
      newId(),
      decided.classificationId,
      { reason: 'the goods are the same' },
      2,
    );
    expect(confirmed).toMatchObject({ flags: [], version: 3, ground: { tariff: { tariffId: next.version.tariffId } } });
    expect(await flagged()).toEqual([]);
    expect(await desk.classifying.one(tenant, untouched.classificationId)).toMatchObject({ flags: [], version: 1 });
  });

  it('is flagged when its words change or its code goes, and not by a version that changes nothing', async () => {
    await load(someHts());
    await decide();
    await decide('6105901000');
    expect((await load(someHts(), { validFrom: '2026-03-01' })).flagged).toBe(0);
    const other = htsFile([
      { number: '6105', indent: 0, description: 'Shirts, knitted:' },
      {
        number: '6105.10.00',
        indent: 1,
        description: 'Of cotton',
        general: '19.7%',
        special: 'Free (AU,BH,S) 8% (KR)',
        column2: '45%',
      },
      { number: '6105.10.00.10', indent: 2, description: 'Dress shirts' },
    ]);
    expect((await load(other, { validFrom: '2026-04-01' })).flagged).toBe(2);
    expect((await flagged()).map(({ commodity, flags }) => [commodity, flags[0]!.changes])).toEqual([
      ['6105901000', ['code-gone']],
      ['6105100010', ['nomenclature']],
    ]);
  });

  it('cannot be confirmed on a code that is gone', async () => {
    await load(someHts());
    const { classificationId } = await decide('6105901000');
    await load(htsFile([{ number: '6105.10.00', indent: 0, description: 'Of cotton', general: '19.7%' }]), {
      validFrom: '2026-04-01',
    });
    await expect(
      desk.classifying.confirm(caller(), newId(), classificationId, { reason: 'nothing has changed' }, 2),
    ).rejects.toMatchObject({ code: 'duties.commodity.unknown' });
  });

  it('is not flagged by a part that does not know it, by another country’s tariff, or by another tenant’s', async () => {
    await load(someHts());
    await decide();
    await load(htsFile([{ number: '6106.10.00', indent: 0, description: 'Blouses', general: '1%' }]), {
      scope: 'part',
      validFrom: '2026-03-01',
    });
    await load(ukList([['87120030', 'Bicycles', '14.00%']]), { source: 'uk-global-tariff', validFrom: '2026-03-01' });
    await desk.tariffs.import(
      aCaller({ tenant: `${tenant}-2` }),
      newId(),
      anOrder({ source: 'usitc-hts-csv', validFrom: '2026-03-01' }),
      bytes(someHts({ shirts: '99%' })),
    );
    expect(await flagged()).toEqual([]);
  });

  it('is found again after its read model was made anew', async () => {
    await load(someHts());
    const decided = await decide();
    await load(someHts({ shirts: '25%' }), { validFrom: '2026-07-01' });
    const before = await desk.classifying.one(tenant, decided.classificationId);
    for (const projection of projections) await desk.store.rebuild(projection);
    expect(await desk.classifying.one(tenant, decided.classificationId)).toEqual(before);
  });
});
