import { useCallback, useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

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
const OVERSCAN = 8;

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
  const size = rowHeight ?? rowHeightOf();
  // All rows are of one height: which of them are in view is a division, however many there are.
  const [view, setView] = useState({ top: 0, height: 600 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  const first = Math.max(0, Math.min(rowCount - 1, Math.floor(view.top / size) - OVERSCAN));
  const last = Math.min(rowCount - 1, Math.ceil((view.top + view.height) / size) + OVERSCAN);
  const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  const scrollToIndex = useCallback(
    (index: number, centre = false): void => {
      const element = scroller.current;
      if (!element) return;
      const [above, below] = [index * size, (index + 2) * size - element.clientHeight];
      if (centre) element.scrollTop = Math.max(0, above - element.clientHeight / 2);
      else if (element.scrollTop > above) element.scrollTop = above;
      else if (element.scrollTop < below) element.scrollTop = below;
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
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / size) - 2);

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
      <div className="grid-body" role="rowgroup" style={{ blockSize: rowCount * size, minInlineSize: minWidth }}>
        {indexes.map((index) => {
          const row = rowAt(index);
          return (
            <div
              key={keyAt(index)}
              id={`${id}-${index}`}
              className="grid-row"
              role="row"
              aria-rowindex={index + 2}
              aria-selected={index === active}
              {...(index === active ? { 'data-active': true } : {})}
              {...(isGone?.(index) ? { 'data-gone': true } : {})}
              style={{ gridTemplateColumns: template, transform: `translateY(${index * size}px)`, blockSize: size }}
              onClick={() => onActive(index)}
              onDoubleClick={() => onOpen?.(index)}
            >
              {columns.map((column) => (
                <div
                  key={column.id}
                  className="grid-cell"
                  role="gridcell"
                  {...(column.end ? { 'data-end': true } : {})}
                >
                  {row === undefined ? (
                    <span className="skeleton" style={{ inlineSize: '70%' }} />
                  ) : (
                    <Tinted mark={column.tint?.(row) ?? null}>{column.cell(row)}</Tinted>
                  )}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Marks what has changed in place for a second; the first showing is no change. */
function Tinted({ mark, children }: { mark: string | number | null; children: ReactNode }) {
  const element = useRef<HTMLSpanElement>(null);
  const before = useRef(mark);
  useEffect(() => {
    if (before.current === mark) return;
    before.current = mark;
    const { current } = element;
    current?.classList.remove('changed');
    void current?.offsetWidth;
    current?.classList.add('changed');
  }, [mark]);
  return <span ref={element}>{children}</span>;
}
