import { z } from 'zod';
import { allRoutes, type RouteDefinition } from '../define-route.js';
import { problem } from '../problem.js';

type Json = Record<string, unknown>;

const reference = (id: string): Json => ({ $ref: `#/components/schemas/${id}` });

const isNothing = (schema: z.ZodType): boolean => schema instanceof z.ZodUndefined || schema instanceof z.ZodUnknown;

/** Gives a schema a name in the document; one that has a name of its own keeps it. */
function named(schema: z.ZodType, id: string): string {
  const own = z.globalRegistry.get(schema)?.id;
  if (own !== undefined) return own;
  z.globalRegistry.add(schema, { id });
  return id;
}

function parameters(route: RouteDefinition): Json[] {
  const of = (schema: z.ZodType, place: 'path' | 'query'): Json[] => {
    if (!(schema instanceof z.ZodObject)) return [];
    return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, value]) => {
      const { $schema, ...json } = z.toJSONSchema(value, { io: 'input', unrepresentable: 'any' }) as Json;
      return {
        name: name === '*' ? 'path' : name,
        in: place,
        required: place === 'path' || !value.safeParse(undefined).success,
        schema: json,
      };
    });
  };
  const header = (name: string, description: string): Json => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  });
  return [
    ...of(route.params, 'path'),
    ...of(route.query, 'query'),
    ...(route.idempotent
      ? [header('Idempotency-Key', 'New for each intent, the same when a request is repeated')]
      : []),
    ...(route.conditional ? [header('If-Match', 'ETag of what was looked at')] : []),
  ];
}

/** Either will do. For a scheme that is not OAuth the list names what the credential must have: OpenAPI 3.1, 4.8.30. */
const securityOf = ({ access, keyScope }: RouteDefinition): Json[] => [
  ...(Array.isArray(access) || access === 'reader' ? [{ bearer: [] }] : []),
  ...(keyScope === undefined ? [] : [{ partnerKey: [keyScope] }]),
];

/** What a reader of the page has to see is in words too: pages show no scopes of a bearer credential. */
function describedBy({ description, keyScope }: RouteDefinition): Json {
  const key =
    keyScope === undefined ? '' : `A partner’s key with the scope \`${keyScope}\` is taken in the place of a token.`;
  const says = [description, key].filter(Boolean).join('\n\n');
  return says === '' ? {} : { description: says };
}

/** OpenAPI 3.1 document of every route in the contracts. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of allRoutes()) {
    const path = route.path.replace('{*}', '{path}');
    const bodyName = isNothing(route.body) ? undefined : named(route.body, `${capital(route.id)}Request`);
    const answerName =
      isNothing(route.answer) || route.produces !== 'application/json'
        ? undefined
        : named(route.answer, `${capital(route.id)}Answer`);
    const content = answerName
      ? { content: { [route.produces]: { schema: reference(answerName) } } }
      : route.status === 204
        ? {}
        : { content: { [route.produces]: {} } };
    const operation: Json = {
      operationId: route.id,
      tags: [route.context],
      summary: route.summary,
      ...describedBy(route),
      ...(Array.isArray(route.access) ? { 'x-roles': route.access } : {}),
      ...(route.keyScope === undefined ? {} : { 'x-key-scope': route.keyScope }),
      security: securityOf(route),
      parameters: parameters(route),
      ...(bodyName && route.consumes === 'application/json'
        ? {
            requestBody: {
              required: !route.body.safeParse(undefined).success,
              content: { [route.consumes]: { schema: reference(bodyName) } },
            },
          }
        : route.method !== 'GET' && route.consumes !== 'application/json'
          ? { requestBody: { required: true, content: { [route.consumes]: {} } } }
          : {}),
      responses: {
        [route.status]: { description: route.summary, ...content },
        default: {
          description: route.problems.length > 0 ? `Problem: ${route.problems.join(', ')}` : 'Problem',
          content: { 'application/problem+json': { schema: reference('Problem') } },
        },
      },
    };
    (paths[path] ??= {})[route.method.toLowerCase()] = operation;
  }
  named(problem, 'Problem');
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
    io: 'input',
    unrepresentable: 'any',
  }) as { schemas: Record<string, Json> };
  for (const schema of Object.values(schemas)) {
    delete schema['$schema'];
    delete schema['$id'];
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tidewaiter',
      version,
      description:
        'Importer of record: engagement, documentation, customs clearance, delivery, record-keeping. Errors are RFC 9457 problems with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Access token of a person.' },
        partnerKey: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'twk_<tenant>.<key id>.<secret>',
          description:
            'Key of a partner’s program. It opens the operations that name it, where it has the scope that they name; an open stream ends with it.',
        },
      },
    },
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
