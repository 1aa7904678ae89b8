import { createHash } from 'node:crypto';
import { Inject, type CallHandler, type CanActivate, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { issuesOf, type RouteDefinition } from '@tidewaiter/contracts';
import { canonicalJson, Forbidden, Invalid } from '@tidewaiter/kernel';
import type { FastifyReply } from 'fastify';
import { SpanKind } from '@opentelemetry/api';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { z } from 'zod';
import { TOKEN_VERIFIER, type CallerIdentity, type TokenVerifier } from '../identity/caller.js';
import { httpSeconds } from '../observability/metrics.js';
import { inSpan } from '../observability/trace.js';
import { Idempotency, IDEMPOTENCY } from './idempotency.js';
import { Binary } from './binary.js';
import { factsOf, requestOf, ROUTE, type HouseRequest } from './serves.js';

/** Nobody passes without an identity: a handler that names no route of the contracts is refused too. */
export class Gate implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(TOKEN_VERIFIER) private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = this.reflector.get<RouteDefinition | undefined>(ROUTE, context.getHandler());
    if (!route) throw new Forbidden('http.route.unknown', 'This address is not part of the contract.');
    const request = requestOf(context);
    const facts = factsOf(request);
    facts.route = route;
    if (route.access === 'public' || route.access === 'machine') return true;
    const caller = await this.tokens.verify(request.headers.authorization);
    facts.caller = caller;
    const allowed = route.access;
    if (!caller.roles.some((role) => allowed.includes(role))) {
      throw new Forbidden('identity.role.missing', `This needs one of the roles ${allowed.join(', ')}; you have ${caller.roles.join(', ') || 'none'}.`, {
        advice: 'Ask a tenant administrator for the role.',
      });
    }
    return true;
  }
}

function parsePart<S extends z.ZodType>(schema: S, value: unknown, part: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const places = issuesOf(parsed.error).map((issue) => ({ pointer: `${part}${issue.pointer === '/' ? '' : issue.pointer}`, reason: issue.reason }));
  throw new Invalid('http.request.invalid', `The ${part} does not fit: ${places.map((place) => `${place.pointer} ${place.reason}`).join('; ')}.`, { places });
}

function idempotencyKeyOf(request: HouseRequest): string {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !/^[\x21-\x7e]{8,128}$/.test(key)) {
    throw new Invalid('http.idempotency-key.missing', 'A change needs the header Idempotency-Key: 8 to 128 visible characters, new for each intent.', {
      advice: 'Send a UUID, and the same one when you repeat the request.',
    });
  }
  return key;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function versionOf(request: HouseRequest): number {
  const header = request.headers['if-match'];
  const match = /^"(\d{1,15})"$/.exec(header ?? '');
  if (!match) {
    throw new Invalid('http.if-match.missing', 'A change needs the header If-Match with the ETag of what you looked at.', {
      advice: 'Read the thing again, look at what it says now, and send its ETag.',
    });
  }
  return Number(match[1]);
}

/** Checks what came in, guards against repeats, and turns the answer into HTTP. */
export class Door implements NestInterceptor {
  constructor(@Inject(IDEMPOTENCY) private readonly idempotency: Idempotency) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = requestOf(context);
    const traceparent = request.headers['traceparent'];
    const route = factsOf(request).route!;
    return from(
      inSpan(
        `${route.method} ${route.path}`,
        { traceparent: typeof traceparent === 'string' ? traceparent : undefined, kind: SpanKind.SERVER },
        () => this.pass(route, request, context.switchToHttp().getResponse<FastifyReply>(), () => lastValueFrom(next.handle(), { defaultValue: undefined })),
      ),
    );
  }

  private async pass(route: RouteDefinition, request: HouseRequest, reply: FastifyReply, handle: () => Promise<unknown>): Promise<unknown> {
    const started = performance.now();
    const facts = factsOf(request);
    const streamed = route.consumes === 'multipart/form-data' || route.access === 'machine';
    facts.input = {
      params: parsePart(route.params, request.params ?? {}, 'path'),
      query: parsePart(route.query, request.query ?? {}, 'query'),
      body: streamed ? undefined : parsePart(route.body, request.body ?? undefined, 'body'),
    };
    if (route.conditional) facts.expectedVersion = versionOf(request);
    const answer = route.idempotent && facts.caller ? await this.once(route, request, facts.caller, streamed, reply, handle) : await handle();
    httpSeconds.labels(route.id, String(reply.statusCode)).observe((performance.now() - started) / 1000);
    return this.answer(reply, answer);
  }

  /** Runs the handler at most once to the end for one Idempotency-Key; a repeat gets the first answer. */
  private async once(route: RouteDefinition, request: HouseRequest, caller: CallerIdentity, streamed: boolean, reply: FastifyReply, handle: () => Promise<unknown>): Promise<unknown> {
    const { tenant, subject } = caller;
    const facts = factsOf(request);
    const key = idempotencyKeyOf(request);
    facts.commandId = `http/${route.id}/${sha256(`${tenant}\n${key}`).slice(0, 40)}`;
    // A streamed body is told from another by the effect itself: the event store refuses the same command with other content.
    const body = streamed ? '' : canonicalJson(facts.input?.body ?? null);
    const keyed = { tenant, route: route.id, key, fingerprint: sha256(`${request.url}\n${subject}\n${body}`) };
    const known = await this.idempotency.begin(route.context, keyed);
    if (known) {
      void reply.status(known.status).header('Idempotency-Replayed', 'true');
      return known.answer;
    }
    try {
      const answer = await handle();
      if (!(answer instanceof Binary)) await this.idempotency.finish(route.context, keyed, route.status, answer);
      return answer;
    } catch (error) {
      await this.idempotency.release(route.context, keyed);
      throw error;
    }
  }

  private answer(reply: FastifyReply, answer: unknown): unknown {
    if (answer instanceof Binary) {
      void reply.header('Content-Type', answer.mediaType).header('X-Content-Type-Options', 'nosniff');
      if (answer.options.filename !== undefined) {
        void reply
          .header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(answer.options.filename)}`)
          .header('Content-Security-Policy', 'sandbox');
      }
      if (answer.options.immutable) void reply.header('Cache-Control', 'private, max-age=31536000, immutable');
      for (const [name, value] of Object.entries(answer.options.headers ?? {})) void reply.header(name, value);
      return answer.content;
    }
    if (typeof answer === 'object' && answer !== null) {
      const { etag, version } = answer as { etag?: unknown; version?: unknown };
      const tag = typeof etag === 'number' ? etag : version;
      if (typeof tag === 'number') void reply.header('ETag', `"${tag}"`);
    }
    return answer;
  }
}
