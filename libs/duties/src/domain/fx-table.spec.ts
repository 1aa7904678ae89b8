import { Invalid } from '@tidewaiter/kernel';
import { readFxTable } from './fx-table.js';

const row = (code: string, rate: string) =>
  `<exchangeRate><countryName>X</countryName><countryCode>XX</countryCode><currencyName>Y</currencyName><currencyCode>${code}</currencyCode><rateNew>${rate}</rateNew></exchangeRate>`;
const list = (...rows: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<exchangeRateMonthList Period="01/Nov/2026 to 30/Nov/2026">\n${rows.join('\n')}\n</exchangeRateMonthList>\n`;

describe('a published month of exchange rates', () => {
  it('is read with its period', () => {
    expect(readFxTable(list(row('USD', '1.3056'), row('EUR', '1.1412')))).toEqual({
      from: '2026-11-01',
      to: '2026-11-30',
      rates: { USD: '1.3056', EUR: '1.1412' },
    });
  });
  it('takes a currency that several countries share, once', () => {
    expect(readFxTable(list(row('EUR', '1.1412'), row('EUR', '1.1412'))).rates).toEqual({ EUR: '1.1412' });
  });
  it.each([
    ['not XML', 'hello'],
    ['cut in the middle', list(row('USD', '1.3')).slice(0, 120)],
    ['without rows', list()],
    ['a rate that is no decimal', list(row('USD', '1,3'))],
    ['a rate of zero', list(row('USD', '0.0'))],
    ['a currency that is no code', list(row('Dollar', '1.3'))],
    ['two rates for one currency', list(row('USD', '1.3'), row('USD', '1.4'))],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${list(row('USD', '1.3'))}`],
    ['a period that is none', list(row('USD', '1.3')).replace('30/Nov/2026', 'soon')],
    ['something between the rows', list(row('USD', '1.3'), '<other/>')],
    ['far too large', list(row('USD', '1.3')).padEnd(500_001, ' ')],
  ])('is refused whole when it is %s', (_what, xml) => {
    expect(() => readFxTable(xml)).toThrow(Invalid);
    expect(() => readFxTable(xml)).toThrow(expect.objectContaining({ code: 'duties.fx.unreadable' }));
  });
});
