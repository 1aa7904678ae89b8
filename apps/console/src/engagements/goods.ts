export interface GoodsLine {
  number: number;
  commodity: string;
  description: string;
  origin: string;
  quantity: { value: string; unit: string };
  netMass: string;
  price: { amount: string; currency: string };
}

export const HEAD = ['commodity', 'description', 'origin', 'quantity', 'unit', 'net kg', 'price', 'currency'] as const;

const CHECKS: readonly [RegExp, string][] = [
  [/^\d{6,10}$/, '6 to 10 digits'],
  [/^.{3,512}$/, '3 to 512 characters'],
  [/^[A-Z]{2}$/, 'a country such as CN'],
  [/^\d+(\.\d+)?$/, 'a number such as 12.5'],
  [/^[A-Z0-9_]{2,16}$/, 'a unit such as NAR'],
  [/^\d+(\.\d+)?$/, 'kilograms such as 12.5'],
  [/^\d+(\.\d+)?$/, 'an amount such as 790.00'],
  [/^[A-Z]{3}$/, 'a currency such as USD'],
];

/** Cells of one line of text: separated by tabs as spreadsheets copy them, or by commas with quotes. */
function cellsOf(line: string): string[] {
  if (line.includes('\t')) return line.split('\t').map((cell) => cell.trim());
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .slice(0, HEAD.length)
    .map(([, cell = '']) => (cell.startsWith('"') ? cell.slice(1, -1).replace(/""/g, '"') : cell).trim());
}

/** Goods lines from text that was typed or pasted; what cannot be read is refused with row and column. */
export function readGoods(text: string): { lines: GoodsLine[]; problems: string[] } {
  const rows = text.split(/\r?\n/).filter((row) => row.trim() !== '');
  if (rows[0]?.toLowerCase().includes('commodity')) rows.shift();
  const problems: string[] = [];
  const lines = rows.map((row, index): GoodsLine => {
    const cells = cellsOf(row).map((cell, at) => (at === 0 ? cell.replace(/\s/g, '') : cell));
    CHECKS.forEach(([fits, wanted], at) => {
      if (!fits.test(cells[at] ?? ''))
        problems.push(`Row ${index + 1}, ${HEAD[at]}: “${cells[at] ?? ''}” is not ${wanted}.`);
    });
    const [
      commodity = '',
      description = '',
      origin = '',
      value = '',
      unit = '',
      netMass = '',
      amount = '',
      currency = '',
    ] = cells;
    return {
      number: index + 1,
      commodity,
      description,
      origin,
      quantity: { value, unit },
      netMass,
      price: { amount, currency },
    };
  });
  return { lines, problems };
}
