import { Trans } from '@lingui/react';
import {
  changeEndpoint,
  disableEndpoint,
  enableEndpoint,
  listEndpoints,
  retireSecret,
  rotateSecret,
  showEndpoint,
  testEndpoint,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { announce } from '../app/announce.js';
import { Go, useSteps } from '../shipment/go.js';
import { Copies, Panel, Source } from '../shipment/parts.js';
import { Button, Instant, NotFound, Page, ProblemSummary, Select, StatusMark, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { EndpointForm } from './endpoint-form.js';
import { EndpointStatus } from './endpoints.js';
import { Hours } from './hours.js';
import { PartnerTabs } from './partners-page.js';
import { Replay } from './replay.js';
import { SecretOnce } from './secret-once.js';
import { useMayNot } from './may-not.js';
import { isUnknown, refusal, shortUrl } from './words.js';

type Endpoint = AnswerOf<typeof showEndpoint>;
const READS = [showEndpoint, listEndpoints] as const;

/** One endpoint: how it does, its secrets, its terms, and whether it is sent to. */
export default function EndpointPage() {
  const { endpointId = '' } = useSteps<{ endpointId?: string }>();
  const endpoint = useRoute(showEndpoint, { params: { endpointId } }, { refetchInterval: 5_000 });
  const because = useMayNot();
  if (isUnknown(endpoint.error)) return <NotFound />;
  return (
    <Page
      title={endpoint.data ? shortUrl(endpoint.data.url) : i18n.t('Endpoint')}
      lead={endpoint.data?.note}
      actions={<Copies path={`/v1/endpoints/${endpointId}`} command={`partner endpoint show ${endpointId}`} />}
    >
      <PartnerTabs part="endpoints" />
      <Source query={endpoint} what={i18n.t('the endpoint')} who={i18n.t('The partners’ service')} height={320}>
        {(known) => (
          <div className="stack">
            <Doing endpoint={known} because={because} />
            <ReplayFrom endpoint={known} because={because} />
            <Secrets endpoint={known} because={because} />
            <Terms endpoint={known} because={because} />
          </div>
        )}
      </Source>
    </Page>
  );
}

interface PartProps {
  endpoint: Endpoint;
  because: string | undefined;
}

function Doing({ endpoint, because }: PartProps) {
  const { endpointId, disabled, heldUntil, hours, p95Ms, waiting } = endpoint;
  const [reason, setReason] = useState('');
  const off = because ?? (reason.trim().length < 3 ? i18n.t('Give a reason first.') : undefined);
  const params = { endpointId };
  const disable = useChange(disableEndpoint, { reads: READS, onDone: () => announce(i18n.t('Disabled.')) });
  const enable = useChange(enableEndpoint, { reads: READS, onDone: () => announce(i18n.t('Enabled.')) });
  const test = useChange(testEndpoint, {
    onDone: ({ says }) => announce(i18n.t('The test came back: {says}.', { says })),
  });
  return (
    <Panel title={i18n.t('How it does')} aside={<EndpointStatus endpoint={endpoint} />}>
      <ProblemSummary problems={refusal(disable.error ?? enable.error ?? test.error)} />
      {disabled && (
        <p className="notice" data-kind="bad">
          <Trans
            id="Disabled <0/> by {by}: {because} What is to be sent is kept for 30 days and goes out in order once it is enabled."
            values={{ by: disabled.by, because: disabled.because }}
            components={{ 0: <Instant at={disabled.at} /> }}
          />
        </p>
      )}
      {heldUntil !== null && (
        <p className="notice">
          <Trans
            id="Nothing is tried before <0/>: it asked for that, or failed too often in a row."
            components={{ 0: <Instant at={heldUntil} seconds /> }}
          />
        </p>
      )}
      <dl className="facts">
        <dt>{i18n.t('To be sent')}</dt>
        <dd>
          <Go to="/partners/deliveries" search={{ endpoint: endpointId }}>
            {i18n.t('{waiting} events', { waiting })}
          </Go>
        </dd>
        <dt>{i18n.t('95 of 100 answers within')}</dt>
        <dd>{p95Ms === null ? i18n.t('no answer in the last 24 hours') : `${p95Ms} ms`}</dd>
      </dl>
      {hours.length > 0 && <Hours hours={hours} />}
      <div className="buttons">
        <Button
          because={because}
          busy={test.isPending}
          onPress={() => test.mutate({ params, body: { signedBy: 'all' } })}
        >
          {i18n.t('Send a test')}
        </Button>
        {disabled && (
          <Button because={because} busy={enable.isPending} onPress={() => enable.mutate({ params })}>
            {i18n.t('Enable')}
          </Button>
        )}
      </div>
      {test.data && <Tested outcome={test.data} />}
      {!disabled && (
        <form
          className="filters"
          onSubmit={(event) => {
            event.preventDefault();
            if (off !== undefined) return;
            disable.mutate({ params, body: { because: reason } });
          }}
        >
          <TextField label={i18n.t('Why is it disabled')} value={reason} onChange={setReason} />
          <Button type="submit" kind="danger" busy={disable.isPending} because={off}>
            {i18n.t('Disable')}
          </Button>
        </form>
      )}
    </Panel>
  );
}

/** Any position of the last 30 days, sent events and those that the endpoint was never sent; counted before anything is sent. */
function ReplayFrom({ endpoint: { endpointId, replayable }, because }: PartProps) {
  const [from, setFrom] = useState<string | null>(null);
  const [status, setStatus] = useState('');
  if (replayable === null)
    return (
      <Panel title={i18n.t('Replay')}>
        <p className="soft">{i18n.t('Nothing was recorded in the last 30 days.')}</p>
      </Panel>
    );
  const begin = from ?? replayable.from;
  const off = /^\d{1,18}$/.test(begin) ? undefined : i18n.t('Name a position: digits only.');
  return (
    <Panel
      title={i18n.t('Replay')}
      aside={
        <span className="label">
          {i18n.t('positions {from} to {to} are of the last 30 days', { from: replayable.from, to: replayable.to })}
        </span>
      }
    >
      <div className="filters">
        <TextField
          label={i18n.t('From position')}
          hint={i18n.t('of the feed, to its end')}
          inputMode="numeric"
          value={begin}
          onChange={setFrom}
        />
        <Select
          label={i18n.t('Which')}
          value={status}
          onChange={setStatus}
          options={[
            { value: '', label: i18n.t('all, never sent ones too') },
            { value: 'failing', label: i18n.t('failing and out of tries') },
            { value: 'sent', label: 'sent' },
            { value: 'skipped', label: 'skipped' },
            { value: 'never', label: i18n.t('never sent') },
          ]}
        />
        <Replay
          label={i18n.t('Replay from there…')}
          asked={{ endpoint: endpointId, from: begin, ...(status === '' ? {} : { status }) }}
          because={because ?? off}
        />
      </div>
    </Panel>
  );
}

const Tested = ({ outcome }: { outcome: AnswerOf<typeof testEndpoint> }) => (
  <div className="stack" role="status" aria-label={i18n.t('Outcome of the test')}>
    <StatusMark state={outcome.arrived ? 'go' : 'late'}>
      {i18n.t('Test {arrived, select, yes {arrived} other {failed}}: {says} in {durationMs} ms', {
        arrived: outcome.arrived ? 'yes' : 'no',
        says: outcome.says,
        durationMs: outcome.durationMs,
      })}
    </StatusMark>
    {outcome.answer !== '' && (
      <pre className="table-scroll" tabIndex={0} aria-label={i18n.t('First 4 kB of the answer')}>
        {outcome.answer}
      </pre>
    )}
  </div>
);

/** Rotation in the order in which nothing is lost: make, both sign, test with the new one alone, retire the old. */
function Secrets({ endpoint: { endpointId, secrets }, because }: PartProps) {
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useChange(rotateSecret, { reads: READS, onDone: (answer) => setSecret(answer.secret) });
  const test = useChange(testEndpoint);
  const retire = useChange(retireSecret, {
    reads: READS,
    onDone: () => announce(i18n.t('Retired. One secret signs.')),
  });
  const rotating = secrets.find(({ signsUntil }) => signsUntil !== null);
  return (
    <Panel title={i18n.t('Signing secrets')}>
      <ProblemSummary problems={refusal(rotate.error ?? test.error ?? retire.error)} />
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Secret')}</th>
            <th scope="col">{i18n.t('Made')}</th>
            <th scope="col">{i18n.t('Signs')}</th>
          </tr>
        </thead>
        <tbody>
          {secrets.map(({ secretId, number, madeAt, signsUntil }) => (
            <tr key={secretId}>
              <th scope="row">{i18n.t('Secret {number}', { number })}</th>
              <td>
                <Instant at={madeAt} />
              </td>
              <td>
                {signsUntil === null ? (
                  i18n.t('until a new one is made')
                ) : (
                  <>
                    <Trans id="beside the new one until <0/>" components={{ 0: <Instant at={signsUntil} /> }} />
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ol className="stack-tight">
        <li className="row">
          <Button
            because={
              because ??
              (rotating
                ? i18n.t('Secret {number} still signs beside the newest one.', { number: rotating.number })
                : undefined)
            }
            busy={rotate.isPending}
            onPress={() => rotate.mutate({ params: { endpointId } })}
          >
            {i18n.t('Make a new secret')}
          </Button>
          <span className="label">{i18n.t('Shown once; both sign for 24 hours.')}</span>
        </li>
        <li className="row">
          <Button
            because={because}
            busy={test.isPending}
            onPress={() => test.mutate({ params: { endpointId }, body: { signedBy: 'newest' } })}
          >
            {i18n.t('Test with the newest alone')}
          </Button>
          <span className="label">{i18n.t('Once your receiver knows it.')}</span>
        </li>
        <li className="row">
          <Button
            kind="danger"
            because={because ?? (rotating ? undefined : i18n.t('One secret signs: there is none to retire.'))}
            busy={retire.isPending}
            onPress={() => rotating && retire.mutate({ params: { endpointId, secretId: rotating.secretId } })}
          >
            {rotating ? i18n.t('Retire secret {number}', { number: rotating.number }) : i18n.t('Retire the old secret')}
          </Button>
          <span className="label">{i18n.t('Or let its 24 hours pass.')}</span>
        </li>
      </ol>
      {test.data && <Tested outcome={test.data} />}
      <SecretOnce
        secret={secret}
        says={i18n.t(
          'From now on every webhook carries two signatures, by the old secret and by this one, for 24 hours.',
        )}
        onClose={() => {
          setSecret(null);
          rotate.reset();
        }}
      />
    </Panel>
  );
}

/** What somebody else changed meanwhile is told, not put under the reader's hands; acts beside the terms do not count. */
function Terms({ endpoint, because }: PartProps) {
  const [base, setBase] = useState(endpoint);
  const change = useChange(changeEndpoint, { reads: READS, onDone: () => announce(i18n.t('Changed.')) });
  const changed = termsOf(base) !== termsOf(endpoint);
  const sent = change.isSuccess && changed;
  return (
    <Panel title={i18n.t('Address and types')}>
      {changed && !sent && (
        <p className="notice" data-kind="bad">
          {i18n.t('Somebody changed it meanwhile: it goes to {url} by now.', { url: shortUrl(endpoint.url) })}{' '}
          <Button size="small" onPress={() => setBase(endpoint)}>
            {i18n.t('Show what it says now')}
          </Button>
        </p>
      )}
      <EndpointForm
        key={base.version}
        initial={{ url: base.url, types: base.types, note: base.note }}
        act={i18n.t('Change the endpoint')}
        error={change.error}
        busy={change.isPending}
        because={because}
        onSend={(body) =>
          change.mutate({
            params: { endpointId: base.endpointId },
            body,
            ifMatch: changed && !sent ? base.version : endpoint.version,
          })
        }
      />
    </Panel>
  );
}

const termsOf = ({ url, types, note }: Endpoint): string => JSON.stringify([url, types, note]);
