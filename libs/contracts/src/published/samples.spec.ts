import { allEvents, checkData, envelope, SEALED, sampleData, sampleEvent } from '../index.js';

const versions = allEvents().flatMap((definition) =>
  Object.keys(definition.versions).map(
    (version) => [`${definition.context}.${definition.name}.v${version}`, definition, Number(version)] as const,
  ),
);

describe('samples of events', () => {
  it.each(versions)('%s is valid by its schema, as recorded and as partners get it', (type, definition, version) => {
    const data = sampleData(definition, version);
    expect(checkData(definition, version, data)).toEqual(data);
    const event = envelope.parse(sampleEvent(definition, version));
    expect(event.type).toBe(`tidewaiter.${type}`);
    expect(checkData(definition, version, event.data)).toEqual(event.data);
  });

  it('show no person', () => {
    const personal = versions.filter(([, { personal }]) => personal.length > 0);
    expect(personal.length).toBeGreaterThan(3);
    for (const [, definition, version] of personal)
      expect(JSON.stringify(sampleEvent(definition, version))).toContain(SEALED);
  });
});
