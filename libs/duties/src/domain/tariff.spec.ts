import { specFor } from '@tidewaiter/kernel/testing';
import { adoption, inForceOn, tariff, type TariffAdopted, type TariffImported } from './tariff.js';
import {
  classification,
  changesOf,
  type ClassificationCommand,
  type ClassificationEvent,
  type ClassificationGround,
} from './classification.js';
import { clockOf, remediesSchema, voidance, type LegalBasisVoided } from './voidance.js';
import { fxRuleOn, missing, otherDay, periodWord } from './fx-rule.js';
import { books } from '../testing/books.js';
import { loadRemedies } from '../application/voiding.js';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

const version = (over: Partial<TariffImported> = {}): TariffImported => ({
  tariffId: 't1',
  destination: 'GB',
  source: 'uk-global-tariff',
  name: 'UK Global Tariff',
  scope: 'whole',
  validFrom: '2026-01-01',
  validTo: null,
  digest: digest('a'),
  fileDigest: digest('b'),
  codes: 1,
  measures: 1,
  refused: 0,
  ...over,
});
const imported = (over: Partial<TariffImported> = {}) => ({ type: 'TariffImported' as const, data: version(over) });

describe('tariff versions', () => {
  const given = specFor(tariff);
  const record = (over: Partial<TariffImported> = {}) => ({ type: 'RecordImport' as const, version: version(over) });

  it('take the same rows for the same days once', () => {
    given().when(record()).then(imported());
    given(imported())
      .when(record({ tariffId: 't2', fileDigest: digest('c'), name: 'again' }))
      .thenNothing();
  });
  it.each([
    { digest: digest('d') },
    { validFrom: '2026-02-01' },
    { validTo: '2026-12-31' },
    { scope: 'part' as const },
  ])('are others with %j', (over) => {
    given(imported())
      .when(record({ tariffId: 't2', ...over }))
      .then(imported({ tariffId: 't2', ...over }));
  });
});

describe('the versions in force on a day', () => {
  const at = (on: string, ...versions: Partial<TariffImported>[]) =>
    inForceOn(versions.map(version), on).map(({ tariffId }) => tariffId);

  it('count both days of their validity', () => {
    const one = { tariffId: 'a', validFrom: '2026-02-01', validTo: '2026-02-28' };
    expect(['2026-01-31', '2026-02-01', '2026-02-28', '2026-03-01'].map((on) => at(on, one))).toEqual([
      [],
      ['a'],
      ['a'],
      [],
    ]);
  });
  it('are asked from the later validity on, of two of one day the later import first', () => {
    const part = { scope: 'part' as const };
    expect(
      at(
        '2026-06-01',
        { tariffId: 'a', validFrom: '2026-03-01', ...part },
        { tariffId: 'b', validFrom: '2026-01-01', ...part },
        { tariffId: 'c', validFrom: '2026-03-01', ...part },
      ),
    ).toEqual(['c', 'a', 'b']);
  });
  it('end with the first whole tariff', () => {
    expect(
      at(
        '2026-06-01',
        { tariffId: 'old' },
        { tariffId: 'new', validFrom: '2026-05-01' },
        { tariffId: 'part', validFrom: '2026-05-02', scope: 'part' },
      ),
    ).toEqual(['part', 'new']);
  });
  it('come back to an earlier one when the later has ended', () => {
    expect(
      at('2026-06-01', { tariffId: 'whole' }, { tariffId: 'season', validFrom: '2026-04-01', validTo: '2026-05-31' }),
    ).toEqual(['whole']);
  });
});

describe('a shipment’s adoption of a version', () => {
  const given = specFor(adoption);
  const adopted: TariffAdopted = {
    shipmentId: 's',
    destination: 'GB',
    tariffs: [{ tariffId: 't2', digest: digest('b') }],
    replaced: [{ tariffId: 't1', digest: digest('a') }],
    reason: 'the importer asked for it',
  };
  it('is recorded with what it replaces', () => {
    given()
      .when({ type: 'AdoptTariff', ...adopted })
      .then({ type: 'TariffAdopted', data: adopted });
    given({ type: 'TariffAdopted', data: adopted })
      .when({ type: 'AdoptTariff', ...adopted, tariffs: adopted.replaced, replaced: adopted.tariffs })
      .thenState((state) => expect(state?.tariffs).toEqual(adopted.replaced));
  });
  it('of what it stands on already is refused', () => {
    given()
      .when({ type: 'AdoptTariff', ...adopted, replaced: adopted.tariffs })
      .thenRefused('duties.tariff.stands-already');
  });
});

describe('a classification', () => {
  const given = specFor(classification);
  const ground = (over: Partial<ClassificationGround> = {}): ClassificationGround => ({
    tariff: { tariffId: 't1', digest: digest('a') },
    description: 'Shirts > Of cotton',
    nomenclature: digest('n'),
    rates: digest('r'),
    ...over,
  });
  const data = {
    classificationId: 'c',
    destination: 'US',
    goods: 'shirts',
    product: null,
    commodity: '6105100010',
    reasons: ['GRI 1'],
    sources: [],
    by: 'user:ada',
    ground: ground(),
  };
  const decided: ClassificationEvent = { type: 'ClassificationDecided', data };
  const newer = { tariffId: 't2', digest: digest('b') };
  const hold = (now: ClassificationGround | null): ClassificationCommand => ({
    type: 'HoldAgainst',
    tariff: newer,
    validFrom: '2026-07-01',
    now,
  });
  const flagged = (changes: ('code-gone' | 'nomenclature' | 'rates')[], says: string): ClassificationEvent => ({
    type: 'ClassificationFlagged',
    data: { classificationId: 'c', commodity: '6105100010', tariff: newer, validFrom: '2026-07-01', changes, says },
  });
  const rates = flagged(['rates'], 'From 2026-07-01: its measures changed');

  it('is held against later versions', () => {
    given(decided)
      .when(hold(ground({ tariff: newer })))
      .thenNothing();
    given(decided)
      .when(hold(ground({ rates: digest('x') })))
      .then(rates);
    given(decided)
      .when(hold(null))
      .then(flagged(['code-gone'], 'From 2026-07-01: the code is no longer there or can no longer be declared'));
    given(decided, rates)
      .when(hold(ground({ rates: digest('x') })))
      .thenNothing();
    given().when(hold(null)).thenRefused('duties.classification.unknown');
  });
  it('says all that changed', () => {
    expect(changesOf(ground(), ground({ rates: digest('x'), nomenclature: digest('y') }))).toEqual([
      'nomenclature',
      'rates',
    ]);
  });
  it('is confirmed only when there is something to look at, and then rests on the newer ground', () => {
    const confirm: ClassificationCommand = {
      type: 'ConfirmClassification',
      reason: 'the goods are the same',
      by: 'user:bob',
      ground: ground({ rates: digest('x') }),
    };
    given(decided).when(confirm).thenRefused('duties.classification.not-flagged');
    given(decided, rates)
      .when(confirm)
      .thenState((state) => expect(state).toMatchObject({ flags: [], ground: { rates: digest('x') } }));
  });
});

describe('a voided basis', () => {
  const data: LegalBasisVoided = {
    voidanceId: 'v',
    citation: 'Act 1',
    destination: null,
    voidFrom: '2026-01-01',
    reason: 'struck down',
    by: 'user:ada',
  };
  it('is voided once', () => {
    specFor(voidance)()
      .when({ type: 'VoidLegalBasis', ...data })
      .then({ type: 'LegalBasisVoided', data });
    specFor(voidance)({ type: 'LegalBasisVoided', data })
      .when({ type: 'VoidLegalBasis', ...data })
      .thenNothing();
  });

  const remedies = loadRemedies();
  const clock = (destination: string, on: string, settled = true) =>
    clockOf(remedies, { destination, lawDate: '2026-01-31', settled }, on);

  it('has clocks that stand on both sides of each day', () => {
    expect(clock('IN', '2026-12-31')).toMatchObject({ state: 'open', deadline: '2027-01-31' });
    expect([clock('IN', '2027-01-01').state, clock('IN', '2027-01-02').state]).toEqual(['open', 'closing']);
    expect([clock('IN', '2027-01-31').state, clock('IN', '2027-02-01').state]).toEqual(['closing', 'lapsed']);
  });
  it('goes from one remedy to the next: the correction in the US, then the protest', () => {
    expect(clock('US', '2026-11-27')).toMatchObject({
      state: 'open',
      remedy: 'post summary correction',
      deadline: '2026-11-27',
    });
    expect(clock('US', '2026-11-28')).toMatchObject({ state: 'open', remedy: 'protest', deadline: '2027-06-09' });
    expect(clock('US', '2027-06-10')).toMatchObject({ state: 'lapsed', remedy: 'protest' });
  });
  it('is corrected where nothing was paid, and unknown where no clock is known', () => {
    expect(clock('GB', '2040-01-01', false)).toMatchObject({ state: 'not-paid', deadline: null });
    expect(clock('AE', '2026-02-01')).toEqual({ state: 'unknown', remedy: null, deadline: null, law: null });
  });
  it('takes days or months for a remedy, not both', () => {
    const remedy = { name: 'x', law: 'Act 1', confidence: 'low' };
    expect(remediesSchema.safeParse({ GB: [{ ...remedy, days: 1 }] }).success).toBe(true);
    expect(remediesSchema.safeParse({ GB: [{ ...remedy, days: 1, months: 1 }] }).success).toBe(false);
    expect(remediesSchema.safeParse({ GB: [remedy] }).success).toBe(false);
  });
});

describe('the law of exchange rates', () => {
  it('is that of the day', () => {
    const { book } = books.find((each) => each.book.destination === 'DE')!;
    expect(fxRuleOn(book, '2016-05-01').publisher).toMatch(/^ECB/);
    expect(() => fxRuleOn(book, '2016-04-30')).toThrow('no rule on customs exchange rates for 2016-04-30');
  });
  it('says so where it asks for another day than that of entry', () => {
    expect(otherDay({ dateOf: 'exportation' })).toBe(
      ', of the day of entry where the law asks for that of exportation',
    );
    expect(otherDay({ dateOf: 'direct shipment to Canada' })).not.toBe('');
    for (const dateOf of ['acceptance of the declaration', 'registration of the declaration', 'import declaration']) {
      expect(otherDay({ dateOf })).toBe('');
    }
  });
  it.each([
    ['month', 'month', '2026-11'],
    ['calendar month', 'month', '2026-11'],
    ['week, Sunday to Saturday', 'week', '2026-11-15'],
    ['day', 'day', '2026-11-15'],
    ['notification', 'notification', '2026-11-15'],
  ])('of the period “%s” misses a %s by name', (period, word, which) => {
    expect(periodWord(period)).toBe(word);
    const refusal = missing('JP', { publisher: 'Japan Customs', period: period as 'month' }, '2026-11-15');
    expect([refusal.code, refusal.message]).toEqual([
      `duties.fx.${word}-missing`,
      `no customs exchange rates of JP (Japan Customs) are held for ${which}`,
    ]);
  });
});
