import { Trans } from '@lingui/react';
import {
  endEngagement,
  grantMandate,
  listEngagements,
  listImporters,
  showEngagement,
  thawMandate,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { useDraft } from '../app/draft.js';
import {
  Button,
  ErrorState,
  fieldProblems,
  LegalDate,
  Page,
  ProblemSummary,
  Skeleton,
  StatusMark,
  Strip,
  TextField,
} from '../ui/index.js';
import { i18n } from '../words/words.js';
import { STANDING } from './engagements-page.js';

const DRAFT = { grantor: '', destinations: '', validFrom: '', validTo: '' };

type Engagement = AnswerOf<typeof showEngagement>;

/** What the importer holds in the goods: it decides who may be importer where law asks for more than a name. */
function titleOf(title: Engagement['title']): string {
  if (!title) return i18n.t('none: it lends its name alone');
  return title.right === 'owner'
    ? i18n.t('owner, by {evidence}', { evidence: title.evidence })
    : i18n.t('right of disposal, by {evidence}', { evidence: title.evidence });
}

/** Seizures that keep the mandate from being used, and compliance's word that it is in force again. */
function Frozen({ engagement: { engagementId, frozen = [], version } }: { engagement: Engagement }) {
  const session = useSession();
  const [reason, setReason] = useState('');
  const thaw = useChange(thawMandate, { reads: [showEngagement, listEngagements] });
  if (frozen.length === 0) return null;
  const because = !holds(session, 'compliance')
    ? i18n.t('For the role compliance. A tenant administrator grants it.')
    : reason.trim().length < 3
      ? i18n.t('Say why first.')
      : undefined;
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{i18n.t('The mandate is frozen')}</h2>
        <StatusMark state="halt">{i18n.t('Nothing is opened or filed under it')}</StatusMark>
      </div>
      <div className="sheet-body stack">
        {thaw.error && <ErrorState error={thaw.error} what={i18n.t('the change')} />}
        <TextField
          label={i18n.t('Why it is in force again')}
          hint={i18n.t('3 to 280 characters; it is recorded')}
          value={reason}
          onChange={setReason}
        />
        {frozen.map(({ shipmentId, says }) => (
          <div key={shipmentId} className="row between">
            <span>
              <Link to="/shipments/$shipmentId" params={{ shipmentId }}>
                {says}
              </Link>
            </span>
            <Button
              because={because}
              busy={thaw.isPending}
              label={i18n.t('Put the mandate in force again: {says}', { says })}
              onPress={() =>
                thaw.mutate({
                  params: { engagementId },
                  body: { shipmentId, reason: reason.trim() },
                  ifMatch: version,
                })
              }
            >
              {i18n.t('In force again')}
            </Button>
          </div>
        ))}
      </div>
    </section>
  );
}

/** One engagement: its mandates with their scope and validity, and the ways to give or end one. */
export default function EngagementPage() {
  const { engagementId } = useParams({ from: '/frame/engagements/$engagementId' });
  const session = useSession();
  const { data, error, refetch } = useRoute(showEngagement, { params: { engagementId } });
  const importers = useRoute(listImporters, { query: { limit: 200 } });
  const [draft, change, forget] = useDraft(`mandate.${engagementId}`, DRAFT);
  const [reason, setReason] = useState('');
  const reads = [showEngagement, listEngagements];
  const grant = useChange(grantMandate, {
    reads,
    onDone: () => {
      forget();
      change(DRAFT);
    },
  });
  const end = useChange(endEngagement, { reads });
  if (error) return <ErrorState error={error} what={i18n.t('this engagement')} onRetry={() => void refetch()} />;
  if (!data)
    return (
      <div className="page" aria-busy="true">
        <Skeleton height={36} width="40%" />
        <Skeleton height={88} />
      </div>
    );
  const [state, word] = STANDING[data.status] ?? ['unknown', data.status];
  const importer = importers.data?.items.find(({ importerId }) => importerId === data.importerId);
  const country = data.destinations[0]!;
  const last = data.mandates
    .map(({ validTo }) => validTo)
    .sort()
    .at(-1);
  const because = holds(session, 'operator', 'administrator')
    ? undefined
    : i18n.t('For operators. A tenant administrator grants the role.');
  const problems = fieldProblems(
    grant.error,
    (pointer) => /(grantor|destinations|validFrom|validTo)/.exec(pointer)?.[1],
  );
  return (
    <Page
      title={data.customer.name}
      lead={i18n.t('{kind} engagement, {destinations}', {
        kind: data.kind,
        destinations: data.destinations.join(', '),
      })}
      actions={
        <Link className="button" data-kind="primary" to="/shipments/new" search={{ engagement: engagementId }}>
          {i18n.t('New shipment')}
        </Link>
      }
    >
      <Strip
        waiting={<StatusMark state={state}>{word}</StatusMark>}
        clock={
          last ? (
            <>
              <Trans
                id="⚖ mandate ends <0/>"
                components={{ 0: <LegalDate date={last} country={country} endOfDay /> }}
              />
            </>
          ) : (
            i18n.t('No mandate')
          )
        }
        money={<span className="soft">{i18n.t('per shipment')}</span>}
        proof={<>{i18n.t('version {version} of its stream', { version: data.version })}</>}
      />
      <dl className="facts">
        <dt>{i18n.t('Importer of record')}</dt>
        <dd>
          {importer?.name} {importer?.identifiers.map(({ scheme, value }) => `${scheme} ${value}`).join(', ')}
        </dd>
        <dt>{i18n.t('Contact')}</dt>
        <dd>{data.customer.contact ?? <span className="soft">{i18n.t('none')}</span>}</dd>
        <dt>{i18n.t('Title to the goods')}</dt>
        <dd>{titleOf(data.title)}</dd>
      </dl>
      <Frozen engagement={data} />
      <h2>{i18n.t('Mandates')}</h2>
      {data.mandates.length === 0 ? (
        <p className="soft">{i18n.t('None is recorded: nothing may be lodged under this engagement.')}</p>
      ) : (
        <div className="sheet table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th>{i18n.t('Granted by')}</th>
                <th>{i18n.t('Destinations')}</th>
                <th>{i18n.t('From')}</th>
                <th>{i18n.t('To')}</th>
              </tr>
            </thead>
            <tbody>
              {data.mandates.map((mandate) => (
                <tr key={mandate.mandateId}>
                  <td>{mandate.grantor}</td>
                  <td>{mandate.destinations.join(', ')}</td>
                  <td>
                    <LegalDate date={mandate.validFrom} country={country} />
                  </td>
                  <td>
                    <LegalDate date={mandate.validTo} country={country} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <section className="sheet">
        <div className="sheet-head">
          <h2>{i18n.t('Record a mandate')}</h2>
        </div>
        <div className="sheet-body stack">
          <ProblemSummary problems={problems} />
          <div className="columns">
            <TextField
              id="grantor"
              label={i18n.t('Granted by')}
              value={draft.grantor}
              onChange={(grantor) => change({ grantor })}
            />
            <TextField
              id="destinations"
              label={i18n.t('Destinations')}
              hint={i18n.t('of {destinations}; separated by commas', { destinations: data.destinations.join(', ') })}
              value={draft.destinations}
              onChange={(destinations) => change({ destinations })}
            />
            <TextField
              id="validFrom"
              label={i18n.t('Valid from')}
              type="date"
              value={draft.validFrom}
              onChange={(validFrom) => change({ validFrom })}
            />
            <TextField
              id="validTo"
              label={i18n.t('Valid to')}
              type="date"
              value={draft.validTo}
              onChange={(validTo) => change({ validTo })}
            />
          </div>
          <div className="buttons">
            <Button
              kind="primary"
              because={because}
              busy={grant.isPending}
              onPress={() =>
                grant.mutate({
                  params: { engagementId },
                  body: {
                    ...draft,
                    destinations: draft.destinations
                      .split(',')
                      .map((each) => each.trim().toUpperCase())
                      .filter(Boolean),
                  },
                  ifMatch: data.version,
                })
              }
            >
              {i18n.t('Record mandate')}
            </Button>
          </div>
        </div>
      </section>
      {data.status !== 'ended' && (
        <details>
          <summary>{i18n.t('End this engagement')}</summary>
          <div className="stack">
            <p className="soft">{i18n.t('Running shipments go on; nothing new may be opened under it.')}</p>
            {end.error && <ErrorState error={end.error} what={i18n.t('the end')} />}
            <TextField
              label={i18n.t('Reason')}
              hint={i18n.t('3 to 280 characters; it is recorded')}
              value={reason}
              onChange={setReason}
            />
            <Button
              kind="danger"
              because={because ?? (reason.trim().length < 3 ? i18n.t('Give a reason first.') : undefined)}
              busy={end.isPending}
              onPress={() =>
                end.mutate({ params: { engagementId }, body: { reason: reason.trim() }, ifMatch: data.version })
              }
            >
              {i18n.t('End engagement with {name}', { name: data.customer.name })}
            </Button>
          </div>
        </details>
      )}
    </Page>
  );
}
