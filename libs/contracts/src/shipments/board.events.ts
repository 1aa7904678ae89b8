import { z } from 'zod';
import { defineEvent } from '../define-event.js';
import { uuid } from '../values.js';

export const viewExported = defineEvent(
  'shipments',
  'ViewExported',
  'Somebody took a view of the board away as a file.',
  z.strictObject({
    exportId: uuid,
    page: z.enum(['board']),
    view: z.record(z.string().max(40), z.string().max(200)).meta({ description: 'filters and order of the view' }),
    rows: z.int().nonnegative(),
    position: z
      .string()
      .max(18)
      .optional()
      .meta({ description: 'position of the board that was shown; not recorded at first' }),
  }),
);
