import type { AssessmentRequest, AssessmentResult } from '@tidewaiter/contracts';
import { exact, Invalid, minorUnits, money, shareOut, type Exact, type LegalDate } from '@tidewaiter/kernel';
import { Notices, roundingOf, shown, ZERO, type Case, type Group } from './case.js';
import { valueLines, type PlacedLine, type Valuation } from './customs-value.js';
import { isOrigin } from './countries.js';
import { takenOutOf } from './delivered-duty-paid.js';
import { entryFees, type EntryFees } from './entry-fees.js';
import { convert } from './fx.js';
import { landedCost } from './landed-cost.js';
import { assessLine, type AssessedLine } from './line.js';
import { laterOf, reliefsOf } from './reliefs.js';
import { applyRounding, roundingWords, roundTo } from './rounding.js';
import { inForce, type LoadedRuleBook, type Rounding } from './rule-book.js';

function bookFor(request: AssessmentRequest, books: readonly LoadedRuleBook[]): LoadedRuleBook {
  const found = books.find(({ book }) => book.destination === request.destination);
  if (found) return found;
  throw new Invalid('duties.destination.unknown', `no rule book stands for ${request.destination}`, {
    advice: `Destinations with rules: ${books
      .map(({ book }) => book.destination)
      .sort()
      .join(', ')}.`,
    places: [{ pointer: '/destination', reason: `${request.destination} has no rules here` }],
  });
}

function checkOrigin(origin: string, pointer: string): void {
  if (isOrigin(origin)) return;
  throw new Invalid('duties.origin.unknown', `${origin} is neither a country nor an area that tariffs name`, {
    advice: 'Give the ISO 3166 code of the country of origin; XK, XS, XI and the like are taken too.',
    places: [{ pointer, reason: `no origin ${origin}` }],
  });
}

function placedLines(request: AssessmentRequest): PlacedLine[] {
  const placed = request.lines.map((line, index): PlacedLine => ({ line, pointer: `/lines/${index}` }));
  checkOrigin(request.origin, '/origin');
  const seen = new Set<number>();
  for (const { line, pointer } of placed) {
    if (seen.has(line.number)) {
      throw new Invalid('duties.line.twice', `line ${line.number} is there twice`, {
        advice: 'Number the lines of one entry apart.',
        places: [{ pointer: `${pointer}/number`, reason: `line ${line.number} was given before` }],
      });
    }
    seen.add(line.number);
    if (line.origin !== undefined) checkOrigin(line.origin, `${pointer}/origin`);
  }
  return placed.sort((a, b) => a.line.number - b.line.number);
}

function totalsOf(
  on: Case,
  basis: 'CIF' | 'FOB',
  lines: readonly PlacedLine[],
  assessed: readonly AssessedLine[],
  valuation: Valuation,
  fees: EntryFees,
): NonNullable<AssessmentResult['totals']> {
  const sums = { duty: ZERO, excise: ZERO, fee: ZERO, tax: ZERO };
  const ofEntry = new Map<string, { group: Group; rule: Rounding; exact: Exact }>();
  for (const { chosen } of assessed) {
    for (const { group, code, amount, exact: unrounded, total } of chosen!.owed) {
      const before = ofEntry.get(code);
      if (before) before.exact = before.exact.plus(unrounded);
      else if (total) ofEntry.set(code, { group, rule: total, exact: unrounded });
      else sums[group] = sums[group].plus(amount);
    }
  }
  for (const { group, rule, exact: unrounded } of ofEntry.values())
    sums[group] = sums[group].plus(roundTo(unrounded, rule));
  const totals = {
    duty: sums.duty,
    excise: sums.excise,
    fees: fees.amounts.reduce((a, b) => a.plus(b), sums.fee),
    tax: sums.tax,
  };
  const charged = totals.duty.plus(totals.excise).plus(totals.fees).plus(totals.tax);
  const later = [...on.later].reduce((sum, group) => sum.plus(totals[group]), ZERO);
  const print = (value: Exact): string => shown(applyRounding(value, on.display), on);
  const cost = landedCost({ request: on.request, currency: on.currency, basis, lines, valuation, charged });
  return {
    duty: print(totals.duty),
    excise: print(totals.excise),
    fees: print(totals.fees),
    tax: print(totals.tax),
    payableNow: print(charged.minus(later)),
    payableLater: print(later),
    landedCost: cost === null ? null : print(cost),
  };
}

const one = <R extends { from: LegalDate; to: LegalDate | null }>(rows: readonly R[], on: LegalDate): R | null =>
  inForce(rows, on)[0] ?? null;

/**
 * What is due on an entry, why, and what would be possible. Pure: the same request and the same rule books give the same
 * result, byte for byte in canonical JSON; the order of lines and of given measures does not matter.
 *
 * Amounts are in the destination's currency. Too little knowledge gives questions, no rule gives `NEEDS_REVIEW`; then
 * `totals` is null. It is never a guess and never a zero that means "unknown".
 *
 * @param request checked by the contract's schema
 * @param books   at most one for each destination
 * @param assessmentId of a stored assessment; null for a preview
 * @param explained false leaves arithmetic and traces empty, for who wants figures only; every figure is the same
 * @throws Invalid with the place: `duties.destination.unknown`, `duties.line.twice`, `duties.origin.unknown`, `duties.currency.no-rate`, `duties.unit.unknown`,
 *         `duties.quantity.contradicts`, `duties.expression.unreadable`, `duties.measure.no-expression`, `duties.measure.twice`,
 *         `duties.value.negative`, `duties.quantity.absurd`, `duties.condition.action-unknown`
 */
export function assess(
  request: AssessmentRequest,
  books: readonly LoadedRuleBook[],
  assessmentId: string | null = null,
  { explained = true }: { explained?: boolean } = {},
): AssessmentResult {
  const { book, digest } = bookFor(request, books);
  const lines = placedLines(request);
  const { currency } = book;
  const notices = new Notices();
  const head = {
    assessmentId,
    destination: request.destination,
    currency,
    lawDate: request.lawDate,
    rules: [{ set: book.set, version: book.version, digest }, ...book.shared],
  };
  const basis = one(book.customsValue, request.lawDate);
  const policy = one(book.rounding, request.lawDate);
  if (!basis || !policy) {
    notices.add(
      'duties.rule.none',
      `${book.set} ${book.version} holds no rule of customs value and rounding on ${request.lawDate}`,
    );
    const empty = lines.map(({ line }) => ({ number: line.number, customsValue: null, options: [], questions: [] }));
    return { ...head, status: 'NEEDS_REVIEW', lines: empty, entryCharges: [], totals: null, notices: notices.sorted() };
  }
  const display = { mode: 'half-up' as const, places: minorUnits(currency) };
  const blank = {
    request,
    book,
    currency,
    notices: new Notices(),
    explained: false,
    chargeRules: inForce(book.charges, request.lawDate),
  };
  const valuation = valueLines(request, lines, {
    basis: basis.basis,
    currency,
    rounding: request.rounding === 'authority' ? policy.customsValue : null,
    explained,
    solve: (number, gross) => {
      const unrounded: Case = {
        ...blank,
        rounding: null,
        display: { rule: display, feedsRounded: false, words: '' },
        relieved: new Map(),
        flat: null,
        later: new Set(),
      };
      return takenOutOf(
        unrounded,
        lines.find(({ line }) => line.number === number)!,
        gross,
      );
    },
  });
  const valued = lines.every(({ line }) => valuation.values.has(line.number)) && valuation.unsolved.size === 0;
  const entryValue = [...valuation.values.values()].reduce((sum, { amount }) => sum.plus(amount), ZERO);
  const on: Case = {
    request,
    book,
    currency,
    rounding: request.rounding === 'authority' ? policy : null,
    display: { rule: display, feedsRounded: false, words: `not rounded inside; shown ${roundingWords(display)}` },
    notices,
    explained,
    chargeRules: inForce(book.charges, request.lawDate),
    ...(valued ? reliefsOf(book, request, entryValue, notices) : { relieved: new Map(), flat: null }),
    later: laterOf(book, request, notices),
  };
  notices.lowConfidence('customs value', basis);
  if (on.rounding) notices.lowConfidence('rounding', policy);
  for (const each of on.chargeRules) notices.lowConfidence(`base of ${each.code}`, each);
  for (const gap of inForce(book.gaps, request.lawDate)) notices.add('duties.rule.incomplete', gap.says);
  if (valuation.insuranceUnstated)
    notices.add('duties.value.insurance-unstated', 'No insurance was stated: none was taken into the value.');

  const fees: EntryFees =
    valued && !on.relieved.has('fee')
      ? entryFees(book, {
          base: entryValue,
          freight: request.charges.freight
            ? convert(
                exact(request.charges.freight.amount),
                request.charges.freight.currency,
                currency,
                request.fx,
                '/charges/freight/currency',
              ).exact
            : null,
          lines: lines.length,
          currency,
          on: request.entryDate ?? request.lawDate,
          entryType: request.entryType,
          transport: request.transport,
          rounding: roundingOf(on, 'fee'),
        })
      : { charges: [], amounts: [], unknown: [], lowConfidence: [], questions: [] };
  const allFees = fees.amounts.reduce((a, b) => a.plus(b), ZERO);
  const feeShares = allFees.isZero()
    ? lines.map(() => ({ amount: '0' }))
    : shareOut(
        money(allFees, currency),
        lines.map(({ line }) => valuation.values.get(line.number)?.amount.toFixed() ?? '0'),
      );
  const toNorthernIreland = request.destination === 'XI';
  const assessed = lines.map((line, index) => assessLine(on, line, valuation, exact(feeShares[index]!.amount)));
  for (const why of fees.lowConfidence) notices.add('duties.rule.low-confidence', why);
  for (const why of fees.unknown) notices.add('duties.fee.undecided', why);
  for (const { code, asks } of fees.questions)
    assessed[0]!.line.questions.push({
      code,
      asks,
      measures: [],
      answers: code === 'transport' ? ['ocean', 'air', 'road', 'rail', 'post', 'inland-waterway'] : [],
    });
  const needsReview = fees.unknown.length > 0 || assessed.some(({ review }) => review !== null);
  const open = fees.questions.length > 0 || assessed.some(({ chosen }) => chosen === null);
  const status = needsReview ? 'NEEDS_REVIEW' : open ? 'QUESTIONS' : 'ASSESSED';
  const regimes = new Set(assessed.map(({ line }) => line.regime));
  return {
    ...head,
    status,
    ...(toNorthernIreland ? { regime: regimes.size === 1 ? ([...regimes][0] ?? null) : null } : {}),
    lines: assessed.map(({ line }) => line),
    entryCharges: fees.charges,
    totals: status === 'ASSESSED' ? totalsOf(on, basis.basis, lines, assessed, valuation, fees) : null,
    notices: notices.sorted(),
  };
}
