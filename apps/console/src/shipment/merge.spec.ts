import fc from 'fast-check';
import { threeWay } from './merge.js';

it('sends what only you changed, takes what only they changed, and asks about the rest', () => {
  const base = { port: 'GBFXT', freight: '120.00', insurance: '8.00', note: '' };
  expect(
    threeWay(base, { ...base, port: 'GBSOU', freight: '130.00' }, { ...base, freight: '140.00', insurance: '9.00' }),
  ).toEqual({
    changes: { port: 'GBSOU' },
    conflicts: [{ field: 'freight', base: '120.00', yours: '130.00', theirs: '140.00' }],
    taken: ['insurance'],
  });
});

it('has nothing to ask where both typed the same', () => {
  expect(threeWay({ a: '1' }, { a: '2' }, { a: '2' })).toEqual({ changes: {}, conflicts: [], taken: [] });
});

it('loses no field that either changed', () => {
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('', '1', '2'));
  fc.assert(
    fc.property(fields, fields, fields, (base, yours, theirs) => {
      const { changes, conflicts, taken } = threeWay(base, yours, theirs);
      for (const field of ['a', 'b', 'c']) {
        const [b, y, t] = [base[field] ?? '', yours[field] ?? '', theirs[field] ?? ''];
        const told = field in changes || taken.includes(field) || conflicts.some((each) => each.field === field);
        expect(told).toBe(y !== t);
        if (y !== b && y !== t) expect(field in changes || conflicts.some((each) => each.yours === y)).toBe(true);
      }
    }),
  );
});
