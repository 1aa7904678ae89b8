import { newId } from '@tidewaiter/kernel';
import { assess } from '../domain/assess.js';
import { aRequest, aLine } from '../testing/books.js';
import { aSituation, aStep, Desk, someGoods } from '../testing/desk.js';
import { aCaller, anOrder, bytes, htsFile, someHts, ukList } from '../testing/tariff-files.js';
import type { ImportOrder } from './tariffs.js';

const BICYCLES = ['87120030', 'Bicycles, not motorised, with ball bearings', '14.00%'] as const;
const UNICYCLES = ['87120070', 'Cycles, not motorised, without ball bearings', '0.0%'] as const;

let desk: Desk;
beforeAll(async () => void (desk = await Desk.open()));
afterAll(() => desk?.close());

/** Each test works as a tenant of its own. */
let tenant: string;
beforeEach(() => void (tenant = `t-${newId().slice(-12)}`));
const caller = () => aCaller({ tenant });

const load = (text: string | Buffer, order: Partial<ImportOrder> = {}, commandId = newId(), who = caller()) =>
  desk.tariffs.import(who, commandId, anOrder(order), bytes(text));
const us = (text: string, order: Partial<ImportOrder> = {}) => load(text, { source: 'usitc-hts-csv', ...order });

const everywhere = async (): Promise<Record<string, number>> => {
  const tables = ['tariff_contents', 'tariff_codes', 'tariff_measures', 'tariff_versions', 'tariff_refusals'];
  const counts = await Promise.all(
    tables.map((table) =>
      desk.data.system(
        async (tx) => (await tx.query<{ n: number }>(`select count(*)::integer as n from ${table}`)).rows[0]!.n,
      ),
    ),
  );
  return Object.fromEntries(tables.map((table, at) => [table, counts[at]!]));
};

describe('loading a tariff', () => {
  it('keeps codes, rates and what was refused, with its line', async () => {
    const { version, refused, known, skipped } = await us(someHts());
    expect(version).toMatchObject({ destination: 'US', scope: 'whole', codes: 8, refused: 1, importedBy: 'user:ada' });
    expect(known).toBe(false);
    expect(skipped).toEqual({});
    expect(refused).toEqual([
      {
        line: 9,
        code: '61059080',
        column: 'General Rate of Duty',
        text: 'See additional note 9',
        reason: expect.stringContaining('character 1'),
      },
    ]);
    expect(await desk.tariffs.refused(tenant, version.tariffId, undefined, 50)).toEqual({ items: refused, next: null });
    expect(await desk.tariffs.list(tenant, 'US')).toEqual([version]);
  });

  it('knows the same rows for the same days again, and other days as another version of the same rows', async () => {
    const first = await load(ukList([BICYCLES]));
    const again = await load(ukList([BICYCLES]));
    expect([again.known, again.version.tariffId]).toEqual([true, first.version.tariffId]);
    const before = await everywhere();
    const other = await load(ukList([BICYCLES]), {}, newId(), aCaller({ tenant: `${tenant}-2` }));
    expect([other.known, other.version.digest]).toEqual([false, first.version.digest]);
    expect(await everywhere()).toEqual({ ...before, tariff_versions: before['tariff_versions']! + 1 });
  });

  it('gives a repeated command its first answer', async () => {
    const commandId = newId();
    const first = await load(ukList([BICYCLES]), {}, commandId);
    const again = await load(ukList([BICYCLES]), {}, commandId);
    expect(again.version).toEqual(first.version);
    await expect(load(ukList([UNICYCLES]), {}, commandId)).rejects.toMatchObject({
      code: 'event-store.command.differs',
    });
  });

  it('shows a tenant’s versions to nobody else', async () => {
    const { version } = await load(ukList([BICYCLES]));
    const stranger = `${tenant}-other`;
    expect(await desk.tariffs.list(stranger, null)).toEqual([]);
    await expect(desk.tariffs.one(stranger, version.tariffId)).rejects.toMatchObject({ code: 'duties.tariff.unknown' });
    await expect(
      desk.lookup.search(stranger, 'GB', { q: 'bicycles', date: '2026-02-01', limit: 5 }),
    ).rejects.toMatchObject({
      code: 'duties.tariff.none-in-force',
    });
  });

  it.each([
    ['a file of another source', 'a,b\n1,2\n', 'wrong-format'],
    ['a file that ends in a quoted cell', someHts().slice(0, -30), 'cut'],
    ['a file that ends in a row', `${someHts()}"6106","0"`, 'cut'],
    ['a header alone', htsFile([]), 'empty'],
    ['nothing', '', 'empty'],
    ['UTF-16', Buffer.from(someHts(), 'utf16le'), 'wrong-encoding'],
    [
      'Latin-1',
      Buffer.from(htsFile([{ number: '2204', indent: 0, description: 'Grüner Veltliner' }]), 'latin1'),
      'wrong-encoding',
    ],
  ])('takes nothing of %s', async (_, file, what) => {
    const before = await everywhere();
    await expect(load(file, { source: 'usitc-hts-csv' })).rejects.toMatchObject({
      code: `duties.tariff.${what}`,
      details: { places: [{ pointer: expect.stringMatching(/line \d/) }] },
    });
    expect(await everywhere()).toEqual(before);
  });

  it('takes nothing of a file whose sender goes away after thousands of rows', async () => {
    const rows = Array.from({ length: 9000 }, (_, n) => ({
      number: `0101.${10 + (n % 90)}.00.${10 + (n % 90)}`,
      indent: 1,
      description: `Goods ${n}`,
      general: '1%',
    }));
    const text = Buffer.from(htsFile(rows));
    async function* broken(): AsyncGenerator<Buffer> {
      yield text.subarray(0, text.length - 1000);
      await Promise.resolve();
      throw new Error('the connection was lost');
    }
    const before = await everywhere();
    await expect(
      desk.tariffs.import(caller(), newId(), anOrder({ source: 'usitc-hts-csv' }), broken()),
    ).rejects.toThrow('the connection was lost');
    expect(await everywhere()).toEqual(before);
  });

  it('shows nothing while it runs, and nothing of it once its server process is killed', async () => {
    const text = Buffer.from(someHts());
    const before = await everywhere();
    const seen: unknown[] = [];
    async function* killed(): AsyncGenerator<Buffer> {
      yield text;
      seen.push(await desk.tariffs.list(tenant, null));
      const admin = desk.database.pool(undefined, 1);
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and usename = 'duties_app' and state like 'idle in transaction%'`,
      );
    }
    await expect(
      desk.tariffs.import(caller(), newId(), anOrder({ source: 'usitc-hts-csv' }), killed()),
    ).rejects.toThrow();
    expect(seen).toEqual([[]]);
    expect(await everywhere()).toEqual(before);
    expect((await us(someHts())).known).toBe(false);
  });

  it('lets two load the same rows at once: one content, a version each', async () => {
    const text = ukList([[`8712${String(Date.now()).slice(-4)}`, `bells of ${tenant}`, '3.0%']]);
    const before = await everywhere();
    const [one, two] = await Promise.all([load(text), load(text, {}, newId(), aCaller({ tenant: `${tenant}-2` }))]);
    expect(one.version.digest).toBe(two.version.digest);
    const after = await everywhere();
    expect(after['tariff_contents']! - before['tariff_contents']!).toBe(1);
    expect(after['tariff_versions']! - before['tariff_versions']!).toBe(2);
  });
});

describe('searching', () => {
  const find = (q: string, date = '2026-02-01', destination = 'US') =>
    desk.lookup.search(tenant, destination, { q, date, limit: 20 });

  it('finds stems in own words, with the headings’ words counting', async () => {
    await us(someHts());
    expect((await find('cotton shirt')).map(({ code }) => code)).toEqual(['61051000', '6105100010']);
    expect(await find('wools')).toEqual([
      {
        code: '6105901000',
        description: 'Of wool or fine animal hair',
        declarable: true,
        headings: [
          { code: '6105', description: "Men's or boys' shirts, knitted or crocheted:" },
          { code: '610590', description: 'Of other textile materials:' },
        ],
      },
    ]);
    // “shirts” alone: the heading first, then the row below it that says so itself
    expect((await find('shirts')).map(({ code }) => code)).toEqual(['6105', '6105100010']);
    expect(await find('silk shirts')).toEqual([]);
    expect(await find('the of')).toEqual([]);
  });

  it('finds codes by their first digits, with dots or without', async () => {
    await us(someHts());
    expect((await find('6105.90')).map(({ code }) => code)).toEqual(['610590', '6105901000', '61059080']);
    expect((await find('6105 10 00 1')).map(({ code }) => code)).toEqual(['6105100010']);
  });

  it('searches what is in force on the day', async () => {
    await load(ukList([BICYCLES]), { validFrom: '2026-01-01', validTo: '2026-06-30' });
    await load(ukList([UNICYCLES]), { validFrom: '2026-07-01' });
    const on = async (date: string) => (await find('cycles', date, 'GB')).map(({ code }) => code);
    await expect(on('2025-12-31')).rejects.toMatchObject({ code: 'duties.tariff.none-in-force' });
    expect(await on('2026-07-01')).toEqual(['87120070']);
    expect((await find('bicycles', '2026-06-30', 'GB')).map(({ code }) => code)).toEqual(['87120030']);
    expect(await find('bicycles', '2026-07-01', 'GB')).toEqual([]);
  });

  it('refuses what has no word in it', async () => {
    await us(someHts());
    await expect(find('—//—')).rejects.toMatchObject({ code: 'duties.nomenclature.no-words' });
  });
});

describe('a code’s rates', () => {
  const rates = async (code: string, origin?: string) =>
    (await desk.lookup.code(tenant, 'US', code, { origin, date: '2026-02-01' })).measures.map(
      ({ role, type, expression }) => [role, type, expression],
    );

  it('follow the origin: column 1, column 2 and the programs of the country', async () => {
    await us(someHts());
    expect(await rates('6105100010', 'IN')).toEqual([['basic-duty', 'general', '19.7%']]);
    expect(await rates('6105100010', 'CU')).toEqual([['basic-duty', 'column 2', '45%']]);
    expect(await rates('6105100010', 'KR')).toEqual([
      ['basic-duty', 'general', '19.7%'],
      ['preference', 'KR', '8%'],
    ]);
    expect(await rates('6105100010', 'MX')).toEqual([
      ['basic-duty', 'general', '19.7%'],
      ['preference', 'S', 'Free'],
    ]);
    // programs whose countries nobody has named are shown without an origin only
    expect((await rates('61059080')).map(([, type]) => type)).toEqual(['A+', 'ZZ', 'column 2']);
    expect(await rates('61059080', 'IN')).toEqual([]);
  });

  it('say what lies below a heading, and that a code is none', async () => {
    await us(someHts());
    expect(await desk.lookup.code(tenant, 'US', '610590', { date: '2026-02-01' })).toMatchObject({
      found: { declarable: false },
      below: [{ code: '6105901000' }, { code: '61059080' }],
    });
    await expect(desk.lookup.code(tenant, 'US', '99999999', { date: '2026-02-01' })).rejects.toMatchObject({
      code: 'duties.commodity.unknown',
    });
    await expect(desk.lookup.code(tenant, 'US', '6105909999', { date: '2026-02-01' })).rejects.toMatchObject({
      code: 'duties.commodity.unknown',
      details: { advice: expect.stringContaining('Near it there are 6105901000, 61059080; or search') },
    });
    await expect(desk.lookup.code(tenant, 'XX', '99999999', {})).rejects.toMatchObject({
      code: 'duties.destination.unknown',
    });
  });
});

describe('comparing versions', () => {
  it('says what came, went and changed, page by page', async () => {
    const a = await load(ukList([BICYCLES, UNICYCLES]));
    const b = await load(
      ukList([
        ['87120030', BICYCLES[1], '10.00%'],
        ['87149110', 'Frames', '4.00%'],
      ]),
      { validFrom: '2026-07-01' },
    );
    const all = await desk.tariffs.diff(tenant, a.version.tariffId, b.version.tariffId, { limit: 50 });
    expect(all.counts).toEqual({ added: 2, removed: 2, changed: 1 });
    expect(all.items).toEqual([
      { commodity: '87120030', what: 'basic-duty · 103 · 1011', before: '14.00%', after: '10.00%' },
      { commodity: '87120070', what: 'basic-duty · 103 · 1011', before: '0.0%', after: null },
      { commodity: '87120070', what: 'nomenclature', before: UNICYCLES[1], after: null },
      { commodity: '87149110', what: 'basic-duty · 103 · 1011', before: null, after: '4.00%' },
      { commodity: '87149110', what: 'nomenclature', before: null, after: 'Frames' },
    ]);
    const paged = [];
    for (let after: string | undefined; ;) {
      const page = await desk.tariffs.diff(tenant, a.version.tariffId, b.version.tariffId, { limit: 2, after });
      paged.push(...page.items);
      if (page.next === null) break;
      after = page.next;
    }
    expect(paged).toEqual(all.items);
  });

  it('refuses versions of two destinations, and strangers’', async () => {
    const a = await load(ukList([BICYCLES]));
    const b = await us(someHts());
    await expect(desk.tariffs.diff(tenant, a.version.tariffId, b.version.tariffId, { limit: 5 })).rejects.toMatchObject(
      {
        code: 'duties.tariff.other-destination',
      },
    );
    await expect(
      desk.tariffs.diff(`${tenant}-x`, a.version.tariffId, a.version.tariffId, { limit: 5 }),
    ).rejects.toMatchObject({
      code: 'duties.tariff.unknown',
    });
  });
});

describe('assessments on a tariff', () => {
  const preview = async (over = {}) => {
    const request = aRequest({ lines: [aLine()], ...over });
    return assess(request, await desk.tariffBooks.forPreview(tenant, request));
  };
  const dutyOf = (result: Awaited<ReturnType<typeof preview>>) =>
    result.lines[0]!.options.find(({ chosen }) => chosen)?.charges[0]?.amount;

  it('take the rate in force on the law’s day, both sides of the change', async () => {
    await load(ukList([['87120030', BICYCLES[1], '10.00%']]), { validFrom: '2026-07-01' });
    expect(dutyOf(await preview({ lawDate: '2026-06-30' }))).toBe('140.00');
    expect(dutyOf(await preview({ lawDate: '2026-07-01' }))).toBe('100.00');
  });

  it('keep the house’s VAT, and know no code that a whole tariff dropped', async () => {
    await load(ukList([UNICYCLES]), { validFrom: '2026-01-01' });
    const result = await preview();
    expect(result.status).toBe('NEEDS_REVIEW');
    const other = await preview({ lines: [aLine({ commodity: '8712007000' })] });
    expect(other.totals).toMatchObject({ duty: '0.00', tax: '200.00' });
  });

  it('fall back to the house’s rules for what a part does not know', async () => {
    await load(ukList([UNICYCLES]), { scope: 'part' });
    expect(dutyOf(await preview())).toBe('140.00');
  });

  describe('of a shipment', () => {
    const assessed = async (shipmentId: string, name = 'assess') => {
      const { stored } = await desk.assessing.assess(
        { ...aStep(shipmentId, name, { tenant }), actor: 'system:workflow' },
        aSituation(shipmentId),
        someGoods(),
      );
      return stored!;
    };
    const again = (shipmentId: string) =>
      desk.assessing.reassess({ ...aStep(shipmentId, `again ${newId()}`, { tenant }) }, shipmentId);
    const by = (shipmentId: string) => aStep(shipmentId, `adopt ${newId()}`, { tenant });
    const duty = (stored: { result: { totals: { duty: string } | null } }) => stored.result.totals?.duty;

    it('stay on their version until a decision moves them, and can be derived again', async () => {
      await load(ukList([BICYCLES]), { validFrom: '2026-01-01' });
      const shipmentId = newId();
      const first = await assessed(shipmentId);
      const next = await load(ukList([['87120030', BICYCLES[1], '10.00%']]), { validFrom: '2026-11-01' });
      expect(next.touched).toMatchObject([{ shipmentId, n: 1, commodities: ['8712003000'] }]);
      expect(duty(await again(shipmentId))).toBe(duty(first));
      const moved = await desk.tariffs.adopt(
        by(shipmentId),
        shipmentId,
        next.version.tariffId,
        'the importer asked for the lower rate',
      );
      expect(moved).toMatchObject({ adopted: true, stands: [{ tariffId: next.version.tariffId }] });
      const second = await again(shipmentId);
      expect(Number(duty(second))).toBeLessThan(Number(duty(first)));
      expect(await desk.tariffs.touched(tenant, await desk.tariffs.one(tenant, next.version.tariffId))).toEqual([]);
      for (const { assessmentId } of [first, second]) {
        expect(await desk.assessing.rederive(tenant, assessmentId)).toMatchObject({ agrees: true, differences: [] });
      }
    });

    it('that were assessed on the house’s rules stay there too', async () => {
      const shipmentId = newId();
      const first = await assessed(shipmentId);
      await load(ukList([['87120030', BICYCLES[1], '10.00%']]));
      expect(duty(await again(shipmentId))).toBe(duty(first));
      expect(await desk.tariffs.standing(tenant, shipmentId)).toMatchObject({
        destination: 'GB',
        stands: [],
        adopted: false,
      });
    });

    it('are not moved to what is not in force, to another country’s, to what they stand on, or by strangers', async () => {
      const { version } = await load(ukList([BICYCLES]), { validFrom: '2026-01-01' });
      const shipmentId = newId();
      const adopt = (tariffId: string, who = by(shipmentId)) =>
        desk.tariffs.adopt(who, shipmentId, tariffId, 'because the test says so');
      await expect(adopt(version.tariffId)).rejects.toMatchObject({ code: 'duties.assessment.no-goods' });
      await assessed(shipmentId);
      const later = await load(ukList([UNICYCLES]), { validFrom: '2027-01-01' });
      await expect(adopt(later.version.tariffId)).rejects.toMatchObject({ code: 'duties.tariff.not-in-force' });
      await expect(adopt((await us(someHts())).version.tariffId)).rejects.toMatchObject({
        code: 'duties.tariff.other-destination',
      });
      await expect(adopt(version.tariffId)).rejects.toMatchObject({ code: 'duties.tariff.stands-already' });
      await expect(adopt(version.tariffId, { ...by(shipmentId), tenant: 'globex' })).rejects.toMatchObject({
        code: 'duties.tariff.unknown',
      });
    });
  });
});
