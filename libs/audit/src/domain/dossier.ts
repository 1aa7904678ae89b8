import type { AuditEvent } from '@tidewaiter/contracts';
import { Refused, unreachable, WrongState, type Decider, type LegalDate } from '@tidewaiter/kernel';
import type { RetentionClock } from './retention.js';

/** What the log held of a shipment when it was sealed, and the checkpoint that covers it. */
export interface Seal {
  origin: string;
  /** events of all streams together */
  events: number;
  /** newest version of each stream, gapless from 1 */
  streams: Record<string, number>;
  treeSize: number;
  /** base64, as in the checkpoint */
  rootHash: string;
  /** the signed note */
  checkpoint: string;
}

export interface Dossier {
  seal: Seal | null;
  retention: RetentionClock | null;
  hold: { by: string; matter: string } | null;
  /** people who approved the disposal under the clock that runs now; another clock voids them */
  approvals: string[];
  erased: boolean;
}

export type DossierCommand =
  | { type: 'SealDossier'; shipmentId: string; seal: Seal; retention: RetentionClock }
  | { type: 'PlaceHold'; shipmentId: string; by: string; matter: string }
  | { type: 'LiftHold'; shipmentId: string; by: string }
  | {
      type: 'RecordExport';
      shipmentId: string;
      by: string;
      reason: string;
      treeSize: number;
      events: number;
      sha256: string;
    }
  | { type: 'RecordDownload'; shipmentId: string; jobId: string; by: string; reason: string; sha256: string }
  /** facts or laws changed: the clock that follows from them */
  | { type: 'ResetClock'; shipmentId: string; retention: RetentionClock }
  | { type: 'ApproveDisposal'; shipmentId: string; by: string; today: LegalDate; held: string | null }
  /** `today` is the date in the authority's zone; `held` names the matter of a hold on a party or customer; `keys` of the persons were destroyed */
  | { type: 'ErasePersons'; shipmentId: string; today: LegalDate; keys: number; held: string | null };

type Of<T extends DossierCommand['type']> = Extract<DossierCommand, { type: T }>;

function seal(state: Dossier, { shipmentId, seal: sealed, retention }: Of<'SealDossier'>): AuditEvent[] {
  if (state.seal) return [];
  return [
    { type: 'DossierSealed', data: { shipmentId, ...sealed } },
    { type: 'RetentionClockSet', data: { shipmentId, ...retention } },
  ];
}

function placeHold(state: Dossier, { shipmentId, by, matter }: Of<'PlaceHold'>): AuditEvent[] {
  if (state.erased)
    throw new WrongState('audit.dossier.erased', 'the persons of this dossier were erased: nothing is left to hold');
  if (state.hold?.by === by && state.hold.matter === matter) return [];
  if (state.hold) {
    throw new WrongState('audit.hold.placed', `the dossier is held already: ${state.hold.matter}`, {
      advice: 'Lift that hold first, or name both matters in one.',
    });
  }
  return [{ type: 'LegalHoldPlaced', data: { shipmentId, by, matter } }];
}

/** Kept in the log and not only thrown: that somebody tried is part of what auditors look for. */
export const OWN_HOLD = { code: 'audit.hold.same-person', says: 'who placed a hold may not lift it' } as const;
const SECOND_TIME = {
  code: 'audit.disposal.same-person',
  says: 'a disposal is approved by two different people',
} as const;

function liftHold(state: Dossier, { shipmentId, by }: Of<'LiftHold'>): AuditEvent[] {
  if (!state.hold) throw new WrongState('audit.hold.none', 'nobody holds this dossier');
  if (state.hold.by === by) return [{ type: 'LegalHoldLiftRefused', data: { shipmentId, by, ...OWN_HOLD } }];
  return [{ type: 'LegalHoldLifted', data: { shipmentId, by } }];
}

/** How many different people must approve a disposal. */
export const DISPOSAL_APPROVALS = 2;

/**
 * Whether the law lets go of the persons: their clock has run out and nobody holds the dossier.
 * @param held matter of a hold on a party or the customer
 * @throws Refused the reason
 */
export function disposable(state: Dossier, today: LegalDate, held: string | null): RetentionClock {
  if (!state.retention)
    throw new WrongState('audit.dossier.not-sealed', 'the dossier is not sealed: its retention clock has not started');
  if (today <= state.retention.until) {
    throw new Refused(
      'audit.retention.not-due',
      `${state.retention.law} keeps this dossier until ${state.retention.until}`,
    );
  }
  const matter = state.hold?.matter ?? held;
  if (matter !== null) throw new Refused('audit.dossier.on-hold', `the dossier is on hold: ${matter}`);
  return state.retention;
}

function resetClock(state: Dossier, { shipmentId, retention }: Of<'ResetClock'>): AuditEvent[] {
  if (state.erased || !state.retention || same(state.retention, retention)) return [];
  return [{ type: 'RetentionClockSet', data: { shipmentId, ...retention } }];
}

const same = (a: RetentionClock, b: RetentionClock): boolean =>
  a.jurisdiction === b.jurisdiction && a.law === b.law && a.from === b.from && a.until === b.until;

function approveDisposal(state: Dossier, { shipmentId, by, today, held }: Of<'ApproveDisposal'>): AuditEvent[] {
  if (state.erased) return [];
  const { until } = disposable(state, today, held);
  if (state.approvals.includes(by))
    return [{ type: 'DisposalApprovalRefused', data: { shipmentId, by, ...SECOND_TIME } }];
  return [{ type: 'DisposalApproved', data: { shipmentId, by, until } }];
}

function erasePersons(state: Dossier, { shipmentId, today, keys, held }: Of<'ErasePersons'>): AuditEvent[] {
  if (state.erased) return [];
  const { law } = disposable(state, today, held);
  if (state.approvals.length < DISPOSAL_APPROVALS) {
    throw new WrongState(
      'audit.disposal.not-approved',
      `${state.approvals.length} of ${DISPOSAL_APPROVALS} people approved the disposal`,
    );
  }
  return [{ type: 'PersonalDataErased', data: { shipmentId, keys, law } }];
}

function evolve(state: Dossier, event: AuditEvent): Dossier {
  switch (event.type) {
    case 'DossierSealed': {
      const { origin, events, streams, treeSize, rootHash, checkpoint } = event.data;
      return { ...state, seal: { origin, events, streams, treeSize, rootHash, checkpoint } };
    }
    case 'RetentionClockSet': {
      const { jurisdiction, law, from, until } = event.data;
      return { ...state, retention: { jurisdiction, law, from, until }, approvals: [] };
    }
    case 'LegalHoldPlaced':
      return { ...state, hold: { by: event.data.by, matter: event.data.matter } };
    case 'LegalHoldLifted':
      return { ...state, hold: null };
    case 'DisposalApproved':
      return { ...state, approvals: [...state.approvals, event.data.by] };
    case 'PersonalDataErased':
      return { ...state, erased: true };
    default:
      return state;
  }
}

/** The dossier of one shipment, stream `dossier-<shipmentId>`. */
export const dossier: Decider<Dossier, DossierCommand, AuditEvent> = {
  initial: { seal: null, retention: null, hold: null, approvals: [], erased: false },
  decide(state, command) {
    switch (command.type) {
      case 'SealDossier':
        return seal(state, command);
      case 'PlaceHold':
        return placeHold(state, command);
      case 'LiftHold':
        return liftHold(state, command);
      case 'ResetClock':
        return resetClock(state, command);
      case 'ApproveDisposal':
        return approveDisposal(state, command);
      case 'RecordExport': {
        const { type: _type, ...data } = command;
        return [{ type: 'EvidenceExported', data }];
      }
      case 'RecordDownload': {
        const { type: _type, ...data } = command;
        return [{ type: 'EvidenceDownloaded', data }];
      }
      case 'ErasePersons':
        return erasePersons(state, command);
      default:
        return unreachable(command);
    }
  },
  evolve,
};
