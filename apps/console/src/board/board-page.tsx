import { exportBoard, showBoardSummary, showExport } from '@tidewaiter/contracts';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api } from '../api/client.js';
import { useRoute } from '../api/queries.js';
import { worksOnShipments, useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import { useKeys } from '../app/keys.js';
import { useZone } from '../app/preferences.js';
import { ApplyPill, Button, DataGrid, EmptyState, ErrorState, Page } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { summaryInput, useBoard, type BoardQuery, type BoardRow } from './board-data.js';
import { ALL_COLUMNS, BIN_WORDS, columnsOf, STAGE_WORDS, USUAL_COLUMNS } from './columns.js';
import { FILTERS, type BoardSearch } from './search.js';
import './board.css';

const Peek = lazy(() => import('./peek.js'));
const Bulk = lazy(() => import('./bulk.js'));
const ColumnsDialog = lazy(() => import('./columns-dialog.js'));
const Views = lazy(() => import('./views.js'));

/** Where a reader stood in a view, for coming back to it. */
const left = new Map<string, number>();

function saveAs(name: string, parts: BlobPart[], type: string): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

const wordOf = (name: string, value: string): string => {
  if (name === 'stage') return STAGE_WORDS[value] ?? value;
  if (name === 'clock') return BIN_WORDS[value] ?? value;
  return value;
};

/** Every shipment: tabs by stage, heat of the deadlines, and a table that holds a hundred thousand rows. */
export default function BoardPage() {
  const search = useSearch({ from: '/frame/board' });
  const navigate = useNavigate();
  const zone = useZone();
  const query = useMemo<BoardQuery>(() => {
    const { cols: _cols, peek: _peek, tz: _tz, view: _view, ...rest } = search;
    return rest as BoardQuery;
  }, [search]);
  const session = useSession();
  const { sort: _sort, direction: _direction, ...filter } = query;
  const board = useBoard(query);
  const { keys, rowOf, want } = board;
  const { data: summary } = useRoute(showBoardSummary, summaryInput(query), {
    staleTime: 60_000,
    refetchInterval: 60_000,
  });
  const { data: all } = useRoute(showBoardSummary, { query: {} }, { staleTime: 60_000, refetchInterval: 60_000 });
  const place = JSON.stringify(query);
  const [active, setActive] = useState(() => left.get(place) ?? 0);
  const came = useRef(left.has(place));
  useEffect(() => void left.set(place, active), [active, place]);
  const at = Math.min(active, Math.max(0, keys.length - 1));
  const [dialog, setDialog] = useState<'bulk' | 'columns' | null>(null);
  const [exporting, setExporting] = useState(false);
  const [taken, setTaken] = useState<string | null>(null);
  const find = useRef<HTMLInputElement>(null);

  const go = useCallback(
    (change: Partial<BoardSearch>, replace = false) =>
      void navigate({
        to: '/board',
        search: (before: BoardSearch) =>
          Object.fromEntries(
            Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined && value !== ''),
          ) as BoardSearch,
        replace,
      }),
    [navigate],
  );
  useKeys(
    useMemo(
      () => [
        { keys: 'f', says: i18n.t('Filter'), group: 'This page' as const, run: () => find.current?.focus() },
        { keys: 'c', says: i18n.t('Columns'), group: 'This page' as const, run: () => setDialog('columns') },
        { keys: 'm', says: i18n.t('Act on all that match'), group: 'This page' as const, run: () => setDialog('bulk') },
      ],
      [],
    ),
  );

  const cols = useMemo(() => (search.cols ? search.cols.split(',') : USUAL_COLUMNS), [search.cols]);
  const columns = useMemo(() => columnsOf(cols), [cols]);
  const sort = search.sort ? { id: search.sort, direction: search.direction ?? ('ascending' as const) } : undefined;
  const onSort = (id: string): void => {
    if (search.sort !== id) go({ sort: id, direction: undefined });
    else if (search.direction === 'descending') go({ sort: undefined, direction: undefined });
    else go({ direction: 'descending' });
  };
  const openRow = (index: number): void => {
    const row = rowOf(keys[index]!);
    if (row) void navigate({ to: '/shipments/$shipmentId', params: { shipmentId: row.shipmentId } });
  };
  const onRange = useCallback(
    (first: number, last: number) => want(keys, Math.max(0, first - 10), last + 10),
    [keys, want],
  );
  const filters = FILTERS.flatMap((name) => (search[name] ? [{ name, value: search[name] }] : []));
  const peeked = search.peek
    ? [...keys.subarray(Math.max(0, at - 200), at + 200)].map(rowOf).find((row) => row?.shipmentId === search.peek)
    : undefined;

  const takeAway = async (): Promise<void> => {
    setExporting(true);
    try {
      const { answer, location: about } = await api.send(exportBoard, {
        body: { sort: 'consequence', direction: 'ascending', ...query },
      });
      // Reading an answer as text takes its byte order mark away, which spreadsheets go by.
      saveAs('board.csv', ['\uFEFF', answer as unknown as string], 'text/csv;charset=utf-8');
      setTaken(about?.split('/').at(-1) ?? null);
      announce(i18n.t('The file is made. That it was taken is recorded.'));
    } catch (error) {
      announce(
        i18n.t('The file was not made: {why}', {
          why: error instanceof Error ? error.message : i18n.t('nobody answers'),
        }),
      );
    } finally {
      setExporting(false);
    }
  };
  const tellOf = async (exportId: string): Promise<void> => {
    const about = await api.call(showExport, { params: { exportId } });
    saveAs('board.csv.meta.json', [JSON.stringify(about, null, 2)], 'application/json');
  };

  return (
    <Page
      title={i18n.t('Board')}
      lead={all && i18n.t('{count} shipments', { count: all.total.toLocaleString('en-GB') })}
      actions={
        <>
          <ApplyPill count={board.pending} onApply={board.apply} />
          <Suspense>
            <Views search={search} onChoose={(wanted) => void navigate({ to: '/board', search: wanted })} />
          </Suspense>
          <Button onPress={() => setDialog('columns')}>{i18n.t('Columns')}</Button>
          <Button busy={exporting} onPress={() => void takeAway()}>
            {i18n.t('CSV')}
          </Button>
          {worksOnShipments(session) && <Button onPress={() => setDialog('bulk')}>{i18n.t('Act on all')}</Button>}
          {taken && (
            <Button kind="quiet" label={i18n.t('What the file holds, as JSON')} onPress={() => void tellOf(taken)}>
              .meta.json
            </Button>
          )}
          <Link className="button" data-kind="primary" to="/shipments/new">
            {i18n.t('New shipment')}
          </Link>
        </>
      }
    >
      <nav className="tabs" aria-label={i18n.t('Stages')}>
        {[undefined, ...Object.keys(STAGE_WORDS)].map((stage) => (
          <button
            key={stage ?? 'all'}
            type="button"
            className="tab"
            {...(search.stage === stage ? { 'aria-current': 'true' as const } : {})}
            onClick={() => go({ stage })}
          >
            {stage === undefined ? i18n.t('All') : STAGE_WORDS[stage]}
            <span className="label">
              {(stage === undefined
                ? all?.total
                : all?.stages.find((each) => each.stage === stage)?.count
              )?.toLocaleString('en-GB')}
            </span>
          </button>
        ))}
      </nav>
      {summary && (
        <div className="heat-strip" role="group" aria-label={i18n.t('Deadlines')}>
          {summary.clocks
            .filter(({ bin }) => bin !== 'none')
            .map(({ bin, count }) => (
              <button
                key={bin}
                type="button"
                className="heat-bin"
                data-bin={bin}
                aria-pressed={search.clock === bin}
                onClick={() => go({ clock: search.clock === bin ? undefined : bin })}
              >
                {BIN_WORDS[bin]} <b>{count.toLocaleString('en-GB')}</b>
              </button>
            ))}
        </div>
      )}
      <div className="board-filters">
        <input
          ref={find}
          className="input"
          type="search"
          aria-label={i18n.t('Reference, MRN, customer')}
          placeholder={i18n.t('Reference, MRN, customer')}
          defaultValue={search.q ?? ''}
          key={search.q ?? ''}
          onKeyDown={(event) => {
            if (event.key === 'Enter') go({ q: event.currentTarget.value.trim() || undefined });
          }}
          onBlur={(event) => {
            const value = event.currentTarget.value.trim() || undefined;
            if (value !== search.q) go({ q: value });
          }}
        />
        <Choose
          label={i18n.t('Waiting for')}
          value={search.waiting}
          options={{ us: i18n.t('Us'), others: i18n.t('Others'), nobody: i18n.t('Nobody') }}
          onChange={(waiting) => go({ waiting })}
        />
        <Choose
          label={i18n.t('To')}
          value={search.to}
          options={{ GB: 'GB', US: 'US', DE: 'DE' }}
          onChange={(to) => go({ to })}
        />
        <Choose
          label={i18n.t('Role')}
          value={search.role}
          options={{ operator: i18n.t('Operator'), approver: i18n.t('Approver'), compliance: i18n.t('Compliance') }}
          onChange={(role) => go({ role })}
        />
        {worksOnShipments(session) && (
          <button
            type="button"
            className="chip"
            aria-pressed={search.watched === 'me'}
            onClick={() => go({ watched: search.watched === 'me' ? undefined : 'me' })}
          >
            {i18n.t('Watched by me')}
          </button>
        )}
        {filters.map(({ name, value }) => (
          <button key={name} type="button" className="chip" onClick={() => go({ [name]: undefined })}>
            {name}: {wordOf(name, value)} <span aria-hidden="true">✕</span>
            <span className="sr"> {i18n.t('remove filter')}</span>
          </button>
        ))}
        {filters.length > 1 && (
          <button
            type="button"
            className="chip"
            onClick={() => go(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}
          >
            {i18n.t('Clear all')}
          </button>
        )}
        <span className="label board-count">
          {i18n.t('{shown} of {total} · sorted by {sort} · recorded times in {zone}', {
            shown: keys.length.toLocaleString('en-GB'),
            total: all?.total.toLocaleString('en-GB') ?? '…',
            sort: ALL_COLUMNS.find(({ id }) => id === search.sort)?.header ?? i18n.t('consequence'),
            zone,
          })}
        </span>
      </div>
      {board.error ? (
        <ErrorState error={board.error} what={i18n.t('the board')} onRetry={board.retry} />
      ) : keys.length === 0 && !board.loading ? (
        filters.length > 0 ? (
          <EmptyState
            title={i18n.t('No shipment fits')}
            act={
              <Button onPress={() => go(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>
                {i18n.t('Clear')}
              </Button>
            }
          >
            {filters.map(({ name, value }) => `${name}: ${wordOf(name, value)}`).join(', ')}
          </EmptyState>
        ) : (
          <EmptyState
            title={i18n.t('No shipment yet')}
            act={
              <Link className="button" to="/shipments/new">
                {i18n.t('Open a shipment')}
              </Link>
            }
          >
            {i18n.t('Shipments stand here from their opening to the archive.')}
          </EmptyState>
        )
      ) : (
        <div className="board-split" {...(search.peek ? { 'data-peek': true } : {})}>
          <DataGrid<BoardRow>
            label={i18n.t('Shipments')}
            columns={columns}
            rowCount={keys.length}
            rowAt={(index) => rowOf(keys[index]!)}
            keyAt={(index) => keys[index] ?? index}
            active={at}
            onActive={setActive}
            onOpen={openRow}
            onRange={onRange}
            onKey={(event, index) => {
              if (event.key !== ' ') return;
              event.preventDefault();
              const row = rowOf(keys[index]!);
              go({ peek: search.peek || !row ? undefined : row.shipmentId }, true);
            }}
            isGone={(index) => board.isGone(keys[index]!)}
            sort={sort}
            onSort={onSort}
            busy={board.loading || (keys.length > 0 && rowOf(keys[at]!) === undefined)}
            autoFocus={came.current}
            height={`min(calc(100dvh - 340px), calc(${keys.length + 1} * var(--row) + 4px))`}
          />
          {search.peek && (
            <Suspense>
              <Peek shipmentId={search.peek} row={peeked} onClose={() => go({ peek: undefined }, true)} />
            </Suspense>
          )}
        </div>
      )}
      <Suspense>
        {dialog === 'bulk' && (
          <Bulk
            filter={filter}
            says={
              filters.length === 0
                ? i18n.t('without a filter')
                : filters.map(({ name, value }) => `${name}: ${wordOf(name, value)}`).join(', ')
            }
            onClose={() => setDialog(null)}
          />
        )}
        {dialog === 'columns' && (
          <ColumnsDialog
            chosen={cols}
            onClose={() => setDialog(null)}
            onChange={(ids) =>
              go({ cols: ids.join(',') === USUAL_COLUMNS.join(',') ? undefined : ids.join(',') }, true)
            }
          />
        )}
      </Suspense>
    </Page>
  );
}

const Choose = ({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string | undefined;
  options: Record<string, string>;
  onChange: (value: string | undefined) => void;
}) => (
  <select
    className="input"
    aria-label={label}
    value={value ?? ''}
    onChange={(event) => onChange(event.target.value || undefined)}
  >
    <option value="">{i18n.t('{label}: any', { label })}</option>
    {Object.entries(options).map(([name, word]) => (
      <option key={name} value={name}>
        {label}: {word}
      </option>
    ))}
  </select>
);
