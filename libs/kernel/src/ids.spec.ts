import { isUuid, newId } from './ids.js';

it('makes ids that are UUIDs and follow each other', () => {
  const ids = Array.from({ length: 200 }, newId);
  expect(ids.every(isUuid)).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(200);
});

it.each(['', '0192aaaa', '0192AAAA-0000-7000-8000-000000000001', "0192aaaa-0000-7000-8000-000000000001' or 1=1"])(
  'does not take %p for an id',
  (text) => {
    expect(isUuid(text)).toBe(false);
  },
);
