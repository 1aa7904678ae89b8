import fc from 'fast-check';
import { exact, plusDays } from '@tidewaiter/kernel';
import { loadInterestRules, loadSettlementTerms } from '../application/rule-books.js';
import { interestOn } from './interest.js';
import { collectedOn, dailyDueOn } from './settlement.js';

const rules = loadInterestRules();
const gbp = (amount: string) => ({ amount, currency: 'GBP' });
const usd = (amount: string) => ({ amount, currency: 'USD' });
const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe('interest on a late debt', () => {
  it('is none up to and with the last day', () =>
    expect(interestOn(rules, 'GB', gbp('1000.00'), '2025-05-01', '2025-05-01')).toMatchObject({
      amount: gbp('0.00'),
      days: 0,
    }));
  it('counts from the day after: 1000 × 8 % × 1 / 365', () =>
    expect(interestOn(rules, 'GB', gbp('1000.00'), '2025-05-01', '2025-05-02').amount).toEqual(gbp('0.22')));
  it('changes its rate on the day of the change', () => {
    // 27 days of May until the 27th at 8.00 %, 4 days at 7.75 %: 1000 × (0.08 × 26 + 0.0775 × 4) / 365 = 6.547945
    const { amount, spans } = interestOn(rules, 'GB', gbp('1000.00'), '2025-05-01', '2025-05-31');
    expect(spans.map(({ days, rate }) => [days, rate])).toEqual([
      [26, '8.00'],
      [4, '7.75'],
    ]);
    expect(amount).toEqual(gbp('6.55'));
  });
  it('keeps the rate of the month in which the debt fell due in the Union', () => {
    // 1000 × 4.40 % × 91 / 365 = 10.969863, although the rate fell in July
    const { amount, spans } = interestOn(rules, 'DE', eur('1000.00'), '2025-06-15', '2025-09-14');
    expect(spans).toHaveLength(1);
    expect(amount).toEqual(eur('10.97'));
  });
  it('compounds daily in the United States, by the days of each year', () => {
    // 10000 × ((1 + 0.08/366)^31 − 1) = 67.984…, then 1 January 2025 at 7 % / 365
    const { amount, spans } = interestOn(rules, 'US', usd('10000.00'), '2024-11-30', '2025-01-01');
    expect(spans.map(({ days, rate }) => [days, rate])).toEqual([
      [31, '8.00'],
      [1, '7.00'],
    ]);
    const december = 10000 * ((1 + 0.08 / 366) ** 31 - 1);
    expect(amount.amount).toBe((december + (10000 + december) * (0.07 / 365)).toFixed(2));
  });
  it('charges none on a British debt below nine pounds', () =>
    expect(interestOn(rules, 'GB', gbp('8.99'), '2025-05-01', '2026-05-01').amount).toEqual(gbp('0.00')));
  it('says when it knows no rule or no rate', () => {
    expect(() => interestOn(rules, 'BR', gbp('1.00'), '2025-05-01', '2025-05-02')).toThrow(
      expect.objectContaining({ code: 'duties.interest.unknown-authority' }),
    );
    expect(() => interestOn(rules, 'GB', gbp('10.00'), '2019-05-01', '2019-05-02')).toThrow(
      expect.objectContaining({ code: 'duties.interest.no-rate' }),
    );
  });
  it('never falls when the debt stays open a day longer, and its spans follow each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 }), (start, length) => {
        const from = plusDays('2025-03-01', start);
        const at = (days: number) => interestOn(rules, 'GB', gbp('12345.67'), from, plusDays(from, days));
        const [shorter, longer] = [at(length), at(length + 1)];
        expect(exact(longer.amount.amount).gte(shorter.amount.amount)).toBe(true);
        expect(longer.spans.reduce((sum, { days }) => sum + days, 0)).toBe(length + 1);
        longer.spans.slice(1).forEach((span, index) => expect(span.from).toBe(plusDays(longer.spans[index]!.until, 1)));
      }),
    );
  });
});

describe('the day on which an account is collected', () => {
  const terms = loadSettlementTerms();
  it.each([
    ['GB', '2026-03-10', '2026-04-16'],
    ['GB', '2026-03-31', '2026-04-16'],
    ['GB', '2026-04-30', '2026-05-18'], // the 16th of May is a Saturday
    ['GB', '2025-12-31', '2026-01-16'],
    ['DE', '2026-04-30', '2026-05-16'],
    ['US', '2026-06-15', '2026-07-22'], // the 3rd of July is kept as the holiday
    ['US', '2025-12-15', '2026-01-23'], // New Year and Martin Luther King Day
  ])('of %s for %s is %s', (destination, lawDate, day) =>
    expect(collectedOn(terms, destination, lawDate)?.dueOn).toBe(day),
  );
  it('is unknown where no term is known', () => expect(collectedOn(terms, 'BR', '2026-03-10')).toBeNull());
  it('of a daily statement is ten working days after entry', () =>
    expect(dailyDueOn(terms, '2026-11-20')).toBe('2026-12-07')); // Thanksgiving between
});
