import {
  acceptDifference,
  DOCUMENT_TYPES,
  downloadContent,
  listDocuments,
  listTasks,
  showChecklist,
  showFindings,
  showStory,
  showStrip,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useState, type DragEvent } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { api } from '../api/client.js';
import { holds, useSession } from '../api/session.js';
import { Button, DigestChip, EmptyState, ErrorState, Instant, StatusMark, TextField, type State } from '../ui/index.js';
import { useShipmentId } from './data.js';
import { Panel, Source, useOffline, words } from './parts.js';
import { saveBytes } from './save.js';
import { goOn, startUpload, stopUpload, useUploads, type Upload, type DocumentType } from './uploads.js';

type Checklist = AnswerOf<typeof showChecklist>;
type Requirement = Checklist['requirements'][number];
type Document = AnswerOf<typeof listDocuments>['items'][number];

/** Three things that must not be mixed up: nobody asked, asked and absent, present. */
const SLOT_STATES: Record<Requirement['state'], [State, string]> = {
  unasked: ['idle', 'not asked'],
  missing: ['act', 'asked, absent'],
  provided: ['go', 'present'],
  exempt: ['idle', 'not needed'],
  deferred: ['wait', 'deferred, the claim stays open'],
};

export default function Documents() {
  const shipmentId = useShipmentId();
  const params = { shipmentId };
  const checklist = useRoute(showChecklist, { params });
  const documents = useRoute(listDocuments, { params });
  const findings = useRoute(showFindings, { params });
  return (
    <div className="stack">
      <Source query={checklist} what="the checklist" who="Documents" height={200}>
        {(answer) => <Needed checklist={answer} />}
      </Source>
      <Uploading shipmentId={shipmentId} documents={documents.data?.items ?? []} />
      <Source query={documents} what="the documents" who="Documents" height={160}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No papers yet">
              Upload the first one above: the checklist says which are needed and by which law.
            </EmptyState>
          ) : (
            <Papers items={items} />
          )
        }
      </Source>
      <Source query={findings} what="the cross-check" who="Documents" height={120}>
        {(answer) => <CrossCheck findings={answer} documents={documents.data?.items ?? []} />}
      </Source>
    </div>
  );
}

function Needed({ checklist }: { checklist: Checklist }) {
  if (checklist.state === 'not-derived')
    return (
      <EmptyState title="The checklist is not derived yet">
        It follows once the shipment’s standing is proved.
      </EmptyState>
    );
  return (
    <Panel
      title="Needed"
      aside={
        <StatusMark state={checklist.state === 'complete' ? 'go' : checklist.state === 'blocked' ? 'act' : 'wait'}>
          {checklist.state === 'complete'
            ? 'Complete'
            : checklist.state === 'blocked'
              ? 'Waits for a person'
              : 'Waiting for papers'}
        </StatusMark>
      }
    >
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Paper</th>
              <th scope="col">State</th>
              <th scope="col">Why, by which law</th>
              <th scope="col">From</th>
              <th scope="col">Without it</th>
            </tr>
          </thead>
          <tbody>
            {checklist.requirements.map((slot) => {
              const [state, says] = SLOT_STATES[slot.state];
              return (
                <tr key={slot.slot}>
                  <th scope="row">{slot.types.map(words).join(slot.choose === 'one' ? ' or ' : ' and ')}</th>
                  <td>
                    <StatusMark state={state}>{says}</StatusMark>
                  </td>
                  <td>
                    {slot.reasons.map(({ row, because, law }) => (
                      <div key={row}>
                        {because}
                        <br />
                        <span className="label" title={`Row ${row}`}>
                          {law}
                        </span>
                      </div>
                    ))}
                  </td>
                  <td>
                    {slot.from}
                    {slot.original && <span className="label">, original</span>}
                  </td>
                  <td>{slot.blocks === 'nothing' ? 'goes on' : `${slot.blocks} waits`}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

const guess = (name: string): DocumentType => {
  const text = name.toLowerCase();
  if (/pack/.test(text)) return 'packing-list';
  if (/lading|b-?l\b/.test(text)) return 'bill-of-lading';
  if (/waybill|awb/.test(text)) return 'sea-waybill';
  if (/origin|eur1/.test(text)) return 'origin-statement';
  return /inv|ubl|cii/.test(text) ? 'commercial-invoice' : 'other';
};

function Uploading({ shipmentId, documents }: { shipmentId: string; documents: readonly Document[] }) {
  const uploads = useUploads(shipmentId);
  const session = useSession();
  const offline = useOffline();
  const [chosen, setChosen] = useState<{ file: File; type: DocumentType; supersedes: string }[]>([]);
  const [over, setOver] = useState(false);
  const may = holds(session, 'operator', 'partner');
  const take = (files: FileList | null): void =>
    setChosen([...chosen, ...[...(files ?? [])].map((file) => ({ file, type: guess(file.name), supersedes: '' }))]);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (may) take(event.dataTransfer.files);
  };
  const alter = (at: number, to: object): void =>
    setChosen(chosen.map((each, i) => (i === at ? { ...each, ...to } : each)));
  return (
    <section className="stack-tight" aria-label="Upload">
      <div
        className="drop"
        data-over={over || undefined}
        onDragOver={(event) => (event.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label className="field">
          <span className="field-label">Upload papers</span>
          <span className="field-hint">
            Choose files or drop them here: PDF, XML, CSV, JSON, images; up to 25 MB each. HTML, SVG and PDF with script
            are refused.
          </span>
          <input
            type="file"
            multiple
            disabled={!may}
            onChange={(event) => (take(event.target.files), (event.target.value = ''))}
          />
        </label>
        {!may && <span className="button-because">Operators and partners upload papers.</span>}
        {chosen.map(({ file, type, supersedes }, i) => (
          <div key={`${file.name}-${i}`} className="row">
            <b>{file.name}</b>
            <label>
              <span className="sr">Type of {file.name}</span>
              <select className="input" value={type} onChange={(event) => alter(i, { type: event.target.value })}>
                {DOCUMENT_TYPES.map((each) => (
                  <option key={each} value={each}>
                    {words(each)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span className="sr">{file.name} replaces</span>
              <select
                className="input"
                value={supersedes}
                onChange={(event) => alter(i, { supersedes: event.target.value })}
              >
                <option value="">a new paper</option>
                {documents
                  .filter((each) => each.type === type)
                  .map((each) => (
                    <option key={each.documentId} value={each.documentId}>
                      replaces {each.versions.at(-1)?.name} v{each.versions.length}
                    </option>
                  ))}
              </select>
            </label>
          </div>
        ))}
        {chosen.length > 0 && (
          <Button
            kind="primary"
            because={offline}
            onPress={() => {
              for (const { file, type, supersedes } of chosen)
                startUpload(shipmentId, file, type, supersedes === '' ? undefined : supersedes);
              setChosen([]);
            }}
          >
            Upload {chosen.length} {chosen.length === 1 ? 'file' : 'files'}
          </Button>
        )}
      </div>
      {uploads.map((upload) => (
        <Uploaded key={upload.key} upload={upload} />
      ))}
    </section>
  );
}

const MEGABYTE = 1_000_000;
const megabytes = (bytes: number): string =>
  bytes < MEGABYTE ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / MEGABYTE).toFixed(1)} MB`;

function Uploaded({ upload }: { upload: Upload }) {
  const { key, name, size, sent, state, sha256, answer, problem } = upload;
  const share = size === 0 ? 100 : Math.round((sent / size) * 100);
  return (
    <div className="upload" data-state={state}>
      <div className="row between">
        <span>
          <b>{name}</b> <span className="label">{megabytes(size)}</span>
        </span>
        <span className="row">
          {state === 'cut' && (
            <Button size="small" onPress={() => goOn(key)}>
              Go on now
            </Button>
          )}
          <Button
            size="small"
            kind="quiet"
            label={`${state === 'done' || state === 'refused' ? 'Close' : 'Stop'} ${name}`}
            onPress={() => stopUpload(key)}
          >
            {state === 'done' || state === 'refused' ? 'Close' : 'Stop'}
          </Button>
        </span>
      </div>
      {(state === 'sending' || state === 'hashing' || state === 'cut' || state === 'reading') && (
        <progress max={100} value={share} aria-label={`Upload of ${name}`} />
      )}
      <span className="label" role="status">
        {
          {
            hashing: 'Working out the digest in this browser',
            sending: `${share} %, ${megabytes(sent)} of ${megabytes(size)}`,
            reading: 'Sent; the paper is read and checked',
            cut: 'Cut. It goes on by itself when the line is back, under the same key: nothing arrives twice.',
            done: answer?.duplicate ? 'Same content as a paper that is here: kept as a link to it.' : 'Received.',
            refused: 'Refused.',
            stopped: 'Stopped.',
          }[state]
        }
      </span>
      {sha256 !== null && (
        <span className="row label">
          <span>
            sha256 in this browser <DigestChip digest={sha256} />
          </span>
          {answer && (
            <StatusMark state={answer.sha256 === sha256 ? 'go' : 'late'}>
              server’s {answer.sha256.slice(0, 8)},{' '}
              {answer.sha256 === sha256 ? 'the same bytes' : 'other bytes: do not rely on this paper'}
            </StatusMark>
          )}
        </span>
      )}
      {problem && (
        <p role="alert">
          <StatusMark state="late">
            {problem.detail} {problem.advice}
          </StatusMark>{' '}
          <code>{problem.code}</code>
        </p>
      )}
      {answer?.findings.map((finding) => (
        <p key={finding.kind}>
          <StatusMark state="act">{finding.says}</StatusMark>
        </p>
      ))}
    </div>
  );
}

const DOCUMENT_STATES: Record<Document['state'], [State, string]> = {
  received: ['wait', 'received'],
  read: ['wait', 'read'],
  accepted: ['go', 'accepted'],
  rejected: ['act', 'rejected'],
};

const Papers = ({ items }: { items: readonly Document[] }) => (
  <Panel title="Papers">
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Paper</th>
            <th scope="col">State</th>
            <th scope="col">Version</th>
            <th scope="col">Received</th>
            <th scope="col" className="num">
              Size
            </th>
            <th scope="col">sha256</th>
            <th scope="col">
              <span className="sr">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.flatMap((document) =>
            document.versions.toReversed().map((version, i) => {
              const [state, says] = DOCUMENT_STATES[document.state];
              return (
                <tr key={`${document.documentId}-${version.version}`}>
                  <th scope="row">
                    {i === 0 ? words(document.type) : <span className="label">replaced</span>}
                    <br />
                    <span className="label">{version.name}</span>
                  </th>
                  <td>
                    {i === 0 && <StatusMark state={state}>{says}</StatusMark>}
                    {i === 0 && document.says !== null && <div className="label">{document.says}</div>}
                    {i === 0 && document.carried && (
                      <div className="label">
                        of the shipment that was split; for this part{' '}
                        {document.carried.covers
                          .map(({ quantity, whole }) => `${quantity.value} of ${whole.value} ${whole.unit}`)
                          .join(', ')}
                      </div>
                    )}
                  </td>
                  <td>v{version.version}</td>
                  <td>
                    <Instant at={version.receivedAt} />
                  </td>
                  <td className="num">{megabytes(version.size)}</td>
                  <td>
                    <DigestChip digest={version.sha256} />
                  </td>
                  <td>
                    <Download document={document} n={version.version} name={version.name} />
                  </td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </div>
  </Panel>
);

/** Bytes are saved, never shown by the browser: who read them is recorded. */
function Download({ document, n, name }: { document: Document; n: number; name: string }) {
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const bytes = await api.bytes(downloadContent, { documentId: document.documentId, n: String(n) });
      saveBytes(bytes, name);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button size="small" busy={busy} label={`Save ${name}, version ${n}`} onPress={() => void save()}>
      Save
    </Button>
  );
}

const OUTCOMES: Record<string, [State, string]> = {
  warning: ['idle', 'warning'],
  'blocks-claim': ['wait', 'claim waits'],
  'blocks-filing': ['act', 'filing waits'],
};

type Findings = AnswerOf<typeof showFindings>;
type Finding = Findings['findings'][number];

/** What the papers say against each other: one row a finding, one column a paper; what may stand as it is can be accepted with a reason. */
export function CrossCheck({
  findings: { findings, cannotTell },
  documents,
}: {
  findings: Findings;
  documents: readonly Document[];
}) {
  const nameOf = (paper: string): string =>
    words(documents.find(({ documentId }) => documentId === paper)?.type ?? paper);
  const papers = [...new Set(findings.flatMap(({ compared }) => compared.map(({ document }) => document)))];
  const open = findings.filter(({ accepted }) => accepted === null).length;
  return (
    <Panel
      title="Cross-check"
      aside={
        <span className="label">
          {findings.length === 0
            ? 'The papers agree'
            : open === 0
              ? `${findings.length} accepted as they are`
              : `${open} to look at`}
        </span>
      }
    >
      {findings.length > 0 && (
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">What</th>
                {papers.map((paper) => (
                  <th scope="col" key={paper}>
                    {nameOf(paper)}
                  </th>
                ))}
                <th scope="col">Difference</th>
                <th scope="col">Outcome</th>
                <th scope="col">As it is</th>
              </tr>
            </thead>
            <tbody>
              {findings.map((finding) => {
                const [state, says] = OUTCOMES[finding.outcome]!;
                return (
                  <tr key={finding.digest}>
                    <th scope="row">
                      {finding.says}
                      <br />
                      <span className="label">
                        {finding.kind} · {finding.fix.join('; ')}
                      </span>
                    </th>
                    {papers.map((paper) => (
                      <td key={paper}>
                        {finding.compared
                          .filter(({ document }) => document === paper)
                          .map(({ pointer, value }) => (
                            <span key={pointer} title={pointer}>
                              {value}
                            </span>
                          ))}
                      </td>
                    ))}
                    <td>
                      {finding.difference ?? ''}
                      {finding.tolerance !== undefined && <div className="label">tolerance {finding.tolerance}</div>}
                    </td>
                    <td>
                      {finding.accepted ? (
                        <StatusMark state="go">accepted</StatusMark>
                      ) : (
                        <StatusMark state={state}>{says}</StatusMark>
                      )}
                    </td>
                    <td>
                      <AsItIs finding={finding} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {findings.length === 0 && <p className="soft">What more than one paper states is the same in all of them.</p>}
      {cannotTell.length > 0 && <p className="label">Could not be compared: {cannotTell.join(', ')}.</p>}
    </Panel>
  );
}

/** A difference is accepted with a reason only: a warning by one person, one that blocks filing by a second one. */
function AsItIs({ finding: { digest, kind, outcome, acceptable, proposed, accepted } }: { finding: Finding }) {
  const shipmentId = useShipmentId();
  const session = useSession();
  const offline = useOffline();
  const [reason, setReason] = useState<string | null>(null);
  const accept = useChange(acceptDifference, {
    reads: [showFindings, showChecklist, listTasks, showStory, showStrip],
    onDone: () => setReason(null),
  });
  if (accepted)
    return (
      <>
        {accepted.by}: {accepted.reason}
        {accepted.proposedBy !== null && <div className="label">proposed by {accepted.proposedBy}</div>}
      </>
    );
  if (!acceptable) return <span className="soft">needs a corrected paper</span>;
  const blocks = outcome === 'blocks-filing';
  const me = `user:${session.subject}`;
  const because = !holds(session, 'operator', 'compliance', 'administrator')
    ? 'Operators and compliance accept differences.'
    : blocks && proposed && proposed.by === me
      ? 'You proposed it: somebody in compliance accepts it.'
      : blocks && proposed && !holds(session, 'compliance')
        ? 'Compliance accepts what blocks filing.'
        : blocks && !proposed && holds(session, 'compliance')
          ? 'An operator proposes it first.'
          : offline;
  const act = blocks && !proposed ? 'Propose to accept' : 'Accept';
  return (
    <div className="stack-tight">
      {proposed && (
        <div className="label">
          proposed by {proposed.by}: {proposed.reason}
        </div>
      )}
      {reason === null ? (
        <Button size="small" label={`${act} ${kind}, because…`} because={because} onPress={() => setReason('')}>
          {`${act}, because…`}
        </Button>
      ) : (
        <form
          className="stack-tight"
          onSubmit={(event) => {
            event.preventDefault();
            accept.mutate({ params: { shipmentId }, body: { digest, reason: reason.trim() } });
          }}
        >
          <TextField label="Reason" hint="it is recorded and printed" value={reason} onChange={setReason} />
          <Button
            size="small"
            type="submit"
            busy={accept.isPending}
            because={reason.trim().length < 3 ? 'Give a reason first.' : offline}
          >
            {act}
          </Button>
        </form>
      )}
      {accept.isError && <ErrorState error={accept.error} what="the answer" />}
    </div>
  );
}
