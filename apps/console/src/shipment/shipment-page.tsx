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
import { holds, useSession } from '../api/session.js';
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
import { WatchButton } from './comments.js';
import { useLive, useShipmentId } from './data.js';
import { Copies } from './parts.js';
import './shipment.css';
import { Go } from './go.js';

type StripAnswer = AnswerOf<typeof showStrip>;
type Shipment = AnswerOf<typeof showShipment>;

const TABS: readonly [path: string, label: string, page: LazyExoticComponent<ComponentType>][] = [
  ['', 'Story', lazy(() => import('./story.js'))],
  ['documents', 'Documents', lazy(() => import('./documents.js'))],
  ['goods', 'Goods', lazy(() => import('./goods.js'))],
  ['duties', 'Duties', lazy(() => import('./duties.js'))],
  ['declaration', 'Declaration', lazy(() => import('./declaration.js'))],
  ['inspections', 'Inspections', lazy(() => import('./inspections.js'))],
  ['money', 'Money', lazy(() => import('./money.js'))],
  ['delivery', 'Delivery', lazy(() => import('./delivery.js'))],
  ['people', 'People', lazy(() => import('./people.js'))],
  ['proof', 'Proof', lazy(() => import('./proof.js'))],
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
  ['engagement', 'Engagement'],
  ['documentation', 'Documents'],
  ['clearance', 'Clearance'],
  ['delivery', 'Delivery'],
  ['record-keeping', 'Records'],
];

export default function ShipmentPage() {
  const shipmentId = useShipmentId();
  const shipment = useRoute(showShipment, { params: { shipmentId } });
  const strip = useRoute(showStrip, { params: { shipmentId } });
  const path = useLocation({ select: ({ pathname }) => pathname });
  const tab = path.split('/')[3] ?? '';
  const navigate = useNavigate();
  useLive(shipmentId, LIVE);
  useKeys(
    useMemo(
      () => [
        {
          keys: 't',
          says: 'Time machine',
          group: 'This page' as const,
          run: () => void navigate({ to: `/shipments/${shipmentId}/time` }),
        },
        {
          keys: 'e',
          says: 'Why this status?',
          group: 'This page' as const,
          run: () => document.querySelector<HTMLElement>('.why > summary')?.click(),
        },
      ],
      [navigate, shipmentId],
    ),
  );
  if (shipment.isError && !shipment.data)
    return <ErrorState error={shipment.error} what="the shipment" onRetry={() => void shipment.refetch()} />;
  const [, label, Tab] = TABS.find(([each]) => each === tab) ?? TABS[0]!;
  const reference = shipment.data?.reference;
  return (
    <Page
      title={reference === undefined ? 'Shipment' : tab === '' ? reference : `${reference}, ${label.toLowerCase()}`}
      lead={shipment.data ? <Ids shipment={shipment.data} /> : <Skeleton width="40ch" />}
      actions={
        <>
          <WatchButton shipmentId={shipmentId} />
          <Go className="button" to={`/shipments/${shipmentId}/time`}>
            Time machine <kbd aria-hidden="true">t</kbd>
          </Go>
          <Go className="button" to={`/shipments/${shipmentId}/print`}>
            Print
          </Go>
        </>
      }
    >
      {strip.data && shipment.data ? (
        <Head strip={strip.data} shipment={shipment.data} />
      ) : shipment.data && strip.isError ? (
        <ErrorState error={strip.error} what="the summary" onRetry={() => void strip.refetch()} />
      ) : (
        <div aria-busy="true">
          <Skeleton height={168} />
        </div>
      )}
      <Tabs
        label="Parts of the shipment"
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
      part of <Go to={`/shipments/${parentId}`}>{whole.data?.reference ?? 'the whole'}</Go>
    </span>
  );
}

const Ids = ({ shipment }: { shipment: Shipment }) => (
  <span className="ids">
    {shipment.parentId !== null && <PartOf parentId={shipment.parentId} />}
    {shipment.parts.length > 0 && (
      <span>
        split into{' '}
        {shipment.parts.map(({ shipmentId, reference, stage }, n) => (
          <span key={shipmentId}>
            {n > 0 && ', '}
            <Go to={`/shipments/${shipmentId}`}>{reference}</Go> ({stageName(stage)})
          </span>
        ))}
      </span>
    )}
    <span>
      {shipment.origin} → {shipment.destination}, {shipment.portOfEntry}, by {shipment.transport}
    </span>
    {shipment.mrn !== null && (
      <span className="digest">
        MRN <code>{shipment.mrn}</code>
        <CopyButton text={shipment.mrn} label="Copy MRN" />
      </span>
    )}
    <span className="digest">
      id <code>{shipment.shipmentId.slice(0, 8)}</code>
      <CopyButton text={shipment.shipmentId} label="Copy shipment id" />
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
  go: 'Done',
  wait: 'In time',
  act: 'Your side’s turn',
  late: 'Late',
  halt: 'Stopped',
  idle: 'Not begun',
  unknown: 'Outcome unknown',
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
          <summary>Why this status?</summary>
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
              <b>{waiting.who}</b>, since <Instant at={waiting.since} />
              {waiting.taskId !== null && <Act strip={strip} />}
            </>
          ) : (
            'Nothing waits.'
          )
        }
        clock={
          clock ? (
            <>
              <span title={clock.kind === 'statutory' ? 'Statutory' : 'Agreed'} aria-hidden="true">
                {clock.kind === 'statutory' ? '⚖' : '◷'}{' '}
              </span>
              <time dateTime={clock.on}>
                {formatLegalDate(clock.on, locale)}, end of day, {clock.city}
              </time>
              <br />
              <span className="label">
                {clock.kind === 'statutory' ? 'Statutory' : 'Agreed'}. If missed: {clock.ifMissed}.
              </span>
            </>
          ) : (
            'No clock runs.'
          )
        }
        money={
          money ? (
            <>
              <b>
                <Money value={{ amount: money.now, currency: money.currency }} />
              </b>{' '}
              now
              <br />
              <span className="label">
                later <Money value={{ amount: money.later, currency: money.currency }} />, paid{' '}
                <Money value={{ amount: money.paid, currency: money.currency }} />
              </span>
            </>
          ) : (
            'Nothing is due yet.'
          )
        }
        proof={<ProofCell shipmentId={strip.shipmentId} events={strip.events} />}
      />
      <StageTracker stage={shipment.stage} />
    </div>
  );
}

const TASK_PAGES: Record<string, [tab: string, act: string]> = {
  'approve-payment': ['money', 'Review payment'],
  'correct-declaration': ['declaration', 'Correct declaration'],
  'confirm-lines': ['goods', 'Confirm lines'],
  'resolve-findings': ['documents', 'Look at findings'],
  'provide-documents': ['documents', 'Provide papers'],
  'resolve-difference': ['money', 'Look at the difference'],
  'review-assessment': ['duties', 'Review assessment'],
  'ask-authority': ['declaration', 'Look'],
};

function Act({ strip: { shipmentId, waiting } }: { strip: StripAnswer }) {
  const [tab, act] = TASK_PAGES[waiting?.kind ?? ''] ?? ['people', 'Open task'];
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
  if (!may) return <span>Proofs are for auditors and operators.</span>;
  if (coverage.data === undefined)
    return coverage.isError ? <span>The log does not answer: not checked.</span> : <Skeleton width="12ch" />;
  const { logged, covered, checkpoint } = coverage.data;
  return (
    <>
      <b>
        {logged}/{Math.max(events, logged)}
      </b>{' '}
      in the log
      <br />
      <span className="label">
        {covered === logged ? 'all' : covered} under a signed head
        {checkpoint && (
          <>
            {' '}
            of <Instant at={checkpoint.at} day={false} seconds />
          </>
        )}
        , not checked here yet
      </span>
      <div>
        <Go className="button" data-size="small" to={`/shipments/${shipmentId}/proof`}>
          Verify
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
    <ol className="stages" aria-label="Stages">
      {STAGE_NAMES.map(([each, label], i) => {
        const state = i < at ? 'done' : i === at ? 'here' : 'ahead';
        return (
          <li key={each} data-state={state} {...(state === 'here' ? { 'aria-current': 'step' as const } : {})}>
            <span className="stage-dot" aria-hidden="true" />
            {label}
            <span className="sr">{state === 'done' ? ', done' : state === 'here' ? ', now' : ', not begun'}</span>
          </li>
        );
      })}
      {stage === 'closed' && <li data-state="here">Closed, not imported</li>}
    </ol>
  );
}

const CELLS = ['legal', 'control', 'documents', 'debt', 'funds', 'release', 'clearance', 'request'] as const;

/** The status vector: each cell with the authority's own time. */
function VectorGrid({ shipmentId }: { shipmentId: string }) {
  const [asked, setAsked] = useState(false);
  const declarations = useRoute(listDeclarations, { params: { shipmentId } });
  const items = declarations.data?.items ?? [];
  if (items.length === 0) return <p className="label">No declaration yet: there is no status of an authority.</p>;
  return (
    <div className="table-scroll">
      {items.map(({ declarationId, authority, vector, why }) => (
        <table className="table" key={declarationId}>
          <caption className="label">{authority}: status by what it is about, with the authority’s own time</caption>
          <thead>
            <tr>
              <th scope="col">About</th>
              <th scope="col">Status</th>
              <th scope="col">Says</th>
              <th scope="col">Authority’s time</th>
              <th scope="col">Version</th>
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
                    How the word was chosen
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
