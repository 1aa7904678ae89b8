import { decideTask, listTasks, showShipment, showStory, showStrip, type InputOf } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { useSession } from '../api/session.js';
import { Button, EmptyState, ErrorState, Money, StatusMark } from '../ui/index.js';
import { useOpenTasks, useShipmentId, useTimeline, newest, type Task, type TimelineEntry } from './data.js';
import { Panel, Source, useOffline } from './parts.js';
import { SplitPanel } from './split.js';

type Line = Extract<InputOf<typeof import('@tidewaiter/contracts').amendShipment>['body']['lines'], object>[number];

/** The goods as the newest event states them, with where each line was read. */
const linesOf = (entries: readonly TimelineEntry[]): { lines: readonly Line[]; from: string } | null => {
  const complete = newest<{ set: { lines: Line[] } }>(entries, 'DocumentSetCompleted');
  if (complete) return { lines: complete.data.set.lines, from: 'the accepted papers' };
  const confirmed = newest<{ lines: Line[] }>(entries, 'LinesConfirmed');
  if (confirmed) return { lines: confirmed.data.lines, from: 'lines that a person confirmed' };
  const opened = newest<{ lines: Line[] }>(entries, 'ShipmentOpened');
  return opened && opened.data.lines.length > 0
    ? { lines: opened.data.lines, from: 'the opening of the shipment' }
    : null;
};

export default function Goods() {
  const shipmentId = useShipmentId();
  const timeline = useTimeline(shipmentId);
  const tasks = useOpenTasks(shipmentId);
  const confirm = tasks.data?.items.find(({ kind }) => kind === 'confirm-lines');
  const shipment = useRoute(showShipment, { params: { shipmentId } });
  return (
    <div className="stack">
      {confirm && <Confirm key={confirm.version} task={confirm} />}
      <Source query={timeline} what="the goods" who="The board" height={240}>
        {(entries) => {
          const goods = linesOf(entries);
          const registered = newest<{ lines: Line[] }>(entries, 'ShipmentAmended', ({ lines }) => lines !== undefined);
          const opened = registered ?? newest<{ lines: Line[] }>(entries, 'ShipmentOpened');
          return (
            <>
              {goods ? (
                <Panel title="Goods" aside={<span className="label">From {goods.from}</span>}>
                  <LineTable lines={goods.lines} />
                </Panel>
              ) : (
                <EmptyState title="No goods yet">
                  Lines are read from the commercial invoice as soon as it is accepted.
                </EmptyState>
              )}
              {shipment.data && <SplitPanel shipment={shipment.data} lines={opened?.data.lines ?? []} />}
            </>
          );
        }}
      </Source>
    </div>
  );
}

export const LineTable = ({ lines }: { lines: readonly Line[] }) => (
  <div className="table-scroll">
    <table className="table">
      <thead>
        <tr>
          <th scope="col" className="num">
            Line
          </th>
          <th scope="col">Commodity</th>
          <th scope="col">Description</th>
          <th scope="col">Origin</th>
          <th scope="col" className="num">
            Quantity
          </th>
          <th scope="col" className="num">
            Net kg
          </th>
          <th scope="col" className="num">
            Price
          </th>
          <th scope="col">Preference</th>
          <th scope="col">Read from</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.number}>
            <td className="num">{line.number}</td>
            <td>
              <code>{line.commodity}</code>
            </td>
            <td>{line.description}</td>
            <td>{line.origin}</td>
            <td className="num">
              {line.quantity.value} {line.quantity.unit}
            </td>
            <td className="num">{line.netMass}</td>
            <td className="num">
              <Money value={line.price} />
            </td>
            <td>
              {line.preference
                ? `${line.preference.code}${line.preference.proof ? `, ${line.preference.proof.document}` : ', no proof'}`
                : 'not claimed'}
            </td>
            <td>
              {line.from ? (
                <span title={line.from.place}>
                  {line.from.method}, version {line.from.version}
                  <br />
                  <span className="label">{line.from.place}</span>
                </span>
              ) : (
                <span className="label">as declared</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** Lines that were read from a paper go on only when a person has looked at them. */
function Confirm({ task }: { task: Task }) {
  const session = useSession();
  const offline = useOffline();
  const about = task.about as {
    lines?: Line[];
    documentId?: string;
    confirm?: { documentId: string; lines: Line[] }[];
  };
  const lines = about.lines ?? about.confirm?.[0]?.lines ?? [];
  const documentId = about.documentId ?? about.confirm?.[0]?.documentId;
  const [typed, setTyped] = useState<Record<number, string>>({});
  const decide = useChange(decideTask, { reads: [listTasks, showStory, showStrip, showShipment] });
  const may = session.roles.some(
    (role) => role === task.role || (task.role === 'operator' && role === 'administrator'),
  );
  const wrong = Object.values(typed).some((code) => !/^\d{6,10}$/.test(code));
  return (
    <Panel title="Confirm what was read" aside={<StatusMark state="act">{task.role}</StatusMark>}>
      <p>{task.says}</p>
      <LineTable lines={lines} />
      <div className="columns">
        {lines.map((line) => (
          <label key={line.number} className="field">
            Commodity code of line {line.number}
            <input
              className="input"
              inputMode="numeric"
              value={typed[line.number] ?? line.commodity}
              aria-invalid={typed[line.number] !== undefined && !/^\d{6,10}$/.test(typed[line.number]!)}
              onChange={(event) => setTyped({ ...typed, [line.number]: event.target.value })}
            />
          </label>
        ))}
      </div>
      {decide.isError && <ErrorState error={decide.error} what="the answer" />}
      <Button
        kind="primary"
        busy={decide.isPending}
        because={
          may
            ? wrong
              ? 'A commodity code has 6 to 10 digits.'
              : offline
            : `Only somebody with the role ${task.role} confirms lines.`
        }
        onPress={() =>
          decide.mutate({
            params: { taskId: task.taskId },
            body: {
              lines: lines.map((line) => ({ ...line, commodity: typed[line.number] ?? line.commodity })),
              ...(documentId === undefined ? {} : { documentId }),
            },
            ifMatch: task.version,
          })
        }
      >
        Confirm {lines.length} {lines.length === 1 ? 'line' : 'lines'}
      </Button>
    </Panel>
  );
}
