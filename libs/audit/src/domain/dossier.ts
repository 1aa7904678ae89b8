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
  /** `today` is the date in the authority's zone; `keys` of the persons were destroyed */
  | { type: 'ErasePersons'; shipmentId: string; today: LegalDate; keys: number };

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

function liftHold(state: Dossier, { shipmentId, by }: Of<'LiftHold'>): AuditEvent[] {
  if (!state.hold) throw new WrongState('audit.hold.none', 'nobody holds this dossier');
  if (state.hold.by === by) {
    throw new Refused('audit.hold.same-person', 'who placed a hold may not lift it', {
      advice: 'Ask another compliance officer.',
    });
  }
  return [{ type: 'LegalHoldLifted', data: { shipmentId, by } }];
}

/** Whether the law lets go of the persons: their clock has run out and nobody holds the dossier. @throws Refused the reason */
export function erasable(state: Dossier, today: LegalDate): RetentionClock {
  if (!state.retention)
    throw new WrongState('audit.dossier.not-sealed', 'the dossier is not sealed: its retention clock has not started');
  if (today <= state.retention.until) {
    throw new Refused(
      'audit.retention.not-due',
      `${state.retention.law} keeps this dossier until ${state.retention.until}`,
    );
  }
  if (state.hold) throw new Refused('audit.dossier.on-hold', `the dossier is on hold: ${state.hold.matter}`);
  return state.retention;
}

function erasePersons(state: Dossier, { shipmentId, today, keys }: Of<'ErasePersons'>): AuditEvent[] {
  if (state.erased) return [];
  const { law } = erasable(state, today);
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
      return { ...state, retention: { jurisdiction, law, from, until } };
    }
    case 'LegalHoldPlaced':
      return { ...state, hold: { by: event.data.by, matter: event.data.matter } };
    case 'LegalHoldLifted':
      return { ...state, hold: null };
    case 'PersonalDataErased':
      return { ...state, erased: true };
    default:
      return state;
  }
}

/** The dossier of one shipment, stream `dossier-<shipmentId>`. */
export const dossier: Decider<Dossier, DossierCommand, AuditEvent> = {
  initial: { seal: null, retention: null, hold: null, erased: false },
  decide(state, command) {
    switch (command.type) {
      case 'SealDossier':
        return seal(state, command);
      case 'PlaceHold':
        return placeHold(state, command);
      case 'LiftHold':
        return liftHold(state, command);
      case 'RecordExport': {
        const { type: _type, ...data } = command;
        return [{ type: 'EvidenceExported', data }];
      }
      case 'ErasePersons':
        return erasePersons(state, command);
      default:
        return unreachable(command);
    }
  },
  evolve,
};
