import { feed } from '@tidewaiter/client';
import type { EventEnvelope } from '@tidewaiter/contracts';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Copies } from '../shipment/parts.js';
import { useAsked } from '../shipment/go.js';
import { Button, CopyButton, EmptyState, ErrorState, Instant, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';

const KEPT = 200;

interface Heard {
  id: string;
  event: EventEnvelope;
}
interface Asked {
  type?: string;
  shipment?: string;
}

/** The tenant's events as they come; which of them stands in the address. */
export default function Tail() {
  const { type, shipment } = useAsked<Asked>();
  const asked = { ...(type === undefined ? {} : { type }), ...(shipment === undefined ? {} : { shipment }) };
  // Another filter is another stream: nothing of the one before stays.
  return <Stream key={JSON.stringify(asked)} asked={asked} />;
}

/** A pause loses none, since it goes on behind the last one taken. */
function Stream({ asked }: { asked: Asked }) {
  const [events, setEvents] = useState<readonly Heard[]>([]);
  const [paused, setPaused] = useState(false);
  const [filter, setFilter] = useState('');
  const [error, setError] = useState<unknown>(null);
  const last = useRef<string | undefined>(undefined);
  const { type, shipment } = asked;
  useEffect(() => {
    if (paused) return;
    const stop = new AbortController();
    const listen = async (): Promise<void> => {
      for await (const heard of feed(
        { baseUrl: '' },
        {
          signal: stop.signal,
          ...(type === undefined ? {} : { type }),
          ...(shipment === undefined ? {} : { shipment }),
          ...(last.current === undefined ? {} : { after: last.current }),
        },
      )) {
        last.current = heard.id;
        setEvents((before) => [heard, ...before].slice(0, KEPT));
      }
    };
    listen().catch(setError);
    return () => stop.abort();
  }, [paused, type, shipment]);
  const shown = events.filter(({ event }) => event.type.toLowerCase().includes(filter.toLowerCase()));
  const options = Object.entries(asked).map(([name, value]) => ` --${name} ${String(value)}`);
  return (
    <>
      <div className="between">
        <Only asked={asked} />
        <Copies path={pathOf(asked)} streams command={`partner tail${options.join('')}`} />
      </div>
      <div className="board-filters">
        <input
          className="input"
          type="search"
          aria-label={i18n.t('Only types that hold')}
          placeholder={i18n.t('Only types that hold')}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <Button onPress={() => setPaused(!paused)}>{paused ? i18n.t('Go on') : i18n.t('Pause the tail')}</Button>
        <span className="label">{i18n.t('the newest {count}', { count: KEPT })}</span>
      </div>
      {error ? <ErrorState error={error} what={i18n.t('the stream')} /> : null}
      {shown.length === 0 ? (
        <EmptyState title={paused ? i18n.t('Paused') : i18n.t('Listening')}>
          {i18n.t('What is recorded from now on comes here.')}
        </EmptyState>
      ) : (
        <ol className="sheet">
          {shown.map(({ id, event }) => (
            <li key={id}>
              <Entry id={id} event={event} />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

const pathOf = (asked: Asked): string => {
  const query = new URLSearchParams(asked as Record<string, string>).toString();
  return `/v1/events${query === '' ? '' : `?${query}`}`;
};

/** Which types come at all: asked of the server, so that the same may be asked by curl. */
function Only({ asked }: { asked: Asked }) {
  const navigate = useNavigate();
  const [type, setType] = useState(asked.type ?? '');
  return (
    <form
      className="filters"
      role="search"
      aria-label={i18n.t('Events')}
      onSubmit={(event) => {
        event.preventDefault();
        const { type: _, ...rest } = asked;
        void navigate({ to: '.', search: (type.trim() === '' ? rest : { ...rest, type: type.trim() }) as never });
      }}
    >
      <TextField
        label={i18n.t('Type')}
        hint={i18n.t('customs.* or customs.GoodsReleased; empty: all')}
        value={type}
        onChange={setType}
      />
      <Button type="submit">{i18n.t('Listen')}</Button>
    </form>
  );
}

function Entry({ id, event }: Heard) {
  const text = JSON.stringify(event, null, 2);
  return (
    <details className="tail">
      <summary>
        <span className="label">
          #{id} <Instant at={event.time} day={false} seconds />
        </span>{' '}
        <b>{event.type.replace(/^tidewaiter\./, '')}</b> <span className="label">{event.subject.slice(0, 8)}</span>
      </summary>
      <CopyButton text={text} label={i18n.t('Copy event {id}', { id })} />
      <pre className="table-scroll" tabIndex={0}>
        {text}
      </pre>
    </details>
  );
}
