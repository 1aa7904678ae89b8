import { drawn } from '../plumbing/digest.js';
import { hasWaiver, warningsOf } from './rules.js';
import type { Declared } from './declared.js';
import type { PlotStep } from './plot.js';

/** Parts of ten thousand: of all declarations so many are asked for papers, so many examined, one in 25 of those finds something. */
const DOCUMENTS = 500;
const PHYSICAL = 300;
const FINDS_ONE_IN = 25;

const plain = (
  act: PlotStep | (Omit<PlotStep, 'after' | 'until'> & object),
  until: PlotStep['until'] = null,
): PlotStep => ({ ...act, after: null, until }) as PlotStep;

/**
 * What the unscripted authority does beside the usual course, drawn from the run's seed and the LRN: the same seed, the same run.
 *
 * @param isFirst the importer's first declaration: looked at twice as often
 * @returns empty for most
 */
export function chanceOf(seed: string, lrn: string, declared: Declared, isFirst: boolean, now: Date): PlotStep[] {
  const weight = (isFirst ? 2 : 1) * (warningsOf(declared, now).length > 0 ? 3 : 1);
  const draw = drawn(`${seed}/${lrn}/route`, 10_000);
  if (draw < PHYSICAL * weight) {
    const finds = drawn(`${seed}/${lrn}/exam`, FINDS_ONE_IN) === 0;
    const exam = { do: 'exam', finding: finds ? 'shortage' : 'nothing', quantity: null, line: 1 } as const;
    return [plain({ do: 'route', to: 'physical' }), plain(exam)];
  }
  if (hasWaiver(declared) || draw < (PHYSICAL + DOCUMENTS) * weight) {
    // Papers are looked at before anything goes on.
    return [plain({ do: 'route', to: 'documents' }), plain({ do: 'route', to: 'none' }, 'documents')];
  }
  return [];
}
