import { Trans } from '@lingui/react';
import { showEstimate, showShipment } from '@tidewaiter/contracts';
import { Link } from '@tanstack/react-router';
import { useRoute } from '../api/queries.js';
import { dotPlot } from '../pictures/dot-plot.js';
import {
  authorityPlace,
  CopyButton,
  ErrorState,
  formatDay,
  Instant,
  LegalInstant,
  Money,
  Skeleton,
  StatusMark,
} from '../ui/index.js';
import { transportWord } from '../words/terms.js';
import { i18n } from '../words/words.js';
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
    <aside className="sheet peek" aria-label={i18n.t('Shipment beside the table')}>
      <div className="sheet-head">
        <h2>
          <Link to="/shipments/$shipmentId" params={{ shipmentId }}>
            {shipment?.reference ?? '…'}
          </Link>
        </h2>
        <button type="button" className="copy" aria-label={i18n.t('Close')} onClick={onClose}>
          ✕
        </button>
      </div>
      <div className="sheet-body stack">
        {error && !shipment && (
          <ErrorState error={error} what={i18n.t('this shipment')} onRetry={() => void refetch()} />
        )}
        {!shipment && !error && <Skeleton lines={5} />}
        {shipment && (
          <>
            <StatusMark state={stateOf({ clock: row?.clock ?? null, ...shipment })}>
              {row?.says ?? shipment.summary}
            </StatusMark>
            <dl className="facts">
              <dt>{i18n.t('Stage')}</dt>
              <dd>{STAGE_WORDS[shipment.stage]}</dd>
              <dt>{i18n.t('Waiting')}</dt>
              <dd>{shipment.waitingFor?.replaceAll('-', ' ') ?? i18n.t('nobody')}</dd>
              {row?.clock && (
                <>
                  <dt>{i18n.t('Next clock')}</dt>
                  <dd>
                    {row.clock.kind === 'statutory' ? '⚖' : '◷'}{' '}
                    <LegalInstant at={row.clock.due} country={row.destination} />
                  </dd>
                </>
              )}
              <dt>{i18n.t('Payable')}</dt>
              <dd>
                <Money value={shipment.payable} />
              </dd>
              <dt>{i18n.t('Paid')}</dt>
              <dd>
                <Money value={shipment.paid} />
              </dd>
              <dt>{i18n.t('MRN')}</dt>
              <dd>
                {shipment.mrn ? (
                  <span className="digest">
                    <span className="mono">{shipment.mrn}</span>
                    <CopyButton text={shipment.mrn} label={i18n.t('Copy MRN')} />
                  </span>
                ) : (
                  <span className="soft">{i18n.t('none yet')}</span>
                )}
              </dd>
              <dt>{i18n.t('Port')}</dt>
              <dd>
                {shipment.origin} → {shipment.portOfEntry}
              </dd>
              <dt>{i18n.t('Opened')}</dt>
              <dd>
                <Instant at={shipment.openedAt} />
              </dd>
              <dt>{i18n.t('Last event')}</dt>
              <dd>
                {shipment.lastEvent ? (
                  <>
                    {shipment.lastEvent.type}, <Instant at={shipment.lastEvent.time} />
                  </>
                ) : (
                  i18n.t('none')
                )}
              </dd>
            </dl>
            <Estimate shipmentId={shipmentId} />
            <Link className="button" to="/shipments/$shipmentId" params={{ shipmentId }}>
              {i18n.t('Open')}
            </Link>
          </>
        )}
      </div>
    </aside>
  );
}

const WIDTH = 280;

/** When it is delivered, as twenty dots: each one case in twenty. Too few like cases are said, never drawn. */
function Estimate({ shipmentId }: { shipmentId: string }) {
  const { data } = useRoute(showEstimate, { params: { shipmentId } });
  if (!data?.estimate) return null;
  const { estimate, dots, due, destination, transport, stage } = data;
  const like = i18n.t(
    '{cases} like {cases, plural, one {case} other {cases}}: {transport} to {destination}, as long in {stage}',
    {
      cases: estimate.cases,
      transport: transportWord(transport),
      destination,
      stage: STAGE_WORDS[stage ?? '']?.toLowerCase() ?? stage,
    },
  );
  if (estimate.p50 === null || estimate.p90 === null)
    return (
      <section aria-label={i18n.t('Delivery estimate')} className="stack-tight">
        <b>{i18n.t('No estimate')}</b>
        <span className="label">{i18n.t('{like}. From 30 there is one.', { like })}</span>
      </section>
    );
  const { zone, city } = authorityPlace(destination);
  const plot = dotPlot(dots, due, WIDTH);
  const words = i18n.t('Half by {p50}, nine of ten by {p90}, {city}', {
    p50: formatDay(estimate.p50, zone),
    p90: formatDay(estimate.p90, zone),
    city,
  });
  return (
    <section aria-label={i18n.t('Delivery estimate')} className="stack-tight">
      <b>{words}</b>
      <svg className="dots" viewBox={`0 0 ${WIDTH} ${plot.height + 4}`} role="img" aria-label={words}>
        {plot.dots.map(({ x, y, late }, index) => (
          <circle key={index} cx={x} cy={y} r="5" {...(late ? { 'data-late': true } : {})} />
        ))}
        {plot.deadline !== null && <line x1={plot.deadline} x2={plot.deadline} y1="0" y2={plot.height + 4} />}
      </svg>
      <span className="row between label">
        <span>{formatDay(new Date(plot.span[0]).toISOString(), zone)}</span>
        <span>{formatDay(new Date(plot.span[1]).toISOString(), zone)}</span>
      </span>
      {due !== null && (
        <span>
          <Trans
            id="{late} of {count} behind the deadline, <0/>"
            values={{ late: plot.late, count: dots.length }}
            components={{ 0: <LegalInstant at={due} country={destination} /> }}
          />
        </span>
      )}
      <span className="label">{like}.</span>
    </section>
  );
}
