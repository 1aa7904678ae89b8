import { approveDisposal, liftHold, placeHold, reportRetention, type AnswerOf } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { Panel, Source, useOffline } from '../shipment/parts.js';
import { Button, EmptyState, ErrorState, LegalDate, StatusMark, TextField, type State } from '../ui/index.js';
import { Go } from '../shipment/go.js';

type Row = AnswerOf<typeof reportRetention>['items'][number];
const STATES: Record<Row['state'], [State, string]> = {
  kept: ['wait', 'kept'],
  due: ['act', 'due for disposal'],
  'on-hold': ['halt', 'on hold'],
  erased: ['idle', 'persons erased'],
};

export default function Retention() {
  const report = useRoute(reportRetention, { query: { limit: 200 } });
  return (
    <Source query={report} what="the report" who="The audit store" height={320}>
      {({ items, next }) =>
        items.length === 0 ? (
          <EmptyState title="No clock runs yet">A shipment’s retention begins when its dossier is sealed.</EmptyState>
        ) : (
          <Panel title="Kept" aside={next !== null && <span className="label">the first 200, next due first</span>}>
            <div className="table-scroll">
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">Shipment</th>
                    <th scope="col">State</th>
                    <th scope="col">Until</th>
                    <th scope="col">Law</th>
                    <th scope="col">Hold</th>
                    <th scope="col">Acts</th>
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
        {row.approvals > 0 && <div className="label">{row.approvals} of 2 approved disposal</div>}
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
              label={`Lift the hold on ${row.shipmentId.slice(0, 8)}`}
              because={
                holds(session, 'compliance', 'administrator')
                  ? offline
                  : 'Compliance and administrators lift holds; never who placed one.'
              }
              onPress={() => lift.mutate({ params })}
            >
              Lift the hold
            </Button>
          ) : row.state === 'erased' ? null : matter === null ? (
            <Button
              size="small"
              label={`Place a hold on ${row.shipmentId.slice(0, 8)}`}
              because={holds(session, 'compliance') ? offline : 'Compliance places holds.'}
              onPress={() => setMatter('')}
            >
              Place a hold
            </Button>
          ) : (
            <form
              className="stack-tight"
              onSubmit={(event) => {
                event.preventDefault();
                place.mutate({ params, body: { matter } });
              }}
            >
              <TextField label="Matter" value={matter} onChange={setMatter} />
              <Button
                size="small"
                kind="danger"
                type="submit"
                busy={place.isPending}
                because={matter.trim().length < 3 ? 'Name the matter first.' : offline}
              >
                Stop disposal
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
                  : 'Compliance and administrators approve disposal, two different people.'
              }
              onPress={() => dispose.mutate({ params })}
            >
              Approve disposal
            </Button>
          )}
          {error && <ErrorState error={error} what="the act" />}
        </div>
      </td>
    </tr>
  );
}
