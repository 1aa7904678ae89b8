import { z } from 'zod';
import { SIGN_IN_TOO_OLD, type ContextName, type KeyScope, type Role } from './names.js';

export interface RouteDefinition<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  A extends z.ZodType = z.ZodType,
> {
  context: ContextName | 'platform';
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** OpenAPI form: `/v1/shipments/{shipmentId}` */
  path: string;
  summary: string;
  description?: string;
  /**
   * `public`: none needed; `machine`: a channel's own credential, `reader`: a token or an outside reader's key, both checked by the
   * handler; else any of these roles
   */
  access: readonly Role[] | 'public' | 'machine' | 'reader';
  params: P;
  query: Q;
  body: B;
  /** media type of the request body; default JSON */
  consumes: 'application/json' | 'multipart/form-data' | 'application/octet-stream' | 'application/xml';
  status: number;
  answer: A;
  produces: string;
  /** takes `Idempotency-Key` (required) */
  idempotent: boolean;
  /** takes `If-Match` with the ETag of the thing changed (required) */
  conditional: boolean;
  /** asks a browser's session for a sign-in younger than five minutes: always, or where the body says `approve: true` */
  freshSignIn?: 'always' | 'when-approving';
  /** a partner's key with this scope is taken in the place of a token */
  keyScope?: KeyScope;
  /** the answer shows a secret: it is kept nowhere, not even for a repeat under its Idempotency-Key */
  holdsSecret: boolean;
  /** stable problem codes a caller may meet, beside those of every route */
  problems: readonly string[];
}

const nothing = z.strictObject({});

const routes = new Map<string, RouteDefinition>();

export function defineRoute<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
>(
  context: RouteDefinition['context'],
  id: string,
  verb: `${RouteDefinition['method']} /${string}`,
  options: {
    summary: string;
    description?: string;
    access: RouteDefinition['access'];
    params?: P;
    query?: Q;
    body?: B;
    consumes?: RouteDefinition['consumes'];
    status?: number;
    answer?: A;
    produces?: string;
    idempotent?: boolean;
    conditional?: boolean;
    freshSignIn?: 'always' | 'when-approving';
    keyScope?: KeyScope;
    holdsSecret?: boolean;
    problems?: readonly string[];
  },
): RouteDefinition<P, Q, B, A> {
  const [method, path] = verb.split(' ') as [RouteDefinition['method'], string];
  const route: RouteDefinition<P, Q, B, A> = {
    context,
    id,
    method,
    path,
    summary: options.summary,
    ...(options.description === undefined ? {} : { description: options.description }),
    access: options.access,
    params: options.params ?? (nothing as unknown as P),
    query: options.query ?? (nothing as unknown as Q),
    body: options.body ?? (z.undefined() as unknown as B),
    consumes: options.consumes ?? 'application/json',
    status: options.status ?? (method === 'POST' ? 201 : 200),
    answer: options.answer ?? (z.undefined() as unknown as A),
    produces: options.produces ?? 'application/json',
    idempotent: options.idempotent ?? (method === 'POST' && Array.isArray(options.access)),
    conditional: options.conditional ?? false,
    ...(options.freshSignIn === undefined ? {} : { freshSignIn: options.freshSignIn }),
    ...(options.keyScope === undefined ? {} : { keyScope: options.keyScope }),
    holdsSecret: options.holdsSecret ?? false,
    problems: [...(options.problems ?? []), ...(options.freshSignIn === undefined ? [] : [SIGN_IN_TOO_OLD])],
  };
  if (routes.has(id)) throw new Error(`route ${id} is defined twice`);
  routes.set(id, route);
  return route;
}

export const allRoutes = (): RouteDefinition[] => [...routes.values()];

/** What a handler is given: checked parameters, query and body. */
export type InputOf<R> =
  R extends RouteDefinition<infer P, infer Q, infer B, z.ZodType>
    ? { params: z.infer<P>; query: z.infer<Q>; body: z.infer<B> }
    : never;
export type AnswerOf<R> = R extends RouteDefinition<z.ZodType, z.ZodType, z.ZodType, infer A> ? z.infer<A> : never;

/** Cursor pages: `limit` up to 200, `after` is the `next` of the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(200).optional(),
};
export const pageOf = <T extends z.ZodType>(row: T) => z.object({ items: z.array(row), next: z.string().nullable() });
