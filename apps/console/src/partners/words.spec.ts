import { shortUrl, span, takes } from './words.js';

it.each([
  [0, '0 s'],
  [5_400, '5 s'],
  [60_000, '1 min'],
  [6_720_000, '1 h 52 min'],
  [36_000_000, '10 h'],
  [-3, '0 s'],
])('tells %d ms as %s', (milliseconds, says) => expect(span(milliseconds)).toBe(says));

it('tells endpoints apart without their scheme', () =>
  expect(shortUrl('https://erp.acme.example/hook/')).toBe('erp.acme.example/hook'));

it.each([
  [[], true],
  [['customs.*'], true],
  [['documents.*', 'customs.GoodsReleased'], true],
  [['customs.GoodsSeized', 'documents.*'], false],
])('tells that an endpoint of %j takes customs.GoodsReleased: %s', (types, does) =>
  expect(takes(types, 'customs.GoodsReleased')).toBe(does),
);
