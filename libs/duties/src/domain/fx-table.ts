import { Invalid } from '@tidewaiter/kernel';

/** A publisher's month of customs rates: units of each currency for one unit of the jurisdiction's. */
export interface FxTable {
  /** YYYY-MM-DD, both days included */
  from: string;
  to: string;
  rates: Record<string, string>;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LARGEST = 500_000;

const refuse = (pointer: string, reason: string): never => {
  throw new Invalid('duties.fx.unreadable', `the table of exchange rates cannot be read: ${pointer} ${reason}`, {
    advice: 'Ask the publisher; nothing of the table was taken.',
    places: [{ pointer, reason }],
  });
};

function dateOf(text: string): string {
  const match = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4})$/.exec(text.trim());
  const month = MONTHS.indexOf(match?.[2] ?? '') + 1;
  return match && month > 0
    ? `${match[3]}-${String(month).padStart(2, '0')}-${match[1]}`
    : refuse('/exchangeRateMonthList/@Period', `“${text}” is no date such as 01/Nov/2026`);
}

const memberOf = (row: string, name: string): string | undefined =>
  new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(row)?.[1];

/**
 * Reads the published list of a month (`exchangeRateMonthList`, one flat row for each currency, no entities or nesting).
 * The form is so narrow that it is read strictly by its own shape; anything else is refused, nothing is half taken.
 *
 * @throws Invalid `duties.fx.unreadable` with the row
 */
export function readFxTable(xml: string): FxTable {
  if (xml.length > LARGEST) refuse('/', `larger than ${LARGEST} characters`);
  if (xml.includes('<!')) refuse('/', 'declarations and comments are not part of the form');
  const list =
    /^(?:\uFEFF)?\s*(?:<\?xml[^>]*\?>\s*)?<exchangeRateMonthList\s+Period="([^"]*)"\s*>([\s\S]*)<\/exchangeRateMonthList>\s*$/.exec(
      xml,
    );
  if (!list) return refuse('/', 'exchangeRateMonthList with a Period expected');
  const [from = '', to = '', ...more] = list[1]!.split(' to ');
  if (more.length > 0) refuse('/exchangeRateMonthList/@Period', 'a first and a last day expected');
  const body = list[2]!;
  const rates: Record<string, string> = {};
  let row = 0;
  const rest = body.replace(/<exchangeRate>([\s\S]*?)<\/exchangeRate>/g, (_all, inner: string) => {
    row += 1;
    const pointer = `/exchangeRateMonthList/exchangeRate[${row}]`;
    const currency = memberOf(inner, 'currencyCode') ?? '';
    const rate = memberOf(inner, 'rateNew') ?? '';
    if (!/^[A-Z]{3}$/.test(currency)) refuse(`${pointer}/currencyCode`, `“${currency}” is no currency code`);
    if (!/^\d{1,12}(\.\d{1,12})?$/.test(rate) || !/[1-9]/.test(rate))
      refuse(`${pointer}/rateNew`, `“${rate}” is no rate`);
    const plainRate = rate.replace(/^0+(?=\d)/, '');
    // several countries share a currency and repeat its rate
    if (rates[currency] !== undefined && rates[currency] !== plainRate)
      refuse(`${pointer}/rateNew`, `${currency} was given as ${rates[currency]} before`);
    rates[currency] = plainRate;
    return '';
  });
  if (rest.trim() !== '') refuse('/exchangeRateMonthList', `“${rest.trim().slice(0, 30)}” is not a row`);
  if (row === 0) refuse('/exchangeRateMonthList', 'no rows');
  return { from: dateOf(from), to: dateOf(to), rates };
}
