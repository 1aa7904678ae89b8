import { z } from 'zod';
import { defineRoute, pageOf, pageQuery } from '../define-route.js';
import {
  country,
  currency,
  digest,
  incoterm,
  instant,
  legalDate,
  money,
  nonNegative,
  positive,
  price,
  rateContract,
  transportMode,
  uuid,
} from '../values.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;
const shipmentParams = z.strictObject({ shipmentId: uuid });

const unit = z.string().regex(/^[A-Z0-9_]{2,16}$/, 'a tariff unit such as KGM, DTN or NAR');

/** Parts of a Meursing expression; R is the reduced part of an agreement. */
export const PLACEHOLDERS = ['EA', 'EAR', 'ADSZ', 'ADSZR', 'ADFM', 'ADFMR'] as const;

/**
 * One step of a duty expression. `floor` is the tariff's MIN (at least), `cap` its MAX (at most); the expression is split
 * at the last of them and everything to its right is the right operand. A unit is charged per product of the `per`s.
 */
export const dutyComponent = z
  .strictObject({
    op: z.enum(['add', 'subtract', 'floor', 'cap']),
    term: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('percent'),
        rate: nonNegative,
        of: z.enum(['customsValue', 'retailPrice']).default('customsValue'),
      }),
      z.strictObject({ kind: z.literal('placeholder'), placeholder: z.enum(PLACEHOLDERS) }),
      z.strictObject({
        kind: z.literal('specific'),
        amount: nonNegative,
        currency,
        per: z
          .array(z.strictObject({ quantity: positive, unit }))
          .min(1)
          .max(4),
      }),
    ]),
  })
  .meta({ id: 'DutyComponent' });
export type DutyComponent = z.infer<typeof dutyComponent>;

/** `basic-duty`, `preference`, `quota` and `suspension` are alternatives; the rest is added to the one chosen; `vat` closes the sum. */
export const MEASURE_ROLES = [
  'basic-duty',
  'preference',
  'quota',
  'suspension',
  'safeguard',
  'additional-duty',
  'anti-dumping',
  'countervailing',
  'excise',
  'fee',
  'vat',
] as const;
export type MeasureRole = (typeof MEASURE_ROLES)[number];

/**
 * Conditions of one code form an ordered list that ends with the negative one (`document` null): the first that is met decides
 * by its action whether the measure applies, and brings components of its own.
 */
export const measureCondition = z.strictObject({
  code: z.string().max(4),
  document: z.string().max(8).nullable().optional(),
  threshold: z
    .strictObject({ unit, value: nonNegative, operator: z.enum(['<', '=<', '<=', '=', '=>', '>=', '>']) })
    .optional(),
  action: z.string().regex(/^\d{2}$/),
  components: z.array(dutyComponent).min(1).max(24).optional(),
});
export type MeasureCondition = z.infer<typeof measureCondition>;

const givenMeasure = z.strictObject({
  id: z.string().min(1).max(64),
  role: z.enum(MEASURE_ROLES),
  type: z.string().max(8).optional(),
  area: z.string().max(8).optional(),
  /** destination XI: whose tariff the duty is of; without it a duty is the Union's */
  tariff: z.enum(['GB', 'EU']).optional(),
  additionalCode: z.string().max(8).optional(),
  exciseCode: z.string().max(8).optional(),
  /** an option of the tax such as VATR; without it the standard rate */
  option: z.string().max(8).optional(),
  quotaOrderNumber: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
  quotaStatus: z.enum(['open', 'critical', 'exhausted']).optional(),
  /** what is left of the quota: goods beyond it are split off and pay the third country duty */
  quotaBalance: z.strictObject({ unit, value: nonNegative }).optional(),
  meursingCode: z.string().max(4).optional(),
  conditions: z.array(measureCondition).min(1).max(40).optional(),
  legalBasis: z.string().max(300).optional(),
  /** first and last day of the measure, both included; on another law date it is left out */
  validFrom: legalDate.optional(),
  validTo: legalDate.optional(),
  expression: z.string().max(500).optional(),
  components: z.array(dutyComponent).min(1).max(24).optional(),
});

/** The request of `assessments.md`; members that a narrower engine does not read yet are refused with their place, never ignored. */
export const assessmentRequest = z
  .strictObject({
    destination: country,
    origin: country,
    lawDate: legalDate,
    entryDate: legalDate.optional(),
    transport: transportMode.optional(),
    entryType: z.enum(['formal', 'informal']).default('formal'),
    incoterm: incoterm.optional(),
    procedure: z.literal('release-for-free-circulation').default('release-for-free-circulation'),
    charges: z
      .strictObject({
        freight: price.optional(),
        insurance: price.optional(),
        /** what the buyer bears beside the price and the value takes in: WTO Valuation Agreement, Article 8 */
        packing: price.optional(),
        commission: price.optional(),
        assists: price.optional(),
        royalties: price.optional(),
        proceeds: price.optional(),
        /** transport after entry: never in the value, in the base of import VAT */
        inland: price.optional(),
      })
      .default({}),
    fx: z
      .array(
        z.strictObject({
          from: currency,
          to: currency,
          rate: positive,
          source: z.string().max(300).default('given'),
          contract: rateContract
            .optional()
            .meta({ description: 'of a rate that stands in place of the published one' }),
        }),
      )
      .max(200)
      .default([]),
    /** what the placeholders of a Meursing code stand for */
    meursingTable: z
      .array(
        z.strictObject({
          meursingCode: z.string().max(4),
          placeholder: z.enum(PLACEHOLDERS),
          area: z.string().max(8).default('1011'),
          amount: nonNegative,
          currency,
          per: z
            .array(z.strictObject({ quantity: positive, unit }))
            .min(1)
            .max(4),
        }),
      )
      .max(500)
      .optional(),
    rounding: z.enum(['authority', 'display']).default('authority'),
    /** destination XI: what decides between the duty of the United Kingdom, of the Union, and none */
    northernIreland: z
      .strictObject({
        authorised: z.boolean().optional(),
        finalUse: z.boolean().optional(),
        smallTurnover: z.boolean().optional(),
        processing: z.boolean().optional().meta({ description: 'only such processing as the scheme permits' }),
        ukOrigin: z.boolean().optional(),
        euThirdCountryDutyZero: z.boolean().optional(),
        tradeRemedy: z.boolean().optional(),
      })
      .optional(),
    /** codes of the reliefs that are claimed, e.g. C07 for a consignment of low value */
    reliefs: z.array(z.string().max(16)).max(20).optional(),
    /** how tax and duty are settled, where that moves them from the entry to a later day */
    payment: z
      .strictObject({ vat: z.enum(['postponed', 'deferred']).optional(), duty: z.literal('deferred').optional() })
      .optional(),
    lines: z
      .array(
        z.strictObject({
          number: z.int().positive(),
          commodity: z.string().regex(/^\d{6,10}$/),
          price: price.optional(),
          customsValue: price.optional(),
          quantities: z
            .array(z.strictObject({ unit, value: nonNegative }))
            .max(20)
            .default([]),
          origin: country.optional(),
          preference: z
            .strictObject({
              code: z.string(),
              proof: z.strictObject({ document: z.string(), reference: z.string() }).optional(),
            })
            .optional(),
          additionalCodes: z.array(z.string()).default([]),
          exciseCode: z.string().max(8).optional(),
          vatOption: z.string().max(8).optional(),
          meursingCode: z.string().max(4).optional(),
          documents: z
            .array(
              z.strictObject({ code: z.string(), status: z.string().optional(), reference: z.string().optional() }),
            )
            .optional()
            .meta({
              description:
                'what the goods have: left out, nobody was asked yet; a list without a code, or with status `absent`, says that it is not there',
            }),
          measures: z.array(givenMeasure).min(1).max(50).optional(),
        }),
      )
      .min(1)
      .max(1000),
  })
  .meta({ id: 'AssessmentRequest' });
export type AssessmentRequest = z.infer<typeof assessmentRequest>;

const regime = z.enum(['GB', 'EU', 'none']);
const amountOrNull = z.string().nullable();
export const assessmentResult = z
  .strictObject({
    assessmentId: uuid.nullable(),
    destination: country,
    currency: z.string(),
    lawDate: legalDate,
    status: z.enum(['ASSESSED', 'QUESTIONS', 'NEEDS_REVIEW']),
    /** destination XI: of every line, when it is one and the same */
    regime: regime.nullable().optional(),
    rules: z.array(z.strictObject({ set: z.string(), version: z.string(), digest })),
    lines: z.array(
      z.strictObject({
        number: z.int(),
        regime: regime.optional(),
        customsValue: z
          .strictObject({
            amount: z.string(),
            currency: z.string(),
            trace: z.array(z.string()),
            contained: z
              .string()
              .optional()
              .meta({ description: 'duty and tax inside of a duty-paid price, taken off it in the declaration' }),
          })
          .nullable(),
        options: z.array(
          z.strictObject({
            basis: z.string(),
            chosen: z.boolean(),
            needs: z.array(z.string()),
            charges: z.array(
              z.strictObject({
                measure: z.string(),
                /** of a line that a quota splits */
                part: z.enum(['in-quota', 'out-of-quota']).optional(),
                role: z.string(),
                code: z.string(),
                legalBasis: z.string(),
                expression: z.string(),
                base: z.string(),
                exact: z.string(),
                amount: z.string(),
                arithmetic: z.string(),
                rounding: z.string(),
              }),
            ),
            total: z.string(),
            exactTotal: z.string(),
          }),
        ),
        questions: z.array(
          z.strictObject({
            code: z.string(),
            asks: z.string(),
            measures: z.array(z.string()),
            answers: z.array(z.string()),
          }),
        ),
      }),
    ),
    entryCharges: z.array(
      z.strictObject({
        code: z.string(),
        taxType: z.string().meta({ description: 'The authority’s own code: 499 for MPF, 501 for HMF' }),
        base: z.string(),
        exact: z.string(),
        amount: z.string(),
        arithmetic: z.string(),
        rounding: z.string(),
        legalBasis: z.string(),
      }),
    ),
    totals: z
      .strictObject({
        duty: z.string(),
        excise: z.string(),
        fees: z.string(),
        tax: z.string(),
        payableNow: z.string(),
        payableLater: z.string(),
        landedCost: amountOrNull,
      })
      .nullable(),
    notices: z.array(z.strictObject({ code: z.string(), detail: z.string() })),
  })
  .meta({ id: 'AssessmentResult' });
export type AssessmentResult = z.infer<typeof assessmentResult>;

export const previewAssessment = defineRoute('duties', 'previewAssessment', 'POST /v1/assessments/preview', {
  summary: 'What is due, why, and what would be possible; nothing is stored',
  access: readers,
  body: assessmentRequest,
  status: 200,
  idempotent: false,
  answer: assessmentResult,
  problems: [
    'duties.expression.unreadable',
    'duties.currency.no-rate',
    'duties.destination.unknown',
    'duties.origin.unknown',
    'duties.unit.unknown',
    'duties.quantity.contradicts',
    'duties.line.twice',
    'duties.line.no-value',
    'duties.measure.no-expression',
    'duties.measure.twice',
    'duties.incoterm.not-served',
    'duties.value.negative',
    'duties.quantity.absurd',
    'duties.condition.action-unknown',
  ],
});
export const assessmentView = z
  .strictObject({ n: z.int(), assessmentId: uuid, recordedAt: instant, resultDigest: digest, result: assessmentResult })
  .meta({ id: 'StoredAssessment' });
export const assessShipment = defineRoute('duties', 'assessShipment', 'POST /v1/shipments/{shipmentId}/assessments', {
  summary: 'Assess the shipment’s lines again, on today’s rules, beside the assessments before',
  access: ['operator'],
  params: shipmentParams,
  answer: assessmentView,
  problems: ['duties.assessment.no-goods'],
});
export const listAssessments = defineRoute('duties', 'listAssessments', 'GET /v1/shipments/{shipmentId}/assessments', {
  summary: 'Assessments of a shipment, newest first',
  access: readers,
  params: shipmentParams,
  answer: z.object({ items: z.array(assessmentView) }),
});
export const showAssessment = defineRoute(
  'duties',
  'showAssessment',
  'GET /v1/shipments/{shipmentId}/assessments/{n}',
  {
    summary: 'One assessment with its arithmetic',
    access: readers,
    params: z.strictObject({ shipmentId: uuid, n: z.coerce.number().int().positive() }),
    answer: assessmentView,
  },
);
export const explainAssessment = defineRoute(
  'duties',
  'explainAssessment',
  'GET /v1/shipments/{shipmentId}/assessments/{n}/explain',
  {
    summary: 'The same as text for a person',
    access: readers,
    params: z.strictObject({ shipmentId: uuid, n: z.coerce.number().int().positive() }),
    produces: 'text/plain',
    answer: z.string(),
  },
);

export const rederiveAssessment = defineRoute(
  'duties',
  'rederiveAssessment',
  'POST /v1/assessments/{assessmentId}/rederive',
  {
    summary: 'Compute a stored assessment again from the request and the rule versions named in it; nothing is stored',
    access: readers,
    params: z.strictObject({ assessmentId: uuid }),
    status: 200,
    idempotent: false,
    answer: z
      .strictObject({
        assessmentId: uuid,
        agrees: z.boolean(),
        storedDigest: digest,
        digest,
        differences: z.array(z.strictObject({ pointer: z.string(), stored: z.string(), derived: z.string() })),
      })
      .meta({ id: 'Rederivation' }),
    problems: ['duties.assessment.rules-missing'],
  },
);

/** In the order in which they are told apart; `rate` is what day and rules changed. */
export const VARIANCE_CAUSES = ['lines', 'origin', 'classification', 'value', 'quantity', 'fx', 'rate'] as const;
export type VarianceCause = (typeof VARIANCE_CAUSES)[number];

const difference = { before: z.string(), after: z.string(), change: z.string() };
export const assessmentVariance = z
  .strictObject({
    currency: z.string(),
    lines: z.array(
      z.strictObject({
        line: z.int(),
        ...difference,
        changes: z
          .array(
            z.strictObject({
              causes: z.array(z.enum(VARIANCE_CAUSES)).min(1),
              amount: z.string().meta({ description: 'what it made the line dearer; negative: cheaper' }),
              says: z.string(),
            }),
          )
          .meta({ description: 'they add up to the change of the line' }),
      }),
    ),
    entryCharges: z.strictObject(difference),
    total: z.strictObject(difference),
  })
  .meta({ id: 'AssessmentVariance' });
export type AssessmentVariance = z.infer<typeof assessmentVariance>;

export const compareAssessments = defineRoute(
  'duties',
  'compareAssessments',
  'GET /v1/shipments/{shipmentId}/assessments/{n}/variance',
  {
    summary: 'What changed since an earlier assessment (quote against entry), line by line, with what each change cost',
    access: readers,
    params: z.strictObject({ shipmentId: uuid, n: z.coerce.number().int().positive() }),
    query: z.strictObject({ against: z.coerce.number().int().positive() }),
    answer: assessmentVariance,
    problems: ['duties.variance.not-assessed', 'duties.variance.other-destination', 'duties.assessment.rules-missing'],
  },
);

export const paymentView = z
  .strictObject({
    paymentId: uuid,
    shipmentId: uuid,
    declarationId: uuid,
    caseId: z.string().nullable().meta({ description: 'post-entry case whose debt it pays; null: the entry’s own' }),
    generation: z.int(),
    amount: money,
    payee: z.strictObject({ name: z.string(), account: z.string() }),
    reference: z.string(),
    digest,
    status: z.enum(['needs-approval', 'approved', 'sent', 'outcome-unknown', 'settled', 'bounced', 'void']),
    approvals: z.array(z.strictObject({ by: z.string(), at: instant, onBehalfOf: z.string().optional() })),
    approvalsNeeded: z.int(),
    refusals: z.array(z.strictObject({ by: z.string(), at: instant, code: z.string(), says: z.string() })),
    interest: money.nullable(),
    afterSettlement: z.boolean().meta({ description: 'returned after it had been debited' }),
    reason: z.string().nullable(),
    version: z.int(),
  })
  .meta({ id: 'Payment' });
export const listPayments = defineRoute('duties', 'listPayments', 'GET /v1/shipments/{shipmentId}/payments', {
  summary: 'Payments of a shipment with their approvals',
  access: readers,
  params: shipmentParams,
  answer: z.object({ items: z.array(paymentView) }),
});
export const showPayment = defineRoute('duties', 'showPayment', 'GET /v1/payments/{paymentId}', {
  summary: 'One payment',
  access: readers,
  params: z.strictObject({ paymentId: uuid }),
  answer: paymentView,
});
export const ledgerEntry = z
  .strictObject({
    posting: z.string(),
    eventId: uuid,
    at: instant,
    account: z.string(),
    side: z.enum(['debit', 'credit']),
    amount: money,
    legalBasis: z.string(),
    taxType: z.string(),
    line: z.int(),
    customer: z.string(),
    importer: z.string(),
    authority: z.string(),
    valueDate: legalDate,
    says: z.string(),
  })
  .meta({ id: 'LedgerEntry' });
export const showLedger = defineRoute('duties', 'showLedger', 'GET /v1/shipments/{shipmentId}/ledger', {
  summary: 'Double-entry postings of a shipment and the balance of each account',
  access: readers,
  params: shipmentParams,
  answer: z.strictObject({
    entries: z.array(ledgerEntry),
    balances: z.array(z.strictObject({ account: z.string(), debit: money, credit: money, balance: money })),
    balanced: z.boolean(),
  }),
});
export const bankNotification = defineRoute('duties', 'bankNotification', 'POST /v1/inbound/bank/events', {
  summary: 'The bank tells the outcome of a payment order',
  description: 'Credential: the bank channel’s own bearer token. Stored as it came, then read; twice is once.',
  access: 'machine',
  body: z.looseObject({}),
  status: 202,
  idempotent: false,
});
export const listAllPayments = defineRoute('duties', 'listAllPayments', 'GET /v1/payments', {
  summary: 'Payments of the tenant, newest first',
  access: readers,
  query: z.strictObject({ ...pageQuery, status: z.string().optional() }),
  answer: pageOf(paymentView),
});
