import { finished } from 'node:stream';
import { context, type Context } from '@opentelemetry/api';
import type { FastifyReply } from 'fastify';
import { httpSeconds } from '../observability/metrics.js';
import { openServerSpan } from '../observability/trace.js';
import { factsOf, type HouseRequest } from './serves.js';

function begin(request: HouseRequest, reply: FastifyReply): Context {
  const { traceparent } = request.headers;
  const span = openServerSpan(typeof traceparent === 'string' ? traceparent : undefined);
  finished(reply.raw, () => {
    const { route } = factsOf(request);
    span.end(route ? `${route.method} ${route.path}` : request.method, reply.statusCode >= 500);
    // A stream of events lasts as long as somebody listens: its time says nothing.
    if (route?.produces === 'text/event-stream') return;
    httpSeconds.labels(route?.id ?? 'none', String(reply.statusCode)).observe(reply.elapsedTime / 1000);
  });
  return span.context;
}

/**
 * Runs one part of a request's way (identity, handler, problem) in the trace of that request. Its span begins at the
 * first of them and ends when the answer is out.
 */
export function inTraceOf<T>(request: HouseRequest, reply: FastifyReply, work: () => T): T {
  return context.with((factsOf(request).trace ??= begin(request, reply)), work);
}
