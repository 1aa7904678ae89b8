import { Trans } from '@lingui/react';
import { showStory, type AnswerOf } from '@tidewaiter/contracts';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useRoute } from '../api/queries.js';
import { useKeys } from '../app/keys.js';
import { useLocale, useZone } from '../app/preferences.js';
import {
  actorKind,
  chain,
  lengthInWords,
  spineRows,
  type SpineFilter,
  type SpineRow,
  type StoryEntry,
  type StoryGap,
} from '../pictures/spine.js';
import { CopyButton, EmptyState, formatInstant } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { useShipmentId, useTimeline } from './data.js';
import { eventWords, Source } from './parts.js';
import { Go, useAsked } from './go.js';

interface StorySearch {
  n?: number;
  order?: 'happened';
  rank?: SpineFilter['rank'];
  q?: string;
  context?: string;
  actor?: string;
}

const RANKS: readonly [SpineFilter['rank'], string][] = [
  ['milestone', i18n.t('Milestones')],
  ['step', i18n.t('Steps')],
  ['detail', i18n.t('Everything')],
];
const listed = (value: string | undefined): string[] => (value === undefined || value === '' ? [] : value.split(','));

/** One spine for all contexts: what happened, why, and when we learned it. */
export default function Story() {
  const shipmentId = useShipmentId();
  const search = useAsked<StorySearch>();
  const order = search.order ?? 'learned';
  const story = useRoute(showStory, { params: { shipmentId }, query: { order } });
  return (
    <Source query={story} what={i18n.t('the story')} who={i18n.t('The board')} height={420}>
      {(answer) => <Spine story={answer} search={search} />}
    </Source>
  );
}

function Spine({ story, search }: { story: AnswerOf<typeof showStory>; search: StorySearch }) {
  const navigate = useNavigate();
  const list = useRef<HTMLOListElement>(null);
  const set = (change: Partial<Record<keyof StorySearch, string | number | undefined>>): void =>
    void navigate({ to: '.', search: { ...search, ...change } as never, replace: !('n' in change) });
  const { n } = search;
  const filter: SpineFilter = {
    rank: search.rank ?? 'step',
    contexts: listed(search.context),
    actors: listed(search.actor),
    text: search.q ?? '',
  };
  const rows = spineRows(story, filter, n ?? null);
  const related = useMemo(() => (n === undefined ? null : chain(story.entries, n)), [story.entries, n]);
  const contexts = [...new Set(story.entries.map(({ context }) => context))].sort();
  const actors = [...new Set(story.entries.map(({ actor }) => actorKind(actor)))].sort();

  useEffect(() => {
    if (n !== undefined) document.getElementById(`entry-${n}`)?.focus();
  }, [n]);

  const selected = story.entries.find((entry) => entry.n === n);
  const toggled = (values: readonly string[], value: string): string | undefined => {
    const rest = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
    return rest.length === 0 ? undefined : rest.join(',');
  };
  useKeys(
    useMemo(() => {
      const go = (to: number | undefined): void => {
        if (to !== undefined) void navigate({ to: '.', search: ((before: object) => ({ ...before, n: to })) as never });
      };
      const step = (by: 1 | -1): void => {
        const shown = [...(list.current?.querySelectorAll<HTMLElement>('[data-n]') ?? [])].map((element) =>
          Number.parseInt(element.dataset['n']!, 10),
        );
        const at = n === undefined ? -1 : shown.indexOf(n);
        go(shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by]);
      };
      return [
        { keys: 'j', says: i18n.t('Next entry'), group: 'This page' as const, run: () => step(1) },
        { keys: 'k', says: i18n.t('Previous entry'), group: 'This page' as const, run: () => step(-1) },
        {
          keys: 'c',
          says: i18n.t('Go to the cause'),
          group: 'This page' as const,
          run: () => go(selected?.causes.at(-1)),
        },
        {
          keys: 'C',
          says: i18n.t('Go to the effect'),
          group: 'This page' as const,
          run: () => go(selected?.effects[0]),
        },
        {
          keys: 'Escape',
          says: i18n.t('Show all again'),
          group: 'This page' as const,
          run: () => void navigate({ to: '.', search: (({ n: _, ...rest }: StorySearch) => rest) as never }),
        },
      ];
    }, [navigate, n, selected]),
  );

  return (
    <section className="sheet" aria-label={i18n.t('Story')}>
      <div className="story-tools">
        <div className="chips" role="group" aria-label={i18n.t('How much')}>
          {RANKS.map(([rank, label]) => (
            <button
              key={rank}
              type="button"
              className="chip"
              aria-pressed={filter.rank === rank}
              onClick={() => set({ rank: rank === 'step' ? undefined : rank })}
            >
              {label}
            </button>
          ))}
        </div>
        <div className="chips" role="group" aria-label={i18n.t('Contexts')}>
          {contexts.map((context) => (
            <button
              key={context}
              type="button"
              className="chip"
              aria-pressed={filter.contexts.includes(context)}
              onClick={() => set({ context: toggled(filter.contexts, context) })}
            >
              {context}
            </button>
          ))}
        </div>
        <div className="chips" role="group" aria-label={i18n.t('Actors')}>
          {actors.map((actor) => (
            <button
              key={actor}
              type="button"
              className="chip"
              aria-pressed={filter.actors.includes(actor)}
              onClick={() => set({ actor: toggled(filter.actors, actor) })}
            >
              {actor}
            </button>
          ))}
        </div>
        <label className="story-search">
          <span className="sr">{i18n.t('Text in the story')}</span>
          <input
            className="input"
            type="search"
            placeholder={i18n.t('Text in the story')}
            value={filter.text}
            onChange={(event) => set({ q: event.target.value || undefined })}
          />
        </label>
        <fieldset className="story-order">
          <legend className="sr">{i18n.t('Order')}</legend>
          {(
            [
              ['happened', i18n.t('as it happened')],
              ['learned', i18n.t('as we learned it')],
            ] as const
          ).map(([value, label]) => (
            <label key={value}>
              <input
                type="radio"
                name="order"
                checked={story.order === value}
                onChange={() => set({ order: value === 'learned' ? undefined : value })}
              />{' '}
              {label}
            </label>
          ))}
        </fieldset>
      </div>
      {rows.every(({ kind }) => kind === 'gap') ? (
        story.entries.length === 0 ? (
          <EmptyState title={i18n.t('Nothing has happened yet')}>
            {i18n.t('Events of all contexts stand here as soon as they are recorded.')}
          </EmptyState>
        ) : (
          <EmptyState
            title={i18n.t('No entry fits')}
            act={
              <button
                type="button"
                className="button"
                onClick={() => set({ q: undefined, context: undefined, actor: undefined, rank: 'detail' })}
              >
                {i18n.t('Clear filters')}
              </button>
            }
          >
            {i18n.t('Shown: {find}', { find: RANKS.find(([rank]) => rank === filter.rank)![1].toLowerCase() })}
            {filter.contexts.length > 0 && i18n.t(', of {contexts}', { contexts: filter.contexts.join(', ') })}
            {filter.actors.length > 0 && i18n.t(', by {actors}', { actors: filter.actors.join(', ') })}
            {filter.text !== '' && i18n.t(', with “{text}”', { text: filter.text })}.
          </EmptyState>
        )
      ) : (
        <ol className="spine" ref={list} data-dim={related ? true : undefined}>
          {rows.map((row) => (
            <Row
              key={
                row.kind === 'entry'
                  ? row.entry.n
                  : `${row.kind}-${row.kind === 'gap' ? row.gap.after : row.entries[0]!.n}`
              }
              row={row}
              order={story.order}
              related={related}
              selected={n}
            />
          ))}
        </ol>
      )}
    </section>
  );
}

function Row({
  row,
  order,
  related,
  selected,
}: {
  row: SpineRow;
  order: 'learned' | 'happened';
  related: ReadonlySet<number> | null;
  selected: number | undefined;
}) {
  const [open, setOpen] = useState(false);
  if (row.kind === 'entry')
    return <Entry entry={row.entry} order={order} related={related} selected={selected === row.entry.n} />;
  if (row.kind === 'gap') return <Gap gap={row.gap} folded={row.entries.length} />;
  if (open)
    return row.entries.map((entry) => (
      <Entry key={entry.n} entry={entry} order={order} related={related} selected={selected === entry.n} />
    ));
  return (
    <li className="fold">
      <button type="button" className="fold-button" onClick={() => setOpen(true)}>
        {i18n.t('{count} more: {entries}', { count: row.entries.length, entries: summaryOf(row.entries) })}
      </button>
    </li>
  );
}

const summaryOf = (entries: readonly StoryEntry[]): string => {
  const names = [...new Set(entries.map(({ name }) => eventWords(name).toLowerCase()))];
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} …` : names.join(', ');
};

function Gap({ gap, folded }: { gap: StoryGap; folded: number }) {
  const [zone, locale] = [useZone(), useLocale()];
  return (
    <li className="gap" data-gap={gap.after}>
      <span>
        {lengthInWords(gap.seconds)}
        {gap.before === null ? i18n.t(' so far') : ''}:{' '}
        {gap.waitingFor === null
          ? i18n.t('nothing was waited for')
          : i18n.t('waiting for {waitingFor}', { waitingFor: gap.waitingFor })}
        {gap.timer &&
          i18n.t(' (timer to {at}: {what})', {
            at: formatInstant(gap.timer.at, { zone, locale }),
            what: gap.timer.what,
          })}
        {folded > 0 && i18n.t('; {folded} folded', { folded })}
      </span>
    </li>
  );
}

const Numbered = ({ n, says }: { n: number; says: string }) => (
  <Go className="cause" to="." search={(before: object) => ({ ...before, n })}>
    {says} #{n}
  </Go>
);

function Entry({
  entry,
  order,
  related,
  selected,
}: {
  entry: StoryEntry;
  order: 'learned' | 'happened';
  related: ReadonlySet<number> | null;
  selected: boolean;
}) {
  const [zone, locale] = [useZone(), useLocale()];
  const at = order === 'happened' ? (entry.said ?? entry.learned) : entry.learned;
  const shown = formatInstant(at, { zone, locale, seconds: true });
  const other = order === 'happened' ? entry.learned : entry.said;
  return (
    <li
      id={`entry-${entry.n}`}
      data-n={entry.n}
      className="entry"
      tabIndex={-1}
      data-rank={entry.rank}
      data-failure={entry.failure || undefined}
      data-selected={selected || undefined}
      data-away={(related !== null && !related.has(entry.n)) || undefined}
    >
      <time className="entry-time" dateTime={at} title={`${at.replace('T', ' ').replace('Z', ' UTC')}`}>
        {shown}
      </time>
      <span className="entry-dot" aria-hidden="true" />
      <div className="entry-body">
        <p>
          <Go
            className="entry-number"
            to="."
            search={(before: object) => ({ ...before, n: entry.n })}
            aria-label={i18n.t('Entry {n}', { n: entry.n })}
          >
            #{entry.n}
          </Go>{' '}
          <span className="entry-context">{entry.context}</span>{' '}
          {entry.failure && <b className="entry-failure">{i18n.t('Failed:')} </b>}
          {entry.says}
        </p>
        <p className="entry-links label">
          {entry.causes.map((cause) => (
            <Numbered key={cause} n={cause} says={i18n.t('because of')} />
          ))}
          {entry.effects.map((effect) => (
            <Numbered key={effect} n={effect} says={i18n.t('caused')} />
          ))}
          {other !== null && other !== at && entry.lateBy !== null && (
            <span>
              {order === 'happened' ? i18n.t('we knew') : i18n.t('said')}{' '}
              {formatInstant(other, { zone, locale, seconds: true, day: entry.lateBy > 43_200 })}
            </span>
          )}
          {entry.lateBy !== null && (
            <span className="flag">{i18n.t('learned {lateBy} late', { lateBy: lengthInWords(entry.lateBy) })}</span>
          )}
          {entry.marks.includes('repeated') && <span className="flag">{i18n.t('came again')}</span>}
          {entry.marks.includes('out-of-order') && <span className="flag">{i18n.t('out of order')}</span>}
        </p>
        {selected && <Details entry={entry} />}
      </div>
      <span className="entry-actor label">{entry.actor}</span>
    </li>
  );
}

/** What was recorded, as it was: from the sentence to the event, and from the event to its proof. */
function Details({ entry }: { entry: StoryEntry }) {
  const shipmentId = useShipmentId();
  const timeline = useTimeline(shipmentId);
  const data = timeline.data?.find(({ eventId }) => eventId === entry.eventId)?.data;
  return (
    <div className="entry-details">
      <dl className="facts">
        <dt>{i18n.t('Event')}</dt>
        <dd>
          {entry.context}.{entry.name}
          <CopyButton text={entry.eventId} label={i18n.t('Copy event id')} />
        </dd>
        <dt>{i18n.t('Stream')}</dt>
        <dd>
          <Trans
            id="<0>{stream}</0> version {version}"
            values={{ stream: entry.stream, version: entry.version }}
            components={{ 0: <code /> }}
          />
        </dd>
        <dt>{i18n.t('Recorded')}</dt>
        <dd className="mono">{entry.learned}</dd>
        {entry.said !== null && (
          <>
            <dt>{i18n.t('True since')}</dt>
            <dd className="mono">{entry.said}</dd>
          </>
        )}
      </dl>
      {data && (
        <pre className="raw" tabIndex={0} aria-label={i18n.t('Event data')}>
          {JSON.stringify(data, null, 2)}
        </pre>
      )}
      <p className="row">
        <Go to={`/shipments/${shipmentId}/proof`}>{i18n.t('Proof of this event')}</Go>
        <Go to={`/shipments/${shipmentId}/time`} search={{ known: entry.learned }}>
          {i18n.t('The shipment as it stood then')}
        </Go>
      </p>
    </div>
  );
}
