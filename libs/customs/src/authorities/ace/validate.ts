import type { FieldProblem } from '@tidewaiter/contracts';
import { checkContainer, checkUsEntry, exact, round } from '@tidewaiter/kernel';
import type { Built } from '../authority.js';
import { validateDeclaration } from '../cds/validate.js';
import { partOf, type Profile } from '../profile.js';

const MOST = 9_999_999_999;

/** Rules of the European forms that an entry does not know: its packages, references and charges are others. */
const ELSEWHERE = new Set(['CDS12132', 'CDS12058', 'CDS12100', 'CDS12078', 'CDS12102', 'CDS11004']);

function entryProblems({ content, references }: Built, profile: Profile): FieldProblem[] {
  const found: FieldProblem[] = [];
  const add = (code: string, pointer: string, field: string, says: string): void => {
    found.push({ code, pointer, field, says });
  };
  const number = checkUsEntry(references.entryNumber ?? '');
  if (!number.valid) add('ENT', 'SE10', 'references.entryNumber', number.reason ?? '');
  const port = content.entry?.port ?? partOf(profile, 'ace').ports[content.portOfEntry];
  if (!/^\d{4}$/.test(port ?? ''))
    add('PRT', 'SE10', 'portOfEntry', `${content.portOfEntry} has no district and port here.`);
  if (!/^[089]$/.test(content.entry?.bond ?? '8')) add('BND', 'SE10', 'entry.bond', 'A bond is of type 0, 8 or 9.');
  if (!/^(01|03|06|11)$/.test(content.entry?.type ?? '01'))
    add('TYP', 'SE10', 'entry.type', 'Entry types 01, 03, 06 and 11 are filed here.');
  if (references.lrn.length > 21) add('LRN', 'B', 'references.lrn', 'A block returns 21 characters at most.');
  const total = content.lines.reduce((sum, line) => sum.plus(line.customsValue ?? '0'), exact('0'));
  if (round(total, 0).gt(MOST)) add('VAL', 'SE10', 'lines', `A value has at most ${String(MOST).length} digits.`);
  for (const [index, line] of content.lines.entries()) {
    if (line.number > 999)
      add('LIN', `SE40/${line.number}`, `lines[${index}].number`, 'A line number has at most 3 digits.');
  }
  for (const [index, { number: container }] of (content.containers ?? []).entries()) {
    const checked = checkContainer(container);
    if (!checked.valid) add('CTR', 'SE15', `containers[${index}].number`, checked.reason ?? '');
  }
  return found;
}

const recordOf = (field: string | null): string => {
  const [, index] = /^lines\[(\d+)\]/.exec(field ?? '') ?? [];
  return index === undefined ? 'SE10' : `SE40/${Number(index) + 1}`;
};

/** Judges an entry offline: what its records ask for, then the rules that hold in every form. */
export const validateAce = (built: Built, profile: Profile): FieldProblem[] => [
  ...entryProblems(built, profile),
  ...validateDeclaration(built, profile)
    .filter(({ code }) => !ELSEWHERE.has(code))
    .map((problem) => ({ ...problem, pointer: recordOf(problem.field) })),
];
