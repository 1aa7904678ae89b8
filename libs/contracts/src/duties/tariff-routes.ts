import { z } from 'zod';
import { defineRoute, pageOf, pageQuery } from '../define-route.js';
import { country, currency, digest, instant, legalDate, money, positive, uuid } from '../values.js';
import { classificationGround, TARIFF_SOURCES, tariffRef } from './tariff-events.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;
const keepers = ['operator', 'compliance', 'administrator'] as const;
const commodity = z.string().regex(/^\d{2,14}$/, 'digits only, 2 to 14 of them');
const reason = z.string().trim().min(10, 'at least ten characters: it is read years later').max(2000);

// ---- importing

export const tariffVersion = z
  .strictObject({
    tariffId: uuid,
    destination: country,
    source: z.enum(TARIFF_SOURCES),
    name: z.string(),
    scope: z.enum(['whole', 'part']),
    validFrom: legalDate,
    validTo: legalDate.nullable(),
    digest,
    fileDigest: digest,
    codes: z.int(),
    measures: z.int(),
    refused: z.int(),
    importedAt: instant,
    importedBy: z.string(),
  })
  .meta({ id: 'TariffVersion' });
export type TariffVersion = z.infer<typeof tariffVersion>;

export const refusedRow = z
  .strictObject({
    line: z.int().positive().meta({ description: 'line of the file, from 1, the header included' }),
    code: z.string(),
    column: z.string(),
    text: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'RefusedTariffRow' });
export type RefusedRow = z.infer<typeof refusedRow>;

export const touchedShipment = z
  .strictObject({
    shipmentId: uuid,
    n: z.int(),
    assessmentId: uuid,
    stands: z.array(tariffRef).meta({ description: 'the tariff versions that its newest assessment was made on' }),
    commodities: z.array(z.string()).meta({ description: 'those of its codes that differ between the versions' }),
  })
  .meta({ id: 'TouchedShipment' });

export const importTariff = defineRoute('duties', 'importTariff', 'POST /v1/tariffs', {
  summary: 'Load a published tariff: all of it or nothing, with every row that was refused',
  description:
    'multipart/form-data with a part `file`; fields before it: `source`, `validFrom`, optional `validTo`, `destination`, `name`, `scope` (whole or part). Streams; nothing of it can be seen before all of it is there. The same rows for the same days again are the version that is there already.',
  access: keepers,
  consumes: 'multipart/form-data',
  answer: z.strictObject({
    version: tariffVersion,
    known: z.boolean().meta({ description: 'true: this version was there before' }),
    refused: z.array(refusedRow).meta({ description: 'the first 200; the rest by the route of refused rows' }),
    skipped: z.record(z.string(), z.int()).meta({ description: 'rows that carry no charge, by kind' }),
    flagged: z.int().meta({ description: 'classifications that the version affects' }),
    touched: z.array(touchedShipment),
  }),
  problems: [
    'duties.tariff.not-multipart',
    'duties.tariff.field-invalid',
    'duties.tariff.file-missing',
    'duties.tariff.wrong-format',
    'duties.tariff.wrong-encoding',
    'duties.tariff.cut',
    'duties.tariff.empty',
    'duties.tariff.too-large',
    'duties.tariff.busy',
    'duties.destination.unknown',
  ],
});
export const listTariffs = defineRoute('duties', 'listTariffs', 'GET /v1/tariffs', {
  summary: 'Tariff versions, newest validity first',
  access: [...readers, 'administrator'],
  query: z.strictObject({ destination: country.optional() }),
  answer: z.strictObject({ items: z.array(tariffVersion) }),
});
const tariffParams = z.strictObject({ tariffId: uuid });
export const showTariff = defineRoute('duties', 'showTariff', 'GET /v1/tariffs/{tariffId}', {
  summary: 'One tariff version',
  access: [...readers, 'administrator'],
  params: tariffParams,
  answer: tariffVersion,
  problems: ['duties.tariff.unknown'],
});
export const listRefused = defineRoute('duties', 'listRefusedTariffRows', 'GET /v1/tariffs/{tariffId}/refused', {
  summary: 'Rows of the file that were refused, with line and reason',
  access: [...readers, 'administrator'],
  params: tariffParams,
  query: z.strictObject(pageQuery),
  answer: pageOf(refusedRow),
  problems: ['duties.tariff.unknown'],
});
export const tariffChange = z
  .strictObject({
    commodity: z.string(),
    what: z.string().meta({ description: 'nomenclature, or the measure: role, type, area, additional code' }),
    before: z.string().nullable(),
    after: z.string().nullable(),
  })
  .meta({ id: 'TariffChange' });
export const diffTariffs = defineRoute('duties', 'diffTariffs', 'GET /v1/tariffs/{tariffId}/diff/{otherId}', {
  summary: 'What changed from one version to another, by code, and which running shipments that touches',
  access: [...readers, 'administrator'],
  params: z.strictObject({ tariffId: uuid, otherId: uuid }),
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(1000).default(200),
    after: z.string().max(200).optional(),
  }),
  answer: z.strictObject({
    items: z.array(tariffChange),
    next: z.string().nullable(),
    counts: z.strictObject({ added: z.int(), removed: z.int(), changed: z.int() }),
    touched: z.array(touchedShipment),
  }),
  problems: ['duties.tariff.unknown', 'duties.tariff.other-destination'],
});

// ---- what a shipment stands on

const shipmentParams = z.strictObject({ shipmentId: uuid });
const standing = z.strictObject({
  shipmentId: uuid,
  destination: country.nullable(),
  stands: z.array(tariffRef),
  adopted: z.boolean().meta({ description: 'true: an explicit decision moved it there' }),
  reason: z.string().nullable(),
});
export const showShipmentTariff = defineRoute('duties', 'showShipmentTariff', 'GET /v1/shipments/{shipmentId}/tariff', {
  summary: 'Which tariff versions the shipment’s assessments stand on',
  access: readers,
  params: shipmentParams,
  answer: standing,
});
export const adoptTariff = defineRoute('duties', 'adoptTariff', 'POST /v1/shipments/{shipmentId}/tariff', {
  summary: 'Move a running shipment to another tariff version; its next assessment stands on it',
  access: ['operator', 'compliance'],
  params: shipmentParams,
  body: z.strictObject({ tariffId: uuid, reason }),
  answer: standing,
  problems: [
    'duties.tariff.unknown',
    'duties.tariff.not-in-force',
    'duties.tariff.other-destination',
    'duties.tariff.stands-already',
    'duties.assessment.no-goods',
  ],
});

// ---- nomenclature

const heading = z.strictObject({ code: z.string(), description: z.string() });
export const codeFound = z
  .strictObject({
    code: z.string().meta({ description: 'empty: a heading that the tariff prints without a number' }),
    description: z.string(),
    declarable: z.boolean(),
    headings: z.array(heading).meta({ description: 'from the outermost inwards' }),
  })
  .meta({ id: 'TariffCode' });
export const searchTariff = defineRoute('duties', 'searchTariff', 'GET /v1/nomenclature/{destination}', {
  summary: 'Search the nomenclature by words (stemmed, headings count) or by the first digits of a code',
  access: [...readers, 'administrator'],
  params: z.strictObject({ destination: country }),
  query: z.strictObject({
    q: z.string().trim().min(2).max(200),
    date: legalDate.optional().meta({ description: 'default: today, where the goods go' }),
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  answer: z.strictObject({ items: z.array(codeFound) }),
  problems: ['duties.tariff.none-in-force', 'duties.nomenclature.no-words'],
});
export const measureShown = z
  .strictObject({
    id: z.string(),
    commodity: z.string(),
    role: z.string(),
    type: z.string(),
    area: z.string(),
    expression: z.string(),
    from: legalDate,
    to: legalDate.nullable(),
    law: z.string(),
    needs: z.string().nullable().meta({ description: 'what a declaration must name and support first' }),
    additionalCode: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'TariffMeasure' });
export const showCode = defineRoute('duties', 'showTariffCode', 'GET /v1/nomenclature/{destination}/{code}', {
  summary: 'A code with its headings, what lies below it, and its measures for an origin and a date',
  access: [...readers, 'administrator'],
  params: z.strictObject({ destination: country, code: commodity }),
  query: z.strictObject({
    origin: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional(),
    date: legalDate.optional(),
  }),
  answer: z.strictObject({
    destination: country,
    date: legalDate,
    origin: z.string().nullable(),
    tariff: tariffRef,
    found: codeFound,
    units: z.array(z.string()),
    below: z.array(heading),
    measures: z.array(measureShown),
  }),
  problems: ['duties.tariff.none-in-force', 'duties.commodity.unknown'],
});

// ---- classification

export const classificationView = z
  .strictObject({
    classificationId: uuid,
    destination: country,
    goods: z.string(),
    product: z.string().nullable(),
    commodity: z.string(),
    reasons: z.array(z.string()),
    sources: z.array(z.string()),
    by: z.string(),
    decidedAt: instant,
    ground: classificationGround,
    flags: z.array(
      z.strictObject({
        tariff: tariffRef,
        validFrom: legalDate,
        changes: z.array(z.string()),
        says: z.string(),
        at: instant,
      }),
    ),
    version: z.int(),
  })
  .meta({ id: 'Classification' });
export const decideClassification = defineRoute('duties', 'decideClassification', 'POST /v1/classifications', {
  summary: 'Decide which code goods belong to, with the reasons',
  access: ['operator', 'compliance'],
  body: z.strictObject({
    destination: country,
    goods: z.string().trim().min(3).max(2000),
    product: z.string().trim().min(1).max(100).optional(),
    commodity,
    reasons: z.array(z.string().trim().min(3).max(2000)).min(1).max(20),
    sources: z.array(z.string().trim().min(3).max(500)).max(20).default([]),
    date: legalDate.optional(),
  }),
  answer: classificationView,
  problems: ['duties.tariff.none-in-force', 'duties.commodity.unknown', 'duties.commodity.not-declarable'],
});
export const listClassifications = defineRoute('duties', 'listClassifications', 'GET /v1/classifications', {
  summary: 'Classification decisions of the tenant, newest first',
  access: readers,
  query: z.strictObject({
    ...pageQuery,
    product: z.string().optional(),
    commodity: commodity.optional(),
    flagged: z.enum(['true', 'false']).optional(),
  }),
  answer: pageOf(classificationView),
});
const classificationParams = z.strictObject({ classificationId: uuid });
export const showClassification = defineRoute(
  'duties',
  'showClassification',
  'GET /v1/classifications/{classificationId}',
  {
    summary: 'One classification decision',
    access: readers,
    params: classificationParams,
    answer: classificationView,
    problems: ['duties.classification.unknown'],
  },
);
export const confirmClassification = defineRoute(
  'duties',
  'confirmClassification',
  'POST /v1/classifications/{classificationId}/confirm',
  {
    summary: 'A flagged classification was looked at and stands',
    access: ['operator', 'compliance'],
    params: classificationParams,
    conditional: true,
    body: z.strictObject({ reason, date: legalDate.optional() }),
    answer: classificationView,
    problems: [
      'duties.classification.unknown',
      'duties.classification.not-flagged',
      'duties.commodity.unknown',
      'duties.commodity.not-declarable',
      'duties.tariff.none-in-force',
      'event-store.version.stale',
    ],
  },
);

// ---- exchange rates

const quoted = z.enum(['foreign', 'own']).meta({
  description:
    'foreign: units of each currency for one of the jurisdiction’s; own: units of the jurisdiction’s for one of each',
});
export const fxTableView = z
  .strictObject({
    jurisdiction: country,
    publisher: z.string(),
    from: legalDate,
    to: legalDate,
    digest,
    loadedAt: instant,
    quoted,
    rates: z.record(z.string(), z.string()),
  })
  .meta({ id: 'FxTable' });
export const fxRuleView = z.strictObject({
  jurisdiction: country,
  currency: z.string(),
  publisher: z.string(),
  dateOf: z.string(),
  period: z.string(),
  law: z.string(),
  confidence: z.string(),
});
export const importFx = defineRoute('duties', 'importFxTables', 'POST /v1/fx-tables', {
  summary:
    'Load dated tables of customs exchange rates; a later table for the same days stands from then on, none is overwritten',
  access: keepers,
  body: z.strictObject({
    jurisdiction: country,
    publisher: z.string().trim().min(2).max(100),
    quoted: quoted.default('foreign'),
    tables: z
      .array(
        z.strictObject({
          from: legalDate,
          to: legalDate,
          rates: z.record(currency, positive).refine((rates) => Object.keys(rates).length > 0, 'at least one rate'),
        }),
      )
      .min(1)
      .max(400),
  }),
  answer: z.strictObject({ items: z.array(fxTableView), known: z.int() }),
  problems: ['duties.fx.wrong-period', 'duties.destination.unknown'],
});
export const listFx = defineRoute('duties', 'listFxTables', 'GET /v1/fx-tables', {
  summary: 'The law of a jurisdiction’s customs rates and the tables that are held for a day',
  access: [...readers, 'administrator'],
  query: z.strictObject({ jurisdiction: country, date: legalDate.optional() }),
  answer: z.strictObject({ rule: fxRuleView, items: z.array(fxTableView) }),
  problems: ['duties.destination.unknown', 'duties.fx.rule-missing'],
});

// ---- voided legal bases

export const voidanceView = z
  .strictObject({
    voidanceId: uuid,
    citation: z.string(),
    destination: country.nullable(),
    voidFrom: legalDate,
    reason: z.string(),
    by: z.string(),
    at: instant,
  })
  .meta({ id: 'Voidance' });
export const claimState = z.enum(['not-paid', 'open', 'closing', 'lapsed', 'unknown']);
export const affectedAssessment = z
  .strictObject({
    assessmentId: uuid,
    shipmentId: uuid,
    n: z.int(),
    destination: country,
    lawDate: legalDate,
    state: claimState.meta({
      description:
        'not-paid: correct the declaration; open: claim; closing: less than 30 days left; lapsed: every clock has run out; unknown: no clock is known for the destination',
    }),
    remedy: z.string().nullable(),
    deadline: legalDate.nullable(),
    law: z.string().nullable(),
    charges: z.array(
      z.strictObject({ line: z.int(), code: z.string(), role: z.string(), legalBasis: z.string(), amount: money }),
    ),
    claim: money,
  })
  .meta({ id: 'AffectedAssessment' });
export const voidLegalBasis = defineRoute('duties', 'voidLegalBasis', 'POST /v1/legal-bases/voidances', {
  summary: 'Mark a legal basis void from a day on',
  access: ['compliance', 'operator'],
  body: z.strictObject({
    citation: z.string().trim().min(4).max(300),
    destination: country.optional(),
    voidFrom: legalDate,
    reason,
  }),
  answer: voidanceView,
});
export const listLegalBases = defineRoute('duties', 'listLegalBases', 'GET /v1/legal-bases', {
  summary: 'Legal bases that assessments were charged under, and what was voided',
  access: readers,
  answer: z.strictObject({
    bases: z.array(z.strictObject({ legalBasis: z.string(), destination: country, assessments: z.int() })),
    voidances: z.array(voidanceView),
  }),
});
export const showVoidance = defineRoute('duties', 'showVoidance', 'GET /v1/legal-bases/voidances/{voidanceId}', {
  summary: 'Assessments that carry a voided basis, by the state of their clocks, with the amounts to claim',
  access: readers,
  params: z.strictObject({ voidanceId: uuid }),
  query: z.strictObject({
    date: legalDate.optional().meta({ description: 'the day the clocks are read on; default: today' }),
  }),
  answer: z.strictObject({
    voidance: voidanceView,
    date: legalDate,
    items: z.array(affectedAssessment),
    totals: z.array(z.strictObject({ state: claimState, assessments: z.int(), claim: money })),
  }),
  problems: ['duties.voidance.unknown'],
});
