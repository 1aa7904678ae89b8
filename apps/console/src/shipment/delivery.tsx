import { listBookings, showDelivery, showShipment, showTracking } from '@tidewaiter/contracts';
import { lazy, Suspense } from 'react';
import { useRoute } from '../api/queries.js';
import { fromEntry, stations } from '../pictures/stations.js';
import { DigestChip, EmptyState, Instant, Skeleton, StatusMark, type State } from '../ui/index.js';
import { useShipmentId } from './data.js';
import { Figure, Panel, Source, words } from './parts.js';

const BOOKING_STATES: Record<string, State> = {
  requested: 'wait',
  confirmed: 'go',
  declined: 'act',
  'outcome-unknown': 'unknown',
  fulfilled: 'go',
  cancelled: 'idle',
};
const EFFECTS: Record<string, string> = {
  duplicate: 'came again',
  superseded: 'replaced by a later report',
  'late-version': 'older than what is known',
  suspect: 'suspect',
  conflict: 'contradicts another report',
  parked: 'kept unread',
  unmapped: 'no meaning here',
};

/** Outlines of the land are fetched where somebody looks at a way. */
const RouteMap = lazy(() => import('./route-map.js'));

export default function Delivery() {
  const shipmentId = useShipmentId();
  const params = { shipmentId };
  const bookings = useRoute(listBookings, { params });
  const tracking = useRoute(showTracking, { params });
  const delivery = useRoute(showDelivery, { params });
  const shipment = useRoute(showShipment, { params });
  return (
    <div className="stack">
      <Source query={delivery} what="the delivery" who="Carriers" height={160}>
        {({ lines, proofs, delivered }) =>
          lines.length === 0 ? (
            <EmptyState title="Nothing is released yet">
              What customs releases is booked for delivery, quantity by quantity.
            </EmptyState>
          ) : (
            <Panel
              title="Quantities"
              aside={
                <StatusMark state={delivered ? 'go' : 'wait'}>
                  {delivered ? 'All delivered, every part evidenced' : 'Open'}
                </StatusMark>
              }
            >
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">Line</th>
                      <th scope="col" className="num">
                        Released
                      </th>
                      <th scope="col" className="num">
                        Delivered
                      </th>
                      <th scope="col" className="num">
                        Open
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {lines.map(({ line, released, delivered: done, remaining }) => (
                      <tr key={line}>
                        <th scope="row">Line {line}</th>
                        <td className="num">
                          {released.value} {released.unit}
                        </td>
                        <td className="num">
                          {done.value} {done.unit}
                        </td>
                        <td className="num">
                          {remaining.value} {remaining.unit}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {proofs.map((proof) => (
                <p key={proof.sha256} className="row">
                  <StatusMark state={proof.level === 'claimed' ? 'wait' : 'go'}>
                    Proof of delivery, {proof.level}
                  </StatusMark>
                  <span>
                    signed by {proof.signedBy}, <Instant at={proof.at} />
                  </span>
                  <DigestChip digest={proof.sha256} />
                </p>
              ))}
            </Panel>
          )
        }
      </Source>
      <Source query={tracking} what="the tracking" who="Carriers" height={160}>
        {({ milestones }) => {
          const line = stations(milestones);
          return milestones.length === 0 ? null : (
            <Panel title="Route">
              {line.length > 0 && shipment.data && (
                <Suspense fallback={<Skeleton height={380} />}>
                  <RouteMap origin={shipment.data.origin} stations={fromEntry(line, shipment.data.portOfEntry)} />
                </Suspense>
              )}
              {line.length > 0 && (
                <Figure
                  caption="Stations, in the order in which the goods come by"
                  picture={
                    <ol className="route-line">
                      {line.map(({ place, says, at, state }) => (
                        <li key={place} data-state={state}>
                          <b>{place}</b>
                          <span className="label">
                            {words(says)}, {state === 'ahead' ? 'expected ' : ''}
                            <Instant at={at} />
                          </span>
                        </li>
                      ))}
                    </ol>
                  }
                  table={
                    <table className="table">
                      <thead>
                        <tr>
                          <th scope="col">Place</th>
                          <th scope="col">Report</th>
                          <th scope="col">When</th>
                          <th scope="col">State</th>
                        </tr>
                      </thead>
                      <tbody>
                        {line.map(({ place, says, at, state }) => (
                          <tr key={place}>
                            <th scope="row">{place}</th>
                            <td>{words(says)}</td>
                            <td>
                              <Instant at={at} />
                            </td>
                            <td>{state}</td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  }
                />
              )}
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">Happened</th>
                      <th scope="col">Report</th>
                      <th scope="col">Place</th>
                      <th scope="col">Kind</th>
                      <th scope="col">Learned</th>
                    </tr>
                  </thead>
                  <tbody>
                    {milestones.map((report) => (
                      <tr key={`${report.messageId} ${report.receivedAt}`}>
                        <td>
                          <Instant at={report.at} />
                        </td>
                        <th scope="row">{words(report.milestone)}</th>
                        <td>{report.place ?? ''}</td>
                        <td>
                          {report.classifier}
                          {EFFECTS[report.effect] && <span className="flag">{EFFECTS[report.effect]}</span>}
                        </td>
                        <td>
                          <Instant at={report.receivedAt} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          );
        }}
      </Source>
      <Source query={bookings} what="the bookings" who="Carriers" height={80}>
        {({ items }) =>
          items.length === 0 ? null : (
            <Panel title="Bookings">
              {items.map((booking) => (
                <p key={booking.bookingId} className="row">
                  <StatusMark state={BOOKING_STATES[booking.status] ?? 'wait'}>{words(booking.status)}</StatusMark>
                  <span>
                    {booking.adapter}
                    {booking.carrierReference !== null && `, ${booking.carrierReference}`}
                    {booking.generation > 1 && `, booked ${booking.generation} times`}
                  </span>
                </p>
              ))}
            </Panel>
          )
        }
      </Source>
    </div>
  );
}
