import { Trans } from '@lingui/react';
import {
  changeGuaranteeLimit,
  forecastGuarantee,
  listGuarantees,
  listImporters,
  showGuarantee,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useState, type ReactNode } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import { useDraft } from '../app/draft.js';
import { runOut } from '../pictures/run-out.js';
import { Go, useSteps } from '../shipment/go.js';
import { Copies, Figure, Panel, Source, useOffline } from '../shipment/parts.js';
import {
  authorityPlace,
  Button,
  ErrorState,
  fieldProblems,
  formatLegalDate,
  LegalDate,
  Money,
  Page,
  ProblemSummary,
  StatusMark,
  Strip,
  TextField,
} from '../ui/index.js';
import { dateFormat } from '../ui/formats.js';
import { i18n } from '../words/words.js';
import { HeadroomGauge } from './headroom-gauge.js';
import '../shipment/shipment.css';

type Guarantee = AnswerOf<typeof showGuarantee>;
type Forecast = AnswerOf<typeof forecastGuarantee>;

/** One guarantee: what is used, reserved and free, when it runs out, which filing is refused next, and the act that raises it. */
export default function GuaranteePage() {
  const { guaranteeId } = useSteps<{ guaranteeId: string }>();
  const params = { guaranteeId };
  const guarantee = useRoute(showGuarantee, { params }, { refetchInterval: 10_000 });
  const forecast = useRoute(forecastGuarantee, { params, query: { historyDays: 90, horizonDays: 365 } });
  const importers = useRoute(listImporters, { query: { limit: 200 } });
  if (guarantee.error && !guarantee.data)
    return (
      <ErrorState error={guarantee.error} what={i18n.t('this guarantee')} onRetry={() => void guarantee.refetch()} />
    );
  const importer = importers.data?.items.find(({ importerId }) => importerId === guarantee.data?.importerId);
  return (
    <Page
      title={i18n.t('Guarantee {reference}', { reference: guarantee.data?.reference ?? '' }).trim()}
      lead={
        guarantee.data && (
          <>
            <Trans
              id="Behind {name} in {destination}. A filing whose duty is beyond the headroom is not sent. <0>All guarantees</0>"
              values={{ name: importer?.name ?? '…', destination: guarantee.data.destination }}
              components={{ 0: <Go to="/guarantees" /> }}
            />
          </>
        )
      }
      actions={<Copies path={`/v1/guarantees/${guaranteeId}`} command={`guarantee show ${guaranteeId}`} />}
    >
      <Source query={guarantee} what={i18n.t('this guarantee')} who={i18n.t('The desk')} height={400}>
        {(it) => (
          <div className="stack">
            <Answers guarantee={it} forecast={forecast.data} />
            <Panel title={i18n.t('Headroom')}>
              <Headroom guarantee={it} />
            </Panel>
            <Panel title={i18n.t('When it runs out')}>
              <Source query={forecast} what={i18n.t('the forecast')} who={i18n.t('The desk')} height={160}>
                {(answer) => <RunsOut forecast={answer} country={it.destination} />}
              </Source>
            </Panel>
            <div className="columns">
              <Panel title={i18n.t('Refused for want of headroom')}>
                <Refused guarantee={it} forecast={forecast.data} />
              </Panel>
              <TopUp guarantee={it} />
            </div>
            <Panel title={i18n.t('What reserves it')}>
              <Holds guarantee={it} />
            </Panel>
          </div>
        )}
      </Source>
    </Page>
  );
}

function Answers({ guarantee, forecast }: { guarantee: Guarantee; forecast: Forecast | undefined }) {
  const { refused, limit, headroom, destination, version } = guarantee;
  const half = forecast?.runsOut?.p50;
  return (
    <Strip
      waiting={
        refused.length > 0 ? (
          <StatusMark state="act">
            {i18n.t('{count, plural, one {1 shipment waits} other {{count} shipments wait}} for a larger guarantee', {
              count: refused.length,
            })}
          </StatusMark>
        ) : (
          <StatusMark state="go">{i18n.t('Nothing waits for it')}</StatusMark>
        )
      }
      clock={
        half ? (
          <>
            <Trans
              id="runs out most likely by <0/>"
              components={{ 0: <LegalDate date={half} country={destination} /> }}
            />
          </>
        ) : (
          <span className="soft">{i18n.t('no day on which it most likely runs out')}</span>
        )
      }
      money={
        <>
          <Trans id="<0/> free of <1/>" components={{ 0: <Money value={headroom} />, 1: <Money value={limit} /> }} />
        </>
      }
      proof={<>{i18n.t('version {version} of its stream', { version })}</>}
    />
  );
}

const PARTS = ['used', 'awaiting', 'free'] as const;

function Headroom({
  guarantee: { reference, limit, used, awaiting, headroom, holds: held },
}: {
  guarantee: Guarantee;
}) {
  const registered = held.filter(({ mrn }) => mrn !== null).length;
  const rows: Record<(typeof PARTS)[number], [string, ReactNode]> = {
    used: [i18n.t('Used, {registered} registered', { registered }), <Money key="used" value={used} />],
    awaiting: [
      i18n.t('Reserved, {count} not yet registered', { count: held.length - registered }),
      <Money key="awaiting" value={awaiting} />,
    ],
    free: [i18n.t('Free'), <Money key="free" value={headroom} />],
  };
  return (
    <Figure
      caption={i18n.t('Used, reserved and free, of the limit')}
      picture={
        <div className="stack-tight">
          <HeadroomGauge
            of={i18n.t('Guarantee {reference}', { reference })}
            limit={limit}
            used={used.amount}
            awaiting={awaiting.amount}
            headroom={headroom}
          />
          <ul className="gauge-key">
            {PARTS.map((part) => (
              <li key={part}>
                <span className="gauge" aria-hidden="true">
                  <span data-part={part} />
                </span>
                {rows[part][0]} <b>{rows[part][1]}</b>
              </li>
            ))}
          </ul>
        </div>
      }
      table={
        <div className="table-scroll">
          <table className="table">
            <tbody>
              {PARTS.map((part) => (
                <tr key={part}>
                  <th scope="row">{rows[part][0]}</th>
                  <td className="num">{rows[part][1]}</td>
                </tr>
              ))}
              <tr>
                <th scope="row">{i18n.t('Limit')}</th>
                <td className="num">
                  <Money value={limit} />
                </td>
              </tr>
            </tbody>
          </table>
        </div>
      }
    />
  );
}

const WIDTH = 720;
const MONTH = dateFormat('en-GB', { month: 'short', timeZone: 'UTC' });
const SHARES = [
  ['p10', i18n.t('a tenth of the futures')],
  ['p50', i18n.t('half of them')],
  ['p90', i18n.t('nine tenths of them')],
] as const;

function RunsOut({ forecast, country }: { forecast: Forecast; country: string }) {
  const { runsOut, date, horizonDays, history, usualReservation, says } = forecast;
  const { city } = authorityPlace(country);
  const told = (day: string | null): string =>
    day === null ? i18n.t('not within {horizonDays} days', { horizonDays }) : formatLegalDate(day, 'en-GB');
  if (!runsOut)
    return (
      <>
        <StatusMark state="unknown">{i18n.t('No forecast')}</StatusMark>
        <p>{says}</p>
      </>
    );
  const { band, p50, months } = runOut(date, horizonDays, runsOut, WIDTH);
  const words = SHARES.map(([share]) => `${share} ${told(runsOut[share])}`).join(', ');
  return (
    <>
      <p>{says}</p>
      <Figure
        caption={i18n.t('Run out by, calendar of {city}', { city })}
        picture={
          <svg
            className="run-out"
            width={WIDTH}
            viewBox={`0 0 ${WIDTH} 84`}
            role="img"
            aria-label={i18n.t('Run out: {words}', { words })}
          >
            {band ? (
              <rect className="band" x={band.x} y="24" width={Math.max(2, band.width)} height="28" />
            ) : (
              <text x={WIDTH / 2} y="42" textAnchor="middle">
                {i18n.t('nine futures of ten do not run out')}
              </text>
            )}
            {p50 !== null && <line className="middle" x1={p50} x2={p50} y1="18" y2="58" />}
            <line className="axis" x1="0" x2={WIDTH} y1="60" y2="60" />
            {months.map(({ x, month }) => (
              <g key={month}>
                <line className="axis" x1={x} x2={x} y1="60" y2="65" />
                <text className="soft" x={x} y="80" textAnchor={x < 16 ? 'start' : x > WIDTH - 16 ? 'end' : 'middle'}>
                  {MONTH.format(new Date(month))}
                </text>
              </g>
            ))}
            <text x="0" y="12">
              {words}
            </text>
          </svg>
        }
        table={
          <div className="table-scroll">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{i18n.t('Run out in')}</th>
                  <th scope="col">{i18n.t('By')}</th>
                </tr>
              </thead>
              <tbody>
                {SHARES.map(([share, of]) => (
                  <tr key={share}>
                    <th scope="row">
                      {share}, {of}
                    </th>
                    <td>{told(runsOut[share])}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        }
      />
      <p className="label">
        <Trans
          id="A thousand futures drawn from {days} days of history: <0/> held, <1/> given back"
          values={{ days: history.days }}
          components={{ 0: <Money value={history.held} />, 1: <Money value={history.givenBack} /> }}
        />
        {usualReservation && (
          <>
            <Trans id=", <0/> usually for a filing" components={{ 0: <Money value={usualReservation} /> }} />
          </>
        )}
        {i18n.t('. The same day asked again gives the same answer.')}
      </p>
    </>
  );
}

function Refused({ guarantee: { refused }, forecast }: { guarantee: Guarantee; forecast: Forecast | undefined }) {
  if (refused.length === 0)
    return (
      <p>
        {i18n.t('None now.')}{' '}
        {forecast?.filingsLeft != null &&
          i18n.t('The headroom covers {filingsLeft} usual filings; the one after them is refused before it is sent.', {
            filingsLeft: forecast.filingsLeft,
          })}
      </p>
    );
  return (
    <>
      <p>
        {i18n.t(
          'Their duty was beyond the headroom, so nothing of them was sent. After a top-up they are tried again.',
        )}
      </p>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Shipment')}</th>
              <th scope="col" className="num">
                {i18n.t('Needs')}
              </th>
              <th scope="col">{i18n.t('Go on')}</th>
            </tr>
          </thead>
          <tbody>
            {refused.map(({ shipmentId, reference, taskId, needed }) => (
              <tr key={taskId}>
                <th scope="row">
                  <Go to={`/shipments/${shipmentId}`}>{reference}</Go>
                </th>
                <td className="num">
                  <Money value={needed} />
                </td>
                <td>
                  <Go
                    to={`/shipments/${shipmentId}/people`}
                    aria-label={i18n.t('Reserve again for {reference}', { reference })}
                  >
                    {i18n.t('Reserve again')}
                  </Go>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function TopUp({ guarantee: { guaranteeId, limit, reference } }: { guarantee: Guarantee }) {
  const session = useSession();
  const offline = useOffline();
  const [draft, change, forget] = useDraft(`guarantee.${guaranteeId}`, { amount: '', reason: '' });
  const [done, setDone] = useState(false);
  const raise = useChange(changeGuaranteeLimit, {
    reads: [showGuarantee, forecastGuarantee, listGuarantees],
    onDone: () => {
      forget();
      change({ amount: '', reason: '' });
      setDone(true);
      announce(i18n.t('The limit of guarantee {reference} is changed.', { reference }));
    },
  });
  const problems = fieldProblems(raise.error, (pointer) => /(amount|reason)/.exec(pointer)?.[1]);
  const because = !holds(session, 'operator', 'administrator')
    ? i18n.t('For operators. A tenant administrator grants the role.')
    : (offline ??
      (!/^\d+(\.\d+)?$/.test(draft.amount.trim())
        ? i18n.t('Say the new limit first.')
        : draft.reason.trim().length < 3
          ? i18n.t('Say by which act of the surety or the authority.')
          : undefined));
  return (
    <Panel title={i18n.t('Change of limit')}>
      <ProblemSummary problems={problems} />
      <p>
        <Trans
          id="The limit is <0/>. It is never set below what is reserved."
          components={{ 0: <Money value={limit} /> }}
        />
      </p>
      <TextField
        id="amount"
        label={i18n.t('New limit, {currency}', { currency: limit.currency })}
        inputMode="decimal"
        value={draft.amount}
        onChange={(amount) => {
          setDone(false);
          change({ amount });
        }}
      />
      <TextField
        id="reason"
        label={i18n.t('Reason')}
        hint={i18n.t('the act of the surety or the authority; it is recorded')}
        value={draft.reason}
        onChange={(reason) => change({ reason })}
      />
      <div className="row">
        <Button
          kind="primary"
          because={because}
          busy={raise.isPending}
          onPress={() =>
            raise.mutate({
              params: { guaranteeId },
              body: { limit: { amount: draft.amount.trim(), currency: limit.currency }, reason: draft.reason.trim() },
            })
          }
        >
          {i18n.t('Change the limit')}
        </Button>
        {done && <StatusMark state="go">{i18n.t('Recorded')}</StatusMark>}
      </div>
    </Panel>
  );
}

function Holds({ guarantee: { holds: held } }: { guarantee: Guarantee }) {
  if (held.length === 0) return <p className="soft">{i18n.t('No filing reserves anything now.')}</p>;
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Shipment')}</th>
            <th scope="col">{i18n.t('Filing')}</th>
            <th scope="col" className="num">
              {i18n.t('Reserved')}
            </th>
          </tr>
        </thead>
        <tbody>
          {held.map(({ shipmentId, reference, mrn, amount }) => (
            <tr key={shipmentId}>
              <th scope="row">
                <Go to={`/shipments/${shipmentId}/money`}>{reference}</Go>
              </th>
              <td>
                {mrn === null ? (
                  <StatusMark state="wait">{i18n.t('not registered yet')}</StatusMark>
                ) : (
                  <StatusMark state="go">
                    <Trans
                      id="registered, MRN <0>{mrn}</0>"
                      values={{ mrn }}
                      components={{ 0: <span className="mono" /> }}
                    />
                  </StatusMark>
                )}
              </td>
              <td className="num">
                <Money value={amount} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
