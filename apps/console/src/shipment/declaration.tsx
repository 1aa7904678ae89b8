import { ProblemError } from '@tidewaiter/client';
import {
  declarationAnswers,
  decideTask,
  listDeclarations,
  listTasks,
  showDeclarationBytes,
  showRawMessage,
  showShipment,
  showStory,
  showStrip,
  showTask,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client.js';
import { readAgain, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import {
  Button,
  DigestChip,
  EmptyState,
  ErrorState,
  Instant,
  ProblemSummary,
  StatusMark,
  TextField,
} from '../ui/index.js';
import { newest, useOpenTasks, useShipmentId, useTimeline, type Task, type TimelineEntry } from './data.js';
import { Panel, Source, useOffline, words } from './parts.js';

type Declaration = AnswerOf<typeof listDeclarations>['items'][number];
interface Line {
  number: number;
  commodity: string;
  description: string;
  origin: string;
  netMass: string;
  grossMass?: string;
  quantity: { value: string; unit: string };
  price: { amount: string; currency: string };
}
interface Answer {
  /** as the correction names it: `lines[0].commodity`; null where it is no answer of ours */
  field: string | null;
  label: string;
  value: string;
  /** where it comes from, in words */
  from?: string;
  was?: string | null;
}
interface Section {
  title: string;
  answers: Answer[];
}

/** The answers as they stand: the papers' set, and every correction that was recorded after it. */
function answersOf(entries: readonly TimelineEntry[], declaration: Declaration | undefined): Section[] {
  const set = newest<{
    set: {
      lines: Line[];
      grossMass: string;
      packages: { count: number; kind: string };
      invoice: { number: string; total: { amount: string; currency: string } };
    };
  }>(entries, 'DocumentSetCompleted')?.data.set;
  const opened = newest<{
    portOfEntry: string;
    transport: string;
    incoterm: { code: string; place: string };
    importer: { name: string; identifiers: { scheme: string; value: string }[] };
  }>(entries, 'ShipmentOpened')?.data;
  const engaged = newest<{ mandateUntil: string }>(entries, 'ShipmentEngaged')?.data;
  const corrected = Object.assign(
    {},
    ...entries
      .filter(({ name }) => name === 'TaskDecided')
      .map(({ data }) => (data['decision'] as { set?: Record<string, string> } | undefined)?.set ?? {}),
  ) as Record<string, string>;
  const answer = (field: string, label: string, value: string): Answer => ({
    field,
    label,
    value: corrected[field] ?? value,
  });
  const fixed = (label: string, value: string): Answer => ({ field: null, label, value });
  return [
    {
      title: 'Parties and references',
      answers: [
        ...(opened
          ? [
              fixed(
                'Importer of record',
                `${opened.importer.name}, ${opened.importer.identifiers.map(({ scheme, value }) => `${scheme} ${value}`).join(', ')}`,
              ),
            ]
          : []),
        ...(engaged ? [fixed('Mandate until', engaged.mandateUntil)] : []),
        ...(declaration
          ? [
              fixed('LRN', declaration.references.lrn),
              fixed('DUCR', declaration.references.ducr),
              fixed('MRN', declaration.references.mrn ?? 'not given yet'),
            ]
          : []),
      ],
    },
    {
      title: 'Consignment',
      answers: [
        ...(opened
          ? [
              answer('portOfEntry', 'Port of entry', opened.portOfEntry),
              fixed('Transport', opened.transport),
              fixed('Delivery term', `${opened.incoterm.code} ${opened.incoterm.place}`),
            ]
          : []),
        ...(set
          ? [
              answer('grossMass', 'Gross mass, kg', set.grossMass),
              fixed('Packages', `${set.packages.count} ${set.packages.kind}`),
              fixed('Invoice', `${set.invoice.number}, ${set.invoice.total.amount} ${set.invoice.total.currency}`),
            ]
          : []),
      ],
    },
    ...(set?.lines ?? []).map((line, i): Section => ({
      title: `Line ${line.number}`,
      answers: [
        answer(`lines[${i}].commodity`, 'Commodity code', line.commodity),
        answer(`lines[${i}].description`, 'Description', line.description),
        answer(`lines[${i}].origin`, 'Origin', line.origin),
        answer(`lines[${i}].netMass`, 'Net mass, kg', line.netMass),
        fixed('Quantity', `${line.quantity.value} ${line.quantity.unit}`),
        fixed('Price', `${line.price.amount} ${line.price.currency}`),
      ],
    })),
  ];
}

const referencesOf = ({ references: { lrn, ducr, mrn } }: Declaration): Answer[] =>
  [
    { label: 'LRN', value: lrn },
    { label: 'DUCR', value: ducr },
    { label: 'MRN', value: mrn ?? 'not given yet' },
  ].map((each) => ({ field: null, ...each }));

const SECTION_TITLES: Record<string, string> = {
  parties: 'Parties',
  transport: 'Transport',
  terms: 'Terms of delivery',
  value: 'Value',
  packages: 'Packages',
  documents: 'Papers',
  security: 'Security',
};
/** What a correction may set; the rest follows from it, or from the papers. */
const CORRECTABLE = /^lines\[\d+\]\.(commodity|description|origin|netMass)$/;

/** `lines[0].netMass` as `Net mass`. */
const labelOf = (field: string): string =>
  words(
    field
      .replace(/^lines\[\d+\]\./, '')
      .replaceAll('.', ' ')
      .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  );

/** The declaration as customs holds it: each answer with its source, and what it was in the version before. */
const sectionsOf = ({ sections }: AnswerOf<typeof declarationAnswers>): Section[] =>
  sections.map(({ section, line, answers }) => ({
    title: line === null ? (SECTION_TITLES[section] ?? words(section)) : `Line ${line}`,
    answers: answers.map(({ field, value, source, was }) => ({
      field,
      label: labelOf(field),
      value: field.endsWith('.netMass') ? value.replace(/ kg$/, '') : value,
      from: source.says,
      was,
    })),
  }));

export const anchorOf = (field: string): string => `field-${field.replace(/[^a-zA-Z0-9]+/g, '-').replace(/-$/, '')}`;

export default function DeclarationPage() {
  const shipmentId = useShipmentId();
  const declarations = useRoute(listDeclarations, { params: { shipmentId } });
  const timeline = useTimeline(shipmentId);
  const tasks = useOpenTasks(shipmentId);
  const task = tasks.data?.items.find(({ kind }) => kind === 'correct-declaration');
  const newestOne = declarations.data?.items.at(-1);
  const answers = useRoute(
    declarationAnswers,
    { params: { declarationId: newestOne?.declarationId ?? '' }, query: {} },
    { enabled: newestOne !== undefined },
  );
  return (
    <Source query={declarations} what="the declaration" who="Customs" height={420}>
      {({ items }) => {
        const declaration = items.at(-1);
        return (
          <div className="stack">
            {declaration && <Sending declaration={declaration} />}
            <Source query={timeline} what="the answers" who="The board" height={320}>
              {(entries) => {
                const own = answers.data && declaration && sectionsOf(answers.data);
                const sections = own
                  ? [{ title: 'References', answers: referencesOf(declaration) }, ...own]
                  : answersOf(entries, declaration);
                return sections.every(({ answers }) => answers.length === 0) ? (
                  <EmptyState title="No declaration yet">
                    It is prepared from the papers once they are complete.
                  </EmptyState>
                ) : (
                  <>
                    <CorrectedThere entries={entries} sections={sections} />
                    <Check sections={sections} declaration={declaration} task={task} />
                  </>
                );
              }}
            </Source>
            {declaration && <Versions declaration={declaration} />}
            {declaration && <Messages declaration={declaration} />}
          </div>
        );
      }}
    </Source>
  );
}

/** What the authority put into the declaration itself, beside what we had sent; the newest word on each place. */
function CorrectedThere({ entries, sections }: { entries: readonly TimelineEntry[]; sections: readonly Section[] }) {
  const corrections = entries.filter(({ name }) => name === 'DeclarationCorrected');
  const changes = new Map(
    corrections.flatMap(({ data }) =>
      ((data['changes'] ?? []) as { pointer: string; field: string | null; becomes: string | null }[]).map(
        (change) => [change.pointer, change] as const,
      ),
    ),
  );
  if (changes.size === 0) return null;
  const ours = new Map(sections.flatMap(({ answers }) => answers.map(({ field, value }) => [field, value])));
  return (
    <Panel title="As corrected by the authority" aside={<span className="label">What stands there now is theirs</span>}>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Place</th>
              <th scope="col">We had sent</th>
              <th scope="col">Stands there now</th>
            </tr>
          </thead>
          <tbody>
            {[...changes.values()].map(({ pointer, field, becomes }) => (
              <tr key={pointer}>
                <th scope="row">
                  {field === null ? 'No field of ours' : field}
                  <br />
                  <span className="label">{pointer}</span>
                </th>
                <td>{ours.get(field) ?? <span className="soft">not ours</span>}</td>
                <td>{becomes ?? <span className="soft">the message does not say</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** Prepared, sent, accepted and settled are four different words; what is not known is said. */
function Sending({ declaration }: { declaration: Declaration }) {
  const last = declaration.attempts.at(-1);
  if (last?.outcome === 'unknown')
    return (
      <section className="state" data-kind="unknown" aria-label="Sent, outcome unknown">
        <h2>Sent, outcome unknown</h2>
        <p>
          Sent <Instant at={last.startedAt} seconds />, no answer: it may or may not have arrived. The authority is
          asked by our reference before anything is sent again.
        </p>
        <Button because="A second transmission would be a new filing: it waits for the authority’s answer about the first.">
          Send again
        </Button>
      </section>
    );
  const sent = declaration.attempts.some(
    ({ version, outcome }) => version === declaration.version && outcome !== 'not-sent' && outcome !== 'refused',
  );
  return (
    <p className="row">
      <StatusMark
        state={
          declaration.vector.legal.value === 'rejected'
            ? 'act'
            : /^(Released|Cleared)/.test(declaration.summary)
              ? 'go'
              : 'wait'
        }
      >
        <b>{declaration.summary}</b>
      </StatusMark>
      <span className="label">
        {declaration.authority}, {declaration.channel}, version {declaration.version}:{' '}
        {sent ? 'sent' : 'Checked, not sent'}
      </span>
    </p>
  );
}

interface Conflicting {
  by: string;
  fields: { field: string; base: string; yours: string; theirs: string }[];
}

function Check({
  sections,
  declaration,
  task: live,
}: {
  sections: readonly Section[];
  declaration: Declaration | undefined;
  task: Task | undefined;
}) {
  const session = useSession();
  const offline = useOffline();
  const [editing, setEditing] = useState<string | null>(null);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [base, setBase] = useState<Record<string, string>>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  // A form that is being filled stays as it is, whatever happens meanwhile: what was typed belongs to the task it was typed for.
  const begun = useRef(live);
  if (Object.keys(typed).length === 0) begun.current = live;
  const task = begun.current;
  const [conflict, setConflict] = useState<Conflicting | null>(null);
  const problems =
    (task?.about as { problems?: Declaration['problems'] } | undefined)?.problems ?? declaration?.problems ?? [];
  const open = task !== undefined;
  const known = new Map(
    sections.flatMap(({ answers }) =>
      answers.flatMap((answer) => (answer.field === null ? [] : [[answer.field, answer] as const])),
    ),
  );
  const may = holds(session, 'operator', 'administrator');

  useEffect(() => {
    if (!open) return undefined;
    const before = document.title;
    document.title = `Error: ${before.replace(/^Error: /, '')}`;
    return () => {
      document.title = before;
    };
  }, [open]);
  useEffect(() => {
    if (editing !== null) document.getElementById(`${anchorOf(editing)}-input`)?.focus();
  }, [editing]);

  const send = async (): Promise<void> => {
    if (!task) return;
    setBusy(true);
    setError(null);
    try {
      await api.call(decideTask, { params: { taskId: task.taskId }, body: { set: typed } }, { ifMatch: task.version });
      announce('Recorded. A new version goes to the authority.');
      setTyped({});
      setBase({});
      await readAgain(listTasks, listDeclarations, showStory, showStrip, showShipment);
    } catch (thrown) {
      const taken =
        thrown instanceof ProblemError && (thrown.status === 412 || thrown.code === 'shipments.task.not-open');
      if (!taken) setError(thrown);
      else {
        const now = await api.call(showTask, { params: { taskId: task.taskId } });
        const last = now.decisions.at(-1);
        const theirs = (last?.decision['set'] ?? {}) as Record<string, string>;
        setConflict({
          by: last?.by ?? 'somebody else',
          fields: [...new Set([...Object.keys(typed), ...Object.keys(theirs)])].map((field) => ({
            field,
            base: base[field] ?? known.get(field)?.value ?? '',
            yours: typed[field] ?? '',
            theirs: String(theirs[field] ?? ''),
          })),
        });
      }
    } finally {
      setBusy(false);
    }
  };
  const because = !may
    ? 'Operators correct declarations.'
    : !open
      ? 'Nothing to correct: the authority has refused nothing.'
      : undefined;

  return (
    <div className="stack">
      {open && (
        <ProblemSummary
          problems={problems.map(({ code, field, pointer, says }) => ({
            ...(field !== null && known.has(field) ? { field: anchorOf(field) } : {}),
            says:
              field !== null && known.has(field)
                ? `${known.get(field)!.label}: ${says} (${code})`
                : `${says} (${code}, ${pointer}: no field of ours)`,
          }))}
        />
      )}
      {!conflict && task !== undefined && live?.version !== task.version && (
        <p className="notice" role="status">
          Somebody else has answered this meanwhile. What you typed is kept; send it to see both side by side.
        </p>
      )}
      {conflict && (
        <section className="problems" role="alert" aria-label="Somebody else answered first">
          <h2>Somebody else answered first</h2>
          <p>{conflict.by} corrected this declaration while you were typing. What you typed is kept here.</p>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Before</th>
                <th scope="col">Theirs</th>
                <th scope="col">Yours</th>
              </tr>
            </thead>
            <tbody>
              {conflict.fields.map(({ field, base, yours, theirs }) => (
                <tr key={field}>
                  <th scope="row">{known.get(field)?.label ?? field}</th>
                  <td>{base}</td>
                  <td>{theirs === '' ? <span className="soft">not changed</span> : theirs}</td>
                  <td>{yours === '' ? <span className="soft">not changed</span> : yours}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Panel
        title={open ? 'Check and correct' : 'Answers'}
        aside={
          declaration && (
            <span className="label">
              {declaration.references.mrn === null ? 'Prepared, not accepted' : `MRN ${declaration.references.mrn}`}
            </span>
          )
        }
      >
        {sections.map(({ title, answers }) => (
          <section key={title} aria-label={title} className="stack-tight">
            <h3>{title}</h3>
            <dl className="answers">
              {answers.map(({ field, label, value, from, was }) => {
                const wrong = open ? problems.find((problem) => problem.field === field && field !== null) : undefined;
                const changed = field === null ? undefined : typed[field];
                return (
                  <div
                    key={label}
                    {...(field === null ? {} : { id: anchorOf(field), tabIndex: -1 })}
                    {...(wrong ? { 'data-wrong': true } : {})}
                  >
                    <dt>{label}</dt>
                    <dd>
                      {editing === field && field !== null ? (
                        <form
                          className="stack-tight"
                          onSubmit={(event) => {
                            event.preventDefault();
                            setEditing(null);
                            requestAnimationFrame(() => document.getElementById(`${anchorOf(field)}-change`)?.focus());
                          }}
                        >
                          <TextField
                            id={`${anchorOf(field)}-input`}
                            label={`${label}, new value`}
                            value={typed[field] ?? value}
                            error={wrong?.says}
                            onChange={(next) => {
                              const before = base[field] ?? value;
                              setBase({ ...base, [field]: before });
                              setTyped(
                                next === before
                                  ? Object.fromEntries(Object.entries(typed).filter(([each]) => each !== field))
                                  : { ...typed, [field]: next },
                              );
                            }}
                          />
                          <Button type="submit" size="small">
                            Keep
                          </Button>
                        </form>
                      ) : (
                        <>
                          {changed ?? value}
                          {changed !== undefined && <span className="label"> was {base[field!] ?? value}</span>}
                          {changed === undefined && was != null && was !== value && (
                            <span className="label"> was {was} in the version before</span>
                          )}
                          {from !== undefined && <div className="label">{from}</div>}
                          {wrong && (
                            <div className="field-error">
                              {wrong.says} ({wrong.code})
                            </div>
                          )}
                        </>
                      )}
                    </dd>
                    <dd>
                      {field !== null && CORRECTABLE.test(field) && open && may && editing !== field && (
                        <button
                          id={`${anchorOf(field)}-change`}
                          type="button"
                          className="disclose-plain"
                          onClick={() => setEditing(field)}
                        >
                          Change
                          <span className="sr">
                            {' '}
                            {label.toLowerCase()}, {title.toLowerCase()}
                          </span>
                        </button>
                      )}
                    </dd>
                  </div>
                );
              })}
            </dl>
          </section>
        ))}
        {error !== null && <ErrorState error={error} what="the correction" />}
        {open && (
          <div className="stack-tight">
            <p className="label">
              {Object.keys(typed).length === 0
                ? 'Nothing changed yet.'
                : `Differs from version ${declaration?.version ?? 1}: ${Object.keys(typed).length} ${Object.keys(typed).length === 1 ? 'field' : 'fields'} · Checked, not sent`}
            </p>
            <Button
              kind="primary"
              busy={busy}
              because={because ?? (Object.keys(typed).length === 0 ? 'Change a field first.' : offline)}
              onPress={() => void send()}
            >
              Send declaration v{(declaration?.version ?? 0) + 1} to {declaration?.authority ?? 'the authority'}
            </Button>
          </div>
        )}
      </Panel>
    </div>
  );
}

const Versions = ({ declaration }: { declaration: Declaration }) => (
  <Panel title="Versions and transmissions">
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Prepared</th>
            <th scope="col">Content</th>
            <th scope="col">Bytes</th>
            <th scope="col">Transmissions</th>
            <th scope="col">As it was sent</th>
          </tr>
        </thead>
        <tbody>
          {declaration.versions.map(({ version, at, contentDigest, bytesDigest }) => (
            <tr key={version}>
              <th scope="row">v{version}</th>
              <td>
                <Instant at={at} seconds />
              </td>
              <td>
                <DigestChip digest={contentDigest} label="content digest" />
              </td>
              <td>
                <DigestChip digest={bytesDigest} label="bytes digest" />
              </td>
              <td>
                {declaration.attempts
                  .filter((attempt) => attempt.version === version)
                  .map(({ attempt, outcome, startedAt }) => (
                    <div key={attempt}>
                      {attempt}: {outcome}, <Instant at={startedAt} seconds />
                    </div>
                  ))}
              </td>
              <td>
                <Raw
                  label={`version ${version}`}
                  id={`${declaration.declarationId}/${version}`}
                  read={() =>
                    api.bytes(showDeclarationBytes, { declarationId: declaration.declarationId, n: String(version) })
                  }
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Panel>
);

const Messages = ({ declaration }: { declaration: Declaration }) => (
  <Panel
    title="Messages of the authority"
    aside={<span className="label">{declaration.messages.length} kept as they came</span>}
  >
    {declaration.messages.length === 0 ? (
      <p className="soft">None yet.</p>
    ) : (
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Function</th>
              <th scope="col">Says</th>
              <th scope="col">Received</th>
              <th scope="col">sha256</th>
              <th scope="col">Raw</th>
            </tr>
          </thead>
          <tbody>
            {declaration.messages.map((message) => (
              <tr key={message.messageId}>
                <td>
                  <code>{message.functionCode}</code>
                </td>
                <td>
                  {message.name}
                  {message.duplicate && <span className="flag">came again</span>}
                </td>
                <td>
                  <Instant at={message.receivedAt} seconds />
                </td>
                <td>
                  <DigestChip digest={message.sha256} />
                </td>
                <td>
                  <Raw
                    label={`message ${message.functionCode}`}
                    id={message.messageId}
                    read={() =>
                      api.bytes(showRawMessage, {
                        declarationId: declaration.declarationId,
                        messageId: message.messageId,
                      })
                    }
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </Panel>
);

/** Bytes as text, never as markup. */
function Raw({ label, id, read }: { label: string; id: string; read: () => Promise<Uint8Array> }) {
  const [open, setOpen] = useState(false);
  const raw = useQuery({
    queryKey: ['raw', id],
    queryFn: async () => new TextDecoder().decode(await read()),
    enabled: open,
    staleTime: Infinity,
  });
  return (
    <>
      <button type="button" className="disclose" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide' : 'Show'}
        <span className="sr"> {label}</span>
      </button>
      {open && raw.data !== undefined && (
        <pre className="raw" tabIndex={0} aria-label={label}>
          {raw.data}
        </pre>
      )}
      {open && raw.isError && <ErrorState error={raw.error} what={label} />}
    </>
  );
}
