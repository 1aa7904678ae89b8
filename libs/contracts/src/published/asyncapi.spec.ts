import { allEvents, allEventSchemas, asyncApiDocument } from '../index.js';

interface Message {
  name: string;
  examples: { payload: { type: string } }[];
}
const document = asyncApiDocument('0.0.0') as {
  asyncapi: string;
  channels: Record<string, { messages: Record<string, unknown> }>;
  operations: Record<string, { action: string; messages: unknown[] }>;
  components: { messages: Record<string, Message>; schemas: Record<string, unknown> };
};

describe('the AsyncAPI document', () => {
  it('has every version of every event once, on both ways out, with a sample of its own type', () => {
    const types = allEvents().flatMap(({ context, name, versions }) =>
      Object.keys(versions).map((version) => `${context}.${name}.v${version}`),
    );
    expect(Object.keys(document.components.messages)).toEqual(types);
    for (const { messages } of Object.values(document.channels)) expect(Object.keys(messages)).toEqual(types);
    for (const { action, messages } of Object.values(document.operations))
      expect([action, messages.length]).toEqual(['send', types.length]);
    for (const { name, examples } of Object.values(document.components.messages))
      expect(examples.map(({ payload }) => payload.type)).toEqual([name]);
  });

  it('dangles no reference, and leaves none that leads into a schema of its own', () => {
    const found = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1]!.split('/'));
    expect(found.length).toBeGreaterThan(500);
    for (const path of found) {
      const at = path.reduce<unknown>(
        (value, step) => (value as Record<string, unknown> | undefined)?.[step],
        document,
      );
      expect([path.join('/'), at === undefined]).toEqual([path.join('/'), false]);
    }
    expect(JSON.stringify(document)).not.toMatch(/\$defs|"\$id"/);
  });

  it('may lift what events name alike into one place: it says the same everywhere', () => {
    const known = new Map<string, string>();
    for (const { $defs = {} } of Object.values(allEventSchemas()) as { $defs?: Record<string, unknown> }[]) {
      for (const [id, schema] of Object.entries($defs)) {
        const says = JSON.stringify(schema);
        expect([id, known.get(id) ?? says]).toEqual([id, says]);
        known.set(id, says);
      }
    }
    expect([...known.keys()]).toContain('Money');
  });
});
