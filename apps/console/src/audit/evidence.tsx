import { reportAccess } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { Panel, Source, words } from '../shipment/parts.js';
import { EmptyState, Instant } from '../ui/index.js';
import { Go } from '../shipment/go.js';

export default function Evidence() {
  const access = useRoute(reportAccess);
  return (
    <div className="stack">
      <p>
        Evidence is exported on the proof page of its shipment and checked <Go to="/audit/verify">here</Go> or offline.
        Each export is itself an event of the log.
      </p>
      <Source query={access} what="who took what away" who="The audit store" height={240}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="Nothing was read or taken away yet" />
          ) : (
            <Panel title="Read and taken away" aside={<span className="label">newest first</span>}>
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">When</th>
                      <th scope="col">Who</th>
                      <th scope="col">What</th>
                      <th scope="col">Says</th>
                      <th scope="col">Why</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map(({ at, by, what, subject, says, reason }) => (
                      <tr key={`${at} ${subject} ${by}`}>
                        <td>
                          <Instant at={at} seconds />
                        </td>
                        <th scope="row">{by}</th>
                        <td>{words(what)}</td>
                        <td>{says}</td>
                        <td>{reason ?? <span className="soft">not said</span>}</td>
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
