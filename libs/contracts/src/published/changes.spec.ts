import { readFileSync } from 'node:fs';
import { allEventSchemas, outermost, placesOf, withChanges, type SchemaChanges } from '../index.js';

const released = JSON.parse(
  readFileSync(new URL('../../released/event-changes.json', import.meta.url), 'utf8'),
) as SchemaChanges;

const schema = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const text = { type: 'string' };

describe('what a release brought', () => {
  it('is on record for every place of every schema: run `npm run release:schemas` after a change', () => {
    for (const [address, current] of Object.entries(allEventSchemas())) {
      const known = new Set((released[address] ?? []).flatMap(({ added }) => added));
      expect([address, placesOf(current).filter((place) => !known.has(place))]).toEqual([address, []]);
      expect(released[address]).not.toHaveLength(0);
    }
  });

  it('is in the order of days, one change a day', () => {
    for (const changes of Object.values(released)) {
      const days = changes.map(({ on }) => on);
      expect(days).toEqual([...new Set(days)].sort());
    }
  });

  it('finds places behind references, in lists, records and alternatives, and values of enumerations', () => {
    const found = placesOf(
      schema(
        {
          total: { $ref: '#/$defs/Money' },
          lines: { type: 'array', items: schema({ code: text }) },
          byName: { type: 'object', additionalProperties: schema({ state: { type: 'string', enum: ['a', 'b'] } }) },
          maybe: { anyOf: [schema({ one: text }), { type: 'null' }] },
        },
        { $defs: { Money: schema({ amount: text }) } },
      ),
    );
    expect(found).toEqual([
      '/total',
      '/total/amount',
      '/lines',
      '/lines/*/code',
      '/byName',
      '/byName/*/state',
      '/byName/*/state = a',
      '/byName/*/state = b',
      '/maybe',
      '/maybe/one',
    ]);
    expect(outermost(found)).toEqual(['/total', '/lines', '/byName', '/maybe']);
  });

  it('is written down once, and together where it came on one day', () => {
    const first = withChanges({}, { one: schema({ a: text }) }, '2026-11-01');
    expect(withChanges(first, { one: schema({ a: text }) }, '2026-11-02')).toEqual(first);
    const second = withChanges(first, { one: schema({ a: text, b: text }), two: schema({}) }, '2026-11-02');
    expect(withChanges(second, { one: schema({ a: text, b: text, c: text }) }, '2026-11-02')).toEqual({
      one: [
        { on: '2026-11-01', added: ['/a'] },
        { on: '2026-11-02', added: ['/b', '/c'] },
      ],
    });
    expect(second['two']).toEqual([{ on: '2026-11-02', added: [] }]);
  });
});
