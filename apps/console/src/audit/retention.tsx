import { approveDisposal, liftHold, placeHold, reportRetention, type AnswerOf } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { Panel, Source, useOffline } from '../shipment/parts.js';
import { Button, EmptyState, ErrorState, LegalDate, StatusMark, TextField, type State } from '../ui/index.js';
import { Go } from '../shipment/go.js';
import { i18n } from '../words/words.js';

type Row = AnswerOf<typeof reportRetention>['items'][number];
const STATES: Record<Row['state'], [State, string]> = {
  kept: ['wait', i18n.t('kept')],
  due: ['act', i18n.t('due for disposal')],
  'on-hold': ['halt', i18n.t('on hold')],
  erased: ['idle', i18n.t('persons erased')],
};

export default function Retention() {
  const report = useRoute(reportRetention, { query: { limit: 200 } });
  return (
    <Source query={report} what={i18n.t('the report')} who={i18n.t('The audit store')} height={320}>
      {({ items, next }) =>
        items.length === 0 ? (
          <EmptyState title={i18n.t('No clock runs yet')}>
            {i18n.t('A shipment’s retention begins when its dossier is sealed.')}
          </EmptyState>
        ) : (
          <Panel
            title={i18n.t('Kept')}
            aside={next !== null && <span className="label">{i18n.t('the first 200, next due first')}</span>}
          >
            <div className="table-scroll">
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{i18n.t('Shipment')}</th>
                    <th scope="col">{i18n.t('State')}</th>
                    <th scope="col">{i18n.t('Until')}</th>
                    <th scope="col">{i18n.t('Law')}</th>
                    <th scope="col">{i18n.t('Hold')}</th>
                    <th scope="col">{i18n.t('Acts')}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((row) => (
                    <Kept key={row.shipmentId} row={row} />
                  ))}
                </tbody>
              </table>
            </div>
          </Panel>
        )
      }
    </Source>
  );
}

function Kept({ row }: { row: Row }) {
  const session = useSession();
  const offline = useOffline();
  const [matter, setMatter] = useState<string | null>(null);
  const reads = { reads: [reportRetention] };
  const place = useChange(placeHold, { ...reads, onDone: () => setMatter(null) });
  const lift = useChange(liftHold, reads);
  const dispose = useChange(approveDisposal, reads);
  const params = { shipmentId: row.shipmentId };
  const [state, says] = STATES[row.state];
  const error = place.error ?? lift.error ?? dispose.error;
  return (
    <tr>
      <th scope="row">
        <Go to={`/shipments/${row.shipmentId}/proof`}>{row.shipmentId.slice(0, 8)}</Go>
      </th>
      <td>
        <StatusMark state={state}>{says}</StatusMark>
        {row.approvals > 0 && (
          <div className="label">{i18n.t('{approvals} of 2 approved disposal', { approvals: row.approvals })}</div>
        )}
      </td>
      <td>
        <LegalDate date={row.until} country={row.jurisdiction} />
      </td>
      <td>{row.law}</td>
      <td>{row.hold ?? ''}</td>
      <td>
        <div className="stack-tight">
          {row.state === 'on-hold' ? (
            <Button
              size="small"
              busy={lift.isPending}
              label={i18n.t('Lift the hold on {shipmentId}', { shipmentId: row.shipmentId.slice(0, 8) })}
              because={
                holds(session, 'compliance', 'administrator')
                  ? offline
                  : i18n.t('Compliance and administrators lift holds; never who placed one.')
              }
              onPress={() => lift.mutate({ params })}
            >
              {i18n.t('Lift the hold')}
            </Button>
          ) : row.state === 'erased' ? null : matter === null ? (
            <Button
              size="small"
              label={i18n.t('Place a hold on {shipmentId}', { shipmentId: row.shipmentId.slice(0, 8) })}
              because={holds(session, 'compliance') ? offline : i18n.t('Compliance places holds.')}
              onPress={() => setMatter('')}
            >
              {i18n.t('Place a hold')}
            </Button>
          ) : (
            <form
              className="stack-tight"
              onSubmit={(event) => {
                event.preventDefault();
                place.mutate({ params, body: { matter } });
              }}
            >
              <TextField label={i18n.t('Matter')} value={matter} onChange={setMatter} />
              <Button
                size="small"
                kind="danger"
                type="submit"
                busy={place.isPending}
                because={matter.trim().length < 3 ? i18n.t('Name the matter first.') : offline}
              >
                {i18n.t('Stop disposal')}
              </Button>
            </form>
          )}
          {row.state === 'due' && (
            <Button
              size="small"
              kind="danger"
              busy={dispose.isPending}
              because={
                holds(session, 'compliance', 'administrator')
                  ? offline
                  : i18n.t('Compliance and administrators approve disposal, two different people.')
              }
              onPress={() => dispose.mutate({ params })}
            >
              {i18n.t('Approve disposal')}
            </Button>
          )}
          {error && <ErrorState error={error} what={i18n.t('the act')} />}
        </div>
      </td>
    </tr>
  );
}
