import fc from 'fast-check';
import { beginningsOf, wordsOf } from './name-terms.js';

describe('names as they are searched by', () => {
  it('are words without case, accents and punctuation', () => {
    expect(wordsOf('Søren & Müller-Lüdenscheidt GmbH, Co')).toEqual([
      'søren',
      'muller',
      'ludenscheidt'.slice(0, 12),
      'gmbh',
    ]);
    expect(beginningsOf('Oak AG')).toEqual(['oak']);
    expect(beginningsOf('Oaken')).toEqual(['oak', 'oake', 'oaken']);
  });
  it('are found by any three letters or more that a word of them begins with', () => {
    const word = fc.stringMatching(/^[a-z]{3,20}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.integer({ min: 3, max: 20 }),
        (name, at, length) => {
          const typed = name[at % name.length]!.slice(0, length);
          const known = beginningsOf(name.join(' '));
          expect(wordsOf(typed).every((each) => known.includes(each))).toBe(true);
        },
      ),
    );
  });
});
