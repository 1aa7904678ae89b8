import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Inject, Req } from '@nestjs/common';
import {
  healthLive,
  healthReady,
  allEvents,
  eventNamed,
  eventTypeOf,
  listEventTypes,
  sampleEvent,
  schemaAddress,
  schemaAt,
  showAsyncApi,
  showEventSchema,
  showEventType,
  showMetrics,
  showOpenApi,
  showProblem,
  showStatusPage,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { NotFound, Unavailable } from '@tidewaiter/kernel';
import type { FastifyRequest } from 'fastify';
import { READINESS, type Readiness } from '../health/health.js';
import { Unauthenticated } from '../identity/caller.js';
import { metrics } from '../observability/metrics.js';
import { apiDocument, asyncApi, VERSION } from './api-document.js';
import { Binary } from './binary.js';
import { changesOf } from './event-changes.js';
import { Input, Serves } from './serves.js';
import { statusPage } from './status-page.js';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** With a METRICS_TOKEN set everybody needs it, so that a proxy on this machine opens nothing; without, this machine alone. */
function mayMeasure(request: FastifyRequest): boolean {
  const token = process.env['METRICS_TOKEN'];
  if (token === undefined) return LOOPBACK.has(request.ip);
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));
}

/** What every process answers: health, metrics, the contract itself. */
@Controller()
export class HouseController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Serves(healthLive)
  live() {
    return { live: true };
  }

  @Serves(healthReady)
  async ready() {
    const state = await this.readiness.look();
    if (!state.ready) throw new Unavailable('house.not-ready', 'Not every part is there yet.', { facts: state.parts });
    return state;
  }

  @Serves(showMetrics)
  async metrics(@Req() request: FastifyRequest) {
    if (!mayMeasure(request))
      throw new Unauthenticated('identity.token.missing', 'Metrics need the bearer token of METRICS_TOKEN.');
    return new Binary(await metrics.metrics(), metrics.contentType);
  }

  @Serves(showOpenApi)
  openApi() {
    return apiDocument();
  }

  @Serves(showAsyncApi)
  asyncApi() {
    return asyncApi();
  }

  @Serves(showEventSchema)
  schema(@Input() { params }: InputOf<typeof showEventSchema>) {
    const schema = schemaAt(params.context, params.name, Number(/\d+/.exec(params.version)?.[0]));
    if (!schema) throw new NotFound('house.schema.unknown', 'There is no such event schema.');
    return schema;
  }

  @Serves(listEventTypes)
  eventTypes() {
    return {
      items: allEvents().map((definition) => ({
        context: definition.context,
        name: definition.name,
        description: definition.description,
        versions: Object.keys(definition.versions)
          .map(Number)
          .map((version) => ({
            version,
            type: eventTypeOf(definition.context, definition.name, version),
            schema: schemaAddress(definition, version),
          })),
      })),
    };
  }

  @Serves(showEventType)
  eventType(@Input() { params }: InputOf<typeof showEventType>): AnswerOf<typeof showEventType> {
    const definition = eventNamed(params.context, params.name);
    if (!definition) throw new NotFound('house.event.unknown', 'There is no such type of event.');
    const { context, name, description } = definition;
    const versions = Object.keys(definition.versions).map(Number);
    return {
      context,
      name,
      description,
      versions: versions.map((version) => ({
        version,
        type: eventTypeOf(context, name, version),
        schema: schemaAddress(definition, version),
        sample: sampleEvent(definition, version),
      })),
      changes: versions
        .flatMap((version) => changesOf(schemaAddress(definition, version)).map((each) => ({ version, ...each })))
        .reverse(),
    };
  }

  @Serves(showProblem)
  problem(@Input() { params }: InputOf<typeof showProblem>) {
    return new Binary(
      `${params.code}\n\nA problem type of Tidewaiter. Its "detail" says what happened, "places" where, "advice" what to do next.\n`,
      'text/plain; charset=utf-8',
    );
  }

  @Serves(showStatusPage)
  async status() {
    return new Binary(statusPage(await this.readiness.look(), VERSION), 'text/html; charset=utf-8', {
      headers: { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'" },
    });
  }
}
