import fc from 'fast-check';
import { FIELDS, parsePointer, pointerTo, printPointer, resolvePointer, type PointerLevel } from './pointers.js';
import { DECLARATION, type Section } from './schema.js';

/** Element paths of everything in the tree, groups and values, with a number on what repeats. */
function everything(section: Section, path = ''): string[] {
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`);
  return [
    ...section.leaves.map((leaf) => below(leaf.name)),
    ...section.sections.flatMap((each) => {
      const name = below(each.name + (each.repeats ? '[1]' : ''));
      return [name, ...everything(each, name)];
    }),
  ];
}
const elements = everything(DECLARATION);

const anyLevel = fc.record(
  { section: fc.stringMatching(/^[0-9A-Z]{1,3}$/), index: fc.integer({ min: 1, max: 99_999 }) },
  { requiredKeys: ['section'] },
);
const anyPointer: fc.Arbitrary<PointerLevel[]> = fc
  .tuple(
    fc.array(anyLevel, { minLength: 1, maxLength: 6 }),
    fc.option(fc.stringMatching(/^[0-9A-Z]{1,4}$/), { nil: undefined }),
  )
  .map(([levels, tag]) =>
    levels.map((level, place) => (tag !== undefined && place === levels.length - 1 ? { ...level, tag } : level)),
  );

describe('a pointer', () => {
  it('is the same after printing and reading it', () => {
    fc.assert(fc.property(anyPointer, (levels) => expect(parsePointer(printPointer(levels))).toEqual(levels)));
  });

  it('leads to every element of the tree and back', () => {
    expect(elements.length).toBeGreaterThan(150);
    for (const element of elements) {
      const pointer = pointerTo(element);
      expect(pointer).not.toBeNull();
      expect(resolvePointer(pointer!)).toMatchObject({ element, whole: true });
    }
  });

  it('that we know of leads to each of our fields', () => {
    for (const [pattern, field] of Object.entries(FIELDS)) {
      const element = pattern.replace('[n]', '[3]').replaceAll('[*]', '[1]');
      expect([element, resolvePointer(pointerTo(element)!).field]).toEqual([element, field.replace('[n]', '[2]')]);
    }
  });

  it('always has an answer, whatever its text', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(resolvePointer(text).whole).toBe(resolvePointer(text).whole)));
    fc.assert(fc.property(anyPointer, (levels) => expect(typeof resolvePointer(levels).element).toBe('string')));
  });

  it.each([
    ['42A/67A/68A[2]/23A/21A[1].145', 'lines[1].commodity'],
    ['42A/67A[1]/68A[1]/92A[1].063', 'lines[0].origin'],
    ['42A/67A/68A/23A.137', 'lines'],
    ['42A/67A/68A[4]', 'lines[3]'],
    ['42A/67A/68A[1]/70A[1].166', 'procedure'],
    ['42A/67A/68A[1]/23A/XXX.999', 'lines[0].commodity'],
    ['42A/67A/74A.R038', 'importer.id'],
    ['42A/57B.R123', 'declarant.id'],
    ['42A/67A/99A[1].D018', 'references.ducr'],
    ['42A.D026', 'references.lrn'],
    ['42A.146', 'packages.count'],
    ['42A/67A[1]', null],
    ['42A', null],
    ['07B/47A', null],
    ['no pointer', null],
  ])('%s is our field %s', (pointer, field) => {
    expect(resolvePointer(pointer).field).toBe(field);
  });
});
