import type { AnswerOf, declarationAnswers, FieldProblem } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';
import { differencesOf, type Answer } from '../domain/answers.js';
import type { Declaration } from '../domain/declaration.js';
import { byAuthority } from '../domain/notices.js';

export type AnswersView = AnswerOf<typeof declarationAnswers>;

interface Page {
  version: number;
  frozenAt: Instant;
  answers: Answer[];
}

/** What was found wrong with a version: by our own check or the gateway, by the authority, or of the amendment that proposed it. */
function problemsOf({ refusal, version, notices, requests }: Declaration, of: number): FieldProblem[] {
  const refused = refusal && version === of ? refusal.problems : [];
  const asked = requests.find((each) => each.proposed === of);
  const told = [...notices].sort(byAuthority).flatMap((each) => {
    if (each.type === 'DeclarationRejected' && each.data.version === of) return each.data.errors;
    if (each.type === 'DeclarationAccepted' && each.data.version === of) return each.data.warnings;
    return asked && each.type === 'RequestAnswered' && each.data.request === asked.request ? each.data.errors : [];
  });
  return [...refused, ...told, ...(asked?.problems ?? [])];
}

/** The nearest answer to a problem: its own field, else one that the field is a part of. */
const belongs = (problem: FieldProblem, answers: readonly Answer[]): string | null => {
  const { field } = problem;
  if (field === null) return null;
  return (
    answers.find((each) => each.field === field)?.field ??
    answers.find((each) => field.startsWith(`${each.field}.`) || each.field.startsWith(`${field}.`))?.field ??
    null
  );
};

export function answersView(declarationId: string, state: Declaration, page: Page, before: Page | null): AnswersView {
  const { version, frozenAt, answers } = page;
  const problems = problemsOf(state, version).map((problem) => ({ problem, at: belongs(problem, answers) }));
  const differences = before ? differencesOf(before.answers, answers) : [];
  const frozen = state.versions.find((each) => each.version === version);
  const sections: AnswersView['sections'] = [];
  for (const { section, line, field, value, source } of answers) {
    let own = sections.find((each) => each.section === section && each.line === line);
    if (!own) sections.push((own = { section, line, answers: [] }));
    own.answers.push({
      ...{ field, value, source },
      was: differences.find((each) => each.field === field)?.was ?? null,
      problems: problems.filter(({ at }) => at === field).map(({ problem }) => problem),
    });
  }
  return {
    ...{ declarationId, version, frozenAt, sections, differences },
    comparedWith: before?.version ?? null,
    problems: problems.filter(({ at }) => at === null).map(({ problem }) => problem),
    leftOut: frozen?.leftOut ?? [],
    standing: frozen?.standing ?? null,
  };
}
