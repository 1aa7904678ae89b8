import { Invalid } from '@tidewaiter/kernel';

export interface Page<T> {
  items: T[];
  /** cursor of the page that follows; null on the last one */
  next: string | null;
}

/** @param rows one more than the page holds, to know whether another follows */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  view: (row: R) => T,
  cursor: (row: R) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  return { items: shown.map(view), next: rows.length > limit ? cursor(shown.at(-1)!) : null };
}

/** @throws Invalid `shipments.cursor.invalid` */
export function positionCursor(after: string | undefined): string | null {
  if (after === undefined) return null;
  if (/^\d{1,18}$/.test(after)) return after;
  throw badCursor();
}

/** A place in the order of tasks: deadline, then position. @throws Invalid `shipments.cursor.invalid` */
export function dueCursor(after: string | undefined): { due: string; position: string } | null {
  if (after === undefined) return null;
  const match = /^(infinity|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(\d{1,18})$/.exec(after);
  if (!match) throw badCursor();
  return { due: match[1]!, position: match[2]! };
}

const badCursor = (): Invalid =>
  new Invalid('shipments.cursor.invalid', '`after` is no cursor of this list', {
    advice: 'Send the `next` of the page before, unchanged, or leave `after` out.',
    places: [{ pointer: 'query/after', reason: 'not a cursor' }],
  });
