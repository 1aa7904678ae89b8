import { jest } from '@jest/globals';
import { aDeclaration, type DeclarationSketch } from '../testing/declaration.js';
import { declaredOf, type Declared } from './declared.js';
import { chanceOf } from './risk.js';
import { schemaCheck } from './schema-check.js';

jest.setTimeout(30_000);

const NOW = new Date('2026-11-28T10:00:00Z');

function declared(sketch: Partial<DeclarationSketch> = {}): Declared {
  const checked = schemaCheck(aDeclaration(sketch));
  if ('errors' in checked) throw new Error(checked.errors.join());
  return declaredOf(checked.declaration);
}

/** Of a thousand declarations: how many are asked for papers, and how many examined. */
function routes(of: Declared, isFirst = false, seed = 'seed'): { documents: number; physical: number } {
  const drawn = Array.from({ length: 1000 }, (_, n) => chanceOf(seed, `LRN-${n}`, of, isFirst, NOW)[0]);
  const count = (to: string): number => drawn.filter((step) => step?.do === 'route' && step.to === to).length;
  return { documents: count('documents'), physical: count('physical') };
}

it('leaves most alone: about 5 in 100 are asked for papers, about 3 examined', () => {
  const { documents, physical } = routes(declared());
  expect(documents).toBeGreaterThan(30);
  expect(documents).toBeLessThan(75);
  expect(physical).toBeGreaterThan(15);
  expect(physical).toBeLessThan(50);
});

it('looks twice as often at an importer’s first, and three times at a value that is hard to believe', () => {
  const usual = routes(declared()).physical;
  expect(routes(declared(), true).physical).toBeGreaterThan(usual * 1.4);
  const cheap = declared({ lines: [{ commodity: '8517130000', price: '1.00', netMass: '90' }] });
  expect(routes(cheap).physical).toBeGreaterThan(usual * 2);
});

it('asks for papers wherever one is waived', () => {
  const waived = declared({
    lines: [{ documents: [{ category: 'Y', type: '900', status: 'XX', reason: 'not covered' }] }],
  });
  const { documents, physical } = routes(waived);
  expect(documents + physical).toBe(1000);
});

it('draws the same for the same seed, and otherwise for another', () => {
  const draw = (seed: string): string =>
    JSON.stringify(Array.from({ length: 300 }, (_, n) => chanceOf(seed, `LRN-${n}`, declared(), false, NOW)));
  expect(draw('a')).toBe(draw('a'));
  expect(draw('a')).not.toBe(draw('b'));
});
