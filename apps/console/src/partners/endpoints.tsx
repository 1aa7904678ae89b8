import { Trans } from '@lingui/react';
import { addEndpoint, listEndpoints, type AnswerOf } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { Go, useAsked } from '../shipment/go.js';
import { Copies, Panel, Source } from '../shipment/parts.js';
import { EmptyState, Instant, StatusMark } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { EndpointForm } from './endpoint-form.js';
import { SecretOnce } from './secret-once.js';
import { useMayNot } from './may-not.js';
import { shortUrl } from './words.js';

type Endpoint = AnswerOf<typeof listEndpoints>['items'][number];

export default function Endpoints() {
  const endpoints = useRoute(listEndpoints, {}, { refetchInterval: 5_000 });
  const [secret, setSecret] = useState<string | null>(null);
  const [added, setAdded] = useState(0);
  const add = useChange(addEndpoint, {
    reads: [listEndpoints],
    onDone: (answer) => {
      setSecret(answer.secret);
      setAdded((before) => before + 1);
    },
  });
  const because = useMayNot();
  const { type } = useAsked<{ type?: string }>();
  return (
    <div className="stack">
      <Source query={endpoints} what={i18n.t('the endpoints')} who={i18n.t('The partners’ service')} height={160}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={i18n.t('No endpoint yet')}>
              {i18n.t('An endpoint is an address of yours to which events are sent as they are recorded.')}
            </EmptyState>
          ) : (
            <Panel title={i18n.t('Endpoints')} aside={<Copies path="/v1/endpoints" command="partner endpoint" />}>
              <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Endpoints, scrolls')}>
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('Address')}</th>
                      <th scope="col">{i18n.t('Status')}</th>
                      <th scope="col">{i18n.t('Types')}</th>
                      <th scope="col" className="num">
                        {i18n.t('To be sent')}
                      </th>
                      <th scope="col">{i18n.t('Added')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((endpoint) => (
                      <tr key={endpoint.endpointId}>
                        <th scope="row">
                          <Go to={`/partners/endpoints/${endpoint.endpointId}`}>{shortUrl(endpoint.url)}</Go>
                          {endpoint.note !== '' && <div className="label">{endpoint.note}</div>}
                        </th>
                        <td>
                          <EndpointStatus endpoint={endpoint} />
                        </td>
                        <td>{endpoint.types.join(', ') || i18n.t('all')}</td>
                        <td className="num">{endpoint.waiting}</td>
                        <td>
                          <Instant at={endpoint.addedAt} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          )
        }
      </Source>
      <Panel title={i18n.t('Add an endpoint')}>
        <EndpointForm
          key={added}
          initial={{ url: '', types: type === undefined ? [] : [type], note: '' }}
          act={i18n.t('Add the endpoint')}
          error={add.error}
          busy={add.isPending}
          because={because}
          onSend={(body) => add.mutate({ body })}
        />
      </Panel>
      <SecretOnce
        secret={secret}
        says={i18n.t('Every webhook to this endpoint is signed with it, by the Standard Webhooks scheme.')}
        onClose={() => {
          setSecret(null);
          add.reset();
        }}
      />
    </div>
  );
}

export function EndpointStatus({ endpoint }: { endpoint: Endpoint }) {
  if (endpoint.disabled) {
    const { cause } = endpoint.disabled;
    return (
      <StatusMark state={cause === 'asked' ? 'idle' : 'late'}>
        {cause === 'asked'
          ? i18n.t('Disabled')
          : cause === 'gone'
            ? i18n.t('Disabled: it answered 410')
            : i18n.t('Disabled: failed for 5 days')}
      </StatusMark>
    );
  }
  if (endpoint.deadLanes > 0)
    return (
      <StatusMark state="late">
        {i18n.t('{deadLanes} lanes out of tries', { deadLanes: endpoint.deadLanes })}
      </StatusMark>
    );
  if (endpoint.failingSince !== null)
    return (
      <StatusMark state="act">
        <Trans id="Failing since <0/>" components={{ 0: <Instant at={endpoint.failingSince} /> }} />
      </StatusMark>
    );
  return <StatusMark state="go">{i18n.t('Enabled')}</StatusMark>;
}
