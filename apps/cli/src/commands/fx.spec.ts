import { tablesOf } from './fx.js';

describe('tables of rates', () => {
  it('are rows of the same days', () => {
    expect(
      tablesOf(
        '\uFEFFfrom,to,currency,rate\r\n2026-11-01,2026-11-30,USD,1.25\r\n2026-11-01,2026-11-30,EUR,1.15\n2026-12-01,2026-12-31,USD,1.3\n',
      ),
    ).toEqual([
      { from: '2026-11-01', to: '2026-11-30', rates: { USD: '1.25', EUR: '1.15' } },
      { from: '2026-12-01', to: '2026-12-31', rates: { USD: '1.3' } },
    ]);
  });
  it.each([
    ['currency,rate\n', 'line 1: “currency,rate” is not the header'],
    ['from,to,currency,rate\n', 'line 2: no rates'],
    ['from,to,currency,rate\n2026-11-01,2026-11-30,USD\n', 'line 2: four cells expected'],
    [
      'from,to,currency,rate\n\n2026-11-01,2026-11-30,USD,1\n2026-11-01,2026-11-30,USD,2\n',
      'line 4: USD was given for these days before',
    ],
  ])('say where they are wrong', (text, says) => {
    expect(() => tablesOf(text)).toThrow(says);
  });
});
