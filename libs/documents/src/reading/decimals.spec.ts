import fc from 'fast-check';
import { canonicalDecimal } from './decimals.js';

it.each([
  ['12.50', '12.50'],
  ['007', '7'],
  ['.5', '0.5'],
  ['7.', '7'],
  ['+3', '3'],
  ['-0.00', '0.00'],
  ['-1.5', '-1.5'],
  ['0', '0'],
  ['', null],
  ['.', null],
  ['-', null],
  ['1,5', null],
  ['1e3', null],
  ['1 000', null],
  ['0x10', null],
  ['NaN', null],
  ['1'.repeat(19), null],
  [`0.${'1'.repeat(13)}`, null],
])('%j is %j', (written, canonical) => {
  expect(canonicalDecimal(written)).toBe(canonical);
});
it('a canonical decimal stays as it is', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(999), (whole, part) => {
      const text = `${whole}.${String(part).padStart(3, '0')}`;
      expect(canonicalDecimal(text)).toBe(text);
    }),
  );
});
