import { showReconciliation } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { Panel, Source } from '../shipment/parts.js';
import { Instant, StatusMark } from '../ui/index.js';
import { Go } from '../shipment/go.js';

export default function Overview() {
  const status = useRoute(showReconciliation, {}, { refetchInterval: 5000 });
  return (
    <Source query={status} what="the state of the log" who="The audit store" height={240}>
      {({ origin, staged, size, integrated, published, parked, alarms }) => (
        <div className="stack">
          <Panel
            title={origin}
            aside={
              <StatusMark state={alarms.length > 0 ? 'late' : published === staged ? 'go' : 'wait'}>
                {alarms.length > 0
                  ? `${alarms.length} to look at`
                  : published === staged
                    ? 'All that was received is published'
                    : `${staged - published} on their way`}
              </StatusMark>
            }
          >
            <ol className="pipeline" aria-label="From received to published">
              {(
                [
                  ['received', staged],
                  ['in the log', size],
                  ['in tiles', integrated],
                  ['under a signed head', published],
                ] as const
              ).map(([label, count]) => (
                <li key={label}>
                  <b>{count.toLocaleString('en-GB')}</b>
                  <span className="label">{label}</span>
                </li>
              ))}
            </ol>
            <p>
              Four claims are kept apart: an event is <b>in the log</b>, the log <b>only grew</b>, it is{' '}
              <b>the same for everybody</b>, and its content <b>follows the rules</b>. The first three are checked in
              your browser, on a shipment’s <Go to="/board">proof page</Go> or over <Go to="/audit/verify">a file</Go>;
              the last is replayed by the server and by the offline verifier.
            </p>
          </Panel>
          <Panel title="Alarms">
            {alarms.length === 0 ? (
              <p className="soft">None. What is missing, extra or altered would stand here.</p>
            ) : (
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">When</th>
                      <th scope="col">Code</th>
                      <th scope="col">Says</th>
                    </tr>
                  </thead>
                  <tbody>
                    {alarms.map(({ at, code, says }) => (
                      <tr key={`${at} ${code}`}>
                        <td>
                          <Instant at={at} seconds />
                        </td>
                        <th scope="row">
                          <code>{code}</code>
                        </th>
                        <td>{says}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Panel>
          {parked.length > 0 && (
            <Panel title="Parked streams">
              <ul className="stack-tight">
                {parked.map(({ stream, version, reason }) => (
                  <li key={stream}>
                    <code>{stream}</code> version {version}: {reason}
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
      )}
    </Source>
  );
}
