import type { AuditEvent, MatterScope } from '@tidewaiter/contracts';
import { unreachable, WrongState, type Decider } from '@tidewaiter/kernel';
import { OWN_HOLD } from './dossier.js';

/** A hold over many dossiers: stream `matter-<matterId>`. */
export interface Matter {
  placed: { by: string; matter: string; scope: MatterScope } | null;
  lifted: boolean;
}

export type MatterCommand =
  | { type: 'PlaceMatterHold'; matterId: string; by: string; matter: string; scope: MatterScope }
  | { type: 'LiftMatterHold'; matterId: string; by: string };

export const matter: Decider<Matter, MatterCommand, AuditEvent> = {
  initial: { placed: null, lifted: false },
  decide(state, command) {
    switch (command.type) {
      case 'PlaceMatterHold': {
        const { type: _type, ...data } = command;
        return state.placed ? [] : [{ type: 'MatterHoldPlaced', data }];
      }
      case 'LiftMatterHold':
        if (!state.placed || state.lifted) throw new WrongState('audit.hold.none', 'no such hold stands');
        if (state.placed.by === command.by) {
          const { matterId, by } = command;
          return [{ type: 'MatterHoldLiftRefused', data: { matterId, by, ...OWN_HOLD } }];
        }
        return [{ type: 'MatterHoldLifted', data: { matterId: command.matterId, by: command.by } }];
      default:
        return unreachable(command);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'MatterHoldPlaced': {
        const { by, matter: about, scope } = event.data;
        return { ...state, placed: { by, matter: about, scope } };
      }
      case 'MatterHoldLifted':
        return { ...state, lifted: true };
      default:
        return state;
    }
  },
};

/** A customer's or party's name as it is compared: case and spaces do not tell two apart. */
export const scopeKey = (scope: MatterScope): string =>
  `${scope.kind}:${(scope.kind === 'customer' ? scope.name : scope.identifier).trim().replace(/\s+/g, ' ').toLowerCase()}`;
