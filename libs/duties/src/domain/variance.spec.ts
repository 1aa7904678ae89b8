import type { AssessmentRequest } from '@tidewaiter/contracts';
import { exact } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { aLine, aRequest, books } from '../testing/books.js';
import { assess } from './assess.js';
import { variance, type Assessed } from './variance.js';

const assessed = (request: AssessmentRequest, with_ = books): Assessed => ({
  request,
  result: assess(request, with_),
  books: with_,
});
const compare = (before: Record<string, unknown>, after: Record<string, unknown>) =>
  variance(assessed(aRequest(before)), assessed(aRequest(after)));
const usd = (rate: string) => [{ from: 'USD', to: 'GBP', rate }];
const dollars = (amount: string) => ({ amount, currency: 'USD' });

describe('the variance between two assessments', () => {
  it('is nothing between two that are the same', () => {
    const { total, lines } = compare({}, {});
    expect(total.change).toBe('0.00');
    expect(lines).toEqual([{ line: 1, before: '368.00', after: '368.00', change: '0.00', changes: [] }]);
  });

  it('tells value from exchange rate: each at the other’s former level', () => {
    const before = { fx: usd('0.80'), lines: [aLine({ price: dollars('1000.00') })] };
    const after = { fx: usd('0.75'), lines: [aLine({ price: dollars('1200.00') })] };
    // 800.00: 112.00 + 182.40 = 294.40; at 0.80 960.00: 134.40 + 218.88 = 353.28; at 0.75 900.00: 126.00 + 205.20 = 331.20
    expect(compare(before, after).lines).toEqual([
      {
        line: 1,
        before: '294.40',
        after: '331.20',
        change: '36.80',
        changes: [
          { causes: ['value'], amount: '58.88', says: '800.00 GBP → 960.00 GBP' },
          { causes: ['fx'], amount: '-22.08', says: 'USD/GBP 0.80 → USD/GBP 0.75' },
        ],
      },
    ]);
  });

  it('names the code, the origin and the quantity that changed', () => {
    const butter = { commodity: '0405101900', quantities: [{ unit: 'KGM', value: '100' }] };
    const more = { ...butter, quantities: [{ unit: 'KGM', value: '200' }] };
    expect(
      compare({ origin: 'TW', lines: [aLine()] }, { origin: 'VN', lines: [aLine(more)] }).lines[0]!.changes,
    ).toEqual([
      // 158.00 a hundred kilograms and its VAT instead of 14 % and its VAT; the quantity is known only in the later one
      {
        causes: ['classification', 'quantity'],
        amount: '211.20',
        says: '8712003000 → 0405101900; none → 200 KGM',
      },
    ]);
    expect(compare({ lines: [aLine(butter)] }, { lines: [aLine(more)] }).lines[0]!.changes).toEqual([
      { causes: ['quantity'], amount: '189.60', says: '100 KGM → 200 KGM' },
    ]);
    const proof = { code: '300', proof: { document: 'U116', reference: 'inv-1' } };
    expect(
      compare({ origin: 'CN' }, { origin: 'DE', lines: [aLine({ preference: proof })] }).lines[0]!.changes,
    ).toEqual([{ causes: ['origin'], amount: '-168.00', says: 'CN → DE with preference 300' }]);
  });

  it('names the rate that another day or another rule book brought', () => {
    const raised = books.map(({ book, digest }) => ({
      book: {
        ...book,
        measures: book.measures.map((row) => (row.id === 'gb-103-8712003000' ? { ...row, expression: '15 %' } : row)),
      },
      digest,
    }));
    const request = aRequest();
    const { lines, total } = variance(assessed(request), assessed(request, raised));
    expect(lines[0]!.changes).toEqual([
      {
        causes: ['rate'],
        amount: '12.00',
        says: 'basic-duty 14 %, vat 20 % (2026-03-10) → basic-duty 15 %, vat 20 % (2026-03-10)',
      },
    ]);
    expect(total).toEqual({ before: '368.00', after: '380.00', change: '12.00' });
  });

  it('counts a line that came or went in full', () => {
    const second = aLine({ number: 2, price: { amount: '500.00', currency: 'GBP' } });
    const { lines, total } = compare({}, { lines: [aLine(), second] });
    expect(lines.map(({ line, change }) => [line, change])).toEqual([
      [1, '0.00'],
      [2, '184.00'],
    ]);
    expect(lines[1]!.changes).toEqual([{ causes: ['lines'], amount: '184.00', says: 'the line came' }]);
    expect(total.change).toBe('184.00');
    expect(compare({ lines: [aLine(), second] }, {}).total.change).toBe('-184.00');
  });

  it('adds up, whatever changed', () => {
    const cents = fc.integer({ min: 0, max: 9_999_999 }).map((value) => (value / 100).toFixed(2));
    const line = fc.record({
      commodity: fc.constantFrom('8712003000', '6109100010', '0405101900', '8516797000'),
      price: cents.map(dollars),
      quantities: fc.integer({ min: 1, max: 5000 }).map((value) => [{ unit: 'KGM', value: String(value) }]),
    });
    const request = fc.record({
      origin: fc.constantFrom('CN', 'TW', 'DE', 'VN'),
      incoterm: fc.constantFrom('FOB', 'CIF', 'EXW'),
      charges: cents.map((freight) => ({ freight: dollars(freight) })),
      fx: fc.constantFrom(usd('0.79'), usd('0.81'), [{ from: 'GBP', to: 'USD', rate: '1.2643' }]),
      lines: fc
        .uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
        .chain((numbers) => fc.tuple(...numbers.map((number) => line.map((each) => ({ ...each, number }))))),
    });
    const sum = (amounts: string[]): string => amounts.reduce((all, amount) => all.plus(amount), exact('0')).toFixed(2);
    fc.assert(
      fc.property(request, request, (before, after) => {
        const { lines, entryCharges, total } = compare(before, after);
        for (const { change, changes } of lines) expect(sum(changes.map(({ amount }) => amount))).toBe(change);
        expect(sum([...lines.map(({ change }) => change), entryCharges.change])).toBe(total.change);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused where there are no figures, or another country', () => {
    expect(() => compare({ incoterm: undefined }, {})).toThrow(
      expect.objectContaining({ code: 'duties.variance.not-assessed' }),
    );
    expect(() =>
      compare({}, { destination: 'DE', lines: [aLine({ customsValue: { amount: '1', currency: 'EUR' } })] }),
    ).toThrow(expect.objectContaining({ code: 'duties.variance.other-destination' }));
  });
});
