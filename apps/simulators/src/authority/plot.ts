import type { AuthorityAct, AuthorityStep } from '../scripts/scripts.js';
import { levelsOf, type Level } from './pointer.js';
import type { RequestKind } from './requests.js';
import type { Problem } from './rules.js';

export type TaxKind = 'indicative' | 'secured' | 'assessed';
export interface WrongTax {
  tax: string;
  by: string;
}
export interface Correction {
  pointer: Level[];
  value: string;
}

export type Act =
  | { do: 'register' }
  | { do: 'accept'; warnings: Problem[] }
  | { do: 'reject'; problems: Problem[] }
  | { do: 'route'; to: 'none' | 'documents' | 'physical' | 'afterwards' }
  | { do: 'tax'; kind: TaxKind; wrong: WrongTax | null }
  | { do: 'answer'; granted: boolean }
  | { do: 'correct'; corrections: Correction[] }
  | { do: 'exam'; finding: 'nothing' | 'shortage' | 'excess' | 'other-goods'; quantity: string | null; line: number }
  | { do: 'release' }
  | { do: 'clear' }
  | { do: 'short'; amount: string; isReminder: boolean }
  | { do: 'agency'; code: string; decision: string }
  | { do: 'hold'; says: string }
  | { do: 'lift'; says: string }
  | { do: 'suspend'; says: string }
  | { do: 'seize'; says: string }
  | { do: 'invalidate'; reason: string }
  | { do: 'query'; says: string }
  | { do: 'manual'; says: string }
  | { do: 'raw'; body: string };

export type Until = 'payment' | 'documents' | 'arrival' | 'grant';

/** One act of the authority; it follows the one before by `after` milliseconds (null: the pace decides), once `until` has come. */
export type PlotStep = Act & { after: number | null; until: Until | null };

/** How far along the usual course each act stands: the default goes on behind the farthest act of a script. */
const STAGE: Partial<Record<Act['do'], number>> = {
  accept: 0,
  register: 0,
  reject: 9,
  route: 1,
  tax: 3,
  release: 4,
  clear: 5,
  seize: 9,
  manual: 9,
  invalidate: 9,
};

const stageOf = (step: PlotStep): number => (step.do === 'tax' && step.kind !== 'assessed' ? 2 : (STAGE[step.do] ?? 1));

const at = (act: Act, until: Until | null = null): PlotStep => ({ ...act, after: null, until });

/** What a declaration in order comes to when nobody says otherwise. */
export const USUAL: readonly PlotStep[] = [
  at({ do: 'tax', kind: 'indicative', wrong: null }),
  at({ do: 'tax', kind: 'assessed', wrong: null }),
  at({ do: 'clear' }, 'payment'),
];

/** Cargo release of the United States: admissible, then released; money belongs to the summary. */
export const USUAL_RELEASE: readonly PlotStep[] = [at({ do: 'route', to: 'none' }), at({ do: 'release' })];
/** Entry summary: the debt is computed and goes to a statement. */
export const USUAL_SUMMARY: readonly PlotStep[] = [at({ do: 'tax', kind: 'assessed', wrong: null })];

const said = (words: true | string, otherwise: string): string => (words === true ? otherwise : words);

function actOf(act: AuthorityAct): Act {
  if ('route' in act) return { do: 'route', to: act.route };
  if ('tax' in act) return { do: 'tax', kind: act.tax, wrong: act.wrong ?? null };
  if ('request' in act) {
    return act.request === 'reject'
      ? { do: 'reject', problems: [REFUSED] }
      : { do: 'answer', granted: act.request === 'grant' };
  }
  if ('correct' in act) {
    return { do: 'correct', corrections: [{ pointer: levelsOf(act.correct.pointer), value: act.correct.value }] };
  }
  if ('release' in act) return { do: 'release' };
  if ('short' in act) return { do: 'short', amount: act.short, isReminder: false };
  if ('agency' in act) return { do: 'agency', ...act.agency };
  if ('hold' in act) return { do: 'hold', says: said(act.hold, 'Held by the border agency') };
  if ('lift' in act) return { do: 'lift', says: said(act.lift, 'Hold lifted') };
  if ('suspend' in act) return { do: 'suspend', says: said(act.suspend, 'Release suspended') };
  if ('seize' in act) return { do: 'seize', says: said(act.seize, 'Goods seized') };
  if ('exam' in act) return { do: 'exam', ...act.exam, quantity: act.exam.quantity ?? null };
  if ('invalidate' in act) return { do: 'invalidate', reason: act.invalidate };
  if ('query' in act) return { do: 'query', says: said(act.query, 'A query waits in the mailbox') };
  if ('manual' in act) return { do: 'manual', says: said(act.manual, 'Handled outside the system') };
  if ('raw' in act) return { do: 'raw', body: act.raw };
  return { do: 'clear' };
}

const CLEARED_WHEN = { now: null, 'after-payment': 'payment', 'after-documents': 'documents' } as const;

export function scripted(act: AuthorityAct): PlotStep {
  const waits = 'clear' in act ? CLEARED_WHEN[act.clear] : null;
  return { ...actOf(act), after: act.after ?? null, until: act.until ?? waits };
}

const REFUSED: Problem = { code: 'CDS12056', pointer: levelsOf('42A'), says: 'refused' };

const errorsOf = (step: AuthorityStep, found: readonly Problem[]): Problem[] => {
  const told = (step.errors ?? []).map(({ code, pointer, says }) => ({
    code,
    pointer: levelsOf(pointer),
    says: says ?? 'refused',
  }));
  if (told.length > 0) return told;
  return found.length > 0 ? [...found] : [REFUSED];
};

/** How a declaration is taken: what its rules say of it, and what its kind and its risk make of the usual course. */
export interface Taking {
  found: readonly Problem[];
  warnings?: readonly Problem[];
  isPrelodged?: boolean;
  /** what the unscripted authority does beside the usual course */
  chance?: readonly PlotStep[];
  /** the usual course where it is not that of CDS */
  usual?: readonly PlotStep[];
}

/**
 * What the authority will do with a declaration that it has taken.
 *
 * @param taking its own rules come first: a script cannot make it accept what they refuse
 */
export function plotOf(step: AuthorityStep | null, taking: Taking): PlotStep[] {
  const after = step?.after ?? null;
  if (step?.answer === 'reject') return [{ do: 'reject', problems: errorsOf(step, taking.found), after, until: null }];
  if (taking.found.length > 0) return [{ do: 'reject', problems: [...taking.found], after, until: null }];
  const isRegistered = taking.isPrelodged === true || step?.answer === 'register';
  const accepted: Act = { do: 'accept', warnings: [...(taking.warnings ?? [])] };
  const head: PlotStep[] = !isRegistered
    ? [{ ...accepted, after, until: null }]
    : [
        { do: 'register', after, until: null },
        ...(taking.isPrelodged ? [at({ do: 'tax', kind: 'indicative', wrong: null })] : []),
        ...(step?.stop ? [] : [{ ...accepted, after: null, until: taking.isPrelodged ? ('arrival' as const) : null }]),
      ];
  const then = step === null ? [...(taking.chance ?? [])] : step.then.map(scripted);
  const farthest = Math.max(0, ...then.map(stageOf));
  const rest = step?.stop
    ? []
    : (taking.usual ?? USUAL).filter(
        (each) => stageOf(each) > farthest && !(taking.isPrelodged && stageOf(each) === 2),
      );
  return [...head, ...then, ...rest];
}

/**
 * What comes of a request: registered, then answered. Granting is the usual answer; after an examination or a demand for papers it is not.
 *
 * @param usual what an officer would say who has no script
 */
export function requestPlotOf(
  step: AuthorityStep | null,
  kind: RequestKind,
  found: readonly Problem[],
  usual: 'grant' | 'deny',
): PlotStep[] {
  const after = step?.after ?? null;
  if (step?.answer === 'reject') return [{ do: 'reject', problems: errorsOf(step, found), after, until: null }];
  if (found.length > 0) return [{ do: 'reject', problems: [...found], after, until: null }];
  const then = (step?.then ?? []).map(scripted);
  const isAnswered = then.some((each) => each.do === 'answer' || each.do === 'reject');
  const answer = at({ do: 'answer', granted: usual === 'grant' });
  const rest = isAnswered || kind === 'arrive' || step?.stop ? [] : [answer];
  return [{ do: 'register', after, until: null }, ...then, ...rest];
}
