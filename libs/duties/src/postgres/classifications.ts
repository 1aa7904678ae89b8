import type { AnswerOf, listClassifications, showClassification } from '@tidewaiter/contracts';
import type { InlineProjection, Tx } from '@tidewaiter/event-store';
import { Invalid } from '@tidewaiter/kernel';
import type { ClassificationEvent } from '../domain/classification.js';

type View = AnswerOf<typeof showClassification>;

interface Filter {
  limit: number;
  after?: string | undefined;
  product?: string | undefined;
  commodity?: string | undefined;
  flagged?: 'true' | 'false' | undefined;
}

/** Classification decisions of a tenant. */
export const classificationRows = {
  async one(tx: Tx, classificationId: string): Promise<View | undefined> {
    const { rows } = await tx.query<{ view: View }>(
      'select view from classifications where tenant_id = $1 and classification_id = $2',
      [tx.tenant, classificationId],
    );
    return rows[0]?.view;
  },

  async page(
    tx: Tx,
    { limit, after, product, commodity, flagged }: Filter,
  ): Promise<AnswerOf<typeof listClassifications>> {
    if (after !== undefined && !/^\d{1,18}$/.test(after)) {
      throw new Invalid('http.request.invalid', 'The cursor is none of ours.', {
        advice: 'Send the `next` of the page before.',
      });
    }
    const { rows } = await tx.query<{ view: View; position: string }>(
      `select view, position from classifications
       where tenant_id = $1 and ($2::bigint is null or position < $2) and ($3::text is null or product = $3)
         and ($4::text is null or commodity like $4 || '%') and ($5::boolean is null or flagged = $5)
       order by position desc limit $6`,
      [
        tx.tenant,
        after ?? null,
        product ?? null,
        commodity ?? null,
        flagged === undefined ? null : flagged === 'true',
        limit + 1,
      ],
    );
    const items = rows.slice(0, limit);
    return { items: items.map(({ view }) => view), next: rows.length > limit ? items.at(-1)!.position : null };
  },

  async ofDestination(tx: Tx, destination: string): Promise<{ classificationId: string; commodity: string }[]> {
    const { rows } = await tx.query<{ classificationId: string; commodity: string }>(
      `select classification_id as "classificationId", commodity from classifications
       where tenant_id = $1 and destination = $2 order by position`,
      [tx.tenant, destination],
    );
    return rows;
  },
};

function evolved(view: View | undefined, event: ClassificationEvent, at: string, version: number): View {
  switch (event.type) {
    case 'ClassificationDecided':
      return { ...event.data, decidedAt: at, flags: [], version };
    case 'ClassificationFlagged': {
      const { tariff, validFrom, changes, says } = event.data;
      return { ...view!, flags: [...view!.flags, { tariff, validFrom, changes, says, at }], version };
    }
    case 'ClassificationConfirmed':
      return { ...view!, ground: event.data.ground, flags: [], version };
  }
}

const OURS = new Set(['ClassificationDecided', 'ClassificationFlagged', 'ClassificationConfirmed']);

export const classificationsProjection: InlineProjection = {
  name: 'duties.classifications',
  tables: ['classifications'],
  async apply(tx, events) {
    for (const { type, data, time, version } of events) {
      if (!OURS.has(type)) continue;
      const event = { type, data } as ClassificationEvent;
      const { classificationId } = event.data;
      const view = evolved(await classificationRows.one(tx, classificationId), event, time, version);
      await tx.query(
        `insert into classifications (tenant_id, classification_id, destination, commodity, product, flagged, version, view)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (tenant_id, classification_id) do update
         set flagged = excluded.flagged, version = excluded.version, view = excluded.view`,
        [
          tx.tenant,
          classificationId,
          view.destination,
          view.commodity,
          view.product,
          view.flags.length > 0,
          version,
          JSON.stringify(view),
        ],
      );
    }
  },
};
