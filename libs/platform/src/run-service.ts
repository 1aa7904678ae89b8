import 'reflect-metadata';
import { Module, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { openApiDocument } from '@tidewaiter/contracts';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import { z } from 'zod';
import { BadSettings, settings } from './config/settings.js';
import { VERSION } from './http/house.controller.js';
import type { HouseRequest } from './http/serves.js';
import { createLog, type Log } from './observability/log.js';
import { startTracing, stopTracing } from './observability/trace.js';
import { HouseModule } from './runtime/house.module.js';

const processSettings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  MAX_JSON_BYTES: z.coerce.number().int().positive().default(4 * 1024 * 1024),
});

/** Nest's own words go to the log as they are; its chatter about routes stays at debug and is left out. */
const nestLogger = (log: Log): LoggerService => ({
  log: () => undefined,
  error: (message: unknown, stack?: unknown) => log.error('nest', { says: String(message), stack: typeof stack === 'string' ? stack : undefined }),
  warn: (message: unknown) => log.warn('nest', { says: String(message) }),
});

export interface RunningService {
  url: string;
  close(): Promise<void>;
}

/** Keeps the bytes of every body, and takes what partners and authorities send. */
function prepare(app: NestFastifyApplication, maxJsonBytes: number): void {
  const fastify = app.getHttpAdapter().getInstance();
  const keep = (request: HouseRequest, body: Buffer) => {
    request.rawBody = body;
    return body;
  };
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: maxJsonBytes }, (request, body, done) => {
    const bytes = keep(request as HouseRequest, body as Buffer);
    try {
      done(null, bytes.length === 0 ? undefined : JSON.parse(bytes.toString('utf8')));
    } catch {
      done(Object.assign(new Error('The body is not JSON.'), { statusCode: 400 }));
    }
  });
  // A message from outside is stored whatever it calls itself: judging it comes after keeping it.
  fastify.addContentTypeParser(/^(application\/(xml|octet-stream|edifact)|text\/.*)/, { parseAs: 'buffer', bodyLimit: 10 * 1024 * 1024 }, (request, body, done) => {
    done(null, keep(request as HouseRequest, body as Buffer));
  });
}

/** Hosts modules of one or more contexts in this process until it is told to stop. */
export async function startService(service: string, modules: Type[]): Promise<RunningService> {
  const env = settings(processSettings);
  const log = createLog({ level: env.LOG_LEVEL, service });
  startTracing(`tidewaiter-${service}`, env.OTEL_EXPORTER_OTLP_ENDPOINT);

  @Module({ imports: [HouseModule.of(service, log), ...modules] })
  class ServiceModule {}

  const app = await NestFactory.create<NestFastifyApplication>(ServiceModule, new FastifyAdapter({ trustProxy: false, forceCloseConnections: true }), {
    logger: nestLogger(log),
    bodyParser: false,
    abortOnError: false,
  });
  prepare(app, env.MAX_JSON_BYTES);
  await app.register(helmet as never, { contentSecurityPolicy: false } as never);
  await app.register(multipart as never, { limits: { files: 1, fields: 8, fieldSize: 1024 } } as never);
  SwaggerModule.setup('docs', app, openApiDocument(VERSION) as unknown as OpenAPIObject, { customSiteTitle: 'Tidewaiter API' });
  app.enableShutdownHooks([]);
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
