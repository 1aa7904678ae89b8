import {
  listDeclarations,
  listTasks,
  showShipment,
  showStory,
  showStrip,
  showTimeline,
  splitShipment,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import { Button, fieldProblems, ProblemSummary, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { Panel, useOffline } from './parts.js';

type Shipment = AnswerOf<typeof showShipment>;
/** A line of the shipment, as far as a split speaks of it. */
interface Line {
  number: number;
  description: string;
  quantity: { value: string; unit: string };
}
interface Typed {
  reference: string;
  /** quantity by line number */
  takes: Record<number, string>;
}

const EMPTY: Typed = { reference: '', takes: {} };
const AT_MOST = 50;
/** Legal states in which nothing of the shipment stands with the authority. */
const NOTHING_STANDS: readonly string[] = ['none', 'rejected'];

/** The part that a place in the request speaks of. */
const fieldOf = (pointer: string): string | undefined => {
  const [, part] = /^\/parts\/(\d+)/.exec(pointer) ?? [];
  return part === undefined ? undefined : `part-${Number(part) + 1}`;
};

/** Why it cannot be split now; undefined where it can. */
function useBecause(shipment: Shipment): string | undefined {
  const session = useSession();
  const offline = useOffline();
  const declarations = useRoute(listDeclarations, { params: { shipmentId: shipment.shipmentId } });
  const stands = declarations.data?.items.some(({ vector }) => !NOTHING_STANDS.includes(vector.legal.value));
  if (!holds(session, 'operator', 'administrator')) return i18n.t('Operators split shipments.');
  if (shipment.parts.length > 0) return i18n.t('It is split already: its parts are named above.');
  if (['record-keeping', 'archived', 'closed'].includes(shipment.stage)) return i18n.t('The shipment is over.');
  if (stands || shipment.stage === 'delivery')
    return i18n.t(
      'A declaration is on its way to the authority or stands with it. Cancel it there, and open shipments for the parts.',
    );
  return offline;
}

/** The goods divided among shipments of their own: what each part takes of every line, and why. */
export function SplitPanel({ shipment, lines }: { shipment: Shipment; lines: readonly Line[] }) {
  const because = useBecause(shipment);
  const [parts, setParts] = useState<readonly Typed[] | null>(null);
  const [reason, setReason] = useState('');
  const split = useChange(splitShipment, {
    reads: [showShipment, showStory, showStrip, showTimeline, listTasks],
    onDone: (answer) => {
      setParts(null);
      announce(i18n.t('Split into {parts}.', { parts: answer.parts.map(({ reference }) => reference).join(', ') }));
    },
  });
  if (parts === null)
    return (
      <Panel title={i18n.t('Split')} aside={<span className="label">{i18n.t('Before the declaration is sent')}</span>}>
        <p>{i18n.t('Goods that go on by several vessels or under several entries become shipments of their own.')}</p>
        <Button because={because} onPress={() => setParts([EMPTY, EMPTY])}>
          {i18n.t('Split this shipment')}
        </Button>
      </Panel>
    );
  const change = (index: number, typed: Partial<Typed>): void =>
    setParts(parts.map((part, n) => (n === index ? { ...part, ...typed } : part)));
  return (
    <Panel
      title={i18n.t('Split')}
      aside={<span className="label">{i18n.t('Quantities of the parts add up to the line')}</span>}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          split.mutate({
            params: { shipmentId: shipment.shipmentId },
            body: {
              reason,
              parts: parts.map(({ reference, takes }) => ({
                ...(reference === '' ? {} : { reference }),
                lines: Object.entries(takes)
                  .filter(([, quantity]) => quantity !== '')
                  .map(([number, quantity]) => ({ number: Number(number), quantity })),
              })),
            },
            ifMatch: shipment.version,
          });
        }}
      >
        <ProblemSummary problems={fieldProblems(split.error, fieldOf)} />
        {parts.map((part, n) => (
          <fieldset key={n} id={`part-${n + 1}`} className="stack-tight" tabIndex={-1}>
            <legend>{i18n.t('Part {n}', { n: n + 1 })}</legend>
            <div className="columns">
              <TextField
                label={i18n.t('Reference of part {n}', { n: n + 1 })}
                hint={i18n.t('Left empty: named after the whole')}
                placeholder={`${shipment.reference}-${n + 1}`}
                value={part.reference}
                onChange={(reference) => change(n, { reference })}
              />
              {lines.map(({ number, description, quantity }) => (
                <TextField
                  key={number}
                  label={i18n.t('Line {number} in part {n}', { number, n: n + 1 })}
                  hint={i18n.t('{description}: {value} {unit} in all', {
                    description,
                    value: quantity.value,
                    unit: quantity.unit,
                  })}
                  inputMode="decimal"
                  value={part.takes[number] ?? ''}
                  onChange={(taken) => change(n, { takes: { ...part.takes, [number]: taken } })}
                />
              ))}
            </div>
          </fieldset>
        ))}
        {lines.length === 0 && <p>{i18n.t('Each part reads its lines from its own invoice.')}</p>}
        <TextField label={i18n.t('Why it is split')} required value={reason} onChange={setReason} />
        <div className="buttons">
          <Button kind="primary" type="submit" busy={split.isPending} because={because}>
            {i18n.t('Split into {count} shipments', { count: parts.length })}
          </Button>
          <Button
            because={parts.length < AT_MOST ? undefined : i18n.t('Fifty parts at most.')}
            onPress={() => setParts([...parts, EMPTY])}
          >
            {i18n.t('Add a part')}
          </Button>
          {parts.length > 2 && (
            <Button onPress={() => setParts(parts.slice(0, -1))}>{i18n.t('Remove the last part')}</Button>
          )}
          <Button onPress={() => setParts(null)}>{i18n.t('Leave it whole')}</Button>
        </div>
      </form>
    </Panel>
  );
}
