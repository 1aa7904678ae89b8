import type { GoodsLine, PartLine, Situation } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import { inOwnCurrency, type Facts, type FilePlace, type InvoiceFacts, type InvoiceLine, type Paper } from './facts.js';
import { invoicedLines, matchLines, type InvoicedLine } from './lines.js';

const sum = (amounts: readonly string[]): Exact => amounts.reduce((total, each) => total.plus(each), exact('0'));
const isNothing = (amount: unknown): boolean =>
  amount === undefined || (typeof amount === 'string' && exact(amount).isZero());

interface Share {
  invoiced: InvoicedLine;
  whole: GoodsLine;
  own: GoodsLine;
  took: PartLine;
}

/** A line of an invoice as far as a part takes of it; null where its figures are not those of the whole's line. */
function lineOf({ invoiced, whole, own, took }: Share): InvoiceLine | null {
  const { line } = invoiced;
  const net = inOwnCurrency(line.net);
  if (net === null || !exact(net).eq(whole.price.amount) || line.allowances?.length || line.charges?.length)
    return null;
  const value = exact(line.quantity.value).times(took.quantity.value).div(took.whole.value);
  return {
    ...line,
    quantity: { ...line.quantity, value: value.toFixed() },
    net: own.price.amount,
    ...(line.netMass === undefined ? {} : { netMass: own.netMass }),
    ...(line.grossMass === undefined || own.grossMass === undefined ? {} : { grossMass: own.grossMass }),
  };
}

/** Where the values of the taken lines stand in the file; sums stand nowhere in it. */
function placesOf({ places }: InvoiceFacts, shares: readonly Share[]): Record<string, FilePlace> {
  return Object.fromEntries(
    Object.entries(places).flatMap(([pointer, place]) => {
      const [, index, rest] = /^\/lines\/(\d+)(\/.*)?$/.exec(pointer) ?? [];
      if (index === undefined) return /^\/(totals|charges|allowances)/.test(pointer) ? [] : [[pointer, place]];
      const at = shares.findIndex(({ invoiced }) => invoiced.index === Number(index));
      return at < 0 ? [] : [[`/lines/${at}${rest ?? ''}`, place]];
    }),
  );
}

function invoiceOf(paper: Paper<InvoiceFacts>, part: Situation, shares: readonly Share[]): InvoiceFacts | null {
  const { values } = paper.facts;
  const { tax, prepaid, rounding, allowances } = values.totals;
  const isPlain = [tax, prepaid, rounding, allowances].every(isNothing) && values.allowances.length === 0;
  const lines = shares.map(lineOf);
  const charges = values.charges.map((extra) => {
    const own = extra.kind === 'other' ? undefined : part.charges[extra.kind];
    return own?.currency === values.currency ? { ...extra, amount: own.amount } : null;
  });
  if (!isPlain || lines.length === 0 || lines.includes(null) || charges.includes(null)) return null;
  const net = sum(lines.map((line) => line!.net as string));
  const extra = sum(charges.map((each) => each!.amount));
  const payable = net.plus(extra).toFixed();
  return {
    ...paper.facts,
    values: {
      ...values,
      lines: lines.map((line) => line!),
      charges: charges.map((each) => each!),
      totals: {
        lines: net.toFixed(),
        ...(charges.length > 0 ? { charges: extra.toFixed() } : {}),
        ...{ net: payable, total: payable, payable },
      },
    },
    places: placesOf(paper.facts, shares),
  };
}

/**
 * What papers of a split shipment say for one of its parts. An invoice is shared out line by line, as the split did; where it cannot be
 * without guessing (allowances, tax, lines of others), the part needs one of its own. A packing list of the whole does not say what is in
 * the packages of a part, and stands as evidence; how a part travels is told by its own transport document.
 *
 * @param part  with what it took of the whole
 * @param whole as it stood when it was split
 * @param size  of the file in bytes and its media type, for papers that stand as evidence
 * @returns null when the paper is none of the part's
 */
export function carriedFacts(
  paper: Paper,
  papers: readonly Paper[],
  part: Situation,
  whole: Situation,
  file: { size: number; mediaType: string },
): Facts | null {
  const { facts } = paper;
  switch (facts.kind) {
    case 'transport':
      return null;
    case 'paper':
    case 'permit':
      return facts;
    case 'packing-list':
      return { kind: 'paper', method: 'none', values: { ...file, pages: null, title: null }, places: {} };
    case 'invoice': {
      const { pairs } = matchLines(invoicedLines(papers), whole.lines);
      const shares = (part.part?.lines ?? []).flatMap((took): Share[] => {
        const pair = pairs.find(({ goods }) => goods.number === took.ofLine);
        const own = part.lines.find(({ number }) => number === took.line);
        if (!pair || !own || pair.invoiced.paper.documentId !== paper.documentId) return [];
        return [{ invoiced: pair.invoiced, whole: pair.goods, own, took }];
      });
      return invoiceOf(paper as Paper<InvoiceFacts>, part, shares);
    }
  }
}
