import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { KafkaBus, type EventBus } from '@tidewaiter/event-bus';
import { now } from '@tidewaiter/kernel';
import { z } from 'zod';
import { secret32, settings } from '../config/settings.js';
import { READINESS, Readiness } from '../health/health.js';
import { Door, Gate } from '../http/gate.js';
import { HouseController } from '../http/house.controller.js';
import { IDEMPOTENCY, Idempotency } from '../http/idempotency.js';
import { ProblemFilter } from '../http/problems.js';
import { API_KEYS, ApiKeys } from '../identity/api-keys.js';
import { createTokenVerifier, TOKEN_VERIFIER } from '../identity/caller.js';
import { SESSIONS, Sessions } from '../identity/session.js';
import { LOG, type Log } from '../observability/log.js';
import { createWorkflowPort, Temporal, TEMPORAL, WORKFLOWS } from '../temporal/temporal.js';
import { CLOCK, EVENT_BUS } from './tokens.js';

const houseSettings = z.object({
  OIDC_ISSUER: z.url().meta({ description: 'address of the OpenID provider' }),
  OIDC_AUDIENCE: z.string().min(1).default('tidewaiter-api'),
  KAFKA_BROKERS: z.string().min(1).meta({ description: 'host:port, separated by commas' }),
  TEMPORAL_ADDRESS: z.string().min(1).meta({ description: 'host:port' }),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  PAYLOAD_KEY: secret32.meta({ description: 'encrypts what workflows carry' }),
  SESSION_KEY: secret32
    .optional()
    .meta({ description: 'opens the sessions of browsers; without it only bearer tokens are taken' }),
  PUBLIC_URL: z.url().optional(),
});

export const SERVICE = Symbol('SERVICE');

/** Closes what the whole process shares, after everything that used it has stopped. */
class SharedConnections implements OnApplicationShutdown {
  constructor(
    @Inject(EVENT_BUS) private readonly bus: EventBus,
    @Inject(TEMPORAL) private readonly temporal: Temporal,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.bus.close();
    await this.temporal.close();
  }
}

/** What every process has once: identity, the door, the bus, Temporal, health. */
@Global()
@Module({})
export class HouseModule {
  static of(service: string, log: Log): DynamicModule {
    const env = settings(houseSettings);
    const readiness = new Readiness();
    const temporal = new Temporal({
      address: env.TEMPORAL_ADDRESS,
      namespace: env.TEMPORAL_NAMESPACE,
      payloadKey: env.PAYLOAD_KEY,
    });
    const bus = new KafkaBus({ brokers: env.KAFKA_BROKERS.split(','), clientId: `tidewaiter-${service}`, log });
    readiness.add('temporal', () => temporal.ping());
    readiness.add('kafka', () => bus.ping());
    const shared = [
      { provide: SERVICE, useValue: service },
      { provide: LOG, useValue: log },
      { provide: CLOCK, useValue: now },
      { provide: READINESS, useValue: readiness },
      { provide: TEMPORAL, useValue: temporal },
      { provide: WORKFLOWS, useValue: createWorkflowPort(temporal) },
      { provide: EVENT_BUS, useValue: bus },
      { provide: SESSIONS, useValue: new Sessions(env.SESSION_KEY, env.PUBLIC_URL?.startsWith('https:') ?? false) },
      { provide: IDEMPOTENCY, useValue: new Idempotency() },
      { provide: API_KEYS, useValue: new ApiKeys() },
      {
        provide: TOKEN_VERIFIER,
        useValue: createTokenVerifier({ issuer: env.OIDC_ISSUER, audience: env.OIDC_AUDIENCE }),
      },
    ];
    return {
      module: HouseModule,
      controllers: [HouseController],
      providers: [
        ...shared,
        SharedConnections,
        { provide: APP_GUARD, useClass: Gate },
        { provide: APP_INTERCEPTOR, useClass: Door },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: shared.map((each) => each.provide),
    };
  }
}
