import {
  fetchEvidenceFile,
  listEvidenceJobs,
  reportAccess,
  stopEvidenceJob,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useState } from 'react';
import { api } from '../api/client.js';
import { readAgain, useChange, useRoute } from '../api/queries.js';
import { saveBytes } from '../shipment/save.js';
import { Panel, Source, useOffline } from '../shipment/parts.js';
import { Button, CopyButton, DigestChip, ErrorState, Instant, StatusMark } from '../ui/index.js';

type Job = AnswerOf<typeof listEvidenceJobs>['items'][number];
type File = Job['files'][number];

/** Jobs of the server that make evidence, the newest first: they go on while this page is left. */
export function Jobs() {
  const jobs = useRoute(listEvidenceJobs, {}, { refetchInterval: 1_000, staleTime: 0 });
  return (
    <Source query={jobs} what="the evidence jobs" who="The audit store" height={120}>
      {({ items }) => items.map((job) => <JobPanel key={job.jobId} job={job} />)}
    </Source>
  );
}

function JobPanel({ job }: { job: Job }) {
  const { jobId, reason, by, startedAt, keptUntil, state, total, made, refused, files } = job;
  const stop = useChange(stopEvidenceJob, { reads: [listEvidenceJobs] });
  const settled = made + refused;
  return (
    <Panel
      title={`Evidence: ${reason}`}
      aside={
        state === 'running' ? (
          <Button size="small" busy={stop.isPending} onPress={() => stop.mutate({ params: { jobId } })}>
            Stop
          </Button>
        ) : (
          <StatusMark state={refused > 0 ? 'act' : state === 'stopped' ? 'idle' : 'go'}>
            {refused > 0 ? `${refused} refused` : state === 'stopped' ? 'stopped' : 'all made'}
          </StatusMark>
        )
      }
    >
      <progress max={total} value={settled} aria-label="Evidence files made" />
      <span className="label" role="status">
        {settled} of {total}. Made on the server: this page may be left.
      </span>
      <span className="label">
        {by}, <Instant at={startedAt} seconds />
        {keptUntil !== null && (
          <>
            , kept until <Instant at={keptUntil} />
          </>
        )}
      </span>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={`Files: ${reason}`}>
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
              <th scope="col">Take away</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <FileRow key={file.shipmentId} jobId={jobId} file={file} running={state === 'running'} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

const sizeOf = (bytes: number): string => `${Math.ceil(bytes / 1000).toLocaleString('en-GB')} kB`;
const MARKS = { made: 'go', refused: 'late', waits: 'wait', gone: 'idle' } as const;

function FileRow({ jobId, file, running }: { jobId: string; file: File; running: boolean }) {
  const { shipmentId, reference, state, says, bytes, sha256 } = file;
  const label = reference ?? shipmentId;
  const name = `evidence-${shipmentId}.tar`;
  const word = { made: 'made', refused: says, waits: running ? 'waits' : 'not made', gone: 'no longer kept' }[state];
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>
        <StatusMark state={MARKS[state]}>{word}</StatusMark>
      </td>
      <td className="num">{bytes !== null && sizeOf(bytes)}</td>
      <td>{sha256 !== null && <DigestChip digest={sha256} label="digest of the file" />}</td>
      <td>
        {state === 'made' && (
          <span className="digest">
            <code>node verify.mjs {name.slice(0, 17)}….tar</code>
            <CopyButton text={`node verify.mjs ${name}`} label={`Copy the command for ${label}`} />
          </span>
        )}
      </td>
      <td>{state === 'made' && <Fetch jobId={jobId} shipmentId={shipmentId} label={label} name={name} />}</td>
    </tr>
  );
}

interface FetchProps {
  jobId: string;
  shipmentId: string;
  label: string;
  name: string;
}

/** Fetches a file; that it was fetched is an event. */
function Fetch({ jobId, shipmentId, label, name }: FetchProps) {
  const offline = useOffline();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const take = async (): Promise<void> => {
    setBusy(true);
    setFailed(null);
    try {
      saveBytes(await api.bytes(fetchEvidenceFile, { jobId, shipmentId }), name);
      await readAgain(reportAccess);
    } catch (error) {
      setFailed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button size="small" label={`Download ${label}`} because={offline} busy={busy} onPress={() => void take()}>
        Download
      </Button>
      {failed !== null && <ErrorState error={failed} what="the file" onRetry={() => void take()} />}
    </>
  );
}
