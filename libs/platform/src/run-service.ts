import 'reflect-metadata';
import { Module, type DynamicModule, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BadSettings, settings } from './config/settings.js';
import { serveDocs } from './http/docs-page.js';
import type { HouseRequest } from './http/serves.js';
import { createLog, type Log } from './observability/log.js';
import { startTracing, stopTracing } from './observability/trace.js';
import { HouseModule } from './runtime/house.module.js';

const processSettings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
});
const doorSettings = z.object({
  MAX_JSON_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(4 * 1024 * 1024),
});
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

/** Nest's own words go to the log as they are; its chatter about routes stays at debug and is left out. */
const nestLogger = (log: Log): LoggerService => ({
  log: () => undefined,
  error: (message: unknown, stack?: unknown) =>
    log.error('nest', { says: String(message), stack: typeof stack === 'string' ? stack : undefined }),
  warn: (message: unknown) => log.warn('nest', { says: String(message) }),
});

export interface RunningService {
  url: string;
  close(): Promise<void>;
}

/** Keeps the bytes of every body. JSON is read strictly: UTF-8 only, and no member that would reach a prototype. */
function takeBodies(fastify: FastifyInstance, maxJsonBytes: number): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: maxJsonBytes },
    (request, body, done) => {
      const bytes = keep(request, body as Buffer);
      if (bytes.length === 0) return done(null, undefined);
      try {
        void parseJson(request, utf8.decode(bytes), done);
      } catch {
        done(Object.assign(new Error('The body is not UTF-8.'), { statusCode: 400 }));
      }
    },
  );
  // A message from outside is stored whatever it calls itself: judging it comes after keeping it.
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_MESSAGE_BYTES }, (request, body, done) => {
    done(null, keep(request, body as Buffer));
  });
}

function keep(request: FastifyRequest, body: Buffer): Buffer {
  (request as HouseRequest).rawBody = body;
  return body;
}

/** The HTTP side of a process, ready to listen: the house, the given modules, the documentation page. */
export async function createService(
  service: string,
  log: Log,
  modules: (Type | DynamicModule)[],
): Promise<NestFastifyApplication> {
  const env = settings(doorSettings);

  @Module({ imports: [HouseModule.of(service, log), ...modules] })
  class ServiceModule {}

  const adapter = new FastifyAdapter({
    trustProxy: false,
    forceCloseConnections: true,
    requestTimeout: 300_000,
    routerOptions: { maxParamLength: 200 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(ServiceModule, adapter, {
    logger: nestLogger(log),
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  takeBodies(fastify, env.MAX_JSON_BYTES);
  await fastify.register(helmet, { contentSecurityPolicy: false });
  await fastify.register(multipart, { limits: { files: 1, fields: 8, fieldSize: 1024 } });
  serveDocs(fastify);
  return app;
}

/** Hosts modules of one or more contexts in this process until it is told to stop. */
export async function startService(service: string, modules: (Type | DynamicModule)[]): Promise<RunningService> {
  const env = settings(processSettings);
  const log = createLog({ level: env.LOG_LEVEL, service });
  await startTracing(`tidewaiter-${service}`, env.OTEL_EXPORTER_OTLP_ENDPOINT);
  const app = await createService(service, log, modules);
  await app.listen(env.PORT, env.HOST);
  const url = await app.getUrl();
  log.info('service started', { url, memoryMb: Math.round(process.memoryUsage().rss / 1_048_576) });
  return {
    url,
    async close() {
      await app.close();
      await stopTracing();
    },
  };
}

/** The three lines of every main: host these modules, stop in order on SIGTERM or Ctrl-C, say what is wrong at start. */
export async function runService(service: string, modules: Type[]): Promise<void> {
  try {
    const running = await startService(service, modules);
    let stopping = false;
    const stop = (): void => {
      if (stopping) return;
      stopping = true;
      running.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  } catch (error) {
    if (error instanceof BadSettings) console.error(error.message);
    else console.error(error);
    process.exit(1);
  }
}
