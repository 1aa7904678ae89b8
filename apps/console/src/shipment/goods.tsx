import { Trans } from '@lingui/react';
import { decideTask, listTasks, showShipment, showStory, showStrip, type InputOf } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { useSession } from '../api/session.js';
import { Button, EmptyState, ErrorState, Money, StatusMark } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { useOpenTasks, useShipmentId, useTimeline, newest, type Task, type TimelineEntry } from './data.js';
import { Panel, Source, useOffline } from './parts.js';
import { SplitPanel } from './split.js';

type Line = Extract<InputOf<typeof import('@tidewaiter/contracts').amendShipment>['body']['lines'], object>[number];

/** The goods as the newest event states them, with where each line was read. */
const linesOf = (entries: readonly TimelineEntry[]): { lines: readonly Line[]; from: string } | null => {
  const complete = newest<{ set: { lines: Line[] } }>(entries, 'DocumentSetCompleted');
  if (complete) return { lines: complete.data.set.lines, from: i18n.t('the accepted papers') };
  const confirmed = newest<{ lines: Line[] }>(entries, 'LinesConfirmed');
  if (confirmed) return { lines: confirmed.data.lines, from: i18n.t('lines that a person confirmed') };
  const opened = newest<{ lines: Line[] }>(entries, 'ShipmentOpened');
  return opened && opened.data.lines.length > 0
    ? { lines: opened.data.lines, from: i18n.t('the opening of the shipment') }
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
      <Source query={timeline} what={i18n.t('the goods')} who={i18n.t('The board')} height={240}>
        {(entries) => {
          const goods = linesOf(entries);
          const registered = newest<{ lines: Line[] }>(entries, 'ShipmentAmended', ({ lines }) => lines !== undefined);
          const opened = registered ?? newest<{ lines: Line[] }>(entries, 'ShipmentOpened');
          return (
            <>
              {goods ? (
                <Panel
                  title={i18n.t('Goods')}
                  aside={<span className="label">{i18n.t('From {from}', { from: goods.from })}</span>}
                >
                  <LineTable lines={goods.lines} />
                </Panel>
              ) : (
                <EmptyState title={i18n.t('No goods yet')}>
                  {i18n.t('Lines are read from the commercial invoice as soon as it is accepted.')}
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
            {i18n.t('Line')}
          </th>
          <th scope="col">{i18n.t('Commodity')}</th>
          <th scope="col">{i18n.t('Description')}</th>
          <th scope="col">{i18n.t('Origin')}</th>
          <th scope="col" className="num">
            {i18n.t('Quantity')}
          </th>
          <th scope="col" className="num">
            {i18n.t('Net kg')}
          </th>
          <th scope="col" className="num">
            {i18n.t('Price')}
          </th>
          <th scope="col">{i18n.t('Preference')}</th>
          <th scope="col">{i18n.t('Read from')}</th>
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
                ? `${line.preference.code}${line.preference.proof ? `, ${line.preference.proof.document}` : i18n.t(', no proof')}`
                : i18n.t('not claimed')}
            </td>
            <td>
              {line.from ? (
                <span title={line.from.place}>
                  <Trans
                    id="{method}, version {version}<0/><1>{place}</1>"
                    values={{ method: line.from.method, version: line.from.version, place: line.from.place }}
                    components={{ 0: <br />, 1: <span className="label" /> }}
                  />
                </span>
              ) : (
                <span className="label">{i18n.t('as declared')}</span>
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
    <Panel title={i18n.t('Confirm what was read')} aside={<StatusMark state="act">{task.role}</StatusMark>}>
      <p>{task.says}</p>
      <LineTable lines={lines} />
      <div className="columns">
        {lines.map((line) => (
          <label key={line.number} className="field">
            <Trans
              id="Commodity code of line {number}<0/>"
              values={{ number: line.number }}
              components={{
                0: (
                  <input
                    className="input"
                    inputMode="numeric"
                    value={typed[line.number] ?? line.commodity}
                    aria-invalid={typed[line.number] !== undefined && !/^\d{6,10}$/.test(typed[line.number]!)}
                    onChange={(event) => setTyped({ ...typed, [line.number]: event.target.value })}
                  />
                ),
              }}
            />
          </label>
        ))}
      </div>
      {decide.isError && <ErrorState error={decide.error} what={i18n.t('the answer')} />}
      <Button
        kind="primary"
        busy={decide.isPending}
        because={
          may
            ? wrong
              ? i18n.t('A commodity code has 6 to 10 digits.')
              : offline
            : i18n.t('Only somebody with the role {role} confirms lines.', { role: task.role })
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
        {i18n.t('Confirm {count} {count, plural, one {line} other {lines}}', { count: lines.length })}
      </Button>
    </Panel>
  );
}
