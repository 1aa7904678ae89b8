import { listDeclarations } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { EmptyState, Instant, LegalInstant, StatusMark } from '../ui/index.js';
import { useShipmentId, useTimeline } from './data.js';
import { Panel, Source } from './parts.js';
import { showShipment } from '@tidewaiter/contracts';
import { Go } from './go.js';

const ROUTES: Record<string, string> = {
  documents: 'Papers are examined',
  physical: 'Goods are examined',
  afterwards: 'Examined after release',
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
    <Source query={timeline} what="the inspections" who="The board" height={200}>
      {(entries) => {
        const steps = entries.filter(({ name }) => CASE.has(name));
        const ordered = steps.filter(({ name }) => name !== 'GoodsReleased' && name !== 'DeclarationInvalidated');
        const released = steps.find(({ name }) => name === 'GoodsReleased');
        if (ordered.length === 0)
          return (
            <EmptyState title="No examination was ordered">
              {declarations.data?.items.length
                ? 'The authority has asked for neither papers nor goods.'
                : 'There is no declaration yet.'}
            </EmptyState>
          );
        return (
          <Panel
            title="Case"
            aside={
              <StatusMark state={released ? 'go' : 'wait'}>{released ? 'Released' : 'The goods are held'}</StatusMark>
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
                        ? `Released${kind === 'conditional' ? ', conditional: it can be recalled' : ''}`
                        : (says ?? entry.says)}
                    <span className="label">
                      {' '}
                      said{' '}
                      <Instant
                        at={String((entry.data as { authorityTime?: string }).authorityTime ?? entry.time)}
                        seconds
                      />
                      {due != null && (
                        <>
                          {' '}
                          · ⚖ until <LegalInstant at={due} country={country} />
                        </>
                      )}
                    </span>
                  </li>
                );
              })}
            </ol>
            <p>
              <Go to={`/shipments/${shipmentId}/documents`}>Papers</Go> ·{' '}
              <Go to={`/shipments/${shipmentId}/declaration`}>Messages of the authority</Go>
            </p>
          </Panel>
        );
      }}
    </Source>
  );
}
