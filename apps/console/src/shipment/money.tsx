import { Trans } from '@lingui/react';
import { ProblemError } from '@tidewaiter/client';
import {
  decideTask,
  listAssessments,
  listDeclarations,
  listPayments,
  listTasks,
  showLedger,
  showShipment,
  showStory,
  showStrip,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useChange, useRoute } from '../api/queries.js';
import { useSession, type Session } from '../api/session.js';
import { useLocale } from '../app/preferences.js';
import {
  Button,
  DigestChip,
  EmptyState,
  ErrorState,
  formatMoney,
  Instant,
  Money,
  StatusMark,
  type MoneyValue,
  type State,
} from '../ui/index.js';
import { i18n } from '../words/words.js';
import { newest, useOpenTasks, useShipmentId, useTimeline, type Task } from './data.js';
import { Panel, Source, useOffline, words } from './parts.js';
import { Go, useAsked } from './go.js';

type Payment = AnswerOf<typeof listPayments>['items'][number];

const PAYMENT_STATES: Record<Payment['status'], [State, string]> = {
  'needs-approval': ['act', i18n.t('waits for approval')],
  approved: ['wait', i18n.t('approved, not sent')],
  sent: ['wait', i18n.t('sent to the bank')],
  'outcome-unknown': ['unknown', i18n.t('sent, outcome unknown')],
  settled: ['go', i18n.t('settled')],
  bounced: ['late', i18n.t('returned by the bank')],
  void: ['idle', i18n.t('void: what was to be paid has changed')],
};

export default function MoneyPage() {
  const shipmentId = useShipmentId();
  const { payment: opened } = useAsked<{ payment?: string }>();
  const payments = useRoute(listPayments, { params: { shipmentId } });
  const tasks = useOpenTasks(shipmentId);
  return (
    <Source query={payments} what={i18n.t('the payments')} who={i18n.t('Duties')} height={320}>
      {({ items }) => (
        <div className="stack">
          <Frozen />
          {items
            .filter(({ status, paymentId }) => status === 'needs-approval' || paymentId === opened)
            .map((payment) => (
              <Review
                key={payment.paymentId}
                payment={payment}
                task={tasks.data?.items.find(
                  (task) => task.kind === 'approve-payment' && task.about['paymentId'] === payment.paymentId,
                )}
              />
            ))}
          <Difference tasks={tasks.data?.items ?? []} />
          <ByCharge payments={items} />
          <Guarantee tasks={tasks.data?.items ?? []} />
          {items.length > 0 && <Payments items={items} />}
          <Ledger />
        </div>
      )}
    </Source>
  );
}

/** That nothing is paid for the shipment until the authority says otherwise, as after a seizure. */
function Frozen() {
  const { data: entries } = useTimeline(useShipmentId());
  const frozen = newest<{ reason: string }>(entries, 'PaymentsFrozen');
  const thawed = newest(entries, 'PaymentsThawed');
  if (!frozen || (thawed && BigInt(thawed.position) > BigInt(frozen.position))) return null;
  return (
    <p className="notice" role="status">
      <StatusMark state="halt">{i18n.t('Payments are frozen')}</StatusMark>{' '}
      <Trans
        id="since <0/>: {reason} They go on when a newer decision of the authority is on record."
        values={{ reason: `${frozen.data.reason.replace(/\.$/, '')}.` }}
        components={{ 0: <Instant at={frozen.time} /> }}
      />
    </p>
  );
}

/** Why somebody may not approve, and who may; undefined when it may be done now. */
export function reasonAgainst(
  session: Session,
  payment: Payment,
  task: Task | undefined,
  prepared: { editors: string[]; requestedBy: string } | undefined,
): string | undefined {
  const me = `user:${session.subject}`;
  if (payment.status !== 'needs-approval')
    return i18n.t('Nothing to approve: the payment is {state}.', {
      state: PAYMENT_STATES[payment.status][1],
    });
  if (!session.roles.includes('approver'))
    return i18n.t('Only an approver approves payments; whoever prepared one never does.');
  if (prepared && (prepared.requestedBy === me || prepared.editors.includes(me)))
    return i18n.t('You prepared or edited what is paid here: another approver must approve it.');
  if (payment.approvals.some(({ by }) => by === me))
    return i18n.t('You have approved it; a second, different person is needed.');
  if (!task) return i18n.t('The task is on its way; it shows here in a moment.');
  if (task.about['digest'] !== payment.digest)
    return i18n.t('What is to be approved has changed since the task was raised: a new approval is asked for.');
  return undefined;
}

/** A page to read before money leaves: exactly what is approved, bound by its digest. */
function Review({ payment, task }: { payment: Payment; task: Task | undefined }) {
  const shipmentId = useShipmentId();
  const session = useSession();
  const locale = useLocale();
  const offline = useOffline();
  const timeline = useTimeline(shipmentId);
  const requested = newest<{
    editors: string[];
    requestedBy: string;
    declarationVersion: number;
    assessmentDigest: string;
    paymentId: string;
  }>(timeline.data, 'PaymentRequested', ({ paymentId }) => paymentId === payment.paymentId);
  const approve = useChange(decideTask, {
    reads: [listPayments, listTasks, showLedger, showStory, showStrip, showShipment],
  });
  const because = reasonAgainst(session, payment, task, requested?.data) ?? offline;
  const amount = formatMoney(payment.amount, locale);
  const stale =
    approve.error instanceof ProblemError &&
    (approve.error.status === 412 || approve.error.code === 'duties.payment.digest-changed');
  const [state, says] = PAYMENT_STATES[payment.status];
  return (
    <Panel
      title={i18n.t('Review payment of {amount} {currency}', { amount, currency: payment.amount.currency })}
      aside={<StatusMark state={state}>{says}</StatusMark>}
    >
      <dl className="facts">
        <dt>{i18n.t('Amount')}</dt>
        <dd>
          <b>
            <Money value={payment.amount} />
          </b>
        </dd>
        <dt>{i18n.t('To')}</dt>
        <dd>
          <Trans
            id="{name}, account <0>{account}</0>"
            values={{ name: payment.payee.name, account: payment.payee.account }}
            components={{ 0: <code /> }}
          />
        </dd>
        <dt>{i18n.t('Reference to quote')}</dt>
        <dd>
          <code>{payment.reference}</code>
        </dd>
        <dt>{i18n.t('For')}</dt>
        <dd>
          <Go to={`/shipments/${shipmentId}/declaration`}>
            {requested
              ? i18n.t('declaration v{version}', { version: requested.data.declarationVersion })
              : i18n.t('declaration')}
          </Go>
          , <Go to={`/shipments/${shipmentId}/duties`}>{i18n.t('its assessment')}</Go>
          {requested && <DigestChip digest={requested.data.assessmentDigest} label={i18n.t('assessment digest')} />}
          {payment.caseId !== null && (
            <span className="label">{i18n.t('; what the authority decided after the entry, with its interest')}</span>
          )}
        </dd>
        <dt>{i18n.t('Prepared by')}</dt>
        <dd>
          {requested ? (
            <>
              {requested.data.requestedBy}, <Instant at={requested.time} />
              {requested.data.editors.length > 0 && (
                <span className="label">
                  {i18n.t('; figures touched by {editors}', { editors: requested.data.editors.join(', ') })}
                </span>
              )}
            </>
          ) : (
            <span className="soft">{i18n.t('not read yet')}</span>
          )}
        </dd>
        <dt>{i18n.t('Approvals')}</dt>
        <dd>
          {i18n.t('{count} of {approvalsNeeded}', {
            count: payment.approvals.length,
            approvalsNeeded: payment.approvalsNeeded,
          })}
          {payment.approvals.map(({ by, at }) => (
            <div key={by}>
              {by}, <Instant at={at} seconds />
            </div>
          ))}
        </dd>
        <dt>{i18n.t('Bound by')}</dt>
        <dd>
          <DigestChip digest={payment.digest} label={i18n.t('digest of what is approved')} />
          <span className="label">
            {' '}
            {i18n.t(
              'amount, currency, payee, reference, declaration and assessment: any change of them voids an approval',
            )}
          </span>
        </dd>
      </dl>
      {stale ? (
        <p className="notice" data-kind="bad" role="alert">
          {i18n.t(
            'It has changed while you looked, and nothing was approved. Shown is what is to be paid now: {amount} {currency}. Read it again before you approve.',
            { amount, currency: payment.amount.currency },
          )}
        </p>
      ) : (
        approve.isError && <ErrorState error={approve.error} what={i18n.t('the approval')} />
      )}
      {payment.status === 'needs-approval' && (
        <Button
          kind="primary"
          busy={approve.isPending}
          because={because}
          onPress={() => {
            if (task)
              approve.mutate({
                params: { taskId: task.taskId },
                body: { approve: true, digest: payment.digest },
                ifMatch: task.version,
              });
          }}
        >
          {i18n.t('Approve {amount} to {name}', { amount, name: payment.payee.name })}
        </Button>
      )}
    </Panel>
  );
}

function Difference({ tasks }: { tasks: readonly Task[] }) {
  const session = useSession();
  const offline = useOffline();
  const accept = useChange(decideTask, { reads: [listTasks, listPayments, showStrip, showStory] });
  const task = tasks.find(({ kind }) => kind === 'resolve-difference');
  if (!task) return null;
  return (
    <Panel title={i18n.t('The authority’s figure is another')} aside={<StatusMark state="act">{task.role}</StatusMark>}>
      <p>{task.says.replace(/ Accept its figure.*$/, '')}</p>
      {accept.isError && <ErrorState error={accept.error} what={i18n.t('the answer')} />}
      <Button
        busy={accept.isPending}
        because={
          session.roles.some((role) => role === task.role)
            ? offline
            : i18n.t('Only somebody with the role {role} decides this.', { role: task.role })
        }
        onPress={() =>
          accept.mutate({ params: { taskId: task.taskId }, body: { accept: true }, ifMatch: task.version })
        }
      >
        {i18n.t('Accept the authority’s figure')}
      </Button>
    </Panel>
  );
}

/** What is held for this shipment under which guarantee, or that it was too small and nothing was sent. */
function Guarantee({ tasks }: { tasks: readonly Task[] }) {
  const timeline = useTimeline(useShipmentId());
  const short = tasks.find(({ kind }) => kind === 'raise-guarantee');
  const held = newest<{ guaranteeId: string; amount: MoneyValue }>(timeline.data, 'GuaranteeReserved');
  const freed = newest(timeline.data, 'GuaranteeReleased');
  if (!short && !held) return null;
  return (
    <Panel
      title={i18n.t('Guarantee')}
      aside={
        <Go to={held ? `/guarantees/${held.data.guaranteeId}` : '/guarantees'}>{i18n.t('Headroom and forecast')}</Go>
      }
    >
      {short && (
        <StatusMark state="act">{i18n.t('Refused before it was sent: {says}', { says: short.says })}</StatusMark>
      )}
      {held && (
        <p>
          <Trans
            id="<0/> reserved, <1/>"
            components={{ 0: <Money value={held.data.amount} />, 1: <Instant at={held.time} /> }}
          />
          {freed && (
            <>
              <Trans id="; given back, <0/>" components={{ 0: <Instant at={freed.time} /> }} />
            </>
          )}
          .
        </p>
      )}
    </Panel>
  );
}

/** What was assessed, what the authority says, what was paid: one row a charge, never a sum across currencies. */
function ByCharge({ payments }: { payments: readonly Payment[] }) {
  const shipmentId = useShipmentId();
  const assessments = useRoute(listAssessments, { params: { shipmentId } });
  const declarations = useRoute(listDeclarations, { params: { shipmentId } });
  const result = assessments.data?.items[0]?.result;
  const debt = declarations.data?.items.at(-1)?.debt;
  if (!result && !debt)
    return (
      <EmptyState title={i18n.t('No money yet')}>
        {i18n.t('Duty and tax stand here once the shipment is assessed.')}
      </EmptyState>
    );
  const rows = (result?.lines ?? []).flatMap((line) =>
    (line.options.find(({ chosen }) => chosen)?.charges ?? []).map((charge) => ({ ...charge, line: line.number })),
  );
  const notified = (line: number, code: string) =>
    debt?.taxes.find((tax) => tax.line === line && tax.type === code)?.amount;
  return (
    <Panel
      title={i18n.t('Money')}
      aside={
        debt && (
          <span className="label">
            <Trans
              id="The authority’s debt is {kind}: <0/>"
              values={{ kind: debt.kind }}
              components={{ 0: <Money value={debt.total} /> }}
            />
          </span>
        )
      }
    >
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Charge')}</th>
              <th scope="col">{i18n.t('Legal basis')}</th>
              <th scope="col" className="num">
                {i18n.t('Assessed')}
              </th>
              <th scope="col" className="num">
                {i18n.t('Authority says')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ line, code, role, legalBasis, amount, measure, part }) => (
              <tr key={`${line}/${measure}/${part ?? ''}`}>
                <th scope="row">
                  {i18n.t('{code} {role}, line {line}', { code, role: words(role).toLowerCase(), line })}
                </th>
                <td>{legalBasis}</td>
                <td className="num">
                  <Money value={{ amount, currency: result!.currency }} />
                </td>
                <td className="num">
                  <Money value={notified(line, code)} />
                </td>
              </tr>
            ))}
            {(result?.entryCharges ?? []).map(({ code, legalBasis, amount, taxType }) => (
              <tr key={code}>
                <th scope="row">{i18n.t('{code}, whole entry', { code })}</th>
                <td>{legalBasis}</td>
                <td className="num">
                  <Money value={{ amount, currency: result!.currency }} />
                </td>
                <td className="num">
                  <Money value={notified(0, taxType)} />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                {i18n.t('Payable now')}
              </th>
              <td className="num">
                <b>
                  <Money
                    value={result?.totals ? { amount: result.totals.payableNow, currency: result.currency } : null}
                  />
                </b>
              </td>
              <td className="num">
                <b>
                  <Money value={debt?.total} />
                </b>
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
      {payments.length === 0 && <p className="label">{i18n.t('No payment was prepared yet.')}</p>}
    </Panel>
  );
}

const Payments = ({ items }: { items: readonly Payment[] }) => (
  <Panel title={i18n.t('Payments')}>
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Status')}</th>
            <th scope="col" className="num">
              {i18n.t('Amount')}
            </th>
            <th scope="col">{i18n.t('To')}</th>
            <th scope="col">{i18n.t('Reference')}</th>
            <th scope="col">{i18n.t('Approved by')}</th>
            <th scope="col">{i18n.t('Digest')}</th>
            <th scope="col">
              <span className="sr">{i18n.t('Acts')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((payment) => {
            const [state, says] = PAYMENT_STATES[payment.status];
            return (
              <tr key={payment.paymentId}>
                <th scope="row">
                  <StatusMark state={state}>{says}</StatusMark>
                  {payment.reason !== null && <div className="label">{payment.reason}</div>}
                </th>
                <td className="num">
                  <Money value={payment.amount} />
                </td>
                <td>{payment.payee.name}</td>
                <td>
                  <code>{payment.reference}</code>
                </td>
                <td>
                  {payment.approvals.map(({ by }) => by).join(', ') ||
                    (payment.approvalsNeeded === 0 ? i18n.t('under the limit') : i18n.t('nobody yet'))}
                </td>
                <td>
                  <DigestChip digest={payment.digest} />
                </td>
                <td>
                  <Go
                    to="."
                    search={{ payment: payment.paymentId }}
                    aria-label={i18n.t('Open payment of {amount} {currency}', {
                      amount: payment.amount.amount,
                      currency: payment.amount.currency,
                    })}
                  >
                    {i18n.t('Open')}
                  </Go>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  </Panel>
);

/** `bank:clearing` as `Bank, clearing`. */
const accountWords = (account: string): string => words(account).replace(':', ', ');

function Ledger() {
  const shipmentId = useShipmentId();
  const ledger = useRoute(showLedger, { params: { shipmentId } });
  return (
    <Source query={ledger} what={i18n.t('the ledger')} who={i18n.t('Duties')} height={120}>
      {({ entries, balances, balanced }) =>
        entries.length === 0 ? null : (
          <Panel
            title={i18n.t('Double entry')}
            aside={
              <StatusMark state={balanced ? 'go' : 'late'}>
                {balanced ? i18n.t('debits equal credits') : i18n.t('does not balance')}
              </StatusMark>
            }
          >
            <dl className="facts">
              {balances.map(({ account, balance }) => (
                <div key={account} style={{ display: 'contents' }}>
                  <dt>{accountWords(account)}</dt>
                  <dd className="money">
                    <Money value={balance} />
                  </dd>
                </div>
              ))}
            </dl>
            <details>
              <summary>{i18n.t('{count} postings', { count: entries.length })}</summary>
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('Account')}</th>
                      <th scope="col">{i18n.t('What')}</th>
                      <th scope="col">{i18n.t('Recorded')}</th>
                      <th scope="col" className="num">
                        {i18n.t('Debit')}
                      </th>
                      <th scope="col" className="num">
                        {i18n.t('Credit')}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {entries.map((entry) => (
                      <tr key={`${entry.posting}/${entry.account}/${entry.side}/${entry.taxType}`}>
                        <th scope="row">{accountWords(entry.account)}</th>
                        <td>
                          {entry.says} <span className="label">{entry.legalBasis}</span>
                        </td>
                        <td>
                          <Instant at={entry.at} seconds />
                        </td>
                        <td className="num">{entry.side === 'debit' && <Money value={entry.amount} />}</td>
                        <td className="num">{entry.side === 'credit' && <Money value={entry.amount} />}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </details>
          </Panel>
        )
      }
    </Source>
  );
}
