import { diffTariffs, listLegalBases, listRefused, listTariffs, type TariffVersion } from '@tidewaiter/contracts';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import {
  DigestChip,
  EmptyState,
  ErrorState,
  Instant,
  LegalDate,
  Page,
  Select,
  Skeleton,
  StatusMark,
} from '../ui/index.js';

/** Rules are dated data: which versions there are, what changed between them, what was refused, what was voided. */
export default function RulesPage() {
  const { from, to, refused } = useSearch({ from: '/frame/rules' });
  const navigate = useNavigate();
  const session = useSession();
  const { data, error, refetch } = useRoute(listTariffs, { query: {} });
  const readsBases = holds(session, 'operator', 'approver', 'compliance', 'auditor', 'partner');
  const bases = useRoute(listLegalBases, {}, { enabled: readsBases });
  if (error) return <ErrorState error={error} what="the rules" onRetry={() => void refetch()} />;
  const items = data?.items ?? [];
  const labelOf = ({ name, destination, validFrom }: TariffVersion): string =>
    `${destination} ${name}, from ${validFrom}`;
  const options = [
    { value: '', label: 'Choose a version' },
    ...items.map((each) => ({ value: each.tariffId, label: labelOf(each) })),
  ];
  const go = (search: { from?: string | undefined; to?: string | undefined; refused?: string | undefined }): void =>
    void navigate({ to: '/rules', search: Object.fromEntries(Object.entries(search).filter(([, value]) => value)) });
  return (
    <Page
      title="Rules"
      lead="Tariffs are versions by their days and their content. A running shipment stays on its version unless somebody moves it."
    >
      {!data && <Skeleton height={32} lines={5} />}
      {data && items.length === 0 && (
        <EmptyState title="No tariff is loaded">
          The rule books that come with the house are in use. A published tariff is loaded with `tidewaiter rules
          import`.
        </EmptyState>
      )}
      {items.length > 0 && (
        <>
          <div className="sheet table-scroll" tabIndex={0} role="region" aria-label="Tariff versions, scrolls">
            <table className="table">
              <thead>
                <tr>
                  <th>Tariff</th>
                  <th>Valid</th>
                  <th className="num">Codes</th>
                  <th className="num">Measures</th>
                  <th className="num">Refused rows</th>
                  <th>Content</th>
                  <th>Loaded</th>
                </tr>
              </thead>
              <tbody>
                {items.map((each) => (
                  <tr key={each.tariffId}>
                    <td>
                      {each.destination} {each.name} <span className="label">{each.scope}</span>
                    </td>
                    <td>
                      <LegalDate date={each.validFrom} country={each.destination} /> –{' '}
                      {each.validTo ? <LegalDate date={each.validTo} country={each.destination} /> : 'open end'}
                    </td>
                    <td className="num">{each.codes.toLocaleString('en-GB')}</td>
                    <td className="num">{each.measures.toLocaleString('en-GB')}</td>
                    <td className="num">
                      {each.refused === 0 ? (
                        '0'
                      ) : (
                        <Link to="/rules" search={{ refused: each.tariffId }}>
                          {each.refused.toLocaleString('en-GB')}
                        </Link>
                      )}
                    </td>
                    <td>
                      <DigestChip digest={each.digest} label="content digest" />
                    </td>
                    <td>
                      <Instant at={each.importedAt} /> <span className="label">{each.importedBy}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {refused && <Refused tariffId={refused} />}
          <section className="sheet">
            <div className="sheet-head">
              <h2>What changed</h2>
            </div>
            <div className="sheet-body stack">
              <div className="columns">
                <Select
                  label="From"
                  value={from ?? ''}
                  onChange={(value) => go({ from: value, to })}
                  options={options}
                />
                <Select label="To" value={to ?? ''} onChange={(value) => go({ from, to: value })} options={options} />
              </div>
              {from && to && from !== to && <Diff from={from} to={to} />}
            </div>
          </section>
        </>
      )}
      {bases.data && (
        <section className="sheet">
          <div className="sheet-head">
            <h2>Legal bases that were charged</h2>
            <span className="label">{bases.data.bases.length}</span>
          </div>
          <div className="sheet-body stack">
            {bases.data.voidances.map((each) => (
              <StatusMark key={each.voidanceId} state="halt">
                {each.citation} is void from {each.voidFrom}: {each.reason}
              </StatusMark>
            ))}
            {bases.data.bases.length === 0 ? (
              <p className="soft">Nothing was assessed yet.</p>
            ) : (
              <div className="table-scroll" tabIndex={0} role="region" aria-label="Legal bases, scrolls">
                <table className="table">
                  <thead>
                    <tr>
                      <th>Legal basis</th>
                      <th>Destination</th>
                      <th className="num">Assessments</th>
                    </tr>
                  </thead>
                  <tbody>
                    {bases.data.bases.map(({ legalBasis, destination, assessments }) => (
                      <tr key={`${destination} ${legalBasis}`}>
                        <td>{legalBasis}</td>
                        <td>{destination}</td>
                        <td className="num">{assessments}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </div>
        </section>
      )}
    </Page>
  );
}

function Refused({ tariffId }: { tariffId: string }) {
  const { data, error } = useRoute(listRefused, { params: { tariffId }, query: { limit: 200 } });
  if (error) return <ErrorState error={error} what="the refused rows" />;
  return (
    <section className="sheet table-scroll">
      <table className="table">
        <caption className="label">Rows that were refused, as they stand in the file</caption>
        <thead>
          <tr>
            <th className="num">Line</th>
            <th>Code</th>
            <th>Column</th>
            <th>Text</th>
            <th>Reason</th>
          </tr>
        </thead>
        <tbody>
          {data?.items.map((row) => (
            <tr key={`${row.line} ${row.column}`}>
              <td className="num">{row.line}</td>
              <td className="mono">{row.code}</td>
              <td>{row.column}</td>
              <td>{row.text}</td>
              <td>{row.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Diff({ from, to }: { from: string; to: string }) {
  const { data, error } = useRoute(diffTariffs, { params: { tariffId: from, otherId: to }, query: { limit: 200 } });
  if (error) return <ErrorState error={error} what="the difference" />;
  if (!data) return <Skeleton lines={4} />;
  const { counts, touched, items } = data;
  return (
    <>
      <p>
        <b>{counts.changed}</b> changed · <b>{counts.added}</b> new · <b>{counts.removed}</b> gone ·{' '}
        <b>{touched.length}</b> open shipments touched
      </p>
      {touched.length > 0 && (
        <ul className="row">
          {touched.slice(0, 20).map(({ shipmentId, commodities }) => (
            <li key={shipmentId}>
              <Link className="chip" to="/shipments/$shipmentId" params={{ shipmentId }}>
                {shipmentId.slice(0, 8)}: {commodities.join(', ')}
              </Link>
            </li>
          ))}
        </ul>
      )}
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Changes, scrolls">
        <table className="table">
          <thead>
            <tr>
              <th>Code</th>
              <th>What</th>
              <th>Before</th>
              <th>After</th>
            </tr>
          </thead>
          <tbody>
            {items.map((change, index) => (
              <tr key={index}>
                <td className="mono">{change.commodity}</td>
                <td>{change.what}</td>
                <td>{change.before ?? <span className="soft">none</span>}</td>
                <td>{change.after ?? <span className="soft">none</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.next && <p className="label">The first {items.length} are shown.</p>}
    </>
  );
}
