import fc from 'fast-check';
import { byConsequence, clockOf, isWorkday, reasonOf, workdaysBefore, type Ranked } from './rank.js';

const item = (changes: Partial<Ranked>): Ranked => ({
  kind: 'approve-payment',
  due: null,
  zone: 'Europe/London',
  atStake: null,
  raised: 1,
  ...changes,
});
const order = (...items: Ranked[]): number[] => [...items].sort(byConsequence).map(({ raised }) => raised);

describe('rank by consequence', () => {
  it('puts a statutory clock before a service clock of the same day, and both before none', () => {
    const due = '2026-12-01T16:00:00.000000Z';
    expect(
      order(
        item({ raised: 1, atStake: { amount: '9000.00', currency: 'GBP' } }),
        item({ raised: 2, kind: 'ask-authority', due: '2026-12-01T09:00:00.000000Z' }),
        item({ raised: 3, due }),
      ),
    ).toEqual([3, 2, 1]);
  });

  it('then goes by the latest start, not by the deadline', () => {
    const twoDays = item({ raised: 1, kind: 'provide-documents', due: '2026-12-03T12:00:00.000000Z' });
    const oneDay = item({ raised: 2, kind: 'approve-payment', due: '2026-12-02T12:00:00.000000Z' });
    const later = item({ raised: 3, kind: 'approve-payment', due: '2026-12-03T12:00:00.000000Z' });
    expect(order(later, oneDay, twoDays)).toEqual([2, 1, 3]);
  });

  it('then by the money at stake, never across currencies', () => {
    const gbp = (amount: string, raised: number) => item({ raised, atStake: { amount, currency: 'GBP' } });
    expect(order(gbp('9.00', 1), gbp('100.00', 2))).toEqual([2, 1]);
    expect(order(gbp('9.00', 1), item({ raised: 2, atStake: { amount: '100.00', currency: 'USD' } }))).toEqual([1, 2]);
  });

  it('counts the authority’s working days and its calendar day', () => {
    // Monday 00:30 in London is still Sunday in Washington.
    const due = '2026-11-30T00:30:00.000000Z';
    expect(clockOf(item({ due }))).toMatchObject({ on: '2026-11-30', latestStart: '2026-11-27' });
    expect(clockOf(item({ due, zone: 'America/New_York' }))).toMatchObject({
      on: '2026-11-29',
      latestStart: '2026-11-27',
    });
  });

  it('says why', () => {
    const due = '2026-12-01T16:00:00.000000Z';
    const stake = { amount: '282.66', currency: 'GBP' };
    expect(reasonOf(item({ due, atStake: stake }), '2026-11-27')).toBe(
      'legal clock, start by 2026-11-30, 282.66 GBP at stake',
    );
    expect(reasonOf(item({ due }), '2026-12-01')).toBe(
      'legal clock, latest start passed on 2026-11-30, no amount at stake',
    );
    expect(reasonOf(item({}), '2026-12-01')).toBe('no clock runs, no amount at stake');
  });

  it('always starts on a working day before the deadline', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 1, max: 10 }), (offset, days) => {
        const date = new Date(Date.UTC(2024, 0, 1 + offset)).toISOString().slice(0, 10);
        const start = workdaysBefore(date, days);
        expect(start < date && isWorkday(start)).toBe(true);
        const between = Array.from({ length: 40 }, (_, step) =>
          new Date(Date.parse(start) + step * 86_400_000).toISOString().slice(0, 10),
        );
        expect(between.filter((day) => day < date && isWorkday(day))).toHaveLength(days);
      }),
    );
  });
});
