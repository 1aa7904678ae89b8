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
      title={delivery.data?.type ?? 'Delivery'}
      actions={<Copies path={`/v1/webhook-deliveries/${deliveryId}`} command={`partner delivery show ${deliveryId}`} />}
    >
      <PartnerTabs part="deliveries" />
      <Source query={delivery} what="the delivery" who="The partners’ service" height={320}>
        {(known) => (
          <div className="stack">
            <Standing delivery={known} />
            <Tries delivery={known} />
            <Acts delivery={known} />
            <Panel title="What is signed and sent" aside={<CopyButton text={known.body} label="Copy the body" />}>
              <pre className="table-scroll" tabIndex={0} aria-label="Body">
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
    <Panel title="Standing" aside={<StatusMark state={STATUS[status].state}>{STATUS[status].label}</StatusMark>}>
      <dl className="facts">
        <dt>webhook-id</dt>
        <dd className="row">
          <code>{deliveryId}</code>
          <CopyButton text={deliveryId} label="Copy the webhook-id" />
          <span className="label">the same on every try</span>
        </dd>
        <dt>Endpoint</dt>
        <dd>
          <Go to={`/partners/endpoints/${endpointId}`}>{shortUrl(url)}</Go>
        </dd>
        <dt>Lane</dt>
        <dd>
          <code>{lane}</code>
        </dd>
        <dt>Position of the feed</dt>
        <dd>{position}</dd>
        <dt>Next</dt>
        <dd>
          <Next delivery={delivery} />
        </dd>
      </dl>
      {skipped && (
        <p className="notice">
          Skipped by {skipped.by}: {skipped.because} The receiver sees the gap in <code>previousversion</code>.
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
        label="Sent again, because"
        hint="for the record; may be left empty"
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
  const off = because ?? (reason.trim().length < 3 ? 'Give a reason first.' : undefined);
  const skip = useChange(skipWebhookDelivery, {
    reads: [showWebhookDelivery, listWebhookDeliveries],
    onDone: () => announce('Skipped. The later events go on.'),
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
        label="Skip it, because"
        hint={`${behind} later events go on without it`}
        value={reason}
        onChange={setReason}
      />
      <Button type="submit" kind="danger" busy={skip.isPending} because={off}>
        Skip
      </Button>
    </form>
  );
}

const ACTS: Record<Delivery['acts'][number]['act'], string> = {
  retried: 'Sent again',
  skipped: 'Skipped',
  replayed: 'Replayed by filter',
};

/** Who did what about it. Each act is an event: who may read the log finds it there. */
function Acts({ delivery: { acts } }: { delivery: Delivery }) {
  const readsLog = holds(useSession(), 'auditor', 'compliance', 'operator', 'administrator');
  return (
    <Panel title="Acts of people" aside={<span className="label">newest first</span>}>
      {acts.length === 0 ? (
        <p className="soft">Nobody has sent it again or skipped it.</p>
      ) : (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Acts of people, scrolls">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Act</th>
                <th scope="col">By</th>
                <th scope="col">Because</th>
                <th scope="col">In the log</th>
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
                  <td>{because ?? <span className="soft">no reason given</span>}</td>
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
  <Panel title="Tries" aside={<span className="label">newest first</span>}>
    {attempts.length === 0 && <p className="soft">Not tried yet.</p>}
    {attempts.map(({ at, arrived, says, durationMs, headers, bodySha256, answer }) => (
      <details key={at} className="tail">
        <summary>
          <Instant at={at} seconds />{' '}
          <StatusMark state={arrived ? 'go' : 'late'}>
            {says} in {durationMs} ms
          </StatusMark>
        </summary>
        <dl className="facts">
          {Object.entries(headers).map(([name, value]) => (
            <FactOf key={name} name={name} value={value} />
          ))}
          <dt>Body</dt>
          <dd>
            <DigestChip digest={bodySha256} label="SHA-256 of the body" />
          </dd>
        </dl>
        {answer !== '' && (
          <pre className="table-scroll" tabIndex={0} aria-label="First 4 kB of the answer">
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
