import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { CONTEXTS } from '../names.js';
import { instant, uuid } from '../values.js';

/** `customs.GoodsReleased`, or `customs.*` for all of a context. */
export const typeFilter = z
  .string()
  .max(120)
  .regex(new RegExp(`^(${CONTEXTS.join('|')})\\.(\\*|[A-Za-z]+)$`), 'a type such as customs.GoodsReleased or customs.*')
  .meta({ description: 'event type without its version, or `<context>.*`' });

const by = z.string().max(140);
const because = z.string().trim().min(3).max(280);
const terms = {
  url: z.string().max(2048),
  /** none: every type */
  types: z.array(typeFilter).max(100),
  note: z.string().max(140),
};

export const endpointAdded = defineEvent(
  'partners',
  'EndpointAdded',
  'Events of these types go to this address from now on; no types means all.',
  z.strictObject({ endpointId: uuid, ...terms, by }),
);
export const endpointChanged = defineEvent(
  'partners',
  'EndpointChanged',
  'Events go to another address, or other types do. What waits already goes to the new address.',
  z.strictObject({ endpointId: uuid, ...terms, by }),
);
export const ENDPOINT_DISABLED_CAUSES = ['asked', 'gone', 'failing'] as const;
export const endpointDisabled = defineEvent(
  'partners',
  'EndpointDisabled',
  'Nothing is sent any more; what is to be sent is kept for 30 days. `gone`: it answered 410. `failing`: nothing arrived for five days.',
  z.strictObject({ endpointId: uuid, cause: z.enum(ENDPOINT_DISABLED_CAUSES), because, by }),
);
export const endpointEnabled = defineEvent(
  'partners',
  'EndpointEnabled',
  'Sending goes on where it stood.',
  z.strictObject({ endpointId: uuid, by }),
);
export const secretMade = defineEvent(
  'partners',
  'EndpointSecretMade',
  'A signing secret was made and shown once. The one before signs beside it until the instant named. The secret itself is in no event.',
  z.strictObject({
    endpointId: uuid,
    secretId: uuid,
    number: z.int().positive(),
    previousUntil: instant.nullable(),
    by,
  }),
);
export const secretRetired = defineEvent(
  'partners',
  'EndpointSecretRetired',
  'A signing secret signs no more and was destroyed.',
  z.strictObject({ endpointId: uuid, secretId: uuid, number: z.int().positive(), by }),
);
export const deliverySkipped = defineEvent(
  'partners',
  'DeliverySkipped',
  'A person let the later events of a lane go on without this one. The receiver sees the gap in `previousversion`.',
  z.strictObject({ endpointId: uuid, deliveryId: uuid, eventId: uuid, lane: z.string().max(80), because, by }),
);
export const deliveryRetried = defineEvent(
  'partners',
  'DeliveryRetried',
  'A person had one event sent again under its webhook-id, now.',
  z.strictObject({
    endpointId: uuid,
    deliveryId: uuid,
    eventId: uuid,
    lane: z.string().max(80),
    because: because.optional(),
    by,
  }),
);
export const deliveriesReplayed = defineEvent(
  'partners',
  'DeliveriesReplayed',
  'A person had events sent again by filter, as many as the dry run had counted.',
  z.strictObject({
    replayId: uuid,
    filter: z.record(z.string(), z.string()),
    count: z.int().positive(),
    because: because.optional(),
    by,
  }),
);

export type EndpointEvent =
  | EventOf<typeof endpointAdded>
  | EventOf<typeof endpointChanged>
  | EventOf<typeof endpointDisabled>
  | EventOf<typeof endpointEnabled>
  | EventOf<typeof secretMade>
  | EventOf<typeof secretRetired>
  | EventOf<typeof deliverySkipped>
  | EventOf<typeof deliveryRetried>
  | EventOf<typeof deliveriesReplayed>;
