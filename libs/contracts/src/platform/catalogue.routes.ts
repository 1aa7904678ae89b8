import { z } from 'zod';
import { defineRoute } from '../define-route.js';

export const showEventType = defineRoute('platform', 'showEventType', 'GET /schemas/{context}/{name}', {
  summary: 'One type of event: its versions, a sample of each, and what came with which release',
  access: 'public',
  params: z.strictObject({ context: z.string(), name: z.string() }),
  answer: z.strictObject({
    context: z.string(),
    name: z.string(),
    description: z.string(),
    versions: z.array(
      z.strictObject({
        version: z.int(),
        type: z.string(),
        schema: z.string().meta({ description: 'address of its JSON Schema' }),
        sample: z
          .looseObject({})
          .meta({ description: 'a whole CloudEvent as it might be, the values of persons taken out' }),
      }),
    ),
    changes: z
      .array(
        z.strictObject({
          on: z.iso.date(),
          version: z.int(),
          first: z.boolean().meta({ description: 'the version came with this release' }),
          added: z
            .array(z.string())
            .meta({ description: 'JSON pointers with `*` for any index, and values as `/status = held`' }),
        }),
      )
      .meta({ description: 'newest first' }),
  }),
  problems: ['house.event.unknown'],
});
export const showAsyncApi = defineRoute('platform', 'showAsyncApi', 'GET /asyncapi.json', {
  summary: 'AsyncAPI document of every event that the feed and webhooks carry, generated from the contracts',
  access: 'public',
  answer: z.looseObject({}),
});
