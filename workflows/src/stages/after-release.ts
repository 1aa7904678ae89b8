import { patched } from '@temporalio/workflow';
import type { Fact } from '@tidewaiter/contracts';
import { CLEARANCE_FACTS } from '@tidewaiter/contracts/names';
import type { Story } from '../story.js';
import type { Filing, Released } from './clearance.js';
import { Course, timeOf } from './course.js';
import { Errands, onlyByItself, seen } from './errands.js';
import { attend, carryOut, seized, takeAnswer, type Handling } from './handling.js';
import { withdraw } from './withdrawal.js';

/** What customs may still say while the goods are on their way. */
const LATE = [
  ...CLEARANCE_FACTS,
  'customs.InspectionOrdered',
  'customs.DocumentsRequested',
  'customs.GoodsReleased',
] as const;

/** Whether goods that were released may still go. */
export interface Gate {
  /** false while the release is recalled, an agency holds the goods, or they are seized */
  isOpen(): boolean;
  /** why they were given up; null while they were not */
  givenUp(): string | null;
  /** delivery is done: what was asked beside it is withdrawn */
  close(): Promise<void>;
  /** a carrier was told to fetch the goods */
  noteBooked(): void;
  /** the goods will not be imported after all: what the authority has of them is not left standing, and the carrier is stopped */
  abandon(reason: string): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();
const ALWAYS_OPEN: Gate = {
  ...{ isOpen: () => true, givenUp: () => null, noteBooked: () => undefined },
  ...{ close: nothing, abandon: nothing },
};

type How = 'abandoned' | 're-exported' | 'destroyed';

/** A release may be recalled, goods held or seized, papers asked for after it: delivery stops, or a task is raised, until that is over. */
export function watchRelease(story: Story, filing: Filing, released: Released): Gate {
  if (!patched('watch-after-release')) return ALWAYS_OPEN;
  const { declarationId } = released;
  const handling: Handling = {
    ...{ story, declarationId, filing },
    errands: new Errands(story),
    course: new Course(),
    proposals: new Map(),
    doubts: new Set(),
  };
  handling.course.note(released.fact);
  let over = false;
  let stopped = false;
  let givenUp: string | null = null;
  let booked = false;
  /** what becomes of goods that were given up; null: seized or invalidated, nothing is left to be withdrawn */
  let how: How | null = 'abandoned';
  const late = patched('give-up-after-release') ? [...LATE, 'customs.DeclarationInvalidated'] : LATE;
  const ours = (fact: Fact) => fact.data['declarationId'] === declarationId && !filing.summary?.owns(fact);
  story.beside(async () => {
    for (;;) {
      await story.until(() => over || story.has(late, ours));
      if (over) return;
      const fact = await story.expect(late, ours);
      attend(handling, fact);
      stopOrGo(handling, fact);
      if (fact.name === 'customs.ClearanceGivenUp' && patched('give-up-after-release')) {
        stopped = true;
        how = fact.data['how'] as How;
        givenUp = `${how}: ${String(fact.data['reason'])}`;
        // Its requests are followed where it is withdrawn.
        return;
      }
      if (fact.name === 'customs.DeclarationInvalidated') {
        stopped = true;
        how = null;
        givenUp = typeof fact.data['reason'] === 'string' ? fact.data['reason'] : 'the declaration was invalidated';
        return;
      }
      if (fact.name === 'customs.RequestOrdered') await carryOut(handling, fact, filing.situation);
      if (fact.name === 'customs.RequestAnswered') takeAnswer(handling, fact);
      if (fact.name !== 'customs.GoodsSeized') continue;
      stopped = true;
      givenUp = await seized(handling, fact);
      stopped = givenUp !== null;
      how = stopped ? null : how;
    }
  });
  const close = async (): Promise<void> => {
    over = true;
    handling.doubts.clear();
    await handling.errands.closeAll();
  };
  return {
    isOpen: () => !stopped && handling.course.release() !== null,
    givenUp: () => givenUp,
    noteBooked: () => void (booked = true),
    close,
    async abandon(reason) {
      if (!patched('give-up-after-release')) return;
      await close();
      await Promise.all([
        booked ? stopCarrier(story, declarationId, reason) : nothing(),
        how === null ? nothing() : withdraw(story, declarationId, how, reason),
      ]);
    },
  };
}

/** What is on its way already is stopped by a person: the carrier knows of no authority. */
const stopCarrier = (story: Story, declarationId: string, reason: string): Promise<unknown> =>
  story.ask<true>(
    {
      kind: 'review-notice',
      role: 'operator',
      says: `The goods are given up (${reason}) and a carrier was booked. Stop it, then say { "acknowledge": true }.`,
      about: { declarationId },
      due: null,
    },
    seen,
    undefined,
    true,
  );

function stopOrGo({ errands, course, declarationId }: Handling, fact: Fact): void {
  if (course.release()) return errands.close('stop');
  const says =
    typeof fact.data['says'] === 'string' && fact.data['says'] !== '' ? fact.data['says'] : 'no reason given';
  errands.raise(
    'stop',
    {
      kind: 'stop-delivery',
      role: 'operator',
      says: `The goods may not go on: ${fact.name.slice('customs.'.length)}, ${says}. Stop the carrier and bring them back where the authority wants them.`,
      about: { declarationId, since: timeOf(fact) },
      due: null,
    },
    onlyByItself('A newer release of the authority ends it.'),
  );
}
