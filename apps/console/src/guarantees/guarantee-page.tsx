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
    return <ErrorState error={guarantee.error} what="this guarantee" onRetry={() => void guarantee.refetch()} />;
  const importer = importers.data?.items.find(({ importerId }) => importerId === guarantee.data?.importerId);
  return (
    <Page
      title={`Guarantee ${guarantee.data?.reference ?? ''}`.trim()}
      lead={
        guarantee.data && (
          <>
            Behind {importer?.name ?? '…'} in {guarantee.data.destination}. A filing whose duty is beyond the headroom
            is not sent. <Go to="/guarantees">All guarantees</Go>
          </>
        )
      }
      actions={<Copies path={`/v1/guarantees/${guaranteeId}`} command={`guarantee show ${guaranteeId}`} />}
    >
      <Source query={guarantee} what="this guarantee" who="The desk" height={400}>
        {(it) => (
          <div className="stack">
            <Answers guarantee={it} forecast={forecast.data} />
            <Panel title="Headroom">
              <Headroom guarantee={it} />
            </Panel>
            <Panel title="When it runs out">
              <Source query={forecast} what="the forecast" who="The desk" height={160}>
                {(answer) => <RunsOut forecast={answer} country={it.destination} />}
              </Source>
            </Panel>
            <div className="columns">
              <Panel title="Refused for want of headroom">
                <Refused guarantee={it} forecast={forecast.data} />
              </Panel>
              <TopUp guarantee={it} />
            </div>
            <Panel title="What reserves it">
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
            {refused.length === 1 ? '1 shipment waits' : `${refused.length} shipments wait`} for a larger guarantee
          </StatusMark>
        ) : (
          <StatusMark state="go">Nothing waits for it</StatusMark>
        )
      }
      clock={
        half ? (
          <>
            runs out most likely by <LegalDate date={half} country={destination} />
          </>
        ) : (
          <span className="soft">no day on which it most likely runs out</span>
        )
      }
      money={
        <>
          <Money value={headroom} /> free of <Money value={limit} />
        </>
      }
      proof={<>version {version} of its stream</>}
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
    used: [`Used, ${registered} registered`, <Money key="used" value={used} />],
    awaiting: [`Reserved, ${held.length - registered} not yet registered`, <Money key="awaiting" value={awaiting} />],
    free: ['Free', <Money key="free" value={headroom} />],
  };
  return (
    <Figure
      caption="Used, reserved and free, of the limit"
      picture={
        <div className="stack-tight">
          <HeadroomGauge
            of={`Guarantee ${reference}`}
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
                <th scope="row">Limit</th>
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
  ['p10', 'a tenth of the futures'],
  ['p50', 'half of them'],
  ['p90', 'nine tenths of them'],
] as const;

function RunsOut({ forecast, country }: { forecast: Forecast; country: string }) {
  const { runsOut, date, horizonDays, history, usualReservation, says } = forecast;
  const { city } = authorityPlace(country);
  const told = (day: string | null): string =>
    day === null ? `not within ${horizonDays} days` : formatLegalDate(day, 'en-GB');
  if (!runsOut)
    return (
      <>
        <StatusMark state="unknown">No forecast</StatusMark>
        <p>{says}</p>
      </>
    );
  const { band, p50, months } = runOut(date, horizonDays, runsOut, WIDTH);
  const words = SHARES.map(([share]) => `${share} ${told(runsOut[share])}`).join(', ');
  return (
    <>
      <p>{says}</p>
      <Figure
        caption={`Run out by, calendar of ${city}`}
        picture={
          <svg
            className="run-out"
            width={WIDTH}
            viewBox={`0 0 ${WIDTH} 84`}
            role="img"
            aria-label={`Run out: ${words}`}
          >
            {band ? (
              <rect className="band" x={band.x} y="24" width={Math.max(2, band.width)} height="28" />
            ) : (
              <text x={WIDTH / 2} y="42" textAnchor="middle">
                nine futures of ten do not run out
              </text>
            )}
            {p50 !== null && <line className="middle" x1={p50} x2={p50} y1="18" y2="58" />}
            <line className="axis" x1="0" x2={WIDTH} y1="60" y2="60" />
            {months.map(({ x, month }) => (
              <g key={month}>
                <line className="axis" x1={x} x2={x} y1="60" y2="65" />
                <text className="soft" x={x} y="80" textAnchor="middle">
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
                  <th scope="col">Run out in</th>
                  <th scope="col">By</th>
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
        A thousand futures drawn from {history.days} days of history: <Money value={history.held} /> held,{' '}
        <Money value={history.givenBack} /> given back
        {usualReservation && (
          <>
            , <Money value={usualReservation} /> usually for a filing
          </>
        )}
        . The same day asked again gives the same answer.
      </p>
    </>
  );
}

function Refused({ guarantee: { refused }, forecast }: { guarantee: Guarantee; forecast: Forecast | undefined }) {
  if (refused.length === 0)
    return (
      <p>
        None now.{' '}
        {forecast?.filingsLeft != null &&
          `The headroom covers ${forecast.filingsLeft} usual filings; the one after them is refused before it is sent.`}
      </p>
    );
  return (
    <>
      <p>Their duty was beyond the headroom, so nothing of them was sent. After a top-up they are tried again.</p>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Shipment</th>
              <th scope="col" className="num">
                Needs
              </th>
              <th scope="col">Go on</th>
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
                  <Go to={`/shipments/${shipmentId}/people`} aria-label={`Reserve again for ${reference}`}>
                    Reserve again
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
      announce(`The limit of guarantee ${reference} is changed.`);
    },
  });
  const problems = fieldProblems(raise.error, (pointer) => /(amount|reason)/.exec(pointer)?.[1]);
  const because = !holds(session, 'operator', 'administrator')
    ? 'For operators. A tenant administrator grants the role.'
    : (offline ??
      (!/^\d+(\.\d+)?$/.test(draft.amount.trim())
        ? 'Say the new limit first.'
        : draft.reason.trim().length < 3
          ? 'Say by which act of the surety or the authority.'
          : undefined));
  return (
    <Panel title="Change of limit">
      <ProblemSummary problems={problems} />
      <p>
        The limit is <Money value={limit} />. It is never set below what is reserved.
      </p>
      <TextField
        id="amount"
        label={`New limit, ${limit.currency}`}
        inputMode="decimal"
        value={draft.amount}
        onChange={(amount) => {
          setDone(false);
          change({ amount });
        }}
      />
      <TextField
        id="reason"
        label="Reason"
        hint="the act of the surety or the authority; it is recorded"
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
          Change the limit
        </Button>
        {done && <StatusMark state="go">Recorded</StatusMark>}
      </div>
    </Panel>
  );
}

function Holds({ guarantee: { holds: held } }: { guarantee: Guarantee }) {
  if (held.length === 0) return <p className="soft">No filing reserves anything now.</p>;
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Shipment</th>
            <th scope="col">Filing</th>
            <th scope="col" className="num">
              Reserved
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
                  <StatusMark state="wait">not registered yet</StatusMark>
                ) : (
                  <StatusMark state="go">
                    registered, MRN <span className="mono">{mrn}</span>
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
