import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { problemType, type Problem } from '@tidewaiter/contracts';
import { TidewaiterError, type ErrorKind } from '@tidewaiter/kernel';
import type { FastifyReply } from 'fastify';
import { Unauthenticated } from '../identity/caller.js';
import { LOG, type Log } from '../observability/log.js';
import { currentTraceId } from '../observability/trace.js';
import { inTraceOf } from './request-trace.js';
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
  advice:
    'Repeat the request under the same Idempotency-Key; if it fails again, give the correlation id to your operator.',
};

const CODE_BY_STATUS: Record<number, string> = {
  400: 'http.request.invalid',
  404: 'http.route.unknown',
  413: 'http.body.too-large',
  415: 'http.media-type.unsupported',
};

/** What Nest or Fastify refused before a handler saw it; null when it is a failure of ours. */
function fromServer(error: unknown): Problem | null {
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  const code = CODE_BY_STATUS[status] ?? `http.status.${status}`;
  return {
    type: problemType(code),
    title: TITLES[status] ?? 'Refused',
    status,
    code,
    detail: (error as Error).message,
  };
}

/** A token was sent and not believed, or none was sent. @see RFC 6750, 3 */
const challengeOf = (code: string): string =>
  code === 'identity.token.missing' ? 'Bearer' : 'Bearer error="invalid_token"';

/** Turns every error into an RFC 9457 problem document, once; logs only what is not the caller's own. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<HouseRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    inTraceOf(request, reply, () => this.answer(error, factsOf(request).route?.id ?? 'none', reply));
  }

  private answer(error: unknown, route: string, reply: FastifyReply): void {
    const problem = this.problem(error, route);
    if (reply.sent) return;
    if (problem.status === 401) void reply.header('WWW-Authenticate', challengeOf(problem.code));
    if (problem.status === 503) void reply.header('Retry-After', '2');
    const correlationId = currentTraceId();
    void reply
      .status(problem.status)
      .header('Content-Type', 'application/problem+json')
      .send(JSON.stringify(correlationId === undefined ? problem : { ...problem, correlationId }));
  }

  private problem(error: unknown, route: string): Problem {
    if (error instanceof TidewaiterError) {
      if (error.kind === 'unavailable') {
        this.log.warn('request met an outside party that does not answer', { route, error });
      }
      return problemOf(error);
    }
    const refused = fromServer(error);
    if (refused) return refused;
    this.log.error('request failed', { route, error });
    return unexpected;
  }
}
