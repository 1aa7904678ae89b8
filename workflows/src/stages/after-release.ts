import { patched } from '@temporalio/workflow';
import type { Fact } from '@tidewaiter/contracts';
import { CLEARANCE_FACTS } from '@tidewaiter/contracts/names';
import type { Story } from '../story.js';
import type { Filing, Released } from './clearance.js';
import { Course, timeOf } from './course.js';
import { Errands, onlyByItself } from './errands.js';
import { attend, carryOut, seized, takeAnswer, type Handling } from './handling.js';

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
}

const ALWAYS_OPEN: Gate = { isOpen: () => true, givenUp: () => null, close: () => Promise.resolve() };

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
  const ours = (fact: Fact) => fact.data['declarationId'] === declarationId && !filing.summary?.owns(fact);
  story.beside(async () => {
    for (;;) {
      await story.until(() => over || story.has(LATE, ours));
      if (over) return;
      const fact = await story.expect(LATE, ours);
      attend(handling, fact);
      stopOrGo(handling, fact);
      if (fact.name === 'customs.RequestOrdered') await carryOut(handling, fact, filing.situation);
      if (fact.name === 'customs.RequestAnswered') takeAnswer(handling, fact);
      if (fact.name !== 'customs.GoodsSeized') continue;
      stopped = true;
      givenUp = await seized(handling, fact);
      stopped = givenUp !== null;
    }
  });
  return {
    isOpen: () => !stopped && handling.course.release() !== null,
    givenUp: () => givenUp,
    async close() {
      over = true;
      handling.doubts.clear();
      await handling.errands.closeAll();
    },
  };
}

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
