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
      title="Screening"
      lead="Parties are compared with the list before a shipment begins; a hit stops it until somebody has decided."
      wide={false}
    >
      {error && <ErrorState error={error} what="the cases" onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={120} lines={2} />}
      {data && cases.length === 0 && (
        <EmptyState title="No case is open">
          Every shipment under way was found clear, or its hits were decided.
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
      announce('Decided. It is recorded with your reason.');
      void readAgain(showTimeline);
    },
  });
  const because =
    !holds(session, 'compliance', 'administrator') && task.role === 'compliance'
      ? 'For the role compliance. A tenant administrator grants it.'
      : undefined;
  const needsReason = because ?? (reason.trim().length < 3 ? 'Give a reason first.' : undefined);
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
            'Engagement'
          )}{' '}
          <span className="soft">{shipment?.customer}</span>
        </h2>
        <StatusMark state={hits.length > 0 ? 'halt' : 'act'}>
          {hits.length > 0 ? `${hits.length} to decide` : 'Standing to mend'}
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
                    : 'No answer came. Press again: it is the same decision.',
              },
            ]}
          />
        )}
        {screened && hits.length > 0 && (
          <div className="table-scroll">
            <table className="table">
              <thead>
                <tr>
                  <th>Party</th>
                  <th>Entry of the list</th>
                  <th className="num">Score</th>
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
            List {screened.list.name}, {screened.list.entries.toLocaleString('en-GB')} entries{' '}
            <DigestChip digest={screened.list.digest} label="list digest" />
          </p>
        )}
        {screened?.cleared?.map(({ role, entry, by, reason: why }) => (
          <p key={`${role} ${entry}`} className="label">
            {role} was cleared of {entry} by {by}: {why}
          </p>
        ))}
        <TextField label="Reason" hint="3 to 280 characters; it is recorded" value={reason} onChange={setReason} />
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
              Clear {hits.length === 1 ? 'this hit' : `${hits.length} hits`}
            </Button>
          ) : (
            <Button kind="primary" because={because} busy={change.isPending} onPress={() => decide({ retry: true })}>
              Check again
            </Button>
          )}
          <Button
            kind="danger"
            because={needsReason}
            busy={change.isPending}
            onPress={() => decide({ abandon: true, reason: reason.trim() })}
          >
            Confirm and stop {shipment?.reference ?? 'it'}
          </Button>
        </div>
      </div>
    </section>
  );
}
