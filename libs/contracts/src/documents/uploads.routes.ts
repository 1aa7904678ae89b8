import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { DOCUMENT_TYPES } from '../names.js';
import { uuid } from '../values.js';
import { uploadDocument } from './routes.js';

const senders = ['operator', 'partner'] as const;
const uploadParams = z.strictObject({ uploadId: uuid });

export const uploadView = z
  .strictObject({
    uploadId: uuid,
    shipmentId: uuid,
    size: z.int().meta({ description: 'bytes that were announced' }),
    offset: z.int().meta({ description: 'bytes that are here: the next piece begins there' }),
  })
  .meta({ id: 'Upload' });

export const beginUpload = defineRoute('documents', 'beginUpload', 'POST /v1/shipments/{shipmentId}/uploads', {
  summary: 'Begin an upload in pieces, which goes on behind its last byte after a cut',
  description: 'Kept for a day. The pieces follow by `PATCH`, then the whole becomes a document.',
  access: senders,
  params: z.strictObject({ shipmentId: uuid }),
  body: z.strictObject({
    type: z.enum(DOCUMENT_TYPES),
    name: z.string().min(1).max(255),
    mediaType: z.string().max(120).default('application/octet-stream'),
    size: z.int().positive(),
    supersedes: uuid.optional(),
  }),
  answer: uploadView,
  problems: ['documents.shipment.unknown', 'documents.file.too-large', 'documents.upload.too-many'],
});

export const showUpload = defineRoute('documents', 'showUpload', 'GET /v1/uploads/{uploadId}', {
  summary: 'How much of an upload is here',
  access: senders,
  params: uploadParams,
  answer: uploadView,
  problems: ['documents.upload.unknown'],
});

export const appendUpload = defineRoute('documents', 'appendUpload', 'PATCH /v1/uploads/{uploadId}', {
  summary: 'The next piece: up to 1 MiB from `offset` on; a piece that is here already changes nothing',
  access: senders,
  params: uploadParams,
  query: z.strictObject({ offset: z.coerce.number().int().nonnegative() }),
  consumes: 'application/octet-stream',
  answer: uploadView,
  problems: ['documents.upload.unknown', 'documents.upload.offset', 'documents.upload.piece-too-large'],
});

export const completeUpload = defineRoute('documents', 'completeUpload', 'POST /v1/uploads/{uploadId}/document', {
  summary: 'All pieces are here: they become a document, as if they had come at once',
  access: senders,
  params: uploadParams,
  status: 202,
  answer: uploadDocument.answer,
  problems: ['documents.upload.unknown', 'documents.upload.incomplete', ...uploadDocument.problems],
});
