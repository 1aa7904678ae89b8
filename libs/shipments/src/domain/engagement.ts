import type {
  engagementEnded,
  engagementOpened,
  engagementSuspended,
  EventOf,
  mandateExpiring,
  MandateFreezeEvent,
  mandateGranted,
} from '@tidewaiter/contracts';
import type { Decider, LegalDate } from '@tidewaiter/kernel';
import { Invalid, NotFound, plusDays, unreachable, WrongState } from '@tidewaiter/kernel';
import type { Ground } from './standing.js';
import { without } from './without.js';

export type EngagementEvent =
  | EventOf<typeof engagementOpened>
  | EventOf<typeof mandateGranted>
  | EventOf<typeof mandateExpiring>
  | EventOf<typeof engagementSuspended>
  | EventOf<typeof engagementEnded>
  | MandateFreezeEvent;

export interface Mandate {
  mandateId: string;
  grantor: string;
  destinations: string[];
  validFrom: LegalDate;
  validTo: LegalDate;
}

type Opened = EventOf<typeof engagementOpened>['data'];

export type Engagement =
  | { status: 'none' }
  | (Opened & {
      status: 'open' | 'suspended' | 'ended';
      mandates: readonly Mandate[];
      /** mandates whose end was announced already */
      announced: readonly string[];
      /** why it is suspended or ended */
      because: string | null;
      /** shipments whose goods were seized, with what froze the mandate; states of an earlier release do not hold it */
      frozen?: readonly { shipmentId: string; says: string }[];
    });

type Known = Exclude<Engagement, { status: 'none' }>;

export type EngagementCommand =
  | ({ type: 'OpenEngagement' } & Opened)
  | ({ type: 'GrantMandate' } & Mandate)
  | { type: 'ReviewEngagement'; on: LegalDate; noticeDays: number }
  | { type: 'FreezeMandate'; shipmentId: string; says: string }
  /** `asked`: a person asks, and is told when nothing is frozen for the shipment */
  | { type: 'ThawMandate'; shipmentId: string; reason: string; by: string; asked: boolean }
  | { type: 'EndEngagement'; reason: string };

/** Days before the end of a mandate on which its renewal is asked for; ours, no law. */
export const NOTICE_DAYS = 30;

const covers = (mandate: Mandate, destination: string, on: LegalDate): boolean =>
  mandate.destinations.includes(destination) && mandate.validFrom <= on && on <= mandate.validTo;

/** The mandate in force for a destination on a day; the one that lasts longest where several are. */
export const mandateFor = (engagement: Known, destination: string, on: LegalDate): Mandate | undefined =>
  engagement.mandates
    .filter((mandate) => covers(mandate, destination, on))
    .sort((a, b) => (a.validTo < b.validTo ? 1 : -1))[0];

/**
 * Last day on which every destination is covered by mandates that follow each other without a gap, seen from a day; null
 * when one of them is not covered on that day.
 */
export function coveredUntil(engagement: Known, on: LegalDate): LegalDate | null {
  const ends = engagement.destinations.map((destination) => destinationCoveredUntil(engagement, destination, on));
  return ends.reduce((first, each) => (first === null || each === null ? null : each < first ? each : first));
}

function destinationCoveredUntil(engagement: Known, destination: string, on: LegalDate): LegalDate | null {
  let until: LegalDate | null = null;
  for (let day: LegalDate = on; ;) {
    const mandate = mandateFor(engagement, destination, day);
    if (!mandate) return until;
    until = mandate.validTo;
    day = plusDays(until, 1);
  }
}

/** Whether the engagement itself stands on a day, mandates left aside: dates, suspension, end. */
export function groundAgainstEngagement(engagement: Known, on: LegalDate): Ground | null {
  const refuse = (says: string, advice: string): Ground => ({
    code: 'shipments.engagement.not-in-force',
    says,
    advice,
  });
  if (engagement.status === 'ended') {
    return refuse(`The engagement has ended: ${engagement.because ?? 'no reason given'}.`, 'Open a new engagement.');
  }
  const [frozen] = engagement.frozen ?? [];
  if (frozen) {
    return {
      code: 'shipments.mandate.frozen',
      says: `The mandate is frozen: ${frozen.says}`,
      advice: 'It thaws with the authority’s newer decision; else compliance lets the engagement go on.',
    };
  }
  if (engagement.status === 'suspended') {
    return refuse(
      `The engagement is suspended: ${engagement.because ?? 'no reason given'}`,
      'Mend the ground named, for example by recording a new power of attorney.',
    );
  }
  if (on < engagement.validFrom) {
    return refuse(
      `The engagement begins on ${engagement.validFrom}, it is ${on}.`,
      'Wait for that day or open one that begins earlier.',
    );
  }
  if (engagement.validTo !== null && engagement.validTo < on) {
    return refuse(`The engagement ended on ${engagement.validTo}, it is ${on}.`, 'Open a new engagement.');
  }
  return null;
}

/** Whether a shipment to a destination may go on under the engagement on a day: the engagement stands and a mandate covers it. */
export function groundAgainstShipment(engagement: Known, destination: string, on: LegalDate): Ground | null {
  const ground = groundAgainstEngagement(engagement, on);
  if (ground) return ground;
  if (mandateFor(engagement, destination, on)) return null;
  const held = engagement.mandates.map((each) => `${each.destinations.join('/')} ${each.validFrom} to ${each.validTo}`);
  return {
    code: 'shipments.mandate.missing',
    says: `No power of attorney covers ${destination} on ${on}${held.length > 0 ? ` (held: ${held.join('; ')})` : ''}.`,
    advice: 'Record a power of attorney for this destination that is valid today, then try again.',
  };
}

/** The one word people see on a day. */
export function engagementStatus(engagement: Known, on: LegalDate): 'open' | 'in-force' | 'suspended' | 'ended' {
  if (engagement.status !== 'open') return engagement.status;
  if (engagement.frozen?.length) return 'suspended';
  if (engagement.validTo !== null && engagement.validTo < on) return 'ended';
  const stands = engagement.destinations.every((each) => groundAgainstShipment(engagement, each, on) === null);
  return stands ? 'in-force' : 'open';
}

/**
 * The day on whose beginning an ongoing engagement is to be looked at next: when the end of its power of attorney is to be
 * announced, when it has run out, when a later one begins, or when the engagement itself begins or has ended.
 */
export function nextReviewDay(engagement: Known, on: LegalDate, noticeDays: number = NOTICE_DAYS): LegalDate {
  const until = coveredUntil(engagement, on);
  const days = [
    engagement.validFrom,
    ...(engagement.validTo === null ? [] : [plusDays(engagement.validTo, 1)]),
    ...(until === null
      ? [plusDays(on, noticeDays), ...engagement.mandates.map((each) => each.validFrom)]
      : [plusDays(until, -noticeDays), plusDays(until, 1)]),
  ];
  return days.filter((day) => day > on).sort()[0]!;
}

function known(state: Engagement): Known {
  if (state.status === 'none') throw new NotFound('shipments.engagement.unknown', 'no such engagement');
  return state;
}

function standing(state: Engagement): Known {
  const engagement = known(state);
  if (engagement.status === 'ended') {
    throw new WrongState('shipments.engagement.ended', 'the engagement has ended', {
      advice: 'Open a new engagement.',
    });
  }
  return engagement;
}

function dates(code: string, validFrom: LegalDate, validTo: LegalDate | null): void {
  if (validTo !== null && validTo < validFrom) {
    throw new Invalid(code, `the last day ${validTo} lies before the first day ${validFrom}`, {
      advice: 'Give a last day on or after the first.',
      places: [{ pointer: '/validTo', reason: `before ${validFrom}` }],
    });
  }
}

function review(state: Known, on: LegalDate, noticeDays: number): EngagementEvent[] {
  if (state.status === 'ended') return [];
  const { engagementId } = state;
  if (state.validTo !== null && state.validTo < on) {
    return [{ type: 'EngagementEnded', data: { engagementId, reason: `agreed until ${state.validTo}` } }];
  }
  // Before the first day, or before any power of attorney was given, there is nothing to run out.
  if (on < state.validFrom || state.mandates.length === 0) return [];
  const until = coveredUntil(state, on);
  if (until === null) {
    if (state.status === 'suspended') return [];
    const last = state.mandates
      .map((each) => each.validTo)
      .sort()
      .at(-1)!;
    const says =
      last < on
        ? `The power of attorney ended on ${last}.`
        : `No power of attorney covers ${state.destinations.filter((each) => !mandateFor(state, each, on)).join(', ')} on ${on}.`;
    return [{ type: 'EngagementSuspended', data: { engagementId, code: 'shipments.mandate.ended', says } }];
  }
  if (plusDays(on, noticeDays) < until) return [];
  const ending = state.mandates.find(
    (each) => each.validTo === until && each.destinations.some((place) => state.destinations.includes(place)),
  )!;
  if (state.announced.includes(ending.mandateId)) return [];
  return [{ type: 'MandateExpiring', data: { engagementId, mandateId: ending.mandateId, validTo: until } }];
}

function decide(state: Engagement, command: EngagementCommand): EngagementEvent[] {
  switch (command.type) {
    case 'OpenEngagement': {
      if (state.status !== 'none')
        throw new WrongState('shipments.engagement.exists', 'this engagement is open already');
      const data = without(command, 'type');
      dates('shipments.engagement.dates', data.validFrom, data.validTo);
      return [{ type: 'EngagementOpened', data }];
    }
    case 'GrantMandate': {
      const { engagementId, mandates } = standing(state);
      const mandate = without(command, 'type');
      dates('shipments.mandate.dates', mandate.validFrom, mandate.validTo);
      if (mandates.some((each) => each.mandateId === mandate.mandateId)) return [];
      return [
        {
          type: 'MandateGranted',
          data: { engagementId, ...mandate, destinations: [...new Set(mandate.destinations)] },
        },
      ];
    }
    case 'ReviewEngagement':
      return review(known(state), command.on, command.noticeDays);
    case 'FreezeMandate': {
      const { engagementId, frozen = [] } = known(state);
      const { shipmentId, says } = command;
      if (frozen.some((each) => each.shipmentId === shipmentId)) return [];
      return [{ type: 'MandateFrozen', data: { engagementId, shipmentId, says } }];
    }
    case 'ThawMandate': {
      const { engagementId, frozen = [] } = known(state);
      const { shipmentId, reason, by } = command;
      if (frozen.some((each) => each.shipmentId === shipmentId))
        return [{ type: 'MandateThawed', data: { engagementId, shipmentId, reason, by } }];
      if (!command.asked) return [];
      throw new WrongState('shipments.mandate.not-frozen', 'nothing is frozen for this shipment', {
        advice: 'Look at the engagement again.',
      });
    }
    case 'EndEngagement':
      return [
        { type: 'EngagementEnded', data: { engagementId: standing(state).engagementId, reason: command.reason } },
      ];
    default:
      return unreachable(command);
  }
}

function evolve(state: Engagement, event: EngagementEvent): Engagement {
  if (event.type === 'EngagementOpened') {
    return { ...event.data, status: 'open', mandates: [], announced: [], because: null };
  }
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'MandateGranted': {
      const mandate = without(event.data, 'engagementId');
      // A new power of attorney mends the one ground for which we suspend.
      const mended = state.status === 'suspended' ? { status: 'open' as const, because: null } : {};
      return { ...state, ...mended, mandates: [...state.mandates, mandate] };
    }
    case 'MandateExpiring':
      return { ...state, announced: [...state.announced, event.data.mandateId] };
    case 'EngagementSuspended':
      return { ...state, status: 'suspended', because: event.data.says };
    case 'MandateFrozen': {
      const { shipmentId, says } = event.data;
      return { ...state, frozen: [...(state.frozen ?? []), { shipmentId, says }] };
    }
    case 'MandateThawed':
      return { ...state, frozen: (state.frozen ?? []).filter((each) => each.shipmentId !== event.data.shipmentId) };
    case 'EngagementEnded':
      return { ...state, status: 'ended', because: event.data.reason };
    default:
      return unreachable(event);
  }
}

/** What a customer and an importer of record agreed, with the powers of attorney given under it. */
export const engagement: Decider<Engagement, EngagementCommand, EngagementEvent> = {
  initial: { status: 'none' },
  decide,
  evolve,
};
