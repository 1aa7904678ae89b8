import type { AssessmentRequest } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import { ZERO, type Case, type Group, type Notices } from './case.js';
import { convert } from './fx.js';
import { inForce, type RuleBook } from './rule-book.js';

/** The first line of a subheading bears its flat duty; further lines of it bear none. */
function flatBySubheading({ lines }: AssessmentRequest, amount: string, law: string): NonNullable<Case['flat']> {
  const seen = new Set<string>();
  const byLine = new Map<number, Exact>();
  for (const { number, commodity } of [...lines].sort((a, b) => a.number - b.number)) {
    const subheading = commodity.slice(0, 6);
    byLine.set(number, seen.has(subheading) ? ZERO : exact(amount));
    seen.add(subheading);
  }
  return { byLine, law };
}

/** Reliefs of small consignments: applied where claimed, else named in a notice. */
export function reliefsOf(
  book: RuleBook,
  request: AssessmentRequest,
  value: Exact,
  notices: Notices,
): Pick<Case, 'relieved' | 'flat'> {
  const relieved = new Map<Group, string>();
  let flat: Case['flat'] = null;
  for (const relief of inForce(book.reliefs, request.lawDate)) {
    const reaches =
      (relief.origins?.includes(request.origin) ?? true) &&
      !(relief.otherOrigins?.includes(request.origin) ?? false) &&
      (relief.transport === undefined ||
        (request.transport !== undefined && relief.transport.includes(request.transport))) &&
      !request.lines.some(({ commodity }) => relief.exceptCommodities?.some((code) => commodity.startsWith(code)));
    if (!reaches) continue;
    const foreign = relief.currency !== undefined && relief.currency !== book.currency;
    const known =
      !foreign ||
      request.fx.some(({ from, to }) => [from, to].includes(relief.currency!) && [from, to].includes(book.currency));
    if (!known) {
      notices.add('duties.relief.not-applied', `${relief.says} (no rate of ${relief.currency} was given to compare)`);
      continue;
    }
    const limit = foreign
      ? convert(exact(relief.upTo), relief.currency!, book.currency, request.fx, '/fx').exact
      : exact(relief.upTo);
    if (value.gt(limit)) continue;
    const claimed = request.reliefs?.includes(relief.code) ?? false;
    if (!claimed || !(relief.relieves || relief.flatDuty)) {
      notices.add('duties.relief.not-applied', `${relief.says} Not claimed (${relief.code}): computed in full.`);
      continue;
    }
    notices.lowConfidence('relief', relief);
    notices.add('duties.relief.applied', relief.says);
    for (const group of relief.relieves ?? []) relieved.set(group, relief.says);
    if (relief.flatDuty !== undefined) flat = flatBySubheading(request, relief.flatDuty, relief.law);
  }
  return { relieved, flat };
}

type LaterGroup = 'duty' | 'excise' | 'tax';
type Deferral = RuleBook['deferrals'][number];

/** The rules by which groups of charges are not payable with the entry, and what was asked for without a rule. */
export function deferralsOf(
  book: RuleBook,
  request: AssessmentRequest,
): { known: Map<LaterGroup, Deferral>; unknown: { group: LaterGroup; kind: string }[] } {
  const known = new Map<LaterGroup, Deferral>();
  const unknown: { group: LaterGroup; kind: string }[] = [];
  for (const [group, kind] of [
    ['tax', request.payment?.vat],
    ['duty', request.payment?.duty],
    ['excise', request.payment?.duty],
  ] as const) {
    if (kind === undefined) continue;
    const rule = inForce(book.deferrals, request.lawDate).find(
      (each) => each.kind === kind && each.covers.includes(group),
    );
    if (rule) known.set(group, rule);
    else unknown.push({ group, kind });
  }
  return { known, unknown };
}

/** Which of what is due is not payable with the entry: where the request says so and the book has the rule. */
export function laterOf(book: RuleBook, request: AssessmentRequest, notices: Notices): Set<LaterGroup> {
  const { known, unknown } = deferralsOf(book, request);
  for (const { group, kind } of unknown) {
    notices.add(
      'duties.deferral.unknown',
      `${book.set} ${book.version} holds no rule by which ${group} is ${kind} on ${request.lawDate}`,
    );
  }
  for (const rule of known.values()) {
    notices.add('duties.deferral.applied', rule.says);
    notices.lowConfidence('payment', rule);
  }
  return new Set(known.keys());
}
