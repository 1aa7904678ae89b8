import type { Stage, TaskKind } from '@tidewaiter/contracts';
import { exact, lastDayFor, money, type Instant, type LegalDate } from '@tidewaiter/kernel';
import { evolveBoard, initialBoard, paidOf, payableOf, stageOf, summaryOf, type BoardRow } from './board.js';
import { consequenceOf } from './rank.js';
import type { Entry } from './story.js';

/** The four answers that stand over every shipment, and the sentence above them. */
export interface Strip {
  stage: Stage;
  summary: { code: string; params: Record<string, string>; says: string };
  why: { n: number; says: string; rule: string }[];
  waiting: { who: string; what: string; since: Instant; taskId: string | null; kind: string | null } | null;
  clock: {
    kind: 'statutory' | 'sla';
    what: string;
    at: Instant;
    on: LegalDate;
    zone: string;
    city: string;
    ifMissed: string;
  } | null;
  money: { currency: string; assessed: string | null; now: string; later: string; paid: string } | null;
  events: number;
}

/** `Europe/London` is looked at in London. */
export const cityOf = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** The facts of an event that its sentence speaks of, flat, so that words in any language can be made of them. */
function paramsOf(entry: Entry): Record<string, string> {
  const flat: [string, string][] = Object.entries(entry.data).flatMap(([name, value]): [string, string][] => {
    if (typeof value === 'string' || typeof value === 'number') return [[name, String(value)]];
    const { amount, currency } = (value ?? {}) as { amount?: unknown; currency?: unknown };
    return typeof amount === 'string' ? [[name, `${amount} ${text(currency)}`]] : [];
  });
  return Object.fromEntries(flat);
}

const kebab = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/** Members of a row that are what a person's task says. */
function openTasks(entries: readonly Entry[], row: BoardRow): { entry: Entry; n: number; taskId: string }[] {
  return entries.flatMap((entry, i) => {
    const taskId = text(entry.data['taskId']);
    return entry.name === 'TaskRaised' && taskId in row.tasks ? [{ entry, n: i + 1, taskId }] : [];
  });
}

const byDue = (a: { entry: Entry }, b: { entry: Entry }): number =>
  (text(a.entry.data['due']) || '~') < (text(b.entry.data['due']) || '~') ? -1 : 1;

/**
 * @param entries the shipment's timeline, or what of it counts at a moment, in the order in which it was learned
 * @param zone    IANA zone of the authority: legal days are its days, whoever looks
 */
export function stripOf(entries: readonly Entry[], zone: string): Strip {
  const row = entries.reduce(
    (each, { name, data, time }) => evolveBoard(each, { type: name, data, time }),
    initialBoard,
  );
  const ended = row.outcome !== null || row.sealed;
  const [task] = ended ? [] : openTasks(entries, row).sort(byDue);
  const spoke = entries.findLastIndex(({ time }) => time === row.now.time);
  const deciding = task?.entry ?? entries[spoke];
  return {
    stage: stageOf(row),
    summary: {
      code: task ? `task.${text(task.entry.data['kind'])}` : deciding ? kebab(deciding.name) : 'opened',
      params: deciding ? paramsOf(deciding) : {},
      says: task ? text(task.entry.data['says']) : summaryOf(row),
    },
    why: [
      ...(task
        ? [
            {
              n: task.n,
              says: task.entry.says,
              rule: 'A task that waits for a person speaks before everything else; of several, the one due first.',
            },
          ]
        : []),
      ...(spoke < 0
        ? []
        : [
            {
              n: spoke + 1,
              says: entries[spoke]!.says,
              rule: task
                ? 'Without the task this would speak: what was recorded last.'
                : 'No task is open: what was recorded last speaks.',
            },
          ]),
    ],
    waiting: waitingOf(row, ended, task, entries[spoke]),
    clock: ended ? null : clockOf(entries, row, zone),
    money: moneyOf(entries, row),
    events: row.events,
  };
}

function waitingOf(
  row: BoardRow,
  ended: boolean,
  task: { entry: Entry; taskId: string } | undefined,
  spoke: Entry | undefined,
): Strip['waiting'] {
  if (ended) return null;
  if (task) {
    const { role, kind, says } = task.entry.data;
    return { who: text(role), what: text(says), since: task.entry.time, taskId: task.taskId, kind: text(kind) };
  }
  if (row.now.waitingFor === null) return null;
  return { who: row.now.waitingFor, what: row.now.says, since: spoke?.time ?? row.now.time, taskId: null, kind: null };
}

function clockOf(entries: readonly Entry[], row: BoardRow, zone: string): Strip['clock'] {
  const due = openTasks(entries, row)
    .filter(({ entry }) => text(entry.data['due']) !== '')
    .sort(byDue)[0]?.entry.data;
  if (!due) return null;
  const at = text(due['due']);
  const { clock: kind, ifMissed } = consequenceOf(text(due['kind']) as TaskKind);
  return { kind, what: text(due['says']), at, on: lastDayFor(at, zone), zone, city: cityOf(zone), ifMissed };
}

/** Payable now is what is owed and not debited yet; later is what the assessment moves to a later day. */
function moneyOf(entries: readonly Entry[], row: BoardRow): Strip['money'] {
  const payable = payableOf(row);
  if (!payable) return null;
  const { currency } = payable;
  const assessed = entries.findLast(({ name }) => name === 'DutyAssessed')?.data as
    { currency: string; totals: { payableNow: string; payableLater: string } } | undefined;
  const ours = assessed?.currency === currency ? assessed.totals : undefined;
  const settled = paidOf(row);
  const paid = settled?.currency === currency ? settled.amount : '0';
  const open = exact(payable.amount).minus(paid);
  return {
    currency,
    assessed: ours ? money(exact(ours.payableNow).plus(ours.payableLater), currency).amount : null,
    now: money(open.isNegative() ? '0' : open, currency).amount,
    later: money(ours?.payableLater ?? '0', currency).amount,
    paid: money(paid, currency).amount,
  };
}
