import { listEventTypes } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useRoute } from '../api/queries.js';
import { CopyButton, ErrorState, Skeleton } from '../ui/index.js';

/** Every type of event with its schemas. */
export default function Catalogue() {
  const { data, error, refetch } = useRoute(listEventTypes, {}, { staleTime: 600_000 });
  const [text, setText] = useState('');
  if (error) return <ErrorState error={error} what="the catalogue" onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={32} lines={8} />;
  const wanted = text.toLowerCase();
  const found = data.items.filter(({ context, name, description }) =>
    `${context} ${name} ${description}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className="board-filters">
        <input
          className="input"
          type="search"
          aria-label="Find a type"
          placeholder="Find a type"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="label">
          {found.length} of {data.items.length} types
        </span>
      </div>
      <div className="sheet table-scroll" tabIndex={0} role="region" aria-label="Event types, scrolls">
        <table className="table">
          <thead>
            <tr>
              <th>Type</th>
              <th>What it says</th>
              <th>Schemas</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ context, name, description, versions }) => (
              <tr key={`${context}.${name}`}>
                <td className="mono">
                  {context}.{name}
                </td>
                <td>{description}</td>
                <td>
                  {versions.map(({ version, schema, type }) => (
                    <span key={version} className="digest">
                      <a href={schema}>
                        v{version}
                        <span className="sr"> of {name}</span>
                      </a>
                      <CopyButton text={type} label={`Copy type ${name} v${version}`} />
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
