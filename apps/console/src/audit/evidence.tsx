import { reportAccess } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { Panel, Source, useOffline, words } from '../shipment/parts.js';
import { Button, CopyButton, DigestChip, EmptyState, Instant, StatusMark, TextArea, TextField } from '../ui/index.js';
import { Go } from '../shipment/go.js';
import { referencesIn, startEvidence, stopEvidence, useEvidenceJobs, type EvidenceJob } from './evidence-jobs.js';

export default function Evidence() {
  const access = useRoute(reportAccess, {}, { refetchInterval: 3_000 });
  return (
    <div className="stack">
      <TakeAway />
      <Jobs />
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

/** One file a shipment that proves it without this system; each export is itself an event of the log. */
function TakeAway() {
  const session = useSession();
  const offline = useOffline();
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const references = referencesIn(text);
  const because = !holds(session, 'auditor', 'compliance', 'administrator')
    ? 'Auditors, compliance and administrators take evidence away.'
    : references.length === 0
      ? 'Name a shipment first.'
      : reason.trim().length < 3
        ? 'Say why first.'
        : offline;
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
        />
        <TextField
          label="Why they are taken away"
          hint="Recorded with your name."
          value={reason}
          onChange={setReason}
        />
      </div>
      <Button
        kind="primary"
        because={because}
        onPress={() => {
          void startEvidence(references, reason.trim());
          setText('');
        }}
      >
        {references.length > 1 ? `Take away ${references.length} files` : 'Take away'}
      </Button>
    </Panel>
  );
}

const sizeOf = (bytes: number): string => `${Math.ceil(bytes / 1000).toLocaleString('en-GB')} kB`;

function Jobs() {
  const jobs = useEvidenceJobs();
  return jobs.map((job) => <Job key={job.id} job={job} />);
}

function Job({ job: { id, reason, items, stopped } }: { job: EvidenceJob }) {
  const settled = items.filter(({ state }) => state !== 'waits').length;
  const failed = items.filter(({ state }) => state === 'failed').length;
  const running = settled < items.length && !stopped;
  return (
    <Panel
      title={`Evidence: ${reason}`}
      aside={
        running ? (
          <Button size="small" onPress={() => stopEvidence(id)}>
            Stop
          </Button>
        ) : (
          <StatusMark state={failed > 0 ? 'act' : stopped ? 'idle' : 'go'}>
            {failed > 0 ? `${failed} failed` : stopped ? 'stopped' : 'all made'}
          </StatusMark>
        )
      }
    >
      <progress max={items.length} value={settled} aria-label="Evidence files made" />
      <span className="label" role="status">
        {settled} of {items.length}. They are made in this tab: leave it open until all are.
      </span>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Shipment</th>
              <th scope="col">State</th>
              <th scope="col" className="num">
                Size
              </th>
              <th scope="col">sha256</th>
              <th scope="col">Check it offline</th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ reference, state, says, bytes, sha256, file }) => (
              <tr key={reference}>
                <th scope="row">{reference}</th>
                <td>
                  <StatusMark state={state === 'made' ? 'go' : state === 'failed' ? 'late' : 'wait'}>
                    {state === 'failed' ? says : state === 'made' ? 'made' : stopped ? 'not made' : 'waits'}
                  </StatusMark>
                </td>
                <td className="num">{bytes > 0 && sizeOf(bytes)}</td>
                <td>{sha256 !== null && <DigestChip digest={sha256} label="digest of the file" />}</td>
                <td>
                  {file !== null && (
                    <span className="digest">
                      <code>node verify.mjs {file.slice(0, 17)}….tar</code>
                      <CopyButton text={`node verify.mjs ${file}`} label={`Copy the command for ${reference}`} />
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
