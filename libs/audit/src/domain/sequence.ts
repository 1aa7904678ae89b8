/** A staged event that is not in the log yet. Ids are decimal strings: they count beyond 2^53. */
export interface Pending {
  stagedId: string;
  tenant: string;
  stream: string;
  version: number;
}

export interface Sequenced {
  /** what enters the log now, in order, with its index */
  leaves: { stagedId: string; tenant: string; index: number }[];
  /** newly found to wait for an earlier version of its stream */
  waiting: Pending[];
  /** another event than the one in the log claims its place in the stream: it never enters */
  taken: Pending[];
  /** new sizes of the logs that grew */
  sizes: Map<string, number>;
}

/** Key of a stream across tenants; neither part can hold a line feed. */
export const streamKey = (row: { tenant: string; stream: string }): string => `${row.tenant}\n${row.stream}`;

/**
 * Gives indexes to staged events: gapless per log, each stream in its own order, otherwise as they were staged.
 *
 * @param ready   in staging order
 * @param waiting earlier arrivals of the same streams that wait for a version before them
 * @param heads   newest version in the log by `streamKey`; a stream not named has none
 * @param sizes   number of leaves by tenant; a log not named is empty
 */
export function sequence(
  ready: readonly Pending[],
  waiting: readonly Pending[],
  heads: ReadonlyMap<string, number>,
  sizes: ReadonlyMap<string, number>,
): Sequenced {
  const next = new Map(heads);
  const result: Sequenced = { leaves: [], waiting: [], taken: [], sizes: new Map() };
  /** what waits, by stream and version; the first to arrive stands for the version */
  const early = new Map<string, Map<number, { row: Pending; isNew: boolean }>>();

  const enter = (row: Pending): void => {
    const index = result.sizes.get(row.tenant) ?? sizes.get(row.tenant) ?? 0;
    result.leaves.push({ stagedId: row.stagedId, tenant: row.tenant, index });
    result.sizes.set(row.tenant, index + 1);
    next.set(streamKey(row), row.version);
  };
  const hold = (row: Pending, isNew: boolean): void => {
    const key = streamKey(row);
    const stream = early.get(key) ?? new Map<number, { row: Pending; isNew: boolean }>();
    early.set(key, stream);
    if (stream.has(row.version)) result.taken.push(row);
    else stream.set(row.version, { row, isNew });
  };

  for (const row of waiting) hold(row, false);
  for (const row of ready) {
    const key = streamKey(row);
    const expected = (next.get(key) ?? 0) + 1;
    if (row.version < expected) result.taken.push(row);
    else if (row.version > expected) hold(row, true);
    else {
      enter(row);
      const stream = early.get(key);
      for (let after = row.version + 1, found = stream?.get(after); found; after += 1, found = stream?.get(after)) {
        enter(found.row);
        stream!.delete(after);
      }
    }
  }
  for (const stream of early.values())
    for (const { row, isNew } of stream.values()) if (isNew) result.waiting.push(row);
  return result;
}
