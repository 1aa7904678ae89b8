import { patched } from '@temporalio/workflow';
import type { Fact } from '@tidewaiter/contracts';
import { audit, customs, duties, shipments } from '../activities.js';
import type { Story } from '../story.js';
import { timeOf } from './course.js';
import type { Handling } from './handling.js';

/** Days to petition against a seizure where no law of the destination is known here. @see 19 CFR 162.31: notice of seizure */
const PETITION_DAYS = 30;
const DAY_MS = 86_400_000;

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;

/** What a seizure says, and what undoes it: nobody else of the story takes these. */
const SEIZED = ['customs.GoodsSeized'] as const;
const REVERSED = ['customs.OutcomeReversed'] as const;

/** A seizure is heard whatever the main line of a clearance waits for: also while a payment waits for its approval. */
export class Seizure {
  private over = false;
  private stands = false;
  private reason: string | null = null;

  private constructor(private readonly handling: Handling) {}

  static beside(handling: Handling): Seizure {
    const seizure = new Seizure(handling);
    handling.story.beside(() => seizure.watch());
    return seizure;
  }

  /** facts that are the seizure's own */
  owns({ name, data }: Fact): boolean {
    return name === 'customs.GoodsSeized' || (name === 'customs.OutcomeReversed' && data['of'] === 'seized');
  }

  /** the authority has the goods, and nothing of it is decided anew */
  isOn(): boolean {
    return this.stands || this.handling.story.has(SEIZED, (fact) => this.ours(fact));
  }

  /** why the goods were given up; null while they were not */
  givenUp(): string | null {
    return this.reason;
  }

  close(): void {
    this.over = true;
  }

  private ours({ data }: Fact): boolean {
    return data['declarationId'] === this.handling.declarationId;
  }

  private async watch(): Promise<void> {
    const { story } = this.handling;
    const heard = () => story.has(SEIZED, (fact) => this.ours(fact));
    while (this.reason === null) {
      await story.until(() => this.over || heard());
      if (this.over) return;
      const fact = await story.expect(SEIZED, (each) => this.ours(each));
      this.stands = true;
      this.reason = await seized(this.handling, fact);
      this.stands = this.reason !== null;
    }
  }
}

/**
 * Everything stops until the authority’s newer decision is recorded: the dossier is held, payments and mandate are frozen, the petition
 * is open with its clock. Compliance petitions, or gives the goods up; then what was frozen stays so until compliance says otherwise.
 *
 * @returns the reason when the goods were given up
 */
export async function seized({ story, declarationId }: Handling, fact: Fact): Promise<string | null> {
  const undoes = ({ data }: Fact) => data['declarationId'] === declarationId && data['of'] === 'seized';
  const reason = text(fact.data['reason'], 'no reason given');
  await story.do('legal-hold', (step) => audit.placeLegalHold(step, `goods seized: ${reason}`.slice(0, 280)));
  const freezes = patched('seizure-freezes');
  const petition = freezes ? await freeze(story, declarationId, fact, reason) : null;
  const since = Date.parse(timeOf(fact)) || Date.now();
  const given = await story.ask<string>(
    {
      kind: 'contest-seizure',
      role: 'compliance',
      says: `The goods were seized: ${reason}. ${petition?.says ?? ''}Petition, and record the decision at the declaration’s reversals; or give them up with { "abandon": true, "reason": "…" }.`,
      about: { declarationId, reason, ...(petition?.caseId ? { caseId: petition.caseId } : {}) },
      due: petition?.dueAt ?? new Date(since + PETITION_DAYS * DAY_MS).toISOString(),
    },
    ({ decision }) =>
      decision['abandon'] === true
        ? { kind: 'done', closes: true, says: 'The goods are given up.', result: text(decision['reason'], 'given up') }
        : { kind: 'refused', code: 'shipments.task.decision-invalid', says: 'Say { "abandon": true, "reason": "…" }.' },
    () => story.has(REVERSED, undoes),
  );
  if (given !== undefined) return `seized: ${given}`;
  if (freezes) {
    const reversed = await story.expect(REVERSED, undoes);
    const because = `the seizure was undone: ${text(reversed.data['reason'], 'no reason given')}`.slice(0, 280);
    await story.do('thaw-payments', (step) => duties.thawPayments(step, because));
    await story.do('thaw-mandate', (step) => shipments.thawMandate(step, because));
  }
  return null;
}

interface Petition {
  says: string;
  caseId: string | null;
  dueAt: string | null;
}

async function freeze(story: Story, declarationId: string, fact: Fact, reason: string): Promise<Petition> {
  const because = `goods seized: ${reason}`.slice(0, 280);
  await story.do('freeze-payments', (step) => duties.freezePayments(step, because));
  await story.do('freeze-mandate', (step) => shipments.freezeMandate(step, because));
  const seizedAt = timeOf(fact) || new Date().toISOString();
  const opened = await story.do('open-petition', (step) =>
    customs.openSeizureCase(step, declarationId, { reason, seizedAt }),
  );
  if (opened.kind === 'none') return { says: `No petition was opened: ${opened.says}. `, caseId: null, dueAt: null };
  const { caseId, clock } = opened;
  const says = clock ? `By ${clock.dueOn} (${clock.law}), else: ${clock.consequence}. ` : '';
  return { says, caseId, dueAt: clock?.dueAt ?? null };
}
