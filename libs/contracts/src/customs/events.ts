import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { digest, instant, money, sha256Hex, uuid } from '../values.js';
import type { HandlingEvent } from './handling.events.js';
import { fieldProblem, filing, notice, standingProof } from './parts.js';

export { fieldProblem } from './parts.js';

export const declarationPrepared = defineEvent(
  'customs',
  'DeclarationPrepared',
  'One version of a declaration was built, checked and frozen with its references.',
  z.strictObject({
    ...filing,
    channel: z.string(),
    authority: z.string(),
    ducr: z.string().max(35),
    contentDigest: digest,
    bytesDigest: digest,
    assessmentDigest: digest,
    documentSetDigest: digest,
    leftOut: z.array(z.string()),
    /** people who entered, confirmed or corrected a value */
    editors: z.array(z.string()).optional(),
    /** what stood behind the filing at its moment; filings before the gate have none */
    standing: standingProof.optional(),
  }),
);

export const declarationSent = defineEvent(
  'customs',
  'DeclarationSent',
  'The channel took one transmission of the version; this is not acceptance.',
  z.strictObject({ ...filing, attempt: z.int().positive(), conversationId: z.string(), bytesDigest: digest }),
);

export const declarationRefused = defineEvent(
  'customs',
  'DeclarationRefused',
  'Our own check or the gateway refused the version: nothing was taken.',
  z.strictObject({ ...filing, by: z.enum(['own-check', 'gateway']), problems: z.array(fieldProblem).min(1) }),
);

export const declarationOutcomeUnknown = defineEvent(
  'customs',
  'DeclarationOutcomeUnknown',
  'No readable answer came: it may or may not have arrived. The authority is asked before anything is sent again.',
  z.strictObject({ ...filing, attempt: z.int().positive(), says: z.string() }),
);

export const filingEnquired = defineEvent(
  'customs',
  'FilingEnquired',
  'The authority was asked what became of a filing.',
  z.strictObject({
    ...filing,
    answer: z.enum(['found', 'absent', 'no-answer']),
    mrn: z.string().nullable(),
    resend: z.string(),
    request: z
      .int()
      .positive()
      .optional()
      .meta({ description: 'the request that was asked about; absent: the declaration itself' }),
  }),
);

export const authorityMessageReceived = defineEvent(
  'customs',
  'AuthorityMessageReceived',
  'A message of the authority was stored as it came, before it was read.',
  z.strictObject({
    declarationId: uuid,
    shipmentId: uuid,
    messageId: z.string(),
    channel: z.string(),
    functionCode: z.string(),
    sha256: sha256Hex,
    receivedAt: instant,
  }),
  { happenedAt: '/receivedAt' },
);

export const declarationRegistered = defineEvent(
  'customs',
  'DeclarationRegistered',
  'Registered, not accepted: pre-lodged.',
  z.strictObject(notice),
  { happenedAt: '/authorityTime' },
);

export const declarationAccepted = defineEvent(
  'customs',
  'DeclarationAccepted',
  'Legally accepted: law date and month of exchange rates are fixed.',
  z.strictObject({ ...notice, acceptedOn: z.string(), warnings: z.array(fieldProblem) }),
  { happenedAt: '/authorityTime' },
);

export const declarationRejected = defineEvent(
  'customs',
  'DeclarationRejected',
  'Refused by the authority; each error points to a field where it can be mapped.',
  z.strictObject({ ...notice, errors: z.array(fieldProblem) }),
  { happenedAt: '/authorityTime' },
);

export const inspectionOrdered = defineEvent(
  'customs',
  'InspectionOrdered',
  'The goods or papers will be examined.',
  z.strictObject({ ...notice, route: z.enum(['documents', 'physical', 'afterwards']) }),
  { happenedAt: '/authorityTime' },
);

export const documentsRequested = defineEvent(
  'customs',
  'DocumentsRequested',
  'The authority wants papers by the named instant.',
  z.strictObject({ ...notice, due: instant.nullable(), says: z.string() }),
  { happenedAt: '/authorityTime' },
);

export const dutyNotified = defineEvent(
  'customs',
  'DutyNotified',
  'The authority’s statement of the debt. Indicative, secured and final are three statements about one debt.',
  z.strictObject({
    ...notice,
    kind: z.enum(['indicative', 'secured', 'final']),
    taxes: z.array(z.strictObject({ line: z.int().nonnegative(), type: z.string(), base: z.string(), amount: money })),
    total: money,
    /** what the payer must quote, when money is due now */
    paymentReference: z.string().nullable(),
    payee: z.strictObject({ name: z.string(), account: z.string() }).nullable(),
  }),
  { happenedAt: '/authorityTime' },
);

export const goodsReleased = defineEvent(
  'customs',
  'GoodsReleased',
  'The goods may leave customs’ control.',
  z.strictObject({
    ...notice,
    kind: z.enum(['conditional', 'full']),
    quantities: z.array(
      z.strictObject({ line: z.int().positive(), quantity: z.strictObject({ value: z.string(), unit: z.string() }) }),
    ),
  }),
  { happenedAt: '/authorityTime' },
);

export const declarationCorrected = defineEvent(
  'customs',
  'DeclarationCorrected',
  'Data was corrected by us or by the authority.',
  z.strictObject({
    ...notice,
    pointers: z.array(z.string()),
    changes: z
      .array(
        z.strictObject({ pointer: z.string(), field: z.string().nullable(), becomes: z.string().max(512).nullable() }),
      )
      .optional()
      .meta({ description: 'what stands at each place now, where the authority says it' }),
  }),
  { happenedAt: '/authorityTime' },
);

export const declarationInvalidated = defineEvent(
  'customs',
  'DeclarationInvalidated',
  'The declaration does not stand any more.',
  z.strictObject({ ...notice, reason: z.string() }),
  { happenedAt: '/authorityTime' },
);

export const paymentRequired = defineEvent(
  'customs',
  'PaymentRequired',
  'The account or guarantee that should bear the debt is too low: the goods wait.',
  z.strictObject({ ...notice, amount: money.nullable(), account: z.string().nullable(), reminder: z.boolean() }),
  { happenedAt: '/authorityTime' },
);

export const requestAnswered = defineEvent(
  'customs',
  'RequestAnswered',
  'A request of ours (amend, cancel, arrive) was answered; until it is granted the old content stands.',
  z.strictObject({
    ...notice,
    answer: z.enum(['received', 'granted', 'denied', 'rejected']),
    errors: z.array(fieldProblem),
    /** number of the request, when conversation or reference tell it */
    request: z.int().positive().optional(),
  }),
  { happenedAt: '/authorityTime' },
);

export const authorityNoticeKept = defineEvent(
  'customs',
  'AuthorityNoticeKept',
  'The authority said something that changes no state by itself, or that no table here knows: it is kept and shown.',
  z.strictObject({ ...notice, functionCode: z.string(), says: z.string(), handledOutside: z.boolean() }),
  { happenedAt: '/authorityTime' },
);

export const authorityMessageUnread = defineEvent(
  'customs',
  'AuthorityMessageUnread',
  'A message could not be understood; it is kept and shown.',
  z.strictObject({ declarationId: uuid, shipmentId: uuid, messageId: z.string(), code: z.string(), says: z.string() }),
);

export type CustomsEvent =
  | EventOf<typeof declarationPrepared>
  | EventOf<typeof declarationSent>
  | EventOf<typeof declarationRefused>
  | EventOf<typeof declarationOutcomeUnknown>
  | EventOf<typeof filingEnquired>
  | EventOf<typeof authorityMessageReceived>
  | EventOf<typeof declarationRegistered>
  | EventOf<typeof declarationAccepted>
  | EventOf<typeof declarationRejected>
  | EventOf<typeof inspectionOrdered>
  | EventOf<typeof documentsRequested>
  | EventOf<typeof dutyNotified>
  | EventOf<typeof goodsReleased>
  | EventOf<typeof declarationCorrected>
  | EventOf<typeof declarationInvalidated>
  | EventOf<typeof paymentRequired>
  | EventOf<typeof requestAnswered>
  | EventOf<typeof authorityNoticeKept>
  | EventOf<typeof authorityMessageUnread>
  | HandlingEvent;
