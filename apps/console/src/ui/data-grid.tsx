import {
  memo,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { usePreferences } from '../app/preferences.js';
import { slotsFor } from './slots.js';

export interface Column<R> {
  id: string;
  header: string;
  /** px */
  width: number;
  cell: (row: R) => ReactNode;
  sortable?: boolean;
  end?: boolean;
  /** changes when what the cell shows does: it is tinted for a second */
  tint?: (row: R) => string | number | null;
}

export interface DataGridProps<R> {
  label: string;
  columns: readonly Column<R>[];
  rowCount: number;
  /** undefined while the row is not loaded yet */
  rowAt: (index: number) => R | undefined;
  keyAt: (index: number) => string | number;
  active: number;
  onActive: (index: number) => void;
  onOpen?: (index: number) => void;
  onKey?: (event: KeyboardEvent, index: number) => void;
  onRange?: (first: number, last: number) => void;
  sort?: { id: string; direction: 'ascending' | 'descending' } | undefined;
  onSort?: (id: string) => void;
  isGone?: (index: number) => boolean;
  height?: string;
  rowHeight?: number;
  busy?: boolean;
  /** takes the focus when it appears: coming back to a row that was left from here */
  autoFocus?: boolean;
}

const ROW = 32;
const OVERSCAN = 6;

const rowHeightOf = (): number =>
  Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10) || ROW;

/**
 * Rows by the hundred thousand: only those in view are in the document. Focus stays on the grid itself and names the active row, because
 * rows vanish when they are scrolled away and focus must not.
 */
export function DataGrid<R>({
  label,
  columns,
  rowCount,
  rowAt,
  keyAt,
  active,
  onActive,
  onOpen,
  onKey,
  onRange,
  sort,
  onSort,
  isGone,
  height = '100%',
  rowHeight,
  busy = false,
  autoFocus = false,
}: DataGridProps<R>) {
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const { density } = usePreferences();
  // Measured when something changes its size, never while it is drawn or a key is answered: that would lay out the page once more each time.
  const [view, setView] = useState(() => ({ top: 0, height: 600, row: rowHeightOf() }));
  const size = rowHeight ?? view.row;
  // All rows are of one height: which of them are in view is a division, however many there are.
  const place = useRef({ top: 0, height: 600 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => {
      place.current = { top: element.scrollTop, height: element.clientHeight };
      setView({ ...place.current, row: rowHeightOf() });
    };
    const scrolled = (): void => {
      const { scrollTop: top } = element;
      place.current = { ...place.current, top };
      setView((before) => ({ ...before, top }));
    };
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [density]);
  const first = Math.max(0, Math.min(rowCount - 1, Math.floor(view.top / size) - OVERSCAN));
  const last = Math.min(rowCount - 1, Math.ceil((view.top + view.height) / size) + OVERSCAN);
  const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  const before = useRef<ReadonlyMap<number, number>>(new Map());
  const slots = useMemo(() => slotsFor(before.current, first, last), [first, last]);
  useEffect(() => void (before.current = slots), [slots]);
  const scrollToIndex = useCallback(
    (index: number, centre = false): void => {
      const { top, height } = place.current;
      const [above, below] = [index * size, (index + 2) * size - height];
      const to = centre ? Math.max(0, above - height / 2) : top > above ? above : top < below ? below : top;
      if (to === top || !scroller.current) return;
      place.current = { top: to, height };
      scroller.current.scrollTop = to;
    },
    [size],
  );
  useEffect(() => onRange?.(first, last), [first, last, onRange]);

  const arrived = useRef(false);
  useEffect(() => {
    if (arrived.current || rowCount === 0) return;
    arrived.current = true;
    if (active > 0) scrollToIndex(active, true);
    if (autoFocus) scroller.current?.focus({ preventScroll: true });
  }, [active, autoFocus, rowCount, scrollToIndex]);

  const template = `${columns.map(({ width }, index) => (index === columns.length - 1 ? `minmax(${width}px, 1fr)` : `${width}px`)).join(' ')}`;
  const minWidth = columns.reduce((sum, { width }) => sum + width, 0);
  const page = Math.max(1, Math.floor(view.height / size) - 2);

  const move = (to: number): void => {
    if (rowCount === 0) return;
    const index = Math.max(0, Math.min(rowCount - 1, to));
    onActive(index);
    scrollToIndex(index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      j: active + 1,
      ArrowUp: active - 1,
      k: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rowCount - 1,
    };
    const to = event.metaKey || event.ctrlKey || event.altKey ? undefined : steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      onOpen?.(active);
    } else {
      onKey?.(event, active);
    }
  };

  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length}
      aria-busy={busy}
      {...(rowCount > 0 && active >= first && active <= last ? { 'aria-activedescendant': `${id}-${active}` } : {})}
      onKeyDown={onKeyDown}
      style={{ blockSize: height }}
    >
      <div
        className="grid-head"
        role="row"
        aria-rowindex={1}
        style={{ gridTemplateColumns: template, minInlineSize: minWidth }}
      >
        {columns.map((column) => (
          <div
            key={column.id}
            className="grid-cell"
            role="columnheader"
            {...(column.end ? { 'data-end': true } : {})}
            {...(sort?.id === column.id ? { 'aria-sort': sort.direction } : {})}
          >
            {column.sortable && onSort ? (
              <button type="button" className="grid-sort" onClick={() => onSort(column.id)}>
                {column.header}
                <span aria-hidden="true">
                  {sort?.id === column.id ? (sort.direction === 'ascending' ? '↑' : '↓') : ''}
                </span>
              </button>
            ) : (
              column.header
            )}
          </div>
        ))}
      </div>
      <div
        className="grid-body"
        role="rowgroup"
        style={{ blockSize: rowCount * size, minInlineSize: minWidth }}
        onClick={(event) => onActive(indexUnder(event) ?? active)}
        onDoubleClick={(event) => onOpen?.(indexUnder(event) ?? active)}
      >
        {indexes.map((index) => (
          <Row
            key={slots.get(index)}
            id={`${id}-${index}`}
            index={index}
            row={rowAt(index)}
            of={keyAt(index)}
            columns={columns as readonly Column<unknown>[]}
            template={template}
            size={size}
            active={index === active}
            gone={isGone?.(index) ?? false}
          />
        ))}
      </div>
    </div>
  );
}

function indexUnder({ target }: MouseEvent): number | undefined {
  const row = target instanceof Element ? target.closest('[role="row"]') : null;
  return row ? Number(row.getAttribute('aria-rowindex')) - 2 : undefined;
}

interface RowProps {
  id: string;
  index: number;
  row: unknown;
  /** names what the row shows: another thing in the same place is no change of it */
  of: string | number;
  columns: readonly Column<unknown>[];
  template: string;
  size: number;
  active: boolean;
  gone: boolean;
}

/** One row; drawn again only when something of its own has changed. */
const Row = memo(function Row({ id, index, row, of, columns, template, size, active, gone }: RowProps) {
  return (
    <div
      id={id}
      className="grid-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      {...(active ? { 'data-active': true } : {})}
      {...(gone ? { 'data-gone': true } : {})}
      style={{
        gridTemplateColumns: template,
        transform: `translateY(${index * size}px)`,
        blockSize: size,
      }}
    >
      {columns.map((column) => (
        <div key={column.id} className="grid-cell" role="gridcell" {...(column.end ? { 'data-end': true } : {})}>
          {row === undefined ? (
            <span className="skeleton" style={{ inlineSize: '70%' }} />
          ) : (
            <Tinted of={of} mark={column.tint?.(row) ?? null}>
              {column.cell(row)}
            </Tinted>
          )}
        </div>
      ))}
    </div>
  );
});

/** Marks what has changed in place for a second; the first showing is no change. */
function Tinted({ of, mark, children }: { of: string | number; mark: string | number | null; children: ReactNode }) {
  const element = useRef<HTMLSpanElement>(null);
  const before = useRef({ of, mark });
  const tint = useRef<Animation>(undefined);
  useEffect(() => {
    const { of: was, mark: said } = before.current;
    if (was === of && said === mark) return;
    before.current = { of, mark };
    tint.current?.cancel();
    tint.current =
      was === of ? element.current?.animate([{ backgroundColor: 'var(--change-tint)' }, {}], 1_000) : undefined;
  }, [of, mark]);
  return <span ref={element}>{children}</span>;
}
