import { showShipment } from '@tidewaiter/contracts';
import { Link } from '@tanstack/react-router';
import { useRoute } from '../api/queries.js';
import { CopyButton, ErrorState, Instant, Money, Skeleton, StatusMark } from '../ui/index.js';
import type { BoardRow } from './board-data.js';
import { STAGE_WORDS, stateOf } from './columns.js';

/** A shipment beside the table, not over it. */
export default function Peek({
  shipmentId,
  row,
  onClose,
}: {
  shipmentId: string;
  row: BoardRow | undefined;
  onClose: () => void;
}) {
  const { data, error, refetch } = useRoute(showShipment, { params: { shipmentId } });
  const shipment = row ?? data;
  return (
    <aside className="sheet peek" aria-label="Shipment beside the table">
      <div className="sheet-head">
        <h2>
          <Link to="/shipments/$shipmentId" params={{ shipmentId }}>
            {shipment?.reference ?? '…'}
          </Link>
        </h2>
        <button type="button" className="copy" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </div>
      <div className="sheet-body stack">
        {error && !shipment && <ErrorState error={error} what="this shipment" onRetry={() => void refetch()} />}
        {!shipment && !error && <Skeleton lines={5} />}
        {shipment && (
          <>
            <StatusMark state={stateOf({ clock: row?.clock ?? null, ...shipment })}>{shipment.summary}</StatusMark>
            <dl className="facts">
              <dt>Stage</dt>
              <dd>{STAGE_WORDS[shipment.stage]}</dd>
              <dt>Waiting</dt>
              <dd>{shipment.waitingFor ?? 'nobody'}</dd>
              <dt>Payable</dt>
              <dd>
                <Money value={shipment.payable} />
              </dd>
              <dt>Paid</dt>
              <dd>
                <Money value={shipment.paid} />
              </dd>
              <dt>MRN</dt>
              <dd>
                {shipment.mrn ? (
                  <span className="digest">
                    <span className="mono">{shipment.mrn}</span>
                    <CopyButton text={shipment.mrn} label="Copy MRN" />
                  </span>
                ) : (
                  <span className="soft">none yet</span>
                )}
              </dd>
              <dt>Port</dt>
              <dd>
                {shipment.origin} → {shipment.portOfEntry}
              </dd>
              <dt>Opened</dt>
              <dd>
                <Instant at={shipment.openedAt} />
              </dd>
              <dt>Last event</dt>
              <dd>
                {shipment.lastEvent ? (
                  <>
                    {shipment.lastEvent.type}, <Instant at={shipment.lastEvent.time} />
                  </>
                ) : (
                  'none'
                )}
              </dd>
            </dl>
            <Link className="button" to="/shipments/$shipmentId" params={{ shipmentId }}>
              Open
            </Link>
          </>
        )}
      </div>
    </aside>
  );
}
