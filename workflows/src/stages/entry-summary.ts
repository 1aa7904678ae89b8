import { patched, uuid4 } from '@temporalio/workflow';
import type { Fact, FieldProblem, RequestOutcome } from '@tidewaiter/contracts';
import { customs } from '../activities.js';
import { Abandoned, retryOrAbandon, type Story } from '../story.js';
import type { Filing } from './clearance.js';
import { dutyPayment, type DutyNotice } from './duty-payment.js';
import { seen } from './errands.js';
import { drop, enquire, told } from './handling.js';

const ANSWERS = ['customs.RequestAnswered'] as const;
const NOTICES = ['customs.DutyNotified'] as const;

/**
 * Where the debt is a filing of its own: the entry summary follows the acceptance of the release, and its statement is paid, whether
 * the goods were let go before or not. It runs beside the stages, and the records are not closed before it is over.
 */
export class EntrySummary {
  /** the summary's number among the requests of the declaration; null while it is being filed */
  private request: number | null = null;
  private isFiling = true;
  /** the entry was amended since the summary was made */
  private isStale = false;
  private isPaid = false;

  private constructor(
    private readonly story: Story,
    private readonly declarationId: string,
  ) {}

  static beside(story: Story, declarationId: string, filing: Filing): EntrySummary {
    const summary = new EntrySummary(story, declarationId);
    const owed = story.owe();
    story.beside(async () => {
      try {
        await summary.follow(filing);
      } catch (error) {
        // Given up by a person: the debt is not declared, and the entry says so.
        if (!(error instanceof Abandoned)) throw error;
      } finally {
        owed.over();
      }
    });
    return summary;
  }

  /** Facts about the summary and its debt, which the stages leave to it. */
  owns(fact: Fact): boolean {
    if (fact.data['declarationId'] !== this.declarationId) return false;
    if (fact.name === 'customs.DutyNotified') return true;
    // While it is on its way nobody knows its number: an answer waits until it is told whose it is.
    return (
      (ANSWERS as readonly string[]).includes(fact.name) && (this.isFiling || fact.data['request'] === this.request)
    );
  }

  /** The release was amended: what the summary declared is not so any more. */
  amended(filing: Filing): void {
    if (!patched('summary-follows-amendments')) return;
    this.isStale = true;
    if (this.isPaid) this.story.beside(() => this.correct(filing));
  }

  private async follow(filing: Filing): Promise<void> {
    do {
      this.isStale = false;
      for (;;) {
        const problems = await this.file();
        if (problems === null) break;
        await this.refused(problems);
      }
      // A newer content is declared in its place, as long as nothing of it is asked for.
    } while (!(await this.pay(filing)));
    this.isPaid = true;
    if (this.isStale) await this.correct(filing);
  }

  /** What is on a final statement is replaced no more: a correction of its own tells the authority, as a case. */
  private async correct(filing: Filing): Promise<void> {
    const { story, declarationId } = this;
    this.isStale = false;
    const orderId = uuid4();
    const says = `The entry was amended after its summary was paid (version ${filing.version}): correct the summary.`;
    const opened = await story.do('open-correction', (step) =>
      customs.openCorrection(step, { declarationId, orderId, says }),
    );
    if (opened.kind === 'opened') return;
    await story.ask<true>(
      {
        kind: 'review-notice',
        role: 'operator',
        says: `The entry was amended after its summary was paid, and no correction could be opened: ${opened.says}. Tell the authority by another way, then say { "acknowledge": true }.`,
        about: { declarationId, code: opened.code },
        due: null,
      },
      seen,
      undefined,
      true,
    );
  }

  /** @returns null when it was accepted */
  private async file(): Promise<FieldProblem[] | null> {
    const { story, declarationId } = this;
    this.isFiling = true;
    const orderId = uuid4();
    const made: RequestOutcome = await story.do('request-summarise', (step) =>
      customs.makeRequest(step, {
        ...{ declarationId, orderId, purpose: 'summarise' },
        reason: 'The entry summary of what is released',
        proposed: null,
      }),
    );
    if (made.kind === 'refused') {
      this.isFiling = false;
      return made.problems;
    }
    this.request = made.request;
    this.isFiling = false;
    const answers = (fact: Fact): boolean =>
      this.owns(fact) && fact.data['request'] === this.request && fact.data['answer'] !== 'received';
    if (made.kind === 'unknown' && (await this.dropped(made.request, () => story.has(ANSWERS, answers))))
      return this.file();
    const answer = await story.expect(ANSWERS, answers);
    if (answer.data['answer'] === 'granted') return null;
    return (answer.data['errors'] ?? []) as FieldProblem[];
  }

  /**
   * Nobody knows whether it arrived: it is not sent again to be sure; its answer, the authority when asked, or a person ends the doubt.
   * @returns whether the authority has nothing of it, by the word of a person who asked
   */
  private async dropped(request: number, isAnswered: () => boolean): Promise<boolean> {
    const { story, declarationId } = this;
    let isDropped = false;
    const says = patched('request-enquiries') ? await enquire(story, declarationId, request, isAnswered) : '';
    if (says === null) return false;
    await story.ask<true>(
      {
        kind: 'review-request',
        role: 'operator',
        says: `Nobody knows whether the entry summary arrived. ${says === '' ? '' : `${says}. `}Ask the authority; if it has nothing, drop it with { "dropped": true, "reason": "…" }.`,
        about: { declarationId, request },
        due: null,
      },
      async (decision) => {
        if (decision.decision['dropped'] !== true) return seen(decision);
        await drop(story, declarationId, request, decision);
        isDropped = true;
        return { kind: 'done', closes: true, says: 'It is dropped, and filed again.', result: true };
      },
      isAnswered,
      true,
    );
    return isDropped;
  }

  private async refused(problems: readonly FieldProblem[]): Promise<void> {
    const { story, declarationId } = this;
    await story.ask(
      {
        kind: 'review-notice',
        role: 'operator',
        says: `The entry summary was not accepted. ${told(problems)} Amend the entry where it is wrong, then file the summary again with { "retry": true }.`,
        about: { declarationId, problems: [...problems] },
        due: null,
      },
      retryOrAbandon,
      () => false,
      true,
    );
  }

  /**
   * The final statement asks for the money; what came before it was for information.
   * @returns false when the entry was amended before it came
   */
  private async pay(filing: Filing): Promise<boolean> {
    const { story, declarationId } = this;
    const ours = (each: Fact): boolean => each.data['declarationId'] === declarationId;
    for (;;) {
      await story.until(() => this.isStale || story.has(NOTICES, ours));
      const fact = story.has(NOTICES, ours) ? await story.expect(NOTICES, ours) : null;
      if (fact === null) return false;
      const notice = fact.data as unknown as DutyNotice;
      if (notice.paymentReference === null || notice.payee === null) continue;
      const { assessment, editors, version } = filing;
      await dutyPayment(story, notice, { declarationId, version, assessment, editors });
      return true;
    }
  }
}
