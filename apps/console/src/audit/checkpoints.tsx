import { listCheckpoints } from '@tidewaiter/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { saveBytes } from '../shipment/save.js';
import { Button, DigestChip, EmptyState, ErrorState, Instant, Skeleton, StatusMark } from '../ui/index.js';
import { i18n } from '../words/words.js';

export default function Checkpoints() {
  const heads = useInfiniteQuery({
    queryKey: [listCheckpoints.id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api.call(
        listCheckpoints,
        { query: { limit: 50, oldest: 'false', ...(pageParam === undefined ? {} : { after: pageParam }) } },
        { signal },
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const rows = heads.data?.pages.flatMap(({ items }) => items) ?? [];
  if (heads.isPending) return <Skeleton height={320} />;
  if (heads.isError)
    return <ErrorState error={heads.error} what={i18n.t('the checkpoints')} onRetry={() => void heads.refetch()} />;
  if (rows.length === 0)
    return (
      <EmptyState title={i18n.t('Nothing is published yet')}>
        {i18n.t('A checkpoint follows a second after the first event.')}
      </EmptyState>
    );
  return (
    <div className="stack">
      <div className="sheet table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="num">
                {i18n.t('Leaves')}
              </th>
              <th scope="col">{i18n.t('Published')}</th>
              <th scope="col">{i18n.t('Root')}</th>
              <th scope="col">{i18n.t('Cosigned by')}</th>
              <th scope="col">
                <span className="sr">{i18n.t('Acts')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ size, at, root, cosigned, note }) => (
              <tr key={size}>
                <th scope="row" className="num">
                  {size}
                </th>
                <td>
                  <Instant at={at} seconds />
                </td>
                <td>
                  <DigestChip digest={root} label={i18n.t('root')} />
                </td>
                <td>
                  {cosigned.length === 0 ? (
                    <StatusMark state="unknown">{i18n.t('no witness')}</StatusMark>
                  ) : (
                    <StatusMark state="go">{cosigned.join(', ')}</StatusMark>
                  )}
                </td>
                <td>
                  <Button
                    size="small"
                    label={i18n.t('Keep the checkpoint of {size} leaves', { size })}
                    onPress={() => saveBytes(new TextEncoder().encode(note), `checkpoint-${size}`)}
                  >
                    {i18n.t('Keep')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {heads.hasNextPage && (
        <div>
          <Button busy={heads.isFetchingNextPage} onPress={() => void heads.fetchNextPage()}>
            {i18n.t('Older checkpoints')}
          </Button>
        </div>
      )}
      <p className="label">
        {i18n.t(
          'A checkpoint that you keep is yours: give it back on a proof page, and the log must still continue it.',
        )}
      </p>
    </div>
  );
}
