import type { QueryResult, QueryResultRow } from 'pg';
import type { ReceivedRecord } from './event-bus.js';

/** Where a chunk of records belongs: the offset that is stored now, and the one to store with the chunk. */
export interface Slice {
  topic: string;
  partition: number;
  from: bigint;
  to: bigint;
}

/** Records of one partition and the step of its offset. */
export interface Piece {
  slice: Slice;
  records: readonly ReceivedRecord[];
}

/** A stored offset is not where this owner believes it is: another one has the partition. Nothing was written. */
export class NotTheOwner extends Error {
  constructor(slices: readonly Pick<Slice, 'topic' | 'partition' | 'from'>[] = []) {
    super(slices.map(({ topic, partition, from }) => `${topic}/${partition} does not stand at ${from}`).join(', '));
  }
}

interface Queries {
  query<R extends QueryResultRow>(sql: string, params: unknown[]): Promise<QueryResult<R>>;
}

/** Moves the stored offsets of a consumer on, in the transaction at hand. @throws NotTheOwner */
export async function moveOffsets(transaction: Queries, consumer: string, slices: readonly Slice[]): Promise<void> {
  const { rows } = await transaction.query<{ moved: boolean }>('select advance_all($1, $2, $3, $4, $5) as moved', [
    consumer,
    slices.map(({ topic }) => topic),
    slices.map(({ partition }) => partition),
    slices.map(({ from }) => String(from)),
    slices.map(({ to }) => String(to)),
  ]);
  if (!rows[0]?.moved) throw new NotTheOwner(slices);
}
