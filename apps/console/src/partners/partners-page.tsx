import { feed } from '@tidewaiter/client';
import { listEventTypes, type EventEnvelope } from '@tidewaiter/contracts';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useRoute } from '../api/queries.js';
import { Button, CopyButton, EmptyState, ErrorState, Instant, Page, Skeleton } from '../ui/index.js';

const KEPT = 200;

/** What a partner's integrator needs: the types of events with their schemas, the API, and the stream itself, live. */
export default function PartnersPage() {
  const { part = 'catalogue' } = useSearch({ from: '/frame/partners' });
  const navigate = useNavigate();
  return (
    <Page
      title="Partners"
      lead="Every event has one type, one schema and one place in the stream, the same by REST, webhook and command line."
      actions={
        <a className="button" href="/docs" target="_blank" rel="noreferrer">
          API documentation
        </a>
      }
    >
      <nav className="tabs" aria-label="Partners">
        {(['catalogue', 'tail'] as const).map((each) => (
          <button
            key={each}
            type="button"
            className="tab"
            {...(part === each ? { 'aria-current': 'page' as const } : {})}
            onClick={() => void navigate({ to: '/partners', search: each === 'catalogue' ? {} : { part: each } })}
          >
            {each === 'catalogue' ? 'Event catalogue' : 'Live tail'}
          </button>
        ))}
      </nav>
      {part === 'catalogue' ? <Catalogue /> : <Tail />}
    </Page>
  );
}

function Catalogue() {
  const { data, error, refetch } = useRoute(listEventTypes, {}, { staleTime: 600_000 });
  const [text, setText] = useState('');
  if (error) return <ErrorState error={error} what="the catalogue" onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={32} lines={8} />;
  const wanted = text.toLowerCase();
  const found = data.items.filter(({ context, name, description }) =>
    `${context} ${name} ${description}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className="board-filters">
        <input
          className="input"
          type="search"
          aria-label="Find a type"
          placeholder="Find a type"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="label">
          {found.length} of {data.items.length} types
        </span>
      </div>
      <div className="sheet table-scroll" tabIndex={0} role="region" aria-label="Event types, scrolls">
        <table className="table">
          <thead>
            <tr>
              <th>Type</th>
              <th>What it says</th>
              <th>Schemas</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ context, name, description, versions }) => (
              <tr key={`${context}.${name}`}>
                <td className="mono">
                  {context}.{name}
                </td>
                <td>{description}</td>
                <td>
                  {versions.map(({ version, schema, type }) => (
                    <span key={version} className="digest">
                      <a href={schema}>
                        v{version}
                        <span className="sr"> of {name}</span>
                      </a>
                      <CopyButton text={type} label={`Copy type ${name} v${version}`} />
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface Heard {
  id: string;
  event: EventEnvelope;
}

/** The tenant's events as they come; a pause loses none, since it goes on behind the last one taken. */
function Tail() {
  const [events, setEvents] = useState<readonly Heard[]>([]);
  const [paused, setPaused] = useState(false);
  const [filter, setFilter] = useState('');
  const [error, setError] = useState<unknown>(null);
  const last = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (paused) return;
    const stop = new AbortController();
    const listen = async (): Promise<void> => {
      for await (const heard of feed(
        { baseUrl: '' },
        { signal: stop.signal, ...(last.current === undefined ? {} : { after: last.current }) },
      )) {
        last.current = heard.id;
        setEvents((before) => [heard, ...before].slice(0, KEPT));
      }
    };
    listen().catch(setError);
    return () => stop.abort();
  }, [paused]);
  const shown = events.filter(({ event }) => event.type.toLowerCase().includes(filter.toLowerCase()));
  const curl = `curl -N -H "Authorization: Bearer $(npx tidewaiter token --as partner)" ${location.origin}/v1/events`;
  return (
    <>
      <div className="board-filters">
        <input
          className="input"
          type="search"
          aria-label="Only types that hold"
          placeholder="Only types that hold"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <Button onPress={() => setPaused(!paused)}>{paused ? 'Go on' : 'Pause the tail'}</Button>
        <span className="digest">
          <code>curl -N …/v1/events</code>
          <CopyButton text={curl} label="Copy as curl" />
        </span>
        <span className="label">the newest {KEPT}</span>
      </div>
      {error ? <ErrorState error={error} what="the stream" /> : null}
      {shown.length === 0 ? (
        <EmptyState title={paused ? 'Paused' : 'Listening'}>What is recorded from now on comes here.</EmptyState>
      ) : (
        <ol className="sheet">
          {shown.map(({ id, event }) => (
            <li key={id}>
              <details className="tail">
                <summary>
                  <span className="label">
                    #{id} <Instant at={event.time} day={false} seconds />
                  </span>{' '}
                  <b>{event.type.replace(/^tidewaiter\./, '')}</b>{' '}
                  <span className="label">{event.subject.slice(0, 8)}</span>
                </summary>
                <pre className="table-scroll" tabIndex={0}>
                  {JSON.stringify(event, null, 2)}
                </pre>
              </details>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
