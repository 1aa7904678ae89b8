import type { Decision, Fact, FieldProblem, SentPaper, Situation, Wrote } from '@tidewaiter/contracts';
import { patched } from '@temporalio/workflow';
import { audit, customs, documents } from '../activities.js';
import { applyCorrections } from '../corrections.js';
import type { Ruling, Story } from '../story.js';
import { assessDuties } from './assess-duties.js';
import type { Filing } from './clearance.js';
import { timeOf, type Course } from './course.js';
import { onlyByItself, seen, type Errands } from './errands.js';

/** Days to petition against a seizure where no law of the destination is known here. @see 19 CFR 162.31: notice of seizure */
const PETITION_DAYS = 30;
const DAY_MS = 86_400_000;

/** What runs beside the main line of one declaration. */
export interface Handling {
  story: Story;
  errands: Errands;
  course: Course;
  declarationId: string;
  filing: Filing;
  /** what an amendment under way would declare, by the order that asked for it */
  proposals: Map<number, Pick<Filing, 'goods' | 'assessment'>>;
  /** requests of which nobody knows yet whether they arrived */
  doubts: Set<number>;
}

const text = (value: unknown, otherwise = ''): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;
const dueOf = (fact: Fact): string | null => (typeof fact.data['due'] === 'string' ? fact.data['due'] : null);
/** Errors as people read them: what, where, why. */
export const told = (problems: readonly FieldProblem[]): string =>
  problems
    .map(({ code, field, pointer, says }) => `${code}${(field ?? pointer) ? ` at ${field ?? pointer}` : ''}: ${says}`)
    .join('; ');

/** Facts that need somebody, or end what somebody was asked; none of them moves the story by itself. */
export function attend(handling: Handling, fact: Fact): void {
  const { errands, course, declarationId } = handling;
  course.note(fact);
  switch (fact.name) {
    case 'customs.InspectionOrdered':
      if (fact.data['route'] === 'physical') attendExamination(handling, fact);
      break;
    case 'customs.ExaminationConcluded':
      errands.close('examination');
      break;
    case 'customs.DocumentsRequested':
      sendDocuments(handling, fact);
      break;
    case 'customs.DocumentsSent':
      errands.close('documents');
      break;
    case 'customs.QueryReceived':
      answerQuery(handling, fact);
      break;
    case 'customs.QueryAnswered':
      errands.close(`query/${text(fact.data['queryId'])}`);
      break;
    case 'customs.HoldPlaced':
    case 'customs.HoldLifted':
      watchHolds(handling, fact);
      break;
    case 'customs.PaymentRequired':
      errands.raise(
        'funds',
        {
          kind: 'top-up-account',
          role: 'operator',
          says: `The account or guarantee ${text(fact.data['account'], 'that bears the debt')} is too low: the goods wait. Top it up or name another.`,
          about: { declarationId, amount: fact.data['amount'] ?? null, account: fact.data['account'] ?? null },
          due: null,
        },
        seen,
      );
      break;
    case 'customs.AuthorityMessageUnread':
      notice(
        handling,
        `unread/${text(fact.data['messageId'])}`,
        `A message could not be taken in: ${text(fact.data['says'])} Read it as it came.`,
        fact,
      );
      break;
    case 'customs.DeclarationCorrected':
      notice(
        handling,
        `corrected/${timeOf(fact)}`,
        `The authority corrected the declaration${changesIn(fact)}: compare its figures with ours.`,
        fact,
      );
      break;
    case 'customs.GoodsReleased':
      for (const key of ['examination', 'documents', 'funds']) errands.close(key);
      watchHolds(handling, fact);
      break;
  }
}

/** ` (lines[0].commodity is now 8712003000)`; empty where the authority names places alone. */
function changesIn(fact: Fact): string {
  const changes = (fact.data['changes'] ?? []) as { field: string | null; becomes: string | null }[];
  const said = changes.flatMap(({ field, becomes }) => (field && becomes ? `${field} is now ${becomes}` : []));
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}

function notice({ errands, declarationId }: Handling, key: string, says: string, fact: Fact): void {
  const about = { declarationId, ...fact.data };
  errands.raise(key, { kind: 'review-notice', role: 'operator', says, about, due: null }, seen);
}

function attendExamination({ errands, declarationId }: Handling, fact: Fact): void {
  const says =
    'The goods will be examined. Arrange place and papers, record costs and the result at the declaration’s examinations.';
  errands.raise(
    'examination',
    {
      kind: 'attend-examination',
      role: 'operator',
      says,
      about: { declarationId, route: fact.data['route'] },
      due: null,
    },
    onlyByItself('Record the conclusion at the declaration’s examinations; the release ends it too.'),
  );
}

function watchHolds({ errands, course, declarationId, story }: Handling, fact: Fact): void {
  const holders = course.holders();
  for (const agency of holders) {
    errands.raise(
      `hold/${agency}`,
      {
        kind: 'lift-hold',
        role: 'operator',
        says: `${agency === 'customs' ? 'Customs' : `Agency ${agency}`} holds the goods: ${text(fact.data['says'], 'no reason given')}. Ask what it wants.`,
        about: { declarationId, agency, bill: fact.data['bill'] ?? null, lines: fact.data['lines'] ?? [] },
        due: null,
      },
      onlyByItself('Only the agency that placed a hold lifts it.'),
    );
  }
  if (fact.name !== 'customs.HoldPlaced') {
    for (const agency of [text(fact.data['agency']), 'customs']) {
      if (!holders.includes(agency)) errands.close(`hold/${agency}`);
    }
  }
  if (holders.length > 0) story.wait(`authority: hold of ${holders.join(', ')}`);
}

/** Papers go through the authority's own slots, or by another way that a person tells. */
function sendDocuments(handling: Handling, fact: Fact): void {
  const { errands, declarationId } = handling;
  // A reminder has a clock of its own: the task with the older one makes room for it.
  errands.close('documents');
  errands.raise(
    `documents/${timeOf(fact)}`,
    {
      kind: 'send-documents',
      role: 'operator',
      says: `${text(fact.data['says'], 'The authority wants to see the papers.')} Send them with { "send": [{ "documentId": "…", "version": 1 }] }.`,
      about: { declarationId, asked: timeOf(fact) },
      due: dueOf(fact),
    },
    (decision) => send(handling, decision),
  );
}

interface Paper {
  documentId: string;
  version: number;
}

async function send({ story, declarationId }: Handling, decision: Decision): Promise<Ruling<true>> {
  const byHand = decision.decision['sent'] as (Paper & { sha256: string })[] | undefined;
  if (byHand) {
    const files = byHand.map(({ documentId, version, sha256 }) => ({
      documentId,
      documentVersion: version,
      sha256,
      slot: null,
    }));
    await story.doFor(decision, 'record-papers', (step) => customs.recordPapersSent(step, declarationId, files));
    return { kind: 'done', closes: true, says: 'Noted: the papers went by another way.', result: true };
  }
  const papers = (decision.decision['send'] as Paper[] | undefined) ?? [];
  const asked = await story.doFor(decision, 'request-slots', (step) =>
    customs.requestSlots(
      step,
      declarationId,
      papers.map(() => 'document'),
    ),
  );
  if (asked.kind === 'none') {
    const says =
      'The authority gave no addresses for papers. Try again later, or send them another way and say which with "sent".';
    return { kind: 'refused', code: 'customs.papers.no-slots', says };
  }
  const files: SentPaper[] = [];
  for (const [index, paper] of papers.entries()) {
    const slot = asked.slots[index]!;
    const handed = await story.doFor(decision, `hand-over-${index}`, (step) =>
      documents.handOver(step, { documentId: paper.documentId, version: paper.version, slot }),
    );
    if (handed.kind === 'refused') return handed;
    const { documentId, version } = paper;
    files.push({ documentId, documentVersion: version, sha256: handed.sha256, slot: slot.reference });
  }
  await story.doFor(decision, 'record-papers', (step) => customs.recordPapersSent(step, declarationId, files));
  return { kind: 'done', closes: true, says: `${files.length} papers went to the authority.`, result: true };
}

function answerQuery({ story, errands, declarationId }: Handling, fact: Fact): void {
  const queryId = text(fact.data['queryId']);
  const where = fact.data['by'] === 'post' ? 'by post' : 'in the authority’s own mailbox';
  errands.raise(
    `query/${queryId}`,
    {
      kind: 'answer-query',
      role: 'operator',
      says: `The authority asks ${where}: ${text(fact.data['says'])} Answer it there, then say what was answered.`,
      about: { declarationId, queryId, by: fact.data['by'], documentId: fact.data['documentId'] ?? null },
      due: dueOf(fact),
    },
    async (decision) => {
      const answer = text(decision.decision['answer']);
      const documentIds = (decision.decision['documentIds'] as string[] | undefined) ?? [];
      const answered = await story.doFor(decision, 'answer-query', (step) =>
        customs.answerQuery(step, declarationId, { queryId, answer, documentIds }),
      );
      if (answered.kind === 'refused') return answered;
      return { kind: 'done', closes: true, says: 'The answer is recorded.', result: true };
    },
  );
}

/** Carries an order out: an amendment is assessed anew and sent with what it changes. */
export async function carryOut(handling: Handling, ordered: Fact, situation: Situation): Promise<void> {
  const { story, declarationId, filing } = handling;
  const orderId = text(ordered.data['orderId']);
  const purpose = ordered.data['purpose'] as 'amend' | 'cancel' | 'arrive';
  const reason = text(ordered.data['reason']);
  let proposal: Pick<Filing, 'goods' | 'assessment'> | null = null;
  if (purpose === 'amend') {
    const corrected = applyCorrections(filing.goods, (ordered.data['set'] ?? {}) as Record<string, unknown>);
    if (corrected.kind === 'refused')
      return review(handling, orderId, `The amendment is not sent. ${corrected.says}`, []);
    const by = text(ordered.data['by']);
    filing.editors.add(by);
    for (const field of Object.keys(ordered.data['set'] ?? {})) filing.corrections.push({ field, by });
    const assessment = await assessDuties(story, situation, corrected.goods);
    proposal = { goods: corrected.goods, assessment };
  }
  const version = proposal ? (filing.version += 1) : filing.version;
  const { guaranteeReference, corrections } = filing;
  const made = await story.do(`request-${purpose}`, (step) =>
    customs.makeRequest(step, {
      ...{ declarationId, orderId, purpose, reason },
      proposed: proposal && { declarationId, version, situation, guaranteeReference, corrections, ...proposal },
    }),
  );
  if (made.kind === 'refused') {
    return review(handling, orderId, `The request to ${purpose} was not taken. ${told(made.problems)}`, made.problems);
  }
  if (proposal) handling.proposals.set(made.request, proposal);
  story.wait(`authority: answer to the request to ${purpose}`);
  if (made.kind === 'unknown') doubt(handling, made.request, purpose);
}

/** By the word of a person who asked, the authority has nothing of a request. */
export function drop(
  story: Story,
  declarationId: string,
  request: number,
  decision: Decision,
): Promise<{ wrote: Wrote }> {
  const reason = text(decision.decision['reason'], 'the authority has nothing of it');
  return story.doFor(decision, 'drop-request', (step) => customs.dropRequest(step, declarationId, request, reason));
}

/** Nobody knows whether a request arrived: it is not sent again; its answer, the authority when asked, or a person ends the doubt. */
function doubt(handling: Handling, request: number, purpose: string): void {
  const { story, declarationId, doubts } = handling;
  if (!patched('request-enquiries')) return askPerson(handling, request, purpose, '');
  doubts.add(request);
  story.beside(async () => {
    const says = await enquire(story, declarationId, request, () => !doubts.has(request));
    if (says !== null && doubts.has(request))
      askPerson(handling, request, purpose, `The authority was asked: ${says}. `);
    doubts.delete(request);
  });
}

/**
 * Asks the authority about a request by its own reference, at the times of its schedule.
 * @returns why a person must look into it; null when the authority has it, or the doubt is over
 */
export async function enquire(
  story: Story,
  declarationId: string,
  request: number,
  isOver: () => boolean,
): Promise<string | null> {
  while (!isOver()) {
    const answer = await story.do('resolve-request', (step) => customs.resolveRequest(step, declarationId, request));
    if (answer.kind === 'found') return null;
    if (answer.kind === 'ask-person') return answer.says;
    await story.quiet(isOver, Math.max(Date.parse(answer.askAgainAt) - Date.now(), 100));
  }
  return null;
}

function askPerson({ story, errands, declarationId }: Handling, request: number, purpose: string, asked: string): void {
  errands.raise(
    `request/${request}`,
    {
      kind: 'review-request',
      role: 'operator',
      says: `Whether the authority has the request to ${purpose} is not known. ${asked}Ask it by another way; when it has nothing, say { "dropped": true, "reason": "…" }.`,
      about: { declarationId, request, purpose },
      due: null,
    },
    async (decision) => {
      if (decision.decision['dropped'] !== true) return seen(decision);
      await drop(story, declarationId, request, decision);
      return { kind: 'done', closes: true, says: 'The request is dropped; another may be made.', result: true };
    },
  );
}

function review({ errands, declarationId }: Handling, key: string, says: string, problems: FieldProblem[]): void {
  errands.raise(
    `review/${key}`,
    { kind: 'review-request', role: 'operator', says, about: { declarationId, problems }, due: null },
    seen,
  );
}

/** The old content stands until an amendment is granted; then what it proposed does. */
export function takeAnswer(handling: Handling, fact: Fact): void {
  const { errands, filing, proposals, doubts } = handling;
  const request = typeof fact.data['request'] === 'number' ? fact.data['request'] : 0;
  const answer = text(fact.data['answer']);
  if (answer === 'received') return;
  errands.close(`request/${request}`);
  doubts.delete(request);
  const proposal = proposals.get(request);
  proposals.delete(request);
  if (answer === 'granted') {
    if (proposal) {
      Object.assign(filing, proposal);
      filing.summary?.amended(filing);
    }
    return;
  }
  const problems = (fact.data['errors'] as FieldProblem[] | undefined) ?? [];
  const says = `The authority ${answer} the request; the declaration stands as it was. ${told(problems)}`.trim();
  review(handling, `answer/${request}`, says, problems);
}

/**
 * Everything stops until the authority's newer decision is recorded. Compliance has the petition's clock, or gives the goods up.
 * @returns the reason when the goods were given up
 */
export async function seized({ story, declarationId }: Handling, fact: Fact): Promise<string | null> {
  const reversed = () =>
    story.has(
      ['customs.OutcomeReversed'],
      ({ data }) => data['declarationId'] === declarationId && data['of'] === 'seized',
    );
  const since = Date.parse(timeOf(fact)) || Date.now();
  const reason = text(fact.data['reason'], 'no reason given');
  await story.do('legal-hold', (step) => audit.placeLegalHold(step, `goods seized: ${reason}`.slice(0, 280)));
  const given = await story.ask<string>(
    {
      kind: 'contest-seizure',
      role: 'compliance',
      says: `The goods were seized: ${reason}. Petition, and record the decision at the declaration’s reversals; or give them up with { "abandon": true, "reason": "…" }.`,
      about: { declarationId, reason },
      due: new Date(since + PETITION_DAYS * DAY_MS).toISOString(),
    },
    ({ decision }) =>
      decision['abandon'] === true
        ? { kind: 'done', closes: true, says: 'The goods are given up.', result: text(decision['reason'], 'given up') }
        : { kind: 'refused', code: 'shipments.task.decision-invalid', says: 'Say { "abandon": true, "reason": "…" }.' },
    reversed,
  );
  return given === undefined ? null : `seized: ${given}`;
}
