import {
  authorityPlace,
  formatDay,
  Instant,
  LegalInstant,
  Money,
  StatusMark,
  type Column,
  type State,
} from '../ui/index.js';
import { i18n } from '../words/words.js';
import type { BoardRow } from './board-data.js';

export const STAGE_WORDS: Record<string, string> = {
  engagement: i18n.t('Engagement'),
  documentation: i18n.t('Documents'),
  clearance: i18n.t('Clearance'),
  delivery: i18n.t('Delivery'),
  'record-keeping': i18n.t('Records'),
  archived: i18n.t('Archived'),
  closed: i18n.t('Closed'),
};
export const BIN_WORDS: Record<string, string> = {
  overdue: i18n.t('Overdue'),
  '1': i18n.t('Under 1 day'),
  '3': i18n.t('Under 3 days'),
  '10': i18n.t('Under 10 days'),
  later: i18n.t('Later'),
  none: i18n.t('No clock'),
};

/** The glyph of a shipment: our turn, somebody else's, past its clock, nobody knows, done. */
export function stateOf({
  openTasks,
  clock,
  waitingFor,
  stage,
  summary,
}: Pick<BoardRow, 'openTasks' | 'clock' | 'waitingFor' | 'stage' | 'summary'>): State {
  if (stage === 'archived') return 'go';
  if (stage === 'closed') return 'idle';
  if (clock?.bin === 'overdue') return 'late';
  if (/outcome unknown|no answer/i.test(summary)) return 'unknown';
  if (openTasks > 0) return 'act';
  return waitingFor === null ? 'go' : 'wait';
}

/** A range of days in the place of delivery, or why there is none: unknown is neither a date nor a dash. */
function Eta({ eta, country, done }: { eta: BoardRow['eta']; country: string; done: string }) {
  const { zone } = authorityPlace(country);
  if (eta === null)
    return <span className="soft">{done === 'closed' ? i18n.t('not imported') : i18n.t('delivered')}</span>;
  if (eta.p50 === null || eta.p90 === null)
    return (
      <span className="soft">
        {i18n.t('no estimate, {cases} like {cases, plural, one {case} other {cases}}', { cases: eta.cases })}
      </span>
    );
  return (
    <span
      title={i18n.t('half of {cases} like cases by the first day, nine of ten by the second', { cases: eta.cases })}
    >
      {formatDay(eta.p50, zone)} – {formatDay(eta.p90, zone)}
    </span>
  );
}

const COLUMNS: readonly Column<BoardRow>[] = [
  { id: 'reference', header: i18n.t('Reference'), width: 144, sortable: true, cell: (row) => <b>{row.reference}</b> },
  {
    id: 'customer',
    header: i18n.t('Customer'),
    width: 128,
    sortable: true,
    cell: ({ customer }) => customer ?? <span className="soft">—</span>,
  },
  {
    id: 'route',
    header: i18n.t('Route'),
    width: 104,
    cell: ({ origin, destination, portOfEntry }) => (
      <span title={portOfEntry}>
        {origin} → {destination}
      </span>
    ),
  },
  {
    id: 'stage',
    header: i18n.t('Stage'),
    width: 112,
    sortable: true,
    cell: ({ stage }) => STAGE_WORDS[stage] ?? stage,
    tint: ({ stage }) => stage,
  },
  {
    id: 'status',
    header: i18n.t('Status'),
    width: 232,
    // Who and until when stand in columns of their own.
    cell: (row) => (
      <span title={row.summary}>
        <StatusMark state={stateOf(row)}>{row.says}</StatusMark>
      </span>
    ),
    tint: ({ says }) => says,
  },
  {
    id: 'waiting',
    header: i18n.t('Waiting'),
    width: 112,
    sortable: true,
    cell: ({ waitingFor }) =>
      waitingFor === null ? (
        <span className="soft">{i18n.t('nobody')}</span>
      ) : (
        <span title={waitingFor.replaceAll('-', ' ')}>{waitingFor.split(':')[0]!.replaceAll('-', ' ')}</span>
      ),
    tint: ({ waitingFor }) => waitingFor,
  },
  {
    id: 'clock',
    header: i18n.t('Next clock'),
    width: 208,
    sortable: true,
    cell: ({ clock, destination }) =>
      clock ? (
        <span className="heat" data-bin={clock.bin} title={`${clock.kind}, ${BIN_WORDS[clock.bin]?.toLowerCase()}`}>
          {clock.kind === 'statutory' ? '⚖' : '◷'} <LegalInstant at={clock.due} country={destination} />
        </span>
      ) : (
        <span className="soft">{i18n.t('none')}</span>
      ),
    tint: ({ clock }) => clock?.due ?? null,
  },
  {
    id: 'eta',
    header: i18n.t('ETA p50–p90'),
    width: 136,
    cell: ({ eta, destination, stage }) => <Eta eta={eta} country={destination} done={stage} />,
    tint: ({ eta }) => (eta ? `${eta.p50} ${eta.p90}` : null),
  },
  {
    id: 'payable',
    header: i18n.t('Payable'),
    width: 124,
    sortable: true,
    end: true,
    cell: ({ payable }) => <Money value={payable} />,
    tint: ({ payable }) => payable?.amount ?? null,
  },
  {
    id: 'paid',
    header: i18n.t('Paid'),
    width: 128,
    end: true,
    cell: ({ paid }) => <Money value={paid} />,
    tint: ({ paid }) => paid?.amount ?? null,
  },
  {
    id: 'mrn',
    header: 'MRN',
    width: 184,
    cell: ({ mrn }) => (mrn ? <span className="mono">{mrn}</span> : <span className="soft">—</span>),
  },
  {
    id: 'last',
    header: i18n.t('Last event'),
    width: 136,
    sortable: true,
    cell: ({ lastEvent }) =>
      lastEvent ? <Instant at={lastEvent.time} /> : <span className="soft">{i18n.t('never')}</span>,
    tint: ({ lastEvent }) => lastEvent?.time ?? null,
  },
  {
    id: 'opened',
    header: i18n.t('Opened'),
    width: 136,
    sortable: true,
    cell: ({ openedAt }) => <Instant at={openedAt} />,
  },
  {
    id: 'proof',
    header: i18n.t('Events'),
    width: 80,
    end: true,
    cell: ({ events }) => events,
    tint: ({ events }) => events,
  },
];

export const ALL_COLUMNS = COLUMNS.map(({ id, header }) => ({ id, header }));
export const USUAL_COLUMNS = ['reference', 'customer', 'stage', 'status', 'waiting', 'clock', 'eta', 'payable', 'last'];

/** Columns in the order that a link names; the reference stays first, since it stays in view. */
export function columnsOf(ids: readonly string[]): readonly Column<BoardRow>[] {
  const chosen = ids.flatMap((id) => COLUMNS.find((column) => column.id === id) ?? []);
  const [reference] = COLUMNS;
  return [reference!, ...chosen.filter(({ id }) => id !== 'reference')];
}
