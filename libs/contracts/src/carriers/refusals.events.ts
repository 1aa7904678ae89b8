import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { instant, uuid } from '../values.js';

const amount = z.strictObject({ value: z.string(), unit: z.string() });
const base = {
  shipmentId: uuid,
  bookingId: uuid,
  line: z.int().positive(),
  quantity: amount,
  by: z.string(),
  at: instant,
};

/** What became of goods that the consignee did not take. `returned`: to the seller or a store, without leaving the customs territory. */
export const DISPOSALS = ['returned', 're-exported', 'destroyed'] as const;
export type Disposal = (typeof DISPOSALS)[number];

export const goodsRefused = defineEvent(
  'carriers',
  'GoodsRefused',
  'The consignee did not take a quantity that was brought: it is neither delivered nor on its way.',
  z.strictObject({ ...base, remaining: amount, reason: z.string() }),
  { happenedAt: '/at' },
);

export const refusedGoodsDisposed = defineEvent(
  'carriers',
  'RefusedGoodsDisposed',
  'What became of refused goods, with the paper that shows it.',
  z.strictObject({ ...base, how: z.enum(DISPOSALS), reference: z.string() }),
  { happenedAt: '/at' },
);

export type RefusalEvent = EventOf<typeof goodsRefused> | EventOf<typeof refusedGoodsDisposed>;
