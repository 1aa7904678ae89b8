import { showShipment } from '@tidewaiter/contracts';
import { useParams } from '@tanstack/react-router';
import { useRoute } from '../api/queries.js';
import { ErrorState, Instant, Money, Page, Skeleton, StatusMark, Strip } from '../ui/index.js';

/** One shipment: its four answers first. */
export default function ShipmentPage() {
  const { shipmentId } = useParams({ from: '/frame/shipments/$shipmentId' });
  const { data: shipment, error, refetch } = useRoute(showShipment, { params: { shipmentId } });
  if (error) return <ErrorState error={error} what="this shipment" onRetry={() => void refetch()} />;
  if (!shipment)
    return (
      <div className="page" aria-busy="true">
        <Skeleton height={36} width="40%" />
        <Skeleton height={88} />
      </div>
    );
  return (
    <Page title={shipment.reference} lead={shipment.summary}>
      <Strip
        waiting={
          <StatusMark state={shipment.openTasks > 0 ? 'act' : shipment.waitingFor ? 'wait' : 'go'}>
            {shipment.waitingFor ?? 'Nothing'}
          </StatusMark>
        }
        clock={shipment.openTasks > 0 ? `${shipment.openTasks} open` : 'No clock runs'}
        money={
          <>
            payable <Money value={shipment.payable} /> · paid <Money value={shipment.paid} />
          </>
        }
        proof={
          <>
            {shipment.events} events, last {shipment.lastEvent ? <Instant at={shipment.lastEvent.time} /> : 'never'}
          </>
        }
      />
    </Page>
  );
}
