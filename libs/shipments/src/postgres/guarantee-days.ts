import type { EventOf, guaranteeReleased, guaranteeReserved } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { exact, type LegalDate } from '@tidewaiter/kernel';

type Reserved = EventOf<typeof guaranteeReserved>['data'];
type Released = EventOf<typeof guaranteeReleased>['data'];

export interface GuaranteeDay {
  day: LegalDate;
  held: string;
  givenBack: string;
}

async function held(tx: Tx, guaranteeId: string, shipmentId: string): Promise<string> {
  const { rows } = await tx.query<{ amount: string }>(
    'select amount::text as amount from guarantee_holds where tenant_id = $1 and guarantee_id = $2 and shipment_id = $3 and open',
    [tx.tenant, guaranteeId, shipmentId],
  );
  return rows[0]?.amount ?? '0';
}

async function move(tx: Tx, guaranteeId: string, day: LegalDate, more: string, less: string): Promise<void> {
  await tx.query(
    `insert into guarantee_days as d (tenant_id, guarantee_id, day, held, given_back) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, guarantee_id, day)
     do update set held = d.held + excluded.held, given_back = d.given_back + excluded.given_back`,
    [tx.tenant, guaranteeId, day, more, less],
  );
}

async function reserve(tx: Tx, { guaranteeId, shipmentId, amount }: Reserved, day: LegalDate): Promise<void> {
  const change = exact(amount.amount).minus(await held(tx, guaranteeId, shipmentId));
  await tx.query(
    `insert into guarantee_holds as h (tenant_id, guarantee_id, shipment_id, amount, first_amount, since, open)
     values ($1, $2, $3, $4, $4, $5, true)
     on conflict (tenant_id, guarantee_id, shipment_id) do update set amount = excluded.amount, open = true`,
    [tx.tenant, guaranteeId, shipmentId, amount.amount, day],
  );
  const [more, less] = change.isNegative() ? ['0', change.neg().toFixed()] : [change.toFixed(), '0'];
  await move(tx, guaranteeId, day, more, less);
}

async function giveBack(tx: Tx, { guaranteeId, shipmentId, amount }: Released, day: LegalDate): Promise<void> {
  await tx.query(
    'update guarantee_holds set open = false where tenant_id = $1 and guarantee_id = $2 and shipment_id = $3',
    [tx.tenant, guaranteeId, shipmentId],
  );
  await move(tx, guaranteeId, day, '0', amount.amount);
}

/** The history of a guarantee by day, and its reservations. */
export const guaranteeHistory = {
  async days(tx: Tx, guaranteeId: string, from: LegalDate, to: LegalDate): Promise<GuaranteeDay[]> {
    const { rows } = await tx.query<GuaranteeDay>(
      `select day::text as day, held::text as held, given_back::text as "givenBack" from guarantee_days
       where tenant_id = $1 and guarantee_id = $2 and day between $3 and $4 order by day`,
      [tx.tenant, guaranteeId, from, to],
    );
    return rows;
  },

  async firstDay(tx: Tx, guaranteeId: string): Promise<LegalDate | null> {
    const { rows } = await tx.query<{ day: LegalDate | null }>(
      'select min(day)::text as day from guarantee_days where tenant_id = $1 and guarantee_id = $2',
      [tx.tenant, guaranteeId],
    );
    return rows[0]?.day ?? null;
  },

  /** The middle one of the reservations made since a day. */
  async usual(tx: Tx, guaranteeId: string, since: LegalDate): Promise<string | null> {
    const { rows } = await tx.query<{ usual: string | null }>(
      `select percentile_disc(0.5) within group (order by first_amount)::text as usual from guarantee_holds
       where tenant_id = $1 and guarantee_id = $2 and since >= $3`,
      [tx.tenant, guaranteeId, since],
    );
    return rows[0]?.usual ?? null;
  },
};

/** Movements of guarantees by day (UTC). */
export const guaranteeDays: InlineProjection = {
  name: 'shipments.guarantee-days',
  tables: ['guarantee_days', 'guarantee_holds'],
  async apply(tx, events) {
    for (const { type, data, time } of events as StoredEvent[]) {
      if (type === 'GuaranteeReserved') await reserve(tx, data as Reserved, time.slice(0, 10));
      if (type === 'GuaranteeReleased') await giveBack(tx, data as Released, time.slice(0, 10));
    }
  },
};
