import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { assessmentRequest, type AssessmentRequest } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import { loadRuleBooks } from '../application/rule-books.js';
import { sha256 } from '../application/digest.js';
import { assess } from '../domain/assess.js';
import { ruleBookDigest, type LoadedRuleBook } from '../domain/rule-book.js';

export interface AssessingFigures {
  /** microseconds for an entry of twenty lines, the best of the rounds */
  straightUs: number;
  explainedUs: number;
  figuresUs: number;
  /** of an entry of a thousand lines against one of twenty */
  thousandLines: number;
  /** of a tariff of 35,000 rows against one of 1,000 */
  wholeTariff: number;
}

const FREIGHT = '437.19';
const RATE = '1.2643';
const codeOf = (at: number): string => `84${String(at).padStart(8, '0')}`;
const percentOf = (at: number): string => `${1 + (at % 14)}.${at % 10}0`;

/** The British book on a tariff of so many third country duties, every seventh of them by weight. */
function bookOf(rows: number): LoadedRuleBook[] {
  const { book } = loadRuleBooks().find((each) => each.book.destination === 'GB')!;
  const duty = book.measures.find(({ role }) => role === 'basic-duty')!;
  const tariff = {
    ...book,
    commodities: Array.from({ length: rows }, (_, at) => ({
      code: codeOf(at),
      description: `goods ${at}`,
      from: '2021-01-01',
      to: null,
    })),
    measures: [
      ...book.measures.filter(({ role }) => role === 'vat'),
      ...Array.from({ length: rows }, (_, at) => ({
        ...duty,
        id: `gb-103-${codeOf(at)}`,
        commodity: codeOf(at),
        expression: at % 7 === 0 ? `${percentOf(at)} % + 1.50 GBP / 100 kg` : `${percentOf(at)} %`,
      })),
    ],
  };
  return [{ book: tariff, digest: ruleBookDigest(tariff, sha256) }];
}

const requestOf = (lines: number, rows: number): AssessmentRequest =>
  assessmentRequest.parse({
    destination: 'GB',
    origin: 'CN',
    lawDate: '2026-03-10',
    transport: 'ocean',
    incoterm: 'FOB',
    charges: { freight: { amount: FREIGHT, currency: 'USD' } },
    fx: [{ from: 'GBP', to: 'USD', rate: RATE }],
    lines: Array.from({ length: lines }, (_, index) => ({
      number: index + 1,
      commodity: codeOf((index * 37) % rows),
      price: { amount: `${100 + index}.${10 + (index % 90)}`, currency: 'USD' },
      quantities: [{ unit: 'KGM', value: String(10 + index) }],
    })),
  });

const cut = (value: Exact): Exact => value.toDecimalPlaces(2, 1);

/** The same figures as a program for this one entry would compute them: no rules, no options, no words. */
function straight({ lines }: AssessmentRequest, rows: number): { duty: string; tax: string; payable: string } {
  const prices = lines.map(({ price }) => exact(price!.amount));
  const sum = prices.reduce((all, price) => all.plus(price), exact('0'));
  const freight = exact(FREIGHT);
  const wanted = prices.map((price) => freight.times(price).div(sum));
  const shares = wanted.map(cut);
  let left = freight
    .minus(shares.reduce((all, share) => all.plus(share), exact('0')))
    .times(100)
    .toNumber();
  const byRemainder = wanted
    .map((each, at) => ({ at, rest: each.minus(shares[at]!) }))
    .sort((a, b) => b.rest.cmp(a.rest) || a.at - b.at);
  for (const { at } of byRemainder) {
    if (left <= 0) break;
    shares[at] = shares[at]!.plus('0.01');
    left -= 1;
  }
  let [duties, taxes] = [exact('0'), exact('0')];
  lines.forEach((line, at) => {
    const value = cut(prices[at]!.plus(shares[at]!).div(RATE));
    const row = ((line.number - 1) * 37) % rows;
    let duty = value.times(percentOf(row)).div(100);
    if (row % 7 === 0) duty = duty.plus(exact('1.50').times(line.quantities[0]!.value).div(100));
    duty = cut(duty);
    duties = duties.plus(duty);
    taxes = taxes.plus(cut(value.plus(duty).times('20').div(100)));
  });
  return { duty: duties.toFixed(2), tax: taxes.toFixed(2), payable: duties.plus(taxes).toFixed(2) };
}

const ROUNDS = 15;
const ROUND_MS = 60;

/**
 * Microseconds of one call of each: the best of several rounds that take turns, so that what else the machine does meets
 * all of them and counts least.
 */
function timesOf<K extends string>(works: Record<K, () => unknown>): Record<K, number> {
  const best = Object.fromEntries(Object.keys(works).map((name) => [name, Infinity])) as Record<K, number>;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(works) as K[]) {
      const begun = performance.now();
      let calls = 0;
      let ms = 0;
      for (; ms < ROUND_MS; calls += 1, ms = performance.now() - begun) works[name]();
      best[name] = Math.min(best[name], (ms * 1000) / calls);
    }
  }
  return best;
}

/** Throws when the two do not agree: a ratio of different figures says nothing. */
function checkedSame(request: AssessmentRequest, books: readonly LoadedRuleBook[], rows: number): void {
  const { totals } = assess(request, books);
  const expected = straight(request, rows);
  const got = { duty: totals?.duty, tax: totals?.tax, payable: totals?.payableNow };
  if (JSON.stringify(got) !== JSON.stringify(expected))
    throw new Error(`the straight line gives ${JSON.stringify(expected)}, the engine ${JSON.stringify(got)}`);
}

/** The built program: a loader that wraps every function to keep its name would be measured instead. */
const ALONE = fileURLToPath(new URL('../../dist/testing/assessing-alone.js', import.meta.url));

/** How fast entries are assessed on a tariff in memory, in a process that does this alone. */
export async function benchAssessing(): Promise<AssessingFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [ALONE]);
  return JSON.parse(stdout) as AssessingFigures;
}

/** Against a straight line of the same figures in the same decimals. */
export function measureAssessing(): AssessingFigures {
  const small = bookOf(1000);
  const large = bookOf(35_000);
  const twenty = requestOf(20, 1000);
  const thousand = requestOf(1000, 1000);
  checkedSame(twenty, small, 1000);
  checkedSame(thousand, small, 1000);
  const times = timesOf({
    straight: () => straight(twenty, 1000),
    explained: () => assess(twenty, small),
    figures: () => assess(twenty, small, null, { explained: false }),
    large: () => assess(twenty, large),
    // last: what it leaves to be collected would be charged to the next
    thousand: () => assess(thousand, small),
  });
  return {
    straightUs: times.straight,
    explainedUs: times.explained,
    figuresUs: times.figures,
    thousandLines: times.thousand / times.explained,
    wholeTariff: times.large / times.explained,
  };
}
