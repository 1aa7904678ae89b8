import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { STAGES } from '../names.js';
import { decimal, instant, legalDate, uuid } from '../values.js';

const everyone = ['operator', 'approver', 'compliance', 'auditor', 'partner', 'administrator'] as const;
const moment = {
  known: instant.optional().meta({ description: 'what had been recorded by then; all when not given' }),
  asof: instant.optional().meta({
    description: 'what was true by then, by the clock of who made it so; the same as known when not given',
  }),
};

export const STORY_RANKS = ['milestone', 'step', 'detail'] as const;
export const storyEntry = z
  .strictObject({
    n: z.int().meta({ description: 'number in the order in which it was learned, from 1: the name of the entry' }),
    position: z.string(),
    eventId: uuid,
    context: z.string(),
    name: z.string(),
    rank: z.enum(STORY_RANKS),
    /** it went wrong: never folded away */
    failure: z.boolean(),
    says: z.string(),
    actor: z.string(),
    learned: instant.meta({ description: 'when it was recorded here' }),
    said: instant
      .nullable()
      .meta({ description: 'when it became true by the clock of who made it so, where that is told' }),
    lateBy: z.int().nullable().meta({ description: 'seconds between said and learned, from a minute on' }),
    marks: z.array(z.enum(['late', 'repeated', 'out-of-order'])),
    causes: z.array(z.int()).meta({ description: 'entries that it rests on: recorded as its cause, or named by it' }),
    effects: z.array(z.int()),
    stream: z.string(),
    version: z.int(),
  })
  .meta({ id: 'StoryEntry' });
export const storyGap = z
  .strictObject({
    after: z.int().meta({ description: 'entry before the silence, in the order asked for' }),
    before: z.int().nullable().meta({ description: 'entry that ended it; null: it lasts' }),
    from: instant,
    until: instant,
    seconds: z.int(),
    waitingFor: z.string().nullable(),
    timer: z
      .strictObject({ what: z.string(), at: instant })
      .nullable()
      .meta({ description: 'what ends it at the latest' }),
  })
  .meta({ id: 'StoryGap' });

export const showStory = defineRoute('shipments', 'showStory', 'GET /v1/shipments/{shipmentId}/story', {
  summary: 'The shipment’s events of all contexts on one spine, with causes, two times and silences',
  access: everyone,
  params: z.strictObject({ shipmentId: uuid }),
  query: z.strictObject({ ...moment, order: z.enum(['learned', 'happened']).default('learned') }),
  answer: z.strictObject({
    shipmentId: uuid,
    position: z.string().meta({ description: 'newest entry that is in it; 0 before the first' }),
    order: z.enum(['learned', 'happened']),
    entries: z.array(storyEntry),
    gaps: z.array(storyGap),
  }),
  problems: ['shipments.shipment.unknown'],
});

export const stripView = z
  .strictObject({
    shipmentId: uuid,
    position: z.string(),
    stage: z.enum(STAGES),
    summary: z.strictObject({
      code: z.string().meta({ description: 'stable, for words in any language' }),
      params: z.record(z.string(), z.string()),
      says: z.string(),
    }),
    /** entries of the story that the summary rests on, the deciding one first */
    why: z.array(z.strictObject({ n: z.int(), says: z.string(), rule: z.string() })),
    waiting: z
      .strictObject({
        who: z.string(),
        what: z.string(),
        since: instant,
        taskId: uuid.nullable(),
        kind: z.string().nullable(),
      })
      .nullable(),
    clock: z
      .strictObject({
        kind: z.enum(['statutory', 'sla']),
        what: z.string(),
        at: instant,
        on: legalDate,
        zone: z.string(),
        city: z.string(),
        ifMissed: z.string(),
      })
      .nullable(),
    money: z
      .strictObject({ currency: z.string(), assessed: decimal.nullable(), now: decimal, later: decimal, paid: decimal })
      .nullable(),
    events: z.int(),
  })
  .meta({ id: 'Strip' });
export const showStrip = defineRoute('shipments', 'showStrip', 'GET /v1/shipments/{shipmentId}/strip', {
  summary: 'What waits, what is next late, what it costs, how much there is to prove; now or at a moment',
  access: everyone,
  params: z.strictObject({ shipmentId: uuid }),
  query: z.strictObject(moment),
  answer: stripView,
  problems: ['shipments.shipment.unknown'],
});
