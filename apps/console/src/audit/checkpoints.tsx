import { listCheckpoints } from '@tidewaiter/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { saveBytes } from '../shipment/save.js';
import { Button, DigestChip, EmptyState, ErrorState, Instant, Skeleton, StatusMark } from '../ui/index.js';

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
    return <ErrorState error={heads.error} what="the checkpoints" onRetry={() => void heads.refetch()} />;
  if (rows.length === 0)
    return (
      <EmptyState title="Nothing is published yet">A checkpoint follows a second after the first event.</EmptyState>
    );
  return (
    <div className="stack">
      <div className="sheet table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="num">
                Leaves
              </th>
              <th scope="col">Published</th>
              <th scope="col">Root</th>
              <th scope="col">Cosigned by</th>
              <th scope="col">
                <span className="sr">Acts</span>
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
                  <DigestChip digest={root} label="root" />
                </td>
                <td>
                  {cosigned.length === 0 ? (
                    <StatusMark state="unknown">no witness</StatusMark>
                  ) : (
                    <StatusMark state="go">{cosigned.join(', ')}</StatusMark>
                  )}
                </td>
                <td>
                  <Button
                    size="small"
                    label={`Keep the checkpoint of ${size} leaves`}
                    onPress={() => saveBytes(new TextEncoder().encode(note), `checkpoint-${size}`)}
                  >
                    Keep
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
            Older checkpoints
          </Button>
        </div>
      )}
      <p className="label">
        A checkpoint that you keep is yours: give it back on a proof page, and the log must still continue it.
      </p>
    </div>
  );
}
