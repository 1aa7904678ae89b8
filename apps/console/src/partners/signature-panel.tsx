import { Trans } from '@lingui/react';
import {
  checkWebhook,
  ProblemError,
  webhookHeaderLines,
  webhookHeadersIn,
  type CheckedSignature,
  type SentWebhook,
  type WebhookCheck,
  type WebhookCheckStep,
} from '@tidewaiter/client';
import { listEndpoints, showWebhookDelivery, type AnswerOf } from '@tidewaiter/contracts';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client.js';
import { useRoute } from '../api/queries.js';
import { Panel } from '../shipment/parts.js';
import {
  Button,
  CopyButton,
  ProblemSummary,
  Select,
  StatusMark,
  TextArea,
  TextField,
  type State,
} from '../ui/index.js';
import { i18n } from '../words/words.js';
import { hmacHere } from './hmac.js';
import { refusal, shortUrl } from './words.js';
import '../proof/proof.css';
import './signature.css';

type Delivery = AnswerOf<typeof showWebhookDelivery>;

interface Found extends WebhookCheck {
  /** the endpoint that this webhook-id was sent to, where it is another than the one chosen */
  sentTo: string | null;
  /** whether what was sent under this webhook-id could be looked up */
  compared: boolean;
}

/**
 * Checks a webhook's signature in this page, by a secret that is pasted: it goes into no request, no address and no storage, and is gone
 * with the page.
 */
export function SignaturePanel({ delivery }: { delivery?: Delivery }) {
  const [newest] = delivery?.attempts ?? [];
  const endpoints = useRoute(listEndpoints);
  const [endpointId, setEndpointId] = useState(delivery?.endpointId ?? '');
  const [body, setBody] = useState(delivery?.body ?? '');
  const [headers, setHeaders] = useState(
    newest ? webhookHeaderLines(webhookHeadersIn(JSON.stringify(newest.headers))) : '',
  );
  const [receivedAt, setReceivedAt] = useState(newest?.at ?? '');
  const [secret, setSecret] = useState('');
  const [computed, setComputed] = useState('');
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<Found | null>(null);
  const [failed, setFailed] = useState<Error | null>(null);
  const at = receivedAt.trim() === '' ? Date.now() : Date.parse(receivedAt);

  const check = async (): Promise<void> => {
    const message = { body, ...webhookHeadersIn(headers) };
    // Only the webhook-id is asked about: it is no secret, and tells what was sent under it.
    const known = await sentUnder(message.id, delivery);
    const options = { secret, computed, at, ...hmacHere(), ...(known ? { sent: sentOf(known) } : {}) };
    const checked = await checkWebhook(message, options);
    const elsewhere = known !== null && endpointId !== '' && known.endpointId !== endpointId;
    setFound({ ...checked, sentTo: elsewhere ? known.url : null, compared: known !== null });
  };

  return (
    <Panel title={i18n.t('Check a signature')} id="check-a-signature">
      <div className="exact stack">
        <form
          className="stack"
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            if (busy || Number.isNaN(at)) return;
            setBusy(true);
            setFailed(null);
            check()
              .catch((error: unknown) => setFailed(error as Error))
              .finally(() => setBusy(false));
          }}
        >
          <ProblemSummary problems={refusal(failed)} />
          <Select
            label={i18n.t('Endpoint')}
            hint={i18n.t('that it came to')}
            value={endpointId}
            onChange={setEndpointId}
            options={[
              { value: '', label: i18n.t('any') },
              ...(endpoints.data?.items ?? []).map((each) => ({ value: each.endpointId, label: shortUrl(each.url) })),
            ]}
          />
          <TextArea
            label={i18n.t('Body as it came')}
            hint={i18n.t('byte for byte, before anything parses it')}
            rows={5}
            value={body}
            onChange={setBody}
          />
          <TextArea
            label={i18n.t('Headers')}
            hint={i18n.t('webhook-id, webhook-timestamp and webhook-signature: lines, curl options or JSON')}
            rows={3}
            value={headers}
            onChange={setHeaders}
          />
          <TextField
            label={i18n.t('When it came')}
            hint={i18n.t('such as 2026-11-28T13:00:00Z; empty: now')}
            value={receivedAt}
            onChange={setReceivedAt}
            error={Number.isNaN(at) ? i18n.t('An instant such as 2026-11-28T13:00:00Z') : undefined}
          />
          <TextField
            label={i18n.t('Signing secret')}
            hint={i18n.t('whsec_…, checked in this page: it is not sent and not kept')}
            type="password"
            value={secret}
            onChange={setSecret}
          />
          <TextField
            label={i18n.t('What your program works out')}
            hint={i18n.t('its signature over this message; may be left empty')}
            value={computed}
            onChange={setComputed}
          />
          <div className="buttons">
            <Button type="submit" kind="primary" busy={busy}>
              {i18n.t('Check the signature')}
            </Button>
          </div>
        </form>
        {found && <Result found={found} />}
      </div>
    </Panel>
  );
}

/** A delivery's headers as they were sent, one a line. */

const sentOf = ({ deliveryId, body, attempts }: Delivery): SentWebhook => ({
  id: deliveryId,
  body,
  tries: attempts.map(({ headers }) => webhookHeadersIn(JSON.stringify(headers))),
});

async function sentUnder(id: string, delivery: Delivery | undefined): Promise<Delivery | null> {
  if (delivery) return delivery;
  if (!/^[0-9a-f-]{36}$/.test(id)) return null;
  try {
    return await api.call(showWebhookDelivery, { params: { deliveryId: id } });
  } catch (error) {
    // A test message, or one older than 30 days: it is checked by itself.
    if (error instanceof ProblemError && error.status < 500) return null;
    throw error;
  }
}

const STEPS: Record<WebhookCheckStep['step'], string> = {
  headers: i18n.t('The headers are there'),
  secret: i18n.t('The secret has the right form'),
  signatures: i18n.t('A signature is by this secret over these bytes'),
  time: i18n.t('It is recent enough'),
};
const OUTCOMES: Record<WebhookCheckStep['outcome'], State> = { passed: 'go', failed: 'late', 'not-reached': 'idle' };
const SIGNATURES: Record<CheckedSignature['outcome'], { state: State; label: string }> = {
  matches: { state: 'go', label: i18n.t('by this secret') },
  differs: { state: 'late', label: i18n.t('not by this secret over these bytes') },
  'other-scheme': { state: 'idle', label: i18n.t('another scheme, passed over') },
  malformed: { state: 'late', label: i18n.t('no signature') },
};

function Result({ found }: { found: Found }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [found]);
  const { verdict, steps, signatures, faults, program, signedText, expected, sentTo, compared } = found;
  return (
    <section className="verdict" data-holds={verdict === 'verified'} aria-label={i18n.t('Result of the check')}>
      <header className="verdict-head">
        <h3 tabIndex={-1} ref={heading}>
          {verdict === 'verified' && i18n.t('It verifies')}
          {verdict === 'out-of-time' && i18n.t('It is signed by this secret, and not recent enough')}
          {verdict === 'not-verified' && i18n.t('It does not verify')}
        </h3>
        {faults.map(({ code, says, advice }) => (
          <p key={code + says}>
            <b>{says}</b> {advice} <code>{code}</code>
          </p>
        ))}
        {sentTo !== null && (
          <p>
            <Trans
              id="<0>This webhook-id was sent to {sentTo}.</0> Each endpoint has signing secrets of its own."
              values={{ sentTo: shortUrl(sentTo) }}
              components={{ 0: <b /> }}
            />
          </p>
        )}
      </header>
      {program !== null && (
        <div className="stack-tight">
          <h4>{i18n.t('Your program')}</h4>
          {program.length === 0 && (
            <p>
              {i18n.t('It works out the right signature. Compare it with each of the list, behind v1 and the comma.')}
            </p>
          )}
          {program.map(({ code, says, advice }) => (
            <p key={code}>
              <b>{says}</b> {advice}
            </p>
          ))}
        </div>
      )}
      <ol className="steps">
        {steps.map(({ step, outcome, says }) => (
          <li key={step} className="step" data-outcome={outcome}>
            <StatusMark state={OUTCOMES[outcome]}>
              {STEPS[step]} <span className="step-outcome">{outcome.replace('-', ' ')}</span>
            </StatusMark>
            <p className="step-says">{says}</p>
          </li>
        ))}
      </ol>
      {signatures.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Signature of the list')}</th>
              <th scope="col">{i18n.t('Found')}</th>
            </tr>
          </thead>
          <tbody>
            {signatures.map(({ text, outcome }, index) => (
              <tr key={index}>
                <th scope="row" className="sums">
                  {text}
                </th>
                <td>
                  <StatusMark state={SIGNATURES[outcome].state}>{SIGNATURES[outcome].label}</StatusMark>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {signedText !== null && (
        <dl className="facts">
          <dt>{i18n.t('Signed text')}</dt>
          <dd>
            <pre aria-label={i18n.t('Signed text')}>{signedText}</pre>
            <CopyButton text={signedText} label={i18n.t('Copy the signed text')} />
          </dd>
          {expected !== null && (
            <>
              <dt>{i18n.t('HMAC-SHA-256 of it by this secret')}</dt>
              <dd className="sums">{expected}</dd>
            </>
          )}
        </dl>
      )}
      <p className="label">
        {i18n.t(
          'Worked out in this page. {compared, select, yes {Compared with what was sent under this webhook-id.} other {}}',
          { compared: compared ? 'yes' : 'no' },
        )}
      </p>
    </section>
  );
}
