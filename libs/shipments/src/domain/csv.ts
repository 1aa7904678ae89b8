/** A cell: text, or a number as its decimal string, which is left alone. */
export type Cell = { text: string } | { number: string } | null;

/** What a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if ('number' in cell) return cell.number;
  return quoted(FORMULA.test(cell.text) ? `'${cell.text}` : cell.text);
}

/**
 * A table as CSV: RFC 4180, UTF-8 with a byte order mark, lines ended by CR LF. Text that begins like a formula is neutralised by an
 * apostrophe; numbers are not touched, so `-0.02` stays one.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export const csvOf = (head: readonly string[], rows: Iterable<readonly Cell[]>): string => {
  const lines = [head.map((text) => quoted(text)).join(',')];
  for (const row of rows) lines.push(row.map(cellOf).join(','));
  return `\uFEFF${lines.join('\r\n')}\r\n`;
};
