import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { RECORDING_CONTEXTS, type Reconciled, type StreamDigest, type StreamDifference } from '@tidewaiter/contracts';

const difference: StreamDifference = {
  context: 'customs',
  kind: 'altered',
  stream: 'declaration-1',
  subject: '0192aaaa-0000-7000-8000-000000000001',
  version: 2,
  index: 7,
};
const digest = (stream: string, newest = 1): StreamDigest => ({
  stream,
  subject: difference.subject,
  version: 1,
  newest,
  digest: '',
});

import { bundle, redirectQueues } from './testing/world.js';

describe('reconciliation', () => {
  let connection: Connection;
  let native: NativeConnection;
  let code: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    const address = process.env['TEST_TEMPORAL_ADDRESS'];
    if (!address) throw new Error('TEST_TEMPORAL_ADDRESS is not set: `npm test` starts the servers and sets it.');
    connection = await Connection.connect({ address });
    native = await NativeConnection.connect({ address });
    code = await bundle();
  }, 60_000);
  afterAll(async () => {
    await connection.close();
    await native.close();
  });

  /** Runs it once over stores of the given streams; the log and the tasks answer as told. */
  async function run(world: {
    streams: Partial<Record<string, StreamDigest[]>>;
    differing?: string[];
    suspected?: string[];
    later?: number;
    task?: object;
  }): Promise<{ answer: Reconciled; calls: string[] }> {
    const calls: string[] = [];
    const pages = (context: string) => ({
      streamDigests: async (_: unknown, ask: { after: string; limit: number; streams?: string[] }) => {
        if (ask.streams) return { streams: ask.streams.map((stream) => digest(stream, world.later ?? 1)), next: null };
        const all = (world.streams[context] ?? []).filter(({ stream }) => stream > ask.after);
        const page = all.slice(0, ask.limit);
        return { streams: page, next: all.length > ask.limit ? page.at(-1)!.stream : null };
      },
      leafHashes: async () => ['00'],
    });
    const audit = {
      ...pages('audit'),
      compareStreams: async (_: unknown, page: { context: string; streams: StreamDigest[] }) => {
        calls.push(`${page.context}: ${page.streams.length}`);
        const named = (streams: string[] = []) => page.streams.filter(({ stream }) => streams.includes(stream));
        return {
          events: page.streams.length,
          differing: named(world.differing),
          suspected: named(world.suspected).map((each) => ({ ...each, version: 2 })),
        };
      },
      locateDifference: async (_: unknown, { stream }: { stream: string }) => ({ ...difference, stream }),
      recordReconciliation: async () => ({ task: world.task ?? { kind: 'none' } }),
      noteReconciliationTask: async (_: unknown, { taskId }: { taskId: string }) => void calls.push(`noted ${taskId}`),
    };
    const shipments = {
      ...pages('shipments'),
      raiseTask: async (step: { subject: string }, { kind }: { kind: string }) => {
        calls.push(`raised ${kind} on ${step.subject}`);
        return { taskId: 'task-1', wrote: {} };
      },
      settleTask: async (_: unknown, taskId: string) => {
        calls.push(`withdrawn ${taskId}`);
        return { wrote: {} };
      },
    };
    const own = `reconciliation-${randomUUID()}`;
    const queues: Record<string, object> = Object.fromEntries(RECORDING_CONTEXTS.map((each) => [each, pages(each)]));
    const hosts = await Promise.all([
      ...Object.entries({ ...queues, audit, shipments }).map(([context, activities]) =>
        Worker.create({ connection: native, taskQueue: `${own}-${context}`, activities }),
      ),
      Worker.create({
        connection: native,
        taskQueue: own,
        workflowBundle: {
          ...code,
          code: redirectQueues(code.code, `(context) => ${JSON.stringify(own)} + '-' + context`),
        },
      }),
    ]);
    const client = new Client({ connection });
    const story = (): Promise<Reconciled> =>
      client.workflow.execute<(tenant: string) => Promise<Reconciled>>('reconciliation', {
        taskQueue: own,
        workflowId: own,
        args: ['acme'],
      });
    const answer = await hosts.reduce<() => Promise<Reconciled>>((inner, host) => () => host.runUntil(inner), story)();
    return { answer, calls };
  }

  it('looks at every store, page by page, and leaves the tasks alone when all agree', async () => {
    const many = Array.from({ length: 450 }, (_, i) => digest(`declaration-${String(i).padStart(3, '0')}`));
    const { answer, calls } = await run({ streams: { customs: many, duties: [digest('payment-1')] } });
    expect(answer).toEqual({ streams: 451, events: 451, differences: [] });
    expect(calls).toEqual([
      'shipments: 0',
      'documents: 0',
      'duties: 1',
      'customs: 200',
      'customs: 200',
      'customs: 50',
      'carriers: 0',
      'audit: 0',
      'partners: 0',
    ]);
  }, 60_000);

  it('raises one task on the shipment of the first difference', async () => {
    const { answer, calls } = await run({
      streams: { customs: [digest('declaration-1'), digest('declaration-2')] },
      differing: ['declaration-1', 'declaration-2'],
      task: { kind: 'raise', says: 'they differ' },
    });
    expect(answer.differences.map(({ stream }) => stream)).toEqual(['declaration-1', 'declaration-2']);
    expect(calls.slice(-2)).toEqual([`raised mend-records on ${difference.subject}`, 'noted task-1']);
  }, 60_000);

  it('asks the store again before it believes that the log has more', async () => {
    const suspected = { streams: { customs: [digest('declaration-1')] }, suspected: ['declaration-1'] };
    expect((await run({ ...suspected, later: 2 })).answer.differences).toEqual([]);
    expect((await run({ ...suspected, later: 1 })).answer.differences).toHaveLength(1);
  }, 60_000);

  it('withdraws the task when the differences are gone', async () => {
    const { calls } = await run({
      streams: {},
      task: { kind: 'withdraw', taskId: 'task-1', subject: difference.subject },
    });
    expect(calls.at(-1)).toBe('withdrawn task-1');
  }, 60_000);
});
