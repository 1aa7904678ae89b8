import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { TASK_KINDS } from '../names.js';
import {
  charges,
  country,
  digest,
  goodsLine,
  instant,
  legalDate,
  money,
  party,
  situation,
  unLocode,
  uuid,
} from '../values.js';
import type { commentMade, commentWithdrawn } from './comments.events.js';

export const importerIdentifier = z.strictObject({
  scheme: z.enum(['EORI', 'EIN', 'VAT', 'DAN', 'JPCN']),
  value: z.string().max(35),
});

/** What the importer of record holds in the goods, where it does not act in its name alone. */
export const goodsTitle = z
  .strictObject({
    right: z
      .enum(['owner', 'disposal'])
      .meta({ description: 'disposal: may sell, lend or use the goods after import' }),
    evidence: z.string().min(3).max(280).meta({ description: 'the contract or paper that gives it' }),
  })
  .meta({ id: 'GoodsTitle' });

export const importerRegistered = defineEvent(
  'shipments',
  'ImporterRegistered',
  'An entity may stand as importer of record in the named destinations, under the identifiers that were checked.',
  z.strictObject({
    importerId: uuid,
    code: z.string().max(40),
    name: z.string().max(140),
    destinations: z.array(country).min(1),
    identifiers: z.array(importerIdentifier),
  }),
);

export const guaranteeRegistered = defineEvent(
  'shipments',
  'GuaranteeRegistered',
  'A guarantee (bond, comprehensive guarantee) with its limit stands behind an importer.',
  z.strictObject({
    guaranteeId: uuid,
    importerId: uuid,
    destination: country,
    reference: z.string().max(35),
    limit: money,
  }),
);

export const guaranteeLimitChanged = defineEvent(
  'shipments',
  'GuaranteeLimitChanged',
  'The authority or the surety raised or lowered what the guarantee covers.',
  z.strictObject({ guaranteeId: uuid, limit: money, before: money, reason: z.string().max(280), by: z.string() }),
);

export const guaranteeReserved = defineEvent(
  'shipments',
  'GuaranteeReserved',
  'Headroom of the guarantee was reserved for a shipment before filing.',
  z.strictObject({ guaranteeId: uuid, shipmentId: uuid, amount: money, headroom: money }),
);

export const guaranteeReleased = defineEvent(
  'shipments',
  'GuaranteeReleased',
  'The reservation for a shipment was given back.',
  z.strictObject({ guaranteeId: uuid, shipmentId: uuid, amount: money }),
);

export const guaranteeCarriedForward = defineEvent(
  'shipments',
  'GuaranteeCarriedForward',
  'A new sheet of the guarantee begins with its terms and what is held: a sheet of the account stays short.',
  z.strictObject({
    guaranteeId: uuid,
    importerId: uuid,
    destination: country,
    reference: z.string().max(35),
    limit: money,
    sheet: z.int().min(2),
    reservations: z.array(z.strictObject({ shipmentId: uuid, amount: money })),
  }),
);

export const engagementOpened = defineEvent(
  'shipments',
  'EngagementOpened',
  'A customer engaged an importer of record, for one shipment or as an ongoing programme.',
  z.strictObject({
    engagementId: uuid,
    kind: z.enum(['per-shipment', 'ongoing']),
    customer: z.strictObject({ name: z.string().max(140), contact: z.string().max(140).optional() }),
    importerId: uuid,
    destinations: z.array(country).min(1),
    validFrom: legalDate,
    validTo: legalDate.nullable(),
    title: goodsTitle.optional(),
  }),
  { personal: ['/customer/contact'] },
);

export const mandateGranted = defineEvent(
  'shipments',
  'MandateGranted',
  'The customer gave a power of attorney with its scope and validity.',
  z.strictObject({
    engagementId: uuid,
    mandateId: uuid,
    grantor: z.string().max(140),
    destinations: z.array(country).min(1),
    validFrom: legalDate,
    validTo: legalDate,
  }),
);

export const mandateExpiring = defineEvent(
  'shipments',
  'MandateExpiring',
  'A power of attorney ends within the notice period.',
  z.strictObject({ engagementId: uuid, mandateId: uuid, validTo: legalDate }),
);

export const engagementSuspended = defineEvent(
  'shipments',
  'EngagementSuspended',
  'The engagement takes no new shipments until its ground is mended.',
  z.strictObject({ engagementId: uuid, code: z.string(), says: z.string() }),
);

export const engagementEnded = defineEvent(
  'shipments',
  'EngagementEnded',
  'The engagement takes no more shipments.',
  z.strictObject({ engagementId: uuid, reason: z.string().max(280) }),
);

export const shipmentOpened = defineEvent(
  'shipments',
  'ShipmentOpened',
  'A shipment was registered under an engagement.',
  situation.extend({
    openedBy: z.string(),
    parentId: uuid.optional().meta({ description: 'the shipment that was split, of which this is a part' }),
  }),
  { personal: ['/parties/*/name', '/parties/*/address/street'] },
);

export const shipmentAmended = defineEvent(
  'shipments',
  'ShipmentAmended',
  'Particulars of a shipment were changed before anything was filed.',
  z.strictObject({
    shipmentId: uuid,
    portOfEntry: unLocode.optional(),
    charges: charges.optional(),
    lines: z.array(goodsLine).optional(),
    parties: z.array(party).optional(),
  }),
  { personal: ['/parties/*/name', '/parties/*/address/street'] },
);

export const partiesScreened = defineEvent(
  'shipments',
  'PartiesScreened',
  'All parties were compared with the screening list named by its digest.',
  z.strictObject({
    shipmentId: uuid,
    list: z.strictObject({ name: z.string(), digest, entries: z.int().nonnegative() }),
    outcome: z.enum(['clear', 'hit']),
    hits: z.array(z.strictObject({ role: z.string(), entry: z.string(), score: z.string() })),
    /** hits that a person in compliance found to be another, with the reason given */
    cleared: z
      .array(z.strictObject({ role: z.string(), entry: z.string(), by: z.string(), reason: z.string().max(280) }))
      .optional(),
  }),
);

export const shipmentEngaged = defineEvent(
  'shipments',
  'ShipmentEngaged',
  'Standing is proved: engagement in force, mandate valid, importer able to act here, parties screened.',
  z.strictObject({
    shipmentId: uuid,
    engagementId: uuid,
    importerId: uuid,
    mandateId: uuid,
    mandateUntil: legalDate,
    lawDate: legalDate,
    screeningDigest: digest,
  }),
);

export const engagementBlocked = defineEvent(
  'shipments',
  'EngagementBlocked',
  'The shipment may not go on until the named ground is mended.',
  z.strictObject({ shipmentId: uuid, code: z.string(), says: z.string() }),
);

export const taskRaised = defineEvent(
  'shipments',
  'TaskRaised',
  'Something waits for a person.',
  z.strictObject({
    taskId: uuid,
    shipmentId: uuid.nullable(),
    engagementId: uuid.nullable(),
    kind: z.enum(TASK_KINDS),
    role: z.string(),
    says: z.string().max(500),
    /** what the task is about, bound to a decision: e.g. the digest of what is to be approved */
    about: z.record(z.string(), z.unknown()),
    due: instant.nullable(),
    /** workflow that waits for the decision; without it the shipment's or engagement's own */
    waiter: z.string().max(200).optional(),
  }),
);

export const taskDecided = defineEvent(
  'shipments',
  'TaskDecided',
  'A person decided a task; `closes` is false while another person is still needed.',
  z.strictObject({
    taskId: uuid,
    shipmentId: uuid.nullable(),
    by: z.string(),
    decision: z.record(z.string(), z.unknown()),
    closes: z.boolean(),
  }),
);

export const taskTaken = defineEvent(
  'shipments',
  'TaskTaken',
  'A person says that they see to an open task. Colleagues know; nobody is kept from deciding it.',
  z.strictObject({
    taskId: uuid,
    shipmentId: uuid.nullable(),
    by: z.string(),
    from: z.string().nullable().meta({ description: 'who had it; null: nobody' }),
  }),
);

export const taskGivenBack = defineEvent(
  'shipments',
  'TaskGivenBack',
  'Nobody sees to the task any more; it waits for whoever takes it.',
  z.strictObject({
    taskId: uuid,
    shipmentId: uuid.nullable(),
    by: z.string().meta({ description: 'who had it, or an administrator' }),
  }),
);

export const taskWithdrawn = defineEvent(
  'shipments',
  'TaskWithdrawn',
  'The task needs nobody any more.',
  z.strictObject({ taskId: uuid, shipmentId: uuid.nullable(), reason: z.string().max(280) }),
);

export const shipmentSplit = defineEvent(
  'shipments',
  'ShipmentSplit',
  'Before anything stood with the authority, the goods were divided among parts that are shipments, each with its own entry.',
  z.strictObject({
    shipmentId: uuid,
    parts: z.array(z.strictObject({ shipmentId: uuid, reference: z.string().max(35) })).min(2),
    reason: z.string().max(280),
    by: z.string(),
  }),
);

export const shipmentClosed = defineEvent(
  'shipments',
  'ShipmentClosed',
  'The shipment’s story ended: delivered, closed unimported, or split into parts whose stories go on.',
  z.strictObject({
    shipmentId: uuid,
    outcome: z.enum(['delivered', 'unimported', 'split']),
    reason: z.string().max(280).nullable(),
  }),
);

export type ShipmentsEvent =
  | EventOf<typeof importerRegistered>
  | EventOf<typeof guaranteeRegistered>
  | EventOf<typeof guaranteeLimitChanged>
  | EventOf<typeof guaranteeReserved>
  | EventOf<typeof guaranteeReleased>
  | EventOf<typeof guaranteeCarriedForward>
  | EventOf<typeof engagementOpened>
  | EventOf<typeof mandateGranted>
  | EventOf<typeof mandateExpiring>
  | EventOf<typeof engagementSuspended>
  | EventOf<typeof engagementEnded>
  | EventOf<typeof shipmentOpened>
  | EventOf<typeof shipmentAmended>
  | EventOf<typeof shipmentSplit>
  | EventOf<typeof partiesScreened>
  | EventOf<typeof shipmentEngaged>
  | EventOf<typeof engagementBlocked>
  | EventOf<typeof taskRaised>
  | EventOf<typeof taskDecided>
  | EventOf<typeof taskTaken>
  | EventOf<typeof taskGivenBack>
  | EventOf<typeof taskWithdrawn>
  | EventOf<typeof shipmentClosed>
  | EventOf<typeof commentMade>
  | EventOf<typeof commentWithdrawn>;
