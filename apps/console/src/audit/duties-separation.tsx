import { reportSeparationOfDuties, type AnswerOf } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { Panel, Source } from '../shipment/parts.js';
import { DigestChip, EmptyState, StatusMark } from '../ui/index.js';
import { Go } from '../shipment/go.js';
import { i18n } from '../words/words.js';

type Item = AnswerOf<typeof reportSeparationOfDuties>['items'][number];

export default function DutiesSeparation() {
  const report = useRoute(reportSeparationOfDuties);
  return (
    <Source query={report} what={i18n.t('the report')} who={i18n.t('The audit store')} height={320}>
      {({ exceptions, items }) => (
        <div className="stack">
          <p className="row">
            <StatusMark state={exceptions === 0 ? 'go' : 'late'}>
              <b>{exceptions === 0 ? i18n.t('Zero violations') : i18n.t('{exceptions} violations', { exceptions })}</b>
            </StatusMark>
            <span className="label">
              {i18n.t(
                '{count} acts, from the log alone: who prepared, who approved, and whether both are one person.',
                { count: items.length },
              )}
            </span>
          </p>
          {items.length === 0 ? (
            <EmptyState title={i18n.t('No act needed two people yet')} />
          ) : (
            <Panel title={i18n.t('Acts')}>
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('Act')}</th>
                      <th scope="col">{i18n.t('Prepared by')}</th>
                      <th scope="col">{i18n.t('Approved by')}</th>
                      <th scope="col" className="num">
                        {i18n.t('Needed')}
                      </th>
                      <th scope="col">{i18n.t('Same person?')}</th>
                      <th scope="col">{i18n.t('Approved = executed?')}</th>
                      <th scope="col">{i18n.t('Exceptions')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((item) => {
                      const same = item.prepared.filter((person) => item.approved.includes(person));
                      return (
                        <tr key={`${item.shipmentId} ${item.what} ${item.digests?.executed ?? ''}`}>
                          <th scope="row">
                            <Act item={item} />
                          </th>
                          <td>{item.prepared.join(', ')}</td>
                          <td>{item.approved.join(', ') || <span className="soft">{i18n.t('nobody yet')}</span>}</td>
                          <td className="num">{item.needed}</td>
                          <td>
                            <StatusMark state={same.length === 0 ? 'go' : 'late'}>
                              {same.length === 0 ? i18n.t('no') : same.join(', ')}
                            </StatusMark>
                          </td>
                          <td>
                            <Executed digests={item.digests} />
                          </td>
                          <td>{item.exceptions.join('; ')}</td>
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
            </Panel>
          )}
          <Refused items={items} />
        </div>
      )}
    </Source>
  );
}

const PLACES: Record<string, string> = { payment: 'money', difference: 'documents' };

/** A hold on a customer or party is no shipment's. */
const Act = ({ item: { shipmentId, what } }: { item: Item }) =>
  shipmentId === '' ? (
    <>{what}</>
  ) : (
    <Go to={`/shipments/${shipmentId}/${PLACES[what.split(' ')[0]!] ?? 'proof'}`}>{what}</Go>
  );

function Executed({ digests }: Pick<Item, 'digests'>) {
  if (digests === null) return <span className="soft">{i18n.t('no digest binds it')}</span>;
  const { approved, executed } = digests;
  if (executed === null) return <StatusMark state="wait">{i18n.t('not sent')}</StatusMark>;
  const same = approved.every((digest) => digest === executed);
  return (
    <>
      <StatusMark state={same ? 'go' : 'late'}>
        {approved.length === 0 ? i18n.t('under the limit') : same ? i18n.t('the same') : i18n.t('not the same')}
      </StatusMark>{' '}
      <DigestChip digest={executed} label={i18n.t('digest of what was executed')} />
    </>
  );
}

/** Attempts that the control stopped: they prove that it works. */
function Refused({ items }: { items: readonly Item[] }) {
  const attempts = items.flatMap((item) => item.refused.map((attempt) => ({ item, ...attempt })));
  return (
    <Panel
      title={i18n.t('Refused attempts')}
      aside={
        <span className="label">
          {attempts.length === 0 ? i18n.t('none') : i18n.t('{count}, nothing came of them', { count: attempts.length })}
        </span>
      }
    >
      {attempts.length === 0 ? (
        <p className="soft">
          {i18n.t(
            'Nobody tried to approve their own work, to accept what they proposed, to approve twice, or to lift their own hold.',
          )}
        </p>
      ) : (
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Act')}</th>
                <th scope="col">{i18n.t('Who tried')}</th>
                <th scope="col">{i18n.t('Why it was refused')}</th>
              </tr>
            </thead>
            <tbody>
              {attempts.map(({ item, by, says }, index) => (
                <tr key={index}>
                  <th scope="row">
                    <Act item={item} />
                  </th>
                  <td>{by}</td>
                  <td>{says}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
