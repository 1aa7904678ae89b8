import { Trans } from '@lingui/react';
import { healthReady, showBoardSummary } from '@tidewaiter/contracts';
import { ProblemError } from '@tidewaiter/client';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { useRoute } from '../api/queries.js';
import { useFeedState } from '../feed/feed.js';
import { ErrorState, Instant, Page, Skeleton, StatusMark } from '../ui/index.js';
import { FEED_WORDS } from '../words/terms.js';
import { i18n } from '../words/words.js';

interface Health {
  ready: boolean;
  parts: Record<string, string>;
}

/** The parts of the house and what each says; one that fails is named, the others go on. */
async function look(): Promise<Health> {
  try {
    return await api.call(healthReady);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 503) throw error;
    const { facts, parts } = error.problem as { facts?: Record<string, string>; parts?: Record<string, string> };
    return { ready: false, parts: facts ?? parts ?? {} };
  }
}

export default function HealthPage() {
  const { data, error, refetch, dataUpdatedAt } = useQuery({
    queryKey: ['health'],
    queryFn: look,
    refetchInterval: 5_000,
    staleTime: 0,
  });
  const { data: board } = useRoute(showBoardSummary, { query: {} }, { staleTime: 5_000, refetchInterval: 5_000 });
  const feed = useFeedState();
  const behind = board ? Number(board.position) - Number(feed.position) : 0;
  return (
    <Page
      title={i18n.t('Health')}
      lead={
        data &&
        (data.ready
          ? i18n.t('Every part is there.')
          : i18n.t('Not every part is there: work that does not need it goes on.'))
      }
      actions={
        <a className="button" href="/status">
          {i18n.t('Status page')}
        </a>
      }
    >
      {error && <ErrorState error={error} what={i18n.t('the state of the house')} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={32} lines={6} />}
      {data && (
        <div className="sheet">
          <table className="table">
            <thead>
              <tr>
                <th>{i18n.t('Part')}</th>
                <th>{i18n.t('State')}</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(data.parts)
                .sort(([a, saysA], [b, saysB]) => Number(saysA === 'ok') - Number(saysB === 'ok') || a.localeCompare(b))
                .map(([part, says]) => (
                  <tr key={part}>
                    <td>{part}</td>
                    <td>
                      <StatusMark state={says === 'ok' ? 'go' : 'late'}>
                        {says === 'ok' ? i18n.t('answers') : says}
                      </StatusMark>
                    </td>
                  </tr>
                ))}
              <tr>
                <td>{i18n.t('live feed to this browser')}</td>
                <td>
                  <StatusMark state={feed.state === 'live' ? 'go' : 'act'}>
                    {FEED_WORDS[feed.state]},{' '}
                    {feed.position === '0' || behind <= 0
                      ? i18n.t('nothing is behind')
                      : i18n.t('{behind} entries behind the board', { behind })}
                  </StatusMark>
                </td>
              </tr>
            </tbody>
          </table>
        </div>
      )}
      {dataUpdatedAt > 0 && (
        <p className="label">
          <Trans
            id="Looked at <0/>, every 5 s."
            components={{ 0: <Instant at={new Date(dataUpdatedAt).toISOString()} day={false} seconds /> }}
          />
        </p>
      )}
    </Page>
  );
}
