import { patched, uuid4 } from '@temporalio/workflow';
import type {
  AssessmentSummary,
  CustomsActivities,
  Decision,
  DocumentSet,
  Fact,
  FieldProblem,
  LodgeAnswer,
  LodgeRequest,
  Situation,
  StandingProof,
} from '@tidewaiter/contracts';
import { CLEARANCE_FACTS } from '@tidewaiter/contracts/names';
import { customs, duties, shipments } from '../activities.js';
import { applyCorrections } from '../corrections.js';
import { Abandoned, retryOrAbandon, type Ruling, type Story } from '../story.js';
import { assessDuties, holdUnderGuarantee, reserveGuarantee } from './assess-duties.js';
import { Course } from './course.js';
import { dutyPayment, type DutyNotice } from './duty-payment.js';
import { EntrySummary } from './entry-summary.js';
import { Errands, seen } from './errands.js';
import { attend, carryOut, takeAnswer, told, type Handling } from './handling.js';
import { seized, Seizure } from './seizure.js';
import { withdraw } from './withdrawal.js';

const NEWS = [
  'customs.DeclarationAccepted',
  'customs.DeclarationRejected',
  'customs.InspectionOrdered',
  'customs.DocumentsRequested',
  'customs.DutyNotified',
  'customs.GoodsReleased',
  'customs.DeclarationInvalidated',
  ...CLEARANCE_FACTS,
] as const;

/** Without any word from the authority for this long, it is asked. */
const SILENCE_MS = 15 * 60_000;

export interface Released {
  kind: 'released';
  entryDate: string;
  quantities: { line: number; quantity: { value: string; unit: string } }[];
  declarationId: string;
  /** the release itself, as the authority said it */
  fact: Fact;
}
export interface NotImported {
  kind: 'refused';
  reason: string;
}

export interface Filing {
  situation: Situation;
  goods: DocumentSet;
  assessment: AssessmentSummary;
  guaranteeReference: string;
  editors: Set<string>;
  /** the highest number that any content of it has: lodged, or proposed by an amendment */
  version: number;
  /** what people corrected, in order */
  corrections: { field: string; by: string }[];
  /** the second filing behind the release, once it is under way */
  summary?: EntrySummary;
  /** the authority wants security until it knows what is owed: its final figure may follow the release by days */
  secured?: boolean;
}

/** Declare, wait for the authority, correct, pay, until the goods are released or will not be imported. */
export async function clearance(story: Story, filing: Filing): Promise<Released | NotImported> {
  story.enter('clearance', 'authority: acceptance');
  const declarationId = uuid4();
  try {
    return await cleared(story, filing, declarationId);
  } catch (error) {
    // Given up at a task: what the authority has must not stand for goods that nobody imports.
    if (error instanceof Abandoned && patched('withdraw-what-is-given-up'))
      await withdraw(story, declarationId, 'abandoned', error.reason);
    throw error;
  }
}

async function cleared(story: Story, filing: Filing, declarationId: string): Promise<Released | NotImported> {
  for (;;) {
    const version = (filing.version += 1);
    const standing = await stand(story, filing);
    if (standing && standing.lawDate > filing.assessment.lawDate) await recompute(story, filing);
    await story.shutDivision();
    const { situation, goods, assessment, guaranteeReference } = filing;
    const lodged = await lodge(story, {
      ...{ declarationId, version, situation, goods, assessment, guaranteeReference },
      ...(standing ? { standing, corrections: filing.corrections } : {}),
      editors: [...filing.editors],
    });
    let problems: FieldProblem[];
    if (lodged.kind === 'refused') {
      problems = lodged.problems;
    } else {
      if (lodged.kind === 'unknown') await learnOutcome(story, declarationId);
      const outcome = await followAuthority(story, declarationId, version, filing, lodged.entrySummary === true);
      if (outcome.kind !== 'rejected') return outcome;
      problems = outcome.problems;
    }
    story.openDivision();
    filing.goods = await correct(story, problems, filing);
    filing.assessment = await assessDuties(story, situation, filing.goods);
  }
}

/**
 * What was worked out on an earlier day is a quote: the entry is worked out on its own. What changed is told cause by cause, and what is
 * dearer or cheaper by more than the limit is agreed to again before anything is sent.
 */
async function recompute(story: Story, filing: Filing): Promise<void> {
  if (!patched('entry-recomputed')) return;
  const quote = filing.assessment;
  const entry = await assessDuties(story, filing.situation, filing.goods);
  const { change, says, overLimit } = await story.do('explain-variance', (step) =>
    duties.explainVariance(step, { before: quote.n, after: entry.n }),
  );
  if (overLimit) {
    await story.ask(
      {
        kind: 'review-assessment',
        role: 'approver',
        says: `The entry of ${entry.lawDate} differs from the quote of ${quote.lawDate} by ${change.amount} ${change.currency}: ${says}. Agree with { "retry": true }, or { "abandon": true, "reason": "…" }.`,
        about: { quote: quote.n, entry: entry.n, change },
        due: null,
      },
      retryOrAbandon,
    );
  }
  filing.assessment = entry;
  filing.guaranteeReference = await reserveGuarantee(story, entry);
}

/** Sends a version. While the authority is down it waits its turn; a person knows, as only he can follow the contingency procedure. */
async function lodge(story: Story, request: LodgeRequest): Promise<Exclude<LodgeAnswer, { kind: 'queued' }>> {
  const errands = new Errands(story);
  try {
    for (;;) {
      const answer = await story.do('lodge', (step) => customs.lodgeDeclaration(step, request));
      if (answer.kind !== 'queued') return answer;
      errands.raise(
        'outage',
        {
          kind: 'review-notice',
          role: 'operator',
          says: `The authority cannot be reached since ${answer.since}: ${answer.says}. The filing waits its turn; follow its contingency procedure if the goods cannot wait.`,
          about: { declarationId: request.declarationId, since: answer.since },
          due: null,
        },
        seen,
      );
      story.wait('authority: down');
      await story.quiet(() => false, Math.max(Date.parse(answer.lookAgainAt) - Date.now(), 1_000));
    }
  } finally {
    await errands.closeAll();
  }
}

/** The gate of the moment of filing: whatever fails since the engagement waits for who can mend it. */
async function stand(story: Story, filing: Filing): Promise<StandingProof | null> {
  if (!patched('standing-at-filing')) return null;
  // A correction may have changed what is owed: the headroom follows before anything is sent again.
  if (filing.version > 1) filing.guaranteeReference = await reserveGuarantee(story, filing.assessment);
  for (;;) {
    const answer = await story.do('stand-at-filing', (step) => shipments.standAtFiling(step));
    if (answer.kind === 'stands') return answer.proof;
    await story.ask(
      {
        kind: 'resolve-engagement',
        role: answer.role,
        says: `Not filed. ${answer.says} Mend it, then retry.`,
        about: { code: answer.code },
        due: null,
      },
      retryOrAbandon,
    );
  }
}

async function followAuthority(
  story: Story,
  declarationId: string,
  version: number,
  filing: Filing,
  needsSummary: boolean,
): Promise<Released | NotImported | { kind: 'rejected'; problems: FieldProblem[] }> {
  const handling: Handling = {
    ...{ story, declarationId, filing },
    errands: new Errands(story),
    course: new Course(),
    proposals: new Map(),
    doubts: new Set(),
  };
  const seizure = patched('seizure-freezes') ? Seizure.beside(handling) : null;
  try {
    return await followFacts(handling, version, needsSummary, seizure);
  } catch (error) {
    // Given up while a payment waited: the goods are the authority's, there is nothing to withdraw.
    const reason = seizure?.givenUp() ?? null;
    if (error instanceof Abandoned && reason !== null) return { kind: 'refused', reason };
    throw error;
  } finally {
    seizure?.close();
    handling.doubts.clear();
    await handling.errands.closeAll();
  }
}

/** Takes what is heard in turn, until the goods may go, will not be imported, or the version is rejected. */
async function followFacts(
  handling: Handling,
  version: number,
  needsSummary: boolean,
  seizure: Seizure | null,
): Promise<Released | NotImported | { kind: 'rejected'; problems: FieldProblem[] }> {
  const { story, declarationId, filing, course } = handling;
  const ours = (fact: Fact) =>
    fact.data['declarationId'] === declarationId && !filing.summary?.owns(fact) && !seizure?.owns(fact);
  let entryDate = '';
  let paid = false;
  for (;;) {
    if (seizure) {
      const mayGo = () => course.release() !== null && !seizure.isOn();
      const isNews = () => story.has(NEWS, ours) || seizure.givenUp() !== null || mayGo();
      if (!isNews()) await (entryDate === '' ? story.quiet(isNews, SILENCE_MS) : story.until(isNews));
      const givenUp = seizure.givenUp();
      if (givenUp !== null) return { kind: 'refused', reason: givenUp };
      if (mayGo() && !story.has(NEWS, ours)) return releasedAs(course.release()!, declarationId, entryDate);
      if (!story.has(NEWS, ours)) {
        await learnOutcome(story, declarationId);
        continue;
      }
    }
    const fact = entryDate === '' ? await story.next(NEWS, ours, SILENCE_MS) : await story.expect(NEWS, ours);
    if (!fact) {
      await learnOutcome(story, declarationId);
      continue;
    }
    if (isNewTask(fact)) attend(handling, fact);
    switch (fact.name) {
      case 'customs.DeclarationAccepted':
        entryDate = String(fact.data['acceptedOn']);
        if (needsSummary) filing.summary ??= EntrySummary.beside(story, declarationId, filing);
        break;
      case 'customs.DeclarationRejected':
        if (fact.data['version'] === version)
          return { kind: 'rejected', problems: fact.data['errors'] as FieldProblem[] };
        break;
      case 'customs.InspectionOrdered':
        story.wait('authority: inspection');
        break;
      case 'customs.DocumentsRequested':
        story.wait('operator: documents for the authority');
        break;
      case 'customs.DutyNotified': {
        const notice = fact.data as unknown as DutyNotice;
        if (notice.kind !== 'indicative' && patched('security-until-final')) await secure(story, filing, notice);
        if (!paid && notice.paymentReference !== null && notice.payee !== null) {
          await dutyPayment(story, notice, {
            declarationId,
            version,
            assessment: filing.assessment,
            editors: filing.editors,
            ...(seizure ? { stopped: () => seizure.givenUp() } : {}),
          });
          paid = true;
          filing.secured = false;
          story.wait('authority: release');
        }
        break;
      }
      case 'customs.RequestOrdered':
        await carryOut(handling, fact, filing.situation);
        break;
      case 'customs.RequestAnswered':
        takeAnswer(handling, fact);
        break;
      case 'customs.GoodsSeized': {
        const givenUp = await seized(handling, fact);
        if (givenUp !== null) return { kind: 'refused', reason: givenUp };
        break;
      }
      case 'customs.ClearanceGivenUp': {
        const { how, reason } = fact.data as { how: 'abandoned' | 're-exported' | 'destroyed'; reason: string };
        if (patched('withdraw-what-is-given-up')) {
          await handling.errands.closeAll();
          await withdraw(story, declarationId, how, reason);
        }
        return { kind: 'refused', reason: `${how}: ${reason}` };
      }
      case 'customs.DeclarationInvalidated':
        return { kind: 'refused', reason: textOf(fact.data['reason'], 'the declaration was invalidated') };
    }
    const release = course.release();
    if (release && !seizure?.isOn()) return releasedAs(release, declarationId, entryDate);
  }
}

const releasedAs = (fact: Fact, declarationId: string, entryDate: string): Released => ({
  ...{ kind: 'released', entryDate, declarationId, fact },
  quantities: fact.data['quantities'] as Released['quantities'],
});

/**
 * A figure that is secured is held under the guarantee until the final one, which may be more or less: a quota that is nearly used up is
 * drawn days later. @see Regulation (EU) 2015/2447, articles 51 and 153; HMRC notice 375
 */
export async function secure(
  story: Story,
  filing: Filing,
  { kind, total, paymentReference }: DutyNotice,
): Promise<void> {
  if (kind === 'secured') {
    filing.secured = true;
    await holdUnderGuarantee(story, total);
  } else if (filing.secured) {
    await holdUnderGuarantee(story, total);
    if (paymentReference === null) filing.secured = false;
  }
}

/** Runs that began before tasks were raised for these go on without them; a release is weighed for all. */
function isNewTask(fact: Fact): boolean {
  if (!['customs.InspectionOrdered', 'customs.DocumentsRequested'].includes(fact.name)) return true;
  return patched('clearance-tasks');
}

/** No answer is a state of its own: the authority is asked as its rule allows; nothing is sent again to be sure. */
async function learnOutcome(story: Story, declarationId: string): Promise<void> {
  const ours = (fact: Fact) => fact.data['declarationId'] === declarationId;
  story.wait('authority: outcome unknown');
  let agreed = false;
  while (!story.has(NEWS, ours)) {
    const byPerson: boolean = agreed;
    const answer: Awaited<ReturnType<CustomsActivities['resolveFiling']>> = await story.do('resolve-filing', (step) =>
      customs.resolveFiling(step, declarationId, byPerson),
    );
    agreed = false;
    if (answer.kind === 'not-yet') {
      const wait = Math.max(Date.parse(answer.askAgainAt) - Date.now(), 100);
      await story.quiet(() => story.has(NEWS, ours), wait);
    } else if (answer.kind !== 'ask-person') {
      break;
    } else {
      const retried: true | undefined = await story.ask<true>(
        {
          kind: 'ask-authority',
          role: 'operator',
          says: `${answer.says}. Ask the authority; when it has nothing, { "retry": true } sends the same once more.`,
          about: { declarationId },
          due: null,
        },
        retryOrAbandon,
        () => story.has(NEWS, ours),
      );
      agreed = retried === true;
    }
  }
  story.wait('authority: acceptance');
}

/** Errors point to fields; a person's correction gives new content, which is assessed and lodged as a new version. */
async function correct(story: Story, problems: FieldProblem[], filing: Filing): Promise<DocumentSet> {
  const corrected = await story.ask<DocumentSet>(
    {
      kind: 'correct-declaration',
      role: 'operator',
      says: `Correct the declaration. ${told(problems)}`,
      about: { problems },
      due: null,
    },
    (decision: Decision): Ruling<DocumentSet> => {
      const abandoned = decision.decision['abandon'] === true ? retryOrAbandon(decision) : undefined;
      if (abandoned) return abandoned;
      const set = decision.decision['set'];
      const outcome = applyCorrections(
        filing.goods,
        typeof set === 'object' && set !== null ? (set as Record<string, unknown>) : {},
      );
      if (outcome.kind === 'refused') return outcome;
      filing.editors.add(decision.by);
      for (const field of Object.keys(set as object)) filing.corrections.push({ field, by: decision.by });
      return { kind: 'done', closes: true, says: 'A new version goes to the authority.', result: outcome.goods };
    },
  );
  return corrected!;
}

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
