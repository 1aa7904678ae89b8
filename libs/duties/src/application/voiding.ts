import { readFileSync } from 'node:fs';
import { Inject } from '@nestjs/common';
import type { AffectedList, AnswerOf, CaseLine, InputOf, showVoidance, voidLegalBasis } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { endOfDay, exact, legalDateAt, money, NotFound, type LegalDate, type Money } from '@tidewaiter/kernel';
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

  /**
   * The same list as claims: by shipment in the order of their ids, only what was paid and may still come back.
   * @param after shipment after which the page begins
   */
  async claims(tenant: string, voidanceId: string, after: string | null): Promise<AffectedList> {
    const { voidance: voided, items, totals } = await this.affected(tenant, voidanceId, undefined);
    const claimable = items
      .filter(({ state }) => state === 'open' || state === 'closing')
      .sort((a, b) => a.shipmentId.localeCompare(b.shipmentId));
    const left = claimable.filter(({ shipmentId }) => after === null || shipmentId > after);
    const page = left.slice(0, CLAIMS_AT_A_TIME);
    const [first] = claimable.flatMap(({ deadline }) => (deadline === null ? [] : [deadline])).sort();
    return {
      citation: voided.citation,
      says: saysOf(voided.citation, items.length, totals, first),
      firstDeadline: first === undefined ? null : endOfDay(first, 'UTC'),
      totals,
      claims: page.map(({ shipmentId, claim, charges }) => ({
        shipmentId,
        claim,
        lines: linesOf(charges),
      })),
      next: left.length > page.length ? page.at(-1)!.shipmentId : null,
    };
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

const CLAIMS_AT_A_TIME = 200;

/** What each line would get back, negative as every difference in our favour is; charges of the whole entry have no line. */
function linesOf(charges: Item['charges']): CaseLine[] {
  const byLine = grouped(
    charges.filter(({ line }) => line > 0),
    ({ line }) => String(line),
  );
  return [...byLine.values()].map((own) => {
    const { line, amount } = own[0]!;
    const back = sum(
      own.map((each) => each.amount.amount),
      amount.currency,
    );
    const was = own.map(({ code }) => code).join(' ');
    return { line, field: 'rate', was, becomes: 'none', difference: negated(back) };
  });
}

const negated = ({ amount, currency }: Money): Money => ({ amount: exact(amount).neg().toFixed(), currency });

function saysOf(citation: string, listed: number, totals: Affected['totals'], first: string | undefined): string {
  const parts = totals.map(
    ({ state, assessments, claim }) => `${assessments} ${state} (${claim.amount} ${claim.currency})`,
  );
  const until = first === undefined ? '' : ` The first claim lapses after ${first}.`;
  return `${citation} is void. Charged under it: ${listed} entries, ${parts.join(', ')}.${until} Open the refund cases with { "open": true }.`;
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
