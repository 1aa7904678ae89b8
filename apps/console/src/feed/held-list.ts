import { useCallback, useEffect, useMemo, useState } from 'react';

export interface HeldList<T> {
  /** in the order the reader last applied; members are as new as they are known, gone ones as they were */
  items: readonly T[];
  isGone: (id: string) => boolean;
  /** new, gone and re-ranked members that wait to be applied */
  pending: number;
  apply: () => void;
  /** takes one out at once: the reader did that himself */
  drop: (id: string) => void;
}

/**
 * A list in which nothing moves under the reader: cells change in place, what is new, gone or re-ranked waits until it is applied. By
 * itself that happens only while nobody looks, or where nothing was shown.
 */
export function useHeldList<T>(read: readonly T[] | undefined, idOf: (item: T) => string): HeldList<T> {
  // What the reader did himself may still be in the next answer: it is gone for him already.
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set());
  const fresh = useMemo(
    () => (dropped.size === 0 ? read : read?.filter((item) => !dropped.has(idOf(item)))),
    [dropped, idOf, read],
  );
  const [held, hold] = useState<readonly T[]>(fresh ?? []);
  const byId = useMemo(() => new Map((fresh ?? []).map((item) => [idOf(item), item])), [fresh, idOf]);
  const pending = useMemo(
    () => (fresh === undefined ? 0 : changesBetween(held.map(idOf), fresh.map(idOf))),
    [fresh, held, idOf],
  );
  const apply = useCallback(() => hold(fresh ?? []), [fresh]);
  const drop = useCallback(
    (id: string) => {
      setDropped((before) => new Set([...before, id]));
      hold((before) => before.filter((item) => idOf(item) !== id));
    },
    [idOf],
  );
  useEffect(() => {
    if (fresh === undefined) return;
    if (held.length === 0 || document.hidden) hold(fresh);
  }, [fresh, held.length]);
  return {
    items: held.map((item) => byId.get(idOf(item)) ?? item),
    isGone: (id) => fresh !== undefined && !byId.has(id),
    pending: held.length === 0 ? 0 : pending,
    apply,
    drop,
  };
}

/** How many members are new, gone, or stand elsewhere among those that stay. */
export function changesBetween(before: readonly string[], after: readonly string[]): number {
  const [was, is] = [new Set(before), new Set(after)];
  const fresh = after.filter((id) => !was.has(id)).length;
  const gone = before.filter((id) => !is.has(id)).length;
  const stayed = before.filter((id) => is.has(id));
  const now = after.filter((id) => was.has(id));
  const moved = stayed.filter((id, at) => now[at] !== id).length;
  return fresh + gone + moved;
}
