import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  InputOf,
  OpenDifferences,
  listStatements,
  payStatement,
  receiveStatement,
  settleStatementDifference,
} from '@tidewaiter/contracts';
import type { By, EventStore } from '@tidewaiter/event-store';
import { endOfDay, exact, Invalid, money, NotFound, type LegalDate, type Money } from '@tidewaiter/kernel';
import { byOf, EVENT_STORE, type CallerIdentity } from '@tidewaiter/platform';
import { collectedOn, dailyDueOn, type SettlementTerms } from '../domain/settlement.js';
import { reconcile, statement, type StatementCommand } from '../domain/statement.js';
import type { LoadedRuleBook } from '../domain/rule-book.js';
import { statementRows, type StatementRow } from '../postgres/billing.js';
import { uuidOf } from './digest.js';
import { RULE_BOOKS, SETTLEMENT_TERMS } from './rule-books.js';

type View = AnswerOf<typeof receiveStatement>;
/** As many people are asked at once about one statement. */
const PAGE = 50;

type Body = InputOf<typeof receiveStatement>['body'];

/** Periodic statements of authorities: held against what was deferred, their differences decided by people, then paid. */
export class Statements {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(SETTLEMENT_TERMS) private readonly terms: SettlementTerms,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
  ) {}

  /** The same number of the same account again is the statement known already. */
  async receive(caller: CallerIdentity, commandId: string, body: Body): Promise<View> {
    const { tenant } = caller;
    const { dueOn, law } = this.due(body);
    const total = money(body.total.amount, body.total.currency);
    const statementId = uuidOf(`statement/${tenant}/${body.authority}/${body.account}/${body.kind}/${body.number}`);
    const stream = `statement-${statementId}`;
    await this.store.transaction(tenant, async (tx) => {
      const { matched, differences } = reconcile(
        body.lines,
        total,
        await statementRows.deferred(tx, body.authority, body.from, body.to),
      );
      const data = { ...body, total, statementId, dueOn, law, matched, differences };
      const by = byOf(caller, statementId, commandId);
      await this.store.execute(statement, stream, { type: 'Reconcile', data }, by, { tx, fingerprint: body });
    });
    return this.show(tenant, statementId);
  }

  async settle(
    caller: CallerIdentity,
    commandId: string,
    { params, body }: InputOf<typeof settleStatementDifference>,
  ): Promise<View> {
    return this.command(caller, commandId, params.statementId, {
      type: 'Settle',
      n: params.n,
      by: caller.actor,
      ...body,
    });
  }

  /** What a person decided at a task. @throws NotFound `duties.statement.unknown`; WrongState `duties.statement.difference-settled` */
  async settleBy(
    by: By,
    { statementId, ...rest }: { statementId: string; n: number; decision: 'accept' | 'dispute'; reason: string },
  ): Promise<Record<string, number>> {
    const command = { type: 'Settle' as const, by: by.actor, ...rest };
    return (await this.store.execute(statement, `statement-${statementId}`, command, by, { fingerprint: rest })).wrote;
  }

  /** @throws NotFound `duties.statement.unknown` */
  async open(tenant: string, statementId: string, after: number): Promise<OpenDifferences> {
    const { state } = await this.store.load(statement, tenant, `statement-${statementId}`);
    if (state.status === 'none') throw new NotFound('duties.statement.unknown', 'no such statement');
    const { number, account, authority, dueOn, law, differences, decisions } = state;
    const open = differences.filter(({ n }) => n > after && !decisions[n]);
    const shown = open.slice(0, PAGE);
    const zone = this.books.find(({ book }) => book.destination === authority)?.book.zone ?? 'UTC';
    return {
      ...{ number, account, authority, law, due: endOfDay(dueOn, zone) },
      differences: shown.map((each) => ({ ...each, amount: apart(each) })),
      next: open.length > PAGE ? shown.at(-1)!.n : null,
    };
  }

  async pay(caller: CallerIdentity, commandId: string, { params, body }: InputOf<typeof payStatement>): Promise<View> {
    return this.command(caller, commandId, params.statementId, { type: 'Pay', ...body });
  }

  /** @throws NotFound `duties.statement.unknown` */
  async show(tenant: string, statementId: string): Promise<View> {
    const row = await this.store.transaction(tenant, (tx) => statementRows.one(tx, statementId));
    if (!row) throw new NotFound('duties.statement.unknown', 'no such statement');
    return viewOf(row);
  }

  async page(
    tenant: string,
    { limit, after }: InputOf<typeof listStatements>['query'],
  ): Promise<AnswerOf<typeof listStatements>> {
    if (after !== undefined && !/^\d{1,18}$/.test(after)) {
      throw new Invalid('duties.cursor.invalid', '`after` is no cursor of this list', {
        advice: 'Send the `next` of the page before, unchanged, or leave `after` out.',
        places: [{ pointer: 'query/after', reason: 'not a cursor' }],
      });
    }
    const rows = await this.store.transaction(tenant, (tx) => statementRows.page(tx, after ?? null, limit + 1));
    const shown = rows.slice(0, limit);
    const items = shown.map((row) => {
      const { lines: _lines, ...view } = viewOf(row);
      return view;
    });
    return { items, next: rows.length > limit ? shown.at(-1)!.position : null };
  }

  private async command(
    caller: CallerIdentity,
    commandId: string,
    statementId: string,
    command: StatementCommand,
  ): Promise<View> {
    const by = byOf(caller, statementId, commandId);
    await this.store.execute(statement, `statement-${statementId}`, command, by, { fingerprint: command });
    return this.show(caller.tenant, statementId);
  }

  /** @throws Invalid `duties.statement.dates`, `duties.statement.kind` */
  private due({ authority, kind, from, to }: Body): { dueOn: LegalDate; law: string } {
    if (from > to) {
      throw new Invalid('duties.statement.dates', `the period ends on ${to}, before it begins on ${from}`, {
        places: [{ pointer: '/to', reason: `not before ${from}` }],
      });
    }
    const { daily } = this.terms;
    if (kind === daily.statement && authority === daily.destination) {
      return { dueOn: dailyDueOn(this.terms, to), law: daily.law };
    }
    const collected = collectedOn(this.terms, authority, to);
    if (collected?.statement !== kind) {
      throw new Invalid(
        'duties.statement.kind',
        `no statement of the kind ${kind} is known for ${authority} on ${to}`,
        {
          advice: 'Statements: gb-deferment for GB; us-daily and us-periodic-monthly for US.',
          places: [{ pointer: '/kind', reason: `not of ${authority}` }],
        },
      );
    }
    return { dueOn: collected.dueOn, law: collected.law };
  }
}

const apart = ({ stated, ours }: { stated: Money | null; ours: Money | null }): Money => {
  const { currency } = (stated ?? ours)!;
  return money(
    exact(stated?.amount ?? '0')
      .minus(ours?.amount ?? '0')
      .abs(),
    currency,
  );
};

function viewOf({ state, version }: StatementRow): View {
  const { status, decisions, matched, differences, ...data } = state;
  const shown = differences.map((each) => {
    const decided = decisions[each.n];
    return { ...each, decision: decided?.decision ?? null, by: decided?.by ?? null, reason: decided?.reason ?? null };
  });
  const open = shown.some(({ decision }) => decision === null);
  const settled = differences.length === 0 ? 'reconciled' : open ? 'differs' : 'settled';
  return {
    ...data,
    matched: matched.length,
    differences: shown,
    status: status === 'paid' ? 'paid' : settled,
    version,
  };
}
