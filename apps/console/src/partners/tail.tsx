import { feed } from '@tidewaiter/client';
import type { EventEnvelope } from '@tidewaiter/contracts';
import { useEffect, useRef, useState } from 'react';
import { Button, CopyButton, EmptyState, ErrorState, Instant } from '../ui/index.js';

const KEPT = 200;

interface Heard {
  id: string;
  event: EventEnvelope;
}

/** The tenant's events as they come; a pause loses none, since it goes on behind the last one taken. */
export default function Tail() {
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
