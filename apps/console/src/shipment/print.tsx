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
    document.title = `Dossier ${reference ?? ''} · Tidewaiter`;
  }, [reference]);
  return (
    <article className="dossier">
      <div className="dossier-tools">
        <button type="button" className="button" data-kind="primary" onClick={() => window.print()}>
          Print
        </button>
        <span className="label">A4 or Letter; everything below is one document.</span>
      </div>
      <Source query={shipment} what="the shipment" who="The board">
        {(each) => (
          <header className="dossier-head">
            <h1>Dossier {each.reference}</h1>
            <p>
              {each.origin} → {each.destination}, {each.portOfEntry}, by {each.transport}. MRN {each.mrn ?? 'not given'}
              .{known !== undefined && ` As known ${known}.`}
            </p>
          </header>
        )}
      </Source>
      {strip.data && (
        <section>
          <h2>Where it stands</h2>
          <p>{strip.data.summary.says}</p>
          <dl className="facts">
            <dt>Waiting</dt>
            <dd>{strip.data.waiting ? `${strip.data.waiting.who}, since ${strip.data.waiting.since}` : 'nothing'}</dd>
            <dt>Next clock</dt>
            <dd>
              {strip.data.clock
                ? `${formatLegalDate(strip.data.clock.on, locale)}, end of day, ${strip.data.clock.city}`
                : 'none runs'}
            </dd>
            <dt>Money</dt>
            <dd>
              {strip.data.money ? (
                <>
                  now <Money value={{ amount: strip.data.money.now, currency: strip.data.money.currency }} />, later{' '}
                  <Money value={{ amount: strip.data.money.later, currency: strip.data.money.currency }} />, paid{' '}
                  <Money value={{ amount: strip.data.money.paid, currency: strip.data.money.currency }} />
                </>
              ) : (
                'nothing due'
              )}
            </dd>
          </dl>
        </section>
      )}
      {declaration && (
        <section>
          <h2>Declaration</h2>
          <dl className="facts">
            <dt>Authority</dt>
            <dd>
              {declaration.authority}, {declaration.channel}
            </dd>
            <dt>References</dt>
            <dd>
              LRN {declaration.references.lrn}, DUCR {declaration.references.ducr}, MRN{' '}
              {declaration.references.mrn ?? 'not given'}
            </dd>
            <dt>Status</dt>
            <dd>{declaration.summary}</dd>
          </dl>
        </section>
      )}
      {result && (
        <section>
          <h2>Duty and tax</h2>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Charge</th>
                <th scope="col">Arithmetic</th>
                <th scope="col">Legal basis</th>
                <th scope="col" className="num">
                  Amount
                </th>
              </tr>
            </thead>
            <tbody>
              {result.lines.flatMap((line) =>
                (line.options.find(({ chosen }) => chosen)?.charges ?? []).map((charge) => (
                  <tr key={`${line.number} ${charge.measure} ${charge.part ?? ''}`}>
                    <th scope="row">
                      {charge.code}, line {line.number}
                    </th>
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
            Law of <LegalDate date={result.lawDate} country={result.destination} />. Rules{' '}
            {result.rules.map(({ set, version }) => `${set} ${version}`).join(', ')}.
          </p>
        </section>
      )}
      {payments.data && payments.data.items.length > 0 && (
        <section>
          <h2>Payments</h2>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">To, reference</th>
                <th scope="col">Approved by</th>
                <th scope="col">Status</th>
                <th scope="col" className="num">
                  Amount
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
          <h2>Papers</h2>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Paper</th>
                <th scope="col">Version</th>
                <th scope="col">sha256</th>
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
              Cross-check: {finding.says} ({finding.outcome})
              {finding.accepted && (
                <>
                  {' '}
                  Accepted as it is by {finding.accepted.by}, because: {finding.accepted.reason}
                  {finding.accepted.proposedBy !== null && ` (proposed by ${finding.accepted.proposedBy})`}
                </>
              )}
            </p>
          ))}
        </section>
      )}
      <Source query={story} what="the story" who="The board">
        {({ entries }) => (
          <section>
            <h2>Story</h2>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">#</th>
                  <th scope="col">Learned</th>
                  <th scope="col">Said</th>
                  <th scope="col">What happened</th>
                  <th scope="col">Because of</th>
                  <th scope="col">By</th>
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
          ? `${dossier.data.events} events in the log${dossier.data.treeSize === null ? '' : `, sealed under a tree of ${dossier.data.treeSize} leaves, root ${root ?? ''}`}.`
          : 'The log was not read.'}
      </footer>
    </article>
  );
}
