import { z } from 'zod';
import { instant, streamName, uuid } from './values.js';

/** CloudEvents 1.0 in structured mode; the log's leaf is exactly the bytes of this JSON. */
export const envelope = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: uuid,
    source: z.string().regex(/^\/tidewaiter\/[a-z]+$/),
    type: z.string().regex(/^tidewaiter\.[a-z]+\.[A-Za-z]+\.v\d+$/),
    subject: z.string().min(1).max(64).meta({ description: 'Shipment or engagement id: the Kafka key' }),
    time: instant.meta({ description: 'When it was recorded, UTC, microseconds' }),
    datacontenttype: z.literal('application/json'),
    dataschema: z.string(),
    tenantid: z.string().regex(/^[a-z0-9-]{1,40}$/),
    stream: streamName,
    version: z.int().positive().meta({ description: 'Gapless version in its stream, from 1' }),
    actor: z.string().regex(/^(user|system|authority|carrier|bank|partner):.{1,120}$/),
    correlationid: z.string().max(120),
    causationid: z.string().max(120),
    commandid: z.string().max(160),
    traceparent: z
      .string()
      .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
      .optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'EventEnvelope' });
export type EventEnvelope = z.infer<typeof envelope>;
