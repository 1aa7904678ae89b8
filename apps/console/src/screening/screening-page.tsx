import { Trans } from '@lingui/react';
import { ProblemError } from '@tidewaiter/client';
import { decideTask, listToday, showTimeline, type AnswerOf } from '@tidewaiter/contracts';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { readAgain, useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import {
  Button,
  DigestChip,
  EmptyState,
  ErrorState,
  Page,
  ProblemSummary,
  Skeleton,
  StatusMark,
  TextField,
} from '../ui/index.js';
import { i18n } from '../words/words.js';

type Item = AnswerOf<typeof listToday>['items'][number];
interface Screened {
  list: { name: string; digest: string; entries: number };
  hits: { role: string; entry: string; score: string }[];
  cleared?: { role: string; entry: string; by: string; reason: string }[];
}

/** Parties that a list may mean: each hit with its score and list, and the shipment that stands still until somebody has decided. */
export default function ScreeningPage() {
  const { data, error, refetch } = useRoute(listToday, { query: { whose: 'all' } }, { staleTime: 5_000 });
  const cases = data?.items.filter(({ task }) => task.kind === 'resolve-engagement') ?? [];
  return (
    <Page
      title={i18n.t('Screening')}
      lead={i18n.t(
        'Parties are compared with the list before a shipment begins; a hit stops it until somebody has decided.',
      )}
      wide={false}
    >
      {error && <ErrorState error={error} what={i18n.t('the cases')} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={120} lines={2} />}
      {data && cases.length === 0 && (
        <EmptyState title={i18n.t('No case is open')}>
          {i18n.t('Every shipment under way was found clear, or its hits were decided.')}
        </EmptyState>
      )}
      {cases.map((item) => (
        <Case key={item.task.taskId} item={item} />
      ))}
    </Page>
  );
}

function Case({ item: { task, shipment } }: { item: Item }) {
  const session = useSession();
  const [reason, setReason] = useState('');
  const { data: timeline } = useRoute(
    showTimeline,
    { params: { shipmentId: task.shipmentId ?? '' }, query: { limit: 200 } },
    { enabled: task.shipmentId !== null },
  );
  const screened = timeline?.items.findLast(({ name }) => name === 'PartiesScreened')?.data as unknown as
    Screened | undefined;
  const hits = screened?.hits ?? [];
  const change = useChange(decideTask, {
    reads: [listToday],
    onDone: () => {
      announce(i18n.t('Decided. It is recorded with your reason.'));
      void readAgain(showTimeline);
    },
  });
  const because =
    !holds(session, 'compliance', 'administrator') && task.role === 'compliance'
      ? i18n.t('For the role compliance. A tenant administrator grants it.')
      : undefined;
  const needsReason = because ?? (reason.trim().length < 3 ? i18n.t('Give a reason first.') : undefined);
  const decide = (body: Record<string, unknown>): void =>
    change.mutate({ params: { taskId: task.taskId }, body, ifMatch: task.version });
  const { error } = change;
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>
          {shipment ? (
            <Link to="/shipments/$shipmentId" params={{ shipmentId: shipment.shipmentId }}>
              {shipment.reference}
            </Link>
          ) : (
            i18n.t('Engagement')
          )}{' '}
          <span className="soft">{shipment?.customer}</span>
        </h2>
        <StatusMark state={hits.length > 0 ? 'halt' : 'act'}>
          {hits.length > 0 ? i18n.t('{count} to decide', { count: hits.length }) : i18n.t('Standing to mend')}
        </StatusMark>
      </div>
      <div className="sheet-body stack">
        <p>{task.says}</p>
        {error && (
          <ProblemSummary
            problems={[
              {
                says:
                  error instanceof ProblemError
                    ? `${error.problem.detail} ${error.problem.advice ?? ''}`
                    : i18n.t('No answer came. Press again: it is the same decision.'),
              },
            ]}
          />
        )}
        {screened && hits.length > 0 && (
          <div className="table-scroll">
            <table className="table">
              <thead>
                <tr>
                  <th>{i18n.t('Party')}</th>
                  <th>{i18n.t('Entry of the list')}</th>
                  <th className="num">{i18n.t('Score')}</th>
                </tr>
              </thead>
              <tbody>
                {hits.map(({ role, entry, score }) => (
                  <tr key={`${role} ${entry}`}>
                    <td>{role}</td>
                    <td>{entry}</td>
                    <td className="num">{score}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {screened && (
          <p className="row label">
            <Trans
              id="List {name}, {count} entries <0/>"
              values={{ name: screened.list.name, count: screened.list.entries.toLocaleString('en-GB') }}
              components={{ 0: <DigestChip digest={screened.list.digest} label={i18n.t('list digest')} /> }}
            />
          </p>
        )}
        {screened?.cleared?.map(({ role, entry, by, reason: why }) => (
          <p key={`${role} ${entry}`} className="label">
            {i18n.t('{role} was cleared of {entry} by {by}: {why}', { role, entry, by, why })}
          </p>
        ))}
        <TextField
          label={i18n.t('Reason')}
          hint={i18n.t('3 to 280 characters; it is recorded')}
          value={reason}
          onChange={setReason}
        />
        <div className="buttons">
          {hits.length > 0 ? (
            <Button
              kind="primary"
              because={needsReason}
              busy={change.isPending}
              onPress={() =>
                decide({ retry: true, clear: hits.map(({ role, entry }) => ({ role, entry })), reason: reason.trim() })
              }
            >
              {i18n.t('Clear {count, plural, one {this hit} other {{count} hits}}', { count: hits.length })}
            </Button>
          ) : (
            <Button kind="primary" because={because} busy={change.isPending} onPress={() => decide({ retry: true })}>
              {i18n.t('Check again')}
            </Button>
          )}
          <Button
            kind="danger"
            because={needsReason}
            busy={change.isPending}
            onPress={() => decide({ abandon: true, reason: reason.trim() })}
          >
            {i18n.t('Confirm and stop {reference}', { reference: shipment?.reference ?? i18n.t('it') })}
          </Button>
        </div>
      </div>
    </section>
  );
}
