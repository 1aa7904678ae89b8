import { Trans } from '@lingui/react';
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
import { i18n } from '../words/words.js';

/** Rules are dated data: which versions there are, what changed between them, what was refused, what was voided. */
export default function RulesPage() {
  const { from, to, refused } = useSearch({ from: '/frame/rules' });
  const navigate = useNavigate();
  const session = useSession();
  const { data, error, refetch } = useRoute(listTariffs, { query: {} });
  const readsBases = holds(session, 'operator', 'approver', 'compliance', 'auditor', 'partner');
  const bases = useRoute(listLegalBases, {}, { enabled: readsBases });
  if (error) return <ErrorState error={error} what={i18n.t('the rules')} onRetry={() => void refetch()} />;
  const items = data?.items ?? [];
  const labelOf = ({ name, destination, validFrom }: TariffVersion): string =>
    i18n.t('{destination} {name}, from {validFrom}', { destination, name, validFrom });
  const options = [
    { value: '', label: i18n.t('Choose a version') },
    ...items.map((each) => ({ value: each.tariffId, label: labelOf(each) })),
  ];
  const go = (search: { from?: string | undefined; to?: string | undefined; refused?: string | undefined }): void =>
    void navigate({ to: '/rules', search: Object.fromEntries(Object.entries(search).filter(([, value]) => value)) });
  return (
    <Page
      title={i18n.t('Rules')}
      lead={i18n.t(
        'Tariffs are versions by their days and their content. A running shipment stays on its version unless somebody moves it.',
      )}
    >
      {!data && <Skeleton height={32} lines={5} />}
      {data && items.length === 0 && (
        <EmptyState title={i18n.t('No tariff is loaded')}>
          {i18n.t(
            'The rule books that come with the house are in use. A published tariff is loaded with `tidewaiter rules import`.',
          )}
        </EmptyState>
      )}
      {items.length > 0 && (
        <>
          <div
            className="sheet table-scroll"
            tabIndex={0}
            role="region"
            aria-label={i18n.t('Tariff versions, scrolls')}
          >
            <table className="table">
              <thead>
                <tr>
                  <th>{i18n.t('Tariff')}</th>
                  <th>{i18n.t('Valid')}</th>
                  <th className="num">{i18n.t('Codes')}</th>
                  <th className="num">{i18n.t('Measures')}</th>
                  <th className="num">{i18n.t('Refused rows')}</th>
                  <th>{i18n.t('Content')}</th>
                  <th>{i18n.t('Loaded')}</th>
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
                      {each.validTo ? <LegalDate date={each.validTo} country={each.destination} /> : i18n.t('open end')}
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
                      <DigestChip digest={each.digest} label={i18n.t('content digest')} />
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
              <h2>{i18n.t('What changed')}</h2>
            </div>
            <div className="sheet-body stack">
              <div className="columns">
                <Select
                  label={i18n.t('From')}
                  value={from ?? ''}
                  onChange={(value) => go({ from: value, to })}
                  options={options}
                />
                <Select
                  label={i18n.t('To')}
                  value={to ?? ''}
                  onChange={(value) => go({ from, to: value })}
                  options={options}
                />
              </div>
              {from && to && from !== to && <Diff from={from} to={to} />}
            </div>
          </section>
        </>
      )}
      {bases.data && (
        <section className="sheet">
          <div className="sheet-head">
            <h2>{i18n.t('Legal bases that were charged')}</h2>
            <span className="label">{bases.data.bases.length}</span>
          </div>
          <div className="sheet-body stack">
            {bases.data.voidances.map((each) => (
              <StatusMark key={each.voidanceId} state="halt">
                {i18n.t('{citation} is void from {voidFrom}: {reason}', {
                  citation: each.citation,
                  voidFrom: each.voidFrom,
                  reason: each.reason,
                })}
              </StatusMark>
            ))}
            {bases.data.bases.length === 0 ? (
              <p className="soft">{i18n.t('Nothing was assessed yet.')}</p>
            ) : (
              <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Legal bases, scrolls')}>
                <table className="table">
                  <thead>
                    <tr>
                      <th>{i18n.t('Legal basis')}</th>
                      <th>{i18n.t('Destination')}</th>
                      <th className="num">{i18n.t('Assessments')}</th>
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
  if (error) return <ErrorState error={error} what={i18n.t('the refused rows')} />;
  return (
    <section className="sheet table-scroll">
      <table className="table">
        <caption className="label">{i18n.t('Rows that were refused, as they stand in the file')}</caption>
        <thead>
          <tr>
            <th className="num">{i18n.t('Line')}</th>
            <th>{i18n.t('Code')}</th>
            <th>{i18n.t('Column')}</th>
            <th>{i18n.t('Text')}</th>
            <th>{i18n.t('Reason')}</th>
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
  if (error) return <ErrorState error={error} what={i18n.t('the difference')} />;
  if (!data) return <Skeleton lines={4} />;
  const { counts, touched, items } = data;
  return (
    <>
      <p>
        <Trans
          id="<0>{changed}</0> changed · <1>{added}</1> new · <2>{removed}</2> gone · <3>{count}</3> open shipments touched"
          values={{ changed: counts.changed, added: counts.added, removed: counts.removed, count: touched.length }}
          components={{ 0: <b />, 1: <b />, 2: <b />, 3: <b /> }}
        />
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
      <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Changes, scrolls')}>
        <table className="table">
          <thead>
            <tr>
              <th>{i18n.t('Code')}</th>
              <th>{i18n.t('What')}</th>
              <th>{i18n.t('Before')}</th>
              <th>{i18n.t('After')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((change, index) => (
              <tr key={index}>
                <td className="mono">{change.commodity}</td>
                <td>{change.what}</td>
                <td>{change.before ?? <span className="soft">{i18n.t('none')}</span>}</td>
                <td>{change.after ?? <span className="soft">{i18n.t('none')}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.next && <p className="label">{i18n.t('The first {count} are shown.', { count: items.length })}</p>}
    </>
  );
}
