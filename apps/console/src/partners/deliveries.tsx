import {
  DELIVERY_STATUSES,
  listEndpoints,
  listWebhookDeliveries,
  retryWebhookDelivery,
  showWebhookDelivery,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useChange, useRoute } from '../api/queries.js';
import { announce } from '../app/announce.js';
import { useHeldList } from '../feed/held-list.js';
import { Go, useAsked } from '../shipment/go.js';
import {
  ApplyPill,
  Button,
  EmptyState,
  ErrorState,
  Instant,
  ProblemSummary,
  Select,
  Skeleton,
  StatusMark,
  TextField,
} from '../ui/index.js';
import { i18n } from '../words/words.js';
import { useMayNot } from './may-not.js';
import { Replay } from './replay.js';
import { refusal, shortUrl, span, STATUS } from './words.js';

type Delivery = AnswerOf<typeof listWebhookDeliveries>['items'][number];
interface Filter {
  endpoint?: string;
  status?: Delivery['status'];
  type?: string;
  shipment?: string;
  from?: string;
  to?: string;
}

/** Tries go on by a schedule and not by events of the feed: what comes of them is looked for. */
const LOOK_MS = 2_000;
const ANY = { value: '', label: i18n.t('any') };
const idOf = ({ deliveryId }: Delivery): string => deliveryId;

export default function Deliveries() {
  const asked = useAsked<Filter>();
  // Another filter is another list: nothing of the one before is held.
  return <Log key={JSON.stringify(asked)} asked={asked} />;
}

function Log({ asked }: { asked: Filter }) {
  const navigate = useNavigate();
  const endpoints = useRoute(listEndpoints);
  const [typed, setTyped] = useState<Filter>(asked);
  const because = useMayNot();
  const log = useInfiniteQuery({
    queryKey: [listWebhookDeliveries.id, asked],
    initialPageParam: undefined as string | undefined,
    refetchInterval: LOOK_MS,
    queryFn: ({ pageParam, signal }) =>
      api.call(
        listWebhookDeliveries,
        { query: { limit: 50, ...asked, ...(pageParam === undefined ? {} : { after: pageParam }) } },
        { signal },
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const read = log.data?.pages.flatMap(({ items }) => items);
  const held = useHeldList(read, idOf);
  const show = (filter: Filter): void =>
    void navigate({
      to: '.',
      search: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== '')) as never,
    });
  return (
    <div className="stack">
      <form
        className="filters"
        role="search"
        aria-label={i18n.t('Deliveries')}
        onSubmit={(event) => {
          event.preventDefault();
          show(typed);
        }}
      >
        <Select
          label={i18n.t('Endpoint')}
          value={typed.endpoint ?? ''}
          onChange={(endpoint) => setTyped({ ...typed, endpoint })}
          options={[
            ANY,
            ...(endpoints.data?.items ?? []).map(({ endpointId, url }) => ({
              value: endpointId,
              label: shortUrl(url),
            })),
          ]}
        />
        <Select
          label={i18n.t('Status')}
          value={typed.status ?? ''}
          onChange={(status) => setTyped({ ...typed, status: status as Delivery['status'] })}
          options={[ANY, ...DELIVERY_STATUSES.map((value) => ({ value, label: STATUS[value].label }))]}
        />
        <TextField
          label={i18n.t('Type')}
          hint={i18n.t('customs.* or customs.GoodsReleased')}
          value={typed.type ?? ''}
          onChange={(type) => setTyped({ ...typed, type })}
        />
        <TextField
          label={i18n.t('From position')}
          hint={i18n.t('of the feed')}
          value={typed.from ?? ''}
          onChange={(from) => setTyped({ ...typed, from })}
        />
        <TextField
          label={i18n.t('To position')}
          hint={i18n.t('of the feed')}
          value={typed.to ?? ''}
          onChange={(to) => setTyped({ ...typed, to })}
        />
        <Button type="submit" kind="primary">
          {i18n.t('Filter')}
        </Button>
      </form>
      <div className="between">
        <ApplyPill count={held.pending} onApply={held.apply} />
        <Replay asked={asked} because={because} />
      </div>
      {log.isError && (
        <ErrorState error={log.error} what={i18n.t('the deliveries')} onRetry={() => void log.refetch()} />
      )}
      {log.isPending && <Skeleton height={320} />}
      {read !== undefined && held.items.length === 0 && (
        <EmptyState
          title={Object.keys(asked).length === 0 ? i18n.t('Nothing was sent yet') : i18n.t('No delivery fits')}
          act={Object.keys(asked).length > 0 && <Button onPress={() => show({})}>{i18n.t('Clear')}</Button>}
        >
          {Object.keys(asked).length === 0
            ? i18n.t('Events that an endpoint takes come here as they are recorded.')
            : Object.entries(asked)
                .map(([name, value]) => `${name} ${String(value)}`)
                .join(', ')}
        </EmptyState>
      )}
      {held.items.length > 0 && <Rows items={held.items} isGone={held.isGone} because={because} />}
      {log.hasNextPage && (
        <Button busy={log.isFetchingNextPage} onPress={() => void log.fetchNextPage()}>
          {i18n.t('Look further back')}
        </Button>
      )}
    </div>
  );
}

function Rows({
  items,
  isGone,
  because,
}: {
  items: readonly Delivery[];
  isGone: (id: string) => boolean;
  because: string | undefined;
}) {
  return (
    <div className="sheet table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Deliveries, scrolls')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Event')}</th>
            <th scope="col">{i18n.t('Status')}</th>
            <th scope="col">{i18n.t('Endpoint')}</th>
            <th scope="col">{i18n.t('Came back')}</th>
            <th scope="col">{i18n.t('Next')}</th>
            <th scope="col">{i18n.t('Act')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((delivery) => (
            <tr key={delivery.deliveryId} {...(isGone(delivery.deliveryId) ? { className: 'soft' } : {})}>
              <th scope="row">
                <Go to={`/partners/deliveries/${delivery.deliveryId}`}>{delivery.type}</Go>
                <div className="label">
                  #{delivery.position} · {delivery.lane.slice(0, 8)} · <Instant at={delivery.createdAt} seconds />
                </div>
              </th>
              <td>
                <StatusMark state={STATUS[delivery.status].state}>{STATUS[delivery.status].label}</StatusMark>
              </td>
              <td>{shortUrl(delivery.url)}</td>
              <td>
                {delivery.lastSays === null ? (
                  <span className="soft">{i18n.t('not tried yet')}</span>
                ) : (
                  i18n.t('{lastSays} in {lastDurationMs} ms', {
                    lastSays: delivery.lastSays,
                    lastDurationMs: delivery.lastDurationMs,
                  })
                )}
              </td>
              <td>
                <Next delivery={delivery} />
              </td>
              <td>
                <Retry delivery={delivery} because={because} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** When it is tried again, and what waits for it. */
export function Next({ delivery: { status, nextAt, tries, behind } }: { delivery: Delivery }) {
  if (status !== 'failing' && status !== 'dead') return <span className="soft">{i18n.t('none')}</span>;
  return (
    <>
      {status === 'dead' || nextAt === null
        ? i18n.t('after {tries} tries, none', { tries })
        : i18n.t('try {tries}, next in {span}', { tries: tries + 1, span: span(Date.parse(nextAt) - Date.now()) })}
      {behind > 0 && (
        <div className="label">
          {i18n.t(
            '{behind, plural, one {1 later event} other {{behind} later events}} of this shipment {behind, plural, one {waits} other {wait}}',
            { behind },
          )}
        </div>
      )}
    </>
  );
}

export function Retry({
  delivery,
  because,
  reason,
  onDone,
}: {
  delivery: Delivery;
  because: string | undefined;
  /** why, for the record */
  reason?: string;
  onDone?: () => void;
}) {
  const retry = useChange(retryWebhookDelivery, {
    reads: [listWebhookDeliveries, showWebhookDelivery],
    onDone: () => {
      announce(i18n.t('It is tried now, under the same webhook-id.'));
      onDone?.();
    },
  });
  const again = delivery.status === 'sent' || delivery.status === 'skipped';
  return (
    <>
      <Button
        size="small"
        quietReason
        because={because ?? (delivery.status === 'waiting' ? i18n.t('It is sent by itself in its turn.') : undefined)}
        busy={retry.isPending}
        label={`${again ? i18n.t('Send again') : i18n.t('Retry now')}: ${delivery.type} #${delivery.position}`}
        onPress={() =>
          retry.mutate({
            params: { deliveryId: delivery.deliveryId },
            body: reason === undefined ? {} : { because: reason },
          })
        }
      >
        {again ? i18n.t('Send again') : i18n.t('Retry now')}
      </Button>
      <ProblemSummary problems={refusal(retry.error)} />
    </>
  );
}
