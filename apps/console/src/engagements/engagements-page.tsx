import { listEngagements, listImporters } from '@tidewaiter/contracts';
import { Link } from '@tanstack/react-router';
import { useRoute } from '../api/queries.js';
import { EmptyState, ErrorState, LegalDate, Page, Skeleton, StatusMark, type State } from '../ui/index.js';

export const STANDING: Record<string, [State, string]> = {
  open: ['act', 'Open, no mandate yet'],
  'in-force': ['go', 'In force'],
  suspended: ['halt', 'Suspended'],
  ended: ['idle', 'Ended'],
};

/** Who may be importer for whom, where, until when. */
export default function EngagementsPage() {
  const engagements = useRoute(listEngagements, { query: { limit: 200 } });
  const importers = useRoute(listImporters, { query: { limit: 200 } });
  const nameOf = (id: string): string => importers.data?.items.find(({ importerId }) => importerId === id)?.name ?? '…';
  return (
    <Page
      title="Engagements"
      lead={
        <>
          Who stands as importer of record for whom, under which mandate, until when. What stands behind the importers:{' '}
          <Link to="/guarantees">guarantees</Link>.
        </>
      }
      actions={
        <Link className="button" data-kind="primary" to="/shipments/new">
          New shipment
        </Link>
      }
    >
      {engagements.error && (
        <ErrorState error={engagements.error} what="engagements" onRetry={() => void engagements.refetch()} />
      )}
      {!engagements.data && !engagements.error && <Skeleton height={32} lines={5} />}
      {engagements.data?.items.length === 0 && (
        <EmptyState title="No engagement yet">
          An engagement says who is importer for a customer. It is opened through the API or `tidewaiter engagement
          open`.
        </EmptyState>
      )}
      {engagements.data && engagements.data.items.length > 0 && (
        <div className="sheet table-scroll" tabIndex={0} role="region" aria-label="Engagements, scrolls">
          <table className="table">
            <thead>
              <tr>
                <th>Customer</th>
                <th>Importer of record</th>
                <th>Kind</th>
                <th>Destinations</th>
                <th>Standing</th>
                <th>Valid</th>
                <th className="num">Mandates</th>
              </tr>
            </thead>
            <tbody>
              {engagements.data.items.map((each) => {
                const [state, word] = STANDING[each.status] ?? ['unknown', each.status];
                const country = each.destinations[0]!;
                return (
                  <tr key={each.engagementId}>
                    <td>
                      <Link to="/engagements/$engagementId" params={{ engagementId: each.engagementId }}>
                        {each.customer.name}
                      </Link>
                    </td>
                    <td>{nameOf(each.importerId)}</td>
                    <td>{each.kind}</td>
                    <td>{each.destinations.join(', ')}</td>
                    <td>
                      <StatusMark state={state}>{word}</StatusMark>
                    </td>
                    <td>
                      <LegalDate date={each.validFrom} country={country} /> –{' '}
                      {each.validTo ? <LegalDate date={each.validTo} country={country} /> : 'open end'}
                    </td>
                    <td className="num">{each.mandates.length}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  );
}
