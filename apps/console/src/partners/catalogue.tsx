import { CONTEXTS, listEndpoints, listEventTypes } from '@tidewaiter/contracts';
import { useNavigate } from '@tanstack/react-router';
import { useRoute } from '../api/queries.js';
import { Copies } from '../shipment/parts.js';
import { Go, useAsked } from '../shipment/go.js';
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
  if (error) return <ErrorState error={error} what="the catalogue" onRetry={() => void refetch()} />;
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
        <div className="filters" role="search" aria-label="Event types">
          <TextField label="Find a type" type="search" value={find} onChange={(text) => show({ find: text })} />
          <Select
            label="From"
            value={context}
            onChange={(chosen) => show({ context: chosen })}
            options={[{ value: '', label: 'any part' }, ...CONTEXTS.map((value) => ({ value, label: value }))]}
          />
          <span className="label">
            {found.length} of {data.items.length} types
          </span>
        </div>
        <div className="row">
          <a className="button" href="/asyncapi.json" download="tidewaiter-asyncapi.json">
            Download the AsyncAPI file
          </a>
          <Copies path="/schemas" command="partner catalogue" />
        </div>
      </div>
      {found.length === 0 ? (
        <EmptyState title="No type fits">{find}</EmptyState>
      ) : (
        <div className="sheet table-scroll" tabIndex={0} role="region" aria-label="Event types, scrolls">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Type</th>
                <th scope="col">What it says</th>
                <th scope="col" className="num">
                  Endpoints that take it
                </th>
                <th scope="col">Schemas</th>
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
                          <span className="sr"> of {each.name}</span>
                        </a>
                        <CopyButton text={type} label={`Copy type ${each.name} v${version}`} />
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
