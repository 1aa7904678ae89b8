import type { GoodsLine } from '@tidewaiter/contracts';
import { exact } from '@tidewaiter/kernel';
import { papersOf, type InvoiceFacts, type InvoiceLine, type PackingListFacts, type Paper } from './facts.js';

/** Codes that all mean "so many articles"; tariffs call it NAR. @see UN/ECE Recommendation 20 */
const PIECES = new Set(['C62', 'EA', 'H87', 'NAR', 'NMB', 'PCE', 'PCS']);

export const tariffUnit = (unit: string): string => (PIECES.has(unit) ? 'NAR' : unit);

export interface InvoicedLine {
  paper: Paper<InvoiceFacts>;
  line: InvoiceLine;
  index: number;
}

export const invoicedLines = (papers: readonly Paper[]): InvoicedLine[] =>
  papersOf(papers, 'invoice').flatMap((paper) =>
    paper.facts.values.lines.map((line, index) => ({ paper, line, index })),
  );

export interface Matched {
  pairs: { invoiced: InvoicedLine; goods: GoodsLine }[];
  onlyInvoiced: InvoicedLine[];
  onlyGoods: GoodsLine[];
}

const words = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join(' ');

const plain = (decimal: string): string => exact(decimal).toFixed();

interface Key {
  invoiced: (line: InvoiceLine) => string | null;
  goods: (line: GoodsLine) => string | null;
  /** lines that share the key are interchangeable; else a key pairs only what is alone on both sides */
  interchangeable: boolean;
}

const KEYS: Key[] = [
  {
    invoiced: (line) =>
      line.commodity ? `${line.commodity.slice(0, 6)} ${words(line.description)} ${plain(line.quantity.value)}` : null,
    goods: (line) => `${line.commodity.slice(0, 6)} ${words(line.description)} ${plain(line.quantity.value)}`,
    interchangeable: true,
  },
  {
    invoiced: (line) =>
      line.commodity
        ? `${line.commodity.slice(0, 6)} ${plain(line.quantity.value)} ${typeof line.net === 'string' ? plain(line.net) : ''}`
        : null,
    goods: (line) => `${line.commodity.slice(0, 6)} ${plain(line.quantity.value)} ${plain(line.price.amount)}`,
    interchangeable: true,
  },
  { invoiced: (line) => line.commodity ?? null, goods: (line) => line.commodity, interchangeable: false },
  {
    invoiced: (line) => line.commodity?.slice(0, 6) ?? null,
    goods: (line) => line.commodity.slice(0, 6),
    interchangeable: false,
  },
  { invoiced: (line) => words(line.description), goods: (line) => words(line.description), interchangeable: false },
];

function grouped<T>(items: readonly T[], keyOf: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** Invoice lines to shipment lines, one to one: by commodity with description and figures, by commodity, by description. */
export function matchLines(invoiced: readonly InvoicedLine[], goods: readonly GoodsLine[]): Matched {
  const matched: Matched = { pairs: [], onlyInvoiced: [...invoiced], onlyGoods: [...goods] };
  for (const key of KEYS) {
    const left = grouped(matched.onlyInvoiced, (each) => key.invoiced(each.line));
    const right = grouped(matched.onlyGoods, key.goods);
    for (const [value, group] of left) {
      const partners = right.get(value) ?? [];
      if (!key.interchangeable && (group.length !== 1 || partners.length !== 1)) continue;
      const count = Math.min(group.length, partners.length);
      for (let i = 0; i < count; i += 1) matched.pairs.push({ invoiced: group[i]!, goods: partners[i]! });
    }
    const done = new Set(matched.pairs.map((pair) => pair.invoiced));
    const doneGoods = new Set(matched.pairs.map((pair) => pair.goods));
    matched.onlyInvoiced = matched.onlyInvoiced.filter((each) => !done.has(each));
    matched.onlyGoods = matched.onlyGoods.filter((each) => !doneGoods.has(each));
  }
  return matched;
}

/** What the two say differently about the same goods; empty when they agree. */
export function differences({ paper, line }: InvoicedLine, goods: GoodsLine): string[] {
  const told: string[] = [];
  if (!exact(line.quantity.value).eq(goods.quantity.value)) told.push('quantity');
  if (tariffUnit(line.quantity.unit) !== tariffUnit(goods.quantity.unit)) told.push('unit');
  const sameAmount = typeof line.net === 'string' && exact(line.net).eq(goods.price.amount);
  if (!sameAmount || paper.facts.values.currency !== goods.price.currency) told.push('price');
  if (line.origin !== undefined && line.origin !== goods.origin) told.push('origin');
  if (line.commodity !== undefined && line.commodity.slice(0, 6) !== goods.commodity.slice(0, 6))
    told.push('commodity');
  return told;
}

/** Whether the registered lines are the invoices' lines: every line has its partner and says the same. */
export function linesAgree({ pairs, onlyInvoiced, onlyGoods }: Matched): boolean {
  return (
    onlyInvoiced.length === 0 &&
    onlyGoods.length === 0 &&
    pairs.every(({ invoiced, goods }) => differences(invoiced, goods).length === 0)
  );
}

/** Weight of an article over the rows that hold it; undefined when a row does not say it. */
function weightOf(
  item: string | undefined,
  lists: readonly Paper<PackingListFacts>[],
  which: 'net' | 'gross',
): string | undefined {
  const rows = lists.flatMap((list) => list.facts.values.packages);
  const own = rows.filter((row) => item !== undefined && row.contents?.item === item);
  if (own.length === 0 || own.some((row) => row[which] === undefined)) return undefined;
  const sum = own.reduce((total, row) => total.plus(row[which] ?? '0'), exact('0'));
  return sum.gt('0') ? sum.toFixed() : undefined;
}

export const provenance = ({ paper, index }: InvoicedLine): NonNullable<GoodsLine['from']> => ({
  documentId: paper.documentId,
  version: paper.version,
  place: paper.facts.places[`/lines/${index}`]?.place ?? `/lines/${index}`,
  method: 'xml',
});

export type Proposed = { line: GoodsLine } | { missing: string[]; invoiced: InvoicedLine };

/**
 * A line of goods as the invoice tells it; its weights from the packing list, and what neither says (the tariff's last digits, the
 * preference) from the registered line it was paired with.
 */
export function proposeLine(
  invoiced: InvoicedLine,
  number: number,
  lists: readonly Paper<PackingListFacts>[],
  registered?: GoodsLine,
): Proposed {
  const { line, paper } = invoiced;
  const { net } = line;
  const longer =
    registered !== undefined && (line.commodity === undefined || registered.commodity.startsWith(line.commodity));
  const commodity = longer ? registered.commodity : line.commodity;
  const origin = line.origin ?? registered?.origin;
  const netMass = line.netMass ?? weightOf(line.item, lists, 'net') ?? registered?.netMass;
  const grossMass = line.grossMass ?? weightOf(line.item, lists, 'gross') ?? registered?.grossMass;
  if (commodity === undefined || origin === undefined || netMass === undefined || typeof net !== 'string') {
    const missing = [
      ...(commodity === undefined ? ['commodity code'] : []),
      ...(origin === undefined ? ['country of origin'] : []),
      ...(netMass === undefined ? ['net mass'] : []),
      ...(typeof net === 'string' ? [] : [`price in ${paper.facts.values.currency}`]),
    ];
    return { missing, invoiced };
  }
  return {
    line: {
      number,
      commodity,
      description: line.description,
      origin,
      quantity: { value: line.quantity.value, unit: tariffUnit(line.quantity.unit) },
      netMass,
      ...(grossMass === undefined ? {} : { grossMass }),
      price: { amount: net, currency: paper.facts.values.currency },
      ...(registered?.preference ? { preference: registered.preference } : {}),
      ...(registered?.additionalCodes ? { additionalCodes: registered.additionalCodes } : {}),
      from: provenance(invoiced),
    },
  };
}

export interface Proposal {
  paper: Paper<InvoiceFacts>;
  lines: GoodsLine[];
  /** lines that lack a value which no paper has */
  incomplete: { missing: string[]; invoiced: InvoicedLine }[];
}

/** What a person is asked to confirm, invoice by invoice, lines numbered over all of them. */
export function proposeLines(papers: readonly Paper[], registered: readonly GoodsLine[]): Proposal[] {
  const lists = papersOf(papers, 'packing-list');
  const invoiced = invoicedLines(papers);
  const partners = new Map(matchLines(invoiced, registered).pairs.map((pair) => [pair.invoiced, pair.goods]));
  const proposals = new Map<string, Proposal>();
  invoiced.forEach((each, index) => {
    const proposal = proposals.get(each.paper.documentId) ?? { paper: each.paper, lines: [], incomplete: [] };
    proposals.set(each.paper.documentId, proposal);
    const proposed = proposeLine(each, index + 1, lists, partners.get(each));
    if ('line' in proposed) proposal.lines.push(proposed.line);
    else proposal.incomplete.push(proposed);
  });
  return [...proposals.values()];
}

/** JSON pointers of what a person changed in the lines that were proposed. */
export function correctedPlaces(read: readonly GoodsLine[], confirmed: readonly GoodsLine[]): string[] {
  const places: string[] = [];
  const compare = (pointer: string, one: unknown, other: unknown): void => {
    if (typeof one === 'object' && one !== null && typeof other === 'object' && other !== null) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
        if (key !== 'from')
          compare(`${pointer}/${key}`, (one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]);
      }
    } else if (one !== other) {
      places.push(pointer);
    }
  };
  for (let index = 0; index < Math.max(read.length, confirmed.length); index += 1)
    compare(`/lines/${index}`, read[index], confirmed[index]);
  return places.sort();
}
