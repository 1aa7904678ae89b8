import { CONTEXTS, listEndpoints, listEventTypes } from '@tidewaiter/contracts';
import { useNavigate } from '@tanstack/react-router';
import { useRoute } from '../api/queries.js';
import { Copies } from '../shipment/parts.js';
import { Go, useAsked } from '../shipment/go.js';
import { i18n } from '../words/words.js';
import { takes } from './words.js';
import { CopyButton, EmptyState, ErrorState, Select, Skeleton, TextField } from '../ui/index.js';

interface Asked {
  context?: string;
  find?: string;
}

/** Every type of event with its schemas; what is looked for stands in the address. */
export default function Catalogue() {
  const endpoints = useRoute(listEndpoints, {}, { staleTime: 30_000 });
  const { data, error, refetch } = useRoute(listEventTypes, {}, { staleTime: 600_000 });
  const { context = '', find = '' } = useAsked<Asked>();
  const navigate = useNavigate();
  const show = (asked: Asked): void =>
    void navigate({
      to: '.',
      replace: true,
      search: Object.fromEntries(
        Object.entries({ context, find, ...asked }).filter(([, each]) => each !== ''),
      ) as never,
    });
  if (error) return <ErrorState error={error} what={i18n.t('the catalogue')} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={32} lines={8} />;
  const wanted = find.toLowerCase();
  const found = data.items.filter(
    (each) =>
      (context === '' || each.context === context) &&
      `${each.context}.${each.name} ${each.description}`.toLowerCase().includes(wanted),
  );
  return (
    <div className="stack">
      <div className="between">
        <div className="filters" role="search" aria-label={i18n.t('Event types')}>
          <TextField
            label={i18n.t('Find a type')}
            type="search"
            value={find}
            onChange={(text) => show({ find: text })}
          />
          <Select
            label={i18n.t('From')}
            value={context}
            onChange={(chosen) => show({ context: chosen })}
            options={[{ value: '', label: i18n.t('any part') }, ...CONTEXTS.map((value) => ({ value, label: value }))]}
          />
          <span className="label">
            {i18n.t('{count} of {all} types', { count: found.length, all: data.items.length })}
          </span>
        </div>
        <div className="row">
          <a className="button" href="/asyncapi.json" download="tidewaiter-asyncapi.json">
            {i18n.t('Download the AsyncAPI file')}
          </a>
          <Copies path="/schemas" command="partner catalogue" />
        </div>
      </div>
      {found.length === 0 ? (
        <EmptyState title={i18n.t('No type fits')}>{find}</EmptyState>
      ) : (
        <div className="sheet table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Event types, scrolls')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Type')}</th>
                <th scope="col">{i18n.t('What it says')}</th>
                <th scope="col" className="num">
                  {i18n.t('Endpoints that take it')}
                </th>
                <th scope="col">{i18n.t('Schemas')}</th>
              </tr>
            </thead>
            <tbody>
              {found.map((each) => (
                <tr key={`${each.context}.${each.name}`}>
                  <th scope="row" className="mono">
                    <Go to={`/partners/catalogue/${each.context}.${each.name}`}>
                      {each.context}.{each.name}
                    </Go>
                  </th>
                  <td>{each.description}</td>
                  <td className="num">
                    {endpoints.data?.items.filter(({ types }) => takes(types, `${each.context}.${each.name}`)).length}
                  </td>
                  <td>
                    {each.versions.map(({ version, schema, type }) => (
                      <span key={version} className="digest">
                        <a href={schema}>
                          v{version}
                          <span className="sr"> {i18n.t('of {name}', { name: each.name })}</span>
                        </a>
                        <CopyButton
                          text={type}
                          label={i18n.t('Copy type {name} v{version}', { name: each.name, version })}
                        />
                      </span>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
