import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import type { Decider, DomainEvent } from '@tidewaiter/kernel';
import { engagement } from '../domain/engagement.js';
import { guarantee } from '../domain/guarantee.js';
import { importer } from '../domain/importer.js';
import { shipment } from '../domain/shipment.js';
import { task } from '../domain/task.js';
import { guaranteeDays } from '../postgres/guarantee-days.js';
import { partyTerms } from '../postgres/party-terms.js';

type Table = 'importers' | 'guarantees' | 'engagements' | 'shipments' | 'tasks';

interface Folding<S> {
  category: string;
  table: Table;
  decider: Pick<Decider<S, never, DomainEvent>, 'initial' | 'evolve'>;
  /** what of the state is kept: never the values of persons */
  keep?: (state: S, event: StoredEvent) => S;
  /** columns to find it by; undefined leaves the column as it is */
  columns?: (state: S, event: StoredEvent) => Record<string, string | null | undefined>;
}

/** The UUID in a stream's name; the later sheets of a guarantee have a number after it. */
const idOf = (stream: string, category: string): string => stream.slice(category.length + 1, category.length + 37);

async function applyOne<S>(tx: Tx, folding: Folding<S>, event: StoredEvent): Promise<void> {
  const { category, table, decider, keep, columns } = folding;
  const id = idOf(event.stream, category);
  const known = await tx.query<{ state: S }>(`select state from ${table} where tenant_id = $1 and id = $2`, [
    tx.tenant,
    id,
  ]);
  const evolved = decider.evolve(known.rows[0]?.state ?? decider.initial, event);
  const state = keep ? keep(evolved, event) : evolved;
  const extra = Object.entries(columns?.(state, event) ?? {}).filter(([, value]) => value !== undefined);
  const values = [JSON.stringify(state), event.version, ...extra.map(([, value]) => value)];
  const place = (index: number) => `$${index + 3}`;
  if (known.rows.length > 0) {
    const sets = ['state', 'version', ...extra.map(([name]) => name)].map((name, index) => `${name} = ${place(index)}`);
    await tx.query(`update ${table} set ${sets.join(', ')} where tenant_id = $1 and id = $2`, [
      tx.tenant,
      id,
      ...values,
    ]);
  } else {
    const names = ['tenant_id', 'id', 'state', 'version', ...extra.map(([name]) => name)];
    await tx.query(
      `insert into ${table} (${names.join(', ')}) values ($1, $2, ${values.map((_, index) => place(index)).join(', ')})`,
      [tx.tenant, id, ...values],
    );
  }
}

/** A table that holds each stream of a category folded by its decider, never behind the events. */
function projectionOf<S>(folding: Folding<S>): InlineProjection {
  return {
    name: `shipments.${folding.table}`,
    tables: [folding.table],
    async apply(tx, events) {
      for (const event of events) {
        if (event.stream.startsWith(`${folding.category}-`)) await applyOne(tx, folding, event);
      }
    },
  };
}

type StateOf<D> = D extends { initial: infer S } ? S : never;
type Foldable<D> = Pick<Decider<StateOf<D>, never, DomainEvent>, 'initial' | 'evolve'>;
const foldable = <D>(decider: D): Foldable<D> => decider as Foldable<D>;

export type TaskRow = Exclude<StateOf<typeof task>, { status: 'none' }> & {
  decisions: readonly { by: string; at: string; decision: Record<string, unknown> }[];
  /** when who has it took it; rows of earlier releases do not hold it */
  takenAt?: string | null;
};

const importers = projectionOf({ category: 'importer', table: 'importers', decider: foldable(importer) });

const guarantees = projectionOf({ category: 'guarantee', table: 'guarantees', decider: foldable(guarantee) });

const engagements = projectionOf({
  category: 'engagement',
  table: 'engagements',
  decider: foldable(engagement),
  keep: (state) => (state.status === 'none' ? state : { ...state, customer: { name: state.customer.name } }),
});

const shipments = projectionOf({
  category: 'shipment',
  table: 'shipments',
  decider: foldable(shipment),
  keep: (state) => (state.status === 'none' ? state : { ...state, parties: [] }),
  columns: (state, event) => ({
    reference: state.status === 'none' ? undefined : state.reference,
    opened_at: event.type === 'ShipmentOpened' ? event.time : undefined,
    parties_at:
      event.type === 'ShipmentOpened' || (event.type === 'ShipmentAmended' && 'parties' in (event.data as object))
        ? event.time
        : undefined,
  }),
});

function takenAtOf({ assignee = null, takenAt = null }: Pick<TaskRow, 'assignee' | 'takenAt'>, event: StoredEvent) {
  if (assignee === null) return null;
  return event.type === 'TaskTaken' ? event.time : takenAt;
}

const tasks = projectionOf({
  category: 'task',
  table: 'tasks',
  decider: foldable(task),
  keep: (state, event) =>
    state.status === 'none'
      ? state
      : {
          ...state,
          decisions: state.decisions.map((each) => ('at' in each ? each : { ...each, at: event.time })),
          takenAt: takenAtOf(state, event),
        },
  columns: (state) =>
    state.status === 'none'
      ? {}
      : {
          status: state.status,
          kind: state.kind,
          shipment_id: state.shipmentId,
          due: state.due ?? 'infinity',
          assignee: state.assignee ?? null,
        },
});

/** Read models of this context's own streams; the event store runs them where it appends. */
export const readModels: InlineProjection[] = [
  importers,
  guarantees,
  guaranteeDays,
  engagements,
  shipments,
  partyTerms,
  tasks,
];
