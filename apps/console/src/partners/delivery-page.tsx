import { Trans } from '@lingui/react';
import { listWebhookDeliveries, showWebhookDelivery, skipWebhookDelivery, type AnswerOf } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import { Go, useSteps } from '../shipment/go.js';
import { Copies, Panel, Source } from '../shipment/parts.js';
import {
  Button,
  CopyButton,
  DigestChip,
  Instant,
  NotFound,
  Page,
  ProblemSummary,
  StatusMark,
  TextField,
} from '../ui/index.js';
import { i18n } from '../words/words.js';
import { Next, Retry } from './deliveries.js';
import { useMayNot } from './may-not.js';
import { PartnerTabs } from './partners-page.js';
import { SignaturePanel } from './signature-panel.js';
import { isUnknown, refusal, shortUrl, STATUS } from './words.js';

type Delivery = AnswerOf<typeof showWebhookDelivery>;

/** One delivery: what was signed and sent, every try, and what came back. */
export default function DeliveryPage() {
  const { deliveryId = '' } = useSteps<{ deliveryId?: string }>();
  const delivery = useRoute(showWebhookDelivery, { params: { deliveryId } }, { refetchInterval: 2_000 });
  if (isUnknown(delivery.error)) return <NotFound />;
  return (
    <Page
      title={delivery.data?.type ?? i18n.t('Delivery')}
      actions={<Copies path={`/v1/webhook-deliveries/${deliveryId}`} command={`partner delivery show ${deliveryId}`} />}
    >
      <PartnerTabs part="deliveries" />
      <Source query={delivery} what={i18n.t('the delivery')} who={i18n.t('The partners’ service')} height={320}>
        {(known) => (
          <div className="stack">
            <Standing delivery={known} />
            <Tries delivery={known} />
            <Acts delivery={known} />
            <Panel
              title={i18n.t('What is signed and sent')}
              aside={<CopyButton text={known.body} label={i18n.t('Copy the body')} />}
            >
              <pre className="table-scroll" tabIndex={0} aria-label={i18n.t('Body')}>
                {known.body}
              </pre>
            </Panel>
            <SignaturePanel delivery={known} />
          </div>
        )}
      </Source>
    </Page>
  );
}

function Standing({ delivery }: { delivery: Delivery }) {
  const because = useMayNot();
  const { status, deliveryId, url, endpointId, lane, position, skipped } = delivery;
  return (
    <Panel
      title={i18n.t('Standing')}
      aside={<StatusMark state={STATUS[status].state}>{STATUS[status].label}</StatusMark>}
    >
      <dl className="facts">
        <dt>webhook-id</dt>
        <dd className="row">
          <code>{deliveryId}</code>
          <CopyButton text={deliveryId} label={i18n.t('Copy the webhook-id')} />
          <span className="label">{i18n.t('the same on every try')}</span>
        </dd>
        <dt>{i18n.t('Endpoint')}</dt>
        <dd>
          <Go to={`/partners/endpoints/${endpointId}`}>{shortUrl(url)}</Go>
        </dd>
        <dt>{i18n.t('Lane')}</dt>
        <dd>
          <code>{lane}</code>
        </dd>
        <dt>{i18n.t('Position of the feed')}</dt>
        <dd>{position}</dd>
        <dt>{i18n.t('Next')}</dt>
        <dd>
          <Next delivery={delivery} />
        </dd>
      </dl>
      {skipped && (
        <p className="notice">
          <Trans
            id="Skipped by {by}: {because} The receiver sees the gap in <0>previousversion</0>."
            values={{ by: skipped.by, because: skipped.because }}
            components={{ 0: <code /> }}
          />
        </p>
      )}
      <RetryWithReason delivery={delivery} because={because} />
      {(status === 'failing' || status === 'dead') && <Skip delivery={delivery} because={because} />}
    </Panel>
  );
}

/** One press sends it again; a reason is for the record. */
function RetryWithReason({ delivery, because }: { delivery: Delivery; because: string | undefined }) {
  const [reason, setReason] = useState('');
  return (
    <div className="filters">
      <TextField
        label={i18n.t('Sent again, because')}
        hint={i18n.t('for the record; may be left empty')}
        value={reason}
        onChange={setReason}
      />
      <Retry
        delivery={delivery}
        because={because}
        onDone={() => setReason('')}
        {...(reason.trim().length < 3 ? {} : { reason })}
      />
    </div>
  );
}

function Skip({ delivery: { deliveryId, behind }, because }: { delivery: Delivery; because: string | undefined }) {
  const [reason, setReason] = useState('');
  const off = because ?? (reason.trim().length < 3 ? i18n.t('Give a reason first.') : undefined);
  const skip = useChange(skipWebhookDelivery, {
    reads: [showWebhookDelivery, listWebhookDeliveries],
    onDone: () => announce(i18n.t('Skipped. The later events go on.')),
  });
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        if (off !== undefined) return;
        skip.mutate({ params: { deliveryId }, body: { because: reason } });
      }}
    >
      <ProblemSummary problems={refusal(skip.error)} />
      <TextField
        label={i18n.t('Skip it, because')}
        hint={i18n.t('{behind} later events go on without it', { behind })}
        value={reason}
        onChange={setReason}
      />
      <Button type="submit" kind="danger" busy={skip.isPending} because={off}>
        {i18n.t('Skip')}
      </Button>
    </form>
  );
}

const ACTS: Record<Delivery['acts'][number]['act'], string> = {
  retried: i18n.t('Sent again'),
  skipped: i18n.t('Skipped'),
  replayed: i18n.t('Replayed by filter'),
};

/** Who did what about it. Each act is an event: who may read the log finds it there. */
function Acts({ delivery: { acts } }: { delivery: Delivery }) {
  const readsLog = holds(useSession(), 'auditor', 'compliance', 'operator', 'administrator');
  return (
    <Panel title={i18n.t('Acts of people')} aside={<span className="label">{i18n.t('newest first')}</span>}>
      {acts.length === 0 ? (
        <p className="soft">{i18n.t('Nobody has sent it again or skipped it.')}</p>
      ) : (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Acts of people, scrolls')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('When')}</th>
                <th scope="col">{i18n.t('Act')}</th>
                <th scope="col">{i18n.t('By')}</th>
                <th scope="col">{i18n.t('Because')}</th>
                <th scope="col">{i18n.t('In the log')}</th>
              </tr>
            </thead>
            <tbody>
              {acts.map(({ act, at, by, because, stream }) => (
                <tr key={at + act}>
                  <th scope="row">
                    <Instant at={at} seconds />
                  </th>
                  <td>{ACTS[act]}</td>
                  <td>{by}</td>
                  <td>{because ?? <span className="soft">{i18n.t('no reason given')}</span>}</td>
                  <td>
                    {readsLog ? (
                      <Go to="/audit/log" search={{ stream }}>
                        {stream.slice(0, 17)}…
                      </Go>
                    ) : (
                      <code>{stream.slice(0, 17)}…</code>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

const Tries = ({ delivery: { attempts } }: { delivery: Delivery }) => (
  <Panel title={i18n.t('Tries')} aside={<span className="label">{i18n.t('newest first')}</span>}>
    {attempts.length === 0 && <p className="soft">{i18n.t('Not tried yet.')}</p>}
    {attempts.map(({ at, arrived, says, durationMs, headers, bodySha256, answer }) => (
      <details key={at} className="tail">
        <summary>
          <Instant at={at} seconds />{' '}
          <StatusMark state={arrived ? 'go' : 'late'}>
            {i18n.t('{says} in {durationMs} ms', { says, durationMs })}
          </StatusMark>
        </summary>
        <dl className="facts">
          {Object.entries(headers).map(([name, value]) => (
            <FactOf key={name} name={name} value={value} />
          ))}
          <dt>{i18n.t('Body')}</dt>
          <dd>
            <DigestChip digest={bodySha256} label={i18n.t('SHA-256 of the body')} />
          </dd>
        </dl>
        {answer !== '' && (
          <pre className="table-scroll" tabIndex={0} aria-label={i18n.t('First 4 kB of the answer')}>
            {answer}
          </pre>
        )}
      </details>
    ))}
  </Panel>
);

const FactOf = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>{name}</dt>
    <dd className="mono">{value}</dd>
  </>
);
