import { readFileSync } from 'node:fs';
import { allEventSchemas, incompatibilities } from './index.js';

type Json = Record<string, unknown>;
const released = JSON.parse(readFileSync(new URL('../released/event-schemas.json', import.meta.url), 'utf8')) as Record<
  string,
  Json
>;
const current = allEventSchemas();

describe('event schemas against those last released', () => {
  it.each(Object.keys(released))('%s only grew', (address) => {
    const now = current[address];
    expect(now).toBeDefined();
    expect(incompatibilities(released[address]!, now!)).toEqual([]);
  });

  it('has every current schema on record: run `npm run release:schemas` after adding an event or a version', () => {
    expect(Object.keys(current).filter((address) => !(address in released))).toEqual([]);
  });
});

describe('what counts as breaking', () => {
  const base = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'string' }, b: { type: 'string', enum: ['x', 'y'] } },
  };
  const without = (change: (schema: Json & typeof base) => void): string[] => {
    const copy = structuredClone(base) as Json & typeof base;
    change(copy);
    return incompatibilities(base, copy);
  };

  it('lets a schema grow by an optional property', () => {
    expect(without((schema) => Object.assign(schema.properties, { c: { type: 'string' } }))).toEqual([]);
  });
  it('refuses a lost property, a new obligation, a changed type and a lost value', () => {
    expect(without((schema) => delete (schema.properties as Json)['b'])).toEqual(['/b was removed']);
    expect(without((schema) => schema.required.push('b'))).toEqual(['/b became required']);
    expect(without((schema) => Object.assign(schema.properties.a, { type: 'number' }))).toHaveLength(1);
    expect(without((schema) => schema.properties.b.enum.pop())).toEqual(['/b lost the value "y"']);
  });
});
