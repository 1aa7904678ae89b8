import { createHash } from 'node:crypto';
import { Inject } from '@nestjs/common';
import type { AnswerOf, changeGuaranteeLimit, forecastGuarantee, InputOf, showGuarantee } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { exact, minorUnits, money, plusDays, sum, type Instant, type LegalDate, type Money } from '@tidewaiter/kernel';
import { byOf, CLOCK, EVENT_STORE, type CallerIdentity } from '@tidewaiter/platform';
import { headroomOf } from '../domain/guarantee.js';
import { LEAST_HISTORY_DAYS, runsOut } from '../domain/guarantee-forecast.js';
import { guaranteeHistory, type GuaranteeDay } from '../postgres/guarantee-days.js';
import * as guaranteeUse from '../postgres/guarantee-use.js';
import { guaranteeNow, onAccount } from './guarantee-account.js';
import { Views } from './views.js';

type Forecast = AnswerOf<typeof forecastGuarantee>;

/** Guarantees as capacity: what is held, how much is left, and until when. */
export class Guarantees {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: () => Instant,
    @Inject(Views) private readonly views: Views,
  ) {}

  /** @throws NotFound `shipments.guarantee.unknown` */
  async show(tenant: string, guaranteeId: string): Promise<AnswerOf<typeof showGuarantee>> {
    const view = await this.views.guarantee(tenant, guaranteeId);
    const { state, holders, refused } = await this.store.transaction(tenant, async (tx) => {
      const { state } = await guaranteeNow(tx, guaranteeId);
      return {
        state,
        holders: await guaranteeUse.holders(tx, Object.keys(state.reservations)),
        refused: await guaranteeUse.refused(tx, state),
      };
    });
    const { currency } = state.limit;
    const holds = Object.entries(state.reservations).map(([shipmentId, amount]) => {
      const { reference, mrn } = holders.get(shipmentId)!;
      return { shipmentId, reference, mrn, amount: money(amount, currency) };
    });
    const sumOf = (some: typeof holds): Money =>
      sum(
        some.map(({ amount }) => amount),
        currency,
      );
    return {
      ...view,
      used: sumOf(holds.filter(({ mrn }) => mrn !== null)),
      awaiting: sumOf(holds.filter(({ mrn }) => mrn === null)),
      holds,
      refused,
    };
  }

  /** @throws NotFound `shipments.guarantee.unknown`; Refused `shipments.guarantee.below-held`, `shipments.guarantee.currency` */
  async changeLimit(
    guaranteeId: string,
    { limit, reason }: InputOf<typeof changeGuaranteeLimit>['body'],
    caller: CallerIdentity,
    commandId: string,
  ): Promise<void> {
    const command = { type: 'ChangeLimit' as const, limit, reason, by: caller.actor };
    await this.store.transaction(caller.tenant, (tx) =>
      onAccount(this.store, tx, guaranteeId, command, byOf(caller, guaranteeId, commandId)),
    );
  }

  /** The same guarantee, history and date give the same forecast. @throws NotFound `shipments.guarantee.unknown` */
  async forecast(
    tenant: string,
    guaranteeId: string,
    { date, historyDays, horizonDays }: InputOf<typeof forecastGuarantee>['query'],
  ): Promise<Forecast> {
    const on = date ?? this.clock().slice(0, 10);
    const yesterday = plusDays(on, -1);
    return this.store.transaction(tenant, async (tx) => {
      const { state } = await guaranteeNow(tx, guaranteeId);
      const { currency } = state.limit;
      const first = await guaranteeHistory.firstDay(tx, guaranteeId);
      const earliest = plusDays(on, -historyDays);
      const from = first !== null && first > earliest ? first : earliest;
      const known =
        first === null || first > yesterday ? [] : await guaranteeHistory.days(tx, guaranteeId, from, yesterday);
      const history = first === null || first > yesterday ? [] : everyDay(known, from, yesterday, currency);
      const headroom = headroomOf(state);
      const out = runsOut(smallest(headroom.amount, currency), history, horizonDays, seedOf(guaranteeId, on));
      const usual = await guaranteeHistory.usual(tx, guaranteeId, from);
      const dayOf = (days: number | null): LegalDate | null => (days === null ? null : plusDays(on, days));
      const total = (of: (day: GuaranteeDay) => string) =>
        money(
          known.reduce((sum, day) => sum.plus(of(day)), exact('0')),
          currency,
        );
      const days = out && { p10: dayOf(out.p10), p50: dayOf(out.p50), p90: dayOf(out.p90) };
      const filingsLeft =
        usual === null || exact(usual).isZero() ? null : exact(headroom.amount).div(usual).floor().toNumber();
      return {
        guaranteeId,
        date: on,
        limit: state.limit,
        headroom,
        history: {
          days: history.length,
          from: history.length > 0 ? from : null,
          held: total(({ held }) => held),
          givenBack: total(({ givenBack }) => givenBack),
        },
        horizonDays,
        runsOut: days,
        usualReservation: usual === null ? null : money(usual, currency),
        filingsLeft,
        says: sentence(days, history.length, horizonDays, filingsLeft),
      };
    });
  }
}

const smallest = (amount: string, currency: string): bigint =>
  BigInt(
    exact(amount)
      .times(exact('10').pow(minorUnits(currency)))
      .toFixed(0),
  );

/** Net movement of every day of a span: the quiet ones count as well. */
function everyDay(known: readonly GuaranteeDay[], from: LegalDate, to: LegalDate, currency: string): bigint[] {
  const byDay = new Map(known.map((each) => [each.day, each]));
  const days: bigint[] = [];
  for (let day = from; day <= to; day = plusDays(day, 1)) {
    const moved = byDay.get(day);
    days.push(moved ? smallest(moved.held, currency) - smallest(moved.givenBack, currency) : 0n);
  }
  return days;
}

const seedOf = (guaranteeId: string, on: LegalDate): number =>
  createHash('sha256').update(`${guaranteeId} ${on}`).digest().readUInt32BE(0);

function sentence(days: Forecast['runsOut'], history: number, horizonDays: number, filingsLeft: number | null): string {
  const left =
    filingsLeft === null
      ? ''
      : ` Its headroom covers ${filingsLeft} usual reservations; the next one beyond is refused before filing.`;
  if (!days) return `${history} days of history are too few for a forecast: ${LEAST_HISTORY_DAYS} are needed.${left}`;
  if (days.p10 === null) return `It does not run out within ${horizonDays} days in nine futures of ten.${left}`;
  const middle =
    days.p50 === null ? `not within ${horizonDays} days in half of the futures` : `most likely by ${days.p50}`;
  return `It runs out ${middle}, in one future of ten by ${days.p10} already.${left}`;
}
