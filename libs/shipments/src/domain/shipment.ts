import type {
  engagementBlocked,
  EventOf,
  partiesScreened,
  shipmentAmended,
  shipmentClosed,
  shipmentEngaged,
  shipmentOpened,
  shipmentSplit,
  Situation,
} from '@tidewaiter/contracts';
import type { Decider, LegalDate } from '@tidewaiter/kernel';
import { Invalid, NotFound, Refused, unreachable, WrongState } from '@tidewaiter/kernel';
import { partsOf, type PartAsked } from './parts.js';
import type { Ground } from './standing.js';
import { without } from './without.js';

export type ShipmentEvent =
  | EventOf<typeof shipmentOpened>
  | EventOf<typeof shipmentAmended>
  | EventOf<typeof shipmentSplit>
  | EventOf<typeof partiesScreened>
  | EventOf<typeof shipmentEngaged>
  | EventOf<typeof engagementBlocked>
  | EventOf<typeof shipmentClosed>;

type Opened = EventOf<typeof shipmentOpened>['data'];
type Amendment = Omit<EventOf<typeof shipmentAmended>['data'], 'shipmentId'>;
export type Screening = Omit<EventOf<typeof partiesScreened>['data'], 'shipmentId' | 'outcome'>;

export type Shipment =
  | { status: 'none' }
  | (Opened & {
      status: 'opened' | 'blocked' | 'engaged' | 'split' | 'closed';
      /** why it may not go on; null unless blocked */
      because: { code: string; says: string } | null;
      /** the shipments that it was divided among */
      parts?: readonly { shipmentId: string; reference: string }[];
    });

/** What the engagement and the importer say of this shipment on the day. */
export type Standing =
  { kind: 'proved'; mandateId: string; mandateUntil: LegalDate } | { kind: 'refused'; code: string; says: string };

export type ShipmentCommand =
  /** `ground`: why its engagement takes no shipment today, null when it does */
  | ({ type: 'OpenShipment'; ground: Ground | null } & Opened)
  | ({ type: 'AmendShipment' } & Amendment)
  | { type: 'ProveStanding'; standing: Standing; screening: Screening; lawDate: LegalDate }
  | { type: 'SplitShipment'; parts: readonly PartAsked[]; reason: string; by: string }
  | { type: 'CloseShipment'; outcome: 'delivered' | 'unimported' | 'split'; reason: string | null };

type Known = Exclude<Shipment, { status: 'none' }>;

const SENDING: readonly string[] = ['consignor', 'seller'];
const RECEIVING: readonly string[] = ['consignee', 'buyer'];

/**
 * Particulars that must hold whenever they are said or changed.
 *
 * @throws Invalid `shipments.parties.missing`, `shipments.lines.numbers`; Refused `shipments.port.not-in-destination`
 */
function checkParticulars({ parties, lines, portOfEntry, destination }: Opened): void {
  const roles = parties.map((party) => party.role);
  if (!roles.some((role) => SENDING.includes(role)) || !roles.some((role) => RECEIVING.includes(role))) {
    throw new Invalid('shipments.parties.missing', 'a shipment has one who sends and one who receives', {
      advice: 'Name a consignor or seller, and a consignee or buyer.',
      places: [{ pointer: '/parties', reason: `found only: ${roles.join(', ') || 'nobody'}` }],
    });
  }
  const wrong = lines.findIndex((line, index) => line.number !== index + 1);
  if (wrong >= 0) {
    throw new Invalid('shipments.lines.numbers', 'lines are numbered from 1 without a gap', {
      advice: 'Number the lines 1, 2, 3 in the order of the invoice.',
      places: [{ pointer: `/lines/${wrong}/number`, reason: `${wrong + 1} expected, ${lines[wrong]!.number} found` }],
    });
  }
  if (!portOfEntry.startsWith(destination)) {
    throw new Refused('shipments.port.not-in-destination', `port ${portOfEntry} does not lie in ${destination}`, {
      advice: `Name the port where the goods enter ${destination}, or open the shipment under an engagement for ${portOfEntry.slice(0, 2)}.`,
      places: [{ pointer: '/portOfEntry', reason: `a UN/LOCODE that begins with ${destination}` }],
    });
  }
}

const isOver = ({ status }: Known): boolean => status === 'split' || status === 'closed';

function known(state: Shipment): Known {
  if (state.status === 'none') throw new NotFound('shipments.shipment.unknown', 'no such shipment');
  return state;
}

function amend(state: Known, changes: Amendment): ShipmentEvent[] {
  if (state.status === 'engaged' || isOver(state)) {
    throw new WrongState(
      'shipments.shipment.already-engaged',
      `the shipment is ${state.status}: its particulars stand`,
      {
        advice: 'Correct the papers or the declaration instead.',
      },
    );
  }
  checkParticulars({ ...state, ...changes });
  if (Object.values(changes).every((change) => change === undefined)) return [];
  return [{ type: 'ShipmentAmended', data: { shipmentId: state.shipmentId, ...changes } }];
}

/**
 * What the parts of a shipment are opened with.
 *
 * @throws WrongState `shipments.shipment.closed`, and what `partsOf` throws
 */
export function partsFrom(state: Shipment, asked: readonly PartAsked[], by: string): Opened[] {
  const whole = known(state);
  if (isOver(whole)) {
    throw new WrongState('shipments.shipment.closed', `the shipment is ${whole.status}: nothing is left to divide`);
  }
  return partsOf(without(whole, 'status', 'because', 'parts'), asked, by);
}

function blockedBy(standing: Standing, hits: Screening['hits']): { code: string; says: string } | null {
  if (standing.kind === 'refused') return { code: standing.code, says: standing.says };
  if (hits.length === 0) return null;
  const found = hits.map((hit) => `${hit.role} is close to entry ${hit.entry} (${hit.score})`).join('; ');
  return { code: 'shipments.screening.hit', says: `The screening list answers: ${found}. Compliance must look.` };
}

function prove(state: Known, command: Extract<ShipmentCommand, { type: 'ProveStanding' }>): ShipmentEvent[] {
  if (isOver(state)) throw new WrongState('shipments.shipment.closed', `the shipment is ${state.status}`);
  if (state.status === 'engaged') return [];
  const { shipmentId, engagementId, importer } = state;
  const { standing, screening, lawDate } = command;
  const screened: ShipmentEvent = {
    type: 'PartiesScreened',
    data: { shipmentId, outcome: screening.hits.length > 0 ? 'hit' : 'clear', ...screening },
  };
  const ground = blockedBy(standing, screening.hits);
  if (ground) return [screened, { type: 'EngagementBlocked', data: { shipmentId, ...ground } }];
  const { mandateId, mandateUntil } = standing as Extract<Standing, { kind: 'proved' }>;
  return [
    screened,
    {
      type: 'ShipmentEngaged',
      data: {
        shipmentId,
        engagementId,
        importerId: importer.importerId,
        mandateId,
        mandateUntil,
        lawDate,
        screeningDigest: screening.list.digest,
      },
    },
  ];
}

function decide(state: Shipment, command: ShipmentCommand): ShipmentEvent[] {
  switch (command.type) {
    case 'OpenShipment': {
      if (state.status !== 'none') throw new WrongState('shipments.shipment.exists', 'this shipment is open already');
      const { ground } = command;
      const data = without(command, 'type', 'ground');
      if (ground) throw new WrongState(ground.code, ground.says, { advice: ground.advice });
      checkParticulars(data);
      return [{ type: 'ShipmentOpened', data }];
    }
    case 'AmendShipment': {
      const changes = without(command, 'type');
      return amend(known(state), changes);
    }
    case 'ProveStanding':
      return prove(known(state), command);
    case 'SplitShipment': {
      const { parts, reason, by } = command;
      const opened = partsFrom(state, parts, by);
      return [
        {
          type: 'ShipmentSplit',
          data: {
            shipmentId: known(state).shipmentId,
            parts: opened.map(({ shipmentId, reference }) => ({ shipmentId, reference })),
            reason,
            by,
          },
        },
      ];
    }
    case 'CloseShipment': {
      const { status, shipmentId } = known(state);
      if (status === 'closed') return [];
      return [{ type: 'ShipmentClosed', data: { shipmentId, outcome: command.outcome, reason: command.reason } }];
    }
    default:
      return unreachable(command);
  }
}

function evolve(state: Shipment, event: ShipmentEvent): Shipment {
  if (event.type === 'ShipmentOpened') return { ...event.data, status: 'opened', because: null };
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'ShipmentAmended':
      return { ...state, ...event.data };
    case 'PartiesScreened':
      return state;
    case 'ShipmentEngaged':
      return { ...state, status: 'engaged', because: null };
    case 'EngagementBlocked':
      return { ...state, status: 'blocked', because: { code: event.data.code, says: event.data.says } };
    case 'ShipmentSplit':
      return { ...state, status: 'split', because: null, parts: event.data.parts };
    case 'ShipmentClosed':
      return { ...state, status: 'closed', because: null };
    default:
      return unreachable(event);
  }
}

/** A consignment under an engagement: opened, proved or blocked, closed. The way between belongs to the other contexts. */
export const shipment: Decider<Shipment, ShipmentCommand, ShipmentEvent> = {
  initial: { status: 'none' },
  decide,
  evolve,
};

/** What later rooms are told of the shipment. */
export function situationOf(state: Known): Situation {
  return without(state, 'status', 'because', 'openedBy', 'parentId', 'parts');
}
