import { Trans } from '@lingui/react';
import {
  listComments,
  listDeclarations,
  listPayments,
  listTasks,
  showChecklist,
  listDocuments,
  showDelivery,
  showCoverage,
  showDossier,
  showLedger,
  showShipment,
  showStory,
  showStrip,
  showTimeline,
  showTracking,
  showWatchers,
  listBookings,
  showFindings,
  listAssessments,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, useMemo, useState, type ComponentType, type LazyExoticComponent } from 'react';
import { useRoute } from '../api/queries.js';
import { holds, useSession, worksOnShipments } from '../api/session.js';
import { useKeys } from '../app/keys.js';
import {
  CopyButton,
  ErrorState,
  formatLegalDate,
  Instant,
  Money,
  Page,
  Part,
  Skeleton,
  StatusMark,
  Strip,
  Tabs,
  type State,
} from '../ui/index.js';
import { useLocale } from '../app/preferences.js';
import { transportWord } from '../words/terms.js';
import { i18n } from '../words/words.js';
import { WatchButton } from './comments.js';
import { useLive, useShipmentId } from './data.js';
import { Copies } from './parts.js';
import { AlsoHere } from './presence.js';
import './shipment.css';
import { Go } from './go.js';

type StripAnswer = AnswerOf<typeof showStrip>;
type Shipment = AnswerOf<typeof showShipment>;

const TABS: readonly [path: string, label: string, page: LazyExoticComponent<ComponentType>][] = [
  ['', i18n.t('Story'), lazy(() => import('./story.js'))],
  ['documents', i18n.t('Documents'), lazy(() => import('./documents.js'))],
  ['goods', i18n.t('Goods'), lazy(() => import('./goods.js'))],
  ['duties', i18n.t('Duties'), lazy(() => import('./duties.js'))],
  ['declaration', i18n.t('Declaration'), lazy(() => import('./declaration.js'))],
  ['inspections', i18n.t('Inspections'), lazy(() => import('./inspections.js'))],
  ['money', i18n.t('Money'), lazy(() => import('./money.js'))],
  ['delivery', i18n.t('Delivery'), lazy(() => import('./delivery.js'))],
  ['people', i18n.t('People'), lazy(() => import('./people.js'))],
  ['proof', i18n.t('Proof'), lazy(() => import('./proof.js'))],
];

const LIVE = [
  showShipment,
  showStrip,
  showStory,
  showTimeline,
  listTasks,
  listComments,
  showWatchers,
  showDossier,
  showCoverage,
  listDocuments,
  showChecklist,
  showFindings,
  listAssessments,
  listDeclarations,
  listPayments,
  showLedger,
  listBookings,
  showTracking,
  showDelivery,
];

const STAGE_NAMES: readonly [stage: string, label: string][] = [
  ['engagement', i18n.t('Engagement')],
  ['documentation', i18n.t('Documents')],
  ['clearance', i18n.t('Clearance')],
  ['delivery', i18n.t('Delivery')],
  ['record-keeping', i18n.t('Records')],
];

export default function ShipmentPage() {
  const shipmentId = useShipmentId();
  const shipment = useRoute(showShipment, { params: { shipmentId } });
  const strip = useRoute(showStrip, { params: { shipmentId } });
  const path = useLocation({ select: ({ pathname }) => pathname });
  const tab = path.split('/')[3] ?? '';
  const navigate = useNavigate();
  const session = useSession();
  useLive(shipmentId, LIVE);
  useKeys(
    useMemo(
      () => [
        {
          keys: 't',
          says: i18n.t('Time machine'),
          group: 'This page' as const,
          run: () => void navigate({ to: `/shipments/${shipmentId}/time` }),
        },
        {
          keys: 'e',
          says: i18n.t('Why this status?'),
          group: 'This page' as const,
          run: () => document.querySelector<HTMLElement>('.why > summary')?.click(),
        },
      ],
      [navigate, shipmentId],
    ),
  );
  if (shipment.isError && !shipment.data)
    return <ErrorState error={shipment.error} what={i18n.t('the shipment')} onRetry={() => void shipment.refetch()} />;
  const [, label, Tab] = TABS.find(([each]) => each === tab) ?? TABS[0]!;
  const reference = shipment.data?.reference;
  return (
    <Page
      title={
        reference === undefined ? i18n.t('Shipment') : tab === '' ? reference : `${reference}, ${label.toLowerCase()}`
      }
      lead={shipment.data ? <Ids shipment={shipment.data} /> : <Skeleton width="40ch" />}
      actions={
        <>
          <WatchButton shipmentId={shipmentId} />
          <Go className="button" to={`/shipments/${shipmentId}/time`}>
            {i18n.t('Time machine')} <kbd aria-hidden="true">t</kbd>
          </Go>
          <Go className="button" to={`/shipments/${shipmentId}/print`}>
            {i18n.t('Print')}
          </Go>
        </>
      }
    >
      {shipment.data && worksOnShipments(session) && <AlsoHere shipmentId={shipmentId} part={tab} />}
      {strip.data && shipment.data ? (
        <Head strip={strip.data} shipment={shipment.data} />
      ) : shipment.data && strip.isError ? (
        <ErrorState error={strip.error} what={i18n.t('the summary')} onRetry={() => void strip.refetch()} />
      ) : (
        <div aria-busy="true">
          <Skeleton height={168} />
        </div>
      )}
      <Tabs
        label={i18n.t('Parts of the shipment')}
        tabs={TABS.map(([each, name]) => ({
          to: `/shipments/${shipmentId}${each === '' ? '' : `/${each}`}`,
          name,
          isOpen: each === tab,
        }))}
      />
      {/* What does not exist is said once, by the page: until it is known to exist, its parts say nothing. */}
      {shipment.data && (
        <Part>
          <Tab />
        </Part>
      )}
      <p>
        <Copies
          path={`/v1/shipments/${shipmentId}${tab === '' ? '/story' : ''}`}
          command={`shipment show ${reference ?? shipmentId}`}
        />
      </p>
    </Page>
  );
}

/** A word for the stage of a part. */
const stageName = (stage: string): string => STAGE_NAMES.find(([each]) => each === stage)?.[1].toLowerCase() ?? stage;

function PartOf({ parentId }: { parentId: string }) {
  const whole = useRoute(showShipment, { params: { shipmentId: parentId } });
  return (
    <span>
      <Trans
        id="part of <0>{reference}</0>"
        values={{ reference: whole.data?.reference ?? i18n.t('the whole') }}
        components={{ 0: <Go to={`/shipments/${parentId}`} /> }}
      />
    </span>
  );
}

const Ids = ({ shipment }: { shipment: Shipment }) => (
  <span className="ids">
    {shipment.parentId !== null && <PartOf parentId={shipment.parentId} />}
    {shipment.parts.length > 0 && (
      <span>
        {i18n.t('split into')}{' '}
        {shipment.parts.map(({ shipmentId, reference, stage }, n) => (
          <span key={shipmentId}>
            {n > 0 && ', '}
            <Go to={`/shipments/${shipmentId}`}>{reference}</Go> ({stageName(stage)})
          </span>
        ))}
      </span>
    )}
    <span>
      {i18n.t('{origin} → {destination}, {portOfEntry}, by {transport}', {
        origin: shipment.origin,
        destination: shipment.destination,
        portOfEntry: shipment.portOfEntry,
        transport: transportWord(shipment.transport),
      })}
    </span>
    {shipment.mrn !== null && (
      <span className="digest">
        <Trans
          id="MRN <0>{mrn}</0><1/>"
          values={{ mrn: shipment.mrn }}
          components={{ 0: <code />, 1: <CopyButton text={shipment.mrn} label={i18n.t('Copy MRN')} /> }}
        />
      </span>
    )}
    <span className="digest">
      <Trans
        id="id <0>{shipmentId}</0><1/>"
        values={{ shipmentId: shipment.shipmentId.slice(0, 8) }}
        components={{ 0: <code />, 1: <CopyButton text={shipment.shipmentId} label={i18n.t('Copy shipment id')} /> }}
      />
    </span>
  </span>
);

/** How a state is marked: rejected and tasks of ours are ours to act on, everything else is somebody's turn in time. */
function stateOf({ waiting, clock, stage, summary }: StripAnswer): State {
  if (clock && Date.parse(clock.at) < Date.now()) return 'late';
  if (/unknown/.test(summary.code)) return 'unknown';
  if (waiting?.taskId) return 'act';
  if (stage === 'archived' || stage === 'closed' || !waiting) return 'go';
  return 'wait';
}

const STATE_WORDS: Record<State, string> = {
  go: i18n.t('Done'),
  wait: i18n.t('In time'),
  act: i18n.t('Your side’s turn'),
  late: i18n.t('Late'),
  halt: i18n.t('Stopped'),
  idle: i18n.t('Not begun'),
  unknown: i18n.t('Outcome unknown'),
};

function Head({ strip, shipment }: { strip: StripAnswer; shipment: Shipment }) {
  const locale = useLocale();
  const state = stateOf(strip);
  const { waiting, clock, money } = strip;
  return (
    <div className="stack">
      <div className="summary" data-state={state}>
        <StatusMark state={state}>
          <b>{STATE_WORDS[state]}</b>
        </StatusMark>
        <p className="summary-says">{strip.summary.says}</p>
        <details className="why">
          <summary>{i18n.t('Why this status?')}</summary>
          <ul className="stack-tight">
            {strip.why.map(({ n, says, rule }) => (
              <li key={n}>
                <Go to={`/shipments/${strip.shipmentId}`} search={{ n }}>
                  #{n}
                </Go>{' '}
                {says}
                <br />
                <span className="label">{rule}</span>
              </li>
            ))}
          </ul>
          <VectorGrid shipmentId={strip.shipmentId} />
        </details>
      </div>
      <Strip
        waiting={
          waiting ? (
            <>
              <Trans
                id="<0>{who}</0>, since <1/>"
                values={{ who: waiting.who }}
                components={{ 0: <b />, 1: <Instant at={waiting.since} /> }}
              />
              {waiting.taskId !== null && <Act strip={strip} />}
            </>
          ) : (
            i18n.t('Nothing waits.')
          )
        }
        clock={
          clock ? (
            <>
              <span title={clock.kind === 'statutory' ? i18n.t('Statutory') : i18n.t('Agreed')} aria-hidden="true">
                {clock.kind === 'statutory' ? '⚖' : '◷'}{' '}
              </span>
              <time dateTime={clock.on}>
                {i18n.t('{on}, end of day, {city}', { on: formatLegalDate(clock.on, locale), city: clock.city })}
              </time>
              <br />
              <span className="label">
                {i18n.t('{kind, select, yes {Statutory} other {Agreed}}. If missed: {ifMissed}.', {
                  kind: clock.kind === 'statutory' ? 'yes' : 'no',
                  ifMissed: clock.ifMissed,
                })}
              </span>
            </>
          ) : (
            i18n.t('No clock runs.')
          )
        }
        money={
          money ? (
            <>
              <Trans
                id="<0><1/></0> now<2/><3>later <4/>, paid <5/></3>"
                components={{
                  0: <b />,
                  1: <Money value={{ amount: money.now, currency: money.currency }} />,
                  2: <br />,
                  3: <span className="label" />,
                  4: <Money value={{ amount: money.later, currency: money.currency }} />,
                  5: <Money value={{ amount: money.paid, currency: money.currency }} />,
                }}
              />
            </>
          ) : (
            i18n.t('Nothing is due yet.')
          )
        }
        proof={<ProofCell shipmentId={strip.shipmentId} events={strip.events} />}
      />
      <StageTracker stage={shipment.stage} />
    </div>
  );
}

const TASK_PAGES: Record<string, [tab: string, act: string]> = {
  'approve-payment': ['money', i18n.t('Review payment')],
  'correct-declaration': ['declaration', i18n.t('Correct declaration')],
  'confirm-lines': ['goods', i18n.t('Confirm lines')],
  'resolve-findings': ['documents', i18n.t('Look at findings')],
  'provide-documents': ['documents', i18n.t('Provide papers')],
  'resolve-difference': ['money', i18n.t('Look at the difference')],
  'review-assessment': ['duties', i18n.t('Review assessment')],
  'ask-authority': ['declaration', i18n.t('Look')],
};

function Act({ strip: { shipmentId, waiting } }: { strip: StripAnswer }) {
  const [tab, act] = TASK_PAGES[waiting?.kind ?? ''] ?? ['people', i18n.t('Open task')];
  return (
    <div>
      <Go className="button" data-kind="primary" data-size="small" to={`/shipments/${shipmentId}/${tab}`}>
        {act}
      </Go>
    </div>
  );
}

function ProofCell({ shipmentId, events }: { shipmentId: string; events: number }) {
  const session = useSession();
  const may = holds(session, 'auditor', 'compliance', 'operator', 'administrator');
  const coverage = useRoute(showCoverage, { params: { shipmentId } }, { enabled: may });
  if (!may) return <span>{i18n.t('Proofs are for auditors and operators.')}</span>;
  if (coverage.data === undefined)
    return coverage.isError ? (
      <span>{i18n.t('The log does not answer: not checked.')}</span>
    ) : (
      <Skeleton width="12ch" />
    );
  const { logged, covered, checkpoint } = coverage.data;
  return (
    <>
      <Trans
        id="<0>{logged}/{events}</0> in the log<1/>"
        values={{ logged, events: Math.max(events, logged) }}
        components={{ 0: <b />, 1: <br /> }}
      />
      <span className="label">
        {covered === logged ? i18n.t('all') : covered} {i18n.t('under a signed head')}
        {checkpoint && (
          <>
            {' '}
            <Trans id="of <0/>" components={{ 0: <Instant at={checkpoint.at} day={false} seconds /> }} />
          </>
        )}
        {i18n.t(', not checked here yet')}
      </span>
      <div>
        <Go className="button" data-size="small" to={`/shipments/${shipmentId}/proof`}>
          {i18n.t('Verify')}
        </Go>
      </div>
    </>
  );
}

/** Stages overlap; the furthest that was reached is told by place and word, not by colour. */
export function StageTracker({ stage }: { stage: string }) {
  const ended = stage === 'archived' || stage === 'closed';
  const at = ended ? STAGE_NAMES.length : STAGE_NAMES.findIndex(([each]) => each === stage);
  return (
    <ol className="stages" aria-label={i18n.t('Stages')}>
      {STAGE_NAMES.map(([each, label], i) => {
        const state = i < at ? 'done' : i === at ? 'here' : 'ahead';
        return (
          <li key={each} data-state={state} {...(state === 'here' ? { 'aria-current': 'step' as const } : {})}>
            <span className="stage-dot" aria-hidden="true" />
            {label}
            <span className="sr">
              {state === 'done' ? i18n.t(', done') : state === 'here' ? i18n.t(', now') : i18n.t(', not begun')}
            </span>
          </li>
        );
      })}
      {stage === 'closed' && <li data-state="here">{i18n.t('Closed, not imported')}</li>}
    </ol>
  );
}

const CELLS = ['legal', 'control', 'documents', 'debt', 'funds', 'release', 'clearance', 'request'] as const;

/** The status vector: each cell with the authority's own time. */
function VectorGrid({ shipmentId }: { shipmentId: string }) {
  const [asked, setAsked] = useState(false);
  const declarations = useRoute(listDeclarations, { params: { shipmentId } });
  const items = declarations.data?.items ?? [];
  if (items.length === 0)
    return <p className="label">{i18n.t('No declaration yet: there is no status of an authority.')}</p>;
  return (
    <div className="table-scroll">
      {items.map(({ declarationId, authority, vector, why }) => (
        <table className="table" key={declarationId}>
          <caption className="label">
            {i18n.t('{authority}: status by what it is about, with the authority’s own time', { authority })}
          </caption>
          <thead>
            <tr>
              <th scope="col">{i18n.t('About')}</th>
              <th scope="col">{i18n.t('Status')}</th>
              <th scope="col">{i18n.t('Says')}</th>
              <th scope="col">{i18n.t('Authority’s time')}</th>
              <th scope="col">{i18n.t('Version')}</th>
            </tr>
          </thead>
          <tbody>
            {CELLS.map((name) => {
              const cell = vector[name];
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{cell.value}</td>
                  <td>{cell.detail ?? ''}</td>
                  <td>{cell.at ? <Instant at={cell.at} seconds /> : ''}</td>
                  <td>{cell.version ?? ''}</td>
                </tr>
              );
            })}
          </tbody>
          {why.length > 0 && (
            <tfoot>
              <tr>
                <td colSpan={5}>
                  <button type="button" className="chip" aria-expanded={asked} onClick={() => setAsked(!asked)}>
                    {i18n.t('How the word was chosen')}
                  </button>
                  {asked && why.join(' ')}
                </td>
              </tr>
            </tfoot>
          )}
        </table>
      ))}
    </div>
  );
}
