import { Context as ActivityContext } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Worker, type ActivityExecuteInput, type ActivityInboundCallsInterceptor, type Next } from '@temporalio/worker';
import { queueOf, type ContextName, type Step } from '@tidewaiter/contracts';
import { TidewaiterError } from '@tidewaiter/kernel';
import type { Log } from '../observability/log.js';
import { activitySeconds } from '../observability/metrics.js';
import { inSpan } from '../observability/trace.js';
import type { Temporal } from './temporal.js';

/**
 * Errors cross processes by code: what a rule refused is never retried, what an outside party caused is. Anything else
 * is a failure of ours and goes as it is: tried again until it is mended.
 */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof TidewaiterError)) return error;
  const failure = ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: error.kind !== 'unavailable' && error.kind !== 'conflict',
  });
  failure.stack = error.stack ?? '';
  return failure;
}

/** Well under the time after which workflows believe a silent step's process dead. */
const BEAT_MS = 2000;

export class ActivityWatch implements ActivityInboundCallsInterceptor {
  constructor(
    private readonly context: ActivityContext,
    private readonly log: Log,
  ) {}

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { activityType, attempt, workflowExecution } = this.context.info;
    const step = input.args[0] as Step | undefined;
    const started = performance.now();
    const observe = (outcome: string) =>
      activitySeconds.labels(activityType, outcome).observe((performance.now() - started) / 1000);
    // While it beats, the process lives: a step of one that was killed is given to the next soon, not after its whole time-out.
    const beat = setInterval(() => this.context.heartbeat(), BEAT_MS);
    return inSpan(`activity ${activityType}`, { traceparent: step?.traceparent }, async () => {
      try {
        const answer = await next(input);
        observe('done');
        return answer;
      } catch (error) {
        const refused = error instanceof TidewaiterError && error.kind !== 'unavailable';
        observe(refused ? 'refused' : 'failed');
        this.log[refused ? 'info' : 'warn']('activity attempt failed', {
          activity: activityType,
          attempt,
          workflowId: workflowExecution?.workflowId,
          commandId: step?.commandId,
          error,
        });
        throw toFailure(error);
      } finally {
        clearInterval(beat);
      }
    });
  }
}

const NOT_ACTIVITIES = new Set([
  'constructor',
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
]);

/** Every method of a service but those that Nest calls. */
export const methodsOf = (implementation: object): Record<string, (...args: unknown[]) => unknown> => {
  const methods: Record<string, (...args: unknown[]) => unknown> = {};
  for (
    let proto: object | null = implementation;
    proto && proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto) as object | null
  ) {
    for (const name of Object.getOwnPropertyNames(proto)) {
      const value = (implementation as Record<string, unknown>)[name];
      if (!NOT_ACTIVITIES.has(name) && typeof value === 'function' && !(name in methods)) {
        methods[name] = (value as (...args: unknown[]) => unknown).bind(implementation);
      }
    }
  }
  return methods;
};

/** Runs one context's activities on its task queue, inside the hosting process. */
export class ActivityHost {
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly context: ContextName,
    private readonly implementations: readonly object[],
    private readonly temporal: Temporal,
    private readonly log: Log,
    private readonly queue = queueOf(context),
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.worker = await Worker.create({
      connection: await this.temporal.native(),
      namespace: this.temporal.settings.namespace,
      taskQueue: this.queue,
      activities: Object.assign({}, ...this.implementations.map(methodsOf)) as ReturnType<typeof methodsOf>,
      dataConverter: this.temporal.converter,
      maxConcurrentActivityTaskExecutions: 40,
      shutdownGraceTime: '10 seconds',
      interceptors: { activity: [(context) => ({ inbound: new ActivityWatch(context, this.log) })] },
    });
    this.running = this.worker.run().catch((error: unknown) => {
      this.log.error('activity worker ended; the process ends to be started again', { context: this.context, error });
      process.exit(70);
    });
    this.log.info('activity worker started', { queue: this.queue });
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.worker?.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
  }
}
