import { Inject } from '@nestjs/common';
import type { AnswerOf, InputOf, listCheckpoints, listLogEntries, showCoverage } from '@tidewaiter/contracts';
import { Invalid, toInstant } from '@tidewaiter/kernel';
import { parseCheckpoint, parseNote, toHex } from '@tidewaiter/merkle';
import { DATABASE, type Database } from '@tidewaiter/platform';

interface EntryRow {
  index: string;
  event_id: string;
  stream: string;
  version: number;
  subject: string;
  leaf_hash: Buffer;
  bytes: number;
  type: string;
  time: string;
  actor: string;
}

/** Leaves that one question looks through: what is not found among them is looked for from `next` on. */
const WINDOW = 20_000;

/** The log as a list to leaf through. What it says is proved elsewhere: this only finds. */
export class Browsing {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  entries(
    tenant: string,
    { limit, below, stream, subject, type, actor }: InputOf<typeof listLogEntries>['query'],
  ): Promise<AnswerOf<typeof listLogEntries>> {
    return this.database.tenant(tenant, async (tx) => {
      const { rows: sizes } = await tx.query<{ size: string }>(
        'select coalesce(max(size), 0) as size from log_progress where tenant_id = $1',
        [tenant],
      );
      const size = Number(sizes[0]!.size);
      const from = below ?? size;
      const { rows } = await tx.query<EntryRow>(
        `select index, event_id, stream, version, subject, leaf_hash, bytes, type, time, actor from (
           select l.index, e.event_id, l.stream, l.version, l.subject, l.leaf_hash, octet_length(e.body) as bytes,
             head->>'type' as type, head->>'time' as time, head->>'actor' as actor
           from log_leaves l join log_entries e using (staged_id), lateral (select convert_from(e.body, 'UTF8')::jsonb as head) h
           where l.tenant_id = $1 and l.index < $2 and l.index >= $3
             and ($4::text is null or l.stream = $4) and ($5::text is null or l.subject = $5)
         ) each
         where ($6::text is null or position(lower($6) in lower(type)) > 0) and ($7::text is null or starts_with(actor, $7))
         order by index desc limit $8`,
        [
          tenant,
          from,
          stream === undefined && subject === undefined ? from - WINDOW : 0,
          stream ?? null,
          subject ?? null,
          type ?? null,
          actor ?? null,
          limit + 1,
        ],
      );
      const page = rows.slice(0, limit);
      const rest = stream === undefined && subject === undefined && from > WINDOW ? from - WINDOW : null;
      return {
        items: page.map((row) => ({
          index: Number(row.index),
          eventId: row.event_id,
          type: row.type,
          stream: row.stream,
          version: row.version,
          subject: row.subject,
          time: toInstant(row.time),
          actor: row.actor,
          leaf: toHex(row.leaf_hash),
          bytes: row.bytes,
        })),
        next: rows.length > limit ? Number(page.at(-1)!.index) : rest,
        size,
      };
    });
  }

  /** A shipment that the log does not know has none: whether it exists is not this log's to tell. */
  async coverage(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showCoverage>> {
    const [row] = await this.database.ask<{ logged: string; covered: string; size: string | null; at: Date | null }>(
      tenant,
      `select count(l.index) as logged, count(l.index) filter (where l.index < c.size) as covered, c.size, c.published_at as at
       from (select 1) one left join lateral
         (select size, published_at from log_checkpoints where tenant_id = $1 order by size desc limit 1) c on true
       left join log_leaves l on l.tenant_id = $1 and l.subject = $2
       group by c.size, c.published_at`,
      [tenant, shipmentId],
    );
    const { logged, covered, size, at } = row!;
    return {
      shipmentId,
      logged: Number(logged),
      covered: Number(covered),
      checkpoint: size === null || at === null ? null : { size: Number(size), at: at.toISOString() },
    };
  }

  async checkpoints(
    tenant: string,
    { limit, after, covering, oldest }: InputOf<typeof listCheckpoints>['query'],
  ): Promise<AnswerOf<typeof listCheckpoints>> {
    if (after !== undefined && !/^\d{1,15}$/.test(after))
      throw new Invalid('audit.cursor.invalid', '`after` is no cursor of this list', {
        places: [{ pointer: 'query/after', reason: 'not a cursor' }],
      });
    const [beyond, order] = oldest === 'true' ? ['>', 'asc'] : ['<', 'desc'];
    const rows = await this.database.ask<{ size: string; note: string; published_at: Date }>(
      tenant,
      `select size, note, published_at from log_checkpoints
       where tenant_id = $1 and ($2::bigint is null or size ${beyond} $2) and ($3::bigint is null or size > $3)
       order by size ${order} limit $4`,
      [tenant, after ?? null, covering ?? null, limit + 1],
    );
    const page = rows.slice(0, limit);
    return {
      items: page.map(({ size, note, published_at: at }) => {
        const { root, origin } = parseCheckpoint(note);
        const names = parseNote(note).signatures.map(({ name }) => name);
        return {
          size: Number(size),
          root: toHex(root),
          at: at.toISOString(),
          cosigned: names.filter((name) => name !== origin),
          note,
        };
      }),
      next: rows.length > limit ? page.at(-1)!.size : null,
    };
  }
}
