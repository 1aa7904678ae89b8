import { readFileSync } from 'node:fs';
import { Inject } from '@nestjs/common';
import type { AnswerOf, InputOf, showVoidance, voidLegalBasis } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { exact, legalDateAt, money, NotFound, type LegalDate } from '@tidewaiter/kernel';
import { byOf, CLOCK, EVENT_STORE, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import { clockOf, remediesSchema, voidance, type ClaimState, type Remedies } from '../domain/voidance.js';
import { assessedRows, type CarriedCharge, type VoidanceRow } from '../postgres/assessed.js';
import { uuidOf } from './digest.js';

export const REMEDIES = Symbol('REMEDIES');

/** The remedies by destination that come with the program. */
export const loadRemedies = (): Remedies =>
  remediesSchema.parse(JSON.parse(readFileSync(new URL('../../data/claim-remedies.json', import.meta.url), 'utf8')));

type Affected = AnswerOf<typeof showVoidance>;
type Item = Affected['items'][number];

const sum = (amounts: readonly string[], currency: string) =>
  money(
    amounts.reduce((total, amount) => total.plus(amount), exact('0')),
    currency,
  );

/** Legal bases that fell, and what was charged under them. */
export class Voiding {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(REMEDIES) private readonly remedies: Remedies,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async void(
    caller: CallerIdentity,
    commandId: string,
    body: InputOf<typeof voidLegalBasis>['body'],
  ): Promise<VoidanceRow> {
    const voidanceId = uuidOf(`voidance/${caller.tenant}/${commandId}`);
    const { citation, destination, voidFrom, reason } = body;
    const command = {
      type: 'VoidLegalBasis' as const,
      voidanceId,
      citation,
      destination: destination ?? null,
      voidFrom,
      reason,
      by: caller.actor,
    };
    await this.store.execute(voidance, `voidance-${voidanceId}`, command, byOf(caller, voidanceId, commandId), {
      fingerprint: body,
    });
    return this.one(caller.tenant, voidanceId);
  }

  async bases(tenant: string): Promise<{
    bases: Awaited<ReturnType<typeof assessedRows.bases>>;
    voidances: VoidanceRow[];
  }> {
    return this.store.transaction(tenant, async (tx) => ({
      bases: await assessedRows.bases(tx),
      voidances: await assessedRows.voidances(tx),
    }));
  }

  /** @param date the day that the clocks are read on; default: today, UTC */
  async affected(tenant: string, voidanceId: string, date: LegalDate | undefined): Promise<Affected> {
    const found = await this.one(tenant, voidanceId);
    const on = date ?? legalDateAt(this.clock(), 'UTC');
    const { at: _at, ...voided } = found;
    const charges = await this.store.transaction(tenant, (tx) => assessedRows.carrying(tx, voided));
    const byAssessment = grouped(charges, ({ assessmentId }) => assessmentId);
    const items = [...byAssessment.values()].map((carried) => this.item(carried, on));
    return { voidance: found, date: on, items, totals: totalsOf(items) };
  }

  private item(carried: readonly CarriedCharge[], on: LegalDate): Item {
    const { assessmentId, shipmentId, n, destination, lawDate, settled, currency } = carried[0]!;
    return {
      assessmentId,
      shipmentId,
      n,
      destination,
      lawDate,
      ...clockOf(this.remedies, { destination, lawDate, settled }, on),
      charges: carried.map(({ line, code, role, legalBasis, amount }) => ({
        line,
        code,
        role,
        legalBasis,
        amount: { amount, currency },
      })),
      claim: sum(
        carried.map(({ amount }) => amount),
        currency,
      ),
    };
  }

  private async one(tenant: string, voidanceId: string): Promise<VoidanceRow> {
    const found = await this.store.transaction(tenant, (tx) => assessedRows.voidance(tx, voidanceId));
    if (!found) throw new NotFound('duties.voidance.unknown', 'no such voidance');
    return found;
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const STATES: readonly ClaimState[] = ['open', 'closing', 'not-paid', 'lapsed', 'unknown'];

function totalsOf(items: readonly Item[]): Affected['totals'] {
  return STATES.flatMap((state) => {
    const byCurrency = grouped(
      items.filter((item) => item.state === state),
      ({ claim }) => claim.currency,
    );
    return [...byCurrency].map(([currency, of]) => ({
      state,
      assessments: of.length,
      claim: sum(
        of.map(({ claim }) => claim.amount),
        currency,
      ),
    }));
  });
}
