import { Trans } from '@lingui/react';
import {
  replayDifference,
  replayShipment,
  showShipment,
  showStory,
  showStrip,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { routeQuery, useRoute } from '../api/queries.js';
import { useKeys } from '../app/keys.js';
import { notchAt, timePlane, type PlaneFact } from '../pictures/time-plane.js';
import { EmptyState, ErrorState, Page, StatusMark } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { instantOf, notchesOf, statusFacts } from './clocks.js';
import { flat, pathText, valueText } from './flat.js';
import { useShipmentId } from './data.js';
import { Copies, Figure, Panel, Source, words } from './parts.js';
import type { StoryEntry } from '../pictures/spine.js';
import './shipment.css';
import './time-machine.css';
import { Go, useAsked } from './go.js';

type Replayed = AnswerOf<typeof replayShipment>;
interface ClockSearch {
  known?: string;
  asof?: string;
  to?: string;
}

/** How the shipment stood: by what we knew, and by what was so. */
export default function TimeMachine() {
  const shipmentId = useShipmentId();
  const shipment = useRoute(showShipment, { params: { shipmentId } });
  const story = useRoute(showStory, { params: { shipmentId }, query: { order: 'learned' } });
  const reference = shipment.data?.reference;
  if (shipment.isError && !shipment.data)
    return <ErrorState error={shipment.error} what={i18n.t('the shipment')} onRetry={() => void shipment.refetch()} />;
  return (
    <Page
      title={reference === undefined ? i18n.t('Time machine') : i18n.t('Time machine, {reference}', { reference })}
      lead={i18n.t(
        'Two clocks: what we knew by then, and what was so by then. Every move has a button, a key and a field.',
      )}
      actions={
        <Go className="button" to={`/shipments/${shipmentId}`}>
          {i18n.t('Back to the shipment')}
        </Go>
      }
    >
      <Source query={story} what={i18n.t('the story')} who={i18n.t('The board')} height={420}>
        {({ entries }) =>
          entries.length === 0 ? (
            <EmptyState title={i18n.t('Nothing has happened yet')} />
          ) : (
            <Clocks shipmentId={shipmentId} entries={entries} />
          )
        }
      </Source>
    </Page>
  );
}

const readable = (instant: string): string => instant.replace('T', ' ').replace('Z', ' UTC');

function Clocks({ shipmentId, entries }: { shipmentId: string; entries: readonly StoryEntry[] }) {
  const search = useAsked<ClockSearch>();
  const navigate = useNavigate();
  const notches = useMemo(() => notchesOf(entries), [entries]);
  const known = search.known ?? notches.known.at(-1)!;
  const asof = search.asof ?? known;
  const same = search.asof === undefined;
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(2);
  const set = (change: Partial<Record<keyof ClockSearch, string | undefined>>): void =>
    void navigate({ to: '.', search: ((before: ClockSearch) => ({ ...before, ...change })) as never, replace: true });
  const at = { known: notchAt(notches.known, known), asof: notchAt(notches.asOf, asof) };
  const move = (clock: 'known' | 'asof', to: number): void => {
    const line = clock === 'known' ? notches.known : notches.asOf;
    const notch = line[Math.max(0, Math.min(line.length - 1, to))];
    if (notch !== undefined) set({ [clock]: notch });
  };
  const latest = useRef(move);
  latest.current = move;
  const last = at.known >= notches.known.length - 1;

  useEffect(() => {
    if (!playing) return undefined;
    if (last) {
      setPlaying(false);
      return undefined;
    }
    // Whoever wants no motion is taken to the end at once.
    const jumps = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = setTimeout(() => latest.current('known', jumps ? Infinity : at.known + 1), jumps ? 0 : 1000 / speed);
    return () => clearTimeout(timer);
  }, [playing, last, at.known, speed]);

  useKeys(
    useMemo(
      () => [
        {
          keys: 'ArrowRight',
          says: i18n.t('Know one event more'),
          group: 'This page' as const,
          run: () => latest.current('known', at.known + 1),
        },
        {
          keys: 'ArrowLeft',
          says: i18n.t('Know one event less'),
          group: 'This page' as const,
          run: () => latest.current('known', at.known - 1),
        },
        {
          keys: 'ArrowUp',
          says: i18n.t('As of one notch later'),
          group: 'This page' as const,
          run: () => latest.current('asof', at.asof + 1),
        },
        {
          keys: 'ArrowDown',
          says: i18n.t('As of one notch earlier'),
          group: 'This page' as const,
          run: () => latest.current('asof', at.asof - 1),
        },
        { keys: ' ', says: i18n.t('Play or pause'), group: 'This page' as const, run: () => setPlaying((now) => !now) },
      ],
      [at.known, at.asof],
    ),
  );

  const learned = entries[entries.findLastIndex((entry) => entry.learned <= known)];
  return (
    <div className="stack">
      <section className="sheet clocks" aria-label={i18n.t('Clocks')}>
        <Clock
          name="Known"
          value={known}
          at={at.known}
          of={notches.known.length}
          onMove={(to) => move('known', to)}
          onField={(instant) => set({ known: instant })}
          extra={
            <span className="row">
              <button
                type="button"
                className="button"
                data-size="small"
                aria-pressed={playing}
                onClick={() => setPlaying(!playing)}
              >
                {playing ? i18n.t('Pause') : i18n.t('Play')}
              </button>
              <label className="label">
                {i18n.t('Events a second')}{' '}
                <select
                  className="input speed"
                  value={speed}
                  onChange={(event) => setSpeed(Number.parseInt(event.target.value, 10))}
                >
                  {[1, 2, 5, 10].map((each) => (
                    <option key={each} value={each}>
                      {each}
                    </option>
                  ))}
                </select>
              </label>
            </span>
          }
        />
        <Clock
          name="As of"
          value={asof}
          at={at.asof}
          of={notches.asOf.length}
          onMove={(to) => move('asof', to)}
          onField={(instant) => set({ asof: instant })}
          extra={
            <label className="row label">
              <Trans
                id="<0/> the same as known"
                components={{
                  0: <input type="checkbox" checked={same} onChange={() => set({ asof: same ? asof : undefined })} />,
                }}
              />
            </label>
          }
        />
        <p className="label" role="status">
          {learned
            ? i18n.t('Newest that was known: #{n} {says}', { n: learned.n, says: learned.says })
            : i18n.t('Nothing was known yet.')}
        </p>
      </section>
      <div className="columns">
        <PlanePanel
          facts={statusFacts(entries)}
          known={known}
          asof={asof}
          onPick={(k, a) => set({ known: k, asof: a })}
        />
        <Difference shipmentId={shipmentId} known={known} to={search.to} entries={entries} onTo={(to) => set({ to })} />
      </div>
      <StateThen shipmentId={shipmentId} known={known} asof={asof} />
      <Copies
        path={`/v1/audit/shipments/${shipmentId}/replay?known=${known}&asOf=${asof}`}
        command={`audit replay ${shipmentId} --known ${known} --asof ${asof} --json`}
      />
    </div>
  );
}

function Clock({
  name,
  value,
  at,
  of,
  onMove,
  onField,
  extra,
}: {
  name: 'Known' | 'As of';
  value: string;
  at: number;
  of: number;
  onMove: (to: number) => void;
  onField: (instant: string) => void;
  extra: React.ReactNode;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && instantOf(typed) === null;
  const lower = name.toLowerCase();
  return (
    <div className="clock" role="group" aria-label={name}>
      <b className="clock-name">{name}</b>
      <span className="clock-buttons">
        {(
          [
            ['first', '|◀', 0],
            [i18n.t('one earlier'), '◀', at - 1],
            [i18n.t('one later'), '▶', at + 1],
            ['last', '▶|', of - 1],
          ] as const
        ).map(([says, glyph, to]) => (
          <button
            key={says}
            type="button"
            className="button"
            data-size="small"
            aria-label={`${name}: ${says}`}
            onClick={() => onMove(to)}
          >
            {glyph}
          </button>
        ))}
      </span>
      <input
        className="clock-slider"
        type="range"
        min={0}
        max={Math.max(0, of - 1)}
        step={1}
        value={Math.max(0, at)}
        aria-label={i18n.t('{name}, by event', { name })}
        aria-valuetext={i18n.t('{readable}, {at} of {of}', { readable: readable(value), at: at + 1, of })}
        onChange={(event) => onMove(Number.parseInt(event.target.value, 10))}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const instant = typed === null ? null : instantOf(typed);
          if (instant !== null) {
            onField(instant);
            setTyped(null);
          }
        }}
      >
        <input
          className="input mono clock-field"
          aria-label={i18n.t('{name}, instant', { name })}
          aria-invalid={wrong}
          value={typed ?? readable(value)}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => {
            const instant = typed === null ? null : instantOf(typed);
            if (instant !== null) onField(instant);
            if (instant !== null || typed === null) setTyped(null);
          }}
        />
        {wrong && <span className="field-error">{i18n.t('An instant such as 2026-11-24 14:07:12 UTC')}</span>}
      </form>
      <span className="label clock-count">
        {lower === 'known' ? `#${at + 1}` : at + 1} {i18n.t('of {of}', { of })}
      </span>
      {extra}
    </div>
  );
}

const PATTERNS = ['none', 'dots', 'lines', 'cross', 'dense', 'checks'] as const;

/** Across what we knew, up what was so; each cell says the status that held. */
function PlanePanel({
  facts,
  known,
  asof,
  onPick,
}: {
  facts: readonly PlaneFact[];
  known: string;
  asof: string;
  onPick: (known: string, asof: string) => void;
}) {
  const plane = timePlane(facts);
  const here = { known: notchAt(plane.known, known), asof: notchAt(plane.asOf, asof) };
  if (plane.known.length === 0) return null;
  const [cell, left, gap] = [44, 8, 2];
  const height = plane.asOf.length * cell;
  const width = plane.known.length * cell;
  const now = here.known < 0 || here.asof < 0 ? null : plane.cells[here.asof]![here.known]!;
  const patternOf = (status: string): string => PATTERNS[plane.statuses.indexOf(status) % PATTERNS.length]!;
  return (
    <Panel title={i18n.t('Plane of two clocks')}>
      <p>
        <Trans
          id="Known {known}, as of {asof}: <0>{status}</0>"
          values={{
            known: readable(known).slice(0, 16),
            asof: readable(asof).slice(0, 16),
            status: now?.status ?? i18n.t('nothing yet'),
          }}
          components={{ 0: <b /> }}
        />
      </p>
      <Figure
        caption={i18n.t('Status by what was known and what was so')}
        note={i18n.t('Across: when we learned it. Up: since when it is so. Choose a cell to go there.')}
        picture={
          <div className="table-scroll">
            <svg
              viewBox={`0 0 ${left + width + 4} ${height + 4}`}
              width={left + width + 4}
              role="img"
              aria-label={i18n.t('Status on two clocks: now {status}; shown as a table too', {
                status: now?.status ?? i18n.t('nothing yet'),
              })}
            >
              <defs>
                <pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">
                  <circle cx="2" cy="2" r="1.1" fill="var(--ink-2)" />
                </pattern>
                <pattern id="lines" width="6" height="6" patternUnits="userSpaceOnUse">
                  <path d="M0 6 6 0" stroke="var(--ink-2)" />
                </pattern>
                <pattern id="cross" width="7" height="7" patternUnits="userSpaceOnUse">
                  <path d="M0 7 7 0M0 0l7 7" stroke="var(--ink-2)" />
                </pattern>
                <pattern id="dense" width="4" height="4" patternUnits="userSpaceOnUse">
                  <path d="M0 2h4" stroke="var(--ink-2)" strokeWidth="1.6" />
                </pattern>
                <pattern id="checks" width="8" height="8" patternUnits="userSpaceOnUse">
                  <path d="M0 0h4v4H0zM4 4h4v4H4z" fill="var(--edge)" />
                </pattern>
              </defs>
              {plane.cells.map((row, a) =>
                row.map((fact, k) => {
                  const y = height - (a + 1) * cell;
                  const pattern = fact ? patternOf(fact.status) : 'none';
                  return (
                    <g key={`${a} ${k}`} transform={`translate(${left + k * cell} ${y})`}>
                      <rect width={cell - gap} height={cell - gap} fill="var(--sunken)" stroke="var(--rule)" />
                      {pattern !== 'none' && <rect width={cell - gap} height={cell - gap} fill={`url(#${pattern})`} />}
                      <rect
                        className="plane-hit"
                        width={cell - gap}
                        height={cell - gap}
                        fill="transparent"
                        onClick={() => onPick(plane.known[k]!, plane.asOf[a]!)}
                      >
                        <title>
                          {i18n.t('known {readable}, as of {asof}: {status}', {
                            readable: readable(plane.known[k]!),
                            asof: readable(plane.asOf[a]!),
                            status: fact?.status ?? i18n.t('nothing yet'),
                          })}
                        </title>
                      </rect>
                      {k === here.known && a === here.asof && (
                        <circle
                          cx={(cell - gap) / 2}
                          cy={(cell - gap) / 2}
                          r={8}
                          fill="var(--accent)"
                          stroke="var(--sheet)"
                          strokeWidth={3}
                        />
                      )}
                    </g>
                  );
                }),
              )}
            </svg>
            <ul className="chips plane-words" aria-hidden="true">
              {plane.statuses.map((status) => (
                <li key={status} className="chip">
                  <svg width="16" height="16" viewBox="0 0 16 16">
                    <rect width="16" height="16" fill="var(--sunken)" stroke="var(--rule)" />
                    {patternOf(status) !== 'none' && (
                      <rect width="16" height="16" fill={`url(#${patternOf(status)})`} />
                    )}
                  </svg>
                  {status}
                </li>
              ))}
            </ul>
          </div>
        }
        table={
          <div className="table-scroll">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{i18n.t('As of \\ known')}</th>
                  {plane.known.map((each) => (
                    <th scope="col" key={each}>
                      {readable(each).slice(5, 19)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {plane.asOf.toReversed().map((each, i) => (
                  <tr key={each}>
                    <th scope="row">{readable(each).slice(5, 19)}</th>
                    {plane.cells[plane.asOf.length - 1 - i]!.map((fact, k) => (
                      <td key={k}>{fact?.status ?? '—'}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        }
      />
    </Panel>
  );
}

function Difference({
  shipmentId,
  known,
  to,
  entries,
  onTo,
}: {
  shipmentId: string;
  known: string;
  to: string | undefined;
  entries: readonly StoryEntry[];
  onTo: (to: string | undefined) => void;
}) {
  // Without another instant: what the newest known event changed.
  const other = to ?? entries.findLast(({ learned }) => learned < known)?.learned ?? known;
  const [from, until] = known <= other ? [known, other] : [other, known];
  const difference = useQuery({
    ...routeQuery(replayDifference, { params: { shipmentId }, query: { from, to: until, by: 'known' } }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const numberOf = new Map(entries.map(({ eventId, n }) => [eventId, n]));
  return (
    <Panel
      title={i18n.t('Changed between')}
      aside={
        <label className="row label">
          {i18n.t('and')}
          <select
            className="input"
            value={other}
            onChange={(event) => onTo(event.target.value)}
            aria-label={i18n.t('Other instant')}
          >
            {entries.map(({ n, learned, says }) => (
              <option key={n} value={learned} translate="no">
                #{n} {says.slice(0, 40)}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <Source query={difference} what={i18n.t('the difference')} who={i18n.t('The audit store')} height={160}>
        {({ changes }) =>
          changes.length === 0 ? (
            <p className="soft">{i18n.t('Nothing is another between the two.')}</p>
          ) : (
            <div className="table-scroll">
              <table className="table">
                <caption className="label">
                  {i18n.t('{count} {count, plural, one {path} other {paths}} differ', { count: changes.length })}
                </caption>
                <thead>
                  <tr>
                    <th scope="col">{i18n.t('Path')}</th>
                    <th scope="col">{i18n.t('From')}</th>
                    <th scope="col">{i18n.t('To')}</th>
                    <th scope="col">{i18n.t('By')}</th>
                  </tr>
                </thead>
                <tbody>
                  {changes.slice(0, 200).map((change) => (
                    <tr key={`${change.stream} ${pathText(change.path)}`}>
                      <th scope="row">
                        <code>
                          {change.stream.slice(0, change.stream.indexOf('-'))}.{pathText(change.path)}
                        </code>
                      </th>
                      <td className="sums" translate="no">
                        {valueText(change.before).slice(0, 80)}
                      </td>
                      <td className="sums" translate="no">
                        {valueText(change.after).slice(0, 80)}
                      </td>
                      <td>
                        {change.events.map((id) => {
                          const n = numberOf.get(id);
                          return (
                            <Go
                              key={id}
                              className="cause"
                              to={`/shipments/${shipmentId}`}
                              search={n === undefined ? {} : { n }}
                            >
                              {n === undefined ? id.slice(0, 8) : `#${n}`}{' '}
                            </Go>
                          );
                        })}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Source>
    </Panel>
  );
}

function StateThen({ shipmentId, known, asof }: { shipmentId: string; known: string; asof: string }) {
  const replay = useQuery({
    ...routeQuery(replayShipment, { params: { shipmentId }, query: { known, asOf: asof } }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const strip = useQuery({
    ...routeQuery(showStrip, { params: { shipmentId }, query: { known, asof } }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return (
    <Panel
      title={i18n.t('As it stood')}
      aside={
        strip.data && <StatusMark state={strip.data.waiting ? 'wait' : 'go'}>{words(strip.data.stage)}</StatusMark>
      }
    >
      {strip.data && <p className="summary-says">{strip.data.summary.says}</p>}
      <Source query={replay} what={i18n.t('the replay')} who={i18n.t('The audit store')} height={240}>
        {(answer) => <States states={answer} />}
      </Source>
    </Panel>
  );
}

const States = ({ states }: { states: Replayed }) => (
  <div className="stack-tight" data-events={states.events}>
    <p className="label">
      {i18n.t('{events} events count at this moment, {count} streams', {
        events: states.events,
        count: Object.keys(states.streams).length,
      })}
    </p>
    {Object.entries(states.states).map(([stream, state]) => (
      <details key={stream} open={stream.startsWith('declaration-')}>
        <summary>
          <Trans
            id="<0>{stream}…</0> version"
            values={{ stream: stream.slice(0, stream.indexOf('-') + 9) }}
            components={{ 0: <code /> }}
          />{' '}
          {states.streams[stream]}
        </summary>
        <dl className="facts state-flat">
          {flat(state).map(({ path, value }) => (
            <div key={path} style={{ display: 'contents' }}>
              <dt className="sums">{path}</dt>
              <dd className="sums">{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    ))}
  </div>
);
