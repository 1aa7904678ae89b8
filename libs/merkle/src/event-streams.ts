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

/** Words of 32 bits in an id. */
const WORDS = 4;

/** Ids of 128 bits in an open hash table: 16 bytes each, so that a million of them take megabytes, not hundreds. */
class IdSet {
  private slots = new Uint32Array(WORDS * 1024);
  private used = 0;
  private readonly words = new Uint32Array(WORDS);

  /** False when it was there already. */
  add(id: string): boolean {
    const { words } = this;
    words[0] = Number.parseInt(id.slice(0, 8), 16);
    words[1] = Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16);
    words[2] = Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16);
    words[3] = Number.parseInt(id.slice(28), 16);
    if (2 * this.used >= this.slots.length / WORDS) this.grow();
    if (!this.put(words)) return false;
    this.used += 1;
    return true;
  }

  private put(words: Uint32Array): boolean {
    const { slots } = this;
    const size = slots.length / WORDS;
    // The last word of a UUIDv7 is random: it spreads the ids by itself.
    let at = (words[3]! % size) * WORDS;
    while (slots[at] !== 0 || slots[at + 1] !== 0 || slots[at + 2] !== 0 || slots[at + 3] !== 0) {
      if (
        slots[at] === words[0] &&
        slots[at + 1] === words[1] &&
        slots[at + 2] === words[2] &&
        slots[at + 3] === words[3]
      ) {
        return false;
      }
      at = (at + WORDS) % slots.length;
    }
    slots.set(words, at);
    return true;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += WORDS) {
      const words = old.subarray(i, i + WORDS);
      if (words.some((word) => word !== 0)) this.put(words);
    }
  }
}
