import { Inject } from '@nestjs/common';
import type { AnswerOf, InputOf, listViews, saveView } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { Conflict, NotFound, Refused } from '@tidewaiter/kernel';
import { EVENT_STORE, idFor, type CallerIdentity } from '@tidewaiter/platform';

type Body = InputOf<typeof saveView>['body'];
type Saved = AnswerOf<typeof saveView>;
type Row = Record<string, unknown> & Omit<Saved, 'viewId' | 'mine'> & { id: string; owner: string };

const VIEWS_AT_MOST = 200;

/** Views that people keep on the server: their own, and those shared within the tenant. */
export class SavedViews {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async list({ tenant, subject }: CallerIdentity): Promise<AnswerOf<typeof listViews>> {
    const rows = await this.store.query<Row>(
      tenant,
      `select * from saved_views where tenant_id = $1 and (owner = $2 or shared) order by pinned desc, lower(name), id`,
      [tenant, subject],
    );
    return { items: rows.map((row) => viewOf(row, subject)) };
  }

  /** @throws Refused `shipments.view.too-many` */
  async save({ tenant, subject }: CallerIdentity, body: Body, commandId: string): Promise<Saved> {
    const [{ count } = { count: 0 }] = await this.store.query<{ count: number }>(
      tenant,
      `select count(*)::integer as count from saved_views where tenant_id = $1 and owner = $2`,
      [tenant, subject],
    );
    if (count >= VIEWS_AT_MOST)
      throw new Refused('shipments.view.too-many', `You keep ${count} views already.`, {
        advice: 'Drop one that you no longer use.',
      });
    const [row] = await this.store.query<Row>(
      tenant,
      `insert into saved_views (tenant_id, id, owner, name, page, query, shared, pinned) values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (tenant_id, id) do update set version = saved_views.version returning *`,
      [
        tenant,
        idFor('view', tenant, commandId),
        subject,
        body.name,
        body.page,
        JSON.stringify(body.query),
        body.shared,
        body.pinned,
      ],
    );
    return viewOf(row!, subject);
  }

  /** @throws NotFound `shipments.view.unknown`; Conflict `event-store.version.stale` */
  async change({ tenant, subject }: CallerIdentity, viewId: string, body: Body, version: number): Promise<Saved> {
    const [row] = await this.store.query<Row>(
      tenant,
      `update saved_views set name = $4, page = $5, query = $6, shared = $7, pinned = $8, version = version + 1
        where tenant_id = $1 and id = $2 and owner = $3 and version = $9 returning *`,
      [tenant, viewId, subject, body.name, body.page, JSON.stringify(body.query), body.shared, body.pinned, version],
    );
    if (row) return viewOf(row, subject);
    await this.own(tenant, viewId, subject);
    throw new Conflict('event-store.version.stale', 'The view was changed in the meantime.', {
      advice: 'Look at it again.',
    });
  }

  /** @throws NotFound `shipments.view.unknown` */
  async drop({ tenant, subject }: CallerIdentity, viewId: string): Promise<{ dropped: true }> {
    await this.own(tenant, viewId, subject);
    await this.store.query(tenant, `delete from saved_views where tenant_id = $1 and id = $2 and owner = $3`, [
      tenant,
      viewId,
      subject,
    ]);
    return { dropped: true };
  }

  private async own(tenant: string, viewId: string, subject: string): Promise<void> {
    const rows = await this.store.query(
      tenant,
      `select 1 from saved_views where tenant_id = $1 and id = $2 and owner = $3`,
      [tenant, viewId, subject],
    );
    if (rows.length === 0)
      throw new NotFound('shipments.view.unknown', 'There is no such view of yours.', {
        advice: 'Save it under a name of your own.',
      });
  }
}

const viewOf = ({ id, owner, name, page, query, shared, pinned, version }: Row, subject: string): Saved => ({
  viewId: id,
  name,
  page,
  query,
  shared,
  pinned,
  mine: owner === subject,
  version,
});
