import { boardSearch } from './search.js';

describe('the link of a view', () => {
  it('is the same for equal views: keys sorted, defaults and unknown ones left out', () => {
    expect(
      JSON.stringify(
        boardSearch({ to: 'GB', clock: 3, sort: 'consequence', direction: 'ascending', other: 'x', q: '' }),
      ),
    ).toBe(JSON.stringify({ clock: '3', to: 'GB' }));
  });
  it('keeps an order that is not the usual one', () => {
    expect(boardSearch({ sort: 'payable', direction: 'descending' })).toEqual({
      direction: 'descending',
      sort: 'payable',
    });
  });
});
