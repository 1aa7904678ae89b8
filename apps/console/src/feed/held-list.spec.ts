import { changesBetween } from './held-list.js';

describe('changes that wait to be applied', () => {
  it.each([
    ['nothing', 'abc', 'abc', 0],
    ['one is new', 'abc', 'abcd', 1],
    ['one is gone', 'abc', 'ac', 1],
    ['one came and one went', 'abc', 'bcd', 2],
    ['two changed places', 'abc', 'bac', 2],
    ['all are new', '', 'ab', 2],
  ])('%s', (_, before, after, count) => {
    expect(changesBetween([...before], [...after])).toBe(count);
  });
});
