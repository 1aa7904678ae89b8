import { exact, iso6346Check } from '@tidewaiter/kernel';
import { z } from 'zod';
import { drawn, sha256 } from '../plumbing/digest.js';
import { JOURNEY, type CarrierStep } from '../scripts/scripts.js';
import type { Milestone, Place, Quantity, Trip } from './events.js';

const locationSchema = z.looseObject({
  location: z.looseObject({
    UNLocationCode: z.string().max(5).optional(),
    address: z.record(z.string(), z.unknown()).optional(),
  }),
  locationTypeCode: z.string().max(3),
});

/** The members of a DCSA BKG 2 booking that this carrier reads; others are taken and not looked at. */
export const bookingRequest = z.looseObject({
  references: z.array(z.looseObject({ type: z.string(), value: z.string().min(1).max(100) })).min(1),
  shipmentLocations: z.array(locationSchema).default([]),
  requestedEquipments: z.array(z.looseObject({ equipmentReferences: z.array(z.string()).optional() })).default([]),
  releasedQuantity: z
    .array(
      z.object({ line: z.int().positive(), value: z.string().regex(/^\d+(\.\d+)?$/), unit: z.string().min(1).max(10) }),
    )
    .default([]),
});
export type BookingRequest = z.output<typeof bookingRequest>;

/** One event to come; `after` in milliseconds after the one before (null: the pace decides). */
export type Leg = Milestone & { after: number | null };

export const referenceOf = (request: BookingRequest): string | null =>
  request.references.find(({ type }) => type === 'FF')?.value ?? null;

const placeOf = (request: BookingRequest, index: number): Place => {
  const location = request.shipmentLocations.at(index)?.location;
  return { UNLocationCode: location?.UNLocationCode ?? null, address: location?.address ?? null };
};

/** A box of this carrier's own, with a right check digit, where the booking names none. */
function ownBox(seed: string): string {
  const body = `TWSU${String(drawn(`box/${seed}`, 1_000_000)).padStart(6, '0')}`;
  return body + iso6346Check(body);
}

export const bookingReference = (key: string): string => `SIM${sha256(`booking/${key}`).slice(0, 12).toUpperCase()}`;

export const tripOf = (booking: string, shipment: string, request: BookingRequest): Trip => ({
  booking,
  shipment,
  equipment:
    request.requestedEquipments.flatMap(({ equipmentReferences }) => equipmentReferences ?? [])[0] ?? ownBox(booking),
  from: placeOf(request, 0),
  to: placeOf(request, -1),
});

/** What is handed over: everything that is left, or as much of it as the script says, filled from the first line on. */
function deliveredOf(released: readonly Quantity[], scripted: string | undefined): Quantity[] {
  if (scripted === undefined) return [...released];
  if (released.length === 0) return [{ line: 1, value: scripted, unit: 'NAR' }];
  let left = exact(scripted);
  return released.map(({ line, value, unit }, index) => {
    const share = index === released.length - 1 || left.lessThan(value) ? left : exact(value);
    left = left.minus(share);
    return { line, value: share.toFixed(), unit };
  });
}

const USUAL = ['picked-up', 'out-for-delivery', 'delivered'] as const;
const rank = (event: (typeof JOURNEY)[number]): number => JOURNEY.indexOf(event);

/** What the carrier will tell about a booking; the usual journey goes on behind the farthest event of a script. */
export function journeyOf(step: CarrierStep | null, request: BookingRequest): Leg[] {
  const after = step?.after ?? null;
  if (step?.answer === 'decline') return [{ event: 'declined', reason: step.reason, after }];
  let left: readonly Quantity[] = request.releasedQuantity;
  const leg = (event: (typeof JOURNEY)[number], wait: number | null, where: string | null, quantity?: string): Leg => {
    if (event !== 'delivered') return { event, where, after: wait };
    const quantities = deliveredOf(left, quantity);
    left = left.map((each, index) => ({ ...each, value: exact(each.value).minus(quantities[index]!.value).toFixed() }));
    return { event, where, after: wait, quantities: quantities.filter(({ value }) => !exact(value).isZero()) };
  };
  const scripted = (step?.then ?? []).map(({ event, after: wait, where, quantity }) =>
    leg(event, wait ?? null, where ?? null, quantity),
  );
  const farthest = Math.max(-1, ...(step?.then ?? []).map(({ event }) => rank(event)));
  const rest = step?.stop ? [] : USUAL.filter((event) => rank(event) > farthest).map((event) => leg(event, null, null));
  return [{ event: 'confirmed', after }, ...scripted, ...rest];
}
