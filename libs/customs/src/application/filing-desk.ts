import type { CustomsActivities, FieldProblem, LodgeAnswer, LodgeRequest, Step, Wrote } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { Conflict, Invalid, millisOf, NotFound, Unavailable, type Instant } from '@tidewaiter/kernel';
import { byPartOf } from '@tidewaiter/platform';
import type { Answer, Authority, Built, Outcome } from '../authorities/authority.js';
import type { Authorities } from '../authorities/registry.js';
import { answersOf } from '../domain/answers.js';
import { contentOf, type DeclarationContent } from '../domain/content.js';
import {
  declaration,
  heardOf,
  mrnOf,
  type AttemptResult,
  type Declaration,
  type DeclarationCommand,
  type FilingReferences,
} from '../domain/declaration.js';
import { nextEnquiry, type Resend } from '../domain/resend.js';
import { entries } from '../postgres/entries.repository.js';
import { keyOf } from '../postgres/inbox.repository.js';
import { filings, type PreparedContent, type StoredAttempt } from '../postgres/filings.repository.js';
import { contentDigest } from './digests.js';
import type { Downtime, Queued, Waiting } from './downtime.js';
import { drawReferences } from './references.js';

export interface FilingRules {
  /** milliseconds after an unknown outcome at which the authority is asked; the last one repeats */
  enquirySchedule: readonly number[];
}

interface Filed {
  state: Declaration;
  streamVersion: number;
  prepared: PreparedContent[];
  attempts: StoredAttempt[];
}

type ResolveAnswer = Awaited<ReturnType<CustomsActivities['resolveFiling']>>;

const streamOf = (declarationId: string): string => `declaration-${declarationId}`;

/**
 * Sends declarations and finds out what became of them.
 *
 * A transmission is three steps: its row is written, it is sent, its outcome is written. Whoever finds an open row did not see
 * the third step happen: for him the outcome is unknown, and he asks the authority instead of sending. A second transmission
 * of a version needs a row of its own, and that row the evidence that the authority has nothing.
 */
export class FilingDesk {
  constructor(
    private readonly store: EventStore,
    private readonly authorities: Authorities,
    private readonly rules: FilingRules,
    private readonly clock: () => Instant,
    /** a filing gained a reference: parked messages may belong to it */
    private readonly gainedKeys: (keys: string[]) => Promise<void>,
    private readonly downtime: Downtime,
  ) {}

  /**
   * Builds, checks, stores and sends one version.
   * @throws Unavailable `customs.authority.unavailable` when nothing could be sent: the same attempt runs again on retry
   */
  async lodge(step: Step, request: LodgeRequest): Promise<LodgeAnswer> {
    const { declarationId, version } = request;
    const filed = await this.read(step.tenant, declarationId);
    const known = filed.attempts.filter((each) => each.version === version).at(-1);
    if (known) return this.goOn(step, request, filed, known);
    if (filed.state.version === version && filed.state.refusal) {
      return { kind: 'refused', problems: filed.state.refusal.problems, wrote: this.wrote(declarationId, filed) };
    }
    return this.lodgeFirst(step, request, filed);
  }

  private async lodgeFirst(step: Step, request: LodgeRequest, filed: Filed): Promise<LodgeAnswer> {
    const { declarationId, version, situation } = request;
    const at = this.clock();
    const authority = this.authorityOf(filed) ?? this.authorities.for(situation.destination, at);
    const content = contentOf(request, authority.profile.importerScheme, authority.buildSummary !== undefined);
    const references = filed.state.filing ?? drawReferences(declarationId, content, authority.profile, at);
    const filing = {
      declarationId,
      shipmentId: situation.shipmentId,
      channel: authority.profile.channel,
      authority: authority.profile.authority,
      lrn: references.lrn,
      ducr: references.ducr,
    };
    const entryNumber = await this.entryNumber(step.tenant, declarationId, authority);
    const preparedAt = filed.prepared[0]?.preparedAt ?? at;
    const { lrn, ducr } = references;
    const built = buildOf(authority, content, { lrn, ducr, version, entryNumber, preparedAt });
    const problems = 'bytes' in built ? authority.validate(built) : built;
    if (!('bytes' in built) || problems.length > 0) {
      const refusal: DeclarationCommand = { type: 'RefuseVersion', filing, version, problems };
      const wrote = await this.store.transaction(step.tenant, async (tx) => {
        const done = await this.execute(step, declarationId, refusal, `refuse/${version}`, tx);
        // What was refused is looked at field by field: its page of answers is kept like that of what went out.
        if ('bytes' in built) await filings.keepContent(tx, declarationId, frozen(step, request, built, at));
        return done.wrote;
      });
      return { kind: 'refused', problems, wrote };
    }
    const ours = await this.store.transaction(step.tenant, async (tx) => {
      const command: DeclarationCommand = {
        type: 'PrepareVersion',
        filing,
        version,
        contentDigest: contentDigest(content),
        bytesDigest: built.digest,
        assessmentDigest: request.assessment.digest,
        documentSetDigest: request.goods.digest,
        leftOut: built.leftOut,
        editors: request.editors,
        standing: request.standing,
      };
      await this.execute(step, declarationId, command, `prepare/${version}`, tx);
      await filings.keepContent(tx, declarationId, frozen(step, request, built, at));
      return filings.openAttempt(tx, declarationId, {
        version,
        attempt: 1,
        bytesDigest: built.digest,
        startedAt: at,
        evidence: null,
      });
    });
    if (!ours) throw new Conflict('customs.filing.elsewhere', 'the version is being sent by another worker');
    return this.transmit(step, request, authority, {
      version,
      attempt: 1,
      lrn: references.lrn,
      bytes: built.bytes,
    });
  }

  /** Where entries have numbers of their own, one is drawn once for each filing; undefined elsewhere. */
  private async entryNumber(
    tenant: string,
    declarationId: string,
    { profile }: Authority,
  ): Promise<string | undefined> {
    const filer = profile.ace?.filer;
    return filer ? this.store.transaction(tenant, (tx) => entries.draw(tx, declarationId, filer)) : undefined;
  }

  /** A repeated command finds what the first one left. */
  private async goOn(step: Step, request: LodgeRequest, filed: Filed, last: StoredAttempt): Promise<LodgeAnswer> {
    const { declarationId } = request;
    const lrn = filed.state.filing?.lrn ?? '';
    const authority = this.authorityOf(filed);
    switch (last.outcome) {
      case 'open':
        return this.toAnswer(authority, lrn, await this.leftOpen(step, declarationId, last), { kind: 'unknown' });
      case 'received':
        return this.toAnswer(authority, lrn, this.wrote(declarationId, filed), { kind: 'received' });
      case 'unknown':
        return this.toAnswer(authority, lrn, this.wrote(declarationId, filed), { kind: 'unknown' });
      case 'refused':
        return { kind: 'refused', problems: last.problems, wrote: this.wrote(declarationId, filed) };
      case 'not-sent': {
        const { version, attempt } = last;
        const { ours, bytes } = await this.store.transaction(step.tenant, async (tx) => ({
          ours: await filings.reopenAttempt(tx, declarationId, version, attempt, this.clock()),
          bytes: await filings.bytes(tx, declarationId, version),
        }));
        if (!ours || !bytes || !authority)
          throw new Conflict('customs.filing.elsewhere', 'the version is being sent by another worker');
        return this.transmit(step, request, authority, { version, attempt, lrn, bytes });
      }
    }
  }

  private async transmit(
    step: Step,
    request: LodgeRequest,
    authority: Authority,
    sending: { version: number; attempt: number; lrn: string; bytes: Buffer },
  ): Promise<LodgeAnswer> {
    const { declarationId } = request;
    const { authority: name } = authority.profile;
    // The last day on which it may be filed at all, as far as it is known: the mandate's.
    const waiting = { declarationId, deadline: request.standing?.mandateUntil ?? null };
    const turn = await this.downtime.enter(name, waiting);
    if (turn) {
      const says = 'others wait before it for an authority that is down';
      await this.settle(step, declarationId, sending, { kind: 'not-sent', says, availability: 'down' });
      return this.queue(step, sending.version, waiting, turn);
    }
    const outcome = await authority.submit(sending.bytes, 'declare');
    const wrote = await this.settle(step, declarationId, sending, outcome);
    if (outcome.kind === 'not-sent') {
      if (outcome.availability === 'down') {
        return this.queue(step, sending.version, waiting, await this.downtime.down(name, waiting, outcome.says));
      }
      throw new Unavailable('customs.authority.unavailable', `nothing was sent: ${outcome.says}`, {
        advice: 'It is tried again; nothing was taken.',
        facts: { availability: outcome.availability },
      });
    }
    await this.downtime.up(name, declarationId);
    await this.announce(sending.lrn, outcome);
    return this.toAnswer(authority, sending.lrn, wrote, outcome);
  }

  private async queue(step: Step, version: number, waiting: Waiting, queued: Queued): Promise<LodgeAnswer> {
    const { declarationId, deadline } = waiting;
    const { since, says, lookAgainAt } = queued;
    const command: DeclarationCommand = { type: 'QueueFiling', version, downSince: since, says, deadline };
    const { wrote } = await this.execute(step, declarationId, command, `queued/${version}/${since}`);
    return { kind: 'queued', since, says, lookAgainAt, wrote };
  }

  private toAnswer(
    authority: Authority | null,
    lrn: string,
    wrote: Wrote,
    outcome: { kind: 'received' } | { kind: 'unknown' } | { kind: 'refused'; problems: FieldProblem[] },
  ): LodgeAnswer {
    if (outcome.kind === 'refused') return { kind: 'refused', problems: outcome.problems, wrote };
    const second = authority?.buildSummary ? { entrySummary: true as const } : {};
    return { kind: outcome.kind === 'received' ? 'sent' : 'unknown', lrn, ...second, wrote };
  }

  /**
   * Asks what became of a version without an answer, at the times of the schedule, and sends again only as the authority's rule allows.
   * @throws NotFound `customs.declaration.unknown`
   */
  async resolve(step: Step, declarationId: string, agreed = false): Promise<ResolveAnswer> {
    let filed = await this.read(step.tenant, declarationId);
    const newest = filed.state.version;
    const last = filed.attempts.filter((each) => each.version === newest).at(-1);
    if (!filed.state.filing || !last)
      throw new NotFound('customs.declaration.unknown', 'nothing was filed under this declaration');
    if (last.outcome === 'open') {
      await this.leftOpen(step, declarationId, last);
      filed = await this.read(step.tenant, declarationId);
    }
    const attempts = filed.attempts.filter((each) => each.version === newest);
    const isKnown =
      heardOf(filed.state, newest) || filed.state.refusal || attempts.some((each) => each.outcome === 'received');
    if (isKnown) return { kind: 'found', wrote: this.wrote(declarationId, filed) };

    const unknown = attempts.find((each) => each.outcome === 'unknown');
    const since = unknown?.settledAt ?? attempts[0]!.startedAt;
    const askAgainAt = (asked: number): Instant => nextEnquiry(this.rules.enquirySchedule, since, asked);
    const due = askAgainAt(filed.state.enquiries);
    if (!agreed && millisOf(this.clock()) < millisOf(due)) {
      return { kind: 'not-yet', askAgainAt: due, wrote: this.wrote(declarationId, filed) };
    }
    return this.enquire(step, declarationId, filed, attempts, askAgainAt(filed.state.enquiries + 1), agreed);
  }

  private async enquire(
    step: Step,
    declarationId: string,
    filed: Filed,
    attempts: StoredAttempt[],
    askAgainAt: Instant,
    agreed: boolean,
  ): Promise<ResolveAnswer> {
    const { state } = filed;
    const authority = this.authorityOf(filed);
    if (!authority || !state.filing)
      throw new NotFound('customs.declaration.unknown', 'nothing was filed under this declaration');
    const passed = state.versions.flatMap(({ version }) =>
      version < state.version ? (mrnOf(state, version) ?? []) : [],
    );
    const entryNumber = await this.entryNumber(step.tenant, declarationId, authority);
    const answer = await this.answerOf(authority, { ...state.filing, entryNumber }, passed, state);
    const now = this.clock();
    const taken = attempts.filter((each) => each.outcome !== 'not-sent');
    const ruled = authority.resend(taken, { answer: answer.kind, askedAt: now }, now);
    const decision: Resend =
      agreed && ruled.kind === 'ask-person'
        ? { kind: 'same-bytes', because: `${ruled.because}; a person asked there too, and had it sent again` }
        : ruled;
    const attempt = attempts.filter((each) => each.outcome !== 'not-sent').length + 1;
    const sendAgain = decision.kind === 'same-bytes';
    const { wrote, bytes } = await this.store.transaction(step.tenant, async (tx) => {
      const command: DeclarationCommand = {
        type: 'RecordEnquiry',
        answer: answer.kind,
        mrn: answer.kind === 'found' ? answer.mrn : null,
        resend: `${decision.kind}: ${decision.because}`,
      };
      const executed = await this.execute(
        step,
        declarationId,
        command,
        `enquiry/${state.version}/${state.enquiries + 1}`,
        tx,
      );
      if (answer.kind === 'found') await filings.proveAttempts(tx, declarationId, state.version, now);
      const ours =
        sendAgain &&
        !executed.repeated &&
        (await this.openAgain(tx, declarationId, filed, attempts, attempt, decision, now));
      return { wrote: executed.wrote, bytes: ours ? await filings.bytes(tx, declarationId, state.version) : null };
    });
    if (answer.kind === 'found') return { kind: 'found', wrote };
    if (decision.kind === 'ask-person') return { kind: 'ask-person', says: decision.because, wrote };
    if (!bytes) return { kind: 'not-yet', askAgainAt, wrote };
    return this.sendAgain(
      step,
      declarationId,
      authority,
      { version: state.version, attempt, lrn: state.filing.lrn, bytes },
      askAgainAt,
    );
  }

  /** What the authority has, by its answer at once or by the one that came to its mailbox since. */
  private async answerOf(
    authority: Authority,
    references: FilingReferences,
    passed: readonly string[],
    { notices, version }: Declaration,
  ): Promise<Answer> {
    const answer = await authority.enquire(references, passed);
    const isAbsent = notices.some(
      ({ type, data }) =>
        type === 'AuthorityNoticeKept' &&
        data.version === version &&
        authority.enquiryAnswers?.includes(data.functionCode) === true,
    );
    return answer.kind === 'no-answer' && isAbsent ? { kind: 'absent' } : answer;
  }

  private openAgain(
    tx: Tx,
    declarationId: string,
    filed: Filed,
    attempts: StoredAttempt[],
    attempt: number,
    decision: Resend,
    startedAt: Instant,
  ): Promise<boolean> {
    const version = filed.state.version;
    if (attempts.some((each) => each.attempt === attempt))
      return filings.reopenAttempt(tx, declarationId, version, attempt, startedAt);
    const bytesDigest = filed.state.versions.find((each) => each.version === version)?.bytesDigest ?? '';
    return filings.openAttempt(tx, declarationId, {
      version,
      attempt,
      bytesDigest,
      startedAt,
      evidence: decision.because,
    });
  }

  private async sendAgain(
    step: Step,
    declarationId: string,
    authority: Authority,
    sending: { version: number; attempt: number; lrn: string; bytes: Buffer },
    askAgainAt: Instant,
  ): Promise<ResolveAnswer> {
    const outcome = await authority.submit(authority.again(sending.bytes, sending.attempt), 'declare');
    const wrote = await this.settle(step, declarationId, sending, outcome);
    await this.announce(sending.lrn, outcome);
    switch (outcome.kind) {
      case 'received':
        return { kind: 'sent-again', wrote };
      case 'refused':
        return {
          kind: 'ask-person',
          says: `the gateway refused the bytes it had not refused before: ${outcome.problems[0]?.says ?? ''}`,
          wrote,
        };
      case 'unknown':
      case 'not-sent':
        return { kind: 'not-yet', askAgainAt, wrote };
    }
  }

  /** The third step of a transmission. What certainly was not sent is no event: nothing happened outside. */
  private async settle(
    step: Step,
    declarationId: string,
    { version, attempt }: { version: number; attempt: number },
    outcome: Outcome,
  ): Promise<Wrote> {
    const at = this.clock();
    return this.store.transaction(step.tenant, async (tx) => {
      const conversation = outcome.kind === 'received' ? { conversationId: outcome.conversationId } : {};
      const problems = outcome.kind === 'refused' ? { problems: outcome.problems } : {};
      await filings.settleAttempt(tx, declarationId, {
        version,
        attempt,
        outcome: outcome.kind,
        ...conversation,
        ...problems,
        at,
      });
      if (outcome.kind === 'not-sent') return {};
      const result: AttemptResult = outcome;
      const command: DeclarationCommand = { type: 'RecordAttempt', version, attempt, result };
      const { wrote } = await this.execute(
        step,
        declarationId,
        command,
        `attempt/${version}/${attempt}/${outcome.kind}`,
        tx,
      );
      return wrote;
    });
  }

  /** Answers may overtake the one to our own request: what waits for these references is looked at again. */
  private announce(lrn: string, outcome: Outcome): Promise<void> {
    const conversation = outcome.kind === 'received' ? [keyOf('conversation', outcome.conversationId)] : [];
    return this.gainedKeys([keyOf('lrn', lrn), ...conversation]);
  }

  private leftOpen(step: Step, declarationId: string, attempt: { version: number; attempt: number }): Promise<Wrote> {
    const says = 'the sending was interrupted before its outcome was written';
    return this.settle(step, declarationId, attempt, { kind: 'unknown', after: 'bytes-sent', says });
  }

  private execute(step: Step, declarationId: string, command: DeclarationCommand, part: string, tx?: Tx) {
    const by = byPartOf(step, `${declarationId}/${part}`);
    return this.store.execute(declaration, streamOf(declarationId), command, by, tx ? { tx } : {});
  }

  private async read(tenant: string, declarationId: string): Promise<Filed> {
    return this.store.transaction(tenant, async (tx) => {
      const { state, version } = await this.store.load(declaration, tenant, streamOf(declarationId), tx);
      return {
        state,
        streamVersion: version,
        prepared: await filings.prepared(tx, declarationId),
        attempts: await filings.attempts(tx, declarationId),
      };
    });
  }

  private authorityOf({ state, prepared }: Filed): Authority | null {
    const first = prepared[0];
    return state.filing && first
      ? this.authorities.named(state.filing.authority, state.filing.channel, first.preparedAt)
      : null;
  }

  private wrote(declarationId: string, filed: Filed): Wrote {
    return { [streamOf(declarationId)]: filed.streamVersion };
  }
}

/** What is kept of a version: content, bytes, and where each value came from. */
const frozen = (step: Step, request: LodgeRequest, built: Built, at: Instant) => ({
  version: request.version,
  content: built.content,
  bytes: built.bytes,
  bytesDigest: built.digest,
  correlationId: step.correlationId,
  preparedAt: at,
  answers: answersOf(request, built.content),
});

/** What the channel cannot write is a problem of the content, told by field like any other. */
function buildOf(
  authority: Authority,
  content: DeclarationContent,
  references: FilingReferences,
): Built | FieldProblem[] {
  try {
    return authority.build(content, references);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return (error.details.places ?? []).map(({ pointer, reason }) => ({
      code: error.code,
      pointer: '',
      field: pointer,
      says: reason,
    }));
  }
}
