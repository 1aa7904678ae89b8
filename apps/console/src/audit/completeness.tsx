import { Trans } from '@lingui/react';
import { listReconciliations, reportCompleteness, startReconciliation } from '@tidewaiter/contracts';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { Panel, Source, useOffline } from '../shipment/parts.js';
import { Button, ErrorState, Instant, StatusMark } from '../ui/index.js';
import { i18n } from '../words/words.js';

export default function Completeness() {
  const report = useRoute(reportCompleteness);
  const compared = useRoute(listReconciliations);
  const session = useSession();
  const offline = useOffline();
  const start = useChange(startReconciliation, { reads: [reportCompleteness, listReconciliations] });
  return (
    <div className="stack">
      <Source query={report} what={i18n.t('the report')} who={i18n.t('The audit store')} height={160}>
        {({ complete, streams, events, broken, outside, unpublished, parked, alarms, reconciled }) => (
          <Panel
            title={i18n.t('Streams')}
            aside={
              <StatusMark state={complete ? 'go' : 'late'}>
                {complete ? i18n.t('Complete') : i18n.t('Not complete')}
              </StatusMark>
            }
          >
            <dl className="facts">
              <dt>{i18n.t('Streams, each 1 to n without a gap')}</dt>
              <dd>{i18n.t('{whole} of {streams}', { whole: streams - broken.length, streams })}</dd>
              <dt>{i18n.t('Events in them')}</dt>
              <dd>{events}</dd>
              <dt>{i18n.t('Received and not in the log')}</dt>
              <dd>{outside}</dd>
              <dt>{i18n.t('In the log and under no head yet')}</dt>
              <dd>{unpublished}</dd>
              <dt>{i18n.t('Parked, alarms')}</dt>
              <dd>
                {parked.length}, {alarms}
              </dd>
              <dt>{i18n.t('Compared with the stores')}</dt>
              <dd>
                {reconciled ? (
                  <>
                    <Trans
                      id="<0/>, {differences} differences"
                      values={{ differences: reconciled.differences }}
                      components={{ 0: <Instant at={reconciled.at} /> }}
                    />
                  </>
                ) : (
                  <StatusMark state="unknown">{i18n.t('not yet')}</StatusMark>
                )}
              </dd>
            </dl>
            {broken.length > 0 && (
              <p>
                <Trans
                  id="With a gap: <0>{broken}</0>"
                  values={{ broken: broken.join(', ') }}
                  components={{ 0: <code /> }}
                />
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
              : i18n.t('Auditors, compliance and administrators start a comparison.')
          }
          onPress={() => start.mutate({})}
        >
          {i18n.t('Compare stores and log now')}
        </Button>
        {start.isSuccess && <span className="label"> {i18n.t('Runs; it shows below when it is done.')}</span>}
        {start.isError && <ErrorState error={start.error} what={i18n.t('the comparison')} />}
      </div>
      <Source query={compared} what={i18n.t('comparisons')} who={i18n.t('The audit store')} height={120}>
        {({ items }) =>
          items.length === 0 ? null : (
            <Panel title={i18n.t('Comparisons')}>
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('Ended')}</th>
                      <th scope="col" className="num">
                        {i18n.t('Streams')}
                      </th>
                      <th scope="col" className="num">
                        {i18n.t('Events')}
                      </th>
                      <th scope="col">{i18n.t('Differences')}</th>
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
                            <StatusMark state="go">{i18n.t('none')}</StatusMark>
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
