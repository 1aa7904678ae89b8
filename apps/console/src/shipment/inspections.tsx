import { Trans } from '@lingui/react';
import { listDeclarations } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { EmptyState, Instant, LegalInstant, StatusMark } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { useShipmentId, useTimeline } from './data.js';
import { Panel, Source } from './parts.js';
import { showShipment } from '@tidewaiter/contracts';
import { Go } from './go.js';

const ROUTES: Record<string, string> = {
  documents: i18n.t('Papers are examined'),
  physical: i18n.t('Goods are examined'),
  afterwards: i18n.t('Examined after release'),
};

/** What makes up the case of an examination. */
const CASE = new Set([
  'InspectionOrdered',
  'DocumentsRequested',
  'DocumentsSent',
  'HoldPlaced',
  'HoldLifted',
  'ExaminationPrepared',
  'ExaminationCostIncurred',
  'ExaminationConcluded',
  'QueryReceived',
  'QueryAnswered',
  'PaymentRequired',
  'ReleaseSuspended',
  'GoodsSeized',
  'GoodsReleased',
  'DeclarationInvalidated',
]);

/** Holds and examinations as one case, from the first order to the release. */
export default function Inspections() {
  const shipmentId = useShipmentId();
  const shipment = useRoute(showShipment, { params: { shipmentId } });
  const declarations = useRoute(listDeclarations, { params: { shipmentId } });
  const timeline = useTimeline(shipmentId);
  const country = shipment.data?.destination ?? 'GB';
  return (
    <Source query={timeline} what={i18n.t('the inspections')} who={i18n.t('The board')} height={200}>
      {(entries) => {
        const steps = entries.filter(({ name }) => CASE.has(name));
        const ordered = steps.filter(({ name }) => name !== 'GoodsReleased' && name !== 'DeclarationInvalidated');
        const released = steps.find(({ name }) => name === 'GoodsReleased');
        if (ordered.length === 0)
          return (
            <EmptyState title={i18n.t('No examination was ordered')}>
              {declarations.data?.items.length
                ? i18n.t('The authority has asked for neither papers nor goods.')
                : i18n.t('There is no declaration yet.')}
            </EmptyState>
          );
        return (
          <Panel
            title={i18n.t('Case')}
            aside={
              <StatusMark state={released ? 'go' : 'wait'}>
                {released ? i18n.t('Released') : i18n.t('The goods are held')}
              </StatusMark>
            }
          >
            <ol className="ladder">
              {steps.map((entry, i) => {
                const { route, due, says, kind } = entry.data as {
                  route?: string;
                  due?: string | null;
                  says?: string;
                  kind?: string;
                };
                return (
                  <li key={entry.eventId}>
                    <b>{i + 1}.</b>{' '}
                    {route
                      ? (ROUTES[route] ?? route)
                      : entry.name === 'GoodsReleased'
                        ? i18n.t('Released{kind, select, yes {, conditional: it can be recalled} other {}}', {
                            kind: kind === 'conditional' ? 'yes' : 'no',
                          })
                        : (says ?? entry.says)}
                    <span className="label">
                      {' '}
                      <Trans
                        id="said <0/>"
                        components={{
                          0: (
                            <Instant
                              at={String((entry.data as { authorityTime?: string }).authorityTime ?? entry.time)}
                              seconds
                            />
                          ),
                        }}
                      />
                      {due != null && (
                        <>
                          {' '}
                          <Trans id="· ⚖ until <0/>" components={{ 0: <LegalInstant at={due} country={country} /> }} />
                        </>
                      )}
                    </span>
                  </li>
                );
              })}
            </ol>
            <p>
              <Go to={`/shipments/${shipmentId}/documents`}>{i18n.t('Papers')}</Go> ·{' '}
              <Go to={`/shipments/${shipmentId}/declaration`}>{i18n.t('Messages of the authority')}</Go>
            </p>
          </Panel>
        );
      }}
    </Source>
  );
}
