import { createHash } from 'node:crypto';
import {
  Inject,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { issuesOf, type RouteDefinition } from '@tidewaiter/contracts';
import { canonicalJson, Forbidden, Invalid } from '@tidewaiter/kernel';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { z } from 'zod';
import { API_KEYS, apiKeyOf, type ApiKeys } from '../identity/api-keys.js';
import { TOKEN_VERIFIER, type CallerIdentity, type TokenVerifier } from '../identity/caller.js';
import { checkFreshSignIn } from '../identity/fresh-sign-in.js';
import { isOurOrigin, SESSIONS, type Sessions } from '../identity/session.js';
import { LOG, type Log } from '../observability/log.js';
import { Binary } from './binary.js';
import { Idempotency, IDEMPOTENCY, type KeyedRequest } from './idempotency.js';
import { inTraceOf } from './request-trace.js';
import { factsOf, requestOf, ROUTE, type HouseRequest } from './serves.js';

const replyOf = (context: ExecutionContext): FastifyReply => context.switchToHttp().getResponse<FastifyReply>();

/** Nobody passes without an identity: a handler that names no route of the contracts is refused too. */
export class Gate implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(TOKEN_VERIFIER) private readonly tokens: TokenVerifier,
    @Inject(SESSIONS) private readonly sessions: Sessions,
    @Inject(API_KEYS) private readonly keys: ApiKeys,
  ) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const route = this.reflector.get<RouteDefinition | undefined>(ROUTE, context.getHandler());
    return inTraceOf(request, replyOf(context), () => this.admit(route, request));
  }

  private async admit(route: RouteDefinition | undefined, request: HouseRequest): Promise<boolean> {
    if (!route) throw new Forbidden('http.route.unknown', 'This address is not part of the contract.');
    const facts = factsOf(request);
    facts.route = route;
    const { access } = route;
    if (access === 'reader') {
      // The handler tells a token from a reader's key itself; a browser's session counts as the token inside it.
      const authorization = await this.authorizationOf(request);
      if (authorization !== undefined) request.headers.authorization = authorization;
    }
    if (typeof access === 'string') return true;
    const authorization = await this.authorizationOf(request);
    const key = apiKeyOf(authorization);
    if (key) {
      facts.caller = await this.keys.admit(key, route.keyScope);
      return true;
    }
    const caller = await this.tokens.verify(authorization);
    facts.caller = caller;
    if (caller.roles.some((role) => access.includes(role))) return true;
    const held = caller.roles.join(', ') || 'none';
    throw new Forbidden(
      'identity.role.missing',
      `This needs one of the roles ${access.join(', ')}; you have ${held}.`,
      { advice: 'Ask a tenant administrator for the role.' },
    );
  }

  /**
   * A bearer token, or the one inside a browser's sealed cookie. A cookie goes along with whatever a browser sends here, so a change
   * under it has to come from a page of ours.
   */
  private async authorizationOf(request: HouseRequest): Promise<string | undefined> {
    const { method, headers } = request;
    if (headers.authorization !== undefined) return headers.authorization;
    const session = await this.sessions.open(headers.cookie);
    if (!session) return undefined;
    if (!CHANGES_NOTHING.has(method) && !isOurOrigin(headers)) {
      throw new Forbidden(
        'identity.origin.foreign',
        'A change under a session’s cookie comes from a page of this site only.',
        {
          advice: 'Programs send a bearer token instead of a cookie.',
        },
      );
    }
    factsOf(request).signedIn = session.signedIn;
    return `Bearer ${session.accessToken}`;
  }
}

const CHANGES_NOTHING = new Set(['GET', 'HEAD', 'OPTIONS']);

function parsePart<S extends z.ZodType>(schema: S, value: unknown, part: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const places = issuesOf(parsed.error).map((issue) => ({
    pointer: `${part}${issue.pointer === '/' ? '' : issue.pointer}`,
    reason: issue.reason,
  }));
  throw new Invalid(
    'http.request.invalid',
    `The ${part} does not fit: ${places.map((place) => `${place.pointer} ${place.reason}`).join('; ')}.`,
    { places },
  );
}

function idempotencyKeyOf(request: HouseRequest): string {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !/^[\x21-\x7e]{8,128}$/.test(key)) {
    throw new Invalid(
      'http.idempotency-key.missing',
      'A change needs the header Idempotency-Key: 8 to 128 visible characters, new for each intent.',
      {
        advice: 'Send a UUID, and the same one when you repeat the request.',
      },
    );
  }
  return key;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What makes two requests the same: where they go, who sends them and what they say. */
const fingerprintOf = (request: HouseRequest, caller: CallerIdentity, body: unknown): string =>
  sha256(`${request.url}\n${caller.subject}\n${body === undefined ? '' : canonicalJson(body)}`);

function versionOf(request: HouseRequest): number {
  const header = request.headers['if-match'];
  const match = /^"(\d{1,15})"$/.exec(header ?? '');
  if (!match) {
    throw new Invalid(
      'http.if-match.missing',
      'A change needs the header If-Match with the ETag of what you looked at.',
      {
        advice: 'Read the thing again, look at what it says now, and send its ETag.',
      },
    );
  }
  return Number(match[1]);
}

/** A machine's message is kept whatever it calls itself; what a person's program sends has to be what the route takes. */
function checkMediaType(route: RouteDefinition, request: HouseRequest): void {
  if (route.access === 'machine' || route.method === 'GET') return;
  const sent = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const empty = request.body === undefined || request.body === null;
  if (sent === route.consumes || (sent === '' && empty)) return;
  throw new Invalid(
    'http.media-type.unsupported',
    `This takes ${route.consumes}, not ${sent || 'a body without a Content-Type'}.`,
  );
}

/** @see RFC 8187, 3.2.1: what encodeURIComponent leaves as it is and a header may not carry */
const extValue = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Checks what came in, guards against repeats, and turns the answer into HTTP. */
export class Door implements NestInterceptor {
  constructor(
    @Inject(IDEMPOTENCY) private readonly idempotency: Idempotency,
    @Inject(LOG) private readonly log: Log,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = requestOf(context);
    const reply = replyOf(context);
    const handle = () => lastValueFrom(next.handle(), { defaultValue: undefined });
    return from(inTraceOf(request, reply, () => this.pass(request, reply, handle)));
  }

  private async pass(request: HouseRequest, reply: FastifyReply, handle: () => Promise<unknown>): Promise<unknown> {
    const facts = factsOf(request);
    const route = facts.route!;
    checkMediaType(route, request);
    const streamed =
      route.access === 'machine' || ['multipart/form-data', 'application/octet-stream'].includes(route.consumes);
    const input = {
      params: parsePart(route.params, request.params ?? {}, 'path'),
      query: parsePart(route.query, request.query ?? {}, 'query'),
      body: streamed ? undefined : parsePart(route.body, request.body ?? undefined, 'body'),
    };
    facts.input = input;
    checkFreshSignIn(route, input.body, facts.signedIn, Math.floor(Date.now() / 1000));
    if (route.conditional) facts.expectedVersion = versionOf(request);
    if (!route.idempotent || !facts.caller) return this.answer(reply, await handle());

    const key = idempotencyKeyOf(request);
    facts.commandId = `http/${route.id}/${sha256(`${facts.caller.tenant}\n${key}`).slice(0, 40)}`;
    // A stream is not known before it is read: its effect tells a repeat from another file, under the same command id.
    if (streamed) return this.answer(reply, await handle());
    const fingerprint = fingerprintOf(request, facts.caller, input.body);
    const keyed = { tenant: facts.caller.tenant, route: route.id, key, fingerprint };
    if (route.holdsSecret) void reply.header('Cache-Control', 'no-store');
    return this.answer(reply, await this.once(route, keyed, reply, handle));
  }

  /** Runs the handler at most once to the end for one Idempotency-Key; a repeat gets the first answer. */
  private async once(
    { context, holdsSecret }: RouteDefinition,
    keyed: KeyedRequest,
    reply: FastifyReply,
    handle: () => Promise<unknown>,
  ): Promise<unknown> {
    const known = await this.idempotency.begin(context, keyed);
    if (known) {
      void reply.header('Idempotency-Replayed', 'true');
      return known.answer;
    }
    let kept = false;
    try {
      const answer = await handle();
      // Bytes are not kept twice, and a secret not at all: a repeat runs the handler again, under the same command id.
      if (!(answer instanceof Binary) && !holdsSecret) {
        await this.idempotency.finish(context, keyed, answer);
        kept = true;
      }
      return answer;
    } finally {
      if (!kept) await this.free(context, keyed);
    }
  }

  /** A key that cannot be freed now frees itself when its lease has run out: no reason to hide what happened before. */
  private async free(context: string, keyed: KeyedRequest): Promise<void> {
    try {
      await this.idempotency.release(context, keyed);
    } catch (error) {
      this.log.warn('an idempotency key was not freed', { route: keyed.route, error });
    }
  }

  private answer(reply: FastifyReply, answer: unknown): unknown {
    if (answer instanceof Binary) {
      void reply.header('Content-Type', answer.mediaType).header('X-Content-Type-Options', 'nosniff');
      if (answer.options.filename !== undefined) {
        void reply
          .header('Content-Disposition', `attachment; filename*=UTF-8''${extValue(answer.options.filename)}`)
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
