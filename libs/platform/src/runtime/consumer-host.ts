import type { FactoryProvider, Type } from '@nestjs/common';
import { topicOf, type ContextName } from '@tidewaiter/contracts';
import { Consumer } from '@tidewaiter/event-bus';
import type { StoredEvent, Tx } from '@tidewaiter/event-store';
import { READINESS, type Readiness } from '../health/health.js';
import { LOG, type Log } from '../observability/log.js';
import { alarms, eventsConsumed } from '../observability/metrics.js';
import { inLinkedSpan } from '../observability/trace.js';
import { RUNTIME, type ContextRuntime } from './context.module.js';

export interface ConsumerHandler {
  /** the effects of events of one tenant, in the order of each stream; their transaction also records that they ran */
  handle(events: readonly StoredEvent[], tx: Tx): Promise<void>;
  afterCommit?(events: readonly StoredEvent[]): void | Promise<void>;
}

interface HostOptions {
  context: ContextName;
  name: string;
  /** contexts whose events are read */
  topics: readonly ContextName[];
  /** see `ConsumerOptions.spacingMs` */
  spacingMs?: number;
  handler: Type<ConsumerHandler>;
}

/** Reads published events into one context for as long as the process lives. */
export class ConsumerHost {
  readonly consumer: Consumer<StoredEvent>;
  private joined = false;

  constructor(
    private readonly options: Omit<HostOptions, 'handler'>,
    handler: ConsumerHandler,
    runtime: ContextRuntime,
    log: Log,
    readiness: Readiness,
  ) {
    const { name } = options;
    this.consumer = new Consumer<StoredEvent>({
      brokers: process.env['KAFKA_BROKERS']!.split(','),
      clientId: `tidewaiter-${name}`,
      log,
      consumer: name,
      schema: runtime.context,
      topics: options.topics.map(topicOf),
      pool: runtime.appPool,
      open: (envelope) => runtime.reader.open(envelope),
      handle: async (events, tx) => {
        const links = events.map(({ traceparent }) => traceparent);
        await inLinkedSpan(`consume ${name}`, links, () => handler.handle(events, tx));
        eventsConsumed.labels(name).inc(events.length);
      },
      ...(options.spacingMs === undefined ? {} : { spacingMs: options.spacingMs }),
      ...(handler.afterCommit ? { afterCommit: (events: readonly StoredEvent[]) => handler.afterCommit!(events) } : {}),
      onAlarm: () => alarms.labels('event-bus.event.differs').inc(),
      onFatal: (error) => {
        log.error('a consumer makes no progress; the process ends to be started again', { consumer: name, error });
        process.exit(70);
      },
    });
    readiness.add(`consumer: ${name}`, async () => {
      if (!this.joined) throw new Error('has not joined its group yet');
    });
  }

  onApplicationBootstrap(): void {
    // Joining takes seconds and must not hold up the process: it is ready when its group is.
    void this.consumer.start().then(() => (this.joined = true));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer.stop();
  }
}

const tokens = new Map<string, symbol>();

/** Token of a consumer's host, for commands that replay what is parked. */
export function consumerToken(name: string): symbol {
  const token = tokens.get(name) ?? Symbol(`consumer ${name}`);
  tokens.set(name, token);
  return token;
}

export const hostConsumer = ({ handler, ...options }: HostOptions): FactoryProvider => ({
  provide: consumerToken(options.name),
  useFactory: (service: ConsumerHandler, runtime: ContextRuntime, log: Log, readiness: Readiness) =>
    new ConsumerHost(options, service, runtime, log.child({ context: options.context }), readiness),
  inject: [handler, RUNTIME, LOG, READINESS],
});
