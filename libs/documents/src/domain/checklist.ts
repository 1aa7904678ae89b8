import type {
  checklistDerived,
  checksRun,
  differenceAccepted,
  differenceProposed,
  differenceRefused,
  documentSetBlocked,
  documentSetCompleted,
  documentSetReopened,
  DocumentSet,
  EventOf,
  Finding,
  Requirement,
  slotFilled,
} from '@tidewaiter/contracts';
import { canonicalJson, Refused, unreachable, type Decider } from '@tidewaiter/kernel';
import type { Filling, Judgement, ToConfirm } from './judge.js';

type Derived = EventOf<typeof checklistDerived>;
type SlotFilled = EventOf<typeof slotFilled>;
type ChecksRun = EventOf<typeof checksRun>;
type Completed = EventOf<typeof documentSetCompleted>;
type Blocked = EventOf<typeof documentSetBlocked>;
type Reopened = EventOf<typeof documentSetReopened>;
type Proposed = EventOf<typeof differenceProposed>;
type Accepted = EventOf<typeof differenceAccepted>;
type RefusedDifference = EventOf<typeof differenceRefused>;
export type ChecklistEvent =
  Derived | SlotFilled | ChecksRun | Completed | Blocked | Reopened | Proposed | Accepted | RefusedDifference;

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
      /** by the digest of the finding */
      proposed: Record<string, { by: string; reason: string }>;
      accepted: Record<string, { by: string; reason: string; proposedBy: string | null }>;
    };

type Open = Exclude<Checklist, { status: 'none' }>;

export type ChecklistCommand =
  | { type: 'DeriveChecklist'; shipmentId: string; rows: string; requirements: Requirement[] }
  | { type: 'JudgePapers'; judgement: Judgement }
  /** `finding`: as it stands now, with its digest; `second`: whether this person may accept what another proposed */
  | {
      type: 'AcceptDifference';
      finding: Pick<Finding, 'kind' | 'subject' | 'outcome'>;
      digest: string;
      by: string;
      reason: string;
      second: boolean;
    };

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

/** Without these values there is nothing to declare: no reason makes up for a corrected paper. */
const NEVER_ACCEPTED: readonly string[] = [
  'lines.not-matched',
  'lines.incomplete',
  'set.incomplete',
  'invoice.currency-mixed',
];
export const isAcceptable = ({ kind }: Pick<Finding, 'kind'>): boolean => !NEVER_ACCEPTED.includes(kind);

/** Who proposes enters values and hands in papers; the second person's role does neither. */
function accept(
  state: Checklist,
  { finding, digest, by, reason, second }: Extract<ChecklistCommand, { type: 'AcceptDifference' }>,
): ChecklistEvent[] {
  if (state.status === 'none' || state.accepted[digest]) return [];
  const { kind, subject, outcome } = finding;
  const difference = { shipmentId: state.shipmentId, kind, subject, finding: digest };
  if (!isAcceptable(finding)) {
    throw new Refused('documents.finding.not-acceptable', `${kind} cannot be accepted as it is`, {
      advice: 'Upload a corrected version of the paper that is wrong.',
    });
  }
  if (outcome !== 'blocks-filing')
    return [{ type: 'DifferenceAccepted', data: { ...difference, by, reason, proposedBy: null } }];
  const proposal = state.proposed[digest];
  if (!proposal && second) {
    throw new Refused('documents.finding.not-proposed', 'what blocks filing is proposed first, with a reason', {
      advice: 'Ask an operator to propose it.',
    });
  }
  if (!proposal) return [{ type: 'DifferenceProposed', data: { ...difference, by, reason } }];
  if (proposal.by === by || !second) {
    const says = 'a difference that blocks filing is accepted by compliance, and never by who proposed it';
    return [{ type: 'DifferenceRefused', data: { ...difference, by, code: 'documents.finding.same-person', says } }];
  }
  return [{ type: 'DifferenceAccepted', data: { ...difference, by, reason, proposedBy: proposal.by } }];
}

function decide(state: Checklist, command: ChecklistCommand): ChecklistEvent[] {
  switch (command.type) {
    case 'DeriveChecklist':
      return derive(state, command);
    case 'JudgePapers':
      return judgePapers(state, command.judgement);
    case 'AcceptDifference':
      return accept(state, command);
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
    proposed: state.status === 'none' ? {} : state.proposed,
    accepted: state.status === 'none' ? {} : state.accepted,
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
    case 'DifferenceProposed': {
      const { finding, by, reason } = event.data;
      return { ...state, proposed: { ...state.proposed, [finding]: { by, reason } } };
    }
    case 'DifferenceAccepted': {
      const { finding, by, reason, proposedBy } = event.data;
      return { ...state, accepted: { ...state.accepted, [finding]: { by, reason, proposedBy } } };
    }
    case 'DifferenceRefused':
      return state;
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
