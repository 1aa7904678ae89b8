import type { ComparedLine, DutiesEvent, MoneyEvent } from '@tidewaiter/contracts';
import {
  exact,
  minorUnits,
  money,
  Refused,
  unreachable,
  WrongState,
  type Decider,
  type Exact,
  type Money,
} from '@tidewaiter/kernel';

type Compared = Extract<MoneyEvent, { type: 'DebtCompared' }>;
type Agreed = Extract<MoneyEvent, { type: 'DebtAgreed' }>;
type Interest = Extract<MoneyEvent, { type: 'InterestCharged' }>;
export type DebtEvent = Compared | Agreed | Interest;
type Charge = Extract<DutiesEvent, { type: 'DutyAssessed' }>['data']['charges'][number];

/** One tax of the authority's notice. */
export interface NotifiedTax {
  line: number;
  type: string;
  base: string;
  amount: Money;
}

interface Cell {
  line: number;
  taxType: string;
  ours: Exact | null;
  theirs: Exact | null;
  legalBasis: string | null;
  derivations: string[];
  bases: string[];
  /** ours is due later only: an authority that states what is to be paid now leaves it out */
  onlyLater: boolean;
}

/** An authority that states a tax once for the entry is held against the sum of our lines, and the other way round. */
function linesOf(charges: readonly Charge[], taxes: readonly NotifiedTax[]): (line: number, type: string) => number {
  const once = new Set<string>();
  for (const type of new Set([...charges.map(({ code }) => code), ...taxes.map((tax) => tax.type)])) {
    const ours = new Set(charges.filter(({ code }) => code === type).map(({ line }) => line));
    const theirs = new Set(taxes.filter((tax) => tax.type === type).map(({ line }) => line));
    const entryOnly = (lines: Set<number>): boolean => lines.size === 1 && lines.has(0);
    if (ours.size > 0 && theirs.size > 0 && entryOnly(ours) !== entryOnly(theirs)) once.add(type);
  }
  return (line, type) => (once.has(type) ? 0 : line);
}

function cellsOf(charges: readonly Charge[], taxes: readonly NotifiedTax[]): Cell[] {
  const cells = new Map<string, Cell>();
  const lineOf = linesOf(charges, taxes);
  const cell = (of: number, taxType: string): Cell => {
    const line = lineOf(of, taxType);
    const known = cells.get(`${line} ${taxType}`) ?? {
      ...{ line, taxType, ours: null, theirs: null, legalBasis: null },
      ...{ derivations: [], bases: [], onlyLater: true },
    };
    cells.set(`${line} ${taxType}`, known);
    return known;
  };
  for (const { line, code, amount, legalBasis, arithmetic, later } of charges) {
    const found = cell(line, code);
    found.ours = (found.ours ?? exact('0')).plus(amount.amount);
    found.legalBasis ??= legalBasis;
    if (!later) found.onlyLater = false;
    if (arithmetic !== undefined) found.derivations.push(arithmetic);
  }
  for (const { line, type, base, amount } of taxes) {
    const found = cell(line, type);
    found.theirs = (found.theirs ?? exact('0')).plus(amount.amount);
    found.bases.push(base);
  }
  return [...cells.values()].sort((a, b) => a.line - b.line || (a.taxType < b.taxType ? -1 : 1));
}

export interface Comparison {
  outcome: Compared['data']['outcome'];
  ours: Money;
  theirs: Money;
  lines: ComparedLine[];
}

/**
 * The authority's figure against ours by line and tax type. A tax line that is off by at most the currency's smallest unit is
 * rounding; what is more needs a person, unless the sum stays within the tenant's tolerance. A total that its taxes do not add up to
 * is a difference of its own.
 *
 * @param tolerance of the tenant for the sum, in the notice's currency; null for none
 */
export function compareFigures(
  charges: readonly Charge[],
  { taxes, total }: { taxes: readonly NotifiedTax[]; total: Money },
  tolerance: string | null,
): Comparison {
  const { currency } = total;
  const unit = exact('10').pow(-minorUnits(currency));
  const comparable = charges.filter(({ amount }) => amount.currency === currency);
  const stated = taxes.reduce((sum, { amount }) => sum.plus(amount.amount), exact('0'));
  const rest = exact(total.amount).minus(stated);
  const unexplained: NotifiedTax[] =
    taxes.length > 0 && !rest.isZero()
      ? [{ line: 0, type: 'unallocated', base: 'the total beside the sum of its taxes', amount: money(rest, currency) }]
      : [];
  const figures = cellsOf(comparable, [...taxes, ...unexplained]).filter(
    ({ ours, theirs, onlyLater }) => theirs !== null || (!onlyLater && !ours!.isZero()),
  );
  const print = (value: Exact): string => money(value, currency).amount;
  const lines = figures.map((cell): ComparedLine => {
    const [ours, theirs] = [cell.ours ?? exact('0'), cell.theirs ?? exact('0')];
    const difference = theirs.minus(ours);
    const isRounding = difference.abs().lte(unit) && cell.ours !== null && cell.theirs !== null;
    return {
      line: cell.line,
      taxType: cell.taxType,
      legalBasis: cell.legalBasis,
      ours: print(ours),
      theirs: print(theirs),
      difference: print(difference),
      verdict: difference.isZero() ? 'equal' : isRounding ? 'rounding' : 'differs',
      ourDerivation: cell.derivations.length > 0 ? cell.derivations.join('; ').slice(0, 2000) : null,
      theirBase: cell.bases.length > 0 ? cell.bases.join('; ') : null,
    };
  });
  const ours = lines.reduce((sum, line) => sum.plus(line.ours), exact('0'));
  const apart = exact(total.amount).minus(ours).abs();
  const others = charges.length > 0 && comparable.length === 0;
  const worst = lines.some(({ verdict }) => verdict === 'differs') || others;
  const outcome = (): Comparison['outcome'] => {
    if (worst) return !others && tolerance !== null && apart.lte(tolerance) ? 'tolerated' : 'differs';
    return lines.some(({ verdict }) => verdict === 'rounding') ? 'rounding' : 'equal';
  };
  return { outcome: outcome(), ours: money(ours, currency), theirs: money(total.amount, currency), lines };
}

/** What an authority says is owed on one declaration; stream `debt-<declarationId>`. */
export type Debt =
  | { status: 'none' }
  | (Compared['data'] & {
      status: 'compared';
      /** notices held against our figure so far */
      notices: string[];
      agreed: { by: string; reason: string } | null;
      /** charged so far, for all returned payments of this debt */
      interest: Money | null;
    });

export type DebtCommand =
  | { type: 'CompareFigures'; compared: Compared['data'] }
  | { type: 'AgreeToFigure'; by: string; noticeId: string; reason: string; editors: readonly string[] }
  /** `whole`: interest on the whole span so far; what was charged before is taken off */
  | { type: 'ChargeInterest'; whole: Interest['data'] };

function agree(state: Debt, command: Extract<DebtCommand, { type: 'AgreeToFigure' }>): DebtEvent[] {
  if (state.status === 'none') throw new WrongState('duties.debt.unknown', 'no figure of the authority is known yet');
  const { by, noticeId, reason, editors } = command;
  if (state.noticeId !== noticeId) {
    throw new Refused('duties.debt.not-current', 'the authority has stated another figure since', {
      advice: 'Look at the newest figure and decide on that.',
      facts: { decided: noticeId, current: state.noticeId },
    });
  }
  if (!by.startsWith('user:')) throw new Refused('duties.debt.not-a-person', 'only a person can accept a difference');
  if (editors.includes(by)) {
    throw new Refused(
      'duties.debt.own-work',
      'who entered or corrected a value of the declaration may not accept the authority’s figure for it',
      { advice: 'Ask a colleague in compliance.', facts: { by } },
    );
  }
  if (state.outcome !== 'differs' || state.agreed !== null) return [];
  const { shipmentId, declarationId, authority, theirs, lines } = state;
  return [
    {
      type: 'DebtAgreed',
      data: { shipmentId, declarationId, noticeId, authority, by, reason, currency: theirs.currency, lines },
    },
  ];
}

function charge(state: Debt, whole: Interest['data']): DebtEvent[] {
  if (state.status === 'none') throw new WrongState('duties.debt.unknown', 'no figure of the authority is known yet');
  const left = exact(whole.amount.amount).minus(state.interest?.amount ?? '0');
  if (!left.isPositive() || left.isZero()) return [];
  return [{ type: 'InterestCharged', data: { ...whole, amount: money(left, whole.amount.currency) } }];
}

export const debt: Decider<Debt, DebtCommand, DebtEvent> = {
  initial: { status: 'none' },
  decide(state, command) {
    switch (command.type) {
      case 'CompareFigures': {
        const { noticeId } = command.compared;
        const known = state.status !== 'none' && state.notices.includes(noticeId);
        const sameAssessment = state.status !== 'none' && state.assessmentId === command.compared.assessmentId;
        return known && sameAssessment ? [] : [{ type: 'DebtCompared', data: command.compared }];
      }
      case 'AgreeToFigure':
        return agree(state, command);
      case 'ChargeInterest':
        return charge(state, command.whole);
      default:
        return unreachable(command);
    }
  },
  evolve(state, event) {
    if (event.type === 'DebtCompared') {
      const before = state.status === 'none' ? { notices: [], interest: null } : state;
      const notices = [...before.notices.filter((id) => id !== event.data.noticeId), event.data.noticeId];
      return { ...event.data, status: 'compared', notices, agreed: null, interest: before.interest };
    }
    if (state.status === 'none') return state;
    if (event.type === 'DebtAgreed') return { ...state, agreed: { by: event.data.by, reason: event.data.reason } };
    const { amount } = event.data;
    return { ...state, interest: money(exact(state.interest?.amount ?? '0').plus(amount.amount), amount.currency) };
  },
};
