import { Trans } from '@lingui/react';
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
import { i18n } from '../words/words.js';
import { useShipmentId } from './data.js';
import { Panel, Source, useOffline, words } from './parts.js';
import { saveBytes } from './save.js';
import { goOn, startUpload, stopUpload, useUploads, type Upload, type DocumentType } from './uploads.js';

type Checklist = AnswerOf<typeof showChecklist>;
type Requirement = Checklist['requirements'][number];
type Document = AnswerOf<typeof listDocuments>['items'][number];

/** Three things that must not be mixed up: nobody asked, asked and absent, present. */
const SLOT_STATES: Record<Requirement['state'], [State, string]> = {
  unasked: ['idle', i18n.t('not asked')],
  missing: ['act', i18n.t('asked, absent')],
  provided: ['go', i18n.t('present')],
  exempt: ['idle', i18n.t('not needed')],
  deferred: ['wait', i18n.t('deferred, the claim stays open')],
};

export default function Documents() {
  const shipmentId = useShipmentId();
  const params = { shipmentId };
  const checklist = useRoute(showChecklist, { params });
  const documents = useRoute(listDocuments, { params });
  const findings = useRoute(showFindings, { params });
  return (
    <div className="stack">
      <Source query={checklist} what={i18n.t('the checklist')} who={i18n.t('Documents')} height={200}>
        {(answer) => <Needed checklist={answer} />}
      </Source>
      <Uploading shipmentId={shipmentId} documents={documents.data?.items ?? []} />
      <Source query={documents} what={i18n.t('the documents')} who={i18n.t('Documents')} height={160}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={i18n.t('No papers yet')}>
              {i18n.t('Upload the first one above: the checklist says which are needed and by which law.')}
            </EmptyState>
          ) : (
            <Papers items={items} />
          )
        }
      </Source>
      <Source query={findings} what={i18n.t('the cross-check')} who={i18n.t('Documents')} height={120}>
        {(answer) => <CrossCheck findings={answer} documents={documents.data?.items ?? []} />}
      </Source>
    </div>
  );
}

function Needed({ checklist }: { checklist: Checklist }) {
  if (checklist.state === 'not-derived')
    return (
      <EmptyState title={i18n.t('The checklist is not derived yet')}>
        {i18n.t('It follows once the shipment’s standing is proved.')}
      </EmptyState>
    );
  return (
    <Panel
      title={i18n.t('Needed')}
      aside={
        <StatusMark state={checklist.state === 'complete' ? 'go' : checklist.state === 'blocked' ? 'act' : 'wait'}>
          {checklist.state === 'complete'
            ? i18n.t('Complete')
            : checklist.state === 'blocked'
              ? i18n.t('Waits for a person')
              : i18n.t('Waiting for papers')}
        </StatusMark>
      }
    >
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Paper')}</th>
              <th scope="col">{i18n.t('State')}</th>
              <th scope="col">{i18n.t('Why, by which law')}</th>
              <th scope="col">{i18n.t('From')}</th>
              <th scope="col">{i18n.t('Without it')}</th>
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
                        <span className="label" title={i18n.t('Row {row}', { row })}>
                          {law}
                        </span>
                      </div>
                    ))}
                  </td>
                  <td>
                    {slot.from}
                    {slot.original && <span className="label">{i18n.t(', original')}</span>}
                  </td>
                  <td>
                    {slot.blocks === 'nothing' ? i18n.t('goes on') : i18n.t('{blocks} waits', { blocks: slot.blocks })}
                  </td>
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
    <section className="stack-tight" aria-label={i18n.t('Upload')}>
      <div
        className="drop"
        data-over={over || undefined}
        onDragOver={(event) => (event.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label className="field">
          <span className="field-label">{i18n.t('Upload papers')}</span>
          <span className="field-hint">
            {i18n.t(
              'Choose files or drop them here: PDF, XML, CSV, JSON, images; up to 25 MB each. HTML, SVG and PDF with script are refused.',
            )}
          </span>
          <input
            type="file"
            multiple
            disabled={!may}
            onChange={(event) => (take(event.target.files), (event.target.value = ''))}
          />
        </label>
        {!may && <span className="button-because">{i18n.t('Operators and partners upload papers.')}</span>}
        {chosen.map(({ file, type, supersedes }, i) => (
          <div key={`${file.name}-${i}`} className="row">
            <b>{file.name}</b>
            <label>
              <span className="sr">{i18n.t('Type of {name}', { name: file.name })}</span>
              <select className="input" value={type} onChange={(event) => alter(i, { type: event.target.value })}>
                {DOCUMENT_TYPES.map((each) => (
                  <option key={each} value={each}>
                    {words(each)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span className="sr">{i18n.t('{name} replaces', { name: file.name })}</span>
              <select
                className="input"
                value={supersedes}
                onChange={(event) => alter(i, { supersedes: event.target.value })}
              >
                <option value="">{i18n.t('a new paper')}</option>
                {documents
                  .filter((each) => each.type === type)
                  .map((each) => (
                    <option key={each.documentId} value={each.documentId}>
                      {i18n.t('replaces')} {each.versions.at(-1)?.name} v{each.versions.length}
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
            {i18n.t('Upload {count} {count, plural, one {file} other {files}}', { count: chosen.length })}
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
              {i18n.t('Go on now')}
            </Button>
          )}
          <Button
            size="small"
            kind="quiet"
            label={`${state === 'done' || state === 'refused' ? i18n.t('Close') : i18n.t('Stop')} ${name}`}
            onPress={() => stopUpload(key)}
          >
            {state === 'done' || state === 'refused' ? i18n.t('Close') : i18n.t('Stop')}
          </Button>
        </span>
      </div>
      {(state === 'sending' || state === 'hashing' || state === 'cut' || state === 'reading') && (
        <progress max={100} value={share} aria-label={i18n.t('Upload of {name}', { name })} />
      )}
      <span className="label" role="status">
        {
          {
            hashing: i18n.t('Working out the digest in this browser'),
            sending: i18n.t('{share} %, {sent} of {size}', { share, sent: megabytes(sent), size: megabytes(size) }),
            reading: i18n.t('Sent; the paper is read and checked'),
            cut: i18n.t('Cut. It goes on by itself when the line is back, under the same key: nothing arrives twice.'),
            done: answer?.duplicate
              ? i18n.t('Same content as a paper that is here: kept as a link to it.')
              : i18n.t('Received.'),
            refused: i18n.t('Refused.'),
            stopped: i18n.t('Stopped.'),
          }[state]
        }
      </span>
      {sha256 !== null && (
        <span className="row label">
          <span>
            <Trans id="sha256 in this browser <0/>" components={{ 0: <DigestChip digest={sha256} /> }} />
          </span>
          {answer && (
            <StatusMark state={answer.sha256 === sha256 ? 'go' : 'late'}>
              {i18n.t(
                'server’s {sha256}, {sha2562, select, yes {the same bytes} other {other bytes: do not rely on this paper}}',
                { sha256: answer.sha256.slice(0, 8), sha2562: answer.sha256 === sha256 ? 'yes' : 'no' },
              )}
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
  received: ['wait', i18n.t('received')],
  read: ['wait', i18n.t('read')],
  accepted: ['go', i18n.t('accepted')],
  rejected: ['act', i18n.t('rejected')],
};

const Papers = ({ items }: { items: readonly Document[] }) => (
  <Panel title={i18n.t('Papers')}>
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Paper')}</th>
            <th scope="col">{i18n.t('State')}</th>
            <th scope="col">{i18n.t('Version')}</th>
            <th scope="col">{i18n.t('Received')}</th>
            <th scope="col" className="num">
              {i18n.t('Size')}
            </th>
            <th scope="col">{i18n.t('sha256')}</th>
            <th scope="col">
              <span className="sr">{i18n.t('Acts')}</span>
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
                    {i === 0 ? words(document.type) : <span className="label">{i18n.t('replaced')}</span>}
                    <br />
                    <span className="label">{version.name}</span>
                  </th>
                  <td>
                    {i === 0 && <StatusMark state={state}>{says}</StatusMark>}
                    {i === 0 && document.says !== null && <div className="label">{document.says}</div>}
                    {i === 0 && document.carried && (
                      <div className="label">
                        {i18n.t('of the shipment that was split; for this part')}{' '}
                        {document.carried.covers
                          .map(({ quantity, whole }) =>
                            i18n.t('{part} of {whole} {unit}', {
                              part: quantity.value,
                              whole: whole.value,
                              unit: whole.unit,
                            }),
                          )
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
    <Button
      size="small"
      busy={busy}
      label={i18n.t('Save {name}, version {n}', { name, n })}
      onPress={() => void save()}
    >
      {i18n.t('Save')}
    </Button>
  );
}

const OUTCOMES: Record<string, [State, string]> = {
  warning: ['idle', i18n.t('warning')],
  'blocks-claim': ['wait', i18n.t('claim waits')],
  'blocks-filing': ['act', i18n.t('filing waits')],
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
      title={i18n.t('Cross-check')}
      aside={
        <span className="label">
          {findings.length === 0
            ? i18n.t('The papers agree')
            : open === 0
              ? i18n.t('{count} accepted as they are', { count: findings.length })
              : i18n.t('{open} to look at', { open })}
        </span>
      }
    >
      {findings.length > 0 && (
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('What')}</th>
                {papers.map((paper) => (
                  <th scope="col" key={paper}>
                    {nameOf(paper)}
                  </th>
                ))}
                <th scope="col">{i18n.t('Difference')}</th>
                <th scope="col">{i18n.t('Outcome')}</th>
                <th scope="col">{i18n.t('As it is')}</th>
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
                      {finding.tolerance !== undefined && (
                        <div className="label">{i18n.t('tolerance {tolerance}', { tolerance: finding.tolerance })}</div>
                      )}
                    </td>
                    <td>
                      {finding.accepted ? (
                        <StatusMark state="go">{i18n.t('accepted')}</StatusMark>
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
      {findings.length === 0 && (
        <p className="soft">{i18n.t('What more than one paper states is the same in all of them.')}</p>
      )}
      {cannotTell.length > 0 && (
        <p className="label">{i18n.t('Could not be compared: {cannotTell}.', { cannotTell: cannotTell.join(', ') })}</p>
      )}
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
        {accepted.proposedBy !== null && (
          <div className="label">{i18n.t('proposed by {proposedBy}', { proposedBy: accepted.proposedBy })}</div>
        )}
      </>
    );
  if (!acceptable) return <span className="soft">{i18n.t('needs a corrected paper')}</span>;
  const blocks = outcome === 'blocks-filing';
  const me = `user:${session.subject}`;
  const because = !holds(session, 'operator', 'compliance', 'administrator')
    ? i18n.t('Operators and compliance accept differences.')
    : blocks && proposed && proposed.by === me
      ? i18n.t('You proposed it: somebody in compliance accepts it.')
      : blocks && proposed && !holds(session, 'compliance')
        ? i18n.t('Compliance accepts what blocks filing.')
        : blocks && !proposed && holds(session, 'compliance')
          ? i18n.t('An operator proposes it first.')
          : offline;
  const act = blocks && !proposed ? i18n.t('Propose to accept') : i18n.t('Accept');
  return (
    <div className="stack-tight">
      {proposed && (
        <div className="label">
          {i18n.t('proposed by {by}: {reason}', { by: proposed.by, reason: proposed.reason })}
        </div>
      )}
      {reason === null ? (
        <Button
          size="small"
          label={i18n.t('{act} {kind}, because…', { act, kind })}
          because={because}
          onPress={() => setReason('')}
        >
          {i18n.t('{act}, because…', { act })}
        </Button>
      ) : (
        <form
          className="stack-tight"
          onSubmit={(event) => {
            event.preventDefault();
            accept.mutate({ params: { shipmentId }, body: { digest, reason: reason.trim() } });
          }}
        >
          <TextField
            label={i18n.t('Reason')}
            hint={i18n.t('it is recorded and printed')}
            value={reason}
            onChange={setReason}
          />
          <Button
            size="small"
            type="submit"
            busy={accept.isPending}
            because={reason.trim().length < 3 ? i18n.t('Give a reason first.') : offline}
          >
            {act}
          </Button>
        </form>
      )}
      {accept.isError && <ErrorState error={accept.error} what={i18n.t('the answer')} />}
    </div>
  );
}
