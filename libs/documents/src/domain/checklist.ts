import type {
  checklistDerived,
  checksRun,
  documentSetBlocked,
  documentSetCompleted,
  documentSetReopened,
  DocumentSet,
  EventOf,
  Finding,
  Requirement,
  slotFilled,
} from '@tidewaiter/contracts';
import { canonicalJson, unreachable, type Decider } from '@tidewaiter/kernel';
import type { Filling, Judgement, ToConfirm } from './judge.js';

type Derived = EventOf<typeof checklistDerived>;
type SlotFilled = EventOf<typeof slotFilled>;
type ChecksRun = EventOf<typeof checksRun>;
type Completed = EventOf<typeof documentSetCompleted>;
type Blocked = EventOf<typeof documentSetBlocked>;
type Reopened = EventOf<typeof documentSetReopened>;
export type ChecklistEvent = Derived | SlotFilled | ChecksRun | Completed | Blocked | Reopened;

/** What one shipment needs, what fills it, and what the checks said. */
export type Checklist =
  | { status: 'none' }
  | {
      status: 'waiting' | 'blocked' | 'complete';
      shipmentId: string;
      rows: string;
      requirements: Requirement[];
      filled: Record<string, Filling>;
      checks: { factsDigest: string; findings: Finding[]; cannotTell: string[] } | null;
      set: DocumentSet | null;
      blocked: { confirm: ToConfirm[]; findings: Finding[] } | null;
    };

type Open = Exclude<Checklist, { status: 'none' }>;

export type ChecklistCommand =
  | { type: 'DeriveChecklist'; shipmentId: string; rows: string; requirements: Requirement[] }
  | { type: 'JudgePapers'; judgement: Judgement };

const same = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);

/** Requirements as they were derived, without what has filled them since. */
const asAsked = (requirements: readonly Requirement[]): Requirement[] =>
  requirements.map((each) => ({ ...each, state: 'missing' }));

function derive(
  state: Checklist,
  { shipmentId, rows, requirements }: Extract<ChecklistCommand, { type: 'DeriveChecklist' }>,
): ChecklistEvent[] {
  if (state.status !== 'none' && state.rows === rows && same(asAsked(state.requirements), asAsked(requirements)))
    return [];
  return [{ type: 'ChecklistDerived', data: { shipmentId, rows, requirements } }];
}

function slotEvents({ shipmentId, filled: before, requirements }: Open, filled: Judgement['filled']): ChecklistEvent[] {
  const now = requirements.map(({ slot }) => ({ slot, paper: filled[slot] ?? null, was: before[slot] ?? null }));
  const emptied = now.filter(({ paper, was }) => was !== null && paper === null).map(({ slot }) => slot);
  const newly = now.flatMap(({ slot, paper, was }): ChecklistEvent[] =>
    paper === null || same(paper, was) ? [] : [{ type: 'SlotFilled', data: { shipmentId, slot, ...paper } }],
  );
  return emptied.length > 0 ? [{ type: 'DocumentSetReopened', data: { shipmentId, slots: emptied } }, ...newly] : newly;
}

function verdictEvents(state: Open, { verdict }: Judgement): ChecklistEvent[] {
  const { shipmentId } = state;
  switch (verdict.kind) {
    case 'waiting':
      return [];
    case 'blocked': {
      const { confirm, findings } = verdict;
      if (state.status === 'blocked' && same(state.blocked, { confirm, findings })) return [];
      return [{ type: 'DocumentSetBlocked', data: { shipmentId, confirm, findings } }];
    }
    case 'complete':
      if (state.status === 'complete' && state.set?.digest === verdict.set.digest) return [];
      return [{ type: 'DocumentSetCompleted', data: { shipmentId, set: verdict.set } }];
    default:
      return unreachable(verdict);
  }
}

function before({ checks }: Open, { verdict }: Judgement): unknown {
  if (verdict.kind !== 'waiting') return checks;
  return { findings: checks?.findings ?? [], cannotTell: checks?.cannotTell ?? [] };
}

function judgePapers(state: Checklist, judgement: Judgement): ChecklistEvent[] {
  if (state.status === 'none') return []; // papers came before the checklist: judged when it is derived
  const { factsDigest, findings, cannotTell } = judgement.checks;
  const checks = { factsDigest, findings, cannotTell };
  // While papers are still awaited only a changed answer is worth telling; at the end the facts it was given on are too.
  const told = judgement.verdict.kind === 'waiting' ? { findings, cannotTell } : checks;
  const ran: ChecklistEvent[] = same(before(state, judgement), told)
    ? []
    : [{ type: 'ChecksRun', data: { shipmentId: state.shipmentId, ...checks } }];
  const slots = slotEvents(state, judgement.filled);
  const after = slots.reduce<Checklist>(evolve, state);
  return [...slots, ...ran, ...(after.status === 'none' ? [] : verdictEvents(after, judgement))];
}

function decide(state: Checklist, command: ChecklistCommand): ChecklistEvent[] {
  switch (command.type) {
    case 'DeriveChecklist':
      return derive(state, command);
    case 'JudgePapers':
      return judgePapers(state, command.judgement);
    default:
      return unreachable(command);
  }
}

function derived(state: Checklist, { shipmentId, rows, requirements }: Derived['data']): Checklist {
  const before = state.status === 'none' ? {} : state.filled;
  const slots = new Set(requirements.map((requirement) => requirement.slot));
  const filled = Object.fromEntries(Object.entries(before).filter(([slot]) => slots.has(slot)));
  return {
    status: 'waiting',
    shipmentId,
    rows,
    requirements: requirements.map((each) => (filled[each.slot] ? { ...each, state: 'provided' } : each)),
    filled,
    checks: state.status === 'none' ? null : state.checks,
    set: null,
    blocked: null,
  };
}

const withSlots = (state: Open, slots: readonly string[], to: Requirement['state']): Requirement[] =>
  state.requirements.map((each) => (slots.includes(each.slot) ? { ...each, state: to } : each));

function evolve(state: Checklist, event: ChecklistEvent): Checklist {
  if (event.type === 'ChecklistDerived') return derived(state, event.data);
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'SlotFilled': {
      const { slot, documentId, version } = event.data;
      return {
        ...state,
        requirements: withSlots(state, [slot], 'provided'),
        filled: { ...state.filled, [slot]: { documentId, version } },
      };
    }
    case 'DocumentSetReopened': {
      const { slots } = event.data;
      const filled = Object.fromEntries(Object.entries(state.filled).filter(([slot]) => !slots.includes(slot)));
      return {
        ...state,
        status: 'waiting',
        requirements: withSlots(state, slots, 'missing'),
        filled,
        set: null,
        blocked: null,
      };
    }
    case 'ChecksRun': {
      const { factsDigest, findings, cannotTell } = event.data;
      return { ...state, checks: { factsDigest, findings, cannotTell } };
    }
    case 'DocumentSetCompleted':
      return { ...state, status: 'complete', set: event.data.set, blocked: null };
    case 'DocumentSetBlocked': {
      const { confirm, findings } = event.data;
      return { ...state, status: 'blocked', set: null, blocked: { confirm, findings } };
    }
    default:
      return unreachable(event);
  }
}

export const checklist: Decider<Checklist, ChecklistCommand, ChecklistEvent> = {
  initial: { status: 'none' },
  decide,
  evolve,
};
