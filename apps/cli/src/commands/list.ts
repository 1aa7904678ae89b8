import type { Output } from '../output.js';

export interface Money {
  amount: string;
  currency: string;
}

export const amount = (value: Money | null): string => (value ? `${value.amount} ${value.currency}` : '-');

export const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `1 event`, `2 events` */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** Items of a paged list, no more than were asked for. */
export async function firstOf<I>(items: AsyncIterable<I>, limit: number): Promise<I[]> {
  const found: I[] = [];
  if (limit > 0) {
    for await (const each of items) {
      found.push(each);
      if (found.length >= limit) break;
    }
  }
  return found;
}

/** A list as a table, or as one JSON document. */
export function showList<I>(
  out: Output,
  items: readonly I[],
  shown: {
    head: readonly string[];
    row: (each: I) => string[];
    empty: string;
    next?: (first: I) => string | undefined;
  },
): void {
  if (out.json) return out.emit(items);
  const [first] = items;
  if (first === undefined) return out.say(shown.empty);
  out.table(shown.head, items.map(shown.row));
  const next = shown.next?.(first);
  if (next !== undefined) out.next(next);
}
