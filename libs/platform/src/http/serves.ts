import type { RouteDefinition } from '@tidewaiter/contracts';
import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { Context } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import type { CallerIdentity } from '../identity/caller.js';

export const ROUTE = Symbol('ROUTE');

/** What the platform found out about a request before the handler sees it. */
export interface RequestFacts {
  route?: RouteDefinition;
  caller?: CallerIdentity;
  /** epoch seconds of the sign-in behind a browser's session */
  signedIn?: number;
  input?: { params: unknown; query: unknown; body: unknown };
  commandId?: string;
  expectedVersion?: number;
  trace?: Context;
}

export type HouseRequest = FastifyRequest & { house?: RequestFacts; rawBody?: Buffer };

export const requestOf = (context: ExecutionContext): HouseRequest => context.switchToHttp().getRequest<HouseRequest>();

export const factsOf = (request: HouseRequest): RequestFacts => (request.house ??= {});

const nestPath = (path: string): string => path.replace(/\{\*\}/g, '*').replace(/\{(\w+)\}/g, ':$1');

/** Binds a controller's method to a route of the contracts: path, status, roles, validation, idempotency and ETag follow from it. */
export const Serves = (route: RouteDefinition): MethodDecorator =>
  applyDecorators(
    RequestMapping({ path: nestPath(route.path), method: RequestMethod[route.method] }),
    HttpCode(route.status),
    SetMetadata(ROUTE, route),
  );

/** Parameters, query and body, checked by the route's schemas: `InputOf<typeof route>`. */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext) => factsOf(requestOf(context)).input);

/** The caller as the token says it. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext) => factsOf(requestOf(context)).caller,
);

/** Stable for one `Idempotency-Key` of one caller's tenant on one route. */
export const CommandId = createParamDecorator(
  (_: unknown, context: ExecutionContext) => factsOf(requestOf(context)).commandId,
);

/** The version named by `If-Match`. */
export const IfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext) => factsOf(requestOf(context)).expectedVersion,
);

/** The body as it came, byte for byte. */
export const RawBody = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = requestOf(context);
  return request.rawBody ?? (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
});
