import { Trans } from '@lingui/react';
import { decideTask, listTasks, showEngagement, showShipment, showStory, showStrip } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { useSession } from '../api/session.js';
import { Button, EmptyState, ErrorState, Instant, LegalDate, StatusMark, TextField } from '../ui/index.js';
import { Handover } from '../today/handover.js';
import { Security } from '../today/security.js';
import { i18n } from '../words/words.js';
import { CommentsPanel, WatchersPanel } from './comments.js';
import { useOpenTasks, useShipmentId, useTimeline, type Task } from './data.js';
import { Panel, Source, useOffline, words } from './parts.js';
import { ParticularsForm } from './particulars.js';
import { Go } from './go.js';

/** Tasks, comments, who decided what, who watches, and the mandate that stands behind it. */
export default function People() {
  const shipmentId = useShipmentId();
  const shipment = useRoute(showShipment, { params: { shipmentId } });
  const tasks = useOpenTasks(shipmentId);
  const done = useRoute(listTasks, { query: { shipment: shipmentId, status: 'done', limit: 200 } });
  const timeline = useTimeline(shipmentId);
  return (
    <div className="stack">
      <Source query={tasks} what={i18n.t('the tasks')} who={i18n.t('The front desk')} height={120}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={i18n.t('Nobody is waited for')} />
          ) : (
            <Panel title={i18n.t('Open tasks')}>
              {items.map((task) => (
                <OpenTask key={task.taskId} task={task} />
              ))}
            </Panel>
          )
        }
      </Source>
      <CommentsPanel />
      {timeline.data && (
        <ParticularsForm
          shipmentId={shipmentId}
          entries={timeline.data}
          engaged={timeline.data.some(({ name }) => name === 'ShipmentEngaged')}
        />
      )}
      <WatchersPanel />
      {shipment.data && <Mandates engagementId={shipment.data.engagementId} />}
      <Source query={done} what={i18n.t('decided tasks')} who={i18n.t('The front desk')} height={120}>
        {({ items }) =>
          items.length === 0 ? null : (
            <Panel title={i18n.t('Decided')}>
              <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Decided, scrolls')}>
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('Task')}</th>
                      <th scope="col">{i18n.t('By')}</th>
                      <th scope="col">{i18n.t('When')}</th>
                      <th scope="col">{i18n.t('Decision')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.flatMap((task) =>
                      task.decisions.map(({ by, at, decision }) => (
                        <tr key={`${task.taskId} ${at}`}>
                          <th scope="row">
                            {words(task.kind)}
                            <div className="label">{task.says}</div>
                          </th>
                          <td>{by}</td>
                          <td>
                            <Instant at={at} seconds />
                          </td>
                          <td className="mono">{JSON.stringify(decision).slice(0, 160)}</td>
                        </tr>
                      )),
                    )}
                  </tbody>
                </table>
              </div>
            </Panel>
          )
        }
      </Source>
    </div>
  );
}

const PLACES: Record<string, string> = {
  'approve-payment': 'money',
  'resolve-difference': 'money',
  'correct-declaration': 'declaration',
  'confirm-lines': 'goods',
  'resolve-findings': 'documents',
  'provide-documents': 'documents',
};
const RETRIES = [
  'resolve-engagement',
  'raise-guarantee',
  'retry-step',
  'rebook-delivery',
  'review-assessment',
  'ask-authority',
  'provide-documents',
];

function OpenTask({ task }: { task: Task }) {
  const shipmentId = useShipmentId();
  const session = useSession();
  const offline = useOffline();
  const [reason, setReason] = useState('');
  const decide = useChange(decideTask, { reads: [listTasks, showStory, showStrip, showShipment] });
  const may = session.roles.some(
    (role) => role === task.role || (task.role === 'operator' && role === 'administrator'),
  );
  const because = may ? offline : i18n.t('Only somebody with the role {role} decides this.', { role: task.role });
  const place = PLACES[task.kind];
  const answer = (body: Record<string, unknown>): void =>
    decide.mutate({ params: { taskId: task.taskId }, body, ifMatch: task.version });
  return (
    <section className="stack-tight" aria-label={words(task.kind)}>
      <div className="row between">
        <StatusMark state="act">
          <b>{words(task.kind)}</b>, {task.role}
        </StatusMark>
        {task.due !== null && (
          <span className="label">
            <Trans id="due <0/>" components={{ 0: <Instant at={task.due} /> }} />
          </span>
        )}
      </div>
      <p>{task.says}</p>
      <p className="label">
        <Handover task={task} may={may} of={words(task.kind)} />
      </p>
      {decide.isError && <ErrorState error={decide.error} what={i18n.t('the answer')} />}
      <div className="buttons">
        {place !== undefined && (
          <Go className="button" data-kind="primary" to={`/shipments/${shipmentId}/${place}`}>
            {i18n.t('Open under {place}', { place: words(place).toLowerCase() })}
          </Go>
        )}
        {RETRIES.includes(task.kind) && (
          <Button because={because} busy={decide.isPending} onPress={() => answer({ retry: true })}>
            {i18n.t('Try again')}
          </Button>
        )}
      </div>
      {task.kind === 'raise-guarantee' && (
        <Security about={task.about} busy={decide.isPending} because={because} decide={answer} />
      )}
      {RETRIES.includes(task.kind) && may && (
        <details>
          <summary>{i18n.t('Give up on it')}</summary>
          <div className="stack-tight">
            <TextField
              label={i18n.t('Reason')}
              hint={i18n.t('It is recorded, and the story takes its other way.')}
              value={reason}
              onChange={setReason}
            />
            <Button
              kind="danger"
              because={reason.trim().length < 3 ? i18n.t('Say why first.') : offline}
              onPress={() => answer({ abandon: true, reason })}
            >
              {i18n.t('Abandon: {kind}', { kind: words(task.kind).toLowerCase() })}
            </Button>
          </div>
        </details>
      )}
    </section>
  );
}

function Mandates({ engagementId }: { engagementId: string }) {
  const engagement = useRoute(showEngagement, { params: { engagementId } });
  return (
    <Source query={engagement} what={i18n.t('the engagement')} who={i18n.t('The front desk')} height={100}>
      {({ customer, status, mandates }) => (
        <Panel
          title={i18n.t('Mandate')}
          aside={<StatusMark state={status === 'in-force' ? 'go' : 'act'}>{words(status)}</StatusMark>}
        >
          <p>
            <Go to={`/engagements/${engagementId}` as never}>{customer.name}</Go>
            {customer.contact !== undefined && `, ${customer.contact}`}
          </p>
          <div className="table-scroll">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{i18n.t('Given by')}</th>
                  <th scope="col">{i18n.t('For')}</th>
                  <th scope="col">{i18n.t('From')}</th>
                  <th scope="col">{i18n.t('Until')}</th>
                </tr>
              </thead>
              <tbody>
                {mandates.map((mandate) => (
                  <tr key={mandate.mandateId}>
                    <th scope="row">{mandate.grantor}</th>
                    <td>{mandate.destinations.join(', ')}</td>
                    <td>
                      <LegalDate date={mandate.validFrom} country={mandate.destinations[0] ?? ''} />
                    </td>
                    <td>
                      <LegalDate date={mandate.validTo} country={mandate.destinations[0] ?? ''} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
    </Source>
  );
}
