import fc from 'fast-check';
import { retentionLaws } from '../application/retention-rules.js';
import { retentionClock } from './retention.js';

const { rules, zones } = retentionLaws();

describe('the retention clock', () => {
  it('is the longest of the laws that apply: six years of VAT over four of customs in GB', () => {
    expect(retentionClock(rules, 'GB', '2026-11-24')).toMatchObject({
      from: '2026-11-24',
      until: '2032-11-24',
      law: expect.stringContaining('Value Added Tax'),
    });
  });
  it('runs five years from entry in the US', () => {
    expect(retentionClock(rules, 'US', '2026-11-24')).toMatchObject({
      until: '2031-11-24',
      law: expect.stringContaining('19 CFR 163.4'),
    });
  });
  it('runs ten years from the end of the year in Germany', () => {
    expect(retentionClock(rules, 'DE', '2026-01-02')).toEqual({
      jurisdiction: 'DE',
      law: 'Abgabenordnung § 147(3), (4)',
      from: '2026-12-31',
      until: '2036-12-31',
    });
  });
  it('keeps to the last day of February when the year has no 29th', () => {
    expect(retentionClock(rules, 'US', '2028-02-29').until).toBe('2033-02-28');
  });
  it('refuses a country and a date for which no law is known', () => {
    expect(() => retentionClock(rules, 'FR', '2026-11-24')).toThrow(
      expect.objectContaining({ code: 'audit.retention.no-law' }),
    );
    expect(() => retentionClock(rules, 'US', '1990-01-01')).toThrow(
      expect.objectContaining({ code: 'audit.retention.no-law' }),
    );
  });
  it('is never shorter than any law that applies, and knows each authority’s zone', () => {
    const day = fc.date({ min: new Date('2021-01-01'), max: new Date('2090-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.constantFrom('GB', 'US', 'DE'), (date, jurisdiction) => {
        const entry = date.toISOString().slice(0, 10);
        const { until } = retentionClock(rules, jurisdiction, entry);
        for (const rule of rules.filter((each) => each.jurisdiction === jurisdiction)) {
          expect(until >= retentionClock([rule], jurisdiction, entry).until).toBe(true);
        }
        expect(zones[jurisdiction]).toBeDefined();
      }),
    );
  });
});
