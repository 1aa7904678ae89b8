import type {
  FieldProblem,
  RequestOrder,
  Refusal,
  RequestOutcome,
  SentPaper,
  CustomsActivities,
  Step,
  UploadSlot,
  Wrote,
} from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { Conflict, millisOf, NotFound, TidewaiterError, Unavailable, type Instant } from '@tidewaiter/kernel';
import { byPartOf } from '@tidewaiter/platform';
import type { Asking, Authority, Outcome } from '../authorities/authority.js';
import { validateAmendment } from '../authorities/cds/validate.js';
import type { Authorities } from '../authorities/registry.js';
import { answersOf } from '../domain/answers.js';
import { contentOf } from '../domain/content.js';
import {
  acceptedSummary,
  contentInForce,
  declaration,
  mrnOf,
  newestContent,
  statusOf,
  type Declaration,
  type DeclarationCommand,
} from '../domain/declaration.js';
import { requestNamed, stands } from '../domain/handling.js';
import { nextEnquiry } from '../domain/resend.js';
import type { Request } from '../domain/ours.js';
import { entries } from '../postgres/entries.repository.js';
import { keyOf } from '../postgres/inbox.repository.js';
import { filings } from '../postgres/filings.repository.js';
import { requests, type StoredRequest } from '../postgres/requests.repository.js';
import { contentDigest } from './digests.js';
import type { FilingRules } from './filing-desk.js';
import { requestLrn } from './references.js';

interface Known {
  state: Declaration;
  streamVersion: number;
  authority: Authority;
}

const streamOf = (declarationId: string): string => `declaration-${declarationId}`;

const TOO_EARLY = 'customs.request.too-early';

/** Whether nothing that the authority said of the declaration is known yet. */
const isOnItsWay = (state: Declaration): boolean => ['none', 'sent', 'unknown'].includes(statusOf(state).legal.value);

/**
 * Sends requests about declarations that the authority has, under the same three steps as a declaration: row, transmission, outcome.
 * A request whose outcome is unknown is never sent again by itself: the authority is asked by its own reference, then a person finds out.
 */
export class RequestDesk {
  constructor(
    private readonly store: EventStore,
    private readonly authorities: Authorities,
    private readonly rules: FilingRules,
    private readonly clock: () => Instant,
    /** a request gained a reference: parked messages may answer it */
    private readonly gainedKeys: (keys: string[]) => Promise<void>,
  ) {}

  /**
   * Carries an order out once.
   * @throws Unavailable `customs.authority.unavailable` when nothing could be sent: the same attempt runs again on retry
   */
  async make(step: Step, order: RequestOrder): Promise<RequestOutcome> {
    const { declarationId, orderId } = order;
    const stored = await this.store.transaction(step.tenant, (tx) => requests.ofOrder(tx, declarationId, orderId));
    const known = await this.known(step.tenant, declarationId);
    if (stored) return this.goOn(step, declarationId, known, stored);
    try {
      const made = await this.freeze(step, order, known);
      return Array.isArray(made) ? refused(made, {}) : await this.transmit(step, declarationId, known.authority, made);
    } catch (error) {
      // A moment that has passed is an answer to who ordered it, not a fault of the step.
      if (!(error instanceof TidewaiterError) || !['refused', 'wrong-state'].includes(error.kind)) throw error;
      if (order.purpose === 'summarise' && error.code === TOO_EARLY && isOnItsWay(known.state)) {
        // The story orders it once it has heard of the release: the number itself is still being read, or asked for after a cut.
        throw new Unavailable(
          'customs.request.number-on-its-way',
          'the authority’s number is not read yet',
          {},
          { cause: error },
        );
      }
      const says = [error.message, error.details.advice].filter(Boolean).join('. ');
      return refused([{ code: error.code, pointer: '', field: null, says }], {});
    }
  }

  /** For goods that are given up: the authority's number is invalidated, where it has one that stands and wants to be asked. */
  async withdraw(
    step: Step,
    { declarationId, orderId, how, reason }: Parameters<CustomsActivities['withdrawDeclaration']>[1],
  ): ReturnType<CustomsActivities['withdrawDeclaration']> {
    const { state } = await this.store.load(declaration, step.tenant, streamOf(declarationId));
    // What is cleared leaves by an export declaration, and its duty comes back by a claim.
    if (!state.filing || !stands(state) || statusOf(state).clearance.value === 'cleared') return { kind: 'not-needed' };
    const { authority } = await this.known(step.tenant, declarationId);
    if (!authority.profile.invalidateWhen.includes(how)) return { kind: 'not-needed' };
    return this.make(step, { declarationId, orderId, purpose: 'cancel', reason, proposed: null });
  }

  /** Row, content and event of a request; or what our own check found in what it proposes. */
  private async freeze(step: Step, order: RequestOrder, known: Known): Promise<StoredRequest | FieldProblem[]> {
    const { declarationId, orderId, purpose, reason, proposed } = order;
    const { state, authority } = known;
    const filing = state.filing!;
    const at = this.clock();
    const number = state.requests.length + 1;
    const lrn = requestLrn(declarationId, number);
    const entryNumber = await this.store.transaction(step.tenant, (tx) => entries.of(tx, declarationId));
    const references = {
      ...{ lrn: filing.lrn, ducr: filing.ducr, preparedAt: at },
      ...(entryNumber ? { entryNumber } : {}),
    };
    const mrn = mrnOf(state, state.version) ?? '';
    const after =
      purpose === 'amend' && proposed
        ? contentOf(proposed, authority.profile.importerScheme, authority.buildSummary !== undefined)
        : null;
    const before = after && (await this.inForce(step.tenant, declarationId, state));
    if (proposed && proposed.version <= newestContent(state)) {
      throw new Conflict('customs.request.version-taken', `version ${proposed.version} is taken`);
    }
    if (purpose === 'amend' && !(after && before)) return [NOTHING_PROPOSED];
    const head = { lrn, mrn, reason, references };
    const asking: Asking =
      after && before
        ? { ...head, purpose: 'amend', before, after }
        : { ...head, purpose: purpose === 'cancel' ? 'cancel' : 'arrive' };
    const problems =
      after && before
        ? [...validateAmendment(before, after), ...authority.validate(authority.build(after, references))]
        : [];
    if (problems.length > 0) return problems;
    const built =
      purpose === 'summarise'
        ? authority.buildSummary?.({
            ...{ lrn, references, replaces: acceptedSummary(state) !== null },
            content: await this.inForce(step.tenant, declarationId, state),
          })
        : authority.buildRequest(asking);
    if (!built) return [NO_SUMMARY];
    if (purpose === 'amend' && built.pointers.length === 0) return [NOTHING_CHANGES];
    const command: DeclarationCommand = {
      ...{ type: 'MakeRequest', orderId, purpose, reason, lrn, fields: built.pointers, bytesDigest: built.digest, at },
      proposed: after && proposed ? { version: proposed.version, contentDigest: contentDigest(after) } : null,
      ...(purpose === 'summarise' ? { content: contentInForce(state, state.version) } : {}),
    };
    const kept = { request: number, orderId, purpose, version: state.version, lrn, bytes: built.bytes };
    const ours = await this.store.transaction(step.tenant, async (tx) => {
      await this.execute(step, declarationId, command, `request/${orderId}`, tx);
      const row = { ...kept, bytesDigest: built.digest, correlationId: step.correlationId, madeAt: at };
      if (!(await requests.keep(tx, declarationId, row))) return false;
      if (after && proposed) {
        await filings.keepContent(tx, declarationId, {
          version: proposed.version,
          content: after,
          bytes: built.bytes,
          bytesDigest: built.digest,
          correlationId: step.correlationId,
          preparedAt: at,
          answers: answersOf(proposed, after),
        });
      }
      return requests.open(tx, declarationId, { request: number, attempt: 1, startedAt: at, evidence: null });
    });
    if (!ours) throw new Conflict('customs.filing.elsewhere', 'the request is being sent by another worker');
    return { ...kept, attempt: 1, outcome: 'open', problems: [] };
  }

  private async inForce(tenant: string, declarationId: string, state: Declaration) {
    const version = contentInForce(state, state.version);
    const content = await this.store.transaction(tenant, (tx) => filings.content(tx, declarationId, version));
    if (!content) throw new NotFound('customs.declaration.unknown', `version ${version} has no content`);
    return content;
  }

  private async goOn(step: Step, declarationId: string, known: Known, stored: StoredRequest): Promise<RequestOutcome> {
    const wrote = { [streamOf(declarationId)]: known.streamVersion };
    switch (stored.outcome) {
      case 'received':
        return { kind: 'sent', request: stored.request, wrote };
      case 'unknown':
        return { kind: 'unknown', request: stored.request, wrote };
      case 'refused':
        return refused(stored.problems, wrote);
      case 'open': {
        // Whoever finds an open row did not see its outcome written: for him it is unknown.
        const says = 'the sending was interrupted before its outcome was written';
        const outcome: Outcome = { kind: 'unknown', after: 'bytes-sent', says };
        const settled = await this.settle(step, declarationId, stored, outcome);
        return { kind: 'unknown', request: stored.request, wrote: settled };
      }
      case 'not-sent': {
        const ours = await this.store.transaction(step.tenant, (tx) =>
          requests.reopen(tx, declarationId, stored.request, stored.attempt, this.clock()),
        );
        if (!ours) throw new Conflict('customs.filing.elsewhere', 'the request is being sent by another worker');
        return this.transmit(step, declarationId, known.authority, stored);
      }
    }
  }

  private async transmit(
    step: Step,
    declarationId: string,
    authority: Authority,
    sending: StoredRequest,
  ): Promise<RequestOutcome> {
    const outcome = await authority.submit(sending.bytes, sending.purpose);
    const wrote = await this.settle(step, declarationId, sending, outcome);
    switch (outcome.kind) {
      case 'not-sent':
        throw new Unavailable('customs.authority.unavailable', `nothing was sent: ${outcome.says}`, {
          advice: 'It is tried again; nothing was taken.',
          facts: { availability: outcome.availability },
        });
      case 'refused':
        return refused(outcome.problems, wrote);
      case 'received':
        await this.gainedKeys([keyOf('lrn', sending.lrn), keyOf('conversation', outcome.conversationId)]);
        return { kind: 'sent', request: sending.request, wrote };
      case 'unknown':
        await this.gainedKeys([keyOf('lrn', sending.lrn)]);
        return { kind: 'unknown', request: sending.request, wrote };
    }
  }

  private settle(
    step: Step,
    declarationId: string,
    { request, attempt }: Pick<StoredRequest, 'request' | 'attempt'>,
    outcome: Outcome,
  ): Promise<Wrote> {
    return this.store.transaction(step.tenant, async (tx) => {
      await requests.settle(tx, declarationId, {
        request,
        attempt,
        outcome: outcome.kind,
        conversationId: outcome.kind === 'received' ? outcome.conversationId : null,
        problems: outcome.kind === 'refused' ? outcome.problems : [],
        at: this.clock(),
      });
      if (outcome.kind === 'not-sent') return {};
      const command: DeclarationCommand = { type: 'RecordRequestAttempt', request, attempt, result: outcome };
      return this.execute(step, declarationId, command, `request/${request}/${attempt}/${outcome.kind}`, tx);
    });
  }

  /** @throws NotFound `customs.declaration.unknown`, `customs.request.unknown` */
  async resolve(step: Step, declarationId: string, request: number): ReturnType<CustomsActivities['resolveRequest']> {
    const { state, streamVersion, authority } = await this.known(step.tenant, declarationId);
    const made = requestNamed(state, request);
    const wrote = { [streamOf(declarationId)]: streamVersion };
    const isAnswered = state.notices.some(({ type, data }) => type === 'RequestAnswered' && data.request === request);
    if (isAnswered || made.refused || made.outcome === 'received') return { kind: 'found', wrote };
    const asked = made.enquiries ?? 0;
    const { enquirySchedule: schedule } = this.rules;
    const due = nextEnquiry(schedule, made.madeAt, asked);
    if (millisOf(this.clock()) < millisOf(due)) return { kind: 'not-yet', askAgainAt: due, wrote };
    const entryNumber = await this.store.transaction(step.tenant, (tx) => entries.of(tx, declarationId));
    const references = { lrn: made.lrn, ducr: state.filing!.ducr, ...(entryNumber ? { entryNumber } : {}) };
    const answer = await authority.enquire(references, []);
    const ruled = ruleOf(authority, made, { answer: answer.kind, asked: asked + 1 }, schedule.length, this.clock());
    const command: DeclarationCommand = {
      ...{ type: 'RecordEnquiry', answer: answer.kind, mrn: answer.kind === 'found' ? answer.mrn : null, request },
      resend: `no: ${ruled ?? 'the authority may still answer'}`,
    };
    const after = await this.execute(step, declarationId, command, `request/${request}/enquiry/${asked + 1}`);
    if (answer.kind === 'found') return { kind: 'found', wrote: after };
    if (ruled) return { kind: 'ask-person', says: ruled, wrote: after };
    return { kind: 'not-yet', askAgainAt: nextEnquiry(schedule, made.madeAt, asked + 1), wrote: after };
  }

  async drop(step: Step, declarationId: string, request: number, reason: string): Promise<{ wrote: Wrote }> {
    const command: DeclarationCommand = { type: 'DropRequest', request, reason };
    return { wrote: await this.execute(step, declarationId, command, `request/${request}/drop`) };
  }

  /** @throws Refused by the domain; NotFound `customs.declaration.unknown` */
  async slots(
    step: Step,
    declarationId: string,
    types: string[],
  ): Promise<{ kind: 'slots'; slots: UploadSlot[] } | { kind: 'none' }> {
    const { state, authority } = await this.known(step.tenant, declarationId);
    const mrn = mrnOf(state, state.version);
    const slots = mrn
      ? await authority.slots(
          mrn,
          types.map((type) => ({ type })),
        )
      : null;
    return slots && slots.length >= types.length ? { kind: 'slots', slots } : { kind: 'none' };
  }

  async answerQuery(
    step: Step,
    declarationId: string,
    { queryId, answer, documentIds }: { queryId: string; answer: string; documentIds: string[] },
  ): Promise<{ kind: 'answered'; wrote: Wrote } | Refusal> {
    const command: DeclarationCommand = { type: 'AnswerQuery', queryId, answer, documentIds, at: this.clock() };
    try {
      const wrote = await this.execute(step, declarationId, command, `answer/${step.commandId}`);
      return { kind: 'answered', wrote };
    } catch (error) {
      if (!(error instanceof TidewaiterError) || error.kind !== 'wrong-state') throw error;
      return { kind: 'refused', code: error.code, says: error.message };
    }
  }

  async papersSent(step: Step, declarationId: string, files: SentPaper[]): Promise<{ wrote: Wrote }> {
    const command: DeclarationCommand = { type: 'SendDocuments', files, at: this.clock() };
    return { wrote: await this.execute(step, declarationId, command, `papers/${step.commandId}`) };
  }

  private async execute(
    step: Step,
    declarationId: string,
    command: DeclarationCommand,
    part: string,
    tx?: Tx,
  ): Promise<Wrote> {
    const by = byPartOf(step, `${declarationId}/${part}`);
    return (await this.store.execute(declaration, streamOf(declarationId), command, by, tx ? { tx } : {})).wrote;
  }

  private async known(tenant: string, declarationId: string): Promise<Known> {
    return this.store.transaction(tenant, async (tx) => {
      const { state, version } = await this.store.load(declaration, tenant, streamOf(declarationId), tx);
      const [first] = await filings.prepared(tx, declarationId);
      if (!state.filing || !first) {
        throw new NotFound('customs.declaration.unknown', 'nothing was filed under this declaration');
      }
      const authority = this.authorities.named(state.filing.authority, state.filing.channel, first.preparedAt);
      return { state, streamVersion: version, authority };
    });
  }
}

/**
 * Why a person must look into a request of unknown outcome; null while the authority may still say by itself what became of it. Where it
 * would let a declaration be sent again, or an unanswered schedule is over, a person drops the request or waits.
 */
function ruleOf(
  authority: Authority,
  { version, madeAt: startedAt }: Request,
  { answer, asked }: { answer: 'found' | 'absent' | 'no-answer'; asked: number },
  schedule: number,
  now: Instant,
): string | null {
  if (answer === 'found') return null;
  const attempt = { version, attempt: 1, outcome: 'unknown' as const, conversationId: null, startedAt };
  const rule = authority.resend([attempt], { answer, askedAt: now }, now);
  if (rule.kind === 'same-bytes' || rule.kind === 'ask-person') return rule.because;
  return asked >= schedule
    ? `it was asked ${asked} times, the last answer: ${answer === 'absent' ? 'nothing under this reference' : 'none'}`
    : null;
}

const refused = (problems: FieldProblem[], wrote: Wrote): RequestOutcome => ({ kind: 'refused', problems, wrote });

const NOTHING_PROPOSED: FieldProblem = {
  code: 'customs.request.nothing-proposed',
  pointer: '',
  field: null,
  says: 'An amendment needs the content that it proposes.',
};
const NO_SUMMARY: FieldProblem = {
  code: 'customs.request.no-summary',
  pointer: '',
  field: null,
  says: 'This authority knows no entry summary beside the declaration.',
};
const NOTHING_CHANGES: FieldProblem = {
  code: 'customs.request.nothing-changes',
  pointer: '',
  field: null,
  says: 'What is proposed is what the authority has already.',
};
