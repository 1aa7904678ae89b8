import { TestDatabase } from '@tidewaiter/event-store/testing';
import type { EventStore, StoredEvent } from '@tidewaiter/event-store';
import { newId, now } from '@tidewaiter/kernel';
import type { Pool } from 'pg';
import { measured } from '../domain/ledger.js';
import { ledgerProjection } from '../postgres/ledger.projection.js';
import { groupSums } from '../postgres/ledger.js';
import { projections } from '../postgres/projections.js';

export interface LedgerFigures {
  /** debits with their credits a second; the four of an entry in a transaction of their own */
  postings: number;
  inserts: number;
  /** postings that the balances were asked over */
  booked: number;
  /** milliseconds of the half */
  balanceMs: number;
  lookupMs: number;
}

const CLIENTS = 8;
const CUSTOMERS = 50;
const ROUNDS = 4;
const TENANT = 'acme';
const IMPORTER = newId();

const BODY = 'x'.repeat(200);

/** An entry of two lines with duty and tax each: four postings, a debit with its credit, recorded by one event. */
const CHARGES = [1, 2].flatMap((line) =>
  ['A00', 'B00'].map((code) => ({
    ...{
      line,
      code,
      role: code === 'A00' ? 'basic-duty' : 'vat',
      legalBasis: code === 'A00' ? 'SI 2020/1430' : 'VATA 1994',
    },
    amount: { amount: '128.40', currency: 'GBP' },
  })),
);

function assessed(customer: string): StoredEvent {
  const shipmentId = newId();
  const time = now();
  return {
    ...{ id: newId(), context: 'duties', type: 'DutyAssessed', stream: `assessment-${shipmentId}`, version: 1, time },
    ...{ tenant: TENANT, subject: shipmentId, actor: 'bench', correlationId: 'c', causationId: 'c', position: '1' },
    data: {
      ...{ assessmentId: newId(), shipmentId, n: 1, lawDate: time.slice(0, 10), currency: 'GBP' },
      ...{
        request: { destination: 'GB' },
        charges: CHARGES,
        of: { customer, importerId: IMPORTER, engagementId: newId() },
      },
    },
  };
}

const postOn =
  (store: EventStore) =>
  (client: number, turn: number): Promise<unknown> =>
    store.transaction(TENANT, (tx) =>
      ledgerProjection.apply(tx, [assessed(`customer ${(client * 7 + turn) % CUSTOMERS}`)]),
    );

const insertOn =
  (pool: Pool) =>
  (client: number, turn: number): Promise<unknown> =>
    pool.query({
      name: 'bare-insert',
      text: 'insert into bare_rows (tenant_id, stream, version, body) values ($1, $2, $3, $4)',
      values: [TENANT, `s-${client}`, turn, BODY],
    });

async function count(seconds: number, work: (client: number, turn: number) => Promise<unknown>): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const one = async (_: unknown, client: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn += 1) {
      await work(client, turn);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
  return done;
}

/** As many postings as asked for, over customers, years and tax types, as the projection would have written them. */
async function fill(pool: Pool, postings: number): Promise<void> {
  await pool.query(
    `create temp table booked as
     select n, gen_random_uuid() as shipment, gen_random_uuid() as event, 'customer ' || n % ${CUSTOMERS} as customer,
       (array['A00', 'B00', '499'])[1 + n % 3] as tax_type, date '2024-01-01' + (n % 1000)::integer as day, 1 + n % 500 as amount
     from generate_series(1, ${postings}) as n`,
  );
  const sides = `booked cross join (values ('customer-receivable', 'debit', 0), ('duty-payable:GB', 'credit', 1)) as side (account, side, ordinal)`;
  const dims = `'${TENANT}', customer, '${IMPORTER}', 'GB', 'law of ' || tax_type, tax_type, account, 'GBP'`;
  await pool.query(
    `insert into duties.ledger_entries (tenant_id, shipment_id, event_id, ordinal, posting, at, account, side, amount, currency, legal_basis,
       tax_type, line, customer, importer, authority, value_date, says)
     select '${TENANT}', shipment, event, ordinal, 'assessment/' || n, day, account, side, amount, 'GBP', 'law of ' || tax_type, tax_type, 1,
       customer, '${IMPORTER}', 'GB', day, 'assessed' from ${sides}`,
  );
  const debit = `coalesce(sum(amount) filter (where side = 'debit'), 0)`;
  const credit = `coalesce(sum(amount) filter (where side = 'credit'), 0)`;
  await pool.query(
    `insert into duties.ledger_balances as b select ${dims}, ${debit}, ${credit} from ${sides} group by customer, tax_type, account
     on conflict (tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency)
     do update set debit = b.debit + excluded.debit, credit = b.credit + excluded.credit`,
  );
  await pool.query('analyze duties.ledger_entries, duties.ledger_balances');
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function timed(turns: number, work: (turn: number) => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const begun = performance.now();
    await work(turn);
    took.push(performance.now() - begun);
  }
  return median(took);
}

/** Postings against bare inserts, and a customer's balances over many postings against one row by its key. */
export async function benchLedger(
  serverUrl: string,
  { seconds = 6, postings = 1_000_000 } = {},
): Promise<LedgerFigures> {
  const database = await TestDatabase.create('duties', new URL('../../migrations/', import.meta.url), serverUrl);
  try {
    const admin = database.pool(undefined, 1);
    await admin.query(
      `create table duties.bare_rows (
         id bigint generated always as identity primary key, tenant_id text not null, stream text not null, version integer not null,
         body text not null
       );
       grant insert on duties.bare_rows to duties_app`,
    );
    const store = database.store({ inline: projections });
    const pool = database.pool('duties_app', CLIENTS);
    let [posted, inserted] = [0, 0];
    // They take turns, so that what else the machine does meets both.
    for (let round = 0; round < ROUNDS; round += 1) {
      inserted += await count(seconds / 2 / ROUNDS, insertOn(pool));
      posted += await count(seconds / 2 / ROUNDS, postOn(store));
    }
    await fill(admin, postings);
    const turns = 200;
    const customerOf = (turn: number): string => `customer ${turn % CUSTOMERS}`;
    const lookupMs = await timed(turns, (turn) =>
      store.transaction(TENANT, (tx) =>
        tx.query(
          `select debit, credit from ledger_balances where tenant_id = $1 and customer = $2 and importer = $3 and authority = 'GB'
             and legal_basis = 'law of A00' and tax_type = 'A00' and account = 'duty-payable:GB' and currency = 'GBP'`,
          [TENANT, customerOf(turn), IMPORTER],
        ),
      ),
    );
    const balanceMs = await timed(turns, (turn) =>
      store.transaction(TENANT, async (tx) => {
        const rows = await groupSums(tx, ['authority', 'legalBasis'], { customer: customerOf(turn) }, undefined);
        return measured(rows, 'GBP');
      }),
    );
    return {
      postings: (posted * CHARGES.length) / (seconds / 2),
      inserts: inserted / (seconds / 2),
      booked: postings,
      balanceMs,
      lookupMs,
    };
  } finally {
    await database.drop();
  }
}
