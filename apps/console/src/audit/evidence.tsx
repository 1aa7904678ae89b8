import { Trans } from '@lingui/react';
import { listEvidenceJobs, reportAccess, startEvidenceJob } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { Panel, Source, useOffline, words } from '../shipment/parts.js';
import { Button, EmptyState, ErrorState, Instant, TextArea, TextField } from '../ui/index.js';
import { Go } from '../shipment/go.js';
import { i18n } from '../words/words.js';
import { Jobs } from './evidence-jobs.js';
import { referencesIn, shipmentsOf } from './references.js';

export default function Evidence() {
  const session = useSession();
  const access = useRoute(reportAccess, {}, { refetchInterval: 3_000 });
  return (
    <div className="stack">
      <TakeAway />
      {holds(session, 'auditor') && <Jobs />}
      <Source query={access} what={i18n.t('who took what away')} who={i18n.t('The audit store')} height={240}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={i18n.t('Nothing was read or taken away yet')} />
          ) : (
            <Panel
              title={i18n.t('Read and taken away')}
              aside={<span className="label">{i18n.t('newest first')}</span>}
            >
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('When')}</th>
                      <th scope="col">{i18n.t('Who')}</th>
                      <th scope="col">{i18n.t('What')}</th>
                      <th scope="col">{i18n.t('Says')}</th>
                      <th scope="col">{i18n.t('Why')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map(({ at, by, what, subject, says, reason }) => (
                      <tr key={`${at} ${subject} ${by}`}>
                        <td>
                          <Instant at={at} seconds />
                        </td>
                        <th scope="row">{by}</th>
                        <td>{words(what)}</td>
                        <td>{says}</td>
                        <td>{reason ?? <span className="soft">{i18n.t('not said')}</span>}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          )
        }
      </Source>
    </div>
  );
}

const FILES_AT_MOST = 200;

/** One file a shipment that proves it without this system; the server makes them, and each is itself an event of the log. */
function TakeAway() {
  const session = useSession();
  const offline = useOffline();
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const [unknown, setUnknown] = useState<readonly string[]>([]);
  const [looking, setLooking] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const start = useChange(startEvidenceJob, { reads: [listEvidenceJobs], onDone: () => setText('') });
  const references = referencesIn(text);
  const because = !holds(session, 'auditor')
    ? i18n.t('Auditors take the evidence of many shipments away; of one it is under its proof.')
    : references.length === 0
      ? i18n.t('Name a shipment first.')
      : references.length > FILES_AT_MOST
        ? i18n.t('At most {count} at once.', { count: FILES_AT_MOST })
        : reason.trim().length < 3
          ? i18n.t('Say why first.')
          : offline;
  const take = async (): Promise<void> => {
    setLooking(true);
    setFailed(null);
    try {
      const found = await shipmentsOf(references);
      setUnknown(found.unknown);
      if (found.unknown.length === 0) start.mutate({ body: { shipments: found.shipments, reason: reason.trim() } });
    } catch (error) {
      setFailed(error);
    } finally {
      setLooking(false);
    }
  };
  return (
    <Panel title={i18n.t('Take evidence away')}>
      <p>
        <Trans
          id="Events, proofs, checkpoint and report of a shipment in one archive, checked <0>here</0> or offline. Each export is itself an event of the log."
          components={{ 0: <Go to="/audit/verify" /> }}
        />
      </p>
      <div className="columns">
        <TextArea
          label={i18n.t('References of shipments')}
          hint={i18n.t('one or many: by line, blank or comma')}
          rows={3}
          value={text}
          onChange={setText}
          error={
            unknown.length === 0
              ? undefined
              : i18n.t('No shipment has the reference {unknown}.', { unknown: unknown.join(', ') })
          }
        />
        <TextField
          label={i18n.t('Why they are taken away')}
          hint={i18n.t('Recorded with your name.')}
          value={reason}
          onChange={setReason}
        />
      </div>
      {failed !== null && <ErrorState error={failed} what={i18n.t('the shipments')} />}
      {start.isError && <ErrorState error={start.error} what={i18n.t('the beginning of the job')} />}
      <Button kind="primary" because={because} busy={looking || start.isPending} onPress={() => void take()}>
        {references.length > 1 ? i18n.t('Make {count} files', { count: references.length }) : i18n.t('Make the file')}
      </Button>
    </Panel>
  );
}
