import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  DebtNotice,
  DutiesEvent,
  InputOf,
  ReturnedDebt,
  delegateApproval,
  listDelegations,
  previewInterest,
  setApprovalLimits,
  showApprovalLimits,
} from '@tidewaiter/contracts';
import type { By, EventStore } from '@tidewaiter/event-store';
import {
  endOfDay,
  exact,
  legalDateAt,
  money,
  NotFound,
  plusDays,
  Refused,
  WrongState,
  type LegalDate,
  type Money,
} from '@tidewaiter/kernel';
import { byOf, CLOCK, EVENT_STORE, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import type { ApprovalPolicy } from '../domain/approval-policy.js';
import { compareFigures, debt, type Debt } from '../domain/debt.js';
import { interestOn, payableWithoutInterestUntil, type Interest, type InterestRules } from '../domain/interest.js';
import { delegation, limitsOf, tenantLimits } from '../domain/limits.js';
import type { LoadedRuleBook } from '../domain/rule-book.js';
import { payment, type Payment } from '../domain/payment.js';
import { approvalRows } from '../postgres/debts.js';
import { paymentRows } from '../postgres/payments.js';
import { streamOf as assessmentStream } from './assessing.js';
import { uuidOf } from './digest.js';
import { APPROVAL_POLICY } from './paying.js';
import { INTEREST_RULES, RULE_BOOKS } from './rule-books.js';

export type KnownDebt = Exclude<Debt, { status: 'none' }>;
type Assessed = Extract<DutiesEvent, { type: 'DutyAssessed' }>['data'];
type DelegationView = AnswerOf<typeof listDelegations>['items'][number];

const debtStream = (declarationId: string): string => `debt-${declarationId}`;

/** Debts as authorities state them: held against ours, agreed to by people, with interest when they stay unpaid. */
export class Debts {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(APPROVAL_POLICY) private readonly policy: ApprovalPolicy,
    @Inject(INTEREST_RULES) private readonly rules: InterestRules,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The same notice against the same assessment again changes nothing. */
  async compare(by: By, notice: DebtNotice): Promise<{ debt: KnownDebt; wrote: Record<string, number> }> {
    const { taxes, total, assessmentId, authorityTime, ...head } = notice;
    const events = await this.store.read(by.tenant, assessmentStream(by.subject));
    const assessed = events.flatMap(({ type, data }) => (type === 'DutyAssessed' ? [data as Assessed] : []));
    const ours = assessed.find((each) => each.assessmentId === assessmentId) ?? assessed.at(-1);
    if (!ours) throw new Refused('duties.debt.not-assessed', 'nothing of this shipment was assessed here');
    const authority = String(ours.request['destination']);
    const notifiedOn = legalDateAt(authorityTime, this.zoneOf(authority));
    const of = { country: authority, currency: total.currency };
    const tolerance = await this.tolerance(by.tenant, of, notifiedOn);
    const compared = {
      ...head,
      shipmentId: by.subject,
      assessmentId: ours.assessmentId,
      authority,
      notifiedOn,
      tolerance,
      ...compareFigures(ours.charges, { taxes, total }, tolerance),
    };
    const stream = debtStream(notice.declarationId);
    const done = await this.store.execute(debt, stream, { type: 'CompareFigures', compared }, by, {
      fingerprint: { noticeId: notice.noticeId, total, assessmentId },
    });
    return { debt: done.state as KnownDebt, wrote: done.wrote };
  }

  /** By how much a figure may be off without a person, for a country and currency on a day; null: not at all. */
  async tolerance(tenant: string, of: { country: string; currency: string }, on: LegalDate): Promise<string | null> {
    const sets = await this.store.transaction(tenant, (tx) => approvalRows.sets(tx));
    return limitsOf(sets, this.policy, of, on)?.tolerance ?? null;
  }

  /** @throws Refused `duties.debt.not-current`, `duties.debt.own-work`, `duties.debt.not-a-person` */
  async agree(
    by: By,
    decision: { declarationId: string; noticeId: string; reason: string; editors: string[] },
  ): Promise<Record<string, number>> {
    const { declarationId, ...rest } = decision;
    const command = { type: 'AgreeToFigure' as const, by: by.actor, ...rest };
    return (await this.store.execute(debt, debtStream(declarationId), command, by, { fingerprint: rest })).wrote;
  }

  /**
   * Interest on a debt whose payment came back, from the end of its period until today in the authority's zone. Where no rate is
   * known it is nothing, and `says` tells so: the authority will state it.
   */
  async reopen(
    by: By,
    { declarationId, paymentId }: { declarationId: string; paymentId: string },
  ): Promise<{ interest: Money; says: string; wrote: Record<string, number> }> {
    const { state, version } = await this.store.load(debt, by.tenant, debtStream(declarationId));
    if (state.status === 'none') {
      throw new WrongState('duties.debt.unknown', 'no figure of the authority is known for this declaration');
    }
    const { authority, theirs: principal, notifiedOn } = state;
    const stands = { wrote: { [debtStream(declarationId)]: version } };
    if (!this.rules.authorities.some(({ destinations }) => destinations.includes(authority))) {
      const says = `No rule of interest is known for ${authority}: the authority states it.`;
      return { interest: money('0', principal.currency), says, ...stands };
    }
    const from = payableWithoutInterestUntil(this.rules, authority, notifiedOn);
    const until = legalDateAt(this.clock(), this.zoneOf(authority));
    const worked = interestOn(this.rules, authority, principal, from, until);
    const { amount, arithmetic, law, rulesVersion } = worked;
    const base = { shipmentId: by.subject, declarationId, paymentId, authority, principal, from, until };
    const whole = { ...base, amount, arithmetic, law, rulesVersion };
    const done = await this.store.execute(debt, debtStream(declarationId), { type: 'ChargeInterest', whole }, by, {
      fingerprint: { paymentId },
    });
    const charged = (done.state as KnownDebt).interest ?? money('0', principal.currency);
    return { interest: charged, says: `${arithmetic} (${law})`, wrote: done.wrote };
  }

  /**
   * What of the authority's figure a returned payment left open, interest apart.
   * @throws NotFound `duties.payment.unknown`; WrongState `duties.payment.not-returned`, `duties.debt.unknown`
   */
  async returned(tenant: string, paymentId: string): Promise<ReturnedDebt | { kind: 'asked' }> {
    const { state: paid } = await this.store.load(payment, tenant, `payment-${paymentId}`);
    if (paid.status === 'none') throw new NotFound('duties.payment.unknown', 'no such payment');
    if (paid.status !== 'bounced') {
      throw new WrongState('duties.payment.not-returned', `the payment is ${paid.status}: the bank did not return it`);
    }
    const { declarationId } = paid;
    const { state: owed } = await this.store.load(debt, tenant, debtStream(declarationId));
    if (owed.status === 'none' || owed.assessmentId === null) {
      throw new WrongState('duties.debt.unknown', 'no figure of the authority is known for this declaration');
    }
    const ofShipment = await this.store.transaction(tenant, (tx) => paymentRows.ofShipment(tx, paid.shipmentId));
    const generations = ofShipment.filter((each) => each.declarationId === declarationId && each.caseId === null);
    const newer = generations.filter(({ generation }) => generation > paid.generation);
    if (newer.some(({ status }) => status !== 'bounced' && status !== 'void')) return { kind: 'asked' };
    const { declarationVersion, noticeId, mrn, assessmentId, authority, notifiedOn } = owed;
    const taxes = (paid.settles ?? []).map(({ line, taxType: type, amount }) => ({ line, type, base: '', amount }));
    return {
      ...{ kind: 'open', declarationId, declarationVersion: paid.declarationVersion },
      generation: Math.max(...generations.map(({ generation }) => generation)) + 1,
      editors: paid.editors,
      assessment: { assessmentId, digest: paid.assessmentDigest },
      notice: {
        ...{ declarationId, declarationVersion, noticeId, mrn, assessmentId, taxes, total: principalOf(paid) },
        // The first moment of the day that the debt was notified on: more of it was not kept.
        authorityTime: endOfDay(plusDays(notifiedOn, -1), this.zoneOf(authority)),
      },
      payee: paid.payee,
      reference: paid.reference,
    };
  }

  preview({ destination, principal, from, until }: InputOf<typeof previewInterest>['body']): Interest {
    return interestOn(this.rules, destination, money(principal.amount, principal.currency), from, until);
  }

  async setLimits(
    caller: CallerIdentity,
    commandId: string,
    body: InputOf<typeof setApprovalLimits>['body'],
  ): Promise<AnswerOf<typeof setApprovalLimits>> {
    const { tenant, actor } = caller;
    const limitsId = uuidOf(`limits/${tenant}/${commandId}`);
    const stream = uuidOf(`limits/${tenant}`);
    const command = { type: 'SetLimits' as const, today: this.today(), limitsId, by: actor, ...body };
    const done = await this.store.execute(tenantLimits, `limits-${stream}`, command, byOf(caller, stream, commandId), {
      fingerprint: body,
    });
    return { limitsId, from: body.from, version: done.version };
  }

  async limits(tenant: string, date: LegalDate | undefined): Promise<AnswerOf<typeof showApprovalLimits>> {
    const on = date ?? this.today();
    const sets = await this.store.transaction(tenant, (tx) => approvalRows.sets(tx));
    const keys = new Map<string, { country: string; currency: string }>();
    for (const { currency } of this.policy.policies) keys.set(`* ${currency}`, { country: '', currency });
    for (const { limits } of sets) {
      for (const { country, currency } of limits)
        keys.set(`${country ?? '*'} ${currency}`, { country: country ?? '', currency });
    }
    const rows = [...keys.values()].flatMap((of) => limitsOf(sets, this.policy, of, on) ?? []);
    const unique = new Map(rows.map((row) => [`${row.country} ${row.currency} ${row.version}`, row]));
    return { date: on, limits: [...unique.values()] };
  }

  async delegate(
    caller: CallerIdentity,
    commandId: string,
    body: InputOf<typeof delegateApproval>['body'],
  ): Promise<DelegationView> {
    const delegationId = uuidOf(`delegation/${caller.tenant}/${commandId}`);
    const command = {
      type: 'DelegateApproval' as const,
      today: this.today(),
      delegationId,
      from: caller.actor,
      ...body,
    };
    const by = byOf(caller, delegationId, commandId);
    const done = await this.store.execute(delegation, `delegation-${delegationId}`, command, by, { fingerprint: body });
    return done.state!;
  }

  async delegations(tenant: string): Promise<DelegationView[]> {
    return this.store.transaction(tenant, (tx) => approvalRows.delegations(tx));
  }

  /** @throws NotFound `duties.delegation.unknown` */
  async endDelegation(caller: CallerIdentity, commandId: string, delegationId: string): Promise<DelegationView> {
    const { state } = await this.store.load(delegation, caller.tenant, `delegation-${delegationId}`);
    if (!state) throw new NotFound('duties.delegation.unknown', 'no such delegation');
    const command = { type: 'EndDelegation' as const, by: caller.actor, at: this.clock() };
    const by = byOf(caller, delegationId, commandId);
    const done = await this.store.execute(delegation, `delegation-${delegationId}`, command, by, {
      fingerprint: 'end',
    });
    return done.state!;
  }

  private today(): LegalDate {
    return this.clock().slice(0, 10);
  }

  private zoneOf(destination: string): string {
    return this.books.find(({ book }) => book.destination === destination)?.book.zone ?? 'UTC';
  }
}

/** What a payment paid of the debt itself. */
function principalOf({ amount, interest }: Exclude<Payment, { status: 'none' }>): Money {
  return money(exact(amount.amount).minus(interest?.amount ?? '0'), amount.currency);
}
