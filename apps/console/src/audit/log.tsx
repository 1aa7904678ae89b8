import { listLogEntries, type AnswerOf } from '@tidewaiter/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client.js';
import { Button, DigestChip, EmptyState, ErrorState, Instant, Skeleton, TextField } from '../ui/index.js';
import { Go, useAsked } from '../shipment/go.js';
import { i18n } from '../words/words.js';

type Entry = AnswerOf<typeof listLogEntries>['items'][number];
interface Filters {
  stream?: string;
  subject?: string;
  type?: string;
  actor?: string;
}
const FIELDS: readonly [keyof Filters, string, string][] = [
  ['type', i18n.t('Type'), i18n.t('part of it, such as PaymentApproved')],
  ['actor', i18n.t('Actor'), i18n.t('begins with, such as user: or authority:')],
  ['stream', i18n.t('Stream'), i18n.t('exactly, such as declaration-…')],
  ['subject', i18n.t('Shipment'), i18n.t('its id')],
];

export default function Log() {
  const search = useAsked<Filters>();
  const navigate = useNavigate();
  const [typed, setTyped] = useState<Filters>(search);
  const wanted = Object.fromEntries(
    FIELDS.flatMap(([name]) => (search[name] ? [[name, search[name]]] : [])),
  ) as Filters;
  const log = useInfiniteQuery({
    queryKey: [listLogEntries.id, wanted],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) =>
      api.call(
        listLogEntries,
        { query: { limit: 100, ...wanted, ...(pageParam === undefined ? {} : { below: pageParam }) } },
        { signal },
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const rows = log.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="stack">
      <form
        className="filters"
        role="search"
        aria-label={i18n.t('Log')}
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({
            to: '.',
            search: Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== '')) as never,
          });
        }}
      >
        {FIELDS.map(([name, label, hint]) => (
          <TextField
            key={name}
            label={label}
            hint={hint}
            value={typed[name] ?? ''}
            onChange={(value) => setTyped({ ...typed, [name]: value })}
          />
        ))}
        <Button type="submit" kind="primary">
          {i18n.t('Filter')}
        </Button>
      </form>
      {log.isError && <ErrorState error={log.error} what={i18n.t('the log')} onRetry={() => void log.refetch()} />}
      {log.isPending && <Skeleton height={320} />}
      {log.data && rows.length === 0 && (
        <EmptyState
          title={i18n.t('No leaf fits')}
          act={
            log.hasNextPage ? (
              <Button busy={log.isFetchingNextPage} onPress={() => void log.fetchNextPage()}>
                {i18n.t('Look further back')}
              </Button>
            ) : (
              <Button onPress={() => (setTyped({}), void navigate({ to: '.', search: {} as never }))}>
                {i18n.t('Clear')}
              </Button>
            )
          }
        >
          {Object.entries(wanted)
            .map(([name, value]) => `${name} ${value}`)
            .join(', ') || i18n.t('The log is empty.')}
        </EmptyState>
      )}
      {rows.length > 0 && <Leaves rows={rows} />}
      {rows.length > 0 && log.hasNextPage && (
        <div>
          <Button busy={log.isFetchingNextPage} onPress={() => void log.fetchNextPage()}>
            {i18n.t('Older leaves')}
          </Button>
        </div>
      )}
    </div>
  );
}

const Leaves = ({ rows }: { rows: readonly Entry[] }) => (
  <div className="sheet table-scroll">
    <table className="table">
      <thead>
        <tr>
          <th scope="col" className="num">
            {i18n.t('Leaf')}
          </th>
          <th scope="col">{i18n.t('Recorded')}</th>
          <th scope="col">{i18n.t('Event')}</th>
          <th scope="col">{i18n.t('Stream')}</th>
          <th scope="col">{i18n.t('Actor')}</th>
          <th scope="col">{i18n.t('Leaf hash')}</th>
          <th scope="col" className="num">
            {i18n.t('Bytes')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.index}>
            <th scope="row" className="num">
              {row.index}
            </th>
            <td>
              <Instant at={row.time} seconds />
            </td>
            <td>{row.type.replace(/^tidewaiter\./, '')}</td>
            <td>
              <Go to={`/shipments/${row.subject}/proof`} title={row.stream}>
                {row.stream.slice(0, row.stream.indexOf('-') + 9)}…
              </Go>{' '}
              v{row.version}
            </td>
            <td>{row.actor}</td>
            <td>
              <DigestChip digest={row.leaf} label={i18n.t('leaf hash')} />
            </td>
            <td className="num">{row.bytes}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
