import { randomBytes } from 'node:crypto';
import type { ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { ContextName } from '@tidewaiter/contracts';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { createLog } from '../observability/log.js';
import { HouseModule } from '../runtime/house.module.js';
import { EVENT_BUS } from '../runtime/tokens.js';
import { WORKFLOWS } from '../temporal/temporal.js';
import { Issuer } from './issuer.js';

const NOBODY_THERE = '127.0.0.1:9';

/** What the HTTP door of one context needs around it: its database, an OpenID provider, and the settings that name both. */
export class TestHouse {
  private readonly saved = { ...process.env };
  private served: NestFastifyApplication | undefined;

  private constructor(
    private readonly context: ContextName,
    readonly database: TestDatabase,
    readonly issuer: Issuer,
  ) {}

  /** @param migrations the context's own, behind those of the event store */
  static async open(context: ContextName, migrations?: URL): Promise<TestHouse> {
    const house = new TestHouse(context, await TestDatabase.create(context, migrations), await Issuer.open());
    const prefix = context.toUpperCase();
    Object.assign(process.env, {
      [`${prefix}_DATABASE_URL`]: house.database.url(`${context}_app`),
      [`${prefix}_SYSTEM_DATABASE_URL`]: house.database.url(`${context}_system`),
      SUBJECT_KEY: randomBytes(32).toString('base64'),
      PAYLOAD_KEY: randomBytes(32).toString('base64'),
      OIDC_ISSUER: house.issuer.url,
      KAFKA_BROKERS: NOBODY_THERE,
      TEMPORAL_ADDRESS: NOBODY_THERE,
    });
    return house;
  }

  /**
   * The context's own module at the house's door, without Kafka: asked by `inject`.
   *
   * @param workflows what stands in for the port to Temporal
   */
  async serve(module: ModuleMetadata, workflows: object = {}): Promise<NestFastifyApplication> {
    const house = HouseModule.of(this.context, createLog({ level: 'error', service: this.context }));
    const quiet = async () => undefined;
    const built = await Test.createTestingModule({ ...module, imports: [house, ...(module.imports ?? [])] })
      .overrideProvider(EVENT_BUS)
      .useValue({ ensureTopics: quiet, publish: quiet, ping: quiet, close: quiet })
      .overrideProvider(WORKFLOWS)
      .useValue(workflows)
      .compile();
    const app = built.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: ['error'] });
    this.served = app;
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return app;
  }

  async close(): Promise<void> {
    await this.served?.close();
    await this.issuer.close();
    await this.database.drop();
    process.env = this.saved;
  }
}
