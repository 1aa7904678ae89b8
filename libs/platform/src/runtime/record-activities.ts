import type { RecordActivities, Step, StreamDigest } from '@tidewaiter/contracts';
import type { Database } from '../postgres/database.js';

interface DigestRow {
  stream: string;
  subject: string;
  version: number;
  newest: number;
  digest: string;
}

/** What every context that records events says of its own store, so that it can be compared with the log. */
export class RecordActivitiesService implements RecordActivities {
  constructor(private readonly database: Database) {}

  async streamDigests(
    { tenant }: Step,
    { after, limit, recordedBefore, streams }: Parameters<RecordActivities['streamDigests']>[1],
  ): Promise<{ streams: StreamDigest[]; next: string | null }> {
    const found = await this.database.ask<DigestRow>(
      tenant,
      `with page as (
         select stream, max(version) as newest, coalesce(max(version) filter (where time < $4), 0) as version
         from events where tenant_id = $1 and stream > $2 and ($5::text[] is null or stream = any($5))
         group by stream order by stream limit $3
       )
       select p.stream, p.newest, p.version, min(e.subject) as subject,
         encode(sha256(coalesce(string_agg(sha256('\\x00'::bytea || convert_to(e.body, 'UTF8')), ''::bytea order by e.version)
           filter (where e.version <= p.version), ''::bytea)), 'hex') as digest
       from page p join events e on e.tenant_id = $1 and e.stream = p.stream
       group by p.stream, p.newest, p.version order by p.stream`,
      [tenant, after, limit, recordedBefore, streams ?? null],
    );
    return { streams: found, next: found.length < limit ? null : found.at(-1)!.stream };
  }

  async leafHashes({ tenant }: Step, stream: string): Promise<string[]> {
    const rows = await this.database.ask<{ hash: string }>(
      tenant,
      `select encode(sha256('\\x00'::bytea || convert_to(body, 'UTF8')), 'hex') as hash
       from events where tenant_id = $1 and stream = $2 order by version`,
      [tenant, stream],
    );
    return rows.map(({ hash }) => hash);
  }
}
