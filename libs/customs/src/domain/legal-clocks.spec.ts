import fc from 'fast-check';
import { legalDateAt, plusMillis } from '@tidewaiter/kernel';
import { readPostEntryRules } from '../application/post-entry-rules.js';
import { clockFrom, lastDay, startOfDay, type ClockRule } from './legal-clocks.js';

const rules = readPostEntryRules();
const us = rules.terms('US', 'America/New_York');
const gb = rules.terms('GB', 'Europe/London');
const de = rules.terms('DE', 'Europe/Berlin');
const rule = (code: string, { rules: all } = us): ClockRule => all.find((each) => each.code === code)!;

describe('the calendars that come with the program', () => {
  it.each([
    ['US', '2026-07-03', 'Independence Day'],
    ['US', '2027-12-24', 'Christmas Day'],
    ['US', '2027-12-31', "New Year's Day"],
    ['US', '2026-11-26', 'Thanksgiving Day'],
    ['US', '2025-01-09', 'National day of mourning for President Carter'],
    ['GB', '2026-12-28', 'Boxing Day'],
    ['GB', '2027-12-27', 'Christmas Day'],
    ['GB', '2027-12-28', 'Boxing Day'],
    ['GB', '2023-05-08', 'Coronation of King Charles III'],
    ['GB', '2026-08-31', 'Summer bank holiday'],
    ['DE', '2026-05-14', 'Christi Himmelfahrt'],
    ['DE', '2026-05-25', 'Pfingstmontag'],
    ['IE', '2030-02-01', "St Brigid's Day, as 1 February is a Friday"],
    ['CA', '2026-05-18', 'Victoria Day'],
    ['T2', '2026-05-01', 'Labour Day'],
    ['FR', '2026-07-14', 'Fête nationale'],
  ])('%s rests on %s: %s', (code, date, name) => expect(rules.calendar(code)!.holiday(date)).toBe(name));

  it.each([
    ['DE', '2026-04-06', false],
    ['DE', '2026-12-31', true],
    ['T2', '2026-10-03', false],
    ['T2', '2026-10-05', true],
    ['US', '2026-10-12', false],
    ['NL', '2026-04-27', false],
    ['IE', '2030-02-04', true],
  ])('in %s on %s work is done: %s', (code, date, works) =>
    expect(rules.calendar(code)!.isWorkingDay(date)).toBe(works),
  );
});

describe('a term of law', () => {
  it.each([
    // ten working days over Thanksgiving
    ['us-summary', '2026-11-20', '2026-12-07', us],
    // over Christmas and the New Year
    ['us-summary', '2026-12-21', '2027-01-06', us],
    ['us-cf28', '2026-12-15', '2027-01-14', us],
    ['us-liquidation', '2026-01-15', '2026-11-25', us],
    ['us-deemed-liquidation', '2024-02-29', '2025-02-28', us],
    // 180 days that end on a Sunday end on Monday, and on a holiday the day after
    ['us-protest', '2026-01-13', '2026-07-13', us],
    ['us-protest', '2026-01-04', '2026-07-06', us],
    ['gb-repayment', '2024-02-29', '2027-02-28', gb],
    ['eu-heard', '2026-12-03', '2027-01-04', de],
    ['de-objection', '2026-01-31', '2026-03-02', de],
  ])('%s from %s ends on %s', (code, from, to, terms) => {
    const { count, rolls } = rule(code, terms);
    expect(lastDay(from, count, rolls, terms.calendar)).toBe(to);
  });

  it('ends at midnight of the authority, whatever the clocks do on that day', () => {
    // British Summer Time ends on 25 October 2026, daylight saving time in New York on 1 November
    expect(clockFrom(rule('gb-query', gb), '2026-09-25', gb.calendar)).toMatchObject({
      dueOn: '2026-10-25',
      dueAt: '2026-10-26T00:00:00.000000Z',
    });
    expect(clockFrom(rule('gb-query', gb), '2026-09-24', gb.calendar)).toMatchObject({
      dueOn: '2026-10-24',
      dueAt: '2026-10-24T23:00:00.000000Z',
    });
    expect(clockFrom(rule('us-cf28'), '2026-10-02', us.calendar).dueAt).toBe('2026-11-02T05:00:00.000000Z');
    expect(clockFrom(rule('us-cf28'), '2026-10-01', us.calendar).dueAt).toBe('2026-11-01T04:00:00.000000Z');
    expect(startOfDay('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000000Z');
    expect(startOfDay('2026-03-30', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000000Z');
  });

  it('belongs to another day on the other side of the authority’s midnight', () => {
    const before = legalDateAt('2026-11-24T04:59:59.999999Z', us.calendar.zone);
    const after = legalDateAt('2026-11-24T05:00:00.000000Z', us.calendar.zone);
    expect([before, after]).toEqual(['2026-11-23', '2026-11-24']);
    expect(clockFrom(rule('us-cf29'), before, us.calendar).dueOn).toBe('2026-12-13');
    expect(clockFrom(rule('us-cf29'), after, us.calendar).dueOn).toBe('2026-12-14');
  });

  it('keeps the authority’s own limit to the instant', () => {
    const given = '2026-12-01T17:00:00.000000Z';
    const clock = clockFrom(rule('gb-documents', gb), '2026-11-24', gb.calendar, { given });
    expect(clock).toMatchObject({ dueOn: '2026-12-01', dueAt: given, warnAt: '2026-11-26T00:00:00.000000Z' });
    const midnight = clockFrom(rule('gb-documents', gb), '2026-11-24', gb.calendar, {
      given: '2026-12-02T00:00:00.000000Z',
    });
    expect(midnight.dueOn).toBe('2026-12-01');
  });

  it('tells people so many working days before, never before it began', () => {
    expect(clockFrom(rule('us-summary'), '2026-12-21', us.calendar).warnAt).toBe('2026-12-31T05:00:00.000000Z');
    const short = { ...rule('us-cf29'), count: { days: 2 } };
    expect(clockFrom(short, '2026-11-24', us.calendar).warnAt).toBe('2026-11-24T05:00:00.000000Z');
  });

  it('holds for every rule and day: begun before it is warned of, warned of before it is over', () => {
    const day = fc
      .integer({ min: 16_801, max: 24_000 })
      .map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
    const any = fc.constantFrom(...[us, gb, de].flatMap((terms) => terms.rules.map((each) => [terms, each] as const)));
    fc.assert(
      fc.property(day, any, (from, [{ calendar }, each]) => {
        const clock = clockFrom(each, from, calendar);
        expect(clock.dueOn > from).toBe(true);
        expect(clock.warnAt < clock.dueAt).toBe(true);
        expect(clock.warnAt >= startOfDay(from, calendar.zone)).toBe(true);
        expect(legalDateAt(plusMillis(clock.dueAt, -1), calendar.zone)).toBe(clock.dueOn);
        expect(legalDateAt(clock.dueAt, calendar.zone)).not.toBe(clock.dueOn);
        if (each.rolls || 'workingDays' in each.count) expect(calendar.isWorkingDay(clock.dueOn)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
