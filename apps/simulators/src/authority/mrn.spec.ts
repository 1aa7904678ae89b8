import { checkMrn } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { mrnOf } from './mrn.js';

it('draws numbers whose check digit is right', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('GB', 'DE', 'US'),
      fc.integer({ min: 2000, max: 2099 }),
      fc.string(),
      (country, year, seed) => {
        expect(checkMrn(mrnOf(country, year, seed)).valid).toBe(true);
      },
    ),
  );
});

it('draws the same number for the same seed and another for another', () => {
  expect(mrnOf('GB', 2026, 'a')).toBe(mrnOf('GB', 2026, 'a'));
  expect(mrnOf('GB', 2026, 'a')).not.toBe(mrnOf('GB', 2026, 'b'));
});
