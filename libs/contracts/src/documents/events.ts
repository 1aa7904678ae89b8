import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { DOCUMENT_TYPES } from '../names.js';
import { digest, documentSet, goodsLine, money, partLine, sha256Hex, uuid } from '../values.js';

export const fileStored = defineEvent(
  'documents',
  'FileStored',
  'Bytes came in and were kept under their digest, before anything read them.',
  z.strictObject({
    fileId: uuid,
    shipmentId: uuid,
    sha256: sha256Hex,
    size: z.int().nonnegative(),
    mediaType: z.string(),
    name: z.string().max(255),
  }),
);

export const fileRefused = defineEvent(
  'documents',
  'FileRefused',
  'A file was refused at the door; its digest and the reason are kept.',
  z.strictObject({
    fileId: uuid,
    shipmentId: uuid,
    sha256: sha256Hex.nullable(),
    size: z.int().nonnegative(),
    name: z.string().max(255),
    code: z.string(),
    place: z.string().nullable(),
    says: z.string(),
  }),
);

const versioned = { documentId: uuid, shipmentId: uuid, version: z.int().positive(), sha256: sha256Hex, fileId: uuid };

/** A paper of a split shipment serves its parts: the same bytes, and how much of what they are about each part takes. */
export const carriedFrom = z
  .strictObject({ shipmentId: uuid, documentId: uuid, version: z.int().positive(), covers: z.array(partLine) })
  .meta({ id: 'CarriedFrom' });
export type CarriedFrom = z.infer<typeof carriedFrom>;

export const documentReceived = defineEvent(
  'documents',
  'DocumentReceived',
  'A business paper of a shipment came in for the first time.',
  z.strictObject({
    ...versioned,
    type: z.enum(DOCUMENT_TYPES),
    carried: carriedFrom.optional().meta({ description: 'a paper of the shipment that this is a part of' }),
  }),
);

export const documentVersionAdded = defineEvent(
  'documents',
  'DocumentVersionAdded',
  'A replacement came in; the old version stays readable.',
  z.strictObject({ ...versioned, type: z.enum(DOCUMENT_TYPES) }),
);

export const duplicateNoticed = defineEvent(
  'documents',
  'DuplicateNoticed',
  'The same bytes came in again; the second copy is a link to the first.',
  z.strictObject({ documentId: uuid, shipmentId: uuid, sha256: sha256Hex, name: z.string().max(255) }),
);

export const documentRead = defineEvent(
  'documents',
  'DocumentRead',
  'Facts were read from a version; they lie beside it under their digest.',
  z.strictObject({
    documentId: uuid,
    shipmentId: uuid,
    version: z.int().positive(),
    type: z.enum(DOCUMENT_TYPES),
    factsDigest: digest,
    lines: z.int().nonnegative(),
    number: z.string().nullable(),
    total: money.nullable(),
  }),
);

export const documentRejected = defineEvent(
  'documents',
  'DocumentRejected',
  'A version could not be read or is not what it says; a corrected one is awaited.',
  z.strictObject({
    documentId: uuid,
    shipmentId: uuid,
    version: z.int().positive(),
    code: z.string(),
    place: z.string().nullable(),
    says: z.string(),
  }),
);

export const linesConfirmed = defineEvent(
  'documents',
  'LinesConfirmed',
  'A person confirmed or corrected the lines read from an invoice.',
  z.strictObject({
    documentId: uuid,
    shipmentId: uuid,
    version: z.int().positive(),
    factsDigest: digest,
    by: z.string(),
    lines: z.array(goodsLine).min(1),
    corrected: z.array(z.string()),
  }),
);

export const requirement = z
  .strictObject({
    slot: z.string(),
    types: z.array(z.string()),
    choose: z.enum(['all', 'one']),
    scope: z.string(),
    state: z.enum(['unasked', 'missing', 'provided', 'exempt', 'deferred']),
    reasons: z.array(z.strictObject({ row: z.string(), because: z.string(), law: z.string() })),
    from: z.string(),
    due: z.strictObject({ legal: z.string().nullable(), sla: z.string().nullable(), anchor: z.string() }).nullable(),
    original: z.boolean(),
    blocks: z.enum(['filing', 'claim', 'release', 'delivery', 'nothing']),
  })
  .meta({ id: 'Requirement' });
export type Requirement = z.infer<typeof requirement>;

export const finding = z
  .strictObject({
    kind: z.string(),
    outcome: z.enum(['warning', 'blocks-claim', 'blocks-filing']),
    subject: z.string(),
    compared: z.array(z.strictObject({ document: z.string(), pointer: z.string(), value: z.string() })),
    difference: z.string().optional(),
    tolerance: z.string().optional(),
    says: z.string(),
    fix: z.array(z.string()),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof finding>;

export const checklistDerived = defineEvent(
  'documents',
  'ChecklistDerived',
  'What is required was derived from dated rows.',
  z.strictObject({ shipmentId: uuid, rows: digest, requirements: z.array(requirement) }),
);

export const slotFilled = defineEvent(
  'documents',
  'SlotFilled',
  'A place in the checklist was filled by a document version.',
  z.strictObject({ shipmentId: uuid, slot: z.string(), documentId: uuid, version: z.int().positive() }),
);

export const checksRun = defineEvent(
  'documents',
  'ChecksRun',
  'The papers were compared with each other and with the shipment.',
  z.strictObject({
    shipmentId: uuid,
    factsDigest: digest,
    findings: z.array(finding),
    cannotTell: z.array(z.string()),
  }),
  { personal: ['/findings/*/compared/*/value'] },
);

const difference = {
  shipmentId: uuid,
  kind: z.string(),
  subject: z.string(),
  finding: digest.meta({ description: 'of the finding with the values compared: another value is another difference' }),
};
export const differenceProposed = defineEvent(
  'documents',
  'DifferenceProposed',
  'Somebody asks that a difference which blocks filing is accepted as it is, and says why.',
  z.strictObject({ ...difference, by: z.string(), reason: z.string().max(280) }),
);
export const differenceAccepted = defineEvent(
  'documents',
  'DifferenceAccepted',
  'A difference between the papers stands as it is: a warning by one person, one that blocks filing by a second one.',
  z.strictObject({
    ...difference,
    by: z.string(),
    reason: z.string().max(280),
    proposedBy: z.string().nullable().meta({ description: 'null where one person is enough' }),
  }),
);
export const differenceRefused = defineEvent(
  'documents',
  'DifferenceRefused',
  'Somebody tried to accept what they proposed themselves.',
  z.strictObject({ ...difference, by: z.string(), code: z.string(), says: z.string() }),
);

export const documentSetCompleted = defineEvent(
  'documents',
  'DocumentSetCompleted',
  'No slot that blocks filing is open and no finding blocks it.',
  z.strictObject({ shipmentId: uuid, set: documentSet }),
);

export const documentSetBlocked = defineEvent(
  'documents',
  'DocumentSetBlocked',
  'All papers are there, but a person must confirm lines or a finding blocks filing.',
  z.strictObject({
    shipmentId: uuid,
    confirm: z.array(
      z.strictObject({ documentId: uuid, version: z.int().positive(), factsDigest: digest, lines: z.array(goodsLine) }),
    ),
    findings: z.array(finding),
  }),
  { personal: ['/findings/*/compared/*/value'] },
);

export const documentSetReopened = defineEvent(
  'documents',
  'DocumentSetReopened',
  'Slots lost their paper: its newest version could not be accepted.',
  z.strictObject({ shipmentId: uuid, slots: z.array(z.string()).min(1) }),
);

export const documentDownloaded = defineEvent(
  'documents',
  'DocumentDownloaded',
  'Somebody read the bytes of a version; streams of their own, one a document, keep who and why.',
  z.strictObject({
    documentId: uuid,
    shipmentId: uuid,
    version: z.int().positive(),
    sha256: sha256Hex,
    by: z.string(),
    reason: z.string().max(280).nullable(),
  }),
);

export type DocumentsEvent =
  | EventOf<typeof documentDownloaded>
  | EventOf<typeof fileStored>
  | EventOf<typeof fileRefused>
  | EventOf<typeof documentReceived>
  | EventOf<typeof documentVersionAdded>
  | EventOf<typeof duplicateNoticed>
  | EventOf<typeof documentRead>
  | EventOf<typeof documentRejected>
  | EventOf<typeof linesConfirmed>
  | EventOf<typeof checklistDerived>
  | EventOf<typeof slotFilled>
  | EventOf<typeof checksRun>
  | EventOf<typeof differenceProposed>
  | EventOf<typeof differenceAccepted>
  | EventOf<typeof differenceRefused>
  | EventOf<typeof documentSetCompleted>
  | EventOf<typeof documentSetBlocked>
  | EventOf<typeof documentSetReopened>;
