import { listGuarantees, listImporters } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { Go } from '../shipment/go.js';
import { EmptyState, ErrorState, Money, Page, Skeleton } from '../ui/index.js';
import { HeadroomGauge } from './headroom-gauge.js';

/** Guarantees as capacity: how much of each is taken and what is left. */
export default function GuaranteesPage() {
  const guarantees = useRoute(listGuarantees, { query: { limit: 200 } });
  const importers = useRoute(listImporters, { query: { limit: 200 } });
  const nameOf = (id: string): string => importers.data?.items.find(({ importerId }) => importerId === id)?.name ?? '…';
  return (
    <Page
      title="Guarantees"
      lead="What stands behind each importer in a destination. A filing whose duty is beyond the headroom is not sent."
    >
      {guarantees.error && (
        <ErrorState error={guarantees.error} what="guarantees" onRetry={() => void guarantees.refetch()} />
      )}
      {!guarantees.data && !guarantees.error && (
        <div aria-busy="true">
          <Skeleton height={32} lines={5} />
        </div>
      )}
      {guarantees.data?.items.length === 0 && (
        <EmptyState title="No guarantee yet">
          Without one nothing is filed for an importer. It is registered through the API, POST /v1/guarantees.
        </EmptyState>
      )}
      {guarantees.data && guarantees.data.items.length > 0 && (
        <div className="sheet table-scroll" tabIndex={0} role="region" aria-label="Guarantees, scrolls">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Reference</th>
                <th scope="col">Importer</th>
                <th scope="col">Destination</th>
                <th scope="col">Taken</th>
                <th scope="col" className="num">
                  Limit
                </th>
                <th scope="col" className="num">
                  Reserved
                </th>
                <th scope="col" className="num">
                  Free
                </th>
              </tr>
            </thead>
            <tbody>
              {guarantees.data.items.map(
                ({ guaranteeId, reference, importerId, destination, limit, reserved, headroom }) => (
                  <tr key={guaranteeId}>
                    <th scope="row">
                      <Go to={`/guarantees/${guaranteeId}`}>{reference}</Go>
                    </th>
                    <td>{nameOf(importerId)}</td>
                    <td>{destination}</td>
                    <td>
                      <HeadroomGauge
                        small
                        of={reference}
                        limit={limit}
                        used={reserved.amount}
                        awaiting="0"
                        headroom={headroom}
                      />
                    </td>
                    <td className="num">
                      <Money value={limit} />
                    </td>
                    <td className="num">
                      <Money value={reserved} />
                    </td>
                    <td className="num">
                      <Money value={headroom} />
                    </td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  );
}
