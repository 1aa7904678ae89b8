import { Trans } from '@lingui/react';
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
import { transportWord } from '../words/terms.js';
import { i18n } from '../words/words.js';
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
      title: i18n.t('Parties and references'),
      answers: [
        ...(opened
          ? [
              fixed(
                i18n.t('Importer of record'),
                `${opened.importer.name}, ${opened.importer.identifiers.map(({ scheme, value }) => `${scheme} ${value}`).join(', ')}`,
              ),
            ]
          : []),
        ...(engaged ? [fixed(i18n.t('Mandate until'), engaged.mandateUntil)] : []),
        ...(declaration
          ? [
              fixed('LRN', declaration.references.lrn),
              fixed('DUCR', declaration.references.ducr),
              fixed('MRN', declaration.references.mrn ?? i18n.t('not given yet')),
            ]
          : []),
      ],
    },
    {
      title: i18n.t('Consignment'),
      answers: [
        ...(opened
          ? [
              answer('portOfEntry', i18n.t('Port of entry'), opened.portOfEntry),
              fixed(i18n.t('Transport'), transportWord(opened.transport)),
              fixed(i18n.t('Delivery term'), `${opened.incoterm.code} ${opened.incoterm.place}`),
            ]
          : []),
        ...(set
          ? [
              answer('grossMass', i18n.t('Gross mass, kg'), set.grossMass),
              fixed(i18n.t('Packages'), `${set.packages.count} ${set.packages.kind}`),
              fixed(
                i18n.t('Invoice'),
                `${set.invoice.number}, ${set.invoice.total.amount} ${set.invoice.total.currency}`,
              ),
            ]
          : []),
      ],
    },
    ...(set?.lines ?? []).map((line, i): Section => ({
      title: i18n.t('Line {number}', { number: line.number }),
      answers: [
        answer(`lines[${i}].commodity`, i18n.t('Commodity code'), line.commodity),
        answer(`lines[${i}].description`, i18n.t('Description'), line.description),
        answer(`lines[${i}].origin`, i18n.t('Origin'), line.origin),
        answer(`lines[${i}].netMass`, i18n.t('Net mass, kg'), line.netMass),
        fixed(i18n.t('Quantity'), `${line.quantity.value} ${line.quantity.unit}`),
        fixed(i18n.t('Price'), `${line.price.amount} ${line.price.currency}`),
      ],
    })),
  ];
}

const referencesOf = ({ references: { lrn, ducr, mrn } }: Declaration): Answer[] =>
  [
    { label: 'LRN', value: lrn },
    { label: 'DUCR', value: ducr },
    { label: 'MRN', value: mrn ?? i18n.t('not given yet') },
  ].map((each) => ({ field: null, ...each }));

const SECTION_TITLES: Record<string, string> = {
  parties: i18n.t('Parties'),
  transport: i18n.t('Transport'),
  terms: i18n.t('Terms of delivery'),
  value: i18n.t('Value'),
  packages: i18n.t('Packages'),
  documents: i18n.t('Papers'),
  security: i18n.t('Security'),
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
    title: line === null ? (SECTION_TITLES[section] ?? words(section)) : i18n.t('Line {line}', { line }),
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
    <Source query={declarations} what={i18n.t('the declaration')} who={i18n.t('Customs')} height={420}>
      {({ items }) => {
        const declaration = items.at(-1);
        return (
          <div className="stack">
            {declaration && <Sending declaration={declaration} />}
            <Source query={timeline} what={i18n.t('the answers')} who={i18n.t('The board')} height={320}>
              {(entries) => {
                const own = answers.data && declaration && sectionsOf(answers.data);
                const sections = own
                  ? [{ title: i18n.t('References'), answers: referencesOf(declaration) }, ...own]
                  : answersOf(entries, declaration);
                return sections.every(({ answers }) => answers.length === 0) ? (
                  <EmptyState title={i18n.t('No declaration yet')}>
                    {i18n.t('It is prepared from the papers once they are complete.')}
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
    <Panel
      title={i18n.t('As corrected by the authority')}
      aside={<span className="label">{i18n.t('What stands there now is theirs')}</span>}
    >
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Place')}</th>
              <th scope="col">{i18n.t('We had sent')}</th>
              <th scope="col">{i18n.t('Stands there now')}</th>
            </tr>
          </thead>
          <tbody>
            {[...changes.values()].map(({ pointer, field, becomes }) => (
              <tr key={pointer}>
                <th scope="row">
                  {field === null ? i18n.t('No field of ours') : field}
                  <br />
                  <span className="label">{pointer}</span>
                </th>
                <td>{ours.get(field) ?? <span className="soft">{i18n.t('not ours')}</span>}</td>
                <td>{becomes ?? <span className="soft">{i18n.t('the message does not say')}</span>}</td>
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
      <section className="state" data-kind="unknown" aria-label={i18n.t('Sent, outcome unknown')}>
        <h2>{i18n.t('Sent, outcome unknown')}</h2>
        <p>
          <Trans
            id="Sent <0/>, no answer: it may or may not have arrived. The authority is asked by our reference before anything is sent again."
            components={{ 0: <Instant at={last.startedAt} seconds /> }}
          />
        </p>
        <Button
          because={i18n.t(
            'A second transmission would be a new filing: it waits for the authority’s answer about the first.',
          )}
        >
          {i18n.t('Send again')}
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
        {i18n.t('{authority}, {channel}, version {version}: {sent, select, yes {sent} other {Checked, not sent}}', {
          authority: declaration.authority,
          channel: declaration.channel,
          version: declaration.version,
          sent: sent ? 'yes' : 'no',
        })}
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
    document.title = i18n.t('Error: {before}', { before: before.replace(/^Error: /, '') });
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
      announce(i18n.t('Recorded. A new version goes to the authority.'));
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
          by: last?.by ?? i18n.t('somebody else'),
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
    ? i18n.t('Operators correct declarations.')
    : !open
      ? i18n.t('Nothing to correct: the authority has refused nothing.')
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
                : i18n.t('{says} ({code}, {pointer}: no field of ours)', { says, code, pointer }),
          }))}
        />
      )}
      {!conflict && task !== undefined && live?.version !== task.version && (
        <p className="notice" role="status">
          {i18n.t(
            'Somebody else has answered this meanwhile. What you typed is kept; send it to see both side by side.',
          )}
        </p>
      )}
      {conflict && (
        <section className="problems" role="alert" aria-label={i18n.t('Somebody else answered first')}>
          <h2>{i18n.t('Somebody else answered first')}</h2>
          <p>
            {i18n.t('{by} corrected this declaration while you were typing. What you typed is kept here.', {
              by: conflict.by,
            })}
          </p>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Field')}</th>
                <th scope="col">{i18n.t('Before')}</th>
                <th scope="col">{i18n.t('Theirs')}</th>
                <th scope="col">{i18n.t('Yours')}</th>
              </tr>
            </thead>
            <tbody>
              {conflict.fields.map(({ field, base, yours, theirs }) => (
                <tr key={field}>
                  <th scope="row">{known.get(field)?.label ?? field}</th>
                  <td>{base}</td>
                  <td>{theirs === '' ? <span className="soft">{i18n.t('not changed')}</span> : theirs}</td>
                  <td>{yours === '' ? <span className="soft">{i18n.t('not changed')}</span> : yours}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Panel
        title={open ? i18n.t('Check and correct') : i18n.t('Answers')}
        aside={
          declaration && (
            <span className="label">
              {declaration.references.mrn === null
                ? i18n.t('Prepared, not accepted')
                : `MRN ${declaration.references.mrn}`}
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
                            label={i18n.t('{label}, new value', { label })}
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
                            {i18n.t('Keep')}
                          </Button>
                        </form>
                      ) : (
                        <>
                          {changed ?? value}
                          {changed !== undefined && (
                            <span className="label"> {i18n.t('was {base}', { base: base[field!] ?? value })}</span>
                          )}
                          {changed === undefined && was != null && was !== value && (
                            <span className="label"> {i18n.t('was {was} in the version before', { was })}</span>
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
                          <Trans
                            id="Change<0> {label}, {title}</0>"
                            values={{ label: label.toLowerCase(), title: title.toLowerCase() }}
                            components={{ 0: <span className="sr" /> }}
                          />
                        </button>
                      )}
                    </dd>
                  </div>
                );
              })}
            </dl>
          </section>
        ))}
        {error !== null && <ErrorState error={error} what={i18n.t('the correction')} />}
        {open && (
          <div className="stack-tight">
            <p className="label">
              {Object.keys(typed).length === 0
                ? i18n.t('Nothing changed yet.')
                : i18n.t(
                    'Differs from version {version}: {count} {count, plural, one {field} other {fields}} · Checked, not sent',
                    { version: declaration?.version ?? 1, count: Object.keys(typed).length },
                  )}
            </p>
            <Button
              kind="primary"
              busy={busy}
              because={because ?? (Object.keys(typed).length === 0 ? i18n.t('Change a field first.') : offline)}
              onPress={() => void send()}
            >
              {i18n.t('Send declaration v{version} to {authority}', {
                version: (declaration?.version ?? 0) + 1,
                authority: declaration?.authority ?? i18n.t('the authority'),
              })}
            </Button>
          </div>
        )}
      </Panel>
    </div>
  );
}

const Versions = ({ declaration }: { declaration: Declaration }) => (
  <Panel title={i18n.t('Versions and transmissions')}>
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Version')}</th>
            <th scope="col">{i18n.t('Prepared')}</th>
            <th scope="col">{i18n.t('Content')}</th>
            <th scope="col">{i18n.t('Bytes')}</th>
            <th scope="col">{i18n.t('Transmissions')}</th>
            <th scope="col">{i18n.t('As it was sent')}</th>
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
                <DigestChip digest={contentDigest} label={i18n.t('content digest')} />
              </td>
              <td>
                <DigestChip digest={bytesDigest} label={i18n.t('bytes digest')} />
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
                  label={i18n.t('version {version}', { version })}
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
    title={i18n.t('Messages of the authority')}
    aside={<span className="label">{i18n.t('{count} kept as they came', { count: declaration.messages.length })}</span>}
  >
    {declaration.messages.length === 0 ? (
      <p className="soft">{i18n.t('None yet.')}</p>
    ) : (
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Function')}</th>
              <th scope="col">{i18n.t('Says')}</th>
              <th scope="col">{i18n.t('Received')}</th>
              <th scope="col">{i18n.t('sha256')}</th>
              <th scope="col">{i18n.t('Raw')}</th>
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
                  {message.duplicate && <span className="flag">{i18n.t('came again')}</span>}
                </td>
                <td>
                  <Instant at={message.receivedAt} seconds />
                </td>
                <td>
                  <DigestChip digest={message.sha256} />
                </td>
                <td>
                  <Raw
                    label={i18n.t('message {functionCode}', { functionCode: message.functionCode })}
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
        {open ? i18n.t('Hide') : i18n.t('Show')}
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
