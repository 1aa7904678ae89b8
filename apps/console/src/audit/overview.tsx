import { Trans } from '@lingui/react';
import { showReconciliation } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { Panel, Source } from '../shipment/parts.js';
import { Instant, StatusMark } from '../ui/index.js';
import { Go } from '../shipment/go.js';
import { i18n } from '../words/words.js';

export default function Overview() {
  const status = useRoute(showReconciliation, {}, { refetchInterval: 5000 });
  return (
    <Source query={status} what={i18n.t('the state of the log')} who={i18n.t('The audit store')} height={240}>
      {({ origin, staged, size, integrated, published, parked, alarms }) => (
        <div className="stack">
          <Panel
            title={origin}
            aside={
              <StatusMark state={alarms.length > 0 ? 'late' : published === staged ? 'go' : 'wait'}>
                {alarms.length > 0
                  ? i18n.t('{count} to look at', { count: alarms.length })
                  : published === staged
                    ? i18n.t('All that was received is published')
                    : i18n.t('{staged} on their way', { staged: staged - published })}
              </StatusMark>
            }
          >
            <ol className="pipeline" aria-label={i18n.t('From received to published')}>
              {(
                [
                  [i18n.t('received'), staged],
                  [i18n.t('in the log'), size],
                  [i18n.t('in tiles'), integrated],
                  [i18n.t('under a signed head'), published],
                ] as const
              ).map(([label, count]) => (
                <li key={label}>
                  <b>{count.toLocaleString('en-GB')}</b>
                  <span className="label">{label}</span>
                </li>
              ))}
            </ol>
            <p>
              <Trans
                id="Four claims are kept apart: an event is <0>in the log</0>, the log <1>only grew</1>, it is <2>the same for everybody</2>, and its content <3>follows the rules</3>. The first three are checked in your browser, on a shipment’s <4>proof page</4> or over <5>a file</5>; the last is replayed by the server and by the offline verifier."
                components={{
                  0: <b />,
                  1: <b />,
                  2: <b />,
                  3: <b />,
                  4: <Go to="/board" />,
                  5: <Go to="/audit/verify" />,
                }}
              />
            </p>
          </Panel>
          <Panel title={i18n.t('Alarms')}>
            {alarms.length === 0 ? (
              <p className="soft">{i18n.t('None. What is missing, extra or altered would stand here.')}</p>
            ) : (
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('When')}</th>
                      <th scope="col">{i18n.t('Code')}</th>
                      <th scope="col">{i18n.t('Says')}</th>
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
            <Panel title={i18n.t('Parked streams')}>
              <ul className="stack-tight">
                {parked.map(({ stream, version, reason }) => (
                  <li key={stream}>
                    <Trans
                      id="<0>{stream}</0> version {version}: {reason}"
                      values={{ stream, version, reason }}
                      components={{ 0: <code /> }}
                    />
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
