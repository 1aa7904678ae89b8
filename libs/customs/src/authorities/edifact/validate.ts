import type { FieldProblem } from '@tidewaiter/contracts';
import { outOfOrder, readInterchange } from '@tidewaiter/edifact';
import type { Built } from '../authority.js';
import { validateDeclaration } from '../cds/validate.js';
import type { Profile } from '../profile.js';
import { CUSDEC, LENGTHS, SYNTAX_WORDS } from './codes.js';

/** Place of a field as CUSRES would tell it: 1 for the heading, `2:n` for line n. */
function placeOf(field: string | null): string {
  const [, index] = /^lines\[(\d+)\]/.exec(field ?? '') ?? [];
  return index === undefined ? '1' : `2:${Number(index) + 1}`;
}

/** What the syntax and the order of segments would be refused for. */
function formOf({ bytes, references }: Built): FieldProblem[] {
  const reading = readInterchange(bytes);
  if (reading.kind === 'unreadable') return [{ code: reading.code, pointer: '', field: null, says: reading.says }];
  const { messages, faults } = reading.interchange;
  const found = [...faults, ...messages.flatMap(({ segments }) => outOfOrder(segments, CUSDEC))];
  return [
    ...found.map(({ code, segment, tag, says }): FieldProblem => ({
      code,
      pointer: [segment, tag].filter((each) => each !== null).join('/'),
      field: null,
      says: `${SYNTAX_WORDS[code] ?? ''} ${says}`.trim(),
    })),
    ...Object.entries({ lrn: references.lrn, ducr: references.ducr }).flatMap(([name, value]): FieldProblem[] =>
      value.length > LENGTHS.reference
        ? [{ code: '39', pointer: '1', field: `references.${name}`, says: `At most ${LENGTHS.reference} characters.` }]
        : [],
    ),
  ];
}

/** Judges an interchange offline: its syntax, the order of its segments, then the rules that hold in every form. */
export const validateCusdec = (built: Built, profile: Profile): FieldProblem[] => [
  ...formOf(built),
  ...validateDeclaration(built, profile).map((problem) => ({ ...problem, pointer: placeOf(problem.field) })),
];
