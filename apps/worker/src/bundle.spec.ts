import { bundle } from './bundle.js';

describe('the bundle of the workflows', () => {
  let code: string;
  beforeAll(async () => {
    ({ code } = await bundle());
  }, 120_000);

  it('holds the workflows and the converter of failures', () => {
    for (const name of ['shipmentLifecycle', 'engagementProgramme', 'retention']) expect(code).toContain(name);
    expect(code).toContain('encodeCommonAttributes: true');
  });

  it.each(['zod', '@nestjs', 'pg', 'kafkajs', 'pino', '@opentelemetry'])(
    'holds nothing of %s: each cached workflow would pay for it',
    (name) => {
      const sources = new Set([...code.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)].map(([, each]) => each!));
      expect([...sources].filter((each) => each === name || each.startsWith(`${name}/`))).toEqual([]);
      expect(sources).toContain('@temporalio/workflow');
    },
  );

  it('is small', () => {
    // Without the map of its sources, which is read when an error is told and by no workflow.
    expect(code.lastIndexOf('//# sourceMappingURL=')).toBeGreaterThan(0);
    expect(code.lastIndexOf('//# sourceMappingURL=')).toBeLessThan(800_000);
  });
});
