import { listGuarantees, listImporters } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { Go } from '../shipment/go.js';
import { EmptyState, ErrorState, Money, Page, Skeleton } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { HeadroomGauge } from './headroom-gauge.js';

/** Guarantees as capacity: how much of each is taken and what is left. */
export default function GuaranteesPage() {
  const guarantees = useRoute(listGuarantees, { query: { limit: 200 } });
  const importers = useRoute(listImporters, { query: { limit: 200 } });
  const nameOf = (id: string): string => importers.data?.items.find(({ importerId }) => importerId === id)?.name ?? '…';
  return (
    <Page
      title={i18n.t('Guarantees')}
      lead={i18n.t(
        'What stands behind each importer in a destination. A filing whose duty is beyond the headroom is not sent.',
      )}
    >
      {guarantees.error && (
        <ErrorState error={guarantees.error} what={i18n.t('guarantees')} onRetry={() => void guarantees.refetch()} />
      )}
      {!guarantees.data && !guarantees.error && (
        <div aria-busy="true">
          <Skeleton height={32} lines={5} />
        </div>
      )}
      {guarantees.data?.items.length === 0 && (
        <EmptyState title={i18n.t('No guarantee yet')}>
          {i18n.t(
            'Without one nothing is filed for an importer. It is registered through the API, POST /v1/guarantees.',
          )}
        </EmptyState>
      )}
      {guarantees.data && guarantees.data.items.length > 0 && (
        <div className="sheet table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Guarantees, scrolls')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Reference')}</th>
                <th scope="col">{i18n.t('Importer')}</th>
                <th scope="col">{i18n.t('Destination')}</th>
                <th scope="col">{i18n.t('Taken')}</th>
                <th scope="col" className="num">
                  {i18n.t('Limit')}
                </th>
                <th scope="col" className="num">
                  {i18n.t('Reserved')}
                </th>
                <th scope="col" className="num">
                  {i18n.t('Free')}
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
