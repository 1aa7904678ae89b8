import type { AuthorityAct, AuthorityStep } from '../scripts/scripts.js';
import { levelsOf } from './pointer.js';
import type { Problem } from './rules.js';

export type Act =
  | { do: 'accept' }
  | { do: 'reject'; problems: Problem[] }
  | { do: 'route'; to: 'none' | 'documents' | 'physical' | 'afterwards' }
  | { do: 'tax'; kind: 'indicative' | 'secured' | 'assessed'; wrong: { tax: string; by: string } | null }
  | { do: 'release' }
  | { do: 'clear' }
  | { do: 'invalidate'; reason: string };

/** One act of the authority; it follows the one before by `after` milliseconds (null: the pace decides), once `until` has come. */
export type PlotStep = Act & { after: number | null; until: 'payment' | 'documents' | null };

/** How far along the usual course each act stands: the default goes on behind the farthest act of a script. */
const STAGE: Record<Act['do'], number> = {
  accept: 0,
  reject: 9,
  route: 1,
  tax: 3,
  release: 4,
  clear: 5,
  invalidate: 9,
};

const stageOf = (step: PlotStep): number => (step.do === 'tax' && step.kind !== 'assessed' ? 2 : STAGE[step.do]);

const USUAL: readonly PlotStep[] = [
  { do: 'tax', kind: 'indicative', wrong: null, after: null, until: null },
  { do: 'tax', kind: 'assessed', wrong: null, after: null, until: null },
  { do: 'clear', after: null, until: 'payment' },
];

function scripted(act: AuthorityAct): PlotStep {
  const after = act.after ?? null;
  if ('route' in act) return { do: 'route', to: act.route, after, until: null };
  if ('tax' in act) return { do: 'tax', kind: act.tax, wrong: act.wrong ?? null, after, until: null };
  if ('release' in act) return { do: 'release', after, until: null };
  if ('invalidate' in act) return { do: 'invalidate', reason: act.invalidate, after, until: null };
  const until = { now: null, 'after-payment': 'payment', 'after-documents': 'documents' } as const;
  return { do: 'clear', after, until: until[act.clear] };
}

/**
 * What the authority will do with a declaration that it has taken.
 *
 * @param found what its own rules say; a script cannot make it accept what they refuse
 */
export function plotOf(step: AuthorityStep | null, found: readonly Problem[]): PlotStep[] {
  const after = step?.after ?? null;
  if (step?.answer === 'reject') {
    const scriptedErrors = (step.errors ?? []).map(({ code, pointer, says }) => ({
      code,
      pointer: levelsOf(pointer),
      says: says ?? 'refused',
    }));
    const problems =
      scriptedErrors.length > 0
        ? scriptedErrors
        : found.length > 0
          ? [...found]
          : [{ code: 'CDS12056', pointer: levelsOf('42A'), says: 'refused' }];
    return [{ do: 'reject', problems, after, until: null }];
  }
  if (found.length > 0) return [{ do: 'reject', problems: [...found], after, until: null }];
  const then = (step?.then ?? []).map(scripted);
  const farthest = Math.max(0, ...then.map(stageOf));
  const rest = step?.stop ? [] : USUAL.filter((each) => stageOf(each) > farthest);
  return [{ do: 'accept', after, until: null }, ...then, ...rest];
}
