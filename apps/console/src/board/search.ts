/** All of a board's view, as its link holds it: equal views have equal links. */
export interface BoardSearch {
  clock?: string | undefined;
  cols?: string | undefined;
  customer?: string | undefined;
  direction?: 'descending' | undefined;
  from?: string | undefined;
  peek?: string | undefined;
  q?: string | undefined;
  role?: string | undefined;
  sort?: string | undefined;
  stage?: string | undefined;
  to?: string | undefined;
  tz?: string | undefined;
  view?: string | undefined;
  waiting?: string | undefined;
  watched?: string | undefined;
}

export const FILTERS = ['clock', 'customer', 'from', 'q', 'role', 'stage', 'to', 'waiting', 'watched'] as const;
const KEYS = [...FILTERS, 'cols', 'direction', 'peek', 'sort', 'tz', 'view'].sort() as (keyof BoardSearch)[];

/** Keys sorted, defaults and what is unknown left out. */
export const boardSearch = (raw: Record<string, unknown>): BoardSearch =>
  Object.fromEntries(
    KEYS.flatMap((key) => {
      const value = raw[key];
      const text = typeof value === 'number' ? String(value) : value;
      if (typeof text !== 'string' || text === '') return [];
      if (key === 'direction' && text !== 'descending') return [];
      return key === 'sort' && text === 'consequence' ? [] : [[key, text]];
    }),
  );
