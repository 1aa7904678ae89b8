import { showBoardIndex, showBoardRows, type AnswerOf, type InputOf } from '@tidewaiter/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api } from '../api/client.js';
import { readAgain } from '../api/queries.js';
import { isPaused, onChanges, shownUpTo, useFeedStatus } from '../feed/feed.js';
import { i18n } from '../words/words.js';

export type BoardRow = AnswerOf<typeof showBoardRows>['rows'][number];
export type BoardQuery = Partial<InputOf<typeof showBoardIndex>['query']>;

const ROWS_AT_ONCE = 200;
/** While a reader scrolls, rows are asked for when he stands still for so long, and now and then on the way. */
const STILL_MS = 60;
const ON_THE_WAY_MS = 250;
const INDEX_EVERY_MS = 2_000;
const NONE = new Uint32Array();
const NOTHING: ReadonlySet<string> = new Set();

const textsOf = (query: BoardQuery): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

/** Keys of a view in its order. How long the page itself took over it is a measure of its own, apart from the network. */
export function keysOf(bytes: Uint8Array): Uint32Array {
  const begun = performance.now();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const keys = new Uint32Array(bytes.byteLength / 4);
  for (let at = 0; at < keys.length; at += 1) keys[at] = view.getUint32(at * 4);
  performance.measure(i18n.t('board index read'), {
    start: begun,
    end: performance.now(),
    detail: { rows: keys.length },
  });
  return keys;
}

function sameOrder(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

/** Which keys are there, one byte a key: a hundred thousand are looked up in a millisecond. */
function marked(keys: Uint32Array): Uint8Array {
  let most = 0;
  for (const key of keys) if (key > most) most = key;
  const marks = new Uint8Array(most + 1);
  for (const key of keys) marks[key] = 1;
  return marks;
}

function missing(from: Uint8Array, keys: Uint32Array): number {
  let count = 0;
  for (const key of keys) if (from[key] !== 1) count += 1;
  return count;
}

/** How many rows are new or gone; where only the order differs, how many of those that changed. */
export function pendingBetween(shown: Uint32Array, fresh: Uint32Array, touched: number): number {
  if (sameOrder(shown, fresh)) return 0;
  const count = missing(marked(shown), fresh) + missing(marked(fresh), shown);
  return count === 0 ? Math.max(1, touched) : count;
}

/** The board of a view: its keys as the reader last applied them, rows as new as they are known, and what waits to be applied. */
export function useBoard(query: BoardQuery) {
  const { rowOf, want, refresh, ahead } = useRows();
  const index = useQuery<Uint32Array>({
    queryKey: [showBoardIndex.id, query],
    queryFn: async ({ signal }) => {
      const keys = keysOf(await api.bytes(showBoardIndex, {}, { query: textsOf(query), signal }));
      // An order stands together with the rows that come into view with it: the page is drawn once, not first without them.
      await ahead(keys);
      return keys;
    },
    staleTime: 0,
    // Rows stay on screen while another view of them is on its way.
    placeholderData: keepPreviousData,
    structuralSharing: false,
  });
  const name = JSON.stringify(query);
  const [held, hold] = useState<{ name: string; keys: Uint32Array }>({ name: '', keys: NONE });
  const fresh = index.isPlaceholderData ? undefined : index.data;
  const shown = held.name === name ? held.keys : (fresh ?? held.keys);
  const touched = useRef(new Set<string>());
  const apply = useCallback(() => {
    if (fresh) hold({ name, keys: fresh });
    touched.current.clear();
  }, [fresh, name]);
  useEffect(() => {
    if (fresh && (held.name !== name || held.keys.length === 0 || document.hidden)) apply();
  }, [apply, fresh, held, name]);
  const pending = useMemo(
    () =>
      fresh && held.name === name && fresh !== held.keys ? pendingBetween(held.keys, fresh, touched.current.size) : 0,
    [fresh, held, name],
  );

  const behind = useRef(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChanges((changes) => {
      const ids = changes.flatMap(({ shipmentId }) => shipmentId ?? []);
      for (const id of ids) touched.current.add(id);
      refresh(new Set(ids));
      timer ??= setTimeout(() => {
        timer = undefined;
        // What was heard just before a pause is looked at after it.
        if (isPaused()) behind.current = true;
        else void readAgain(showBoardIndex);
      }, INDEX_EVERY_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [refresh]);

  const paused = useFeedStatus() === 'paused';
  useEffect(() => {
    if (paused) return;
    refresh(NOTHING);
    if (behind.current) void readAgain(showBoardIndex);
    behind.current = false;
  }, [paused, refresh]);

  const there = useMemo(() => (fresh && pending > 0 ? marked(fresh) : null), [fresh, pending]);
  return {
    keys: shown,
    pending,
    apply,
    rowOf,
    want,
    isGone: (key: number) => there !== null && there[key] !== 1,
    loading: index.isPending || index.isPlaceholderData,
    error: index.error,
    retry: () => void index.refetch(),
  };
}

/** Rows by key, fetched in batches as they come into view; those that changed are fetched again, if they are in view. */
function useRows() {
  const rows = useRef(new Map<number, BoardRow>());
  const byShipment = useRef(new Map<string, number>());
  const asked = useRef(new Set<number>());
  const inView = useRef<readonly number[]>([]);
  const window = useRef({ first: 0, last: 40 });
  const [, redraw] = useState(0);

  const read = useCallback(async (keys: readonly number[]): Promise<void> => {
    for (const key of keys) asked.current.add(key);
    try {
      for (let from = 0; from < keys.length; from += ROWS_AT_ONCE) {
        const wanted = keys.slice(from, from + ROWS_AT_ONCE);
        const answer = await api.call(showBoardRows, { query: { keys: wanted.join(',') } });
        for (const row of answer.rows) {
          rows.current.set(row.key, row);
          byShipment.current.set(row.shipmentId, row.key);
        }
        shownUpTo(answer.position);
      }
    } catch {
      // Rows that could not be read stay placeholders and are asked for again when they come into view.
      for (const key of keys) asked.current.delete(key);
    }
  }, []);
  const fetchNow = useCallback(
    (keys: readonly number[]): Promise<void> => read(keys).then(() => redraw((count) => count + 1)),
    [read],
  );
  /** Reads what an order brings into view, where that is not known yet. */
  const ahead = useCallback(
    async (keys: Uint32Array): Promise<void> => {
      const { first, last } = window.current;
      const from = Math.min(first, Math.max(0, keys.length - (last - first + 1)));
      const missing = [...keys.subarray(from, from + (last - first + 1))].filter((key) => !asked.current.has(key));
      if (missing.length > 0) await read(missing);
    },
    [read],
  );

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const times = useRef({ wanted: 0, fetched: 0 });
  const want = useCallback(
    (keys: Uint32Array, first: number, last: number) => {
      window.current = { first, last };
      inView.current = [...keys.subarray(first, last + 1)];
      const fetchMissing = (): void => {
        const missing = inView.current.filter((key) => !asked.current.has(key));
        times.current.fetched = performance.now();
        if (missing.length > 0) void fetchNow(missing);
      };
      const now = performance.now();
      const stoodStill = now - times.current.wanted > STILL_MS;
      times.current.wanted = now;
      clearTimeout(timer.current);
      if (stoodStill || now - times.current.fetched > ON_THE_WAY_MS) fetchMissing();
      else timer.current = setTimeout(fetchMissing, STILL_MS);
    },
    [fetchNow],
  );
  const refreshing = useRef(new Set<number>());
  const refreshTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const refresh = useCallback(
    (shipmentIds: ReadonlySet<string>) => {
      const visible = new Set(inView.current);
      for (const id of shipmentIds) {
        const key = byShipment.current.get(id);
        if (key === undefined) continue;
        if (visible.has(key)) refreshing.current.add(key);
        else asked.current.delete(key);
      }
      if (refreshing.current.size === 0) return;
      refreshTimer.current ??= setTimeout(() => {
        refreshTimer.current = undefined;
        if (isPaused()) return;
        const keys = [...refreshing.current];
        refreshing.current.clear();
        void fetchNow(keys);
      }, 250);
    },
    [fetchNow],
  );
  return { rowOf: useCallback((key: number) => rows.current.get(key), []), want, refresh, ahead };
}

export const summaryInput = ({
  sort: _sort,
  direction: _direction,
  ...filter
}: BoardQuery): { query: Record<string, never> } => ({ query: filter }) as { query: Record<string, never> };
