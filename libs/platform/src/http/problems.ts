import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { problemType, type Problem } from '@tidewaiter/contracts';
import { TidewaiterError, type ErrorKind } from '@tidewaiter/kernel';
import type { FastifyReply } from 'fastify';
import { Unauthenticated } from '../identity/caller.js';
import { LOG, type Log } from '../observability/log.js';
import { currentTraceId } from '../observability/trace.js';
import { factsOf, type HouseRequest } from './serves.js';

const BY_KIND: Record<ErrorKind, number> = {
  invalid: 400,
  refused: 422,
  'wrong-state': 409,
  'not-found': 404,
  conflict: 409,
  forbidden: 403,
  unavailable: 503,
};

const BY_CODE: Record<string, number> = {
  'event-store.version.stale': 412,
  'event-store.command.differs': 422,
  'http.if-match.missing': 428,
  'http.body.too-large': 413,
  'http.media-type.unsupported': 415,
};

export function statusOf(error: TidewaiterError): number {
  if (error instanceof Unauthenticated) return 401;
  if (error.code.endsWith('.too-large')) return 413;
  if (error.code.endsWith('.type-not-allowed')) return 415;
  return BY_CODE[error.code] ?? BY_KIND[error.kind];
}

const TITLES: Record<number, string> = {
  400: 'The request cannot be understood',
  401: 'No identity that is believed',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not now',
  412: 'Changed in the meantime',
  413: 'Too large',
  415: 'Type not taken here',
  422: 'Refused by a rule',
  428: 'A version must be named',
  503: 'An outside party does not answer',
};

export function problemOf(error: TidewaiterError): Problem {
  const status = statusOf(error);
  const { advice, places, facts } = error.details;
  return {
    type: problemType(error.code),
    title: TITLES[status] ?? 'Failed',
    status,
    code: error.code,
    detail: error.message,
    ...(advice === undefined ? {} : { advice }),
    ...(places === undefined ? {} : { places }),
    ...(facts === undefined ? {} : { facts }),
  };
}

const unexpected: Problem = {
  type: problemType('http.unexpected'),
  title: 'Something failed on our side',
  status: 500,
  code: 'http.unexpected',
  detail: 'Nothing is lost: what was recorded is kept.',
  advice: 'Repeat the request under the same Idempotency-Key; if it fails again, give the correlation id to your operator.',
};

function fromHttp(error: HttpException): Problem {
  const status = error.getStatus();
  const code = status === 404 ? 'http.route.unknown' : `http.status.${status}`;
  return { type: problemType(code), title: TITLES[status] ?? error.name, status, code, detail: error.message };
}

/** Turns every error into an RFC 9457 problem document, once; logs only what is not the caller's own. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const route = factsOf(http.getRequest<HouseRequest>()).route?.id ?? 'none';
    const problem = this.problem(error, route);
    const correlationId = currentTraceId();
    if (reply.sent) return;
    if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    if (problem.status === 503) void reply.header('Retry-After', '2');
    void reply
      .status(problem.status)
      .header('Content-Type', 'application/problem+json')
      .send(JSON.stringify(correlationId ? { ...problem, correlationId } : problem));
  }

  private problem(error: unknown, route: string): Problem {
    if (error instanceof TidewaiterError) {
      if (error.kind === 'unavailable') this.log.warn('request met an outside party that does not answer', { route, code: error.code });
      return problemOf(error);
    }
    if (error instanceof HttpException) return fromHttp(error);
    const fastify = error as { statusCode?: unknown; code?: unknown; message?: unknown };
    if (typeof fastify.statusCode === 'number' && fastify.statusCode < 500) {
      const code =
        fastify.statusCode === 413 ? 'http.body.too-large' : fastify.statusCode === 415 ? 'http.media-type.unsupported' : 'http.request.invalid';
      return {
        type: problemType(code),
        title: TITLES[fastify.statusCode] ?? 'Refused',
        status: fastify.statusCode,
        code,
        detail: String(fastify.message),
      };
    }
    this.log.error('request failed', { route, error });
    return unexpected;
  }
}
