import type { CustomsEvent, FieldProblem, Money, Quantity } from '@tidewaiter/contracts';
import { exact, Invalid, NotFound, unreachable, WrongState, type Instant } from '@tidewaiter/kernel';
import {
  mrnOf,
  openRequest,
  openSummary,
  statusOf,
  type AttemptResult,
  type Declaration,
  type DeclaredQuantities,
} from './declaration.js';
import type { Ordered, Purpose } from './ours.js';

type Data<T extends CustomsEvent['type']> = Extract<CustomsEvent, { type: T }>['data'];

/** What people do about a declaration that is with the authority. */
export type HandlingCommand =
  | { type: 'OrderRequest'; orderId: string; purpose: Ordered; reason: string; set: Record<string, string>; by: string }
  | {
      type: 'MakeRequest';
      orderId: string;
      purpose: Purpose;
      reason: string;
      lrn: string;
      proposed: { version: number; contentDigest: string } | null;
      /** our paths of what an amendment changes */
      fields: string[];
      content?: number;
      bytesDigest: string;
      at: Instant;
    }
  | { type: 'RecordRequestAttempt'; request: number; attempt: number; result: AttemptResult }
  /** nothing of a request arrived, by the word of a person who asked */
  | { type: 'DropRequest'; request: number; reason: string }
  | {
      type: 'RecordQuery';
      queryId: string;
      says: string;
      due: Instant | null;
      documentId: string | null;
      /** the date of the letter */
      authorityTime: Instant;
    }
  | { type: 'AnswerQuery'; queryId: string; answer: string; documentIds: string[]; at: Instant }
  | { type: 'SendDocuments'; files: Data<'DocumentsSent'>['files']; at: Instant }
  | {
      type: 'PrepareExamination';
      kind: Data<'ExaminationPrepared'>['kind'];
      place: string;
      at: Instant | null;
      documentIds: string[];
    }
  | { type: 'AddExaminationCost'; item: string; amount: Money; documentId: string | null }
  | {
      type: 'ConcludeExamination';
      result: Data<'ExaminationConcluded'>['result'];
      found: { line: number; quantity: Quantity }[];
      /** what was declared of the version, to measure the finding by */
      declared: DeclaredQuantities[number];
      says: string;
      documentIds: string[];
      at: Instant;
    }
  | { type: 'UpdateBill'; from: string | null; to: string; carrier: string | null; reason: string }
  | { type: 'GiveUp'; how: Data<'ClearanceGivenUp'>['how']; reason: string; documentIds: string[]; at: Instant }
  | {
      type: 'ReverseOutcome';
      of: 'seized' | 'invalidated';
      reason: string;
      documentId: string;
      authorityTime: Instant;
    };

const HANDLING: Record<HandlingCommand['type'], true> = {
  OrderRequest: true,
  MakeRequest: true,
  RecordRequestAttempt: true,
  DropRequest: true,
  RecordQuery: true,
  AnswerQuery: true,
  SendDocuments: true,
  PrepareExamination: true,
  AddExaminationCost: true,
  ConcludeExamination: true,
  UpdateBill: true,
  GiveUp: true,
  ReverseOutcome: true,
};

export const isHandling = (command: { type: string }): command is HandlingCommand => command.type in HANDLING;

interface Subject {
  declarationId: string;
  shipmentId: string;
  version: number;
}

/** Decides what people do about a declaration. @throws WrongState when nothing was filed, or the moment is not right */
export function handle(state: Declaration, command: HandlingCommand): CustomsEvent[] {
  if (!state.filing)
    throw new WrongState('customs.declaration.not-prepared', 'nothing was filed under this declaration');
  const { declarationId, shipmentId } = state.filing;
  const subject = { declarationId, shipmentId, version: state.version };
  switch (command.type) {
    case 'OrderRequest': {
      const { orderId, purpose, reason, set, by } = command;
      mrnToAskAbout(state, purpose);
      return [{ type: 'RequestOrdered', data: { ...subject, orderId, purpose, reason, set, by } }];
    }
    case 'MakeRequest':
      return makeRequest(state, subject, command);
    case 'RecordRequestAttempt':
      return requestAttempt(state, subject, command);
    case 'DropRequest':
      return dropRequest(state, subject, command);
    case 'RecordQuery':
      return recordQuery(state, subject, command);
    case 'AnswerQuery':
      return answerQuery(state, subject, command);
    case 'SendDocuments':
      return [{ type: 'DocumentsSent', data: { ...subject, files: command.files, sentAt: command.at } }];
    case 'PrepareExamination': {
      stillOpen(state);
      const { kind, place, at, documentIds } = command;
      return [{ type: 'ExaminationPrepared', data: { ...subject, kind, place, at, documentIds } }];
    }
    case 'AddExaminationCost': {
      const { item, amount, documentId } = command;
      return [{ type: 'ExaminationCostIncurred', data: { ...subject, item, amount, documentId } }];
    }
    case 'ConcludeExamination':
      return concludeExamination(subject, command);
    case 'UpdateBill': {
      stillOpen(state);
      const { from, to, carrier, reason } = command;
      return [{ type: 'BillUpdated', data: { ...subject, from, to, carrier, reason } }];
    }
    case 'GiveUp':
      return giveUp(state, subject, command);
    case 'ReverseOutcome':
      return reverse(state, subject, command);
    default:
      return unreachable(command);
  }
}

/** Whether anything can still happen to the clearance. */
function stillOpen(state: Declaration, purpose?: Purpose): void {
  const { legal, release } = statusOf(state);
  // What was given up is still to be invalidated at the authority.
  const isGivenUp = state.disposal !== null && purpose !== 'cancel';
  if (release.value === 'seized' || legal.value === 'invalidated' || isGivenUp) {
    throw new WrongState('customs.declaration.ended', 'the declaration is seized, invalidated or given up', {
      advice: 'Record the authority’s newer decision first, or open a new filing.',
    });
  }
}

/** Whether the authority has it under a number of its own, which binds as long as nobody invalidates it. */
export const stands = (state: Declaration): boolean =>
  mrnOf(state, state.version) !== null && ['registered', 'accepted', 'manual'].includes(statusOf(state).legal.value);

/**
 * One request is open at a time, and only what the authority has can be asked about.
 * @see customs-channels: requests; CDS12014, CDS12015, CDS12036
 */
function mrnToAskAbout(state: Declaration, purpose: Purpose): string {
  stillOpen(state, purpose);
  const open = purpose === 'summarise' ? openSummary(state) : openRequest(state);
  if (open) {
    throw new WrongState(
      'customs.request.open',
      `request ${open.request} (${open.purpose}) still waits for its answer`,
      {
        advice:
          'Wait until it is granted, denied or rejected; the authority refuses a second one beside it (CDS12036).',
        facts: { request: open.request, purpose: open.purpose },
      },
    );
  }
  const { legal } = statusOf(state);
  const mrn = mrnOf(state, state.version);
  if (mrn !== null && (purpose === 'arrive' ? legal.value === 'registered' : stands(state))) return mrn;
  throw new WrongState(
    'customs.request.too-early',
    `the declaration is ${legal.value}${mrn === null ? ' and has no number yet' : ''}: there is nothing to ${purpose}`,
    {
      advice:
        purpose === 'arrive'
          ? 'Only a pre-lodged declaration is told of its arrival.'
          : 'Before the acceptance a new version corrects it; wait for the authority’s answer.',
    },
  );
}

function makeRequest(
  state: Declaration,
  subject: Subject,
  command: Extract<HandlingCommand, { type: 'MakeRequest' }>,
): CustomsEvent[] {
  const { orderId, purpose, reason, lrn, proposed, fields, content, bytesDigest, at } = command;
  if (state.requests.some((each) => each.orderId === orderId)) return [];
  const mrn = mrnToAskAbout(state, purpose);
  const request = state.requests.length + 1;
  const about = { ...subject, request, orderId, purpose };
  const declares = content === undefined ? {} : { content };
  const data = { ...about, lrn, mrn, reason, proposed, fields, ...declares, bytesDigest, madeAt: at };
  return [{ type: 'RequestMade', data }];
}

export const requestNamed = (state: Declaration, number: number) => {
  const request = state.requests.find((each) => each.request === number);
  if (!request) throw new NotFound('customs.request.unknown', `the declaration has no request ${number}`);
  return request;
};

function requestAttempt(
  state: Declaration,
  subject: Subject,
  command: Extract<HandlingCommand, { type: 'RecordRequestAttempt' }>,
): CustomsEvent[] {
  const { attempt, result } = command;
  const known = requestNamed(state, command.request);
  if (known.refused || known.outcome === 'received' || (known.outcome === 'unknown' && result.kind === 'unknown'))
    return [];
  const about = { ...subject, version: known.version, request: known.request };
  switch (result.kind) {
    case 'received':
      return [{ type: 'RequestSent', data: { ...about, attempt, conversationId: result.conversationId } }];
    case 'unknown':
      return [{ type: 'RequestOutcomeUnknown', data: { ...about, attempt, says: result.says } }];
    case 'refused':
      return [{ type: 'RequestRefused', data: { ...about, problems: result.problems } }];
    default:
      return unreachable(result);
  }
}

/** Only a request of which nothing is known may be dropped: what the authority took, it answers. */
function dropRequest(
  state: Declaration,
  subject: Subject,
  command: Extract<HandlingCommand, { type: 'DropRequest' }>,
): CustomsEvent[] {
  const known = requestNamed(state, command.request);
  if (known.refused) return [];
  if (known.outcome === 'received' || openRequest(state)?.request !== known.request) {
    throw new WrongState('customs.request.taken', `request ${known.request} was taken by the authority`, {
      advice: 'Wait for its answer: granted, denied or rejected.',
    });
  }
  const problems: FieldProblem[] = [
    { code: 'customs.request.dropped', pointer: '', field: null, says: command.reason },
  ];
  return [{ type: 'RequestRefused', data: { ...subject, version: known.version, request: known.request, problems } }];
}

function recordQuery(
  state: Declaration,
  subject: Subject,
  command: Extract<HandlingCommand, { type: 'RecordQuery' }>,
): CustomsEvent[] {
  const { queryId, says, due, documentId, authorityTime } = command;
  if (state.notices.some((each) => each.type === 'QueryReceived' && each.data.queryId === queryId)) return [];
  const messageId = `query/${queryId}`;
  return [
    {
      type: 'QueryReceived',
      data: { ...subject, mrn: null, authorityTime, messageId, queryId, by: 'post', says, due, documentId },
    },
  ];
}

function answerQuery(
  state: Declaration,
  { declarationId, shipmentId }: Subject,
  command: Extract<HandlingCommand, { type: 'AnswerQuery' }>,
): CustomsEvent[] {
  const { queryId, answer, documentIds, at } = command;
  if (!state.notices.some((each) => each.type === 'QueryReceived' && each.data.queryId === queryId)) {
    throw new NotFound('customs.query.unknown', 'the declaration has no such query');
  }
  if (state.answered.includes(queryId)) {
    throw new WrongState('customs.query.answered', 'the query was answered already', {
      advice: 'Record what the authority asks further as a query of its own.',
    });
  }
  return [{ type: 'QueryAnswered', data: { declarationId, shipmentId, queryId, answer, documentIds, answeredAt: at } }];
}

/** A shortage says what was found, in the unit that was declared and not above it. */
function concludeExamination(
  subject: Subject,
  command: Extract<HandlingCommand, { type: 'ConcludeExamination' }>,
): CustomsEvent[] {
  const { result, found, declared, says, documentIds, at } = command;
  const places = found.flatMap(({ line, quantity }, index) => {
    const of = declared.find((each) => each.line === line)?.quantity;
    const place = (reason: string) => [{ pointer: `/found/${index}`, reason }];
    if (!of) return place(`the declaration has no line ${line}`);
    if (of.unit !== quantity.unit) return place(`line ${line} is declared in ${of.unit}`);
    return result === 'shortage' && exact(quantity.value).gt(of.value)
      ? place(`more than the ${of.value} ${of.unit} declared is no shortage`)
      : [];
  });
  if (result === 'shortage' && found.length === 0)
    places.push({ pointer: '/found', reason: 'say what was found, by line' });
  if (places.length > 0) {
    throw new Invalid('customs.examination.finding-invalid', 'the finding does not fit the declaration', { places });
  }
  const lowered = found.filter(({ line, quantity }) => {
    const of = declared.find((each) => each.line === line)!.quantity;
    return exact(quantity.value).lt(of.value);
  });
  return [
    {
      type: 'ExaminationConcluded',
      data: { ...subject, result, found: lowered, says, documentIds, concludedAt: at },
    },
  ];
}

function giveUp(
  state: Declaration,
  subject: Subject,
  command: Extract<HandlingCommand, { type: 'GiveUp' }>,
): CustomsEvent[] {
  const { how, reason, documentIds, at } = command;
  if (state.disposal?.how === how) return [];
  stillOpen(state);
  const { clearance, legal } = statusOf(state);
  if (clearance.value === 'cleared') {
    throw new WrongState('customs.declaration.cleared', 'the goods are cleared: they are nobody’s to give up here', {
      advice: 'After clearance goods leave by an export declaration, and duty comes back by a refund claim.',
    });
  }
  if (legal.value === 'unknown') {
    throw new WrongState(
      'customs.declaration.outcome-unknown',
      'whether the authority has the declaration is not known',
      {
        advice: 'Find out first: what is filed has to be cancelled, not forgotten.',
      },
    );
  }
  return [{ type: 'ClearanceGivenUp', data: { ...subject, how, reason, documentIds, givenUpAt: at } }];
}

function reverse(
  state: Declaration,
  subject: Subject,
  command: Extract<HandlingCommand, { type: 'ReverseOutcome' }>,
): CustomsEvent[] {
  const { of, reason, documentId, authorityTime } = command;
  const { legal, release } = statusOf(state);
  const cell = of === 'seized' ? release : legal;
  if (cell.value !== of) {
    throw new WrongState('customs.declaration.not-so', `the declaration is not ${of}`, {
      advice: 'Read its status vector again.',
    });
  }
  if (cell.at !== null && authorityTime <= cell.at) {
    throw new WrongState(
      'customs.declaration.older-decision',
      `that decision is not newer than the one of ${cell.at}`,
      {
        advice: 'Give the date of the decision that undoes it, as its letter has it.',
      },
    );
  }
  const messageId = `reversal/${documentId}`;
  return [
    { type: 'OutcomeReversed', data: { ...subject, mrn: null, authorityTime, messageId, of, reason, documentId } },
  ];
}
