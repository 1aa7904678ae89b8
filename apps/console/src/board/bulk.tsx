import { Trans } from '@lingui/react';
import { ProblemError } from '@tidewaiter/client';
import { countBulk, listBulk, startBulk, stopBulk, type AnswerOf } from '@tidewaiter/contracts';
import { useEffect } from 'react';
import { readAgain, useChange, useRoute } from '../api/queries.js';
import { worksOnShipments, useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import { Go } from '../shipment/go.js';
import { useOffline, words } from '../shipment/parts.js';
import { i18n } from '../words/words.js';
import { BulkComment, BulkTake, BulkWatch } from './bulk-acts.js';
import { Button, Dialog, ErrorState, Instant, Skeleton, StatusMark } from '../ui/index.js';

type Job = AnswerOf<typeof listBulk>['items'][number];
type Filter = Job['filter'];

/** An act over all shipments of the view: how many there are is said first, then it runs as a job of the server. */
export default function Bulk({ filter, says, onClose }: { filter: Filter; says: string; onClose: () => void }) {
  const session = useSession();
  const offline = useOffline();
  const count = useRoute(countBulk, { query: filter }, { staleTime: 0 });
  const jobs = useRoute(listBulk, {}, { refetchInterval: 1_000, staleTime: 0 });
  // A job may have ended before it was ever seen to run.
  const ended = jobs.data?.items.flatMap(({ jobId, state }) => (state === 'running' ? [] : [jobId])).join() ?? '';
  // What was to be done has changed when a job has ended.
  useEffect(() => void readAgain(countBulk), [ended]);
  const start = useChange(startBulk, {
    reads: [listBulk, countBulk],
    onDone: ({ total }) => announce(i18n.t('Begun: {total} to do.', { total })),
  });
  const because = offline ?? (worksOnShipments(session) ? undefined : i18n.t('For those who work on shipments.'));
  const changed = start.error instanceof ProblemError && start.error.code === 'shipments.bulk.changed';
  return (
    <Dialog title={i18n.t('Act on all that match')} open onClose={onClose} wide>
      {count.error && (
        <ErrorState error={count.error} what={i18n.t('the count')} onRetry={() => void count.refetch()} />
      )}
      {!count.data && !count.error && <Skeleton height={24} lines={3} />}
      {count.data && (
        <>
          <p>
            <Trans
              id="<0>All {count} matching {shipments, plural, one {shipment} other {shipments}}</0>, {says}. Nothing is approved, sent or paid by the dozen."
              values={{
                count: count.data.shipments.toLocaleString('en-GB'),
                shipments: count.data.shipments,
                says,
              }}
              components={{ 0: <b /> }}
            />
          </p>
          {start.error && (
            <div>
              <ErrorState error={start.error} what={i18n.t('the beginning of the job')} />
              {changed && <p>{i18n.t('The count below is the new one.')}</p>}
            </div>
          )}
          <BulkTake
            unassigned={count.data.unassigned}
            because={because}
            busy={start.isPending}
            onTake={(matching) => start.mutate({ body: { filter, act: { do: 'take' }, count: matching } })}
          />
          <BulkWatch
            {...count.data}
            because={because}
            busy={start.isPending}
            onAct={(act, matching) => start.mutate({ body: { filter, act, count: matching } })}
          />
          <BulkComment
            shipments={count.data.shipments}
            because={because}
            busy={start.isPending}
            onComment={(text) =>
              start.mutate({ body: { filter, act: { do: 'comment', text }, count: count.data.shipments } })
            }
          />
          {count.data.acts.length === 0 ? (
            <p className="soft">{i18n.t('None of their open tasks can be answered by trying again.')}</p>
          ) : (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{i18n.t('Task')}</th>
                  <th scope="col" className="num">
                    {i18n.t('Open')}
                  </th>
                  <th scope="col">{i18n.t('Act')}</th>
                </tr>
              </thead>
              <tbody>
                {count.data.acts.map(({ kind, count: tasks, others }) => (
                  <tr key={kind}>
                    <th scope="row">{words(kind)}</th>
                    <td className="num">{(tasks + others).toLocaleString('en-GB')}</td>
                    <td>
                      <Button
                        size="small"
                        label={i18n.t('Try again for {tasks}: {kind}', { tasks, kind: words(kind) })}
                        busy={start.isPending}
                        because={because ?? (tasks === 0 ? i18n.t('For another role.') : undefined)}
                        onPress={() => start.mutate({ body: { filter, act: { do: 'try-again', kind }, count: tasks } })}
                      >
                        {i18n.t('Try again for {count}', { count: tasks.toLocaleString('en-GB') })}
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
      {jobs.data && jobs.data.items.length > 0 && (
        <section className="stack-tight" aria-label={i18n.t('Jobs')}>
          <h3>{i18n.t('Jobs')}</h3>
          <p className="label">{i18n.t('They run on the server: this page may be left.')}</p>
          {jobs.data.items.slice(0, 5).map((job) => (
            <JobRow key={job.jobId} job={job} />
          ))}
        </section>
      )}
    </Dialog>
  );
}

const filterWords = (filter: Filter): string =>
  Object.entries(filter)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(', ') || i18n.t('every shipment');

const ACT_WORDS = {
  take: i18n.t('Take'),
  watch: i18n.t('Watch'),
  unwatch: i18n.t('Watch no more'),
  comment: i18n.t('Comment'),
};
const actWords = ({ do: what, kind }: Job['act']): string =>
  what === 'try-again' ? words(kind ?? i18n.t('try again')) : ACT_WORDS[what];

function JobRow({ job }: { job: Job }) {
  const { jobId, act, filter, by, startedAt, state, total, done, refused, refusals } = job;
  const stop = useChange(stopBulk, { reads: [listBulk, countBulk] });
  const settled = done + refused;
  return (
    <section className="sheet-body stack-tight" aria-label={i18n.t('Job of {by}, {act}', { by, act: actWords(act) })}>
      <div className="row between">
        <StatusMark state={state === 'running' ? 'wait' : refused > 0 ? 'act' : state === 'done' ? 'go' : 'idle'}>
          <Trans
            id="<0>{act}</0>: {settled} of {total}"
            values={{
              act: actWords(act),
              settled: settled.toLocaleString('en-GB'),
              total: total.toLocaleString('en-GB'),
            }}
            components={{ 0: <b /> }}
          />
          {refused > 0 && i18n.t(', {refused} refused', { refused })}
          {state === 'stopped' && i18n.t(', stopped')}
        </StatusMark>
        {state === 'running' && (
          <Button size="small" busy={stop.isPending} onPress={() => stop.mutate({ params: { jobId } })}>
            {i18n.t('Stop')}
          </Button>
        )}
      </div>
      <progress max={total} value={settled} aria-label={i18n.t('{act}, done', { act: actWords(act) })} />
      <span className="label">
        {by}, <Instant at={startedAt} seconds /> · {filterWords(filter)}
      </span>
      {refusals.length > 0 && (
        <details>
          <summary>{i18n.t('{refused} refused', { refused })}</summary>
          <ul className="stack-tight">
            {refusals.map(({ taskId, shipmentId, reference, says }) => (
              <li key={taskId ?? shipmentId}>
                <Go to={`/shipments/${shipmentId}/people`}>{reference}</Go>: {says}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
