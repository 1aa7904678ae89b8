import type { AssessmentRequest, AssessmentResult, MeasureRole } from '@tidewaiter/contracts';
import { exact, minorUnits, type Exact } from '@tidewaiter/kernel';
import { roundingWords, type RoundingRule } from './rounding.js';
import type { ChargeRule, RuleBook } from './rule-book.js';

export type ResultLine = AssessmentResult['lines'][number];
export type Option = ResultLine['options'][number];
export type Charge = Option['charges'][number];
export type Question = ResultLine['questions'][number];
export type Group = 'duty' | 'excise' | 'fee' | 'tax';

export const GROUP: Record<MeasureRole, Group> = {
  'basic-duty': 'duty',
  preference: 'duty',
  quota: 'duty',
  suspension: 'duty',
  safeguard: 'duty',
  'additional-duty': 'duty',
  'anti-dumping': 'duty',
  countervailing: 'duty',
  excise: 'excise',
  fee: 'fee',
  vat: 'tax',
};

export const ZERO = exact('0');

/** One question asked of the engine with the rules it may use. */
export interface Case {
  request: AssessmentRequest;
  book: RuleBook;
  currency: string;
  /** null: figures are shown rounded, nothing inside is */
  rounding: RuleBook['rounding'][number] | null;
  display: RoundingRule;
  notices: Notices;
  /** whether arithmetic and traces are told in words; without them the figures are the same */
  explained: boolean;
  chargeRules: readonly ChargeRule[];
  /** groups that a relief leaves uncollected, with its words */
  relieved: ReadonlyMap<Group, string>;
  /** duty by line that stands in place of the tariff's, with its law; null: the tariff's stands */
  flat: { byLine: ReadonlyMap<number, Exact>; law: string } | null;
  /** groups that are due but not payable with the entry */
  later: ReadonlySet<'duty' | 'excise' | 'tax'>;
}

/** Notices without repeats, in a fixed order. */
export class Notices {
  private readonly found = new Map<string, { code: string; detail: string }>();

  add(code: string, detail: string): void {
    this.found.set(`${code} ${detail}`, { code, detail });
  }

  lowConfidence(what: string, rule: { confidence: string; note?: string | undefined; law: string }): void {
    if (rule.confidence === 'low') this.add('duties.rule.low-confidence', `${what}: ${rule.note ?? rule.law}`);
  }

  sorted(): { code: string; detail: string }[] {
    return [...this.found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice);
  }
}

export const roundingOf = (on: Case, group: Group): RoundingRule => {
  if (on.rounding === null) return on.display;
  const rule = on.rounding[group];
  return { rule, feedsRounded: on.rounding.feeds === 'rounded', words: roundingWords(rule) };
};

export const shown = (value: Exact, on: Case): string => value.toFixed(minorUnits(on.currency));
