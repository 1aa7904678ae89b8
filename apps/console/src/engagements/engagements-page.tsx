import { Trans } from '@lingui/react';
import { listEngagements, listImporters } from '@tidewaiter/contracts';
import { Link } from '@tanstack/react-router';
import { useRoute } from '../api/queries.js';
import { EmptyState, ErrorState, LegalDate, Page, Skeleton, StatusMark, type State } from '../ui/index.js';
import { i18n } from '../words/words.js';

export const STANDING: Record<string, [State, string]> = {
  open: ['act', i18n.t('Open, no mandate yet')],
  'in-force': ['go', i18n.t('In force')],
  suspended: ['halt', i18n.t('Suspended')],
  ended: ['idle', i18n.t('Ended')],
};

/** Who may be importer for whom, where, until when. */
export default function EngagementsPage() {
  const engagements = useRoute(listEngagements, { query: { limit: 200 } });
  const importers = useRoute(listImporters, { query: { limit: 200 } });
  const nameOf = (id: string): string => importers.data?.items.find(({ importerId }) => importerId === id)?.name ?? '…';
  return (
    <Page
      title={i18n.t('Engagements')}
      lead={
        <>
          <Trans
            id="Who stands as importer of record for whom, under which mandate, until when. What stands behind the importers: <0>guarantees</0>."
            components={{ 0: <Link to="/guarantees" /> }}
          />
        </>
      }
      actions={
        <Link className="button" data-kind="primary" to="/shipments/new">
          {i18n.t('New shipment')}
        </Link>
      }
    >
      {engagements.error && (
        <ErrorState error={engagements.error} what={i18n.t('engagements')} onRetry={() => void engagements.refetch()} />
      )}
      {!engagements.data && !engagements.error && <Skeleton height={32} lines={5} />}
      {engagements.data?.items.length === 0 && (
        <EmptyState title={i18n.t('No engagement yet')}>
          {i18n.t(
            'An engagement says who is importer for a customer. It is opened through the API or `tidewaiter engagement open`.',
          )}
        </EmptyState>
      )}
      {engagements.data && engagements.data.items.length > 0 && (
        <div className="sheet table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Engagements, scrolls')}>
          <table className="table">
            <thead>
              <tr>
                <th>{i18n.t('Customer')}</th>
                <th>{i18n.t('Importer of record')}</th>
                <th>{i18n.t('Kind')}</th>
                <th>{i18n.t('Destinations')}</th>
                <th>{i18n.t('Standing')}</th>
                <th>{i18n.t('Valid')}</th>
                <th className="num">{i18n.t('Mandates')}</th>
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
                      {each.validTo ? <LegalDate date={each.validTo} country={country} /> : i18n.t('open end')}
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
