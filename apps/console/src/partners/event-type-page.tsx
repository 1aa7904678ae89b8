import { Trans } from '@lingui/react';
import { changeEndpoint, listEndpoints, showEndpoint, showEventType, type AnswerOf } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { announce } from '../app/announce.js';
import { Go, useSteps } from '../shipment/go.js';
import { Copies, Panel, Source } from '../shipment/parts.js';
import { Button, CopyButton, NotFound, Page, ProblemSummary, Select } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { EndpointStatus } from './endpoints.js';
import { useMayNot } from './may-not.js';
import { PartnerTabs } from './partners-page.js';
import { isUnknown, refusal, shortUrl, takes } from './words.js';

type EventType = AnswerOf<typeof showEventType>;

/** One type of event: a sample and the schema of each version, what came when, and which endpoints take it. */
export default function EventTypePage() {
  const { type = '' } = useSteps<{ type?: string }>();
  const [context = '', name = ''] = type.split('.');
  const known = useRoute(showEventType, { params: { context, name } }, { staleTime: 600_000 });
  if (isUnknown(known.error)) return <NotFound />;
  return (
    <Page
      title={type}
      lead={known.data?.description}
      actions={<Copies path={`/schemas/${context}/${name}`} command={`partner catalogue ${type}`} />}
    >
      <PartnerTabs part="catalogue" />
      <Source query={known} what={i18n.t('the type')} who={i18n.t('The server')} height={320}>
        {(event) => (
          <div className="stack">
            {event.versions.toReversed().map((version) => (
              <Version key={version.version} version={version} />
            ))}
            <Takers type={type} />
            <Changes changes={event.changes} />
          </div>
        )}
      </Source>
    </Page>
  );
}

function Version({ version: { version, type, schema, sample } }: { version: EventType['versions'][number] }) {
  const text = JSON.stringify(sample, null, 2);
  return (
    <Panel
      title={i18n.t('Version {version}', { version })}
      aside={
        <span className="row">
          <a href={schema}>
            <Trans
              id="JSON Schema<0> of version {version}</0>"
              values={{ version }}
              components={{ 0: <span className="sr" /> }}
            />
          </a>
          <CopyButton text={text} label={i18n.t('Copy the sample of version {version}', { version })} />
        </span>
      }
    >
      <p className="row">
        <code>{type}</code>
        <CopyButton text={type} label={i18n.t('Copy the type of version {version}', { version })} />
      </p>
      <pre className="table-scroll" tabIndex={0} aria-label={i18n.t('Sample of version {version}', { version })}>
        {text}
      </pre>
      <p className="label">
        {i18n.t(
          'A sample, made from the schema: every property is there, optional ones too. Values of persons read [sealed].',
        )}
      </p>
    </Panel>
  );
}

function Takers({ type }: { type: string }) {
  const endpoints = useRoute(listEndpoints);
  const because = useMayNot();
  const [chosen, setChosen] = useState('');
  const change = useChange(changeEndpoint, {
    reads: [listEndpoints, showEndpoint],
    onDone: () => {
      setChosen('');
      announce(i18n.t('It takes {type} from now on.', { type }));
    },
  });
  return (
    <Panel
      title={i18n.t('Endpoints that take it')}
      aside={
        <span className="row">
          <Go to="/partners/deliveries" search={{ type }}>
            {i18n.t('Deliveries of this type')}
          </Go>
          <Go to="/partners/tail" search={{ type }}>
            {i18n.t('Live, as they come')}
          </Go>
        </span>
      }
    >
      <Source query={endpoints} what={i18n.t('the endpoints')} who={i18n.t('The partners’ service')} height={64}>
        {({ items }) => {
          const takers = items.filter((each) => takes(each.types, type));
          const others = items.filter((each) => !takes(each.types, type));
          const endpoint = others.find(({ endpointId }) => endpointId === chosen);
          return (
            <>
              {takers.length === 0 && <p className="soft">{i18n.t('None of your endpoints takes it.')}</p>}
              <ul className="stack-tight">
                {takers.map((each) => (
                  <li key={each.endpointId} className="row">
                    <Go to={`/partners/endpoints/${each.endpointId}`}>{shortUrl(each.url)}</Go>
                    <EndpointStatus endpoint={each} />
                    <span className="label">
                      {i18n.t('by {find}', {
                        find: each.types.find((own) => takes([own], type)) ?? i18n.t('all types'),
                      })}
                    </span>
                  </li>
                ))}
              </ul>
              <ProblemSummary problems={refusal(change.error)} />
              {others.length > 0 && (
                <form
                  className="filters"
                  onSubmit={(event) => {
                    event.preventDefault();
                    if (!endpoint || because !== undefined) return;
                    const { endpointId, url, types, note, version } = endpoint;
                    change.mutate({
                      params: { endpointId },
                      body: { url, note, types: [...types, type] },
                      ifMatch: version,
                    });
                  }}
                >
                  <Select
                    label={i18n.t('Endpoint that does not')}
                    value={chosen}
                    onChange={setChosen}
                    options={[
                      { value: '', label: i18n.t('choose one') },
                      ...others.map(({ endpointId, url }) => ({ value: endpointId, label: shortUrl(url) })),
                    ]}
                  />
                  <Button
                    type="submit"
                    kind="primary"
                    busy={change.isPending}
                    because={because ?? (endpoint ? undefined : i18n.t('Choose an endpoint first.'))}
                  >
                    {i18n.t('Subscribe it to this type')}
                  </Button>
                </form>
              )}
              <p>
                <Go to="/partners/endpoints" search={{ type }}>
                  {i18n.t('Add an endpoint for this type')}
                </Go>
              </p>
            </>
          );
        }}
      </Source>
    </Panel>
  );
}

const Changes = ({ changes }: { changes: EventType['changes'] }) => (
  <Panel title={i18n.t('Changes')} aside={<span className="label">{i18n.t('newest first')}</span>}>
    <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Changes, scrolls')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Release')}</th>
            <th scope="col">{i18n.t('Version')}</th>
            <th scope="col">{i18n.t('What came')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ on, version, first, added }) => (
            <tr key={`${on} ${version}`}>
              <th scope="row">{on}</th>
              <td>v{version}</td>
              <td>
                {first && <>{i18n.t('The version, with')} </>}
                {added.length === 0
                  ? i18n.t('no properties')
                  : added.map((place) => <Place key={place} place={place} />)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    <p className="label">
      {i18n.t('A version only grows: what a reader of it was promised stays. Another meaning is another version.')}
    </p>
  </Panel>
);

const Place = ({ place }: { place: string }) => (
  <>
    <code>{place}</code>{' '}
  </>
);
