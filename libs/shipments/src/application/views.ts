import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  InputOf,
  listShipments,
  listTasks,
  showEngagement,
  showShipment,
  showTask,
  showTimeline,
  Stage,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import type { Instant } from '@tidewaiter/kernel';
import { NotFound } from '@tidewaiter/kernel';
import { CLOCK, EVENT_STORE, type CallerIdentity } from '@tidewaiter/platform';
import { initialBoard, paidOf, payableOf, stageOf, summaryOf, waitingForOf, type BoardRow } from '../domain/board.js';
import { engagementStatus, type Engagement } from '../domain/engagement.js';
import { headroomOf, reservedOf, type Guarantee } from '../domain/guarantee.js';
import type { Importer } from '../domain/importer.js';
import type { Shipment } from '../domain/shipment.js';
import { dayIn } from '../domain/standing.js';
import { dueCursor, pageOf, positionCursor, type Page } from '../postgres/page.js';
import { knownEngagement, type Known } from './known.js';
import type { TaskRow } from './read-models.js';
import { REFERENCE_DATA, type ReferenceData } from './reference-data.js';

interface Row<S> {
  id: string;
  position: string;
  state: S;
  version: number;
}
interface Paging {
  limit: number;
  after?: string | undefined;
}
type ShipmentRow = Row<Known<Shipment>> & {
  opened_at: string;
  board: BoardRow | null;
  /** stages of its parts by their ids; null where it has none */
  stages: Record<string, Stage> | null;
};
type TimelineRow = Omit<AnswerOf<typeof showTimeline>['items'][number], 'eventId' | 'causationId'> & {
  event_id: string;
  causation_id: string;
};
type TaskListed = Row<TaskRow> & { due_key: string };

export type ShipmentView = AnswerOf<typeof showShipment>;
export type EngagementView = AnswerOf<typeof showEngagement>;
export type TaskView = AnswerOf<typeof showTask>;

/** Stages of the parts of a shipment `s` by their ids. */
export const STAGES_OF_PARTS = `case when s.state ? 'parts' then (
    select jsonb_object_agg(p.shipment_id, p.stage) from board p
     where p.tenant_id = s.tenant_id and p.shipment_id in (select (part->>'shipmentId')::uuid from jsonb_array_elements(s.state->'parts') part)
  ) end`;

const SHIPMENT = `select s.id, s.position, s.state, s.version, s.opened_at, b.row as board, ${STAGES_OF_PARTS} as stages
  from shipments s left join board b on b.tenant_id = s.tenant_id and b.shipment_id = s.id`;

const TASK = `select id, position, state, version,
  case when due = 'infinity' then 'infinity' else to_char(due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as due_key from tasks`;

const notFound = (what: string): NotFound =>
  new NotFound(`shipments.${what}.unknown`, `no such ${what}`, {
    advice: `Look at the list of ${what}s of your tenant.`,
  });

/** What people see. Every question is asked under the caller's tenant; another tenant's thing is as unknown as none. */
export class Views {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: () => Instant,
    @Inject(REFERENCE_DATA) private readonly reference: ReferenceData,
  ) {}

  async importers(tenant: string, paging: Paging): Promise<Page<ReturnType<typeof importerView>>> {
    return this.oldestFirst<Known<Importer>, ReturnType<typeof importerView>>(
      'importers',
      tenant,
      paging,
      importerView,
    );
  }

  async importer(tenant: string, id: string): Promise<ReturnType<typeof importerView>> {
    return importerView(await this.one<Known<Importer>>('importers', 'importer', tenant, id));
  }

  async guarantees(tenant: string, paging: Paging): Promise<Page<ReturnType<typeof guaranteeView>>> {
    return this.oldestFirst<Known<Guarantee>, ReturnType<typeof guaranteeView>>(
      'guarantees',
      tenant,
      paging,
      guaranteeView,
    );
  }

  async guarantee(tenant: string, id: string): Promise<ReturnType<typeof guaranteeView>> {
    return guaranteeView(await this.one<Known<Guarantee>>('guarantees', 'guarantee', tenant, id));
  }

  async engagements(tenant: string, paging: Paging): Promise<Page<EngagementView>> {
    return this.oldestFirst<Known<Engagement>, EngagementView>('engagements', tenant, paging, (row) =>
      this.engagementView(row),
    );
  }

  /** From the events themselves: only there is the contact person, as long as its key exists. */
  async engagement(tenant: string, id: string): Promise<EngagementView> {
    return this.engagementView(await knownEngagement(this.store, tenant, id));
  }

  async shipments(tenant: string, query: InputOf<typeof listShipments>['query']): Promise<Page<ShipmentView>> {
    const { limit, after, stage, reference } = query;
    const rows = await this.store.query<ShipmentRow>(
      tenant,
      `${SHIPMENT} where s.tenant_id = $1 and ($2::bigint is null or s.position < $2)
         and ($3::text is null or coalesce(b.stage, 'engagement') = $3) and ($4::text is null or s.reference = $4)
       order by s.position desc limit $5`,
      [tenant, positionCursor(after), stage ?? null, reference ?? null, limit + 1],
    );
    return pageOf(rows, limit, shipmentView, (row) => row.position);
  }

  async shipment(tenant: string, id: string): Promise<ShipmentView> {
    const [row] = await this.store.query<ShipmentRow>(tenant, `${SHIPMENT} where s.tenant_id = $1 and s.id = $2`, [
      tenant,
      id,
    ]);
    if (!row) throw notFound('shipment');
    return shipmentView(row);
  }

  async timeline(tenant: string, shipmentId: string, { limit, after }: Paging): Promise<AnswerOf<typeof showTimeline>> {
    await this.one('shipments', 'shipment', tenant, shipmentId);
    const rows = await this.store.query<TimelineRow>(
      tenant,
      `select position, event_id, type, context, name, stream, version, time, actor, causation_id, says, data
         from timeline where tenant_id = $1 and shipment_id = $2 and position > coalesce($3::bigint, 0) order by position limit $4`,
      [tenant, shipmentId, positionCursor(after), limit + 1],
    );
    const view = ({ event_id: eventId, causation_id: causationId, ...entry }: TimelineRow) => ({
      eventId,
      causationId,
      ...entry,
    });
    return pageOf(rows, limit, view, (row) => row.position);
  }

  async tasks(
    { tenant, actor }: Pick<CallerIdentity, 'tenant' | 'actor'>,
    query: InputOf<typeof listTasks>['query'],
  ): Promise<Page<TaskView>> {
    const { limit, after, shipment, status, kind, assignee } = query;
    const cursor = dueCursor(after);
    const who = assignee === 'me' ? actor : (assignee ?? null);
    const rows = await this.store.query<TaskListed>(
      tenant,
      `${TASK} where tenant_id = $1 and status = $2 and ($3::uuid is null or shipment_id = $3) and ($4::text is null or kind = $4)
         and ($5::timestamptz is null or (due, position) > ($5, $6::bigint))
         and ($7::text is null or assignee = $7 or ($7 = 'nobody' and assignee is null))
       order by due, position limit $8`,
      [tenant, status, shipment ?? null, kind ?? null, cursor?.due ?? null, cursor?.position ?? null, who, limit + 1],
    );
    return pageOf(rows, limit, taskView, (row) => `${row.due_key}_${row.position}`);
  }

  async task(tenant: string, id: string): Promise<TaskView> {
    return taskView(await this.one<TaskRow>('tasks', 'task', tenant, id));
  }

  private async one<S>(table: string, what: string, tenant: string, id: string): Promise<Row<S>> {
    const [row] = await this.store.query<Row<S> & Record<string, unknown>>(
      tenant,
      `select id, position, state, version from ${table} where tenant_id = $1 and id = $2`,
      [tenant, id],
    );
    if (!row) throw notFound(what);
    return row;
  }

  private async oldestFirst<S, V>(
    table: 'importers' | 'guarantees' | 'engagements',
    tenant: string,
    { limit, after }: Paging,
    view: (row: Row<S>) => V,
  ): Promise<Page<V>> {
    const rows = await this.store.query<Row<S> & Record<string, unknown>>(
      tenant,
      `select id, position, state, version from ${table}
        where tenant_id = $1 and position > coalesce($2::bigint, 0) order by position limit $3`,
      [tenant, positionCursor(after), limit + 1],
    );
    return pageOf(rows, limit, view, (row) => row.position);
  }

  private engagementView({ state, version }: Pick<Row<Known<Engagement>>, 'state' | 'version'>): EngagementView {
    const { engagementId, kind, customer, importerId, destinations, validFrom, validTo, mandates, title, frozen } =
      state;
    const status = engagementStatus(state, dayIn(this.reference.standing, destinations[0]!, this.clock()));
    return {
      engagementId,
      kind,
      customer,
      importerId,
      destinations: [...destinations],
      status,
      validFrom,
      validTo,
      title: title ?? null,
      frozen: [...(frozen ?? [])],
      mandates: [...mandates],
      version,
    };
  }
}

function importerView({ state, version }: Row<Known<Importer>>) {
  const { importerId, code, name, destinations, identifiers } = state;
  return { importerId, code, name, destinations, identifiers, version };
}

function guaranteeView({ state, version }: Row<Known<Guarantee>>) {
  const { guaranteeId, importerId, destination, reference, limit } = state;
  return {
    guaranteeId,
    importerId,
    destination,
    reference,
    limit,
    reserved: reservedOf(state),
    headroom: headroomOf(state),
    version,
  };
}

export function shipmentView({
  state,
  version,
  opened_at: openedAt,
  board,
  stages,
}: Omit<ShipmentRow, 'id' | 'position'>): ShipmentView {
  const row = board ?? initialBoard;
  const { shipmentId, engagementId, reference, destination, origin, transport, portOfEntry } = state;
  return {
    shipmentId,
    engagementId,
    reference,
    destination,
    origin,
    transport,
    portOfEntry,
    stage: stageOf(row),
    summary: summaryOf(row),
    waitingFor: waitingForOf(row),
    openTasks: Object.keys(row.tasks).length,
    payable: payableOf(row),
    paid: paidOf(row),
    mrn: row.mrn?.value ?? null,
    lastEvent: row.lastEvent,
    openedAt,
    parentId: state.parentId ?? null,
    parts: (state.parts ?? []).map((part) => ({ ...part, stage: stages?.[part.shipmentId] ?? 'engagement' })),
    version,
    events: row.events,
  };
}

export function taskView({ state, version }: Pick<Row<TaskRow>, 'state' | 'version'>): TaskView {
  const { taskId, shipmentId, engagementId, kind, role, status, says, about, due, assignee = null } = state;
  return {
    ...{ taskId, shipmentId, engagementId, kind, role, status, says, about, due, assignee },
    takenAt: state.takenAt ?? null,
    decisions: [...state.decisions],
    version,
  };
}
