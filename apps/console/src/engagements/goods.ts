import { i18n } from '../words/words.js';
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
  [/^\d{6,10}$/, i18n.t('6 to 10 digits')],
  [/^.{3,512}$/, i18n.t('3 to 512 characters')],
  [/^[A-Z]{2}$/, i18n.t('a country such as CN')],
  [/^\d+(\.\d+)?$/, i18n.t('a number such as 12.5')],
  [/^[A-Z0-9_]{2,16}$/, i18n.t('a unit such as NAR')],
  [/^\d+(\.\d+)?$/, i18n.t('kilograms such as 12.5')],
  [/^\d+(\.\d+)?$/, i18n.t('an amount such as 790.00')],
  [/^[A-Z]{3}$/, i18n.t('a currency such as USD')],
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
        problems.push(
          i18n.t('Row {index}, {column}: “{cell}” is not {wanted}.', {
            index: index + 1,
            column: HEAD[at],
            cells: cells[at] ?? '',
            wanted,
          }),
        );
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
