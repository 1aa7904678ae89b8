import { createHash } from 'node:crypto';
import type {
  AnswerOf,
  buildDeclaration,
  CustomsEvent,
  FieldProblem,
  InputOf,
  interpretMessages,
} from '@tidewaiter/contracts';
import { checkIdentifier, Invalid, toInstant, type Instant } from '@tidewaiter/kernel';
import type { Authority, Interpretation, ReadMessage } from '../authorities/authority.js';
import type { Authorities } from '../authorities/registry.js';
import { digestOfBytes } from '../authorities/texts.js';
import type { DeclarationContent } from '../domain/content.js';
import { declaration, statusOf, type Declaration } from '../domain/declaration.js';
import type { Fact } from '../domain/facts.js';
import { summaryOf } from '../domain/summary.js';
import type { Cell, StatusVector } from '../domain/vector.js';

type Asked = InputOf<typeof interpretMessages>['body'];
type Answered = AnswerOf<typeof interpretMessages>;
type Shown = Answered['messages'][number];
type Problem = Shown['problems'][number];
type Correlation = Shown['correlation'];

const NIL = '00000000-0000-7000-8000-000000000000';
const DIGEST = `sha256:${'0'.repeat(64)}`;
/** When a request was made is not told here: before anything that answers it. */
const BEFORE_ALL = '1970-01-01T00:00:00.000000Z';

/** What each fact is called when nothing is known of the declaration it speaks of. */
const EVENTS: Record<Fact['kind'], string> = {
  registered: 'DeclarationRegistered',
  accepted: 'DeclarationAccepted',
  rejected: 'DeclarationRejected',
  control: 'InspectionOrdered',
  'documents-wanted': 'DocumentsRequested',
  duty: 'DutyNotified',
  'funds-short': 'PaymentRequired',
  released: 'GoodsReleased',
  corrected: 'DeclarationCorrected',
  invalidated: 'DeclarationInvalidated',
  'request-answered': 'RequestAnswered',
  hold: 'HoldPlaced',
  'hold-lifted': 'HoldLifted',
  'agency-review': 'AgencyReviewed',
  'release-suspended': 'ReleaseSuspended',
  seized: 'GoodsSeized',
  query: 'QueryReceived',
  kept: 'AuthorityNoticeKept',
};

const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/;

/** Text becomes the bytes that its channel would have sent: EDIFACT is ISO 8859-1 unless it says UTF-8. */
function bytesOf(channel: string, body: Asked['messages'][number]['body']): Buffer {
  if (typeof body !== 'string')
    return 'base64' in body ? Buffer.from(body.base64, 'base64') : encoded(channel, body.text);
  const bare = body.replace(/[\r\n]/g, '');
  return bare !== '' && BASE64.test(bare) ? Buffer.from(bare, 'base64') : encoded(channel, body);
}

const encoded = (channel: string, text: string): Buffer =>
  channel !== 'cds' && !/UNO[WXY]/.test(text.slice(0, 200)) && !/[^\u0000-\u00ff]/.test(text)
    ? Buffer.from(text, 'latin1')
    : Buffer.from(text, 'utf8');

/** Line of a problem: by our field, else by the goods item in the data model's own pointer. */
const lineOf = (field: string | null, pointer: string): number | null => {
  const [, index] = /^lines\[(\d+)\]/.exec(field ?? '') ?? [];
  const [, item] = /\b68A\[(\d+)\]/.exec(pointer) ?? [];
  return index !== undefined ? Number(index) + 1 : item !== undefined ? Number(item) : null;
};

const shown = ({ code, pointer, field, says }: FieldProblem, severity: Problem['severity']): Problem => ({
  code,
  severity,
  pointer: pointer || null,
  field,
  line: lineOf(field, pointer),
  text: says,
});

const problem = (code: string, severity: Problem['severity'], text: string): Problem => ({
  code,
  severity,
  pointer: null,
  field: null,
  line: null,
  text,
});

const compact = (text: string | null | undefined): string => (text ?? '').replace(/[\s-]/g, '').toUpperCase();

/** One message of the request with all that it says. */
interface Taken {
  channel: Asked['messages'][number]['channel'];
  receivedAt: Instant;
  sha256: string;
  authority: Authority;
  parts: Interpretation[];
  correlation: Correlation;
  duplicateOf: number | null;
  problems: Problem[];
}

/** Where each transmission of the question stands in the filing's life. */
type Placed = {
  purpose: string;
  conversation: string | null;
  version: number;
  attempt: number;
  request: number | null;
};

/**
 * Attempts to declare that repeat no other belong to successive versions, the last of them to the newest; a request keeps its number
 * through its repetitions.
 */
function placed({ version, attempts }: Asked['declaration']): Placed[] {
  const conversations = attempts.map((each) => each.conversationId?.toLowerCase() || null);
  const repeats = attempts.map(({ resendOf }) => {
    if (resendOf === null || resendOf === undefined) return null;
    const found = typeof resendOf === 'number' ? resendOf : conversations.indexOf(resendOf.toLowerCase());
    return found;
  });
  const firsts = attempts.flatMap((each, index) =>
    each.purpose === 'declare' && repeats[index] === null ? [index] : [],
  );
  const found: Placed[] = [];
  let requests = 0;
  for (const [index, { purpose }] of attempts.entries()) {
    const conversation = conversations[index]!;
    const repeated = repeats[index] === null ? undefined : found[repeats[index]!];
    if (purpose === 'declare') {
      const place = firsts.indexOf(index);
      const own = place < 0 ? (repeated?.version ?? version) : Math.max(1, version - (firsts.length - 1 - place));
      const attempt = found.filter((each) => each.request === null && each.version === own).length + 1;
      found.push({ purpose, conversation, version: own, attempt, request: null });
    } else {
      const request = repeated?.request ?? (requests += 1);
      const attempt = found.filter((each) => each.request === request).length + 1;
      found.push({ purpose, conversation, version, attempt, request });
    }
  }
  return found;
}

/** The declaration as the question describes it. */
function described({ declaration: asked }: Asked, attempts: readonly Placed[]): Declaration {
  const lrn = asked.references.lrn ?? '';
  const filing = { declarationId: NIL, shipmentId: NIL, lrn };
  const events: CustomsEvent[] = [];
  const versions = [...new Set([...attempts.map((each) => each.version), asked.version])].sort((a, b) => a - b);
  for (const version of versions) {
    const digests = { contentDigest: DIGEST, bytesDigest: DIGEST, assessmentDigest: DIGEST, documentSetDigest: DIGEST };
    const head = { channel: '', authority: '', ducr: asked.references.ducr ?? '' };
    events.push({ type: 'DeclarationPrepared', data: { ...filing, ...head, version, ...digests, leftOut: [] } });
    for (const { conversation, attempt } of attempts.filter(
      (each) => each.version === version && each.request === null,
    )) {
      events.push(
        conversation
          ? {
              type: 'DeclarationSent',
              data: { ...filing, version, attempt, conversationId: conversation, bytesDigest: DIGEST },
            }
          : { type: 'DeclarationOutcomeUnknown', data: { ...filing, version, attempt, says: '' } },
      );
    }
  }
  for (const { purpose, version, request, attempt, conversation } of attempts) {
    if (request === null || purpose === 'declare') continue;
    const about = { declarationId: NIL, shipmentId: NIL, version, request };
    if (attempt === 1) {
      const made = {
        orderId: NIL,
        purpose: purpose as 'amend',
        lrn: `request ${request}`,
        mrn: '',
        reason: '',
        proposed: null,
      };
      events.push({
        type: 'RequestMade',
        data: { ...about, ...made, fields: [], bytesDigest: DIGEST, madeAt: BEFORE_ALL },
      });
    }
    events.push(
      conversation
        ? { type: 'RequestSent', data: { ...about, attempt, conversationId: conversation } }
        : { type: 'RequestOutcomeUnknown', data: { ...about, attempt, says: '' } },
    );
  }
  return events.reduce((state, event) => declaration.evolve(state, event), declaration.initial);
}

/** Looks a message's references up among those of the question, and those that its other messages brought. */
class Correlator {
  private readonly numbers: Set<string>;
  private readonly lrn: string;
  private readonly ducr: string;
  private readonly entry: string;

  constructor(
    references: Asked['declaration']['references'],
    private readonly attempts: readonly Placed[],
  ) {
    this.entry = compact(references.entryNumber);
    this.numbers = new Set([compact(references.mrn), this.entry].filter(Boolean));
    this.lrn = (references.lrn ?? '').trim();
    this.ducr = compact(references.ducr);
  }

  of({ keys }: ReadMessage, header: string | null): Correlation {
    const conversation = (header ?? keys.conversationId)?.toLowerCase();
    const attempt = this.attempts.findIndex((each) => each.conversation !== null && each.conversation === conversation);
    if (attempt >= 0) return { by: 'conversation', attempt, purpose: this.attempts[attempt]!.purpose };
    const by = this.keyOf(keys);
    return { by, attempt: null, purpose: null };
  }

  private keyOf({ mrn, lrn, ducr }: ReadMessage['keys']): Correlation['by'] {
    if (mrn && compact(mrn) === this.entry) return 'entry';
    if (mrn && this.numbers.has(compact(mrn))) return 'mrn';
    if (lrn && this.lrn !== '' && lrn === this.lrn) return 'lrn';
    if (ducr && this.ducr !== '' && compact(ducr) === this.ducr) return 'ducr';
    return 'none';
  }

  /** @returns whether the number was new: messages that were nobody's are then looked at again */
  learn({ keys }: ReadMessage): boolean {
    const number = compact(keys.mrn);
    if (number === '' || this.numbers.has(number)) return false;
    this.numbers.add(number);
    return true;
  }
}

const reads = (parts: readonly Interpretation[]): ReadMessage[] => parts.filter((each) => each.kind === 'read');

/** Judges forms, builds and reads without keeping anything: the same code that files, asked from outside. */
export class Checks {
  constructor(
    private readonly authorities: Authorities,
    private readonly clock: () => Instant,
  ) {}

  identifier = checkIdentifier;

  /** @throws Refused `customs.authority.none` */
  build({
    authority: name,
    content,
    references,
  }: InputOf<typeof buildDeclaration>['body']): AnswerOf<typeof buildDeclaration> {
    const authority = this.authorities.called(
      name,
      references.preparedAt ? toInstant(references.preparedAt) : this.clock(),
    );
    try {
      const built = authority.build(content as DeclarationContent, references);
      const { bytes, mediaType, digest, leftOut } = built;
      return { bytes: bytes.toString('base64'), mediaType, digest, problems: authority.validate(built), leftOut };
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      const problems = (error.details.places ?? []).map(({ pointer, reason }) => ({
        code: error.code,
        pointer: '',
        field: pointer,
        says: reason,
      }));
      const nothing = Buffer.alloc(0);
      return {
        bytes: '',
        mediaType: 'application/octet-stream',
        digest: digestOfBytes(nothing),
        problems,
        leftOut: [],
      };
    }
  }

  /** What messages say, in the order they came, and how the declaration stands after all of them. */
  interpret(asked: Asked): Answered {
    const attempts = placed(asked.declaration);
    const taken = asked.messages.map((message) => this.take(message));
    correlate(asked, taken, attempts);
    markDoubles(taken);
    let state = described(asked, attempts);
    const messages = taken.map((each): Shown => {
      const facts: Shown['facts'] = [];
      for (const [place, part] of each.parts.entries()) {
        if (part.kind !== 'read') continue;
        const at = part.authorityTime ?? each.receivedAt;
        const events =
          each.correlation.by === 'none' || each.duplicateOf !== null ? [] : told(state, each, part, place);
        state = events.reduce((past, event) => declaration.evolve(past, event), state);
        const notices = events.slice(1);
        facts.push(
          ...part.facts.map((fact, order) => ({
            ...fact,
            event: notices[order]?.type ?? EVENTS[fact.kind],
            at: fact.at ?? at,
          })),
        );
      }
      const { problems, correlation, duplicateOf } = each;
      return { facts, problems, correlation, duplicateOf };
    });
    const vector = withoutMadeUpTimes(statusOf(state));
    const { word, why } = summaryOf(vector);
    return { messages, vector, summary: word, why, gaps: vector.gaps };
  }

  private take({ channel, conversationId, receivedAt, body }: Asked['messages'][number]): Taken {
    const bytes = bytesOf(channel, body);
    const at = toInstant(receivedAt);
    const authority = this.authorities.anyOf(channel, this.clock());
    const parts = authority.interpret({ bytes, conversationId: conversationId || null });
    return {
      channel,
      receivedAt: at,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      authority,
      parts,
      correlation: { by: 'none', attempt: null, purpose: null },
      duplicateOf: null,
      problems: parts.flatMap(problemsOf),
    };
  }
}

function told(
  state: Declaration,
  { channel, sha256, receivedAt, authority }: Taken,
  part: ReadMessage,
  place: number,
): CustomsEvent[] {
  const messageId = `${part.identity ?? `sha256-${sha256.slice(0, 32)}`}${part.identity === null && place > 0 ? `.${place}` : ''}`;
  return declaration.decide(state, {
    type: 'TakeMessage',
    message: {
      messageId,
      channel,
      functionCode: part.functionCode,
      sha256,
      receivedAt,
      authorityTime: part.authorityTime ?? receivedAt,
      authorityVersion: part.authorityVersion,
      keys: part.keys,
      facts: part.facts,
    },
    declared: {},
    zone: authority.profile.zone,
  });
}

/** Errors of rejections, warnings of acceptances, and what was seen of the form. */
function problemsOf(part: Interpretation): Problem[] {
  if (part.kind === 'unreadable') return [problem(part.code, 'error', `unreadable: ${part.says}`)];
  const { notes } = part;
  const told = part.facts.flatMap((fact): Problem[] => {
    if (fact.kind === 'rejected') return fact.errors.map((each) => shown(each, 'error'));
    if (fact.kind === 'accepted') return fact.warnings.map((each) => shown(each, 'warning'));
    return [];
  });
  return [...told, ...notes.map((each) => shown(each, each.severity))];
}

/** Answers may come before the references they need are known: each number that is learnt opens another round. */
function correlate(asked: Asked, taken: Taken[], attempts: readonly Placed[]): void {
  const correlator = new Correlator(asked.declaration.references, attempts);
  for (let learnt = true; learnt;) {
    learnt = false;
    for (const [index, each] of taken.entries()) {
      const header = asked.messages[index]!.conversationId || null;
      for (const part of reads(each.parts)) {
        const found = each.correlation.by === 'none' ? correlator.of(part, header) : each.correlation;
        if (found.by === 'none') continue;
        each.correlation = found;
        learnt = correlator.learn(part) || learnt;
      }
      if (each.correlation.by === 'none' && reads(each.parts).length === 0 && header) {
        const attempt = attempts.findIndex((one) => one.conversation === header.toLowerCase());
        if (attempt >= 0) each.correlation = { by: 'conversation', attempt, purpose: attempts[attempt]!.purpose };
      }
    }
  }
  for (const each of taken) {
    if (each.correlation.by === 'none' && reads(each.parts).length > 0)
      each.problems.push(
        problem(
          'customs.message.unmatched',
          'error',
          'It names no declaration known here: it is kept, and a person looks at it.',
        ),
      );
  }
}

/** A message that came before: by its identity and bytes, or by its bytes alone where it has none. */
function markDoubles(taken: Taken[]): void {
  const seen = new Map<string, number>();
  const identities = new Map<string, number>();
  for (const [index, each] of taken.entries()) {
    const key = `${each.channel} ${each.sha256}`;
    const identity = reads(each.parts)
      .flatMap((part) => part.identity ?? [])
      .join(' ');
    const first = seen.get(key) ?? null;
    const named = identity === '' ? undefined : identities.get(`${each.channel} ${identity}`);
    if (first !== null) {
      each.duplicateOf = first;
    } else if (named !== undefined) {
      each.duplicateOf = named;
      each.problems.push(
        problem(
          'customs.message.conflict',
          'error',
          'A message with this identity came before with other bytes; both are kept, the first one stands.',
        ),
      );
    }
    if (first === null) seen.set(key, index);
    if (identity !== '' && named === undefined) identities.set(`${each.channel} ${identity}`, index);
  }
}

function withoutMadeUpTimes(vector: StatusVector): StatusVector {
  const request: Cell = vector.request.at === BEFORE_ALL ? { ...vector.request, at: null } : vector.request;
  return { ...vector, request };
}
