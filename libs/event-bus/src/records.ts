import type { Batch, IHeaders } from 'kafkajs';
import type { ReceivedRecord } from './event-bus.js';

/** A batch's records from an offset on, as they came. */
export function recordsOf(batch: Batch, from: bigint): ReceivedRecord[] {
  return batch.messages
    .filter(({ offset }) => BigInt(offset) >= from)
    .map(({ offset, key, value, headers }) => ({
      topic: batch.topic,
      partition: batch.partition,
      offset,
      key,
      headers: plain(headers),
      value: value ?? Buffer.alloc(0),
    }));
}

const plain = (headers: IHeaders | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
