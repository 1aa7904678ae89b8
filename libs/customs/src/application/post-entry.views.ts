import type { AnswerOf, showCase, showEntry } from '@tidewaiter/contracts';
import { legalDateAt, type Instant } from '@tidewaiter/kernel';
import {
  conflictsOf,
  isOpen,
  isSuspended,
  nextIn,
  type Beside,
  type CaseRule,
  type Entry,
  type PostEntryCase,
  type RunningClock,
  type Terms,
} from '../domain/index.js';

export type EntryView = AnswerOf<typeof showEntry>;
export type CaseView = AnswerOf<typeof showCase>;
export type ClockView = EntryView['clocks'][number];

export interface StoredCase {
  caseId: string;
  state: PostEntryCase;
  version: number;
}

function stateOf(entry: Entry, clock: RunningClock, now: Instant): ClockView['state'] {
  if (clock.state !== 'running') return clock.state;
  if (isSuspended(entry, clock)) return 'suspended';
  if (clock.dueAt <= now) return 'ran-out';
  return clock.warnAt <= now ? 'nearing' : 'running';
}

/** A clock as it stands at an instant, counted in working days of its authority. */
export function clockView(entry: Entry, clock: RunningClock, { calendar }: Terms, now: Instant): ClockView {
  const { state: _state, warned: _warned, extensions, ended, ...law } = clock;
  return {
    ...law,
    declarationId: entry.filing!.declarationId,
    state: stateOf(entry, clock, now),
    workingDaysLeft: calendar.between(legalDateAt(now, clock.zone), clock.dueOn),
    extensions,
    ended,
  };
}

export const clocksView = (entry: Entry, terms: Terms, now: Instant): ClockView[] =>
  [...entry.clocks]
    .sort((a, b) => a.dueAt.localeCompare(b.dueAt) || a.clockId.localeCompare(b.clockId))
    .map((clock) => clockView(entry, clock, terms, now));

export const besideOf = (cases: readonly StoredCase[], caseId: string): Beside[] =>
  cases
    .filter((each) => each.caseId !== caseId)
    .map(({ caseId: id, state }) => ({ caseId: id, kind: state.opened!.kind, status: state.status }));

export function caseView(
  { caseId, state, version }: StoredCase,
  rule: CaseRule | undefined,
  beside: readonly Beside[],
  clocks: readonly ClockView[],
): CaseView {
  const { by, receivedOn, ...opened } = state.opened!;
  const { decision } = state;
  return {
    ...opened,
    receivedOn,
    openedBy: by,
    status: state.status,
    next: rule ? nextIn(state, rule) : null,
    acts: state.acts,
    decision: decision && {
      outcome: decision.outcome,
      decidedOn: decision.decidedOn,
      says: decision.says,
      lines: decision.lines,
      refund: decision.refund,
      owed: decision.owed,
      ...(decision.demand ? { demand: decision.demand } : {}),
    },
    conflicts:
      rule && state.status !== 'closed'
        ? conflictsOf(rule, beside).map(({ caseId: other, kind, says }) => ({ caseId: other, kind, says }))
        : [],
    clocks: clocks.filter((clock) => clock.caseId === caseId),
    version,
  };
}

export function entryView(
  entry: Entry,
  version: number,
  cases: readonly StoredCase[],
  terms: Terms,
  ruleOf: (state: PostEntryCase) => CaseRule | undefined,
  now: Instant,
): EntryView {
  const { declarationId, shipmentId, authority, destination } = entry.filing!;
  const { liquidation } = entry;
  const clocks = clocksView(entry, terms, now);
  return {
    declarationId,
    shipmentId,
    authority,
    destination,
    dates: entry.dates,
    liquidation: liquidation && {
      state: liquidation.kind,
      on: liquidation.on,
      change: liquidation.change,
      difference: liquidation.difference,
    },
    open: isOpen(entry) || cases.some(({ state }) => state.status !== 'closed'),
    clocks,
    cases: cases.map((each) => caseView(each, ruleOf(each.state), besideOf(cases, each.caseId), clocks)),
    version,
  };
}
