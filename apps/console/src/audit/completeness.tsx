import { listReconciliations, reportCompleteness, startReconciliation } from '@tidewaiter/contracts';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { Panel, Source, useOffline } from '../shipment/parts.js';
import { Button, ErrorState, Instant, StatusMark } from '../ui/index.js';

export default function Completeness() {
  const report = useRoute(reportCompleteness);
  const compared = useRoute(listReconciliations);
  const session = useSession();
  const offline = useOffline();
  const start = useChange(startReconciliation, { reads: [reportCompleteness, listReconciliations] });
  return (
    <div className="stack">
      <Source query={report} what="the report" who="The audit store" height={160}>
        {({ complete, streams, events, broken, outside, unpublished, parked, alarms, reconciled }) => (
          <Panel
            title="Streams"
            aside={<StatusMark state={complete ? 'go' : 'late'}>{complete ? 'Complete' : 'Not complete'}</StatusMark>}
          >
            <dl className="facts">
              <dt>Streams, each 1 to n without a gap</dt>
              <dd>
                {streams - broken.length} of {streams}
              </dd>
              <dt>Events in them</dt>
              <dd>{events}</dd>
              <dt>Received and not in the log</dt>
              <dd>{outside}</dd>
              <dt>In the log and under no head yet</dt>
              <dd>{unpublished}</dd>
              <dt>Parked, alarms</dt>
              <dd>
                {parked.length}, {alarms}
              </dd>
              <dt>Compared with the stores</dt>
              <dd>
                {reconciled ? (
                  <>
                    <Instant at={reconciled.at} />, {reconciled.differences} differences
                  </>
                ) : (
                  <StatusMark state="unknown">not yet</StatusMark>
                )}
              </dd>
            </dl>
            {broken.length > 0 && (
              <p>
                With a gap: <code>{broken.join(', ')}</code>
              </p>
            )}
          </Panel>
        )}
      </Source>
      <div>
        <Button
          busy={start.isPending}
          because={
            holds(session, 'auditor', 'compliance', 'administrator')
              ? offline
              : 'Auditors, compliance and administrators start a comparison.'
          }
          onPress={() => start.mutate({})}
        >
          Compare stores and log now
        </Button>
        {start.isSuccess && <span className="label"> Runs; it shows below when it is done.</span>}
        {start.isError && <ErrorState error={start.error} what="the comparison" />}
      </div>
      <Source query={compared} what="comparisons" who="The audit store" height={120}>
        {({ items }) =>
          items.length === 0 ? null : (
            <Panel title="Comparisons">
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">Ended</th>
                      <th scope="col" className="num">
                        Streams
                      </th>
                      <th scope="col" className="num">
                        Events
                      </th>
                      <th scope="col">Differences</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((run) => (
                      <tr key={run.runId}>
                        <th scope="row">
                          <Instant at={run.ended} seconds />
                        </th>
                        <td className="num">{run.streams}</td>
                        <td className="num">{run.events}</td>
                        <td>
                          {run.differences.length === 0 ? (
                            <StatusMark state="go">none</StatusMark>
                          ) : (
                            run.differences.map((each) => (
                              <div key={`${each.stream} ${each.version}`}>
                                {each.kind}: <code>{each.stream}</code> v{each.version}
                              </div>
                            ))
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          )
        }
      </Source>
    </div>
  );
}
