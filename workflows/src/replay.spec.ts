import { readdirSync, readFileSync } from 'node:fs';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { bundle } from './testing/world.js';

const root = new URL('../histories/', import.meta.url);
const released = readdirSync(root).flatMap((release) =>
  readdirSync(new URL(`${release}/`, root)).map((file) => ({ release, file })),
);

describe('every history ever released still runs on today’s code', () => {
  let workflowBundle: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    workflowBundle = await bundle();
  }, 60_000);

  it('has histories to replay', () => expect(released.length).toBeGreaterThanOrEqual(10));

  it.each(released)('replays $release $file', async ({ release, file }) => {
    const history = temporal.api.history.v1.History.decode(readFileSync(new URL(`${release}/${file}`, root)));
    await Worker.runReplayHistory({ workflowBundle }, history, file);
  });

  it('keeps schemas, Node and Nest out of the bundle that every cached workflow pays for', () => {
    expect(workflowBundle.code).not.toMatch(/node_modules\/(zod|@nestjs|pg|kafkajs|decimal\.js)\//);
    const code = workflowBundle.code.slice(0, workflowBundle.code.lastIndexOf('//# sourceMappingURL='));
    expect(code.length).toBeGreaterThan(100_000);
    expect(code.length).toBeLessThan(800_000);
  });
});
