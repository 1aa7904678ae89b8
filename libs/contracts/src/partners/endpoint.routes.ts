import { z } from 'zod';
import { defineRoute, pageOf, pageQuery } from '../define-route.js';
import { DELIVERY_ACTS, DELIVERY_STATUSES, REPLAY_STATUSES } from '../names.js';
import { instant, sha256Hex, uuid } from '../values.js';
import { ENDPOINT_DISABLED_CAUSES, typeFilter } from './endpoint.events.js';

/** Who sets endpoints up, and who may look. */
export const partnerDevelopers = ['partner', 'administrator'] as const;
const onlookers = [...partnerDevelopers, 'operator', 'auditor'] as const;

const feedPosition = z.string().regex(/^\d{1,18}$/);
const because = z.string().trim().min(3).max(280);
const terms = z.strictObject({
  url: z.string().trim().min(1).max(2048).meta({ description: 'https, without credentials' }),
  types: z.array(typeFilter).max(100).default([]).meta({ description: 'none: every type' }),
  note: z.string().trim().max(140).default(''),
});
const id = z.strictObject({ endpointId: uuid });
const addressProblems = [
  'partners.endpoint.url-malformed',
  'partners.endpoint.url-scheme',
  'partners.endpoint.url-credentials',
  'partners.endpoint.url-port',
  'partners.endpoint.url-address',
  'partners.endpoint.type-unknown',
];

const endpoint = z.strictObject({
  endpointId: uuid,
  url: z.string(),
  types: z.array(z.string()),
  note: z.string(),
  status: z.enum(['enabled', 'disabled']),
  disabled: z
    .strictObject({ cause: z.enum(ENDPOINT_DISABLED_CAUSES), because: z.string(), at: instant, by: z.string() })
    .nullable(),
  addedAt: instant,
  failingSince: instant.nullable().meta({ description: 'of the first failure since anything arrived last' }),
  heldUntil: instant.nullable().meta({ description: 'nothing is tried before: it asked for it, or failed too often' }),
  waiting: z.int().meta({ description: 'events that wait to be sent' }),
  deadLanes: z.int().meta({ description: 'lanes that wait for a person' }),
  version: z.int(),
});
const signingSecret = z.strictObject({
  secretId: uuid,
  number: z.int(),
  madeAt: instant,
  signsUntil: instant.nullable().meta({ description: 'null: until the next one is made' }),
});
const shownOnce = z
  .string()
  .nullable()
  .meta({ description: '`whsec_…`, shown this once; null on a repeat of the request' });

export const listEndpoints = defineRoute('partners', 'listEndpoints', 'GET /v1/endpoints', {
  summary: 'Where the tenant’s events are sent as webhooks',
  access: onlookers,
  keyScope: 'deliveries:read',
  answer: z.strictObject({ items: z.array(endpoint) }),
});
export const addEndpoint = defineRoute('partners', 'addEndpoint', 'POST /v1/endpoints', {
  summary: 'Send events to an address from now on',
  description: 'Signed by the Standard Webhooks scheme with the secret that this answer shows once.',
  access: partnerDevelopers,
  body: terms,
  answer: z.strictObject({ endpointId: uuid, secretId: uuid, secret: shownOnce, version: z.int() }),
  holdsSecret: true,
  problems: [...addressProblems, 'partners.endpoint.too-many'],
});
export const showEndpoint = defineRoute('partners', 'showEndpoint', 'GET /v1/endpoints/{endpointId}', {
  summary: 'An endpoint, its signing secrets by number, and how it does',
  access: onlookers,
  params: id,
  answer: z.strictObject({
    ...endpoint.shape,
    secrets: z.array(signingSecret),
    hours: z
      .array(z.strictObject({ hour: instant, arrived: z.int(), failed: z.int() }))
      .meta({ description: 'attempts of the last 24 hours by hour, hours without any left out' }),
    replayable: z
      .strictObject({ from: feedPosition, to: feedPosition })
      .nullable()
      .meta({ description: 'positions of the feed recorded within 30 days; null: none' }),
    p95Ms: z.int().nullable().meta({ description: 'of the attempts of the last 24 hours that were answered' }),
  }),
  problems: ['partners.endpoint.unknown'],
});
export const changeEndpoint = defineRoute('partners', 'changeEndpoint', 'PUT /v1/endpoints/{endpointId}', {
  summary: 'Change address, types or note',
  access: partnerDevelopers,
  params: id,
  body: terms,
  answer: z.strictObject({ endpointId: uuid, version: z.int() }),
  idempotent: true,
  conditional: true,
  problems: [...addressProblems, 'partners.endpoint.unknown'],
});
export const disableEndpoint = defineRoute('partners', 'disableEndpoint', 'POST /v1/endpoints/{endpointId}/disable', {
  summary: 'Send nothing for now; what is to be sent is kept for 30 days',
  access: partnerDevelopers,
  params: id,
  body: z.strictObject({ because }),
  status: 200,
  answer: z.strictObject({ endpointId: uuid, version: z.int() }),
  problems: ['partners.endpoint.unknown'],
});
export const enableEndpoint = defineRoute('partners', 'enableEndpoint', 'POST /v1/endpoints/{endpointId}/enable', {
  summary: 'Go on sending where it stood',
  access: partnerDevelopers,
  params: id,
  status: 200,
  answer: z.strictObject({ endpointId: uuid, version: z.int() }),
  problems: ['partners.endpoint.unknown'],
});
export const rotateSecret = defineRoute('partners', 'rotateSecret', 'POST /v1/endpoints/{endpointId}/secrets', {
  summary: 'Make a new signing secret; the one before signs beside it for 24 hours',
  access: partnerDevelopers,
  params: id,
  answer: z.strictObject({
    endpointId: uuid,
    secretId: uuid,
    number: z.int(),
    secret: shownOnce,
    bothUntil: instant.nullable(),
    version: z.int(),
  }),
  holdsSecret: true,
  problems: ['partners.endpoint.unknown', 'partners.secret.rotating'],
});
export const retireSecret = defineRoute(
  'partners',
  'retireSecret',
  'POST /v1/endpoints/{endpointId}/secrets/{secretId}/retire',
  {
    summary: 'End the old secret of a rotation before its 24 hours are over',
    access: partnerDevelopers,
    params: z.strictObject({ endpointId: uuid, secretId: uuid }),
    status: 200,
    answer: z.strictObject({ endpointId: uuid, version: z.int() }),
    problems: ['partners.endpoint.unknown', 'partners.secret.unknown', 'partners.secret.in-use'],
  },
);

const outcome = z.strictObject({
  arrived: z.boolean(),
  status: z.int().nullable().meta({ description: 'HTTP status; null: no answer' }),
  says: z.string().meta({ description: 'what came of it, in words' }),
  durationMs: z.int(),
  answer: z.string().meta({ description: 'first 4 kB' }),
});
export const testEndpoint = defineRoute('partners', 'testEndpoint', 'POST /v1/endpoints/{endpointId}/test', {
  summary: 'Send a test now, outside of every lane, and say what came of it',
  description:
    'The body is a CloudEvent of type `tidewaiter.partners.Test.v1` that stands in no stream. `newest` signs with the newest secret alone: the step before the old one is retired.',
  access: partnerDevelopers,
  params: id,
  body: z.strictObject({ signedBy: z.enum(['all', 'newest']).default('all') }),
  status: 200,
  answer: outcome,
  problems: ['partners.endpoint.unknown'],
});

const filter = {
  endpoint: uuid.optional(),
  type: typeFilter.optional(),
  shipment: uuid.optional(),
  from: feedPosition.optional().meta({ description: 'first position of the feed' }),
  to: feedPosition.optional().meta({ description: 'last position of the feed' }),
};
const delivery = z.strictObject({
  deliveryId: uuid.meta({ description: 'the `webhook-id`, the same on every try' }),
  endpointId: uuid,
  url: z.string(),
  eventId: uuid,
  type: z.string(),
  position: z.string(),
  lane: z.string().meta({ description: 'shipment, or what else the event is about' }),
  status: z.enum(DELIVERY_STATUSES),
  tries: z.int().meta({ description: 'of this round; a retry by hand begins a new one' }),
  nextAt: instant.nullable(),
  lastStatus: z.int().nullable(),
  lastSays: z.string().nullable(),
  lastDurationMs: z.int().nullable(),
  behind: z.int().meta({ description: 'later events of the lane that wait for this one' }),
  createdAt: instant,
});
export const listWebhookDeliveries = defineRoute('partners', 'listWebhookDeliveries', 'GET /v1/webhook-deliveries', {
  summary: 'What was and is to be sent, newest first',
  access: onlookers,
  keyScope: 'deliveries:read',
  query: z.strictObject({ ...pageQuery, ...filter, status: z.enum(DELIVERY_STATUSES).optional() }),
  answer: pageOf(delivery),
  problems: ['partners.cursor.invalid'],
});
const deliveryAct = z.strictObject({
  act: z.enum(DELIVERY_ACTS),
  at: instant,
  by: z.string(),
  because: z.string().nullable(),
  stream: z.string().meta({ description: 'of the log, where the act is an event' }),
});
export const showWebhookDelivery = defineRoute(
  'partners',
  'showWebhookDelivery',
  'GET /v1/webhook-deliveries/{deliveryId}',
  {
    summary: 'A delivery with every try: what was sent, what came back',
    access: onlookers,
    keyScope: 'deliveries:read',
    params: z.strictObject({ deliveryId: uuid }),
    answer: z.strictObject({
      ...delivery.shape,
      skipped: z.strictObject({ because: z.string(), by: z.string() }).nullable(),
      acts: z.array(deliveryAct).meta({ description: 'what people did about it, newest first' }),
      body: z.string().meta({ description: 'the bytes that are signed and sent, as text' }),
      attempts: z.array(
        z.strictObject({
          ...outcome.shape,
          at: instant,
          headers: z.record(z.string(), z.string()),
          bodySha256: sha256Hex,
        }),
      ),
    }),
    problems: ['partners.delivery.unknown'],
  },
);
export const retryWebhookDelivery = defineRoute(
  'partners',
  'retryWebhookDelivery',
  'POST /v1/webhook-deliveries/{deliveryId}/retry',
  {
    summary: 'Send it now, under the same webhook-id; the schedule begins again',
    access: partnerDevelopers,
    params: z.strictObject({ deliveryId: uuid }),
    body: z.strictObject({ because: because.optional() }).default({}),
    status: 200,
    answer: z.strictObject({ deliveryId: uuid }),
    problems: ['partners.delivery.unknown', 'partners.delivery.waits-behind', 'partners.endpoint.disabled'],
  },
);
export const skipWebhookDelivery = defineRoute(
  'partners',
  'skipWebhookDelivery',
  'POST /v1/webhook-deliveries/{deliveryId}/skip',
  {
    summary: 'Let the later events of the lane go on without it; the receiver sees the gap',
    access: partnerDevelopers,
    params: z.strictObject({ deliveryId: uuid }),
    body: z.strictObject({ because }),
    status: 200,
    answer: z.strictObject({ deliveryId: uuid }),
    problems: ['partners.delivery.unknown', 'partners.delivery.not-blocking'],
  },
);
export const replayWebhookDeliveries = defineRoute(
  'partners',
  'replayWebhookDeliveries',
  'POST /v1/webhook-deliveries/replay',
  {
    summary: 'Send again by filter, within 30 days',
    description:
      'Without `expect` it is a dry run: nothing is sent, the answer says how many would be. With `expect` exactly so many are sent, or none and a problem when the filter matches another number by now. `never` are events that the endpoint was not sent yet; it needs `endpoint`.',
    access: partnerDevelopers,
    body: z.strictObject({
      ...filter,
      status: z.enum(REPLAY_STATUSES).optional().meta({ description: 'left out: any but those that wait untried' }),
      expect: z.int().positive().max(100_000).optional(),
      because: because.optional(),
    }),
    status: 200,
    answer: z.strictObject({
      replayId: uuid.nullable().meta({ description: 'null: a dry run' }),
      count: z.int(),
      lanes: z.int(),
      behind: z.int().meta({ description: 'events that wait untried behind them and go on by themselves' }),
      to: feedPosition.meta({ description: 'last position looked at: send it as `to` with `expect`' }),
    }),
    problems: ['partners.replay.changed', 'partners.replay.too-many', 'partners.replay.endpoint-missing'],
  },
);
