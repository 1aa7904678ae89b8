import fc from 'fast-check';
import { easter, WorkingCalendar } from './working-days.js';

const rule = (name: string, month: number, day: number, observed?: 'next' | 'nearest') => ({
  name,
  on: { month, day },
  ...(observed ? { observed } : {}),
});

const london = new WorkingCalendar({
  code: 'L',
  zone: 'Europe/London',
  law: 'test',
  weekend: [6, 7],
  holidays: [
    rule('New Year', 1, 1, 'next'),
    { name: 'Good Friday', on: { easter: -2 } },
    { name: 'Easter Monday', on: { easter: 1 } },
    { name: 'Spring', on: { month: 5, weekday: 1, nth: -1 } },
    { name: 'Victoria', on: { month: 5, weekday: 1, before: 25 } },
    rule('Christmas', 12, 25, 'next'),
    rule('Boxing', 12, 26, 'next'),
  ],
  days: [{ date: '2022-06-03', name: 'Jubilee' }],
  not: ['2022-05-30'],
});
const washington = new WorkingCalendar({
  code: 'W',
  zone: 'America/New_York',
  law: 'test',
  weekend: [6, 7],
  holidays: [
    rule('New Year', 1, 1, 'nearest'),
    rule('Independence', 7, 4, 'nearest'),
    { ...rule('Juneteenth', 6, 19, 'nearest'), from: 2021 },
  ],
});

describe('working days', () => {
  it.each([
    [1961, '1961-04-02'],
    [2000, '2000-04-23'],
    [2024, '2024-03-31'],
    [2026, '2026-04-05'],
    [2038, '2038-04-25'],
  ])('knows Easter of %i', (year, sunday) => expect(easter(year)).toBe(sunday));

  it.each([
    // Christmas on a Saturday, Boxing Day on a Sunday: Monday and Tuesday are free
    ['2021-12-27', 'Christmas'],
    ['2021-12-28', 'Boxing'],
    // Christmas on a Sunday: Monday is Boxing Day already
    ['2022-12-26', 'Boxing'],
    ['2022-12-27', 'Christmas'],
    ['2022-01-03', 'New Year'],
    ['2022-06-03', 'Jubilee'],
    ['2022-05-30', null],
    ['2023-05-29', 'Spring'],
    ['2026-05-18', 'Victoria'],
    ['2026-04-03', 'Good Friday'],
  ])('keeps %s as %s', (date, name) => expect(london.holiday(date)).toBe(name));

  it.each([
    // the New Year of 2028 falls on a Saturday and is kept in the year before
    ['2027-12-31', 'New Year'],
    ['2026-07-03', 'Independence'],
    ['2027-07-05', 'Independence'],
    ['2020-06-19', null],
    ['2021-06-18', 'Juneteenth'],
  ])('keeps %s as %s by the nearest day', (date, name) => expect(washington.holiday(date)).toBe(name));

  it.each([
    ['2021-12-24', 1, '2021-12-29'],
    ['2021-12-31', 1, '2022-01-04'],
    ['2026-04-02', 1, '2026-04-07'],
    ['2026-04-02', 10, '2026-04-20'],
    ['2026-04-07', -1, '2026-04-02'],
    ['2026-04-04', 0, '2026-04-04'],
  ])('counts from %s %i working days to %s', (from, n, to) => expect(london.plusWorkingDays(from, n)).toBe(to));

  it('finds the nth working day of a month, and the first on or after a day', () => {
    expect(london.nthOfMonth('2022-01-31', 1)).toBe('2022-01-04');
    expect(london.nthOfMonth('2026-04-01', 15)).toBe('2026-04-23');
    expect(london.onOrAfter('2026-04-03')).toBe('2026-04-07');
    expect(london.onOrAfter('2026-04-07')).toBe('2026-04-07');
  });

  it('counts forward and back alike, and never ends on a free day', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 40 }), (date, n) => {
        const then = london.plusWorkingDays(date, n);
        expect(london.isWorkingDay(then)).toBe(true);
        expect(london.between(date, then)).toBe(n);
        expect(london.between(then, date)).toBe(-n);
        if (london.isWorkingDay(date)) expect(london.plusWorkingDays(then, -n)).toBe(date);
      }),
      { numRuns: 200 },
    );
  });
});
