import type { AnswerOf, showDeclaration } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';
import { mrnOf, statusOf, type Declaration } from '../domain/declaration.js';
import { byAuthority, byAuthorityVersion, type Notice } from '../domain/notices.js';
import { summaryOf } from '../domain/summary.js';
import type { PreparedContent, StoredAttempt } from '../postgres/filings.repository.js';
import type { RequestAttempt } from '../postgres/requests.repository.js';
import type { LinkedMessage } from '../postgres/messages.repository.js';

export type DeclarationView = AnswerOf<typeof showDeclaration>;

/** A declaration with everything that stands beside its events. */
export interface Shown {
  declarationId: string;
  shipmentId: string;
  state: Declaration;
  streamVersion: number;
  prepared: PreparedContent[];
  attempts: StoredAttempt[];
  requestAttempts: RequestAttempt[];
  messages: LinkedMessage[];
}

function problemsOf({ refusal, notices, version }: Declaration): DeclarationView['problems'] {
  if (refusal) return refusal.problems;
  const current = notices.filter((each) => each.data.version === version).sort(byAuthority);
  return current.flatMap((each) => {
    if (each.type === 'DeclarationRejected') return each.data.errors;
    return each.type === 'DeclarationAccepted' ? each.data.warnings : [];
  });
}

function debtOf({ notices, version }: Declaration): DeclarationView['debt'] {
  const last = notices
    .filter(
      (each): each is Extract<Notice, { type: 'DutyNotified' }> =>
        each.type === 'DutyNotified' && each.data.version === version,
    )
    .sort(byAuthorityVersion)
    .at(-1);
  if (!last) return null;
  const { kind, taxes, total, paymentReference } = last.data;
  return { kind, taxes, total, paymentReference };
}

/** Where each request stands: the newest as the vector has it, an older one by its own answer. */
function requestsOf(state: Declaration, attempts: readonly RequestAttempt[]): DeclarationView['requests'] {
  return state.requests.map((made) => {
    const { request, purpose, lrn, reason, fields, madeAt, outcome, refused } = made;
    const answers = state.notices
      .filter((each): each is Extract<Notice, { type: 'RequestAnswered' }> => each.type === 'RequestAnswered')
      .filter((each) => each.data.request === request)
      .sort(byAuthority);
    const answer = answers.at(-1);
    const isSummary = purpose === 'summarise';
    const newest = request === state.requests.length && made.version === state.version && !isSummary;
    const said = newest ? statusOf(state).request.value : answer?.data.answer;
    const own = refused ? 'refused' : { open: 'made', received: 'sent', unknown: 'unknown' }[outcome];
    return {
      ...{ request, purpose, lrn, reason, fields, madeAt },
      state: refused || said === undefined || (said === 'pending' && !answer) ? own : said,
      problems: [...made.problems, ...answers.flatMap((each) => each.data.errors)],
      attempts: attempts
        .filter((each) => each.request === request)
        .map(({ attempt, outcome: became, conversationId, startedAt }) => ({
          ...{ attempt, conversationId, startedAt },
          outcome: became,
        })),
    };
  });
}

function queriesOf({ notices, answered }: Declaration): DeclarationView['queries'] {
  return notices
    .filter((each): each is Extract<Notice, { type: 'QueryReceived' }> => each.type === 'QueryReceived')
    .sort(byAuthority)
    .map(({ data: { queryId, by, says, authorityTime, due, documentId } }) => ({
      ...{ queryId, by, says, authorityTime, due, documentId },
      answered: answered.includes(queryId),
    }));
}

/** @param nameOf short name of a message's kind, as the authority's guide has it */
export function viewOf(shown: Shown, nameOf: (functionCode: string) => string): DeclarationView {
  const { declarationId, shipmentId, state, streamVersion, prepared, attempts, requestAttempts, messages } = shown;
  const vector = statusOf(state);
  const summary = summaryOf(vector);
  const preparedAt = (version: number): Instant | undefined =>
    prepared.find((each) => each.version === version)?.preparedAt;
  return {
    declarationId,
    shipmentId,
    authority: state.filing?.authority ?? '',
    channel: state.filing?.channel ?? '',
    references: { lrn: state.filing?.lrn ?? '', ducr: state.filing?.ducr ?? '', mrn: mrnOf(state, state.version) },
    version: state.version,
    vector,
    summary: summary.word,
    why: summary.why,
    problems: problemsOf(state),
    debt: debtOf(state),
    versions: state.versions.flatMap(({ version, contentDigest, bytesDigest }) => {
      const at = preparedAt(version);
      return at ? [{ version, contentDigest, bytesDigest, at }] : [];
    }),
    attempts: attempts.map(({ version, attempt, outcome, conversationId, startedAt }) => ({
      version,
      attempt,
      outcome,
      conversationId,
      startedAt,
    })),
    requests: requestsOf(state, requestAttempts),
    queries: queriesOf(state),
    examination: state.examination,
    messages: messages.map(({ messageId, functionCode, sha256, receivedAt, duplicate }) => ({
      messageId,
      functionCode,
      name: nameOf(functionCode),
      sha256,
      receivedAt,
      duplicate,
    })),
    etag: streamVersion,
  };
}
