import { assessmentRequest, type AssessmentResult } from '@tidewaiter/contracts';
import fc from 'fast-check';
import { books } from '../testing/books.js';
import { assess } from './assess.js';
import { isInForce, type RuleBook } from './rule-book.js';

const shifted = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** Enough of everything, so that no quantity is asked for. */
const QUANTITIES = ['KGM', 'KGM_GROSS', 'LTR', 'LPA', 'ASV', 'NAR', 'NPR', 'MTK'].map((unit) => ({
  unit,
  value: '10',
}));

const originOf = (book: RuleBook, area: string): string => book.areas[area]?.[0] ?? 'TW';

/** The options of the commodity on a day, by measure. */
const optionsOn = (book: RuleBook, commodity: string, area: string, lawDate: string): AssessmentResult => {
  const rates = ['GBP', 'USD', 'EUR'].filter((from) => from !== book.currency);
  return assess(
    assessmentRequest.parse({
      destination: book.destination,
      origin: originOf(book, area),
      lawDate,
      transport: 'air',
      charges: {
        freight: { amount: '0.00', currency: book.currency },
        insurance: { amount: '0.00', currency: book.currency },
      },
      fx: rates.map((from) => ({ from, to: book.currency, rate: '1.5' })),
      lines: [
        {
          number: 1,
          commodity,
          customsValue: { amount: '50000', currency: book.currency },
          quantities: QUANTITIES,
        },
      ],
    }),
    books,
  );
};

const dutiesOf = new Map(
  books.flatMap(({ book }) =>
    book.measures
      .filter(
        ({ role, commodity }) =>
          (role === 'basic-duty' || role === 'preference') && commodity !== '' && book.destination !== 'XI',
      )
      .map((measure) => [measure.id, { book, measure }] as const),
  ),
);

describe('days of validity', () => {
  it('both count, for every third country duty and preference of every book; the day before and after do not', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dutiesOf.keys()), (id) => {
        const { book, measure } = dutiesOf.get(id)!;
        const has = (day: string): boolean =>
          optionsOn(book, measure.commodity, measure.area, day).lines[0]!.options.some(
            ({ basis }) => basis === measure.id,
          );
        expect(has(measure.from)).toBe(true);
        expect(has(shifted(measure.from, -1))).toBe(false);
        if (measure.to === null) return;
        expect(has(measure.to)).toBe(true);
        expect(has(shifted(measure.to, 1))).toBe(false);
      }),
      { numRuns: dutiesOf.size * 2 },
    );
  });
  it('decide whether a row is in force, whatever the day', () => {
    const day = fc.integer({ min: 0, max: 40_000 }).map((days) => shifted('1980-01-01', days));
    fc.assert(
      fc.property(day, day, day, (from, to, on) => {
        expect(isInForce({ from, to }, on)).toBe(from <= on && on <= to);
        expect(isInForce({ from, to: null }, on)).toBe(from <= on);
      }),
    );
  });
});
