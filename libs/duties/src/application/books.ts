import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  InputOf,
  LedgerDimension,
  listLedgerAccounts,
  showAccountStatement,
  showLedgerBalances,
  showShipmentMoney,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { exact, Invalid, money, type Exact } from '@tidewaiter/kernel';
import { EVENT_STORE } from '@tidewaiter/platform';
import { isBalanced, measured, type Entry, type Measures } from '../domain/ledger.js';
import { accountPage, accountSums, groupSums, type GroupSum, type LedgerFilter } from '../postgres/ledger.js';
import { ledgerOf } from '../postgres/ledger.projection.js';
import { debtRows } from '../postgres/debts.js';

type Balances = AnswerOf<typeof showLedgerBalances>;

const filterOf = ({ customer, importer, authority, legalBasis, taxType }: LedgerFilter): LedgerFilter => ({
  customer,
  importer,
  authority,
  legalBasis,
  taxType,
});

/** The ledger as people read it: by dimension, by account, by shipment and charge. */
export class Books {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async balances(tenant: string, query: InputOf<typeof showLedgerBalances>['query']): Promise<Balances> {
    const { by, asOf, limit } = query;
    const rows = await this.store.transaction(tenant, (tx) => groupSums(tx, by, filterOf(query), asOf));
    const items = grouped(rows, ({ of, currency }) => JSON.stringify([of, currency])).map(([first, ...rest]) => {
      const { of, currency } = first;
      const named = by.map((dimension, index): [LedgerDimension, string] => [dimension, of[index]!]);
      return { of: Object.fromEntries(named), currency, amounts: measured([first, ...rest], currency) };
    });
    return { asOf: asOf ?? null, items: items.slice(0, limit), more: items.length > limit };
  }

  async accounts(
    tenant: string,
    query: InputOf<typeof listLedgerAccounts>['query'],
  ): Promise<AnswerOf<typeof listLedgerAccounts>> {
    const rows = await this.store.transaction(tenant, (tx) => accountSums(tx, filterOf(query), query.asOf));
    const sums = new Map<string, Exact>();
    for (const { currency, debit, credit } of rows)
      sums.set(currency, (sums.get(currency) ?? exact('0')).plus(debit).minus(credit));
    return {
      asOf: query.asOf ?? null,
      accounts: rows.map(({ account, currency, debit, credit }) => ({
        account,
        debit: money(debit, currency),
        credit: money(credit, currency),
        balance: money(exact(debit).minus(credit), currency),
      })),
      balanced: [...sums.values()].every((sum) => sum.isZero()),
    };
  }

  /** @throws Invalid `duties.ledger.span`, `duties.cursor.invalid` */
  async statement(
    tenant: string,
    query: InputOf<typeof showAccountStatement>['query'],
  ): Promise<AnswerOf<typeof showAccountStatement>> {
    const { account, currency, from, to, limit, after } = query;
    if (from > to) {
      throw new Invalid('duties.ledger.span', `the span ends on ${to}, before it begins on ${from}`, {
        places: [{ pointer: 'query/to', reason: `not before ${from}` }],
      });
    }
    if (after !== undefined && !/^\d{4}-\d{2}-\d{2}\.\d{1,18}$/.test(after)) {
      throw new Invalid('duties.cursor.invalid', '`after` is no cursor of this list', {
        advice: 'Send the `next` of the page before, unchanged, or leave `after` out.',
        places: [{ pointer: 'query/after', reason: 'not a cursor' }],
      });
    }
    const page = await this.store.transaction(tenant, (tx) =>
      accountPage(tx, { account, currency, from, to, after, limit: limit + 1 }, filterOf(query)),
    );
    const shown = page.rows.slice(0, limit);
    let balance = exact(page.opening).plus(page.before);
    const items = shown.map(({ cursor: _cursor, ...entry }) => {
      balance = entry.side === 'debit' ? balance.plus(entry.amount.amount) : balance.minus(entry.amount.amount);
      return { ...entry, balance: money(balance, currency) };
    });
    return {
      account,
      from,
      to,
      opening: money(page.opening, currency),
      closing: money(page.closing, currency),
      items,
      next: page.rows.length > limit ? shown.at(-1)!.cursor : null,
    };
  }

  /** Every charge of a shipment with what became of it. */
  async ofShipment(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showShipmentMoney>> {
    return this.store.transaction(tenant, async (tx) => {
      const entries = await ledgerOf(tx, shipmentId);
      const charges = grouped(entries, ({ line, taxType, legalBasis, amount }) =>
        JSON.stringify([line, taxType, legalBasis, amount.currency]),
      ).map((group) => {
        const { line, taxType, legalBasis, amount } = group[0];
        return { line, taxType, legalBasis, currency: amount.currency, amounts: amountsOf(group, amount.currency) };
      });
      const totals = grouped(entries, ({ amount }) => amount.currency).map((group) => {
        const { currency } = group[0].amount;
        return { currency, amounts: amountsOf(group, currency) };
      });
      return {
        shipmentId,
        charges: charges.sort((a, b) => a.line - b.line || (a.taxType < b.taxType ? -1 : 1)),
        totals,
        later: await debtRows.later(tx, shipmentId),
        comparisons: await debtRows.comparisons(tx, shipmentId),
        releaseAtRisk: await debtRows.atRisk(tx, shipmentId),
        balanced: isBalanced(entries),
      };
    });
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.values()];
}

function amountsOf(entries: readonly Entry[], currency: string): Measures {
  const rows: Pick<GroupSum, 'account' | 'balance'>[] = entries.map(({ account, side, amount }) => ({
    account,
    balance: side === 'debit' ? amount.amount : exact(amount.amount).neg().toFixed(),
  }));
  return measured(rows, currency);
}
