import { fromUtf8 } from './bytes.js';

/** What an entry is refused for; null when it is as it should be. */
export type EntryCheck = (entry: Uint8Array, index: number) => string | null;

export interface StreamCheck {
  check: EntryCheck;
  /** newest version of each stream seen */
  streams: ReadonlyMap<string, number>;
}

const UUID = /^(?!00000000-0000-0000-0000-000000000000)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface EventHead {
  id: string;
  tenantid: string;
  stream: string;
  version: number;
}

function headOf(entry: Uint8Array): EventHead | null {
  const text = fromUtf8(entry);
  if (text === null) return null;
  try {
    const event = JSON.parse(text) as Partial<EventHead> | null;
    const { id, tenantid, stream, version } = event ?? {};
    return typeof id === 'string' &&
      UUID.test(id) &&
      typeof tenantid === 'string' &&
      typeof stream === 'string' &&
      typeof version === 'number'
      ? { id, tenantid, stream, version }
      : null;
  } catch {
    return null;
  }
}

/**
 * Entries are events in structured mode: every one of the log's tenant, each stream gapless from 1 in its own order,
 * no event id twice.
 */
export function eventStreams(tenant: string): StreamCheck {
  const streams = new Map<string, number>();
  const ids = new IdSet();
  const check: EntryCheck = (entry) => {
    const event = headOf(entry);
    if (!event) return 'is no event';
    if (event.tenantid !== tenant) return `belongs to tenant ${event.tenantid}`;
    const expected = (streams.get(event.stream) ?? 0) + 1;
    if (event.version !== expected)
      return `is version ${event.version} of ${event.stream}, version ${expected} expected`;
    if (!ids.add(event.id)) return `repeats event ${event.id}`;
    streams.set(event.stream, expected);
    return null;
  };
  return { check, streams };
}

/** Ids of 128 bits in an open hash table: 16 bytes each, so that a million of them take megabytes, not hundreds. */
class IdSet {
  private slots = new BigUint64Array(2 * 1024);
  private used = 0;

  /** False when it was there already. */
  add(id: string): boolean {
    const hex = id.replaceAll('-', '');
    const high = BigInt(`0x${hex.slice(0, 16)}`);
    const low = BigInt(`0x${hex.slice(16)}`);
    if (2 * this.used >= this.slots.length / 2) this.grow();
    if (!this.put(high, low)) return false;
    this.used += 1;
    return true;
  }

  private put(high: bigint, low: bigint): boolean {
    const size = this.slots.length / 2;
    // The low half of a UUIDv7 is random: it spreads the ids by itself.
    let at = Number(low % BigInt(size));
    while (this.slots[2 * at] !== 0n || this.slots[2 * at + 1] !== 0n) {
      if (this.slots[2 * at] === high && this.slots[2 * at + 1] === low) return false;
      at = (at + 1) % size;
    }
    this.slots[2 * at] = high;
    this.slots[2 * at + 1] = low;
    return true;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new BigUint64Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) if (old[i] !== 0n || old[i + 1] !== 0n) this.put(old[i]!, old[i + 1]!);
  }
}
