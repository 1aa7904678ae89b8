import type { CustomsEvent, FieldProblem, Quantity, StandingProof } from '@tidewaiter/contracts';
import { legalDateAt, unreachable, WrongState, type Decider, type DomainEvent, type Instant } from '@tidewaiter/kernel';
import type { AuthorityMessage, Fact } from './facts.js';
import { handle, isHandling, requestNamed, type HandlingCommand } from './handling.js';
import { byAuthority, isNotice, type Notice } from './notices.js';
import type { ExaminationNote, Ours, Request } from './ours.js';
import { vectorOf, type Sending, type StatusVector } from './vector.js';

export interface FilingReferences {
  lrn: string;
  ducr: string;
  /** of the content that is filed under them; the first when absent */
  version?: number;
  /** number drawn for an entry of the United States, with its filer code and check digit */
  entryNumber?: string;
  /** when the filing was first prepared: formats that print a time take it from here, so that the same input gives the same bytes */
  preparedAt?: Instant;
}

interface Filing extends FilingReferences {
  declarationId: string;
  shipmentId: string;
  channel: string;
  authority: string;
}

interface PreparedVersion {
  version: number;
  contentDigest: string;
  bytesDigest: string;
  leftOut: string[];
  /** people who entered, confirmed or corrected a value, where the filing names them */
  editors?: string[];
  /** what stood behind the filing; versions before the gate have none */
  standing?: StandingProof;
}

interface SentAttempt {
  version: number;
  attempt: number;
  outcome: 'received' | 'refused' | 'unknown';
  conversationId: string | null;
}

/** A filing with its versions, transmissions and all that the authority said of them. */
export interface Declaration {
  filing: Filing | null;
  /** the newest version that was prepared or refused, 0 before the first */
  version: number;
  versions: PreparedVersion[];
  attempts: SentAttempt[];
  /** refusals of the newest version by our own check or the gateway */
  refusal: { by: 'own-check' | 'gateway'; problems: FieldProblem[] } | null;
  /** how often the authority was asked about the newest version */
  enquiries: number;
  messages: { messageId: string; sha256: string }[];
  notices: Notice[];
  requests: Request[];
  papersSent: Instant[];
  /** ids of answered queries */
  answered: string[];
  disposal: Ours['disposal'];
  /** quantities that an examination found where they are below the declared ones, the newest by line */
  found: { line: number; quantity: Quantity }[];
  examination: ExaminationNote[];
}

export type AttemptResult =
  | { kind: 'received'; conversationId: string }
  | { kind: 'unknown'; says: string }
  | { kind: 'refused'; problems: FieldProblem[] };

/** Quantities declared by version, for what a release lets go. */
export type DeclaredQuantities = Record<number, { line: number; quantity: Quantity }[]>;

export type DeclarationCommand =
  | {
      type: 'PrepareVersion';
      filing: Filing;
      version: number;
      contentDigest: string;
      bytesDigest: string;
      assessmentDigest: string;
      documentSetDigest: string;
      leftOut: string[];
      editors?: readonly string[] | undefined;
      standing?: StandingProof | undefined;
    }
  | { type: 'RefuseVersion'; filing: Filing; version: number; problems: FieldProblem[] }
  | { type: 'RecordAttempt'; version: number; attempt: number; result: AttemptResult }
  | { type: 'QueueFiling'; version: number; downSince: Instant; says: string; deadline: string | null }
  | {
      type: 'RecordEnquiry';
      answer: 'found' | 'absent' | 'no-answer';
      mrn: string | null;
      resend: string;
      /** that was asked about; the declaration itself without it */
      request?: number;
    }
  | {
      type: 'TakeMessage';
      message: AuthorityMessage;
      declared: DeclaredQuantities;
      /** IANA zone of the authority: the day of acceptance is a legal date */
      zone: string;
    }
  | {
      type: 'KeepUnread';
      message: Pick<AuthorityMessage, 'messageId' | 'channel' | 'sha256' | 'receivedAt'>;
      code: string;
      says: string;
    }
  | HandlingCommand;

const initial: Declaration = {
  filing: null,
  version: 0,
  versions: [],
  attempts: [],
  refusal: null,
  enquiries: 0,
  messages: [],
  notices: [],
  requests: [],
  papersSent: [],
  answered: [],
  disposal: null,
  found: [],
  examination: [],
};

const attemptsOf = (state: Declaration, version: number): SentAttempt[] =>
  state.attempts.filter((each) => each.version === version);

/** Our own side: whether something of the newest version is known, or may be, with the authority. */
export function sendingOf(state: Declaration): Sending {
  const attempts = attemptsOf(state, state.version);
  if (attempts.some((each) => each.outcome === 'received')) return 'sent';
  return attempts.some((each) => each.outcome === 'unknown') ? 'unknown' : 'none';
}

/** The vector of the newest version. */
export const statusOf = (state: Declaration): StatusVector =>
  vectorOf(state.version, sendingOf(state), state.notices, {
    ...state,
    requests: requestsIn(state).filter((each) => each.version === state.version),
    summaries: summariesIn(state).filter((each) => each.version === state.version),
  });

const requestsIn = ({ requests }: Declaration): Request[] => requests.filter(({ purpose }) => purpose !== 'summarise');
const summariesIn = ({ requests }: Declaration): Request[] => requests.filter(({ purpose }) => purpose === 'summarise');

/** The highest number that any content has: declared, refused, or proposed by an amendment. */
export const newestContent = (state: Declaration): number =>
  Math.max(state.version, ...state.requests.map((each) => each.proposed ?? 0));

/** The content that stands for a declared version: its own, or that of the newest amendment that was granted. */
export function contentInForce(state: Declaration, version: number): number {
  const granted = state.requests.findLast(
    ({ request, version: of, proposed }) =>
      of === version &&
      proposed !== null &&
      state.notices.some(
        ({ type, data }) => type === 'RequestAnswered' && data.request === request && data.answer === 'granted',
      ),
  );
  return granted?.proposed ?? version;
}

/** The request that still waits for its answer. */
export function openRequest(state: Declaration): Request | null {
  const last = requestsIn(state).at(-1);
  return last && last.version === state.version && statusOf(state).request.value === 'pending' ? last : null;
}

/** The entry summary that the authority has accepted; null while there is none. */
export const acceptedSummary = (state: Declaration): Request | null =>
  summariesIn(state).findLast(
    ({ request, version }) =>
      version === state.version &&
      state.notices.some(
        ({ type, data }) => type === 'RequestAnswered' && data.request === request && data.answer === 'granted',
      ),
  ) ?? null;

/** The entry summary that still waits for its answer, or declares what is in force: no other is filed beside it. */
export function openSummary(state: Declaration): Request | null {
  const last = summariesIn(state).at(-1);
  const word = statusOf(state).summary?.value ?? '';
  if (!last || !['sent', 'unknown', 'pending', 'accepted'].includes(word)) return null;
  const isStale = word === 'accepted' && (last.content ?? last.version) !== contentInForce(state, state.version);
  return isStale ? null : last;
}

/** Whether the authority has said anything of a version. */
export const heardOf = (state: Declaration, version: number): boolean =>
  state.notices.some((notice) => notice.data.version === version && notice.type !== 'AuthorityNoticeKept');

/** The authority's number of a version: of its acceptance, else the earliest that it named; null before any. */
export function mrnOf(state: Declaration, version: number): string | null {
  const named = state.notices
    .filter((each) => each.data.version === version && each.data.mrn !== null && each.type !== 'AuthorityNoticeKept')
    .sort(byAuthority);
  return (named.find((each) => each.type === 'DeclarationAccepted') ?? named[0])?.data.mrn ?? null;
}

/** What a message speaks of: a version, and one transmission of it or one request about it where it names that. */
export interface About {
  version: number;
  attempt: number | null;
  request: number | null;
}

/**
 * Which version a message speaks of, and which transmission or request when its conversation, or the request's own reference, names
 * one. A message under a conversation that no transmission has (it overtook the answer to ours, or the answer was lost) speaks of the
 * version of its number, else of the newest.
 */
export function aboutOf(state: Declaration, keys: AuthorityMessage['keys']): About {
  const conversation = keys.conversationId?.toLowerCase();
  const asked = state.requests.find(
    (each) =>
      (conversation !== undefined && [...each.conversations, each.lrn.toLowerCase()].includes(conversation)) ||
      each.lrn === keys.lrn,
  );
  if (asked) return { version: asked.version, attempt: null, request: asked.request };
  const attempt = state.attempts.find(
    (each) => each.conversationId !== null && each.conversationId.toLowerCase() === conversation,
  );
  if (attempt) return { version: attempt.version, attempt: attempt.attempt, request: null };
  const numbered = state.versions.find((each) => keys.mrn !== null && mrnOf(state, each.version) === keys.mrn);
  return { version: numbered?.version ?? Math.max(1, state.version), attempt: null, request: null };
}

function prepare(state: Declaration, command: Extract<DeclarationCommand, { type: 'PrepareVersion' }>): CustomsEvent[] {
  const {
    filing,
    version,
    contentDigest,
    bytesDigest,
    assessmentDigest,
    documentSetDigest,
    leftOut,
    standing,
    editors,
  } = command;
  if (state.versions.some((each) => each.version === version)) return [];
  mayReplace(state, version);
  const digests = { contentDigest, bytesDigest, assessmentDigest, documentSetDigest };
  const named = { ...(standing ? { standing } : {}), ...(editors ? { editors: [...editors] } : {}) };
  return [{ type: 'DeclarationPrepared', data: { ...filing, version, ...digests, leftOut, ...named } }];
}

/** A version follows only one that does not stand: refused by us or the gateway, or rejected by the authority. */
function mayReplace(state: Declaration, version: number): void {
  if (version <= newestContent(state)) {
    throw new WrongState(
      'customs.declaration.version-passed',
      `version ${newestContent(state)} is newer than version ${version}`,
      {
        advice: 'Correct the newest version.',
      },
    );
  }
  if (state.version === 0 || state.refusal || statusOf(state).legal.value === 'rejected') return;
  if (!state.versions.some((each) => each.version === state.version)) return;
  throw new WrongState(
    'customs.declaration.version-stands',
    `version ${state.version} is with the authority and stands`,
    {
      advice: 'Wait for its answer; what is accepted is changed by an amendment, not by a new version.',
    },
  );
}

function refuse(state: Declaration, command: Extract<DeclarationCommand, { type: 'RefuseVersion' }>): CustomsEvent[] {
  const { filing, version, problems } = command;
  if (version === state.version && state.refusal) return [];
  mayReplace(state, version);
  const { declarationId, shipmentId, lrn } = filing;
  return [{ type: 'DeclarationRefused', data: { declarationId, shipmentId, version, lrn, by: 'own-check', problems } }];
}

const notPrepared = (version: number): WrongState =>
  new WrongState('customs.declaration.not-prepared', `version ${version} was not prepared`);

function recordAttempt(
  state: Declaration,
  command: Extract<DeclarationCommand, { type: 'RecordAttempt' }>,
): CustomsEvent[] {
  const { version, attempt, result } = command;
  const prepared = state.versions.find((each) => each.version === version);
  if (!state.filing || !prepared) throw notPrepared(version);
  const known = state.attempts.find((each) => each.version === version && each.attempt === attempt);
  // The one outcome that may still change is the unknown one: its answer came late.
  if (known && (known.outcome !== 'unknown' || result.kind === 'unknown')) return [];
  if (result.kind === 'refused' && state.version === version && state.refusal) return [];
  const { declarationId, shipmentId, lrn } = state.filing;
  const filing = { declarationId, shipmentId, version, lrn };
  switch (result.kind) {
    case 'received':
      return [
        {
          type: 'DeclarationSent',
          data: { ...filing, attempt, conversationId: result.conversationId, bytesDigest: prepared.bytesDigest },
        },
      ];
    case 'unknown':
      return [{ type: 'DeclarationOutcomeUnknown', data: { ...filing, attempt, says: result.says } }];
    case 'refused':
      return [{ type: 'DeclarationRefused', data: { ...filing, by: 'gateway', problems: result.problems } }];
    default:
      return unreachable(result);
  }
}

function recordEnquiry(
  state: Declaration,
  command: Extract<DeclarationCommand, { type: 'RecordEnquiry' }>,
): CustomsEvent[] {
  if (!state.filing) throw notPrepared(state.version);
  const { declarationId, shipmentId, lrn } = state.filing;
  const { answer, mrn, resend, request } = command;
  const about = { declarationId, shipmentId, version: state.version };
  if (request === undefined) return [{ type: 'FilingEnquired', data: { ...about, lrn, answer, mrn, resend } }];
  const { lrn: own } = requestNamed(state, request);
  return [{ type: 'FilingEnquired', data: { ...about, lrn: own, answer, mrn, resend, request } }];
}

/** Told once per outage: since when nothing could be sent, and what is due by when. */
function queueFiling(
  state: Declaration,
  { version, downSince, says, deadline }: Extract<DeclarationCommand, { type: 'QueueFiling' }>,
): CustomsEvent[] {
  if (!state.filing) throw notPrepared(version);
  const { declarationId, shipmentId, authority } = state.filing;
  return [{ type: 'FilingQueued', data: { declarationId, shipmentId, version, authority, downSince, says, deadline } }];
}

function takeMessage(
  state: Declaration,
  command: Extract<DeclarationCommand, { type: 'TakeMessage' }>,
): CustomsEvent[] {
  const { message, declared, zone } = command;
  if (!state.filing) throw notPrepared(1);
  if (state.messages.some((each) => each.messageId === message.messageId)) return [];
  const { declarationId, shipmentId } = state.filing;
  const { messageId, channel, functionCode, sha256, receivedAt } = message;
  const about = aboutOf(state, message.keys);
  const notice = {
    declarationId,
    shipmentId,
    version: about.version,
    mrn: message.keys.mrn,
    authorityTime: message.authorityTime,
    messageId,
    ...(message.authorityVersion === null ? {} : { authorityVersion: message.authorityVersion }),
  };
  return [
    {
      type: 'AuthorityMessageReceived',
      data: { declarationId, shipmentId, messageId, channel, functionCode, sha256, receivedAt },
    },
    ...message.facts
      .map((fact) =>
        noticeOf(state, fact, {
          notice: { ...notice, authorityTime: fact.at ?? notice.authorityTime },
          about,
          functionCode,
          declared,
          zone,
        }),
      )
      .filter((each) => !isToldAgain(state, each)),
  ];
}

/** Some authorities tell the acceptance, at its own time, with everything that follows from it: one fact, told once. */
const isToldAgain = (state: Declaration, { type, data }: Notice): boolean =>
  type === 'DeclarationAccepted' &&
  data.warnings.length === 0 &&
  state.notices.some(
    (each) =>
      each.type === 'DeclarationAccepted' &&
      each.data.version === data.version &&
      each.data.mrn === data.mrn &&
      each.data.authorityTime === data.authorityTime,
  );

interface Telling {
  notice: Notice['data'] & { version: number };
  about: About;
  functionCode: string;
  declared: DeclaredQuantities;
  zone: string;
}

function noticeOf(state: Declaration, fact: Fact, { notice, about, functionCode, declared, zone }: Telling): Notice {
  switch (fact.kind) {
    case 'registered':
      return about.request === null
        ? { type: 'DeclarationRegistered', data: notice }
        : answerTo(about.request, notice, 'received');
    case 'accepted':
      if (about.request !== null) return answerTo(about.request, notice, 'granted', fact.warnings);
      return {
        type: 'DeclarationAccepted',
        data: { ...notice, acceptedOn: legalDateAt(notice.authorityTime, zone), warnings: fact.warnings },
      };
    case 'rejected':
      return rejection(state, fact, notice, about, functionCode);
    case 'control':
      return { type: 'InspectionOrdered', data: { ...notice, route: fact.route } };
    case 'documents-wanted':
      return { type: 'DocumentsRequested', data: { ...notice, due: fact.due, says: fact.says } };
    case 'duty': {
      const { stage, taxes, total, paymentReference, payee } = fact;
      return { type: 'DutyNotified', data: { ...notice, kind: stage, taxes, total, paymentReference, payee } };
    }
    case 'funds-short':
      return {
        type: 'PaymentRequired',
        data: { ...notice, amount: fact.amount, account: fact.account, reminder: fact.reminder },
      };
    case 'released':
      return {
        type: 'GoodsReleased',
        data: { ...notice, kind: fact.release, quantities: letGo(state, notice.version, declared) },
      };
    case 'corrected':
      return {
        type: 'DeclarationCorrected',
        data: { ...notice, pointers: fact.pointers, ...(fact.changes ? { changes: fact.changes } : {}) },
      };
    case 'invalidated':
      // Only the summary that it names was cancelled: what was released stands.
      if (state.requests.some(({ request, purpose }) => request === about.request && purpose === 'summarise'))
        return answerTo(about.request, notice, 'denied', [
          { code: functionCode, pointer: '', field: null, says: fact.reason },
        ]);
      return { type: 'DeclarationInvalidated', data: { ...notice, reason: fact.reason } };
    case 'request-answered':
      return answerTo(about.request ?? openRequest(state)?.request ?? null, notice, fact.answer);
    case 'hold': {
      const { agency, bill, lines, says, decision } = fact;
      return { type: 'HoldPlaced', data: { ...notice, agency, bill, lines, says, decision } };
    }
    case 'hold-lifted': {
      const { agency, bill, lines, says } = fact;
      return { type: 'HoldLifted', data: { ...notice, agency, bill, lines, says } };
    }
    case 'agency-review': {
      const { agency, bill, lines, says, decision } = fact;
      return { type: 'AgencyReviewed', data: { ...notice, agency, bill, lines, says, decision } };
    }
    case 'release-suspended':
      return { type: 'ReleaseSuspended', data: { ...notice, refused: fact.refused, says: fact.says } };
    case 'seized':
      return { type: 'GoodsSeized', data: { ...notice, reason: fact.reason } };
    case 'query': {
      const { due, says } = fact;
      const queryId = notice.messageId.slice(0, 80);
      return { type: 'QueryReceived', data: { ...notice, queryId, by: 'mailbox', says, due, documentId: null } };
    }
    case 'kept':
      return {
        type: 'AuthorityNoticeKept',
        data: { ...notice, functionCode, says: fact.says, handledOutside: fact.handledOutside },
      };
    default:
      return unreachable(fact);
  }
}

const answerTo = (
  request: number | null,
  notice: Telling['notice'],
  answer: Extract<Notice, { type: 'RequestAnswered' }>['data']['answer'],
  errors: FieldProblem[] = [],
): Notice => ({
  type: 'RequestAnswered',
  data: { ...notice, answer, errors, ...(request === null ? {} : { request }) },
});

/** What a release lets go: the quantities of the content in force, lowered to what an examination found. */
function letGo(state: Declaration, version: number, declared: DeclaredQuantities): DeclaredQuantities[number] {
  const quantities = declared[contentInForce(state, version)] ?? declared[version] ?? [];
  return quantities.map((each) => state.found.find(({ line }) => line === each.line) ?? each);
}

/**
 * A rejection ends the version, with three exceptions: one that names a request answers that request; a second transmission
 * refused because the first lives ends that transmission only and proves the first; and what is accepted stands, so that a
 * rejection after it answers a request.
 */
function rejection(
  state: Declaration,
  fact: Extract<Fact, { kind: 'rejected' }>,
  notice: Telling['notice'],
  about: Telling['about'],
  functionCode: string,
): Notice {
  if (about.request !== null) return answerTo(about.request, notice, 'rejected', fact.errors);
  const sentAgain = attemptsOf(state, about.version).length > 1 && about.attempt !== 1;
  if (fact.sameReference && sentAgain) {
    const says = 'The second transmission was refused because the first one is with the authority.';
    return { type: 'AuthorityNoticeKept', data: { ...notice, functionCode, says, handledOutside: false } };
  }
  const accepted = state.notices.some(
    (each) => each.type === 'DeclarationAccepted' && each.data.version === about.version,
  );
  if (accepted) return answerTo(openRequest(state)?.request ?? null, notice, 'rejected', fact.errors);
  return { type: 'DeclarationRejected', data: { ...notice, errors: fact.errors } };
}

function keepUnread(state: Declaration, command: Extract<DeclarationCommand, { type: 'KeepUnread' }>): CustomsEvent[] {
  if (!state.filing) throw notPrepared(1);
  const { messageId, channel, sha256, receivedAt } = command.message;
  if (state.messages.some((each) => each.messageId === messageId)) return [];
  const { declarationId, shipmentId } = state.filing;
  return [
    {
      type: 'AuthorityMessageReceived',
      data: { declarationId, shipmentId, messageId, channel, functionCode: '', sha256, receivedAt },
    },
    {
      type: 'AuthorityMessageUnread',
      data: { declarationId, shipmentId, messageId, code: command.code, says: command.says },
    },
  ];
}

function decide(state: Declaration, command: DeclarationCommand): CustomsEvent[] {
  switch (command.type) {
    case 'PrepareVersion':
      return prepare(state, command);
    case 'RefuseVersion':
      return refuse(state, command);
    case 'RecordAttempt':
      return recordAttempt(state, command);
    case 'RecordEnquiry':
      return recordEnquiry(state, command);
    case 'QueueFiling':
      return queueFiling(state, command);
    case 'TakeMessage':
      return takeMessage(state, command);
    case 'KeepUnread':
      return keepUnread(state, command);
    default:
      return isHandling(command) ? handle(state, command) : unreachable(command);
  }
}

const newVersion = (state: Declaration, version: number): Declaration =>
  version > state.version ? { ...state, version, refusal: null, enquiries: 0 } : state;

const withAttempt = (state: Declaration, attempt: SentAttempt): Declaration => ({
  ...state,
  attempts: [
    ...state.attempts.filter((each) => each.version !== attempt.version || each.attempt !== attempt.attempt),
    attempt,
  ].sort((a, b) => a.version - b.version || a.attempt - b.attempt),
});

const withNote = (state: Declaration, note: ExaminationNote): Declaration => ({
  ...state,
  examination: [...state.examination, note],
});

const withRequest = (state: Declaration, number: number, change: (request: Request) => Request): Declaration => ({
  ...state,
  requests: state.requests.map((each) => (each.request === number ? change(each) : each)),
});

/** An unknown transmission that the authority turns out to have is a received one, without a conversation of its own. */
const proven = (state: Declaration): Declaration => ({
  ...state,
  attempts: state.attempts.map((each) =>
    each.version === state.version && each.outcome === 'unknown' ? { ...each, outcome: 'received' } : each,
  ),
});

function evolve(state: Declaration, event: CustomsEvent): Declaration {
  if (isNotice(event)) return { ...state, notices: [...state.notices, event] };
  switch (event.type) {
    case 'DeclarationPrepared': {
      const { declarationId, shipmentId, lrn, ducr, channel, authority } = event.data;
      const { version, contentDigest, bytesDigest, leftOut, standing, editors } = event.data;
      return {
        ...newVersion(state, version),
        filing: { declarationId, shipmentId, lrn, ducr, channel, authority },
        versions: [
          ...state.versions,
          {
            version,
            contentDigest,
            bytesDigest,
            leftOut,
            ...(standing ? { standing } : {}),
            ...(editors ? { editors } : {}),
          },
        ],
      };
    }
    case 'DeclarationSent': {
      const { version, attempt, conversationId } = event.data;
      return withAttempt(state, { version, attempt, outcome: 'received', conversationId });
    }
    case 'DeclarationOutcomeUnknown': {
      const { version, attempt } = event.data;
      return withAttempt(state, { version, attempt, outcome: 'unknown', conversationId: null });
    }
    case 'DeclarationRefused': {
      const { version, by, problems } = event.data;
      return { ...newVersion(state, version), refusal: { by, problems } };
    }
    case 'FilingEnquired': {
      const { request: about, answer } = event.data;
      if (about !== undefined) {
        return withRequest(state, about, (request) => ({
          ...request,
          enquiries: (request.enquiries ?? 0) + 1,
          // It has it: what it says of it comes under its own reference.
          outcome: answer === 'found' ? 'received' : request.outcome,
        }));
      }
      const asked = { ...state, enquiries: state.enquiries + 1 };
      return event.data.answer === 'found' ? proven(asked) : asked;
    }
    case 'AuthorityMessageReceived': {
      const { messageId, sha256 } = event.data;
      return { ...state, messages: [...state.messages, { messageId, sha256 }] };
    }
    case 'RequestMade': {
      const { request, orderId, purpose, version, lrn, reason, fields, madeAt, proposed, content } = event.data;
      const made: Request = {
        ...{ request, orderId, purpose, version, lrn, reason, fields, madeAt },
        proposed: proposed?.version ?? null,
        ...(content === undefined ? {} : { content }),
        conversations: [],
        outcome: 'open',
        refused: false,
        problems: [],
      };
      return { ...state, requests: [...state.requests, made] };
    }
    case 'RequestSent':
      return withRequest(state, event.data.request, (request) => ({
        ...request,
        outcome: 'received',
        conversations: [...request.conversations, event.data.conversationId.toLowerCase()],
      }));
    case 'RequestOutcomeUnknown':
      return withRequest(state, event.data.request, (request) => ({ ...request, outcome: 'unknown' }));
    case 'RequestRefused':
      return withRequest(state, event.data.request, (request) => ({
        ...request,
        refused: true,
        problems: event.data.problems,
      }));
    case 'DocumentsSent':
      return { ...state, papersSent: [...state.papersSent, event.data.sentAt] };
    case 'QueryAnswered':
      return { ...state, answered: [...state.answered, event.data.queryId] };
    case 'ExaminationPrepared': {
      const { kind, place, at } = event.data;
      return withNote(state, { what: kind, says: place, at });
    }
    case 'ExaminationCostIncurred': {
      const { item, amount } = event.data;
      return withNote(state, { what: 'cost', says: `${item}: ${amount.amount} ${amount.currency}`, at: null });
    }
    case 'ExaminationConcluded': {
      const { found, result, says, concludedAt } = event.data;
      const before = state.found.filter((each) => !found.some(({ line }) => line === each.line));
      return { ...withNote(state, { what: result, says, at: concludedAt }), found: [...before, ...found] };
    }
    case 'ClearanceGivenUp': {
      const { how, givenUpAt, version } = event.data;
      return { ...state, disposal: { how, at: givenUpAt, version } };
    }
    default:
      return state;
  }
}

/** One filing of one declaration. A repeated fact leads to nothing; what does not fit the moment is refused with the way on. */
export const declaration: Decider<Declaration, DeclarationCommand, CustomsEvent & DomainEvent> = {
  initial,
  decide,
  evolve,
};
