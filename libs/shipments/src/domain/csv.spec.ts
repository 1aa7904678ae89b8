import fc from 'fast-check';
import { csvOf, type Cell } from './csv.js';

describe('a table as CSV', () => {
  it('keeps codes, leaves numbers alone and neutralises what a spreadsheet would run', () => {
    const row: Cell[] = [{ text: '0101210000' }, { text: '=1+1' }, { number: '-0.02' }, { text: 'a "b", c' }, null];
    expect(csvOf(['code', 'note', 'amount', 'says', 'none'], [row])).toBe(
      `\uFEFFcode,note,amount,says,none\r\n0101210000,'=1+1,-0.02,"a ""b"", c",\r\n`,
    );
  });

  it('never begins a cell of text as a formula, and has one line a row', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 5 }), (texts) => {
        const [, line = ''] = csvOf(['a'], [texts.map((text) => ({ text }))]).split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/);
        expect(/(^|,)"?[=+\-@\t]/.test(line.replace(/"(?:[^"]|"")*"/g, (cell) => cell.slice(0, 2)))).toBe(false);
      }),
    );
  });
});
