import type { CaseKind, ClockEnd, EntryEvent, EventOf, LegalClock, liquidationNoticed } from '@tidewaiter/contracts';
import {
  canonicalJson,
  endOfDay,
  NotFound,
  plusDays,
  plusMonths,
  Refused,
  unreachable,
  WrongState,
  type Decider,
  type Instant,
  type LegalDate,
} from '@tidewaiter/kernel';
import { clockFrom, codeOf, rulesOf, warningOf, type ClockRule, type Terms } from './legal-clocks.js';

type Notice = EventOf<typeof liquidationNoticed>['data'];
export type EntryDates = { [K in 'registered' | 'entry' | 'release' | 'debt' | 'documents']?: LegalDate };

export interface RunningClock extends LegalClock {
  state: 'running' | 'met' | 'ran-out';
  warned: boolean;
  extensions: { ground: string; law: string; dueOn: LegalDate; by: string }[];
  ended: string | null;
}

/** What became of an entry after it was made. */
export interface Entry {
  filing: { declarationId: string; shipmentId: string; authority: string; destination: string } | null;
  dates: EntryDates;
  editors: string[];
  liquidation: Pick<Notice, 'kind' | 'on' | 'change' | 'difference'> | null;
  clocks: RunningClock[];
  /** liquidations that changed the duty, in their order; states of an earlier release do not hold them */
  bills?: Bill[];
}

export type Bill = Pick<Notice, 'on' | 'change' | 'says' | 'demand'> & {
  difference: NonNullable<Notice['difference']>;
};

/** What is on record of a declaration, as far as law counts from it. */
export interface EntryFacts {
  declarationId: string;
  shipmentId: string;
  authority: string;
  destination: string;
  dates: EntryDates;
  editors: string[];
  /** facts that meet clocks by themselves */
  met: readonly ClockEnd[];
  /** the authority's own limit for papers */
  documentsDue?: Instant;
  /** the declaration does not stand any more */
  invalidated: boolean;
}

export type EntryCommand =
  | { type: 'ReviewEntry'; facts: EntryFacts; terms: Terms; now: Instant }
  | { type: 'StartCaseClocks'; caseId: string; kind: CaseKind; start: 'case' | 'decision'; on: LegalDate; terms: Terms }
  | { type: 'MeetCaseClocks'; caseId: string; until: 'filed' | 'closed'; how: string; by: string }
  | { type: 'ExtendClock'; clockId: string; until: LegalDate; ground: string; by: string; terms: Terms }
  | { type: 'MeetClock'; clockId: string; how: string; by: string }
  | ({ type: 'NoteLiquidation'; terms: Terms } & Pick<
      Notice,
      'kind' | 'on' | 'change' | 'difference' | 'says' | 'by' | 'demand'
    >);

const MADE = new Set<Notice['kind']>(['liquidated', 'deemed', 'reliquidated']);
const RESTING = new Set<Notice['kind']>(['suspended', 'unset']);
const SYSTEM = 'system:law';

export const isLiquidated = ({ liquidation }: Entry): boolean => liquidation !== null && MADE.has(liquidation.kind);

/** Whether a clock stands still: the liquidation that it counts to is suspended or unset. */
export const isSuspended = ({ liquidation }: Entry, clock: LegalClock): boolean =>
  clock.until === 'liquidation' && liquidation !== null && RESTING.has(liquidation.kind);

const running = (state: Entry): RunningClock[] =>
  state.clocks.filter((clock) => clock.state === 'running' && !isSuspended(state, clock));

/** The next instant at which a clock needs a look; null when none runs. */
export function nextLook(state: Entry): Instant | null {
  const instants = running(state).map((clock) => (clock.side === 'duty' && !clock.warned ? clock.warnAt : clock.dueAt));
  return instants.length === 0 ? null : instants.reduce((a, b) => (a < b ? a : b));
}

const filingOf = (state: Entry): { declarationId: string; shipmentId: string } => {
  if (!state.filing) throw new NotFound('customs.entry.unknown', 'no such entry');
  const { declarationId, shipmentId } = state.filing;
  return { declarationId, shipmentId };
};

/** @throws NotFound `customs.clock.unknown`; WrongState `customs.clock.not-running` */
function runningClock(state: Entry, clockId: string): RunningClock {
  const clock = state.clocks.find((each) => each.clockId === clockId);
  if (!clock) throw new NotFound('customs.clock.unknown', 'the entry has no such clock');
  if (clock.state !== 'running') {
    throw new WrongState('customs.clock.not-running', `the clock has ended: ${clock.ended ?? clock.state}`, {
      advice: 'What a term that has passed cost is said in a case of its own.',
    });
  }
  return clock;
}

function evolve(state: Entry, event: EntryEvent): Entry {
  const change = (clockId: string, to: (clock: RunningClock) => Partial<RunningClock>): Entry => ({
    ...state,
    clocks: state.clocks.map((each) => (each.clockId === clockId ? { ...each, ...to(each) } : each)),
  });
  switch (event.type) {
    case 'EntryDated': {
      const { declarationId, shipmentId, authority, destination, dates, editors } = event.data;
      return { ...state, filing: { declarationId, shipmentId, authority, destination }, dates, editors };
    }
    case 'ClockStarted': {
      const { declarationId: _declaration, shipmentId: _shipment, ...clock } = event.data;
      return {
        ...state,
        clocks: [...state.clocks, { ...clock, state: 'running', warned: false, extensions: [], ended: null }],
      };
    }
    case 'ClockNearing':
      return change(event.data.clockId, () => ({ warned: true }));
    case 'ClockExtended': {
      const { clockId, ground, law, dueOn, dueAt, warnAt, by } = event.data;
      return change(clockId, ({ extensions }) => ({
        dueOn,
        dueAt,
        warnAt,
        warned: false,
        extensions: [...extensions, { ground, law, dueOn, by }],
      }));
    }
    case 'ClockMet':
      return change(event.data.clockId, () => ({ state: 'met', ended: event.data.how }));
    case 'ClockRanOut':
      return change(event.data.clockId, () => ({ state: 'ran-out' }));
    case 'LiquidationNoticed': {
      const { kind, on, change: changed, difference, says, demand } = event.data;
      const isBill = MADE.has(kind) && difference !== null;
      const bill = { on, change: changed, difference: difference!, says, ...(demand ? { demand } : {}) };
      const bills = isBill ? { bills: [...(state.bills ?? []), bill] } : {};
      return { ...state, liquidation: { kind, on, change: changed, difference }, ...bills };
    }
    default:
      return unreachable(event);
  }
}

/** Collects events while the state follows them. */
class Course {
  readonly events: EntryEvent[] = [];
  constructor(public state: Entry) {}

  say(event: EntryEvent): void {
    this.events.push(event);
    this.state = evolve(this.state, event);
  }

  start(clock: LegalClock): void {
    if (this.state.clocks.some((each) => each.clockId === clock.clockId)) return;
    this.say({ type: 'ClockStarted', data: { ...filingOf(this.state), ...clock } });
  }

  meet(clockId: string, how: string, by: string): void {
    this.say({ type: 'ClockMet', data: { ...filingOf(this.state), clockId, how, by } });
  }

  extend(
    clock: RunningClock,
    dueOn: LegalDate,
    { ground, law, by }: { ground: string; law: string; by: string },
    { rules, calendar }: Terms,
  ): void {
    const warn = rules.find((rule) => rule.code === codeOf(clock.clockId))?.warn ?? 0;
    this.say({
      type: 'ClockExtended',
      data: {
        ...filingOf(this.state),
        clockId: clock.clockId,
        ground,
        law,
        dueOn,
        dueAt: endOfDay(dueOn, clock.zone),
        warnAt: warningOf(clock.startedOn, dueOn, warn, calendar),
        by,
      },
    });
  }
}

const SAID: Record<ClockEnd, string> = {
  cleared: 'The entry is cleared.',
  accepted: 'The declaration was accepted.',
  'documents-settled': 'The authority has its papers.',
  liquidation: 'The entry was liquidated.',
  filed: 'It was filed.',
};

/** Clocks of every entry whose starting day is known, in the order of the rules: a later one may lean on an earlier. */
function startClocks(course: Course, facts: EntryFacts, { rules, calendar }: Terms): void {
  const { dates, liquidation } = course.state;
  for (const rule of rules) {
    if (rule.cases) continue;
    const from =
      rule.start === 'liquidation'
        ? isLiquidated(course.state)
          ? liquidation!.on
          : undefined
        : dates[rule.start as keyof EntryDates];
    if (from === undefined || !rulesOf([rule], facts.destination, from).length) continue;
    // Made again, the liquidation gives its remedies again, from its own day.
    const again = rule.start === 'liquidation' && liquidation!.kind === 'reliquidated' ? `/${liquidation!.on}` : '';
    const clock = clockFrom(rule, from, calendar, {
      given: rule.start === 'documents' ? facts.documentsDue : undefined,
      notAfter: limitOf(course.state, rule),
    });
    course.start({ ...clock, clockId: `${clock.clockId}${again}` });
  }
}

function limitOf(state: Entry, { notAfter }: ClockRule): LegalDate | undefined {
  const other = notAfter && state.clocks.find((each) => each.clockId === notAfter.clock);
  return other && plusDays(other.dueOn, notAfter.days);
}

function review(state: Entry, { facts, terms, now }: Extract<EntryCommand, { type: 'ReviewEntry' }>): EntryEvent[] {
  const course = new Course(state);
  const { declarationId, shipmentId, authority, destination, dates, editors } = facts;
  if (!state.filing || canonicalJson([state.dates, state.editors]) !== canonicalJson([dates, editors])) {
    course.say({
      type: 'EntryDated',
      data: { declarationId, shipmentId, authority, destination, dates, editors },
    });
  }
  if (facts.invalidated) {
    for (const clock of course.state.clocks.filter((each) => each.state === 'running'))
      course.meet(clock.clockId, 'The declaration does not stand any more.', SYSTEM);
    return course.events;
  }
  for (let before = -1; before !== course.events.length;) {
    before = course.events.length;
    startClocks(course, facts, terms);
    for (const clock of running(course.state)) look(course, clock, facts, now);
  }
  return course.events;
}

function look(course: Course, clock: RunningClock, { met }: EntryFacts, now: Instant): void {
  const ids = filingOf(course.state);
  const { clockId, dueOn, dueAt, consequence } = clock;
  const happened = clock.until === 'liquidation' ? isLiquidated(course.state) : met.includes(clock.until!);
  if (clock.until !== null && clock.caseId === null && happened) {
    course.meet(clockId, SAID[clock.until], SYSTEM);
  } else if (dueAt <= now) {
    course.say({ type: 'ClockRanOut', data: { ...ids, clockId, dueOn, dueAt, consequence } });
    if (clockId === DEEMED) {
      const none = { change: 'none' as const, difference: null };
      const says = 'Liquidated by operation of law as it was entered.';
      course.say({
        type: 'LiquidationNoticed',
        data: { ...ids, kind: 'deemed', on: dueOn, ...none, says, by: SYSTEM },
      });
    }
  } else if (clock.side === 'duty' && !clock.warned && clock.warnAt <= now) {
    course.say({ type: 'ClockNearing', data: { ...ids, clockId, dueOn, dueAt } });
  }
}

const DEEMED = 'us-deemed-liquidation';
const SCHEDULED = 'us-liquidation';

/** What may be said of a liquidation after what was said before. */
function noteLiquidation(
  state: Entry,
  { kind, on, change, difference, says, by, terms, demand }: Extract<EntryCommand, { type: 'NoteLiquidation' }>,
): EntryEvent[] {
  const ids = filingOf(state);
  const deemed = state.clocks.find((each) => each.clockId === DEEMED);
  if (!deemed) {
    throw new Refused('customs.liquidation.none-here', `entries in ${state.filing!.destination} are not liquidated`, {
      advice: 'Record the authority’s decision in a case.',
    });
  }
  const made = isLiquidated(state);
  const resting = state.liquidation !== null && RESTING.has(state.liquidation.kind);
  const allowed =
    kind === 'reliquidated' ? made : kind === 'suspension-lifted' ? resting : kind === 'unset' ? !resting : !made;
  if (!allowed) {
    throw new WrongState(
      'customs.liquidation.not-now',
      `the entry is ${state.liquidation?.kind ?? 'not yet liquidated'}: it cannot become ${kind}`,
      { advice: 'Look at the entry’s liquidation; a second one after it was made is a reliquidation.' },
    );
  }
  if ((change === 'none') !== (difference === null)) {
    throw new Refused('customs.liquidation.not-now', 'a change of the duty says its difference, no change says none');
  }
  const course = new Course(state);
  course.say({
    type: 'LiquidationNoticed',
    data: { ...ids, kind, on, change, difference, says, by, ...(demand ? { demand } : {}) },
  });
  const moved = { extended: '19 USC 1504(b)', 'suspension-lifted': '19 USC 1504(d)', scheduled: '19 USC 1504(a)' };
  if (kind in moved) {
    const law = moved[kind as keyof typeof moved];
    for (const clock of running(course.state).filter((each) => each.until === 'liquidation')) {
      if (kind === 'scheduled' && clock.clockId !== SCHEDULED) continue;
      course.extend(clock, kind === 'suspension-lifted' ? plusMonths(on, 6) : on, { ground: says, law, by }, terms);
    }
  }
  return course.events;
}

function decide(state: Entry, command: EntryCommand): EntryEvent[] {
  switch (command.type) {
    case 'ReviewEntry':
      return review(state, command);
    case 'StartCaseClocks': {
      const { caseId, kind, start, on, terms } = command;
      const course = new Course(state);
      for (const rule of rulesOf(terms.rules, state.filing?.destination ?? '', on)) {
        if (rule.start === start && rule.cases?.includes(kind))
          course.start(clockFrom(rule, on, terms.calendar, { caseId }));
      }
      return course.events;
    }
    case 'MeetCaseClocks': {
      const course = new Course(state);
      const ends = (clock: RunningClock) => command.until === 'closed' || clock.until === 'filed';
      for (const clock of state.clocks.filter((each) => each.caseId === command.caseId && each.state === 'running'))
        if (ends(clock)) course.meet(clock.clockId, command.how, command.by);
      return course.events;
    }
    case 'ExtendClock': {
      const { clockId, until, ground, by, terms } = command;
      const clock = runningClock(state, clockId);
      const rule = terms.rules.find((each) => each.code === codeOf(clockId));
      if (!rule?.extension) {
        throw new Refused('customs.clock.not-extendable', `no law lengthens ${clock.what} (${clock.law})`);
      }
      if (until <= clock.dueOn) {
        throw new Refused('customs.clock.not-extendable', `${until} is not after its last day, ${clock.dueOn}`);
      }
      const course = new Course(state);
      course.extend(clock, until, { ground, law: rule.extension.law, by }, terms);
      return course.events;
    }
    case 'MeetClock': {
      const course = new Course(state);
      runningClock(state, command.clockId);
      course.meet(command.clockId, command.how, command.by);
      return course.events;
    }
    case 'NoteLiquidation':
      return noteLiquidation(state, command);
    default:
      return unreachable(command);
  }
}

/** Whether law still counts for the entry: a clock of any side runs. */
export const isOpen = (state: Entry): boolean => state.clocks.some((clock) => clock.state === 'running');

/** An entry from its making to its finality: `entry-<declaration id>`. */
export const entry: Decider<Entry, EntryCommand, EntryEvent> = {
  initial: { filing: null, dates: {}, editors: [], liquidation: null, clocks: [] },
  decide,
  evolve,
};
