import { z } from 'zod';
import { defineRoute, pageOf, pageQuery } from '../define-route.js';
import { STAGES, TASK_KINDS } from '../names.js';
import {
  charges,
  contractRate,
  country,
  goodsLine,
  incoterm,
  instant,
  legalDate,
  money,
  party,
  paymentChoice,
  positive,
  transportMode,
  unLocode,
  uuid,
} from '../values.js';
import { goodsTitle, importerIdentifier } from './events.js';

const everyone = ['operator', 'approver', 'compliance', 'auditor', 'partner', 'administrator'] as const;
const operations = ['operator', 'administrator'] as const;

export const importerView = z
  .strictObject({
    importerId: uuid,
    code: z.string(),
    name: z.string(),
    destinations: z.array(country),
    identifiers: z.array(importerIdentifier),
    version: z.int(),
  })
  .meta({ id: 'Importer' });

export const registerImporter = defineRoute('shipments', 'registerImporter', 'POST /v1/importers', {
  summary: 'Register an importer of record with its checked identifiers',
  access: operations,
  body: z.strictObject({
    code: z.string().regex(/^[a-z0-9-]{2,40}$/),
    name: z.string().min(2).max(140),
    destinations: z.array(country).min(1),
    identifiers: z.array(importerIdentifier).min(1),
  }),
  answer: importerView,
  problems: [
    'shipments.importer.identifier-invalid',
    'shipments.importer.identifier-missing',
    'shipments.importer.code-taken',
  ],
});
export const listImporters = defineRoute('shipments', 'listImporters', 'GET /v1/importers', {
  summary: 'Importers of record of the tenant',
  access: everyone,
  query: z.strictObject(pageQuery),
  answer: pageOf(importerView),
});

export const guaranteeView = z
  .strictObject({
    guaranteeId: uuid,
    importerId: uuid,
    destination: country,
    reference: z.string(),
    limit: money,
    reserved: money,
    headroom: money,
    version: z.int(),
  })
  .meta({ id: 'Guarantee' });
export const registerGuarantee = defineRoute('shipments', 'registerGuarantee', 'POST /v1/guarantees', {
  summary: 'Register the guarantee that stands behind an importer in a destination',
  access: operations,
  body: z.strictObject({ importerId: uuid, destination: country, reference: z.string().min(1).max(35), limit: money }),
  answer: guaranteeView,
  problems: ['shipments.importer.unknown', 'shipments.guarantee.exists'],
});
export const listGuarantees = defineRoute('shipments', 'listGuarantees', 'GET /v1/guarantees', {
  summary: 'Guarantees with what is reserved and what is left',
  access: everyone,
  query: z.strictObject(pageQuery),
  answer: pageOf(guaranteeView),
});

export const showGuarantee = defineRoute('shipments', 'showGuarantee', 'GET /v1/guarantees/{guaranteeId}', {
  summary: 'One guarantee: what is held under it for each shipment, and which shipments it was too small for',
  access: everyone,
  params: z.strictObject({ guaranteeId: uuid }),
  answer: guaranteeView.extend({
    used: money.meta({ description: 'of what is reserved: for filings that the authority has registered' }),
    awaiting: money.meta({ description: 'of what is reserved: for filings that it has not registered yet' }),
    holds: z.array(
      z.strictObject({
        shipmentId: uuid,
        reference: z.string(),
        mrn: z.string().nullable().meta({ description: 'null: the authority has not registered the filing yet' }),
        amount: money,
      }),
    ),
    refused: z
      .array(
        z.strictObject({
          shipmentId: uuid,
          reference: z.string(),
          taskId: uuid.meta({ description: 'the task that waits for a larger guarantee' }),
          needed: money,
        }),
      )
      .meta({ description: 'shipments that wait unfiled because their duty is beyond the headroom' }),
  }),
});
export const changeGuaranteeLimit = defineRoute(
  'shipments',
  'changeGuaranteeLimit',
  'POST /v1/guarantees/{guaranteeId}/limit',
  {
    summary: 'Top up a guarantee, or take in that its limit was lowered; never below what is held',
    access: operations,
    params: z.strictObject({ guaranteeId: uuid }),
    body: z.strictObject({ limit: money, reason: z.string().min(3).max(280) }),
    status: 200,
    answer: guaranteeView,
    problems: ['shipments.guarantee.unknown', 'shipments.guarantee.below-held', 'shipments.guarantee.currency'],
  },
);
export const forecastGuarantee = defineRoute(
  'shipments',
  'forecastGuarantee',
  'GET /v1/guarantees/{guaranteeId}/forecast',
  {
    summary: 'The day on which a guarantee runs out, from what was held and given back on the days before',
    description:
      'A thousand futures are drawn from the days of the history by a generator seeded with guarantee and date: the same question has the same answer. p10 is the day by which it has run out in a tenth of them; null: not within the horizon.',
    access: everyone,
    params: z.strictObject({ guaranteeId: uuid }),
    query: z.strictObject({
      date: legalDate.optional().meta({ description: 'the day that the forecast is made on; default: today, UTC' }),
      historyDays: z.coerce.number().int().min(7).max(365).default(90),
      horizonDays: z.coerce.number().int().min(7).max(730).default(365),
    }),
    answer: z.strictObject({
      guaranteeId: uuid,
      date: legalDate,
      limit: money,
      headroom: money,
      history: z.strictObject({ days: z.int(), from: legalDate.nullable(), held: money, givenBack: money }),
      horizonDays: z.int(),
      runsOut: z
        .strictObject({ p10: legalDate.nullable(), p50: legalDate.nullable(), p90: legalDate.nullable() })
        .nullable(),
      usualReservation: money.nullable().meta({ description: 'the middle one of the history' }),
      filingsLeft: z.int().nullable().meta({ description: 'usual reservations that the headroom covers' }),
      says: z.string(),
    }),
    problems: ['shipments.guarantee.unknown'],
  },
);

export const engagementView = z
  .strictObject({
    engagementId: uuid,
    kind: z.enum(['per-shipment', 'ongoing']),
    customer: z.strictObject({ name: z.string(), contact: z.string().optional() }),
    importerId: uuid,
    destinations: z.array(country).min(1),
    status: z.enum(['open', 'in-force', 'suspended', 'ended']),
    validFrom: legalDate,
    validTo: legalDate.nullable(),
    title: goodsTitle.nullable().optional(),
    frozen: z
      .array(z.strictObject({ shipmentId: uuid, says: z.string() }))
      .optional()
      .meta({ description: 'shipments whose goods were seized: nothing is opened or filed under the engagement' }),
    mandates: z.array(
      z.strictObject({
        mandateId: uuid,
        grantor: z.string(),
        destinations: z.array(country),
        validFrom: legalDate,
        validTo: legalDate,
      }),
    ),
    version: z.int(),
  })
  .meta({ id: 'Engagement' });
export const openEngagement = defineRoute('shipments', 'openEngagement', 'POST /v1/engagements', {
  summary: 'Open an engagement, for one shipment or ongoing',
  access: [...operations, 'partner'],
  body: z.strictObject({
    kind: z.enum(['per-shipment', 'ongoing']),
    customer: z.strictObject({ name: z.string().min(2).max(140), contact: z.string().max(140).optional() }),
    importerId: uuid,
    destinations: z.array(country).min(1),
    validFrom: legalDate,
    validTo: legalDate.nullable().default(null),
    title: goodsTitle
      .optional()
      .meta({ description: 'what the importer holds in the goods; without it, it lends its name alone' }),
  }),
  answer: engagementView,
  problems: [
    'shipments.importer.unknown',
    'shipments.importer.not-here',
    'shipments.importer.nominee',
    'shipments.engagement.dates',
  ],
});
export const listEngagements = defineRoute('shipments', 'listEngagements', 'GET /v1/engagements', {
  summary: 'Engagements of the tenant',
  access: everyone,
  query: z.strictObject(pageQuery),
  answer: pageOf(engagementView),
});
export const showEngagement = defineRoute('shipments', 'showEngagement', 'GET /v1/engagements/{engagementId}', {
  summary: 'One engagement; its ETag is needed to change it',
  access: everyone,
  params: z.strictObject({ engagementId: uuid }),
  answer: engagementView,
});
export const grantMandate = defineRoute('shipments', 'grantMandate', 'POST /v1/engagements/{engagementId}/mandates', {
  summary: 'Record a power of attorney with its validity',
  access: operations,
  params: z.strictObject({ engagementId: uuid }),
  body: z.strictObject({
    grantor: z.string().min(2).max(140),
    destinations: z.array(country).min(1),
    validFrom: legalDate,
    validTo: legalDate,
  }),
  conditional: true,
  answer: engagementView,
  problems: ['shipments.engagement.ended', 'shipments.mandate.dates'],
});
export const endEngagement = defineRoute('shipments', 'endEngagement', 'POST /v1/engagements/{engagementId}/end', {
  summary: 'End an engagement; running shipments go on',
  access: operations,
  params: z.strictObject({ engagementId: uuid }),
  body: z.strictObject({ reason: z.string().min(3).max(280) }),
  conditional: true,
  status: 200,
  answer: engagementView,
  problems: ['shipments.engagement.ended'],
});

export const shipmentView = z
  .strictObject({
    shipmentId: uuid,
    engagementId: uuid,
    reference: z.string(),
    destination: country,
    origin: country,
    transport: transportMode,
    portOfEntry: unLocode,
    stage: z.enum(STAGES),
    /** one derived sentence: who, what, until when */
    summary: z.string(),
    waitingFor: z.string().nullable(),
    openTasks: z.int(),
    payable: money.nullable(),
    paid: money.nullable(),
    mrn: z.string().nullable(),
    lastEvent: z.strictObject({ type: z.string(), time: instant }).nullable(),
    openedAt: instant,
    parentId: uuid.nullable().meta({ description: 'the shipment of which this is a part' }),
    parts: z
      .array(z.strictObject({ shipmentId: uuid, reference: z.string(), stage: z.enum(STAGES) }))
      .meta({ description: 'the shipments that this one was split into; empty when it was not' }),
    version: z.int().meta({ description: 'Version of the shipment’s own stream: its ETag' }),
    /** events of all contexts seen by this view */
    events: z.int(),
  })
  .meta({ id: 'Shipment' });
export const openShipment = defineRoute('shipments', 'openShipment', 'POST /v1/shipments', {
  summary: 'Open a shipment under an engagement',
  access: [...operations, 'partner'],
  body: z.strictObject({
    engagementId: uuid,
    destination: country.optional().meta({ description: 'needed where the engagement covers several' }),
    reference: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{1,34}$/),
    origin: country,
    transport: transportMode,
    portOfEntry: unLocode,
    incoterm: z.strictObject({ code: incoterm, place: z.string().min(1).max(70) }),
    parties: z.array(party).min(2).max(8),
    lines: z.array(goodsLine).max(999).default([]),
    charges: charges.default({}),
    carrier: z.string().max(35).default('simulated-ocean'),
    payment: paymentChoice.optional(),
    contractRate: contractRate
      .optional()
      .meta({ description: 'refused where the destination’s law knows no such exception' }),
  }),
  status: 202,
  answer: z.strictObject({ shipmentId: uuid, reference: z.string(), version: z.int() }),
  problems: [
    'shipments.engagement.unknown',
    'shipments.engagement.not-in-force',
    'shipments.engagement.used',
    'shipments.engagement.not-here',
    'shipments.reference.taken',
    'shipments.parties.missing',
    'shipments.port.not-in-destination',
    'shipments.lines.numbers',
    'shipments.contract-rate.not-allowed',
    'shipments.contract-rate.not-of-sale',
    'shipments.contract-rate.currency',
    'shipments.contract-rate.ahead',
  ],
});
export const listShipments = defineRoute('shipments', 'listShipments', 'GET /v1/shipments', {
  summary: 'Shipments of the tenant, newest first',
  access: everyone,
  query: z.strictObject({ ...pageQuery, stage: z.enum(STAGES).optional(), reference: z.string().max(35).optional() }),
  answer: pageOf(shipmentView),
});
export const showShipment = defineRoute('shipments', 'showShipment', 'GET /v1/shipments/{shipmentId}', {
  summary: 'One shipment as the board sees it, folded from the events of all contexts',
  access: everyone,
  params: z.strictObject({ shipmentId: uuid }),
  answer: shipmentView,
});
export const amendShipment = defineRoute('shipments', 'amendShipment', 'PATCH /v1/shipments/{shipmentId}', {
  summary: 'Change particulars of a shipment before its papers are complete',
  access: operations,
  params: z.strictObject({ shipmentId: uuid }),
  body: z.strictObject({
    portOfEntry: unLocode.optional(),
    charges: charges.optional(),
    lines: z.array(goodsLine).max(999).optional(),
    parties: z.array(party).optional(),
  }),
  idempotent: true,
  conditional: true,
  answer: z.strictObject({ shipmentId: uuid, version: z.int() }),
  problems: ['shipments.shipment.already-engaged'],
});
export const splitShipment = defineRoute('shipments', 'splitShipment', 'POST /v1/shipments/{shipmentId}/split', {
  summary: 'Split a shipment into parts, each a shipment with its own papers, entry and money',
  description:
    'As long as nothing stands with the authority: before the declaration is sent, or after its rejection. Quantities of every line must add up to the line; prices, masses and, where not said, freight and insurance follow in proportion. The whole closes, its guarantee is given back, and each part begins with its own engagement check.',
  access: operations,
  params: z.strictObject({ shipmentId: uuid }),
  body: z.strictObject({
    reason: z.string().min(3).max(280),
    parts: z
      .array(
        z.strictObject({
          reference: z
            .string()
            .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{1,34}$/)
            .optional()
            .meta({ description: 'default: the reference of the whole, with -1, -2 …' }),
          portOfEntry: unLocode.optional().meta({ description: 'default: that of the whole' }),
          lines: z
            .array(z.strictObject({ number: z.int().positive(), quantity: positive }))
            .max(999)
            .default([])
            .meta({ description: 'what it takes of each line; empty where the lines are read from its own invoice' }),
          charges: charges.optional(),
        }),
      )
      .min(2)
      .max(50),
  }),
  conditional: true,
  answer: z.strictObject({
    shipmentId: uuid,
    parts: z.array(z.strictObject({ shipmentId: uuid, reference: z.string() })),
  }),
  problems: [
    'shipments.shipment.unknown',
    'shipments.shipment.closed',
    'shipments.split.lines-unknown',
    'shipments.split.uneven',
    'shipments.split.charges-unsaid',
    'shipments.split.too-late',
    'shipments.reference.taken',
    'workflow.not-begun',
  ],
});
export const timelineEntry = z
  .strictObject({
    position: z.string().meta({ description: 'Cursor of the entry' }),
    eventId: uuid,
    type: z.string(),
    context: z.string(),
    name: z.string(),
    stream: z.string(),
    version: z.int(),
    time: instant,
    actor: z.string(),
    causationId: z.string(),
    says: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' });
export const showTimeline = defineRoute('shipments', 'showTimeline', 'GET /v1/shipments/{shipmentId}/timeline', {
  summary: 'The shipment’s events of all contexts, in the order they were recorded here',
  access: everyone,
  params: z.strictObject({ shipmentId: uuid }),
  query: z.strictObject(pageQuery),
  answer: pageOf(timelineEntry),
});

/** A person as events name them. */
const person = z.string().regex(/^user:.{1,120}$/, 'a person, such as user:olivia');
const deciders = ['operator', 'approver', 'compliance', 'administrator'] as const;

export const taskView = z
  .strictObject({
    taskId: uuid,
    shipmentId: uuid.nullable(),
    engagementId: uuid.nullable(),
    kind: z.enum(TASK_KINDS),
    role: z.string(),
    status: z.enum(['open', 'done', 'withdrawn']),
    says: z.string(),
    about: z.record(z.string(), z.unknown()),
    due: instant.nullable(),
    assignee: z.string().nullable().meta({ description: 'who has taken it, or had it when it closed' }),
    takenAt: instant.nullable(),
    decisions: z.array(z.strictObject({ by: z.string(), at: instant, decision: z.record(z.string(), z.unknown()) })),
    version: z.int(),
  })
  .meta({ id: 'Task' });
export const listTasks = defineRoute('shipments', 'listTasks', 'GET /v1/tasks', {
  summary: 'Tasks that wait for a person, oldest deadline first',
  access: everyone,
  query: z.strictObject({
    ...pageQuery,
    shipment: uuid.optional(),
    status: z.enum(['open', 'done', 'withdrawn']).default('open'),
    kind: z.enum(TASK_KINDS).optional(),
    assignee: z
      .union([z.enum(['me', 'nobody']), person])
      .optional()
      .meta({ description: 'who has taken it: the caller, nobody, or a person such as user:olivia' }),
  }),
  answer: pageOf(taskView),
});
export const showTask = defineRoute('shipments', 'showTask', 'GET /v1/tasks/{taskId}', {
  summary: 'One task with what it is about',
  access: everyone,
  params: z.strictObject({ taskId: uuid }),
  answer: taskView,
});
export const takeTask = defineRoute('shipments', 'takeTask', 'POST /v1/tasks/{taskId}/take', {
  summary: 'Take an open task: colleagues see who sees to it',
  description:
    'It is no lock: whoever has the role may still decide it. What a colleague has is taken over by naming them in `from`. It asks for no If-Match, and an ETag that was ' +
    'read before still decides the task afterwards.',
  access: deciders,
  params: z.strictObject({ taskId: uuid }),
  body: z.strictObject({ from: person.optional().meta({ description: 'the colleague from whom it is taken over' }) }),
  status: 200,
  answer: taskView,
  problems: [
    'shipments.task.unknown',
    'shipments.task.not-open',
    'shipments.task.role',
    'shipments.task.taken',
    'shipments.task.changed-hands',
  ],
});
export const giveTaskBack = defineRoute('shipments', 'giveTaskBack', 'POST /v1/tasks/{taskId}/give-back', {
  summary: 'Give an open task back that one has taken; an administrator also gives back what a colleague has',
  access: deciders,
  params: z.strictObject({ taskId: uuid }),
  body: z.strictObject({}),
  status: 200,
  answer: taskView,
  problems: ['shipments.task.unknown', 'shipments.task.not-open', 'shipments.task.not-yours'],
});
export const decideTask = defineRoute('shipments', 'decideTask', 'POST /v1/tasks/{taskId}/decision', {
  summary: 'Decide a task: confirm lines, correct a declaration, approve a payment, retry',
  description:
    'confirm-lines: { lines } · correct-declaration: { set: { "lines[0].commodity": "8517140000" } } · approve-payment: { approve: true } · ' +
    'raise-guarantee: { deposit: { reference, amount, lodgedOn } } · { guarantee: { reference, amount } } · { waitUntil, reason } · { retry: true } · { abandon: true, reason } · ' +
    'resolve-engagement, retry-step, rebook-delivery, review-assessment: { retry: true } · or { abandon: true, reason } where the story offers it',
  access: deciders,
  params: z.strictObject({ taskId: uuid }),
  body: z.record(z.string(), z.unknown()),
  conditional: true,
  freshSignIn: 'when-approving',
  status: 200,
  answer: z.strictObject({
    taskId: uuid,
    status: z.enum(['open', 'done', 'withdrawn']),
    says: z.string(),
    version: z.int(),
  }),
  problems: [
    'shipments.task.not-open',
    'shipments.task.role',
    'shipments.task.decision-invalid',
    'duties.payment.self-approval',
    'duties.payment.approver-edited',
    'duties.payment.digest-changed',
    'workflow.not-answering',
  ],
});
