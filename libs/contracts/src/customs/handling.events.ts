import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { digest, instant, money, quantity, sha256Hex, uuid } from '../values.js';
import { fieldProblem, notice } from './parts.js';

const timed = { happenedAt: '/authorityTime' };

/** Of what an agency spoke: lines by number, a bill, or (neither named) the whole entry. `customs` is the authority itself. */
const decided = {
  agency: z.string().min(1).max(20),
  bill: z.string().max(50).nullable(),
  lines: z.array(z.int().positive()),
  says: z.string(),
};

export const holdPlaced = defineEvent(
  'customs',
  'HoldPlaced',
  'Customs or another agency holds, detains or refuses the entry, a bill or lines: the goods do not move.',
  z.strictObject({ ...notice, ...decided, decision: z.enum(['hold', 'detained', 'refused']) }),
  timed,
);

export const holdLifted = defineEvent(
  'customs',
  'HoldLifted',
  'The agency lets the entry, bill or lines go on; only it can end its own hold.',
  z.strictObject({ ...notice, ...decided }),
  timed,
);

export const agencyReviewed = defineEvent(
  'customs',
  'AgencyReviewed',
  'An agency looks at the entry, a bill or lines: review, documents or an examination of its own.',
  z.strictObject({ ...notice, ...decided, decision: z.enum(['reviewing', 'documents', 'exam']) }),
  timed,
);

export const releaseSuspended = defineEvent(
  'customs',
  'ReleaseSuspended',
  'A release was recalled or refused: delivery stops until a newer release.',
  z.strictObject({ ...notice, refused: z.boolean(), says: z.string() }),
  timed,
);

export const goodsSeized = defineEvent(
  'customs',
  'GoodsSeized',
  'The authority took the goods: every step stops, a legal hold stands by itself, the petition clock runs.',
  z.strictObject({ ...notice, reason: z.string() }),
  timed,
);

export const queryReceived = defineEvent(
  'customs',
  'QueryReceived',
  'The authority asks something that no message can answer: in its own mailbox, or by post.',
  z.strictObject({
    ...notice,
    queryId: z.string().max(80),
    by: z.enum(['mailbox', 'post']),
    says: z.string(),
    due: instant.nullable(),
    /** the scan of a letter, as the documents context keeps it */
    documentId: uuid.nullable(),
  }),
  timed,
);

export const queryAnswered = defineEvent(
  'customs',
  'QueryAnswered',
  'A person answered a query of the authority.',
  z.strictObject({
    declarationId: uuid,
    shipmentId: uuid,
    queryId: z.string(),
    answer: z.string(),
    documentIds: z.array(uuid),
    answeredAt: instant,
  }),
  { happenedAt: '/answeredAt' },
);

export const filingQueued = defineEvent(
  'customs',
  'FilingQueued',
  'The authority cannot be reached: the filing waits, in the order of its legal deadline. The evidence when a clock ran meanwhile.',
  z.strictObject({
    declarationId: uuid,
    shipmentId: uuid,
    version: z.int().positive(),
    authority: z.string(),
    downSince: instant,
    says: z.string(),
    deadline: z.string().nullable(),
  }),
);

export const PURPOSES = ['amend', 'cancel', 'arrive'] as const;
/** Beside what people ask for: the entry summary, where the debt is a filing of its own behind the release. */
export const REQUEST_PURPOSES = [...PURPOSES, 'summarise'] as const;

const request = {
  declarationId: uuid,
  shipmentId: uuid,
  /** version of the content that the request is about */
  version: z.int().positive(),
  /** counts the requests of the declaration from 1 */
  request: z.int().positive(),
};

export const requestOrdered = defineEvent(
  'customs',
  'RequestOrdered',
  'A person orders an amendment, a cancellation or a notice of arrival; the story of the shipment carries it out.',
  z.strictObject({
    declarationId: uuid,
    shipmentId: uuid,
    version: z.int().positive(),
    orderId: uuid,
    purpose: z.enum(PURPOSES),
    reason: z.string(),
    /** what an amendment changes: our paths with their new values */
    set: z.record(z.string(), z.string()),
    by: z.string(),
  }),
);

export const requestMade = defineEvent(
  'customs',
  'RequestMade',
  'We ask the authority to amend, cancel or accept as arrived, or file the entry summary; until it is granted the old content stands.',
  z.strictObject({
    ...request,
    /** the order of a person that it carries out */
    orderId: uuid,
    purpose: z.enum(REQUEST_PURPOSES),
    /** the request’s own reference */
    lrn: z.string().max(22),
    mrn: z.string().max(18),
    reason: z.string(),
    /** content that stands once an amendment is granted */
    proposed: z.strictObject({ version: z.int().positive(), contentDigest: digest }).nullable(),
    fields: z.array(z.string()),
    content: z
      .int()
      .positive()
      .optional()
      .meta({ description: 'version of the content that an entry summary declares' }),
    bytesDigest: digest,
    madeAt: instant,
  }),
  { happenedAt: '/madeAt' },
);

export const requestSent = defineEvent(
  'customs',
  'RequestSent',
  'The channel took one transmission of a request; this is no answer to it.',
  z.strictObject({ ...request, attempt: z.int().positive(), conversationId: z.string() }),
);

export const requestOutcomeUnknown = defineEvent(
  'customs',
  'RequestOutcomeUnknown',
  'No readable answer came to the transmission of a request: it may or may not have arrived.',
  z.strictObject({ ...request, attempt: z.int().positive(), says: z.string() }),
);

export const requestRefused = defineEvent(
  'customs',
  'RequestRefused',
  'The gateway refused a request, or nothing of it arrived and it was given up: nothing was taken.',
  z.strictObject({ ...request, problems: z.array(fieldProblem).min(1) }),
);

export const documentsSent = defineEvent(
  'customs',
  'DocumentsSent',
  'Papers that the authority asked for went to it.',
  z.strictObject({
    declarationId: uuid,
    shipmentId: uuid,
    version: z.int().positive(),
    files: z
      .array(
        z.strictObject({
          documentId: uuid,
          documentVersion: z.int().positive(),
          sha256: sha256Hex,
          /** the authority’s reference of the slot, when it gave one */
          slot: z.string().nullable(),
        }),
      )
      .min(1),
    sentAt: instant,
  }),
  { happenedAt: '/sentAt' },
);

export const EXAMINATION_KINDS = ['documents', 'x-ray', 'tailgate', 'intensive', 'agriculture'] as const;

const examination = { declarationId: uuid, shipmentId: uuid, version: z.int().positive() };

export const examinationPrepared = defineEvent(
  'customs',
  'ExaminationPrepared',
  'An examination was arranged, or goes on in a deeper form: kind, place and papers.',
  z.strictObject({
    ...examination,
    kind: z.enum(EXAMINATION_KINDS),
    place: z.string(),
    at: instant.nullable(),
    documentIds: z.array(uuid),
  }),
);

export const examinationCostIncurred = defineEvent(
  'customs',
  'ExaminationCostIncurred',
  'An examination cost something: handling, storage, demurrage. The importer pays.',
  z.strictObject({ ...examination, item: z.string(), amount: money, documentId: uuid.nullable() }),
);

export const examinationConcluded = defineEvent(
  'customs',
  'ExaminationConcluded',
  'What an examination found. Found quantities below the declared ones lower what a release lets go.',
  z.strictObject({
    ...examination,
    result: z.enum(['as-declared', 'shortage', 'surplus', 'damage', 'misdeclared']),
    found: z.array(z.strictObject({ line: z.int().positive(), quantity })),
    says: z.string(),
    documentIds: z.array(uuid),
    concludedAt: instant,
  }),
  { happenedAt: '/concludedAt' },
);

export const billUpdated = defineEvent(
  'customs',
  'BillUpdated',
  'The carrier or the bill changed after filing: the bill is updated, the entry stays the same.',
  z.strictObject({
    ...examination,
    from: z.string().nullable(),
    to: z.string(),
    carrier: z.string().nullable(),
    reason: z.string(),
  }),
);

export const clearanceGivenUp = defineEvent(
  'customs',
  'ClearanceGivenUp',
  'The importer abandons, re-exports or destroys the goods instead of clearing them.',
  z.strictObject({
    ...examination,
    how: z.enum(['abandoned', 're-exported', 'destroyed']),
    reason: z.string(),
    documentIds: z.array(uuid),
    givenUpAt: instant,
  }),
  { happenedAt: '/givenUpAt' },
);

export const outcomeReversed = defineEvent(
  'customs',
  'OutcomeReversed',
  'A person recorded the authority’s newer decision that undoes a seizure or an invalidation.',
  z.strictObject({ ...notice, of: z.enum(['seized', 'invalidated']), reason: z.string(), documentId: uuid }),
  timed,
);

export type HandlingEvent =
  | EventOf<typeof holdPlaced>
  | EventOf<typeof holdLifted>
  | EventOf<typeof agencyReviewed>
  | EventOf<typeof releaseSuspended>
  | EventOf<typeof goodsSeized>
  | EventOf<typeof filingQueued>
  | EventOf<typeof queryReceived>
  | EventOf<typeof queryAnswered>
  | EventOf<typeof requestOrdered>
  | EventOf<typeof requestMade>
  | EventOf<typeof requestSent>
  | EventOf<typeof requestOutcomeUnknown>
  | EventOf<typeof requestRefused>
  | EventOf<typeof documentsSent>
  | EventOf<typeof examinationPrepared>
  | EventOf<typeof examinationCostIncurred>
  | EventOf<typeof examinationConcluded>
  | EventOf<typeof billUpdated>
  | EventOf<typeof clearanceGivenUp>
  | EventOf<typeof outcomeReversed>;
