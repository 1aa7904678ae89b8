import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { digest, instant, sha256Hex, uuid } from '../values.js';
import { DOCUMENT_TYPES } from '../names.js';
import { carriedFrom, finding, requirement } from './events.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;
const shipmentParams = z.strictObject({ shipmentId: uuid });

export const documentView = z
  .strictObject({
    documentId: uuid,
    shipmentId: uuid,
    type: z.enum(DOCUMENT_TYPES),
    state: z.enum(['received', 'read', 'accepted', 'rejected']),
    says: z.string().nullable(),
    carried: carriedFrom
      .nullable()
      .meta({ description: 'the paper of the whole that this is, for a part of a split shipment' }),
    versions: z.array(
      z.strictObject({
        version: z.int(),
        sha256: sha256Hex,
        size: z.int(),
        mediaType: z.string(),
        name: z.string(),
        receivedAt: instant,
        factsDigest: digest.nullable(),
      }),
    ),
    version: z.int().meta({ description: 'Version of the document’s stream: its ETag' }),
  })
  .meta({ id: 'Document' });

export const uploadDocument = defineRoute('documents', 'uploadDocument', 'POST /v1/shipments/{shipmentId}/documents', {
  summary: 'Upload a document: one file, its type, and which document it replaces',
  description:
    'multipart/form-data with a part `file`; fields before it: `type`, optional `supersedes` (document id). Streams; nothing is held in memory.',
  access: ['operator', 'partner'],
  params: shipmentParams,
  consumes: 'multipart/form-data',
  status: 202,
  answer: z.strictObject({
    documentId: uuid,
    version: z.int(),
    sha256: sha256Hex,
    size: z.int(),
    mediaType: z.string(),
    duplicate: z.boolean(),
    findings: z.array(finding),
  }),
  problems: [
    'documents.file.too-large',
    'documents.file.empty',
    'documents.file.type-not-allowed',
    'documents.file.type-mismatch',
    'documents.file.doctype',
    'documents.file.too-complex',
    'documents.file.charset',
    'documents.file.truncated',
    'documents.file.corrupt',
    'documents.file.encrypted',
    'documents.file.active-content',
    'documents.file.embedded-file',
    'documents.file.polyglot',
    'documents.upload.not-multipart',
    'documents.upload.file-missing',
    'documents.upload.part-unknown',
    'documents.upload.type-missing',
    'documents.upload.type-unknown',
    'documents.upload.supersedes-invalid',
    'documents.shipment.unknown',
    'documents.document.unknown',
    'documents.document.type-differs',
    'documents.invoice.unreadable',
    'documents.invoice.no-lines',
    'documents.invoice.currency-unknown',
    'documents.invoice.country-unknown',
    'documents.invoice.unit-unknown',
    'documents.invoice.commodity-invalid',
    'documents.invoice.number-unreadable',
    'documents.invoice.quantity-negative',
    'documents.invoice.quantity-zero',
    'documents.packing-list.unreadable',
    'documents.packing-list.header-unclear',
    'documents.packing-list.cell-missing',
    'documents.packing-list.number-unreadable',
    'documents.packing-list.number-negative',
    'documents.packing-list.range-invalid',
    'documents.packing-list.kind-unknown',
    'documents.transport.unreadable',
    'documents.transport.type-differs',
    'documents.transport.container-invalid',
    'documents.permit.unreadable',
    'documents.reading.failed',
  ],
});
export const listDocuments = defineRoute('documents', 'listDocuments', 'GET /v1/shipments/{shipmentId}/documents', {
  summary: 'Documents of a shipment with their versions',
  access: readers,
  params: shipmentParams,
  answer: z.object({ items: z.array(documentView) }),
});
export const showChecklist = defineRoute('documents', 'showChecklist', 'GET /v1/shipments/{shipmentId}/checklist', {
  summary: 'What is required, why, by which law, and what is missing',
  access: readers,
  params: shipmentParams,
  answer: z
    .strictObject({
      shipmentId: uuid,
      state: z.enum(['not-derived', 'waiting', 'blocked', 'complete']),
      rows: digest.nullable(),
      requirements: z.array(requirement),
      version: z.int(),
    })
    .meta({ id: 'Checklist' }),
});
/** A finding with what people made of it. */
export const findingView = finding.extend({
  digest: digest.meta({ description: 'of the finding with the values compared' }),
  acceptable: z
    .boolean()
    .meta({ description: 'whether it can be accepted as it is; else a corrected paper is needed' }),
  proposed: z.strictObject({ by: z.string(), reason: z.string() }).nullable(),
  accepted: z.strictObject({ by: z.string(), reason: z.string(), proposedBy: z.string().nullable() }).nullable(),
});
const findings = z.strictObject({ findings: z.array(findingView), cannotTell: z.array(z.string()) });
export const showFindings = defineRoute('documents', 'showFindings', 'GET /v1/shipments/{shipmentId}/findings', {
  summary: 'Contradictions found between the papers, and which of them were accepted, by whom and why',
  access: readers,
  params: shipmentParams,
  answer: findings,
});
export const acceptDifference = defineRoute(
  'documents',
  'acceptDifference',
  'POST /v1/shipments/{shipmentId}/findings/accept',
  {
    summary: 'Let a difference stand as it is, with a reason',
    description:
      'A warning takes one person. What blocks filing is proposed by an operator and accepted by compliance, never by the same person. Bound to the values that were compared: where one changes, the difference is another.',
    access: ['operator', 'compliance', 'administrator'],
    params: shipmentParams,
    body: z.strictObject({ digest, reason: z.string().trim().min(3).max(280) }),
    status: 200,
    answer: findings,
    problems: [
      'documents.finding.unknown',
      'documents.finding.not-acceptable',
      'documents.finding.not-proposed',
      'documents.finding.same-person',
    ],
  },
);
export const showDocument = defineRoute('documents', 'showDocument', 'GET /v1/documents/{documentId}', {
  summary: 'One document',
  access: readers,
  params: z.strictObject({ documentId: uuid }),
  answer: documentView,
});
export const showFacts = defineRoute('documents', 'showFacts', 'GET /v1/documents/{documentId}/versions/{n}/facts', {
  summary: 'What was read from a version, each value with its place in the file',
  access: readers,
  params: z.strictObject({ documentId: uuid, n: z.coerce.number().int().positive() }),
  answer: z.strictObject({
    documentId: uuid,
    version: z.int(),
    factsDigest: digest,
    facts: z.record(z.string(), z.unknown()),
  }),
});
export const downloadContent = defineRoute(
  'documents',
  'downloadContent',
  'GET /v1/documents/{documentId}/versions/{n}/content',
  {
    summary: 'The bytes as they came in, as an attachment',
    access: readers,
    params: z.strictObject({ documentId: uuid, n: z.coerce.number().int().positive() }),
    query: z.strictObject({
      reason: z.string().min(3).max(280).optional().meta({ description: 'why it is read; kept with who read it' }),
    }),
    produces: 'application/octet-stream',
  },
);
