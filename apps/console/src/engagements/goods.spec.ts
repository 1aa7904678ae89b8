import { readGoods } from './goods.js';

const line = '8517 13 00 00,"Telephones, ""smart""",CN,100,NAR,12.5,790.00,USD';

describe('goods that are pasted', () => {
  it('are read with or without a head, by commas or tabs, codes kept as text', () => {
    const wanted = {
      number: 1,
      commodity: '8517130000',
      description: 'Telephones, "smart"',
      origin: 'CN',
      quantity: { value: '100', unit: 'NAR' },
      netMass: '12.5',
      price: { amount: '790.00', currency: 'USD' },
    };
    expect(readGoods(`commodity,description\n${line}\n`)).toEqual({ lines: [wanted], problems: [] });
    expect(
      readGoods(['0101210000', 'Horses', 'IE', '2', 'NAR', '900', '5000', 'EUR'].join('\t')).lines[0],
    ).toMatchObject({
      commodity: '0101210000',
    });
  });
  it('are refused with row and column', () => {
    expect(readGoods(`${line}\n85,Phones,China,100,NAR,12.5,790,USD`).problems).toEqual([
      'Row 2, commodity: “85” is not 6 to 10 digits.',
      'Row 2, origin: “China” is not a country such as CN.',
    ]);
  });
});
