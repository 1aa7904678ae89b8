import { reportSeparationOfDuties } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { Panel, Source } from '../shipment/parts.js';
import { EmptyState, StatusMark } from '../ui/index.js';
import { Go } from '../shipment/go.js';

export default function DutiesSeparation() {
  const report = useRoute(reportSeparationOfDuties);
  return (
    <Source query={report} what="the report" who="The audit store" height={320}>
      {({ exceptions, items }) => (
        <div className="stack">
          <p className="row">
            <StatusMark state={exceptions === 0 ? 'go' : 'late'}>
              <b>{exceptions === 0 ? 'Zero violations' : `${exceptions} violations`}</b>
            </StatusMark>
            <span className="label">
              {items.length} acts, from the log alone: who prepared, who approved, and whether both are one person.
            </span>
          </p>
          {items.length === 0 ? (
            <EmptyState title="No act needed two people yet" />
          ) : (
            <Panel title="Acts">
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">Act</th>
                      <th scope="col">Prepared by</th>
                      <th scope="col">Approved by</th>
                      <th scope="col" className="num">
                        Needed
                      </th>
                      <th scope="col">Same person?</th>
                      <th scope="col">Exceptions</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((item) => {
                      const same = item.prepared.filter((person) => item.approved.includes(person));
                      return (
                        <tr key={`${item.shipmentId} ${item.what}`}>
                          <th scope="row">
                            <Go to={`/shipments/${item.shipmentId}/money`}>{item.what}</Go>
                          </th>
                          <td>{item.prepared.join(', ')}</td>
                          <td>{item.approved.join(', ') || <span className="soft">nobody yet</span>}</td>
                          <td className="num">{item.needed}</td>
                          <td>
                            <StatusMark state={same.length === 0 ? 'go' : 'late'}>
                              {same.length === 0 ? 'no' : same.join(', ')}
                            </StatusMark>
                          </td>
                          <td>{item.exceptions.join('; ')}</td>
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
            </Panel>
          )}
        </div>
      )}
    </Source>
  );
}
