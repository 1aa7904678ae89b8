import { Trans } from '@lingui/react';
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
import { i18n } from '../words/words.js';

type Job = AnswerOf<typeof listEvidenceJobs>['items'][number];
type File = Job['files'][number];

/** Jobs of the server that make evidence, the newest first: they go on while this page is left. */
export function Jobs() {
  const jobs = useRoute(listEvidenceJobs, {}, { refetchInterval: 1_000, staleTime: 0 });
  return (
    <Source query={jobs} what={i18n.t('the evidence jobs')} who={i18n.t('The audit store')} height={120}>
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
      title={i18n.t('Evidence: {reason}', { reason })}
      aside={
        state === 'running' ? (
          <Button size="small" busy={stop.isPending} onPress={() => stop.mutate({ params: { jobId } })}>
            {i18n.t('Stop')}
          </Button>
        ) : (
          <StatusMark state={refused > 0 ? 'act' : state === 'stopped' ? 'idle' : 'go'}>
            {refused > 0
              ? i18n.t('{refused} refused', { refused })
              : state === 'stopped'
                ? i18n.t('stopped')
                : i18n.t('all made')}
          </StatusMark>
        )
      }
    >
      <progress max={total} value={settled} aria-label={i18n.t('Evidence files made')} />
      <span className="label" role="status">
        {i18n.t('{settled} of {total}. Made on the server: this page may be left.', { settled, total })}
      </span>
      <span className="label">
        {by}, <Instant at={startedAt} seconds />
        {keptUntil !== null && (
          <>
            <Trans id=", kept until <0/>" components={{ 0: <Instant at={keptUntil} /> }} />
          </>
        )}
      </span>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Files: {reason}', { reason })}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Shipment')}</th>
              <th scope="col">{i18n.t('State')}</th>
              <th scope="col" className="num">
                {i18n.t('Size')}
              </th>
              <th scope="col">{i18n.t('sha256')}</th>
              <th scope="col">{i18n.t('Check it offline')}</th>
              <th scope="col">{i18n.t('Take away')}</th>
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
  const word = {
    made: i18n.t('made'),
    refused: says,
    waits: running ? i18n.t('waits') : i18n.t('not made'),
    gone: i18n.t('no longer kept'),
  }[state];
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>
        <StatusMark state={MARKS[state]}>{word}</StatusMark>
      </td>
      <td className="num">{bytes !== null && sizeOf(bytes)}</td>
      <td>{sha256 !== null && <DigestChip digest={sha256} label={i18n.t('digest of the file')} />}</td>
      <td>
        {state === 'made' && (
          <span className="digest">
            <code>{`node verify.mjs ${name.slice(0, 17)}….tar`}</code>
            <CopyButton text={`node verify.mjs ${name}`} label={i18n.t('Copy the command for {label}', { label })} />
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
      <Button
        size="small"
        label={i18n.t('Download {label}', { label })}
        because={offline}
        busy={busy}
        onPress={() => void take()}
      >
        {i18n.t('Download')}
      </Button>
      {failed !== null && <ErrorState error={failed} what={i18n.t('the file')} onRetry={() => void take()} />}
    </>
  );
}
