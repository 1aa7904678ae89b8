import type { LedgerItem } from '@tidewaiter/contracts';
import { itemsOf } from './refund.js';

const gbp = (amount: string) => ({ amount, currency: 'GBP' });
const charge = (line: number, taxType: string, amount: string, legalBasis = 'law'): LedgerItem => ({
  ...{ line, taxType, legalBasis },
  amount: gbp(amount),
});
const back = (line: number, amount: string) => ({
  ...{ line, field: 'preference' as const, was: '100', becomes: '300' },
  difference: gbp(amount),
});
const granted = (refund: string, lines: ReturnType<typeof back>[], citation: string | null = null) => ({
  ...{ refund: gbp(refund), lines, citation },
});

describe('the charges of a granted refund', () => {
  const paid = [charge(1, 'A00', '60.00'), charge(1, 'B00', '90.00'), charge(2, 'A00', '10.00')];

  it('are the duty of the lines that were decided', () => {
    expect(itemsOf(paid, granted('45.00', [back(1, '-40.00'), back(2, '-5.00')]))).toEqual([
      charge(1, 'A00', '40.00'),
      charge(2, 'A00', '5.00'),
    ]);
  });
  it('are those of the basis that fell, all of them', () => {
    const void_ = [charge(1, '499', '7.00', '19 CFR 24.23(b)'), charge(0, '501', '3.00', '19 CFR 24.24')];
    expect(itemsOf(void_, granted('7.00', [], '19 CFR 24.23'))).toEqual([void_[0]]);
  });
  it.each([
    ['no line says anything', granted('40.00', [])],
    ['the lines do not add up to it', granted('41.00', [back(1, '-40.00')])],
    ['more than was paid would come back', granted('60.01', [back(1, '-60.01')])],
    ['nothing was paid for the line', granted('1.00', [back(3, '-1.00')])],
    ['nothing was paid under the basis', granted('40.00', [back(1, '-40.00')], '19 USC 1')],
    [
      'it is in another currency',
      { ...granted('40.00', [back(1, '-40.00')]), refund: { amount: '40.00', currency: 'EUR' } },
    ],
  ])('are for a person to say when %s', (_, decided) => {
    expect(itemsOf(paid, decided)).toBeNull();
  });
  it('are for a person to say when a line has several charges and none is customs duty', () => {
    expect(
      itemsOf([charge(1, 'A30', '9.00'), charge(1, 'B00', '9.00')], granted('9.00', [back(1, '-9.00')])),
    ).toBeNull();
  });
});
