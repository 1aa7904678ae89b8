import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  EventOf,
  exportBoard,
  InputOf,
  listToday,
  search,
  showBoardIndex,
  showBoardRows,
  showBoardSummary,
  showExport,
  Stage,
  viewExported,
} from '@tidewaiter/contracts';
import { CLOCK_BINS, STAGES } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { NotFound, unreachable, type Instant, type Money } from '@tidewaiter/kernel';
import { byOf, CLOCK, EVENT_STORE, idFor, type CallerIdentity } from '@tidewaiter/platform';
import { firstTask, initialBoard, payableOf, type BoardRow } from '../domain/board.js';
import { csvOf, type Cell } from '../domain/csv.js';
import { mayDecide } from '../domain/decisions.js';
import { binOf, byConsequence, clockOf, consequenceOf, reasonOf, type Ranked } from '../domain/rank.js';
import type { Shipment } from '../domain/shipment.js';
import { dayIn, zoneOf } from '../domain/standing.js';
import { exportTaken } from '../domain/export.js';
import type { Estimate } from '../domain/estimate.js';
import { Estimates } from './estimates.js';
import type { Known } from './known.js';
import type { TaskRow } from './read-models.js';
import { termsToFind } from '../postgres/party-terms.js';
import { REFERENCE_DATA, type ReferenceData } from './reference-data.js';
import { shipmentView, STAGES_OF_PARTS, taskView } from './views.js';

type Query = InputOf<typeof showBoardIndex>['query'];
type Filter = Omit<Query, 'sort' | 'direction'>;
type ClockBin = (typeof CLOCK_BINS)[number];

/** Where each bin of a clock begins and ends, in days from now; as `binOf` says it for one row. */
const BINS: Record<ClockBin, string> = {
  overdue: `b.due < now()`,
  '1': `b.due >= now() and b.due < now() + interval '1 day'`,
  '3': `b.due >= now() + interval '1 day' and b.due < now() + interval '3 days'`,
  '10': `b.due >= now() + interval '3 days' and b.due < now() + interval '10 days'`,
  later: `b.due >= now() + interval '10 days'`,
  none: `b.due is null`,
};
const WAITING = {
  us: `b.role is not null`,
  others: `b.role is null and b.waiting is not null`,
  nobody: `b.waiting is null`,
};

/** Columns by the names that a view sorts by; each ends with the key, so that an order is one order only. */
const SORTS: Record<Query['sort'], string> = {
  consequence: 'b.due, b.payable desc nulls last',
  reference: 'b.reference',
  customer: 'b.customer',
  stage: `array_position(array[${STAGES.map((stage) => `'${stage}'`).join(', ')}], b.stage)`,
  waiting: 'b.waiting',
  clock: 'b.due',
  payable: 'b.payable',
  last: 'b.last_at',
  opened: 'b.opened_at',
};
const orderOf = ({ sort, direction }: Pick<Query, 'sort' | 'direction'>): string => {
  if (sort === 'consequence')
    return direction === 'ascending' ? 'b.due, b.payable desc nulls last, b.key' : 'b.due desc nulls last, b.key';
  return `${SORTS[sort]} ${direction === 'ascending' ? 'asc' : 'desc'} nulls last, b.key`;
};

/** The condition of a view as one person sees it; parameters from `$2` on, `$1` is the tenant. */
export function conditionOf(filter: Filter, subject: string): { where: string; params: unknown[] } {
  const params: unknown[] = [];
  const parts = ['b.tenant_id = $1', 'b.key is not null'];
  const equal = (column: string, value: unknown): void => {
    if (value === undefined) return;
    params.push(value);
    parts.push(`b.${column} = $${params.length + 1}`);
  };
  equal('stage', filter.stage);
  equal('destination', filter.to);
  equal('origin', filter.from);
  equal('role', filter.role);
  equal('customer', filter.customer);
  if (filter.waiting) parts.push(WAITING[filter.waiting]);
  if (filter.clock) parts.push(`(${BINS[filter.clock]})`);
  if (filter.watched) {
    params.push(subject);
    parts.push(
      `exists (select from watchers w where w.tenant_id = b.tenant_id and w.shipment_id = b.shipment_id and w.subject = $${params.length + 1})`,
    );
  }
  if (filter.q !== undefined) {
    params.push(`%${filter.q.toLowerCase().replace(/[\\%_]/g, (char) => `\\${char}`)}%`);
    parts.push(`b.found like $${params.length + 1}`);
  }
  return { where: parts.join(' and '), params };
}

type Listed = Record<string, unknown> & {
  id: string;
  key: number;
  state: Known<Shipment>;
  version: number;
  opened_at: string;
  board: BoardRow;
  customer: string | null;
  position: string;
  stages: Record<string, Stage> | null;
};
const LISTED = `select s.id, b.key, s.state, s.version, s.opened_at, b.row as board, b.customer, s.position, ${STAGES_OF_PARTS} as stages
  from board b join shipments s on s.tenant_id = b.tenant_id and s.id = b.shipment_id`;

type Working = Record<string, unknown> & {
  id: string;
  position: string;
  state: TaskRow;
  version: number;
  shipment: Known<Shipment> | null;
  board: BoardRow | null;
  customer: string | null;
};
/** Whether today's list holds a task. @param decidable by the roles of who looks */
function isShown(
  whose: InputOf<typeof listToday>['query']['whose'],
  decidable: boolean,
  assignee: string | null,
  actor: string,
): boolean {
  switch (whose) {
    case 'mine':
      return decidable && (assignee === null || assignee === actor);
    case 'team':
      return decidable;
    case 'unassigned':
      return decidable && assignee === null;
    case 'all':
      return true;
    default:
      return unreachable(whose);
  }
}

/** More open tasks than these are not ranked one by one: those due first are. */
const RANKED_AT_MOST = 2000;
const EXPORTED_AT_MOST = 200_000;
const BATCH = 5000;

/** Views over the whole board: an order of keys, rows by key, counts, work by consequence, search, export. */
export class BoardViews {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: () => Instant,
    @Inject(REFERENCE_DATA) private readonly reference: ReferenceData,
    @Inject(Estimates) private readonly estimates: Estimates,
  ) {}

  /** Position of the newest entry that the board has taken in, "0" before the first. */
  async position(tenant: string): Promise<string> {
    const [row] = await this.store.query<{ position: string }>(
      tenant,
      `select position from timeline where tenant_id = $1 order by position desc limit 1`,
      [tenant],
    );
    return row?.position ?? '0';
  }

  /** Keys in the view's order, four bytes each: a hundred thousand are 400 kB, put together by the database. */
  async index({ tenant, subject }: CallerIdentity, query: Query): Promise<Buffer> {
    const { where, params } = conditionOf(query, subject);
    const [row] = await this.store.query<{ keys: Buffer | null }>(
      tenant,
      `select string_agg(int4send(b.key), ''::bytea order by ${orderOf(query)}) as keys from board b where ${where}`,
      [tenant, ...params],
    );
    return row?.keys ?? Buffer.alloc(0);
  }

  async rows(tenant: string, keys: readonly number[]): Promise<AnswerOf<typeof showBoardRows>> {
    const [rows, estimate, position] = await Promise.all([
      this.store.query<Listed>(tenant, `${LISTED} where b.tenant_id = $1 and b.key = any($2::integer[])`, [
        tenant,
        keys,
      ]),
      this.estimates.forRows(tenant),
      this.position(tenant),
    ]);
    const at = this.clock();
    return { rows: rows.map((row) => rowView(row, at, estimate(row.board, row.state))), position };
  }

  async summary({ tenant, subject }: CallerIdentity, filter: Filter): Promise<AnswerOf<typeof showBoardSummary>> {
    const { where, params } = conditionOf(filter, subject);
    const bin = `case ${Object.entries(BINS)
      .map(([name, condition]) => `when ${condition} then '${name}'`)
      .join(' ')} end`;
    const [counts, position] = await Promise.all([
      this.store.query<{ stage: Stage; bin: ClockBin; count: number }>(
        tenant,
        `select b.stage, ${bin} as bin, count(*)::integer as count from board b where ${where} group by 1, 2`,
        [tenant, ...params],
      ),
      this.position(tenant),
    ]);
    const sumOf = (of: (count: (typeof counts)[number]) => boolean): number =>
      counts.filter(of).reduce((sum, { count }) => sum + count, 0);
    return {
      total: sumOf(() => true),
      stages: STAGES.map((stage) => ({ stage, count: sumOf((each) => each.stage === stage) })),
      clocks: CLOCK_BINS.map((name) => ({
        bin: name,
        count: sumOf((each) => each.bin === name),
      })),
      position,
    };
  }

  /** What is open, by consequence. */
  async today(
    { tenant, roles, actor }: CallerIdentity,
    { whose }: InputOf<typeof listToday>['query'],
  ): Promise<AnswerOf<typeof listToday>> {
    const [rows, position] = await Promise.all([
      this.store.query<Working>(
        tenant,
        `select t.id, t.position, t.state, t.version, s.state as shipment, b.row as board, b.customer
           from tasks t
           left join shipments s on s.tenant_id = t.tenant_id and s.id = t.shipment_id
           left join board b on b.tenant_id = t.tenant_id and b.shipment_id = t.shipment_id
          where t.tenant_id = $1 and t.status = 'open' order by t.due, t.position limit $2`,
        [tenant, RANKED_AT_MOST],
      ),
      this.position(tenant),
    ]);
    const at = this.clock();
    const ranked = rows
      .map((row) => ({ row, item: this.ranked(row), mine: mayDecide(roles, row.state.role) }))
      .filter(({ row, mine }) => isShown(whose, mine, row.state.assignee ?? null, actor))
      .sort((a, b) => byConsequence(a.item, b.item));
    const items = ranked.map(({ row, item, mine }, index) => {
      const { shipment, customer, board } = row;
      const clock = clockOf(item);
      const today = dayIn(this.reference.standing, shipment?.destination ?? '', at);
      return {
        rank: index + 1,
        reason: reasonOf(item, today),
        ifMissed: consequenceOf(item.kind).ifMissed,
        clock,
        country: shipment?.destination ?? null,
        atStake: item.atStake,
        mine,
        task: taskView(row),
        shipment: shipment
          ? {
              shipmentId: shipment.shipmentId,
              reference: shipment.reference,
              customer,
              destination: shipment.destination,
              summary: (board ?? initialBoard).now.says,
            }
          : null,
      };
    });
    const statutoryToday = items.filter(({ clock, country }) => {
      const today = dayIn(this.reference.standing, country ?? '', at);
      return clock?.kind === 'statutory' && clock.on <= today;
    }).length;
    return { items, total: items.length, statutoryToday, position };
  }

  private ranked({ state, position, shipment, board }: Working): Ranked {
    return {
      kind: state.kind,
      due: state.due,
      zone: zoneOf(this.reference.standing, shipment?.destination ?? ''),
      atStake: amountIn(state.about) ?? (board ? payableOf(board) : null),
      raised: Number(position),
    };
  }

  async search(tenant: string, { q }: InputOf<typeof search>['query']): Promise<AnswerOf<typeof search>> {
    const text = q.toLowerCase();
    const like = `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
    const terms = termsToFind(tenant, q);
    const [shipments, ofParty, engagements, guarantees] = await Promise.all([
      this.store.query<Listed>(
        tenant,
        `${LISTED} where b.tenant_id = $1 and b.found like $2 order by b.reference ilike $3 desc, b.key desc limit 20`,
        [tenant, like, like.slice(1)],
      ),
      terms.length === 0
        ? []
        : this.store.query<Listed>(
            tenant,
            `${LISTED} join party_terms p on p.tenant_id = b.tenant_id and p.shipment_id = b.shipment_id
              where b.tenant_id = $1 and p.terms @> $2::bigint[] order by b.key desc limit 20`,
            [tenant, terms],
          ),
      this.store.query<{ id: string; name: string; status: string }>(
        tenant,
        `select id, state->'customer'->>'name' as name, state->>'kind' as status from engagements
          where tenant_id = $1 and lower(state->'customer'->>'name') like $2 order by position desc limit 5`,
        [tenant, like],
      ),
      this.store.query<{ id: string; reference: string; destination: string }>(
        tenant,
        `select id, state->>'reference' as reference, state->>'destination' as destination from guarantees
          where tenant_id = $1 and lower(state->>'reference') like $2 order by position desc limit 5`,
        [tenant, like],
      ),
    ]);
    return {
      items: [
        ...shipments.map((row) => {
          const { reference } = row.state;
          const mrn = row.board.mrn?.value ?? '';
          const by = reference.toLowerCase().includes(text)
            ? ('reference' as const)
            : mrn.toLowerCase().includes(text)
              ? ('mrn' as const)
              : (row.customer ?? '').toLowerCase().includes(text)
                ? ('customer' as const)
                : ('carrier reference' as const);
          return { kind: 'shipment' as const, id: row.id, label: reference, by, hint: shipmentView(row).summary };
        }),
        ...ofParty
          .filter(({ id }) => shipments.every((row) => row.id !== id))
          .map((row) => ({
            kind: 'shipment' as const,
            id: row.id,
            label: row.state.reference,
            by: 'party' as const,
            hint: shipmentView(row).summary,
          })),
        ...engagements.map(({ id, name, status }) => ({
          kind: 'engagement' as const,
          id,
          label: name,
          by: 'customer' as const,
          hint: `${status} engagement`,
        })),
        ...guarantees.map(({ id, reference, destination }) => ({
          kind: 'guarantee' as const,
          id,
          label: reference,
          by: 'reference' as const,
          hint: `guarantee in ${destination}`,
        })),
      ],
    };
  }

  /** The view as CSV. That it was taken, by whom, how many rows and of which position, is an event. */
  async export(
    caller: CallerIdentity,
    body: InputOf<typeof exportBoard>['body'],
    commandId: string,
  ): Promise<{ exportId: string; csv: string }> {
    const { tenant } = caller;
    // Read before the rows are: they hold at least what was there then.
    const position = await this.position(tenant);
    const bytes = await this.index(caller, body);
    const keys = Array.from({ length: Math.min(bytes.length / 4, EXPORTED_AT_MOST) }, (_, at) =>
      bytes.readInt32BE(at * 4),
    );
    const at = this.clock();
    const lines: Cell[][] = [];
    for (let from = 0; from < keys.length; from += BATCH) {
      const { rows } = await this.rows(tenant, keys.slice(from, from + BATCH));
      const byKey = new Map(rows.map((row) => [row.key, row]));
      for (const key of keys.slice(from, from + BATCH)) {
        const row = byKey.get(key);
        if (row) lines.push(cellsOf(row));
      }
    }
    const exportId = idFor('export', tenant, commandId);
    const view = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
    await this.store.execute(
      exportTaken,
      `export-${exportId}`,
      { type: 'TakeExport', exportId, page: 'board', view, rows: lines.length, position },
      byOf(caller, exportId, commandId),
      { fingerprint: { ...body, at: at.slice(0, 10) } },
    );
    return { exportId, csv: csvOf(HEAD, lines) };
  }

  /** @throws NotFound `shipments.export.unknown` */
  async exported(tenant: string, exportId: string): Promise<AnswerOf<typeof showExport>> {
    const [event] = await this.store.read(tenant, `export-${exportId}`);
    if (!event)
      throw new NotFound('shipments.export.unknown', 'no such export', { advice: 'Take the view away again.' });
    const { page, view, rows, position = null } = event.data as EventOf<typeof viewExported>['data'];
    return { exportId, page, view, rows, position, takenAt: event.time, takenBy: event.actor, times: 'UTC' };
  }
}

const HEAD = [
  'reference',
  'customer',
  'origin',
  'destination',
  'stage',
  'summary',
  'waiting for',
  'clock due (UTC)',
  'delivered by, half of like cases (UTC)',
  'delivered by, nine of ten like cases (UTC)',
  'payable',
  'payable currency',
  'paid',
  'paid currency',
  'MRN',
  'last event',
  'last event at (UTC)',
  'opened at (UTC)',
  'shipment id',
];

const text = (value: string | null | undefined): Cell =>
  value === null || value === undefined ? null : { text: value };
const amount = (value: Money | null): Cell[] =>
  value === null ? [null, null] : [{ number: value.amount }, { text: value.currency }];

const cellsOf = (row: ReturnType<typeof rowView>): Cell[] => [
  text(row.reference),
  text(row.customer),
  text(row.origin),
  text(row.destination),
  text(row.stage),
  text(row.summary),
  text(row.waitingFor),
  text(row.clock?.due),
  text(row.eta?.p50),
  text(row.eta?.p90),
  ...amount(row.payable),
  ...amount(row.paid),
  text(row.mrn),
  text(row.lastEvent?.type),
  text(row.lastEvent?.time),
  text(row.openedAt),
  text(row.shipmentId),
];

function rowView(row: Listed, at: Instant, eta: Estimate | null) {
  const task = firstTask(row.board);
  const due = task?.due ?? null;
  return {
    key: row.key,
    ...shipmentView(row),
    customer: row.customer,
    says: task?.says ?? row.board.now.says,
    clock: task && due !== null ? { due, kind: consequenceOf(task.kind).clock, bin: binOf(due, at) } : null,
    eta,
  };
}

/** The amount a task is about, where it names one. */
function amountIn(about: Record<string, unknown>): Money | null {
  for (const name of ['amount', 'authority', 'required', 'atStake']) {
    const value = about[name] as Partial<Money> | null | undefined;
    if (value && typeof value.amount === 'string' && typeof value.currency === 'string')
      return { amount: value.amount, currency: value.currency };
  }
  return null;
}
