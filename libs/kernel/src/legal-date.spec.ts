import fc from 'fast-check';
import { millisOf } from './instant.js';
import { endOfDay, isLegalDate, lastDayFor, legalDateAt, plusDays, plusMonths } from './legal-date.js';

describe('the date of an instant', () => {
  it.each([
    ['Europe/London', '2026-11-24T23:59:59.999999Z', '2026-11-24'],
    ['Europe/London', '2026-11-25T00:00:00.000000Z', '2026-11-25'],
    ['Europe/London', '2026-07-01T22:59:59.999999Z', '2026-07-01'],
    ['Europe/London', '2026-07-01T23:00:00.000000Z', '2026-07-02'],
    ['Europe/Berlin', '2026-11-24T22:59:59.999999Z', '2026-11-24'],
    ['Europe/Berlin', '2026-11-24T23:00:00.000000Z', '2026-11-25'],
    ['Europe/Berlin', '2026-07-01T22:00:00.000000Z', '2026-07-02'],
    ['America/New_York', '2026-11-25T04:59:59.999999Z', '2026-11-24'],
    ['America/New_York', '2026-11-25T05:00:00.000000Z', '2026-11-25'],
    ['America/New_York', '2026-07-02T03:59:59.999999Z', '2026-07-01'],
    ['America/New_York', '2026-07-02T04:00:00.000000Z', '2026-07-02'],
  ])('in %s at %s is %s', (zone, instant, date) => {
    expect(legalDateAt(instant, zone)).toBe(date);
  });

  it('is in two years at once on New Year’s Eve', () => {
    const instant = '2026-12-31T23:30:00.000000Z';
    expect(['Europe/London', 'Europe/Berlin', 'America/New_York'].map((zone) => legalDateAt(instant, zone))).toEqual([
      '2026-12-31',
      '2027-01-01',
      '2026-12-31',
    ]);
  });
});

describe('the end of a day', () => {
  it.each([
    ['Europe/London', '2026-03-29', '2026-03-29T23:00:00.000000Z', 23],
    ['Europe/London', '2026-10-25', '2026-10-26T00:00:00.000000Z', 25],
    ['Europe/Berlin', '2026-03-29', '2026-03-29T22:00:00.000000Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-25T23:00:00.000000Z', 25],
    ['America/New_York', '2026-03-08', '2026-03-09T04:00:00.000000Z', 23],
    ['America/New_York', '2026-11-01', '2026-11-02T05:00:00.000000Z', 25],
    ['Europe/London', '2026-12-31', '2027-01-01T00:00:00.000000Z', 24],
  ])('in %s on %s is %s, %i hours after it began', (zone, date, end, hours) => {
    expect(endOfDay(date, zone)).toBe(end);
    expect((millisOf(end) - millisOf(endOfDay(plusDays(date, -1), zone))) / 3_600_000).toBe(hours);
  });

  const zones = fc.constantFrom('Europe/London', 'Europe/Berlin', 'America/New_York');
  const days = fc.integer({ min: 0, max: 4000 }).map((count) => plusDays('2024-01-01', count));

  it('closes the day that a deadline names, and a deadline within a day is met on that day', () => {
    fc.assert(fc.property(zones, days, (zone, date) => expect(lastDayFor(endOfDay(date, zone), zone)).toBe(date)));
    expect(lastDayFor('2026-11-27T16:00:00.000000Z', 'Europe/London')).toBe('2026-11-27');
  });
  it('is the first instant of the next date, in every zone', () => {
    fc.assert(
      fc.property(zones, days, (zone, date) => expect(legalDateAt(endOfDay(date, zone), zone)).toBe(plusDays(date, 1))),
    );
  });
});

describe('counting', () => {
  it('crosses month, leap day and year', () => {
    expect(plusDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(plusDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(plusDays('2026-01-10', -10)).toBe('2025-12-31');
  });

  it('keeps the last day of a shorter month', () => {
    expect(plusMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(plusMonths('2027-11-30', 3)).toBe('2028-02-29');
    expect(plusMonths('2026-12-15', 1)).toBe('2027-01-15');
  });

  it.each([
    ['2026-11-24', true],
    ['2024-02-29', true],
    ['2026-02-29', false],
    ['2026-11-31', false],
    ['2026-00-10', false],
    ['2026-11-24T00:00:00Z', false],
    ['24/11/2026', false],
    ['', false],
  ])('knows whether %p is a date', (text, known) => {
    expect(isLegalDate(text)).toBe(known);
  });
});
