import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ScheduleAlreadyRunning, type Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import {
  RECONCILIATION_SCHEDULE_ID,
  RETENTION_SCHEDULE_ID,
  topicOf,
  WORKFLOW_QUEUE,
  WORKFLOWS,
  type EventEnvelope,
} from '@tidewaiter/contracts';
import { Forwarder } from '@tidewaiter/event-bus';
import {
  alarms,
  inLinkedSpan,
  LOG,
  READINESS,
  settings,
  Temporal,
  TEMPORAL,
  type Log,
  type Readiness,
} from '@tidewaiter/platform';
import { z } from 'zod';
import { workflowBundle } from './bundle.js';
import { FactBridge, isFact, isHopeless } from './fact-bridge.js';

const workerSettings = z.object({
  KAFKA_BROKERS: z.string().min(1),
  TENANTS: z
    .string()
    .default('acme,globex')
    .transform((text) => text.split(','))
    .meta({ description: 'tenants whose retention and records are looked at by schedule' }),
  MAX_CACHED_WORKFLOWS: z.coerce.number().int().positive().default(500),
});

const FACT_TOPICS = (['shipments', 'documents', 'duties', 'customs', 'carriers'] as const).map(topicOf);

/** Runs the workflows of every shipment and engagement on their own queue. */
@Injectable()
class WorkflowWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;

  constructor(
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const env = settings(workerSettings);
    this.worker = await Worker.create({
      connection: await this.temporal.native(),
      namespace: this.temporal.settings.namespace,
      taskQueue: WORKFLOW_QUEUE,
      workflowBundle: await workflowBundle(),
      dataConverter: this.temporal.converter,
      maxCachedWorkflows: env.MAX_CACHED_WORKFLOWS,
      shutdownGraceTime: '10 seconds',
    });
    this.running = this.worker.run().catch((error: unknown) => {
      this.log.error('workflow worker ended; the process ends to be started again', { error });
      process.exit(70);
    });
    const client = await this.temporal.client();
    for (const tenant of env.TENANTS) await ensureSchedules(client, tenant);
    this.log.info('workflow worker started', { queue: WORKFLOW_QUEUE });
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.worker?.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
  }
}

/** Retention once a day, early in the morning UTC; reconciliation every hour. */
const SCHEDULES = [
  { id: RETENTION_SCHEDULE_ID, type: WORKFLOWS.retention, calendars: [{ hour: 3, minute: 0 }], jitter: '1 hour' },
  {
    id: RECONCILIATION_SCHEDULE_ID,
    type: WORKFLOWS.reconciliation,
    calendars: [{ minute: 10, hour: '*' }],
    jitter: '10 minutes',
  },
] as const;

/** Each tenant's own runs, spread over the jitter; a second start finds the schedules there. */
async function ensureSchedules(client: Client, tenant: string): Promise<void> {
  for (const { id, type, calendars, jitter } of SCHEDULES) {
    try {
      await client.schedule.create({
        scheduleId: `${id}/${tenant}`,
        spec: { calendars: [...calendars], jitter },
        policies: { overlap: 'SKIP', catchupWindow: '7 days' },
        action: {
          type: 'startWorkflow',
          workflowType: type,
          taskQueue: WORKFLOW_QUEUE,
          workflowId: `${id}/${tenant}`,
          args: [tenant],
        },
      });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}

/** Hands published facts to the workflows that wait for them. */
@Injectable()
class FactForwarder implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private forwarder: Forwarder<EventEnvelope> | undefined;
  private joined = false;

  constructor(
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(LOG) private readonly log: Log,
    @Inject(READINESS) readiness: Readiness,
  ) {
    readiness.add('consumer: worker.facts', async () => {
      if (!this.joined) throw new Error('has not joined its group yet');
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const bridge = new FactBridge(await this.temporal.client());
    this.forwarder = new Forwarder<EventEnvelope>({
      brokers: settings(workerSettings).KAFKA_BROKERS.split(','),
      clientId: 'tidewaiter-facts',
      log: this.log,
      group: 'tidewaiter.worker.facts',
      topics: FACT_TOPICS,
      open: async (envelope) => envelope,
      handle: async (events) => {
        const facts = events.filter(({ type }) => isFact(type));
        if (facts.length === 0) return;
        await inLinkedSpan(
          'forward facts',
          facts.map(({ traceparent }) => traceparent),
          () => bridge.handle(facts),
        );
      },
      retryable: (error) => !isHopeless(error),
      onSkipped: () => alarms.labels('worker.fact.passed-over').inc(),
    });
    void this.forwarder.start().then(() => (this.joined = true));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.forwarder?.stop();
  }
}

@Module({ providers: [WorkflowWorker, FactForwarder] })
export class WorkerModule {}
