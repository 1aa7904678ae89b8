import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Decision, DecisionAnswer, EntryRef, Fact, Step, TaskSpec } from '@tidewaiter/contracts';
import { DECIDE_UPDATE, FACT_SIGNAL, postEntryWorkflowId, WORKFLOWS } from '@tidewaiter/contracts/names';
import { bundle, redirectQueues } from './testing/world.js';

const DAY = 86_400_000;
const KEYWORD = temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** An entry of 500 days, with looks as law asks for them: told by the server's own clock, which skips what nobody waits for. */
class Entry {
  readonly looks: string[] = [];
  readonly raised: (TaskSpec & { taskId: string })[] = [];
  readonly settled: string[] = [];
  private readonly answered = new Set<string>();

  constructor(
    private readonly now: () => Promise<number>,
    private readonly begun: number,
  ) {}

  private day = async (): Promise<number> => Math.floor(((await this.now()) - this.begun) / DAY);
  private instant = (day: number): string => new Date(this.begun + day * DAY).toISOString();

  private task = (kind: TaskSpec['kind'], what: string): { key: string; task: TaskSpec } => ({
    key: what,
    task: { kind, role: 'operator', says: what, about: { clockId: what, declarationId: 'd' }, due: null },
  });

  activities() {
    return {
      /** answers a query on day 120, and is over when the last of its terms has run out on day 500 */
      reviewEntry: async (_step: Step) => {
        const day = await this.day();
        this.looks.push(`day ${day}`);
        const marks = [0, 7, 10, 30, 300, 314, 365, 494, 500];
        const next = marks.find((mark) => mark > day);
        const waits = day >= 300 && !this.answered.has('us-query') ? [this.task('watch-clock', 'us-query')] : [];
        const over = next === undefined;
        return {
          tasks: over ? [] : waits,
          nextLookAt: next === undefined ? null : this.instant(next),
          open: !over,
          wrote: {},
        };
      },
      settleClock: async (_step: Step, _declarationId: string, clockId: string) => {
        this.answered.add(clockId);
        return { kind: 'settled' as const, wrote: {} };
      },
      raiseTask: async (_step: Step, task: TaskSpec) => {
        const taskId = randomUUID();
        this.raised.push({ ...task, taskId });
        return { taskId, wrote: {} };
      },
      settleTask: async (_step: Step, _taskId: string, settled: { kind: string }) => {
        this.settled.push(settled.kind);
        return { wrote: {} };
      },
    };
  }
}

/** The kit gives the server five seconds to come up; a busy machine may need a second try. */
async function skippingServer(path: string): Promise<TestWorkflowEnvironment> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      if (tries === 8) throw error;
    }
  }
}

describe('an entry that lives for 500 days', () => {
  let server: TestWorkflowEnvironment;
  let workflowBundle: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    const path = process.env['TEST_TEMPORAL_TIME_SKIPPING'];
    if (!path) throw new Error('TEST_TEMPORAL_TIME_SKIPPING is not set: `npm test` obtains the server and sets it.');
    [server, workflowBundle] = await Promise.all([skippingServer(path), bundle()]);
    // Keyword attributes, as infra/temporal has them; the server of the kit begins with none.
    const searchAttributes = { Stage: KEYWORD, WaitingFor: KEYWORD };
    await server.connection.operatorService.addSearchAttributes({
      namespace: server.namespace ?? 'default',
      searchAttributes,
    });
  }, 120_000);
  afterAll(() => server?.teardown());

  /** One deployment: a worker of its own, on the code as it is released. */
  const deploy = (queue: string, activities: object): Promise<Worker> =>
    Worker.create({
      connection: server.nativeConnection,
      taskQueue: queue,
      workflowBundle: {
        ...workflowBundle,
        code: redirectQueues(workflowBundle.code, `() => ${JSON.stringify(queue)}`),
      },
      activities,
      // Nothing is cached: every step replays the whole history, as it does on a worker that was just deployed.
      maxCachedWorkflows: 0,
    });

  it('is lived in under a minute, with deployments in between, and each of its terms is looked at on its day', async () => {
    const begun = await server.currentTimeMs();
    const entry = new Entry(() => server.currentTimeMs(), begun);
    const queue = `post-entry-${randomUUID().slice(0, 8)}`;
    const ref: EntryRef = {
      tenant: 'acme',
      shipmentId: randomUUID(),
      declarationId: randomUUID(),
      correlationId: 'c',
    };
    const started = performance.now();
    const workflowId = postEntryWorkflowId(ref.declarationId);
    const fact: Fact = { eventId: 'released', name: 'customs.GoodsReleased', stream: 's-1', version: 1, data: {} };
    const handle = await server.client.workflow.signalWithStart(WORKFLOWS.postEntry, {
      workflowId,
      taskQueue: queue,
      args: [ref],
      signal: FACT_SIGNAL,
      signalArgs: [fact],
    });
    for (const days of [20, 150, 135]) {
      const worker = await deploy(queue, entry.activities());
      await worker.runUntil(() => server.sleep(days * DAY));
    }
    const worker = await deploy(queue, entry.activities());
    await worker.runUntil(async () => {
      const decision: Decision = {
        taskId: entry.raised[0]!.taskId,
        by: 'user:operator',
        roles: ['operator'],
        commandId: 'answer',
        decision: { met: true, how: 'answered by courier' },
      };
      const answer = await handle.executeUpdate<DecisionAnswer, [Decision]>(DECIDE_UPDATE, { args: [decision] });
      expect(answer).toMatchObject({ kind: 'done', closes: true });
      await handle.result();
    });
    expect((performance.now() - started) / 1000).toBeLessThan(60);
    expect(Math.round(((await server.currentTimeMs()) - begun) / DAY)).toBeGreaterThanOrEqual(500);
    for (const day of [0, 7, 10, 30, 300, 314, 365, 494, 500]) expect(entry.looks).toContain(`day ${day}`);
    expect(entry.raised.map(({ says }) => says)).toEqual(['us-query']);
    expect(entry.settled).toEqual(['decided']);

    const history = await handle.fetchHistory();
    const replayed = performance.now();
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    expect((performance.now() - replayed) / 1000).toBeLessThan(60);
    expect(history.events?.length).toBeLessThan(250);
  }, 120_000);
});
