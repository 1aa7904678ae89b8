import { ProblemError } from '@tidewaiter/client';
import { decideTask, listTasks, listToday, type AnswerOf } from '@tidewaiter/contracts';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { readAgain, useChange, useRoute } from '../api/queries.js';
import { announce } from '../app/announce.js';
import { useKeys } from '../app/keys.js';
import { onChanges, shownUpTo, useFeedStatus } from '../feed/feed.js';
import { useHeldList } from '../feed/held-list.js';
import {
  ApplyPill,
  Button,
  EmptyState,
  ErrorState,
  LegalDate,
  LegalInstant,
  Money,
  Page,
  ProblemSummary,
  Skeleton,
  StatusMark,
  TextField,
  type State,
} from '../ui/index.js';
import { i18n } from '../words/words.js';
import { Handover, useHandover } from './handover.js';
import type { Whose } from './whose.js';
import { actOf, linesOf, problemFieldsOf, reasonedActsOf, type WorkItem } from './acts.js';
import { Security } from './security.js';
import './today.css';

/** Of the lists one is current, not whatever is on this page. */
const WHOLE = { exact: true, includeSearch: true } as const;
/** Whose work is shown: what a colleague has taken is not mine, and is my team's. */
const WHOSE = {
  mine: {
    name: i18n.t('Mine'),
    nothing: i18n.t('Nothing waits for you'),
    waits: (total: number) => i18n.t('{total} {total, plural, one {waits} other {wait}} for you', { total }),
  },
  team: {
    name: i18n.t('My team'),
    nothing: i18n.t('Nothing waits for your team'),
    waits: (total: number) => i18n.t('{total} {total, plural, one {waits} other {wait}} for your team', { total }),
  },
  unassigned: {
    name: i18n.t('Unassigned'),
    nothing: i18n.t('Somebody sees to each of them'),
    waits: (total: number) =>
      i18n.t(
        '{total} {total, plural, one {waits} other {wait}} for somebody to take {total, plural, one {it} other {them}}',
        { total },
      ),
  },
  all: {
    name: i18n.t('Everyone’s'),
    nothing: i18n.t('Nothing waits for anybody'),
    waits: (total: number) => i18n.t('{total} {total, plural, one {waits} other {wait}} for this company', { total }),
  },
} as const;
const LOOK_EVERY_MS = 1_000;
const idOf = ({ task }: WorkItem): string => task.taskId;

/** What waits for me, by consequence: each row says why it stands where it does, and has its act. */
export default function TodayPage() {
  const { whose = 'mine' } = useSearch({ from: '/frame/today' });
  // Each list holds still on its own: another one begins anew.
  return <Work key={whose} whose={whose} />;
}

function Work({ whose }: { whose: Whose }) {
  const navigate = useNavigate();
  const { data, error, refetch } = useRoute(listToday, { query: { whose } }, { staleTime: 0, refetchInterval: 60_000 });
  const list = useHeldList(data?.items, idOf);
  const { items, drop } = list;
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  const rows = useRef<HTMLOListElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChanges(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void readAgain(listToday, listTasks);
      }, LOOK_EVERY_MS / 2);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);

  useEffect(() => {
    if (data) shownUpTo(data.position);
  }, [data]);

  const focusRow = useCallback((index: number) => {
    setActive(index);
    rows.current?.querySelectorAll<HTMLElement>(':scope > li')[index]?.focus();
  }, []);
  const move = useCallback(
    (step: number) => {
      if (items.length > 0) focusRow(Math.max(0, Math.min(items.length - 1, active + step)));
    },
    [active, focusRow, items.length],
  );
  const current = items[Math.min(active, items.length - 1)];
  const handover = useHandover();
  useKeys(
    useMemo(
      () => [
        {
          keys: 'j',
          says: i18n.t('Next row'),
          group: 'This page' as const,
          run: () => move(document.activeElement?.closest('.work > li') ? 1 : 0),
        },
        { keys: 'k', says: i18n.t('Row before'), group: 'This page' as const, run: () => move(-1) },
        {
          keys: 'a',
          says: i18n.t('Take the task of this row, or give it back'),
          group: 'This page' as const,
          run: () => {
            if (!current?.mine) return;
            const { task } = current;
            if (task.assignee === handover.me) handover.giveBack(task);
            else if (task.assignee === null) handover.take(task);
            else announce(i18n.t('A colleague has it: take it over by its button.'));
          },
        },
        {
          keys: 'f',
          says: i18n.t('Mine or everyone’s'),
          group: 'This page' as const,
          run: () => void navigate({ to: '/today', search: whose === 'mine' ? { whose: 'all' } : {} }),
        },
        {
          keys: 'o',
          says: i18n.t('Open the shipment of this row'),
          group: 'This page' as const,
          run: () => {
            if (current?.shipment)
              void navigate({ to: '/shipments/$shipmentId', params: { shipmentId: current.shipment.shipmentId } });
          },
        },
      ],
      [current, handover, move, navigate, whose],
    ),
  );

  const done = (item: WorkItem, answer: AnswerOf<typeof decideTask>): void => {
    const at = items.findIndex((each) => idOf(each) === idOf(item));
    void readAgain(listToday, listTasks);
    if (answer.status === 'open') {
      // Four eyes: it stays until somebody else has decided it too.
      setOpen(null);
      announce(answer.says);
      focusRow(at);
      return;
    }
    const left = items.length - 1;
    drop(idOf(item));
    setOpen(null);
    announce(left === 0 ? i18n.t('Done. Nothing waits for you.') : i18n.t('Done. {left} left.', { left }));
    // The row is still there until the list is drawn again.
    if (left > 0) requestAnimationFrame(() => focusRow(Math.min(at, left - 1)));
  };

  const statutory = data?.statutoryToday ?? 0;
  return (
    <Page
      title={i18n.t('Today')}
      lead={
        data && (
          <>
            {WHOSE[whose].waits(data.total)}
            {statutory > 0 && i18n.t(' · {statutory} ⚖ today', { statutory })}
          </>
        )
      }
      actions={
        <>
          <ApplyPill count={list.pending} onApply={list.apply} />
          {Object.entries(WHOSE).map(([of, { name }]) => (
            <Link
              key={of}
              to="/today"
              search={of === 'mine' ? {} : { whose: of as Whose }}
              activeOptions={WHOLE}
              className="chip"
              {...(whose === of ? { 'aria-current': true } : {})}
            >
              {name}
            </Link>
          ))}
        </>
      }
    >
      {error && <ErrorState error={error} what={i18n.t('what waits for you')} onRetry={() => void refetch()} />}
      {!data && !error && (
        <div aria-busy="true">
          <Skeleton height={72} lines={4} />
        </div>
      )}
      {data && items.length === 0 && (
        <EmptyState title={WHOSE[whose].nothing}>
          {i18n.t('Work comes here by itself when a shipment needs a person.')}{' '}
          {whose !== 'all' && (
            <Link to="/today" search={{ whose: 'all' }}>
              {i18n.t('See everyone’s')}
            </Link>
          )}
        </EmptyState>
      )}
      {items.length > 0 && (
        <ol className="work" ref={rows}>
          {items.map((item, index) => (
            <Row
              key={idOf(item)}
              item={item}
              active={index === active}
              gone={list.isGone(idOf(item))}
              open={open === idOf(item)}
              onFocus={() => setActive(index)}
              onOpen={(wanted) => setOpen(wanted ? idOf(item) : null)}
              onDone={(answer) => done(item, answer)}
            />
          ))}
        </ol>
      )}
    </Page>
  );
}

interface RowProps {
  item: WorkItem;
  active: boolean;
  gone: boolean;
  open: boolean;
  onFocus: () => void;
  onOpen: (open: boolean) => void;
  onDone: (answer: AnswerOf<typeof decideTask>) => void;
}

const WORDS: Record<string, string> = {
  'approve-payment': i18n.t('Approve payment'),
  'confirm-lines': i18n.t('Confirm goods lines'),
  'correct-declaration': i18n.t('Correct declaration'),
  'resolve-findings': i18n.t('Resolve findings on papers'),
  'review-assessment': i18n.t('Review assessment'),
  'provide-documents': i18n.t('Provide documents'),
  'resolve-difference': i18n.t('Resolve difference'),
  'raise-guarantee': i18n.t('Raise guarantee'),
  'ask-authority': i18n.t('Outcome unknown'),
  'rebook-delivery': i18n.t('Rebook delivery'),
  'retry-step': i18n.t('Step failed'),
  'renew-mandate': i18n.t('Renew mandate'),
  'resolve-engagement': i18n.t('Resolve engagement'),
  'mend-records': i18n.t('Mend records'),
};
const wordOf = (kind: string): string =>
  WORDS[kind] ?? kind.replace(/-/g, ' ').replace(/^./, (first) => first.toUpperCase());

const stateOf = ({ clock, task }: WorkItem): State => {
  if (clock && Date.parse(clock.due) < Date.now()) return 'late';
  return task.kind === 'ask-authority' ? 'unknown' : 'act';
};

function Row({ item, active, gone, open, onFocus, onOpen, onDone }: RowProps) {
  const { task, shipment, clock, country, rank, reason, ifMissed, atStake, mine } = item;
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) panel.current?.querySelector<HTMLElement>('button, input, a')?.focus();
  }, [open]);
  return (
    <li
      tabIndex={active ? 0 : -1}
      className="work-row"
      {...(active ? { 'data-active': true } : {})}
      {...(gone ? { 'data-gone': true } : {})}
      onFocus={onFocus}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.target === event.currentTarget) {
          event.preventDefault();
          onOpen(true);
        }
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          onOpen(false);
          event.currentTarget.focus();
        }
      }}
    >
      <div className="work-line">
        <span className="work-rank">{rank}</span>
        <b className="work-what">
          <StatusMark state={stateOf(item)}>{wordOf(task.kind)}</StatusMark>
        </b>
        <span className="work-where">
          {shipment ? (
            <Link to="/shipments/$shipmentId" params={{ shipmentId: shipment.shipmentId }} tabIndex={active ? 0 : -1}>
              {shipment.reference}
            </Link>
          ) : (
            <span className="soft">{i18n.t('no shipment')}</span>
          )}{' '}
          <span className="soft">
            {shipment?.customer} {shipment?.destination}
          </span>
        </span>
        <span className="work-clock">
          {clock && country ? (
            clock.kind === 'statutory' ? (
              <>
                <span title={i18n.t('statutory')}>⚖</span> <LegalDate date={clock.on} country={country} endOfDay />
              </>
            ) : (
              <>
                <span title={i18n.t('promised')}>◷</span> <LegalInstant at={clock.due} country={country} />
              </>
            )
          ) : (
            <span className="soft">{i18n.t('no clock')}</span>
          )}
        </span>
        <span className="work-money">
          {atStake ? <Money value={atStake} /> : <span className="soft">{i18n.t('nothing at stake')}</span>}
        </span>
        <button
          type="button"
          className="button"
          data-size="small"
          aria-expanded={open}
          tabIndex={active ? 0 : -1}
          onClick={() => onOpen(!open)}
        >
          {open ? i18n.t('Close') : i18n.t('Review')}
          <span className="sr">
            {' '}
            {wordOf(task.kind)} {shipment?.reference}
          </span>
        </button>
      </div>
      <p className="work-why">
        {gone
          ? i18n.t('Somebody else has done or taken this.')
          : i18n.t('Ranked {rank}: {reason}. {clock, select, yes {If missed} other {If left}}: {ifMissed}.', {
              rank,
              reason,
              clock: clock ? 'yes' : 'no',
              ifMissed,
            })}
        {!mine && i18n.t(' For {role}.', { role: task.role })}{' '}
        {/* What is gone keeps its place: rows below it stay where they are. */}
        <span {...(gone ? { inert: true, className: 'work-past' } : {})}>
          <Handover
            task={task}
            may={mine}
            of={`${wordOf(task.kind)} ${shipment?.reference ?? ''}`}
            tabIndex={active ? 0 : -1}
          />
        </span>
      </p>
      {open && !gone && (
        <div className="work-panel" ref={panel}>
          <Panel item={item} onDone={onDone} />
        </div>
      )}
    </li>
  );
}

function Panel({ item, onDone }: Pick<RowProps, 'item' | 'onDone'>) {
  const { task, mine } = item;
  const feed = useFeedStatus();
  const change = useChange(decideTask, { onDone });
  const act = actOf(task);
  const reasoned = reasonedActsOf(task);
  const fields = problemFieldsOf(task);
  const lines = linesOf(task);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(fields.map(({ path, value }) => [path, value])),
  );
  const [reason, setReason] = useState('');
  const decide = (body: Record<string, unknown>): void =>
    change.mutate({ params: { taskId: task.taskId }, body, ifMatch: task.version });
  const because =
    feed === 'offline'
      ? i18n.t('There is no connection: nothing can be decided now.')
      : mine
        ? undefined
        : i18n.t('For the role {role}. A tenant administrator grants it.', { role: task.role });
  const { error } = change;
  return (
    <div className="stack">
      <p>{task.says}</p>
      {error && (
        <ProblemSummary
          problems={
            error instanceof ProblemError
              ? [
                  {
                    says:
                      error.status === 412 || error.status === 409
                        ? i18n.t('Somebody else was here first: {detail} Nothing you typed is lost.', {
                            detail: error.problem.detail,
                          })
                        : `${error.problem.detail} ${error.problem.advice ?? ''}`,
                  },
                ]
              : [{ says: i18n.t('No answer came. Press again: it is the same decision and is taken once.') }]
          }
        />
      )}
      {lines.length > 0 && (
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                {[
                  i18n.t('Line'),
                  i18n.t('Commodity'),
                  i18n.t('Description'),
                  i18n.t('Origin'),
                  i18n.t('Net kg'),
                  i18n.t('Price'),
                ].map((head) => (
                  <th key={head} {...(head === 'Net kg' || head === 'Price' ? { className: 'num' } : {})}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {lines.map((line, index) => (
                <tr key={index}>
                  <td>{typeof line['number'] === 'number' ? line['number'] : index + 1}</td>
                  <td className="mono">{text(line['commodity'])}</td>
                  <td>{text(line['description'])}</td>
                  <td>{text(line['origin'])}</td>
                  <td className="num">{text(line['netMass'])}</td>
                  <td className="num">
                    <Money value={line['price'] as { amount: string; currency: string } | undefined} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {fields.map(({ path, says }) => (
        <TextField
          key={path}
          label={path}
          error={says}
          value={values[path] ?? ''}
          onChange={(value) => setValues((before) => ({ ...before, [path]: value }))}
        />
      ))}
      <div className="buttons">
        {act && (
          <Button kind="primary" because={because} busy={change.isPending} onPress={() => decide(act.decision)}>
            {act.label}
          </Button>
        )}
        {fields.length > 0 && (
          <Button kind="primary" because={because} busy={change.isPending} onPress={() => decide({ set: values })}>
            {i18n.t('Send the corrected declaration')}
          </Button>
        )}
        {item.shipment && (
          <Link className="button" to="/shipments/$shipmentId" params={{ shipmentId: item.shipment.shipmentId }}>
            {i18n.t('Open {reference}', { reference: item.shipment.reference })}
          </Link>
        )}
      </div>
      {task.kind === 'raise-guarantee' && (
        <Security about={task.about} busy={change.isPending} because={because} decide={decide} />
      )}
      {reasoned && (
        <details open={act === null && fields.length === 0 && lines.length === 0}>
          <summary>{reasoned.summary}</summary>
          <div className="stack work-abandon">
            <TextField
              label={i18n.t('Reason')}
              hint={i18n.t('3 to 280 characters; it is recorded')}
              value={reason}
              onChange={setReason}
            />
            {reasoned.acts.map(({ label, decision, danger }) => (
              <Button
                key={label}
                {...(danger ? { kind: 'danger' } : {})}
                because={because ?? (reason.trim().length < 3 ? i18n.t('Give a reason first.') : undefined)}
                onPress={() => decide({ ...decision, reason: reason.trim() })}
              >
                {label}
              </Button>
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
