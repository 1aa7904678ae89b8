import type { FactoryProvider, Type } from '@nestjs/common';
import type { ContextName } from '@tidewaiter/contracts';
import { Drain, type DrainOptions } from '@tidewaiter/event-store';
import { LOG, type Log } from '../observability/log.js';
import { DATABASE, type Database } from '../postgres/database.js';
import { ActivityHost } from '../temporal/activity-host.js';
import { TEMPORAL, type Temporal } from '../temporal/temporal.js';
import { RecordActivitiesService } from './record-activities.js';

/** Runs the methods of a service as the activities of the context's task queue. */
export const hostActivities = (context: ContextName, implementation: Type): FactoryProvider => ({
  provide: Symbol(`activities of ${context}`),
  useFactory: (service: object, database: Database, temporal: Temporal, log: Log) =>
    new ActivityHost(context, [service, new RecordActivitiesService(database)], temporal, log),
  inject: [implementation, DATABASE, TEMPORAL, LOG],
});

export interface DrainHandler {
  /** does a bounded piece of what waits; answers how much, 0 when nothing was left */
  work(): Promise<number>;
}

/** Wakes a drain at once, after something was stored for it. */
export interface Nudge {
  nudge(): void;
}

const nudges = new Map<string, symbol>();

/** Token under which `{ nudge() }` of a drain is injected. */
export function drainToken(name: string): symbol {
  const token = nudges.get(name) ?? Symbol(`drain ${name}`);
  nudges.set(name, token);
  return token;
}

/** One drain's bell: it may be rung before the drain itself exists. */
class Bell implements Nudge {
  private ring: (() => void) | undefined;

  hang(ring: () => void): void {
    this.ring = ring;
  }

  nudge(): void {
    this.ring?.();
  }
}

type DrainPace = Pick<DrainOptions, 'name' | 'idleMs' | 'spacingMs'>;

class DrainHost {
  private readonly drain: Drain;

  constructor(handler: DrainHandler, bell: Bell, log: Log, { name, idleMs, spacingMs = 0 }: DrainPace) {
    this.drain = new Drain({
      name,
      work: () => handler.work(),
      log,
      spacingMs,
      ...(idleMs === undefined ? {} : { idleMs }),
    });
    bell.hang(() => this.drain.nudge());
  }

  onApplicationBootstrap(): void {
    this.drain.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.drain.stop();
  }
}

/** Works off a state by polling it, and at once when nudged. */
export const hostDrain = (
  options: { context: ContextName; handler: Type<DrainHandler> } & DrainPace,
): FactoryProvider[] => [
  { provide: drainToken(options.name), useFactory: () => new Bell() },
  {
    provide: Symbol(`drain host ${options.name}`),
    useFactory: (handler: DrainHandler, bell: Bell, log: Log) =>
      new DrainHost(handler, bell, log.child({ context: options.context }), options),
    inject: [options.handler, drainToken(options.name), LOG],
  },
];
