import { Trans } from '@lingui/react';
import {
  listAssessments,
  listDeclarations,
  listDocuments,
  listPayments,
  showDossier,
  showFindings,
  showShipment,
  showStory,
  showStrip,
} from '@tidewaiter/contracts';
import { useEffect } from 'react';
import { useRoute } from '../api/queries.js';
import { formatLegalDate, Instant, LegalDate, Money } from '../ui/index.js';
import { useLocale } from '../app/preferences.js';
import { transportWord } from '../words/terms.js';
import { i18n } from '../words/words.js';
import { useShipmentId } from './data.js';
import { Source, words } from './parts.js';
import './shipment.css';
import './print.css';
import { useAsked } from './go.js';

/** The dossier on paper: heads repeat, pages count, log size and root stand in the footer. */
export default function Print() {
  const shipmentId = useShipmentId();
  const locale = useLocale();
  const { known } = useAsked<{ known?: string }>();
  const params = { shipmentId };
  const moment = known === undefined ? {} : { known };
  const shipment = useRoute(showShipment, { params });
  const strip = useRoute(showStrip, { params, query: moment });
  const story = useRoute(showStory, { params, query: { order: 'learned', ...moment } });
  const dossier = useRoute(showDossier, { params });
  const documents = useRoute(listDocuments, { params });
  const findings = useRoute(showFindings, { params });
  const assessments = useRoute(listAssessments, { params });
  const declarations = useRoute(listDeclarations, { params });
  const payments = useRoute(listPayments, { params });
  const declaration = declarations.data?.items.at(-1);
  const result = assessments.data?.items[0]?.result;
  const root = dossier.data?.rootHash;
  const reference = shipment.data?.reference;
  useEffect(() => {
    document.title = i18n.t('Dossier {reference} · Tidewaiter', { reference: reference ?? '' });
  }, [reference]);
  return (
    <article className="dossier">
      <div className="dossier-tools">
        <button type="button" className="button" data-kind="primary" onClick={() => window.print()}>
          {i18n.t('Print')}
        </button>
        <span className="label">{i18n.t('A4 or Letter; everything below is one document.')}</span>
      </div>
      <Source query={shipment} what={i18n.t('the shipment')} who={i18n.t('The board')}>
        {(each) => (
          <header className="dossier-head">
            <h1>{i18n.t('Dossier {reference}', { reference: each.reference })}</h1>
            <p>
              {i18n.t('{origin} → {destination}, {portOfEntry}, by {transport}. MRN {mrn}.', {
                origin: each.origin,
                destination: each.destination,
                portOfEntry: each.portOfEntry,
                transport: transportWord(each.transport),
                mrn: each.mrn ?? i18n.t('not given'),
              })}
              {known !== undefined && i18n.t(' As known {known}.', { known })}
            </p>
          </header>
        )}
      </Source>
      {strip.data && (
        <section>
          <h2>{i18n.t('Where it stands')}</h2>
          <p>{strip.data.summary.says}</p>
          <dl className="facts">
            <dt>{i18n.t('Waiting')}</dt>
            <dd>
              {strip.data.waiting
                ? i18n.t('{who}, since {since}', { who: strip.data.waiting.who, since: strip.data.waiting.since })
                : i18n.t('nothing')}
            </dd>
            <dt>{i18n.t('Next clock')}</dt>
            <dd>
              {strip.data.clock
                ? i18n.t('{on}, end of day, {city}', {
                    on: formatLegalDate(strip.data.clock.on, locale),
                    city: strip.data.clock.city,
                  })
                : i18n.t('none runs')}
            </dd>
            <dt>{i18n.t('Money')}</dt>
            <dd>
              {strip.data.money ? (
                <>
                  <Trans
                    id="now <0/>, later <1/>, paid <2/>"
                    components={{
                      0: <Money value={{ amount: strip.data.money.now, currency: strip.data.money.currency }} />,
                      1: <Money value={{ amount: strip.data.money.later, currency: strip.data.money.currency }} />,
                      2: <Money value={{ amount: strip.data.money.paid, currency: strip.data.money.currency }} />,
                    }}
                  />
                </>
              ) : (
                i18n.t('nothing due')
              )}
            </dd>
          </dl>
        </section>
      )}
      {declaration && (
        <section>
          <h2>{i18n.t('Declaration')}</h2>
          <dl className="facts">
            <dt>{i18n.t('Authority')}</dt>
            <dd>
              {declaration.authority}, {declaration.channel}
            </dd>
            <dt>{i18n.t('References')}</dt>
            <dd>
              {i18n.t('LRN {lrn}, DUCR {ducr}, MRN {mrn}', {
                lrn: declaration.references.lrn,
                ducr: declaration.references.ducr,
                mrn: declaration.references.mrn ?? i18n.t('not given'),
              })}
            </dd>
            <dt>{i18n.t('Status')}</dt>
            <dd>{declaration.summary}</dd>
          </dl>
        </section>
      )}
      {result && (
        <section>
          <h2>{i18n.t('Duty and tax')}</h2>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Charge')}</th>
                <th scope="col">{i18n.t('Arithmetic')}</th>
                <th scope="col">{i18n.t('Legal basis')}</th>
                <th scope="col" className="num">
                  {i18n.t('Amount')}
                </th>
              </tr>
            </thead>
            <tbody>
              {result.lines.flatMap((line) =>
                (line.options.find(({ chosen }) => chosen)?.charges ?? []).map((charge) => (
                  <tr key={`${line.number} ${charge.measure} ${charge.part ?? ''}`}>
                    <th scope="row">{i18n.t('{code}, line {number}', { code: charge.code, number: line.number })}</th>
                    <td className="sums">{charge.arithmetic}</td>
                    <td>{charge.legalBasis}</td>
                    <td className="num">
                      <Money value={{ amount: charge.amount, currency: result.currency }} />
                    </td>
                  </tr>
                )),
              )}
              {result.entryCharges.map((charge) => (
                <tr key={charge.code}>
                  <th scope="row">{charge.code}</th>
                  <td className="sums">{charge.arithmetic}</td>
                  <td>{charge.legalBasis}</td>
                  <td className="num">
                    <Money value={{ amount: charge.amount, currency: result.currency }} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="label">
            <Trans
              id="Law of <0/>. Rules"
              components={{ 0: <LegalDate date={result.lawDate} country={result.destination} /> }}
            />{' '}
            {result.rules.map(({ set, version }) => `${set} ${version}`).join(', ')}.
          </p>
        </section>
      )}
      {payments.data && payments.data.items.length > 0 && (
        <section>
          <h2>{i18n.t('Payments')}</h2>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('To, reference')}</th>
                <th scope="col">{i18n.t('Approved by')}</th>
                <th scope="col">{i18n.t('Status')}</th>
                <th scope="col" className="num">
                  {i18n.t('Amount')}
                </th>
              </tr>
            </thead>
            <tbody>
              {payments.data.items.map((payment) => (
                <tr key={payment.paymentId}>
                  <th scope="row">
                    {payment.payee.name}, {payment.reference}
                  </th>
                  <td>{payment.approvals.map(({ by, at }) => `${by} ${at.slice(0, 16)}`).join(', ')}</td>
                  <td>{words(payment.status)}</td>
                  <td className="num">
                    <Money value={payment.amount} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {documents.data && documents.data.items.length > 0 && (
        <section>
          <h2>{i18n.t('Papers')}</h2>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Paper')}</th>
                <th scope="col">{i18n.t('Version')}</th>
                <th scope="col">{i18n.t('sha256')}</th>
              </tr>
            </thead>
            <tbody>
              {documents.data.items.flatMap(({ documentId, type, versions }) =>
                versions.map(({ version, name, sha256 }) => (
                  <tr key={`${documentId} ${version}`}>
                    <th scope="row">
                      {words(type)}, {name}
                    </th>
                    <td>v{version}</td>
                    <td className="sums">{sha256}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
          {findings.data?.findings.map((finding) => (
            <p key={finding.digest}>
              {i18n.t('Cross-check: {says} ({outcome})', { says: finding.says, outcome: finding.outcome })}
              {finding.accepted && (
                <>
                  {' '}
                  {i18n.t('Accepted as it is by {by}, because: {reason}', {
                    by: finding.accepted.by,
                    reason: finding.accepted.reason,
                  })}
                  {finding.accepted.proposedBy !== null &&
                    i18n.t(' (proposed by {proposedBy})', { proposedBy: finding.accepted.proposedBy })}
                </>
              )}
            </p>
          ))}
        </section>
      )}
      <Source query={story} what={i18n.t('the story')} who={i18n.t('The board')}>
        {({ entries }) => (
          <section>
            <h2>{i18n.t('Story')}</h2>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">#</th>
                  <th scope="col">{i18n.t('Learned')}</th>
                  <th scope="col">{i18n.t('Said')}</th>
                  <th scope="col">{i18n.t('What happened')}</th>
                  <th scope="col">{i18n.t('Because of')}</th>
                  <th scope="col">{i18n.t('By')}</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <tr key={entry.n}>
                    <td>{entry.n}</td>
                    <td>
                      <Instant at={entry.learned} seconds />
                    </td>
                    <td>{entry.said !== null && entry.lateBy !== null ? <Instant at={entry.said} seconds /> : ''}</td>
                    <td>{entry.says}</td>
                    <td>{entry.causes.map((n) => `#${n}`).join(', ')}</td>
                    <td>{entry.actor}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </Source>
      <footer className="dossier-foot label">
        {dossier.data
          ? i18n.t(
              '{events} events in the log{unsealed, select, yes {} other {, sealed under a tree of {treeSize} leaves, root {root}}}.',
              {
                events: dossier.data.events,
                treeSize: dossier.data.treeSize,
                root: root ?? '',
                unsealed: dossier.data.treeSize === null ? 'yes' : 'no',
              },
            )
          : i18n.t('The log was not read.')}
      </footer>
    </article>
  );
}
