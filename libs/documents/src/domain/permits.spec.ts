import { exact } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { aLine, aPermit } from '../testing/papers.js';
import { drawnOf, permitUse } from './permits.js';

const use = (changes: Parameters<typeof aPermit>[0], elsewhere = '0') =>
  permitUse(aPermit(changes).values, [aLine(), aLine({ number: 2, commodity: '6109100010' })], elsewhere);

describe('what a shipment takes of a permit', () => {
  it('is the quantity of the lines that it is for, and what others took is not left', () => {
    expect(use({}, '35')).toEqual({
      ...{ code: 'L001', number: 'GBSIL1234567', holds: { value: '100', unit: 'NAR' } },
      left: { value: '65', unit: 'NAR' },
      draws: [{ line: 1, taken: { value: '40', unit: 'NAR' } }],
    });
  });

  it('is the net mass where the permit counts kilograms, the price where it counts money', () => {
    expect(use({ holds: { value: '5000', unit: 'KGM' } }).draws[0]?.taken).toEqual({ value: '560', unit: 'KGM' });
    expect(use({ holds: { amount: '9000.00', currency: 'USD' } })).toMatchObject({
      left: { amount: '9000', currency: 'USD' },
      draws: [{ taken: { amount: '5120.00', currency: 'USD' } }],
    });
  });

  it('is stated in the unit of the line where that is not the permit’s, and takes nothing of it', () => {
    const litres = use({ holds: { value: '10', unit: 'LTR' } });
    expect(litres.draws).toEqual([{ line: 1, taken: { value: '40', unit: 'NAR' } }]);
    expect(drawnOf(litres)).toBe('0');
  });

  it('leaves never less than nothing, and with what all take adds up to what the permit holds', () => {
    const holds = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(holds, holds, fc.integer({ min: 1, max: 500 }), (held, elsewhere, taken) => {
        const lines = [aLine({ quantity: { value: String(taken), unit: 'NAR' } })];
        const permit = aPermit({ holds: { value: String(held), unit: 'NAR' } }).values;
        const used = permitUse(permit, lines, String(elsewhere));
        const left = exact('unit' in used.left ? used.left.value : '');
        expect(left.isNegative()).toBe(false);
        if (elsewhere <= held) expect(left.plus(elsewhere).toFixed()).toBe(String(held));
        expect(drawnOf(used)).toBe(String(taken));
      }),
    );
  });
});
