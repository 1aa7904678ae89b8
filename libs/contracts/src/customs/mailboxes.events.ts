import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { instant, uuid } from '../values.js';

export const messagesCollected = defineEvent(
  'customs',
  'MessagesCollected',
  'A person had an authority asked for messages that its pushes did not bring.',
  z.strictObject({
    mailboxId: uuid,
    authority: z.string().max(40),
    by: z.string(),
    fetched: z
      .int()
      .nonnegative()
      .nullable()
      .meta({ description: 'messages that lay there; null when it gave no answer' }),
    collectedAt: instant,
  }),
);

export type MailboxEvent = EventOf<typeof messagesCollected>;
