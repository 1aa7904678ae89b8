import type { AnswerOf, DutiesEvent, MoneyEvent, showShipmentMoney } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { exact, money, type LegalDate } from '@tidewaiter/kernel';
import { debt, type Debt, type DebtEvent } from '../domain/debt.js';
import { delegation, type Delegation } from '../domain/limits.js';

type Known = Exclude<Debt, { status: 'none' }>;
type View = AnswerOf<typeof showShipmentMoney>;
type Assessed = Extract<DutiesEvent, { type: 'DutyAssessed' }>['data'];
type LimitsSet = Extract<MoneyEvent, { type: 'ApprovalLimitsSet' }>['data'];

/** Debts as authorities state them, and what is due on a later day. */
export const debtRows = {
  async one(tx: Tx, declarationId: string): Promise<Known | null> {
    const { rows } = await tx.query<{ state: Known }>(
      'select state from debts where tenant_id = $1 and declaration_id = $2',
      [tx.tenant, declarationId],
    );
    return rows[0]?.state ?? null;
  },

  async comparisons(tx: Tx, shipmentId: string): Promise<View['comparisons']> {
    const { rows } = await tx.query<{ state: Known }>(
      'select state from debts where tenant_id = $1 and shipment_id = $2 order by declaration_id',
      [tx.tenant, shipmentId],
    );
    return rows.map(({ state }) => ({
      declarationId: state.declarationId,
      noticeId: state.noticeId,
      outcome: state.outcome,
      agreedBy: state.agreed?.by ?? null,
      ours: state.ours,
      theirs: state.theirs,
      lines: state.lines,
    }));
  },

  async later(tx: Tx, shipmentId: string): Promise<View['later']> {
    const { rows } = await tx.query<{
      taxType: string;
      method: 'deferred' | 'postponed';
      amount: string;
      currency: string;
      dueOn: LegalDate | null;
      law: string;
    }>(
      `select tax_type as "taxType", method, amount::text as amount, currency, due_on::text as "dueOn", law from later_dues
       where tenant_id = $1 and shipment_id = $2 order by due_on nulls last, tax_type`,
      [tx.tenant, shipmentId],
    );
    return rows.map(({ amount, currency, ...row }) => ({ ...row, amount: money(amount, currency) }));
  },

  /** A payment returned after it had settled, that no later one of the same declaration has made good. */
  async atRisk(tx: Tx, shipmentId: string): Promise<View['releaseAtRisk']> {
    const { rows } = await tx.query<{ reason: string; amount: { amount: string; currency: string }; since: string }>(
      `select p.state->>'reason' as reason, p.state->'amount' as amount, p.state->>'returnedOn' as since from payments p
       where p.tenant_id = $1 and p.shipment_id = $2 and p.status = 'bounced' and (p.state->>'wasSettled')::boolean and p.state->>'caseId' is null
         and not exists (select from payments l where l.tenant_id = p.tenant_id and l.shipment_id = p.shipment_id and l.status = 'settled'
           and l.state->>'declarationId' = p.state->>'declarationId' and l.state->>'caseId' is null and l.position > p.position)
       order by p.position desc limit 1`,
      [tx.tenant, shipmentId],
    );
    const [found] = rows;
    if (!found) return null;
    const { amount, reason, since } = found;
    return {
      since,
      says: `${amount.amount} ${amount.currency} were returned after they had settled: ${reason}. The release stands on a payment that is gone.`,
    };
  },
};

export const approvalRows = {
  async sets(tx: Tx): Promise<LimitsSet[]> {
    const { rows } = await tx.query<{ limits: LimitsSet }>(
      'select limits from approval_limits where tenant_id = $1 order by position',
      [tx.tenant],
    );
    return rows.map(({ limits }) => limits);
  },

  async delegations(tx: Tx): Promise<NonNullable<Delegation>[]> {
    const { rows } = await tx.query<{ state: NonNullable<Delegation> }>(
      'select state from approval_delegations where tenant_id = $1 order by position desc',
      [tx.tenant],
    );
    return rows.map(({ state }) => state);
  },

  /** Who lent their place to a person for a day. */
  async lentTo(tx: Tx, person: string, on: LegalDate): Promise<string[]> {
    const { rows } = await tx.query<{ lender: string }>(
      `select distinct state->>'from' as lender from approval_delegations
       where tenant_id = $1 and lent_to = $2 and not (state->>'ended')::boolean
         and $3 between state->>'validFrom' and state->>'validTo' order by lender`,
      [tx.tenant, person, on],
    );
    return rows.map(({ lender }) => lender);
  },
};

async function foldDebt(tx: Tx, { type, data, version }: StoredEvent): Promise<void> {
  const event = { type, data } as DebtEvent;
  const { declarationId } = event.data;
  const state = debt.evolve((await debtRows.one(tx, declarationId)) ?? debt.initial, event);
  if (state.status === 'none') return;
  await tx.query(
    `insert into debts (tenant_id, declaration_id, shipment_id, mrn, state, version) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, declaration_id) do update set mrn = excluded.mrn, state = excluded.state, version = excluded.version`,
    [tx.tenant, declarationId, state.shipmentId, state.mrn, JSON.stringify(state), version],
  );
}

async function keepLater(tx: Tx, { shipmentId, charges, currency, request, lawDate }: Assessed): Promise<void> {
  const dues = new Map<
    string,
    { taxType: string; later: NonNullable<(typeof charges)[number]['later']>; sum: string }
  >();
  for (const { code, amount, later } of charges) {
    if (!later || exact(amount.amount).isZero()) continue;
    const before = dues.get(`${code} ${later.method}`)?.sum ?? '0';
    dues.set(`${code} ${later.method}`, { taxType: code, later, sum: exact(before).plus(amount.amount).toFixed() });
  }
  await tx.query('delete from later_dues where tenant_id = $1 and shipment_id = $2', [tx.tenant, shipmentId]);
  for (const { taxType, later, sum } of dues.values()) {
    await tx.query(
      `insert into later_dues (tenant_id, shipment_id, tax_type, method, authority, law_date, due_on, law, amount, currency)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        tx.tenant,
        shipmentId,
        taxType,
        later.method,
        request['destination'],
        lawDate,
        later.dueOn,
        later.law,
        sum,
        currency,
      ],
    );
  }
}

async function foldDelegation(tx: Tx, { type, data }: StoredEvent): Promise<void> {
  const event = { type, data } as Parameters<typeof delegation.evolve>[1];
  const { delegationId } = event.data;
  const { rows } = await tx.query<{ state: Delegation }>(
    'select state from approval_delegations where tenant_id = $1 and delegation_id = $2',
    [tx.tenant, delegationId],
  );
  const state = delegation.evolve(rows[0]?.state ?? delegation.initial, event);
  await tx.query(
    `insert into approval_delegations (tenant_id, delegation_id, lent_to, state) values ($1, $2, $3, $4)
     on conflict (tenant_id, delegation_id) do update set state = excluded.state`,
    [tx.tenant, delegationId, state!.to, JSON.stringify(state)],
  );
}

async function keepLimits(tx: Tx, limits: LimitsSet): Promise<void> {
  await tx.query('insert into approval_limits (tenant_id, limits_id, first_day, limits) values ($1, $2, $3, $4)', [
    tx.tenant,
    limits.limitsId,
    limits.from,
    JSON.stringify(limits),
  ]);
}

type Fold = (tx: Tx, event: StoredEvent) => Promise<void>;
const FOLDS: Readonly<Record<string, Fold>> = {
  DebtCompared: foldDebt,
  DebtAgreed: foldDebt,
  InterestCharged: foldDebt,
  DutyAssessed: (tx, { data }) => keepLater(tx, data as Assessed),
  ApprovalDelegated: foldDelegation,
  DelegationEnded: foldDelegation,
  ApprovalLimitsSet: (tx, { data }) => keepLimits(tx, data as LimitsSet),
};

/** What stands around payments: the authority's figures, later days, limits and delegations. */
export const debtsProjection: InlineProjection = {
  name: 'duties.debts',
  tables: ['debts', 'later_dues', 'approval_limits', 'approval_delegations'],
  async apply(tx, events) {
    for (const event of events) await FOLDS[event.type]?.(tx, event);
  },
};
