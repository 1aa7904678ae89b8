import { z } from 'zod';
import { defineEvent } from '../define-event.js';
import { uuid } from '../values.js';

/** Longest comment, in characters: an event has at most 64 KiB, and what is longer is a document. */
export const COMMENT_LENGTH = 4000;

export const commentMade = defineEvent(
  'shipments',
  'CommentMade',
  'Somebody wrote a comment on a shipment. Its text may name persons, and is sealed as theirs.',
  z.strictObject({
    shipmentId: uuid,
    commentId: uuid,
    text: z.string().min(1).max(COMMENT_LENGTH),
    by: z.string(),
  }),
  { personal: ['/text'] },
);

export const commentWithdrawn = defineEvent(
  'shipments',
  'CommentWithdrawn',
  'Who wrote a comment took it back. It is shown no more; that it was made stays on record.',
  z.strictObject({ shipmentId: uuid, commentId: uuid, by: z.string() }),
);
