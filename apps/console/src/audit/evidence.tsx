import { listEvidenceJobs, reportAccess, startEvidenceJob } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { Panel, Source, useOffline, words } from '../shipment/parts.js';
import { Button, EmptyState, ErrorState, Instant, TextArea, TextField } from '../ui/index.js';
import { Go } from '../shipment/go.js';
import { Jobs } from './evidence-jobs.js';
import { referencesIn, shipmentsOf } from './references.js';

export default function Evidence() {
  const session = useSession();
  const access = useRoute(reportAccess, {}, { refetchInterval: 3_000 });
  return (
    <div className="stack">
      <TakeAway />
      {holds(session, 'auditor') && <Jobs />}
      <Source query={access} what="who took what away" who="The audit store" height={240}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="Nothing was read or taken away yet" />
          ) : (
            <Panel title="Read and taken away" aside={<span className="label">newest first</span>}>
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">When</th>
                      <th scope="col">Who</th>
                      <th scope="col">What</th>
                      <th scope="col">Says</th>
                      <th scope="col">Why</th>
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
                        <td>{reason ?? <span className="soft">not said</span>}</td>
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
    ? 'Auditors take the evidence of many shipments away; of one it is under its proof.'
    : references.length === 0
      ? 'Name a shipment first.'
      : references.length > FILES_AT_MOST
        ? `At most ${FILES_AT_MOST} at once.`
        : reason.trim().length < 3
          ? 'Say why first.'
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
    <Panel title="Take evidence away">
      <p>
        Events, proofs, checkpoint and report of a shipment in one archive, checked <Go to="/audit/verify">here</Go> or
        offline. Each export is itself an event of the log.
      </p>
      <div className="columns">
        <TextArea
          label="References of shipments"
          hint="one or many: by line, blank or comma"
          rows={3}
          value={text}
          onChange={setText}
          error={unknown.length === 0 ? undefined : `No shipment has the reference ${unknown.join(', ')}.`}
        />
        <TextField
          label="Why they are taken away"
          hint="Recorded with your name."
          value={reason}
          onChange={setReason}
        />
      </div>
      {failed !== null && <ErrorState error={failed} what="the shipments" />}
      {start.isError && <ErrorState error={start.error} what="the beginning of the job" />}
      <Button kind="primary" because={because} busy={looking || start.isPending} onPress={() => void take()}>
        {references.length > 1 ? `Make ${references.length} files` : 'Make the file'}
      </Button>
    </Panel>
  );
}
