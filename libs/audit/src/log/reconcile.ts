import { topicOf, type RecordingContext, type StreamDifference, type StreamDigest } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { toHex } from '@tidewaiter/merkle';
import { nodeHasher as hasher } from '@tidewaiter/merkle/node';
import type { Alarm } from './alarms.js';

interface LoggedRow {
  stream: string;
  logged: number;
  digest: string;
}

/** The streams whose bytes in the log, up to the store's version, are not those of the store. Bytes are hashed anew, not looked up. */
export async function differing(tx: Tx, tenant: string, streams: readonly StreamDigest[]): Promise<StreamDigest[]> {
  const { rows } = await tx.query<LoggedRow>(
    `select s.stream, count(e.staged_id)::int as logged,
       encode(sha256(coalesce(string_agg(sha256('\\x00'::bytea || e.body), ''::bytea order by l.version), ''::bytea)), 'hex') as digest
     from unnest($2::text[], $3::int[]) as s (stream, version)
     left join log_leaves l on l.tenant_id = $1 and l.stream = s.stream and l.version <= s.version
     left join log_entries e using (staged_id)
     group by s.stream`,
    [tenant, streams.map(({ stream }) => stream), streams.map(({ version }) => version)],
  );
  const logged = new Map(rows.map((row) => [row.stream, row]));
  return streams.filter(({ stream, version, digest }) => {
    const row = logged.get(stream)!;
    return row.logged !== version || row.digest !== digest;
  });
}

/** Streams of a context, between two names, of which the log has more than the store: to be asked about again before it is believed. */
export async function suspected(
  tx: Tx,
  tenant: string,
  page: { context: RecordingContext; after: string; streams: readonly StreamDigest[]; next: string | null },
): Promise<{ stream: string; subject: string; version: number }[]> {
  const { rows } = await tx.query<{ stream: string; subject: string; version: number }>(
    `select l.stream, min(l.subject) as subject, max(l.version) as version
     from log_leaves l join log_entries e using (staged_id)
     where l.tenant_id = $1 and e.topic = $2 and l.stream > $3 and ($4::text is null or l.stream <= $4)
     group by l.stream`,
    [tenant, topicOf(page.context), page.after, page.next],
  );
  const newest = new Map(page.streams.map((each) => [each.stream, each.newest]));
  return rows.filter(({ stream, version }) => version > (newest.get(stream) ?? 0));
}

/** The first version in which the log differs from the store's leaf hashes; null when it has come to hold them meanwhile. */
export async function locate(
  tx: Tx,
  tenant: string,
  {
    context,
    stream,
    subject,
    hashes,
  }: { context: RecordingContext; stream: string; subject: string; hashes: readonly string[] },
): Promise<StreamDifference | null> {
  const { rows } = await tx.query<{ version: number; index: string; body: Buffer }>(
    `select l.version, l.index, e.body from log_leaves l join log_entries e using (staged_id)
     where l.tenant_id = $1 and l.stream = $2 order by l.version`,
    [tenant, stream],
  );
  for (const { version, index, body } of rows) {
    const stored = hashes[version - 1];
    const found = { context, stream, subject, version, index: Number(index) };
    if (stored === undefined) return { kind: 'extra', ...found };
    if (stored !== toHex(hasher.leaf(body))) return { kind: 'altered', ...found };
  }
  return rows.length < hashes.length
    ? { context, kind: 'missing', stream, subject, version: rows.length + 1, index: null }
    : null;
}

const SAYS: Record<StreamDifference['kind'], (d: StreamDifference) => string> = {
  missing: ({ context, stream, version }) =>
    `Version ${version} of ${stream} is in the store of ${context} and not in the log.`,
  extra: ({ context, stream, version, index }) =>
    `Leaf ${index}, version ${version} of ${stream}, is in the log and not in the store of ${context}.`,
  altered: ({ context, stream, version, index }) =>
    `Leaf ${index}, version ${version} of ${stream}, has other bytes in the log than in the store of ${context}.`,
};

export const sayDifference = (difference: StreamDifference): string => SAYS[difference.kind](difference);

export const alarmOfDifference = (tenant: string, difference: StreamDifference): Alarm => ({
  tenant,
  code: `audit.store.${difference.kind}`,
  fingerprint: `${difference.stream}/${difference.version}`,
  says: sayDifference(difference),
  facts: {
    context: difference.context,
    stream: difference.stream,
    version: difference.version,
    ...(difference.index === null ? {} : { index: difference.index }),
  },
});
