import type { Pool } from 'pg';

export interface PartitionRange {
  topic: string;
  partition: number;
  /** first offset that the broker still has */
  low: bigint;
  /** the offset that the next record will get */
  high: bigint;
}

/** Where a consumer stands, in its own database: Kafka's committed offset is a hint for those who look at lag. */
export class StoredOffsets {
  constructor(
    private readonly pool: Pool,
    private readonly consumer: string,
  ) {}

  /**
   * The offset to go on from. A partition that was never read begins with its first record. An offset that the broker does
   * not have (it lost its log, or dropped its tail) is moved to what it has: readers drop what they know already.
   * @returns the offset and whether a stored one had to be moved
   */
  async startOf({ topic, partition, low, high }: PartitionRange): Promise<{ next: bigint; moved: boolean }> {
    await this.pool.query(
      'insert into consumer_offsets (consumer, topic, partition, next_offset) values ($1, $2, $3, $4) on conflict do nothing',
      [this.consumer, topic, partition, String(low)],
    );
    const { rows } = await this.pool.query<{ next_offset: string }>(
      'select next_offset from consumer_offsets where consumer = $1 and topic = $2 and partition = $3',
      [this.consumer, topic, partition],
    );
    const stored = BigInt(rows[0]!.next_offset);
    if (stored >= low && stored <= high) return { next: stored, moved: false };
    await this.pool.query('select advance($1, $2, $3, $4, $5)', [
      this.consumer,
      topic,
      partition,
      String(stored),
      String(low),
    ]);
    return { next: low, moved: true };
  }

  /** Everything again from the first record, after a broker was lost and its topics were published anew. */
  async rewind(): Promise<void> {
    await this.pool.query('update consumer_offsets set next_offset = 0, updated_at = now() where consumer = $1', [
      this.consumer,
    ]);
  }
}
