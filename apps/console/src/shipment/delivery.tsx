import { ProblemError } from '@tidewaiter/client';
import { Trans } from '@lingui/react';
import { listBookings, showDelivery, showShipment, showTracking } from '@tidewaiter/contracts';
import { lazy, Suspense, type ComponentProps, type ReactNode } from 'react';
import { useRoute } from '../api/queries.js';
import { fromEntry, stations } from '../pictures/stations.js';
import { DigestChip, EmptyState, Instant, Skeleton, StatusMark, type State } from '../ui/index.js';
import { STATION_WORDS } from '../words/terms.js';
import { i18n } from '../words/words.js';
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
  duplicate: i18n.t('came again'),
  superseded: i18n.t('replaced by a later report'),
  'late-version': i18n.t('older than what is known'),
  suspect: i18n.t('suspect'),
  conflict: i18n.t('contradicts another report'),
  parked: i18n.t('kept unread'),
  unmapped: i18n.t('no meaning here'),
};

/** What of a line was not taken: told where there is any. */
const REST = [
  ['refused', i18n.t('Refused')],
  ['returned', i18n.t('Returned')],
] as const;

/** What carriers may not know of yet: the shipment is there, so what they do not know has not begun. */
const Begun = <A,>({ before, ...source }: Omit<ComponentProps<typeof Source<A>>, 'who'> & { before?: ReactNode }) =>
  source.query.error instanceof ProblemError && source.query.error.status === 404 ? (
    before
  ) : (
    <Source {...source} who={i18n.t('Carriers')} />
  );

/** Outlines of the land are fetched where somebody looks at a way. */
const RouteMap = lazy(() => import('./route-map.js'));

export default function Delivery() {
  const shipmentId = useShipmentId();
  const params = { shipmentId };
  const bookings = useRoute(listBookings, { params });
  const tracking = useRoute(showTracking, { params });
  const delivery = useRoute(showDelivery, { params });
  const shipment = useRoute(showShipment, { params });
  const nothing = (
    <EmptyState title={i18n.t('Nothing is released yet')}>
      {i18n.t('What customs releases is booked for delivery, quantity by quantity.')}
    </EmptyState>
  );
  return (
    <div className="stack">
      <Begun query={delivery} what={i18n.t('the delivery')} before={nothing}>
        {({ lines, proofs, delivered }) =>
          lines.length === 0 ? (
            nothing
          ) : (
            <Panel
              title={i18n.t('Quantities')}
              aside={
                <StatusMark state={delivered ? 'go' : 'wait'}>
                  {delivered ? i18n.t('All delivered, every part evidenced') : i18n.t('Open')}
                </StatusMark>
              }
            >
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('Line')}</th>
                      <th scope="col" className="num">
                        {i18n.t('Released')}
                      </th>
                      <th scope="col" className="num">
                        {i18n.t('Delivered')}
                      </th>
                      {REST.filter(([part]) => lines.some((each) => each[part])).map(([part, name]) => (
                        <th key={part} scope="col" className="num">
                          {name}
                        </th>
                      ))}
                      <th scope="col" className="num">
                        {i18n.t('Open')}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {lines.map(({ line, released, delivered: done, remaining, ...rest }) => (
                      <tr key={line}>
                        <th scope="row">{i18n.t('Line {line}', { line })}</th>
                        <td className="num">
                          {released.value} {released.unit}
                        </td>
                        <td className="num">
                          {done.value} {done.unit}
                        </td>
                        {REST.filter(([part]) => lines.some((each) => each[part])).map(([part]) => (
                          <td key={part} className="num">
                            {rest[part] ? `${rest[part].value} ${rest[part].unit}` : '—'}
                          </td>
                        ))}
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
                    {i18n.t('Proof of delivery, {level}', { level: proof.level })}
                  </StatusMark>
                  <span>
                    <Trans
                      id="signed by {signedBy}, <0/>"
                      values={{ signedBy: proof.signedBy }}
                      components={{ 0: <Instant at={proof.at} /> }}
                    />
                  </span>
                  <DigestChip digest={proof.sha256} />
                </p>
              ))}
            </Panel>
          )
        }
      </Begun>
      <Begun query={tracking} what={i18n.t('the tracking')}>
        {({ milestones }) => {
          const line = stations(milestones);
          return milestones.length === 0 ? null : (
            <Panel title={i18n.t('Route')}>
              {line.length > 0 && shipment.data && (
                <Suspense fallback={<Skeleton height={380} />}>
                  <RouteMap origin={shipment.data.origin} stations={fromEntry(line, shipment.data.portOfEntry)} />
                </Suspense>
              )}
              {line.length > 0 && (
                <Figure
                  caption={i18n.t('Stations, in the order in which the goods come by')}
                  picture={
                    <ol className="route-line">
                      {line.map(({ place, says, at, state }) => (
                        <li key={place} data-state={state}>
                          <b>{place}</b>
                          <span className="label">
                            {words(says)}, {state === 'ahead' ? i18n.t('expected ') : ''}
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
                          <th scope="col">{i18n.t('Place')}</th>
                          <th scope="col">{i18n.t('Report')}</th>
                          <th scope="col">{i18n.t('When')}</th>
                          <th scope="col">{i18n.t('State')}</th>
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
                            <td>{STATION_WORDS[state]}</td>
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
                      <th scope="col">{i18n.t('Happened')}</th>
                      <th scope="col">{i18n.t('Report')}</th>
                      <th scope="col">{i18n.t('Place')}</th>
                      <th scope="col">{i18n.t('Kind')}</th>
                      <th scope="col">{i18n.t('Learned')}</th>
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
      </Begun>
      <Source query={bookings} what={i18n.t('the bookings')} who={i18n.t('Carriers')} height={80}>
        {({ items }) =>
          items.length === 0 ? null : (
            <Panel title={i18n.t('Bookings')}>
              {items.map((booking) => (
                <p key={booking.bookingId} className="row">
                  <StatusMark state={BOOKING_STATES[booking.status] ?? 'wait'}>{words(booking.status)}</StatusMark>
                  <span>
                    {booking.adapter}
                    {booking.carrierReference !== null && `, ${booking.carrierReference}`}
                    {booking.generation > 1 &&
                      i18n.t(', booked {generation} times', { generation: booking.generation })}
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
