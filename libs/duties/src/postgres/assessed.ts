import type { DutiesEvent } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import type { TariffRef } from '../domain/tariff.js';
import type { LegalBasisVoided } from '../domain/voidance.js';

type DutyAssessed = Extract<DutiesEvent, { type: 'DutyAssessed' }>['data'];

export interface NewestAssessment {
  shipmentId: string;
  assessmentId: string;
  n: number;
  commodities: string[];
  stands: TariffRef[];
}

export interface CarriedCharge {
  assessmentId: string;
  shipmentId: string;
  n: number;
  destination: string;
  lawDate: string;
  settled: boolean;
  line: number;
  code: string;
  role: string;
  legalBasis: string;
  amount: string;
  currency: string;
}

export type VoidanceRow = LegalBasisVoided & { at: string };

const TARIFFS_OF = `coalesce((select b.tariffs from tariff_books b where b.tenant_id = a.tenant_id and b.digest = any(a.rules) limit 1), '[]')`;
const SETTLED = `exists (select from payments p where p.tenant_id = a.tenant_id and p.shipment_id = a.shipment_id and p.status = 'settled')`;
/** the newest assessment of each shipment: those before it are not what is owed */
const NEWEST = `not exists (select from assessed later where later.tenant_id = a.tenant_id and later.shipment_id = a.shipment_id and later.n > a.n)`;
const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/** What was assessed, by shipment, tariff and legal basis. */
export const assessedRows = {
  /** Tariff versions of the newest assessment of a shipment: none for one on the house's own rules, null for none at all. */
  async standing(tx: Tx, shipmentId: string): Promise<TariffRef[] | null> {
    const { rows } = await tx.query<{ stands: TariffRef[] }>(
      `select ${TARIFFS_OF} as stands from assessed a where a.tenant_id = $1 and a.shipment_id = $2 order by a.n desc limit 1`,
      [tx.tenant, shipmentId],
    );
    return rows[0]?.stands ?? null;
  },

  /** Digests of the rule versions that an assessment of the shipment with this result stands on. */
  async rulesOf(tx: Tx, shipmentId: string, resultDigest: string): Promise<string[] | null> {
    const { rows } = await tx.query<{ rules: string[] }>(
      `select a.rules from assessed a join assessments s on s.tenant_id = a.tenant_id and s.assessment_id = a.assessment_id
       where a.tenant_id = $1 and a.shipment_id = $2 and s.result_digest = $3 order by a.n desc limit 1`,
      [tx.tenant, shipmentId, resultDigest],
    );
    return rows[0]?.rules ?? null;
  },

  async destinationOf(tx: Tx, shipmentId: string): Promise<string | null> {
    const { rows } = await tx.query<{ destination: string }>(
      'select destination from assessed where tenant_id = $1 and shipment_id = $2 order by n desc limit 1',
      [tx.tenant, shipmentId],
    );
    return rows[0]?.destination ?? null;
  },

  /** Newest assessments of shipments to a destination whose duty is not settled yet. */
  async running(tx: Tx, destination: string): Promise<NewestAssessment[]> {
    const { rows } = await tx.query<NewestAssessment>(
      `select a.shipment_id as "shipmentId", a.assessment_id as "assessmentId", a.n, a.commodities, ${TARIFFS_OF} as stands
       from assessed a where a.tenant_id = $1 and a.destination = $2 and ${NEWEST} and not ${SETTLED} order by a.recorded_at`,
      [tx.tenant, destination],
    );
    return rows;
  },

  /** Charges of newest assessments whose legal basis holds the citation, from a law date on. */
  async carrying(tx: Tx, { citation, destination, voidFrom }: LegalBasisVoided): Promise<CarriedCharge[]> {
    const { rows } = await tx.query<CarriedCharge>(
      `select a.assessment_id as "assessmentId", a.shipment_id as "shipmentId", a.n, a.destination, a.law_date::text as "lawDate",
         ${SETTLED} as settled, c.line, c.code, c.role, c.legal_basis as "legalBasis", c.amount::text as amount, c.currency
       from assessed_charges c join assessed a on a.tenant_id = c.tenant_id and a.assessment_id = c.assessment_id
       where c.tenant_id = $1 and c.amount <> 0 and a.law_date >= $3 and ($4::text is null or a.destination = $4) and ${NEWEST}
         and c.legal_basis = any(select legal_basis from legal_bases where tenant_id = $1 and position(lower($2) in lower(legal_basis)) > 0)
       order by a.law_date, a.assessment_id, c.ordinal`,
      [tx.tenant, citation, voidFrom, destination],
    );
    return rows;
  },

  async bases(tx: Tx): Promise<{ legalBasis: string; destination: string; assessments: number }[]> {
    const { rows } = await tx.query<{ legalBasis: string; destination: string; assessments: number }>(
      `select b.legal_basis as "legalBasis", b.destination,
         (select count(distinct c.assessment_id) from assessed_charges c join assessed a on a.tenant_id = c.tenant_id and a.assessment_id = c.assessment_id
          where c.tenant_id = b.tenant_id and c.legal_basis = b.legal_basis and a.destination = b.destination)::integer as assessments
       from legal_bases b where b.tenant_id = $1 order by b.destination, b.legal_basis`,
      [tx.tenant],
    );
    return rows;
  },

  async voidances(tx: Tx): Promise<VoidanceRow[]> {
    const { rows } = await tx.query<{ voidance: LegalBasisVoided; at: string }>(
      `select voidance, to_char(at at time zone 'UTC', ${INSTANT}) as at from voidances where tenant_id = $1 order by position desc`,
      [tx.tenant],
    );
    return rows.map(({ voidance, at }) => ({ ...voidance, at }));
  },

  async voidance(tx: Tx, voidanceId: string): Promise<VoidanceRow | undefined> {
    const { rows } = await tx.query<{ voidance: LegalBasisVoided; at: string }>(
      `select voidance, to_char(at at time zone 'UTC', ${INSTANT}) as at from voidances where tenant_id = $1 and voidance_id = $2`,
      [tx.tenant, voidanceId],
    );
    return rows[0] && { ...rows[0].voidance, at: rows[0].at };
  },
};

async function keepAssessed(tx: Tx, { time, data }: StoredEvent): Promise<void> {
  const { assessmentId, shipmentId, n, lawDate, currency, rules, charges, request } = data as DutyAssessed;
  const { destination, lines } = request as { destination: string; lines: { commodity: string }[] };
  const column = <T>(pick: (charge: DutyAssessed['charges'][number]) => T): T[] => charges.map(pick);
  await tx.query(
    `with charge as (
       insert into assessed_charges (tenant_id, assessment_id, ordinal, line, code, role, amount, currency, legal_basis)
       select $1, $2, n, line, code, role, amount, currency, basis
       from unnest($10::integer[], $11::text[], $12::text[], $13::numeric[], $14::text[], $15::text[]) with ordinality as r (line, code, role, amount, currency, basis, n)
       returning legal_basis
     ), basis as (
       insert into legal_bases (tenant_id, legal_basis, destination) select distinct $1, legal_basis, $5 from charge order by legal_basis on conflict do nothing
     )
     insert into assessed (tenant_id, assessment_id, shipment_id, n, destination, law_date, recorded_at, currency, rules, commodities)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $16)`,
    [
      tx.tenant,
      assessmentId,
      shipmentId,
      n,
      destination,
      lawDate,
      time,
      currency,
      rules.map(({ digest }) => digest),
      column(({ line }) => line),
      column(({ code }) => code),
      column(({ role }) => role),
      column(({ amount }) => amount.amount),
      column(({ amount }) => amount.currency),
      column(({ legalBasis }) => legalBasis),
      [...new Set(lines.map(({ commodity }) => commodity))],
    ],
  );
}

/** Assessments by the rules and the legal bases they stand on, and the bases that were voided. */
export const assessedProjection: InlineProjection = {
  name: 'duties.assessed',
  tables: ['assessed', 'assessed_charges', 'legal_bases', 'voidances'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type === 'DutyAssessed') await keepAssessed(tx, event);
      if (event.type === 'LegalBasisVoided') {
        const voided = event.data as LegalBasisVoided;
        await tx.query('insert into voidances (tenant_id, voidance_id, at, voidance) values ($1, $2, $3, $4)', [
          tx.tenant,
          voided.voidanceId,
          event.time,
          JSON.stringify(voided),
        ]);
      }
    }
  },
};
