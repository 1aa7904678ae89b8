import fc from 'fast-check';
import { instantOf, millisOf, now, plusMillis, toInstant } from './instant.js';

describe('instants', () => {
  it.each([
    ['2026-11-24T14:07:12Z', '2026-11-24T14:07:12.000000Z'],
    ['2026-11-24T14:07:12.000418Z', '2026-11-24T14:07:12.000418Z'],
    ['2026-11-24t14:07:12.5z', '2026-11-24T14:07:12.500000Z'],
    ['2026-11-24 14:07:12+00:00', '2026-11-24T14:07:12.000000Z'],
    ['2026-11-24T00:30:00+05:30', '2026-11-23T19:00:00.000000Z'],
    ['2026-12-31T20:00:00-0500', '2027-01-01T01:00:00.000000Z'],
    ['2024-02-29T23:59:59.123456789Z', '2024-02-29T23:59:59.123456Z'],
    ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z'],
  ])('reads %s as %s', (text, instant) => {
    expect(toInstant(text)).toBe(instant);
  });

  it.each([
    '2026-11-24T14:07:12',
    '2026-11-24',
    '24.11.2026 14:07:12Z',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '2026-04-31T10:00:00+01:00',
    '2026-01-01T24:00:00Z',
    '2026-01-01T10:60:00Z',
    '2026-01-01T10:00:00+25:00',
    '',
  ])('refuses %p: no offset, or no such time', (text) => {
    expect(() => toInstant(text)).toThrow(RangeError);
  });

  const micros = fc.integer({ min: -2_000_000_000_000_000, max: 4_000_000_000_000_000 });

  it('sort as text the way they follow each other', () => {
    fc.assert(
      fc.property(micros, micros, (a, b) =>
        expect(Math.sign(a - b)).toBe(instantOf(a) < instantOf(b) ? -1 : instantOf(a) > instantOf(b) ? 1 : 0),
      ),
    );
  });

  it('survive being read again, to the microsecond', () => {
    fc.assert(fc.property(micros, (at) => expect(toInstant(instantOf(at))).toBe(instantOf(at))));
  });

  it('keep their microseconds when time is added', () => {
    fc.assert(
      fc.property(micros, fc.integer({ min: -1e9, max: 1e9 }), (at, millis) =>
        expect(plusMillis(instantOf(at), millis)).toBe(instantOf(at + millis * 1000)),
      ),
    );
  });

  it('come from the wall clock with microseconds', () => {
    const instant = now();
    expect(instant).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);
    expect(Math.abs(millisOf(instant) - Date.now())).toBeLessThan(2000);
  });
});
