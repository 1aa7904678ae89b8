import type {
  CaseEvent,
  CaseKind,
  CaseLine,
  CaseStatus,
  caseActPrepared,
  caseDecided,
  caseOpened,
  EventOf,
  Money,
} from '@tidewaiter/contracts';
import {
  exact,
  Forbidden,
  NotFound,
  Refused,
  unreachable,
  WrongState,
  type Decider,
  type LegalDate,
} from '@tidewaiter/kernel';
import { isLiquidated, type Entry } from './entry.js';
import { codeOf } from './legal-clocks.js';

/** What the law of a destination makes of a kind of case, as data. */
export interface CaseRule {
  kind: CaseKind;
  destinations: readonly string[];
  name: string;
  law: string;
  origin: 'authority' | 'us';
  /** roles that may open it, prepare its act, and approve it */
  openers: readonly string[];
  preparer: string;
  approver: string;
  /** what goes to the authority */
  act: string;
  /** nobody who made the entry stands behind it (separation of duties: protest, disclosure, refund) */
  apart: boolean;
  /** clocks of which one must still run when it is opened and when its act is filed */
  within?: readonly string[];
  needs?: 'liquidated' | 'not-liquidated';
  /** law by which it is also the claim for goods that were refused and left again, or were destroyed */
  rejected?: string;
  /** kinds that may not stand beside it on one entry */
  excludes?: readonly CaseKind[];
}

export interface Person {
  actor: string;
  roles: readonly string[];
}

type Opened = EventOf<typeof caseOpened>['data'];
type Prepared = EventOf<typeof caseActPrepared>['data'];
type Decided = EventOf<typeof caseDecided>['data'];

export interface Act extends Omit<Prepared, 'caseId' | 'declarationId' | 'shipmentId' | 'by'> {
  preparedBy: string;
  approvedBy: string | null;
  filedOn: LegalDate | null;
  reference: string | null;
}

export interface PostEntryCase {
  opened: Opened | null;
  status: CaseStatus;
  acts: Act[];
  decision: Decided | null;
  /** how often it was decided; states of an earlier release do not hold it */
  decisions?: number;
}

export type CaseCommand =
  | ({ type: 'OpenCase'; rule: CaseRule; entry: Entry; beside: readonly Beside[]; person: Person } & Omit<
      Opened,
      'by' | 'name' | 'origin' | 'shipmentId' | 'declarationId'
    >)
  | ({ type: 'PrepareAct'; rule: CaseRule; entry: Entry; person: Person } & Pick<
      Prepared,
      'says' | 'documentIds' | 'lines' | 'amount' | 'digest'
    >)
  | { type: 'ApproveAct'; rule: CaseRule; entry: Entry; person: Person; n: number; digest: string }
  | {
      type: 'FileAct';
      rule: CaseRule;
      entry: Entry;
      person: Person;
      n: number;
      filedOn: LegalDate;
      reference: string | null;
    }
  | ({ type: 'DecideCase'; rule: CaseRule; person: Person } & Pick<
      Decided,
      'outcome' | 'decidedOn' | 'says' | 'lines' | 'refund' | 'owed' | 'demand'
    >)
  | { type: 'CloseCase'; rule: CaseRule; person: Person; reason: string }
  | { type: 'ReopenCase'; rule: CaseRule; person: Person; ground: string; on: LegalDate };

/** Another case on the same entry. */
export interface Beside {
  caseId: string;
  kind: CaseKind;
  status: CaseStatus;
}

function opened(state: PostEntryCase): Opened {
  if (!state.opened) throw new NotFound('customs.case.unknown', 'no such case');
  return state.opened;
}

const ids = (state: PostEntryCase) => {
  const { caseId, declarationId, shipmentId } = opened(state);
  return { caseId, declarationId, shipmentId };
};

function mustHave({ roles }: Person, needed: readonly string[], what: string): void {
  if (needed.some((role) => roles.includes(role))) return;
  throw new Forbidden('customs.case.role', `${what} is for ${needed.join(' or ')}; you have ${roles.join(', ')}`, {
    advice: `Ask somebody with the role ${needed.join(' or ')}.`,
  });
}

function mustBe(state: PostEntryCase, statuses: readonly CaseStatus[], what: string): void {
  if (statuses.includes(state.status)) return;
  throw new WrongState(
    'customs.case.not-now',
    `the case is ${state.status}: ${what} follows ${statuses.join(' or ')}`,
    {
      advice: 'Read the case again and look at what is next.',
    },
  );
}

/** Whoever entered, confirmed or corrected a value of the entry does not stand behind a remedy against it. */
function mustBeApart({ apart, name }: CaseRule, { editors }: Entry, { actor }: Person): void {
  if (!apart || !editors.includes(actor)) return;
  throw new Forbidden('customs.case.editor', `you entered or corrected a value of this entry: ${name} is for others`, {
    advice: 'Ask a colleague who did not work on the entry.',
  });
}

/** @throws Refused `customs.case.too-early`, `customs.case.too-late` */
function mustBeInTime({ within, needs, name }: CaseRule, entry: Entry, on: LegalDate): void {
  const liquidated = isLiquidated(entry);
  if (needs === 'liquidated' && !liquidated) {
    throw new Refused('customs.case.too-early', `${name} follows liquidation, and the entry is not liquidated yet`, {
      advice: 'Correct the entry as long as it is not liquidated.',
    });
  }
  if (needs === 'not-liquidated' && liquidated) {
    throw new Refused('customs.case.too-late', `${name} is for entries that are not liquidated`, {
      advice: 'Protest the liquidation.',
    });
  }
  if (!within) return;
  const started = entry.clocks.filter((clock) => within.includes(codeOf(clock.clockId)));
  if (started.length === 0) {
    throw new Refused('customs.case.too-early', `the term of ${name} has not begun`, {
      advice: 'Look at the entry’s clocks: the term begins with release, debt or liquidation.',
    });
  }
  if (started.some((clock) => on <= clock.dueOn)) return;
  const last = started.reduce((a, b) => (a.dueOn > b.dueOn ? a : b));
  throw new Refused('customs.case.too-late', `${last.what} ended on ${last.dueOn} (${last.law}): ${last.consequence}`, {
    facts: { clock: last.clockId, dueOn: last.dueOn, on },
  });
}

/** Open cases on the entry that exclude a kind, each with its reason. */
export const conflictsOf = (rule: CaseRule, beside: readonly Beside[]): (Beside & { says: string })[] =>
  beside
    .filter((each) => each.status !== 'closed' && (rule.excludes?.includes(each.kind) || each.kind === rule.kind))
    .map((each) => ({
      ...each,
      says:
        each.kind === rule.kind
          ? `one ${rule.name} at a time on an entry`
          : `${rule.name} and a ${each.kind} do not stand beside each other on one entry`,
    }));

/** Differences of the lines add up to what is owed less what is to come back; lines without figures prove nothing. */
function mustAddUp(lines: readonly CaseLine[], refund: Money | null, owed: Money | null): void {
  const stated = lines.flatMap(({ difference }) => (difference === null ? [] : [difference]));
  if (stated.length === 0 || stated.length < lines.length) return;
  const sum = stated.reduce((total, { amount }) => total.plus(amount), exact('0'));
  const total = exact(owed?.amount ?? '0').minus(refund?.amount ?? '0');
  const currencies = new Set([...stated, ...(refund ? [refund] : []), ...(owed ? [owed] : [])].map((m) => m.currency));
  if (currencies.size <= 1 && sum.equals(total)) return;
  throw new Refused(
    'customs.case.amounts',
    `the lines add up to ${sum.toFixed()}, the decision says ${total.toFixed()}${currencies.size > 1 ? ' in more than one currency' : ''}`,
    { advice: 'Positive differences are owed, negative ones come back; send figures that add up.' },
  );
}

const actOf = (state: PostEntryCase, n: number): Act => {
  const act = state.acts.find((each) => each.n === n);
  if (!act) throw new NotFound('customs.case.unknown', `the case has no act ${n}`);
  if (act !== state.acts.at(-1)) {
    throw new WrongState('customs.case.not-now', `act ${n} was replaced by act ${state.acts.length}`, {
      advice: 'Look at what was prepared last.',
    });
  }
  return act;
};

function open(state: PostEntryCase, command: Extract<CaseCommand, { type: 'OpenCase' }>): CaseEvent[] {
  if (state.opened) return [];
  const { type: _type, rule, entry, beside, person, ...data } = command;
  mustHave(person, rule.openers, rule.name);
  mustBeInTime(rule, entry, data.noticeOn);
  const [conflict] = conflictsOf(rule, beside);
  if (conflict) {
    throw new Refused('customs.case.conflicts', conflict.says, {
      advice: 'Close the other case first, or bring the matter into it.',
      facts: { caseId: conflict.caseId },
    });
  }
  const { declarationId, shipmentId } = entry.filing!;
  return [
    {
      type: 'CaseOpened',
      data: { ...data, declarationId, shipmentId, name: rule.name, origin: rule.origin, by: person.actor },
    },
  ];
}

function decide(state: PostEntryCase, command: CaseCommand): CaseEvent[] {
  if (command.type === 'OpenCase') return open(state, command);
  const own = ids(state);
  const { rule, person } = command;
  const by = person.actor;
  switch (command.type) {
    case 'PrepareAct': {
      mustHave(person, [rule.preparer], `preparing the ${rule.act}`);
      mustBe(state, ['open', 'prepared', 'approved', 'decided'], 'an act');
      mustBeApart(rule, command.entry, person);
      const { says, documentIds, lines, amount, digest } = command;
      const n = state.acts.length + 1;
      return [
        {
          type: 'CaseActPrepared',
          data: { ...own, n, act: rule.act, says, documentIds, lines, amount, digest, by },
        },
      ];
    }
    case 'ApproveAct': {
      mustHave(person, [rule.approver], `approving the ${rule.act}`);
      mustBe(state, ['prepared'], 'an approval');
      const { n, digest, preparedBy } = actOf(state, command.n);
      if (preparedBy === by) {
        throw new Forbidden('customs.case.own-act', `you prepared this ${rule.act}: somebody else approves it`, {
          advice: `Ask another person with the role ${rule.approver}.`,
        });
      }
      mustBeApart(rule, command.entry, person);
      if (digest !== command.digest) {
        throw new Refused('customs.case.digest-changed', 'what you approve is not what was prepared last', {
          advice: 'Read the case again and look at the act.',
        });
      }
      return [{ type: 'CaseActApproved', data: { ...own, n, digest, by } }];
    }
    case 'FileAct': {
      mustHave(person, [rule.preparer, rule.approver], `filing the ${rule.act}`);
      const { n, approvedBy } = actOf(state, command.n);
      if (approvedBy === null) {
        throw new Refused('customs.case.not-approved', `act ${n} is not approved`, {
          advice: `Ask somebody with the role ${rule.approver} to approve it.`,
        });
      }
      mustBe(state, ['approved'], 'filing');
      mustBeInTime(rule, command.entry, command.filedOn);
      return [
        { type: 'CaseActFiled', data: { ...own, n, filedOn: command.filedOn, reference: command.reference, by } },
      ];
    }
    case 'DecideCase': {
      mustHave(person, rule.openers, 'recording the decision');
      // What was decided may be decided anew, by the authority itself or on appeal.
      const from =
        rule.origin === 'authority' ? (['open', 'prepared', 'approved', 'filed'] as const) : (['filed'] as const);
      mustBe(state, [...from, 'decided'], 'a decision');
      const { outcome, decidedOn, says, lines, refund, owed, demand } = command;
      mustAddUp(lines, refund, owed);
      return [
        {
          type: 'CaseDecided',
          data: { ...own, outcome, decidedOn, says, lines, refund, owed, by, ...(demand ? { demand } : {}) },
        },
      ];
    }
    case 'CloseCase': {
      mustHave(person, [...rule.openers, rule.preparer], 'closing the case');
      mustBe(state, ['open', 'prepared', 'approved', 'filed', 'decided'], 'closing');
      return [{ type: 'CaseClosed', data: { ...own, reason: command.reason, by } }];
    }
    case 'ReopenCase': {
      mustHave(person, rule.openers, 'opening the case again');
      mustBe(state, ['closed'], 'opening again');
      return [{ type: 'CaseReopened', data: { ...own, ground: command.ground, on: command.on, by } }];
    }
    default:
      return unreachable(command);
  }
}

/** How often a case was decided. */
export const decisionsOf = ({ decision, decisions }: PostEntryCase): number => decisions ?? (decision === null ? 0 : 1);

function evolve(state: PostEntryCase, event: CaseEvent): PostEntryCase {
  const act = (n: number, to: Partial<Act>): Act[] =>
    state.acts.map((each) => (each.n === n ? { ...each, ...to } : each));
  switch (event.type) {
    case 'CaseOpened':
      return { ...state, opened: event.data, status: 'open' };
    case 'CaseActPrepared': {
      const { caseId: _case, declarationId: _declaration, shipmentId: _shipment, by, ...prepared } = event.data;
      const made: Act = { ...prepared, preparedBy: by, approvedBy: null, filedOn: null, reference: null };
      return { ...state, status: 'prepared', acts: [...state.acts, made] };
    }
    case 'CaseActApproved':
      return { ...state, status: 'approved', acts: act(event.data.n, { approvedBy: event.data.by }) };
    case 'CaseActFiled': {
      const { n, filedOn, reference } = event.data;
      return { ...state, status: 'filed', acts: act(n, { filedOn, reference }) };
    }
    case 'CaseDecided':
      return { ...state, status: 'decided', decision: event.data, decisions: decisionsOf(state) + 1 };
    case 'CaseClosed':
      return { ...state, status: 'closed' };
    case 'CaseReopened':
      return { ...state, status: 'open' };
    default:
      return unreachable(event);
  }
}

/** Who must do what next in a case; null when nothing is left. */
export function nextIn({ status, decision }: PostEntryCase, rule: CaseRule): { role: string; says: string } | null {
  switch (status) {
    case 'open':
      return { role: rule.preparer, says: `Prepare the ${rule.act} (${rule.name}).` };
    case 'prepared':
      return { role: rule.approver, says: `Look at the ${rule.act} that was prepared, and approve it.` };
    case 'approved':
      return { role: rule.preparer, says: `Send the approved ${rule.act} and record when it was filed.` };
    case 'filed':
      return { role: 'authority', says: 'The authority decides.' };
    case 'decided':
      return { role: rule.preparer, says: `The authority's decision: ${decision!.outcome}. Close the case or go on.` };
    case 'closed':
      return null;
    default:
      return unreachable(status);
  }
}

/** A case about an entry, beside it and never in place of it: `case-<case id>`. */
export const postEntryCase: Decider<PostEntryCase, CaseCommand, CaseEvent> = {
  initial: { opened: null, status: 'open', acts: [], decision: null },
  decide,
  evolve,
};
