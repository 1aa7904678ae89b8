import fc from 'fast-check';
import { aLine, aRequest, books } from '../testing/books.js';
import { assess } from './assess.js';
import { readRuleBook, ruleBookDigest } from './rule-book.js';
import { bookWithTariffs, type LoadedTariff } from './tariff-book.js';
import { TariffSnapshot, type TariffCode, type TariffMeasure } from './tariff-snapshot.js';
import { sha256 } from '../application/digest.js';

const measure = (over: Partial<TariffMeasure> = {}): TariffMeasure => ({
  id: 'm',
  commodity: '8712',
  role: 'basic-duty',
  type: '103',
  area: 'all',
  expression: '6 %',
  from: '2026-01-01',
  to: null,
  law: 'Tariff Act 1',
  confidence: 'high',
  ...over,
});
const code = (text: string, over: Partial<TariffCode> = {}): TariffCode => ({
  ordinal: 1,
  code: text,
  description: `goods ${text}`,
  declarable: true,
  ancestors: [],
  units: [],
  ...over,
});

const AREAS = { all: null, eu: ['DE', 'FR'], 'program S': ['CA', 'MX'], 'program S+': ['CA'] };
const snapshot = (measures: TariffMeasure[], codes: TariffCode[] = [code('8712003000')]) =>
  new TariffSnapshot(AREAS, codes, measures);

describe('a tariff in memory', () => {
  const ids = (rows: TariffMeasure[], origin?: string, on = '2026-06-01') =>
    snapshot(rows)
      .measuresFor('8712003000', on, origin)
      .map(({ id }) => id);

  it('gives what a code inherits, on both sides of each day', () => {
    const rows = [
      measure({ id: 'chapter', commodity: '87' }),
      measure({ id: 'own', commodity: '8712003000', from: '2026-06-01', to: '2026-06-30' }),
      measure({ id: 'sister', commodity: '8712007000' }),
      measure({ id: 'every', commodity: '' }),
    ];
    expect(ids(rows, 'CN', '2026-05-31')).toEqual(['every', 'chapter']);
    expect(ids(rows, 'CN', '2026-06-01')).toEqual(['every', 'chapter', 'own']);
    expect(ids(rows, 'CN', '2026-06-30')).toEqual(['every', 'chapter', 'own']);
    expect(ids(rows, 'CN', '2026-07-01')).toEqual(['every', 'chapter']);
  });

  it('knows areas, single countries, and who is left out', () => {
    const rows = [
      measure({ id: 'eu', area: 'eu' }),
      measure({ id: 'cn', area: 'CN' }),
      measure({ id: 'not eu', except: ['eu'] }),
      measure({ id: 'not fr', area: 'eu', except: ['FR'] }),
    ];
    expect(ids(rows, 'DE')).toEqual(['eu', 'not fr']);
    expect(ids(rows, 'FR')).toEqual(['eu']);
    expect(ids(rows, 'CN')).toEqual(['cn', 'not eu']);
    expect(ids(rows)).toEqual(['eu', 'cn', 'not eu', 'not fr']);
  });

  it('offers a rate under each program that the origin has', () => {
    const row = measure({
      id: 'special',
      role: 'preference',
      programs: ['A', 'S', 'S+'],
      claim: { preferenceCode: 'A,S,S+', proofs: ['paper'] },
    });
    const found = snapshot([row]).measuresFor('8712003000', '2026-06-01', 'CA');
    expect(found).toMatchObject([
      { id: 'special-S', type: 'S', claim: { preferenceCode: 'S', proofs: ['paper'] } },
      { id: 'special-S+', type: 'S+', claim: { proofs: ['paper'] } },
    ]);
    expect(ids([row], 'MX')).toEqual(['special-S']);
    expect(ids([row], 'CN')).toEqual([]);
  });

  it('finds what a look at every row finds', () => {
    const digits = fc.stringMatching(/^[12]{0,6}$/);
    fc.assert(
      fc.property(fc.uniqueArray(digits, { maxLength: 30 }), fc.stringMatching(/^[12]{6}$/), (prefixes, asked) => {
        const rows = prefixes.map((commodity) => measure({ id: `m${commodity}`, commodity }));
        const expected = rows.filter(({ commodity }) => asked.startsWith(commodity)).map(({ id }) => id);
        expect(
          snapshot(rows)
            .measuresFor(asked, '2026-06-01', 'CN')
            .map(({ id }) => id)
            .sort(),
        ).toEqual(expected.sort());
      }),
    );
  });

  it('finds a longer code below the one that can be declared, and none below a heading', () => {
    const tariff = snapshot(
      [],
      [code('8712', { declarable: false }), code('87120030', { ordinal: 2, ancestors: [1] })],
    );
    expect(tariff.find('8712003000')?.code).toBe('87120030');
    expect(tariff.find('8712')?.code).toBe('8712');
    expect(tariff.find('8712990000')).toBeUndefined();
    expect(tariff.below('8712').map((each) => each.code)).toEqual(['87120030']);
  });
});

describe('a rule book with a tariff’s rows', () => {
  const gb = books.find(({ book }) => book.destination === 'GB')!.book;
  const loaded = (
    over: Partial<LoadedTariff> & { measures?: TariffMeasure[]; codes?: TariffCode[] } = {},
  ): LoadedTariff => ({
    tariffId: 't',
    digest: 'sha256:x',
    scope: 'whole',
    roles: ['basic-duty'],
    snapshot: snapshot(over.measures ?? [measure({ expression: '6 %' })], over.codes),
    ...over,
  });
  const request = aRequest({ lines: [aLine(), aLine({ number: 2, commodity: '8517130000' })], origin: 'TW' });

  it('is a rule book, and the same one for the same question', () => {
    const { book, used } = bookWithTariffs(gb, [loaded({ scope: 'part' })], request);
    expect(used.map(({ tariffId }) => tariffId)).toEqual(['t']);
    expect(readRuleBook(JSON.parse(JSON.stringify(book)), 'made')).toEqual(book);
    expect(ruleBookDigest(book, sha256)).toBe(
      ruleBookDigest(bookWithTariffs(gb, [loaded({ scope: 'part' })], request).book, sha256),
    );
  });

  it('is the house’s own as long as no tariff has a word', () => {
    const stranger = loaded({ scope: 'part', codes: [code('0101210000')] });
    expect(bookWithTariffs(gb, [stranger], request)).toEqual({ book: gb, used: [] });
    expect(bookWithTariffs(gb, [], request).book).toBe(gb);
  });

  it('takes the first version that knows a code, and the house’s rules for other codes and other roles', () => {
    const first = loaded({ tariffId: 'first', scope: 'part', measures: [measure({ id: 'first', expression: '6 %' })] });
    const second = loaded({
      tariffId: 'second',
      scope: 'part',
      measures: [measure({ id: 'second', expression: '9 %' })],
      codes: [code('8712003000')],
    });
    const result = assess(request, [
      { book: bookWithTariffs(gb, [first, second], request).book, digest: `sha256:${'0'.repeat(64)}` },
    ]);
    const bases = result.lines.map(({ options }) => options.find(({ chosen }) => chosen)!);
    expect(bases.map(({ basis, charges }) => [basis, charges.map(({ role }) => role)])).toEqual([
      ['first', ['basic-duty', 'vat']],
      ['gb-103-8517130000', ['basic-duty', 'vat']],
    ]);
  });

  it('knows no code that a whole tariff does not, whatever the house says', () => {
    const result = assess(request, [
      { book: bookWithTariffs(gb, [loaded()], request).book, digest: `sha256:${'0'.repeat(64)}` },
    ]);
    expect(result.status).toBe('NEEDS_REVIEW');
    expect(result.lines[0]!.options[0]!.total).toBe('272.00');
    expect(result.lines[1]!.options).toEqual([]);
  });

  it('asks which code below a heading is meant', () => {
    const codes = [
      code('871200', { declarable: false }),
      code('8712003000', { ordinal: 2, ancestors: [1] }),
      code('8712007000', { ordinal: 3, ancestors: [1] }),
    ];
    const heading = aRequest({ lines: [aLine({ commodity: '871200' })] });
    const result = assess(heading, [
      { book: bookWithTariffs(gb, [loaded({ codes })], heading).book, digest: `sha256:${'0'.repeat(64)}` },
    ]);
    expect(result.lines[0]!.questions).toMatchObject([
      { code: 'commodity', answers: ['8712003000 goods 8712003000', '8712007000 goods 8712007000'] },
    ]);
  });

  it('does not weigh a claim that the tariff names no document for', () => {
    const bare = measure({
      id: 'bare',
      role: 'preference',
      expression: '0 %',
      claim: { preferenceCode: '300', proofs: [] },
    });
    const { book } = bookWithTariffs(gb, [loaded({ measures: [measure({ id: 'basic' }), bare] })], request);
    expect(book.measures.map(({ id }) => id)).not.toContain('bare');
  });

  it('takes a tariff that is silent on tax for silent, not for free', () => {
    const vat = measure({ id: 'vat', commodity: '8712003000', role: 'vat', expression: '0 %' });
    const taxOf = (measures: TariffMeasure[]) => {
      const asked = aRequest({ lines: [aLine()] });
      const { book } = bookWithTariffs(gb, [loaded({ roles: ['basic-duty', 'vat'], measures })], asked);
      return assess(asked, [{ book, digest: `sha256:${'0'.repeat(64)}` }]).totals?.tax;
    };
    expect([taxOf([measure()]), taxOf([measure(), vat])]).toEqual(['212.00', '0.00']);
  });
});
