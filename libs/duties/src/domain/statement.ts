import type { MoneyEvent, StatementDifference, StatementLine } from '@tidewaiter/contracts';
import { exact, Invalid, money, NotFound, Refused, WrongState, type Decider, type Money } from '@tidewaiter/kernel';
import { sumOf } from './ledger.js';

type Reconciled = Extract<MoneyEvent, { type: 'StatementReconciled' }>;
type Settled = Extract<MoneyEvent, { type: 'StatementDifferenceSettled' }>;
type Paid = Extract<MoneyEvent, { type: 'StatementPaid' }>;
export type StatementEvent = Reconciled | Settled | Paid;

/** What we expect on a statement: a deferred charge of one entry. */
export interface DeferredCharge {
  shipmentId: string;
  /** MRN or entry number, and our own reference of the shipment */
  references: string[];
  taxType: string;
  amount: Money;
}

export interface Matched {
  number: number;
  shipmentId: string;
  taxType: string;
  amount: Money;
}

/**
 * Holds a statement's lines against deferred charges by reference and tax type. Lines of one entry and tax are one; an entry that is
 * billed is looked at whole, so that a charge of it that the statement leaves out is found as well.
 *
 * @throws Invalid `duties.statement.sum` when the lines do not add up to the total, `duties.statement.currency`
 */
export function reconcile(
  lines: readonly StatementLine[],
  total: Money,
  charges: readonly DeferredCharge[],
): { matched: Matched[]; differences: StatementDifference[] } {
  const foreign = lines.findIndex(({ amount }) => amount.currency !== total.currency);
  if (foreign >= 0) {
    throw new Invalid('duties.statement.currency', `a statement in ${total.currency} has a line in another currency`, {
      places: [{ pointer: `/lines/${foreign}/amount/currency`, reason: total.currency }],
    });
  }
  const sum = sumOf(lines);
  if (!sum.eq(total.amount)) {
    throw new Invalid(
      'duties.statement.sum',
      `the lines add up to ${money(sum, total.currency).amount}, not to ${total.amount}`,
      {
        places: [{ pointer: '/total/amount', reason: money(sum, total.currency).amount }],
      },
    );
  }
  const ofReference = new Map(
    charges.flatMap((charge) => charge.references.map((ref) => [ref, charge.shipmentId] as const)),
  );
  const groups = new Map<
    string,
    { shipmentId: string | null; reference: string; taxType: string; lines: StatementLine[] }
  >();
  for (const line of lines) {
    const shipmentId = ofReference.get(line.reference) ?? null;
    const key = `${shipmentId ?? line.reference} ${line.taxType}`;
    const group = groups.get(key) ?? { shipmentId, reference: line.reference, taxType: line.taxType, lines: [] };
    group.lines.push(line);
    groups.set(key, group);
  }
  const matched: Matched[] = [];
  const differences: Omit<StatementDifference, 'n'>[] = [];
  for (const { shipmentId, reference, taxType, lines: of } of groups.values()) {
    const stated = money(sumOf(of), total.currency);
    const ours = charges.find((charge) => charge.shipmentId === shipmentId && charge.taxType === taxType);
    const head = { reference, taxType, shipmentId, stated };
    if (!ours) {
      const says = shipmentId
        ? `${taxType} was not deferred for ${reference}`
        : `${reference} is no entry of ours on this account`;
      differences.push({ ...head, kind: 'not-ours', ours: null, says });
    } else if (exact(ours.amount.amount).eq(stated.amount) && ours.amount.currency === total.currency) {
      matched.push({ number: of[0]!.number, shipmentId: ours.shipmentId, taxType, amount: stated });
    } else {
      const says = `${taxType} of ${reference}: ${stated.amount} stated, ${ours.amount.amount} ${ours.amount.currency} expected`;
      differences.push({ ...head, kind: 'amount', ours: ours.amount, says });
    }
  }
  for (const charge of charges) {
    if (groups.has(`${charge.shipmentId} ${charge.taxType}`)) continue;
    const { shipmentId, references, taxType, amount } = charge;
    const reference = references[0] ?? shipmentId;
    const says = `${taxType} of ${reference}, ${amount.amount} ${amount.currency}, is not on the statement`;
    differences.push({ reference, taxType, shipmentId, stated: null, kind: 'missing', ours: amount, says });
  }
  return { matched, differences: differences.map((each, index) => ({ n: index + 1, ...each })) };
}

type Decision = { decision: 'accept' | 'dispute'; by: string; reason: string };

/** A periodic statement; stream `statement-<statementId>`. */
export type Statement =
  | { status: 'none' }
  | (Reconciled['data'] & { status: 'reconciled' | 'paid'; decisions: Readonly<Record<number, Decision>> });

export type StatementCommand =
  | { type: 'Reconcile'; data: Reconciled['data'] }
  | { type: 'Settle'; n: number; decision: 'accept' | 'dispute'; by: string; reason: string }
  | { type: 'Pay'; paidOn: string; reference: string };

function pay(state: Statement, { paidOn, reference }: Extract<StatementCommand, { type: 'Pay' }>): StatementEvent[] {
  if (state.status === 'none') throw new NotFound('duties.statement.unknown', 'no such statement');
  if (state.status === 'paid') throw new WrongState('duties.statement.paid', 'the statement is paid already');
  const { statementId, authority, matched, differences, decisions } = state;
  const open = differences.filter(({ n }) => !decisions[n]);
  if (open.length > 0) {
    throw new Refused('duties.statement.differences-open', `${open.length} differences are not settled yet`, {
      advice: 'Accept or dispute each of them first.',
      facts: { open: open.map(({ n }) => n).join(', ') },
    });
  }
  // A difference that was accepted is paid as stated; a disputed one as we expect it, as far as it is ours.
  const agreed = differences.flatMap(({ n, shipmentId, taxType, stated, ours }) => {
    const amount = decisions[n]!.decision === 'accept' ? stated : stated && ours;
    return shipmentId !== null && amount !== null && !exact(amount.amount).isZero()
      ? [{ shipmentId, taxType, amount }]
      : [];
  });
  const byShipment = new Map<string, { taxType: string; amount: Money }[]>();
  for (const { shipmentId, taxType, amount } of [...matched, ...agreed]) {
    byShipment.set(shipmentId, [...(byShipment.get(shipmentId) ?? []), { taxType, amount }]);
  }
  return [...byShipment].map(([shipmentId, items]) => ({
    type: 'StatementPaid',
    data: { statementId, shipmentId, authority, items, paidOn, reference },
  }));
}

export const statement: Decider<Statement, StatementCommand, StatementEvent> = {
  initial: { status: 'none' },
  decide(state, command) {
    if (command.type === 'Reconcile')
      return state.status === 'none' ? [{ type: 'StatementReconciled', data: command.data }] : [];
    if (command.type === 'Pay') return pay(state, command);
    if (state.status === 'none') throw new NotFound('duties.statement.unknown', 'no such statement');
    const { n, decision, by, reason } = command;
    if (!state.differences.some((each) => each.n === n)) {
      throw new NotFound('duties.statement.difference-unknown', `the statement has no difference ${n}`);
    }
    if (state.decisions[n]) {
      throw new WrongState(
        'duties.statement.difference-settled',
        `difference ${n} was settled by ${state.decisions[n].by}`,
      );
    }
    return [{ type: 'StatementDifferenceSettled', data: { statementId: state.statementId, n, decision, by, reason } }];
  },
  evolve(state, event) {
    if (event.type === 'StatementReconciled') return { ...event.data, status: 'reconciled', decisions: {} };
    if (state.status === 'none') return state;
    if (event.type === 'StatementPaid') return { ...state, status: 'paid' };
    const { n, decision, by, reason } = event.data;
    return { ...state, decisions: { ...state.decisions, [n]: { decision, by, reason } } };
  },
};
