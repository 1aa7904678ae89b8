import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { STAGES } from '../names.js';
import { country, instant, legalDate, money, uuid } from '../values.js';
import { shipmentView, taskView } from './routes.js';

const everyone = ['operator', 'approver', 'compliance', 'auditor', 'partner', 'administrator'] as const;
const house = ['operator', 'approver', 'compliance', 'auditor', 'administrator'] as const;
const workers = ['operator', 'approver', 'compliance', 'administrator'] as const;

const position = z
  .string()
  .regex(/^\d{1,18}$/)
  .meta({ description: 'Position in the order in which the board took events in' });

export const streamFeed = defineRoute('shipments', 'streamFeed', 'GET /v1/feed', {
  summary: 'What has changed on the board, as server-sent events, resumable by `Last-Event-ID`',
  description:
    'Says what changed, not how it looks: `{ subject, shipmentId, stream, version, time }`. An entry is sent once the board shows it.',
  access: everyone,
  query: z.strictObject({ after: position.optional() }),
  produces: 'text/event-stream',
});

/** How near a deadline is, in days: passed, less than one, three, ten, later, or no clock runs. */
export const CLOCK_BINS = ['overdue', '1', '3', '10', 'later', 'none'] as const;
export const BOARD_SORTS = [
  'consequence',
  'reference',
  'customer',
  'stage',
  'waiting',
  'clock',
  'payable',
  'last',
  'opened',
] as const;

/** What a view of the board is narrowed by. */
export const boardFilter = {
  stage: z.enum(STAGES).optional(),
  to: country.optional(),
  from: country.optional(),
  customer: z.string().max(140).optional(),
  waiting: z.enum(['us', 'others', 'nobody']).optional(),
  role: z.string().max(40).optional().meta({ description: 'whose task is due first' }),
  clock: z.enum(CLOCK_BINS).optional(),
  watched: z.literal('me').optional().meta({ description: 'what the caller watches' }),
  q: z.string().max(70).optional().meta({ description: 'reference, MRN, carrier’s reference or customer, in part' }),
};
export const boardQuery = z
  .strictObject({
    ...boardFilter,
    sort: z.enum(BOARD_SORTS).default('consequence'),
    direction: z.enum(['ascending', 'descending']).default('ascending'),
  })
  .meta({ id: 'BoardQuery' });

export const showBoardIndex = defineRoute('shipments', 'showBoardIndex', 'GET /v1/board/index', {
  summary: 'Keys of the shipments that a view shows, in its order: one unsigned 32-bit integer each, big-endian',
  access: house,
  query: boardQuery,
  produces: 'application/octet-stream',
});

/** From fewer than 30 like cases there is no estimate, only their number. */
const estimate = z
  .strictObject({
    cases: z
      .int()
      .meta({ description: 'like cases: same destination and mode of transport, in this stage for at least as long' }),
    p50: instant.nullable().meta({ description: 'delivered by then in half of them' }),
    p90: instant.nullable().meta({ description: 'delivered by then in nine of ten' }),
  })
  .meta({ id: 'DeliveryEstimate' });

export const showEstimate = defineRoute('shipments', 'showEstimate', 'GET /v1/shipments/{shipmentId}/estimate', {
  summary: 'When a shipment is delivered, by how long like ones took, as twenty equally likely instants',
  access: house,
  params: z.strictObject({ shipmentId: uuid }),
  answer: z.strictObject({
    destination: country,
    transport: z.string(),
    stage: z.enum(STAGES).nullable(),
    since: instant.nullable().meta({ description: 'when it entered its stage' }),
    estimate: estimate.nullable(),
    dots: z.array(instant).max(20),
    due: instant.nullable().meta({ description: 'the deadline that comes first' }),
  }),
  problems: ['shipments.shipment.unknown'],
});

export const boardRow = z
  .strictObject({
    key: z.int(),
    ...shipmentView.shape,
    customer: z.string().nullable(),
    says: z
      .string()
      .meta({ description: 'What is to be done, or what happened last: the summary without who and until when' }),
    clock: z
      .strictObject({ due: instant, kind: z.enum(['statutory', 'sla']), bin: z.enum(CLOCK_BINS) })
      .nullable()
      .meta({ description: 'The deadline that comes first' }),
    eta: estimate
      .nullable()
      .meta({ description: 'When the goods are delivered, by like cases; null where no delivery is awaited' }),
  })
  .meta({ id: 'BoardRow' });
export const showBoardRows = defineRoute('shipments', 'showBoardRows', 'GET /v1/board/rows', {
  summary: 'Rows of the board by their keys, up to 200',
  access: house,
  query: z.strictObject({
    keys: z.string().regex(/^\d{1,10}(,\d{1,10}){0,199}$/, 'up to 200 keys, separated by commas'),
  }),
  answer: z.strictObject({ rows: z.array(boardRow), position }),
});

export const showBoardSummary = defineRoute('shipments', 'showBoardSummary', 'GET /v1/board/summary', {
  summary: 'How many shipments stand in each stage, and how near their deadlines are',
  access: house,
  query: z.strictObject(boardFilter),
  answer: z.strictObject({
    total: z.int(),
    stages: z.array(z.strictObject({ stage: z.enum(STAGES), count: z.int() })),
    clocks: z.array(z.strictObject({ bin: z.enum(CLOCK_BINS), count: z.int() })),
    position,
  }),
});

export const exportBoard = defineRoute('shipments', 'exportBoard', 'POST /v1/board/exports', {
  summary: 'A view of the board as CSV; that it was taken is recorded',
  description:
    'RFC 4180, UTF-8 with a byte order mark. Codes are text, amount and currency stand in two columns, instants are UTC. Text that a spreadsheet would take for a formula is neutralised. `Location` names what tells view, position and time of it.',
  access: house,
  body: boardQuery,
  status: 200,
  produces: 'text/csv',
});

export const showExport = defineRoute('shipments', 'showExport', 'GET /v1/board/exports/{exportId}', {
  summary: 'What a file that was taken away holds: the `.meta.json` beside it',
  access: house,
  params: z.strictObject({ exportId: uuid }),
  answer: z.strictObject({
    exportId: uuid,
    page: z.enum(['board']),
    view: z.record(z.string(), z.string()),
    rows: z.int().nonnegative(),
    position: position.nullable(),
    takenAt: instant,
    takenBy: z.string(),
    times: z.literal('UTC'),
  }),
  problems: ['shipments.export.unknown'],
});

export const savedView = z
  .strictObject({
    viewId: uuid,
    name: z.string().min(1).max(60),
    page: z.enum(['board', 'today', 'deliveries']),
    query: z.record(z.string().max(40), z.string().max(200)),
    shared: z.boolean(),
    pinned: z.boolean(),
    mine: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'SavedView' });
const viewBody = z.strictObject({
  name: savedView.shape.name,
  page: savedView.shape.page,
  query: savedView.shape.query,
  shared: z.boolean().default(false),
  pinned: z.boolean().default(false),
});
export const listViews = defineRoute('shipments', 'listViews', 'GET /v1/views', {
  summary: 'Saved views: one’s own, and those that others of the tenant share',
  access: everyone,
  answer: z.strictObject({ items: z.array(savedView) }),
});
export const saveView = defineRoute('shipments', 'saveView', 'POST /v1/views', {
  summary: 'Save a view under a name',
  access: everyone,
  body: viewBody,
  answer: savedView,
  problems: ['shipments.view.too-many'],
});
export const changeView = defineRoute('shipments', 'changeView', 'PUT /v1/views/{viewId}', {
  summary: 'Change a view of one’s own',
  access: everyone,
  params: z.strictObject({ viewId: uuid }),
  body: viewBody,
  conditional: true,
  answer: savedView,
  problems: ['shipments.view.unknown'],
});
export const dropView = defineRoute('shipments', 'dropView', 'DELETE /v1/views/{viewId}', {
  summary: 'Drop a view of one’s own',
  access: everyone,
  params: z.strictObject({ viewId: uuid }),
  answer: z.strictObject({ dropped: z.literal(true) }),
  problems: ['shipments.view.unknown'],
});

export const workItem = z
  .strictObject({
    rank: z.int().positive(),
    /** why it stands where it does, in one sentence */
    reason: z.string(),
    /** what happens when it is not done in time */
    ifMissed: z.string(),
    clock: z
      .strictObject({ kind: z.enum(['statutory', 'sla']), due: instant, on: legalDate, latestStart: legalDate })
      .nullable(),
    country: country.nullable(),
    atStake: money.nullable(),
    mine: z.boolean().meta({ description: 'whether the caller’s roles may decide it, whoever has taken it' }),
    task: taskView,
    shipment: z
      .strictObject({
        shipmentId: uuid,
        reference: z.string(),
        customer: z.string().nullable(),
        destination: country,
        summary: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'WorkItem' });
export const listToday = defineRoute('shipments', 'listToday', 'GET /v1/today', {
  summary: 'Open tasks by consequence, each with the reason for its rank',
  description:
    'Statutory clocks stand before service clocks, then the latest start (deadline less the usual handling in the authority’s working days), then the money at stake.',
  access: workers,
  query: z.strictObject({
    whose: z.enum(['mine', 'team', 'unassigned', 'all']).default('mine').meta({
      description:
        'mine: the caller’s roles may decide and no colleague has taken it; team: taken or not; unassigned: nobody has it; all: of any role',
    }),
  }),
  answer: z.strictObject({ items: z.array(workItem), total: z.int(), statutoryToday: z.int(), position }),
});

export const searchHit = z
  .strictObject({
    kind: z.enum(['shipment', 'engagement', 'guarantee']),
    id: uuid,
    label: z.string(),
    by: z.enum(['reference', 'mrn', 'carrier reference', 'customer', 'party']),
    hint: z.string(),
  })
  .meta({ id: 'SearchHit' });
export const search = defineRoute('shipments', 'search', 'GET /v1/search', {
  summary:
    'Find by reference, MRN, carrier’s reference, container or customer, in part; by a party, in beginnings of its words',
  access: house,
  query: z.strictObject({ q: z.string().min(2).max(70) }),
  answer: z.strictObject({ items: z.array(searchHit) }),
});
