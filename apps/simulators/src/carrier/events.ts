import { uuidFrom } from '../plumbing/digest.js';

export interface Place {
  UNLocationCode: string | null;
  address: Record<string, unknown> | null;
}

export interface Quantity {
  line: number;
  value: string;
  unit: string;
}

/** What the events of a booking have in common. */
export interface Trip {
  /** carrierBookingRequestReference */
  booking: string;
  shipment: string;
  equipment: string;
  from: Place;
  to: Place;
}

export type Milestone =
  | { event: 'confirmed' }
  | { event: 'declined'; reason: string }
  | { event: 'picked-up' | 'departed' | 'arrived' | 'available' | 'out-for-delivery'; where: string | null }
  | { event: 'delivered'; where: string | null; quantities: Quantity[] };

type DcsaEvent = Record<string, unknown>;

/** Local time with an offset, as DCSA wants it; the simulator's places are all in UTC. */
const dcsaTime = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, '+00:00');

const placeOf = (place: Place, where: string | null): Place =>
  where === null ? place : { UNLocationCode: where, address: null };

const located = ({ UNLocationCode, address }: Place): Record<string, unknown> => ({
  ...(UNLocationCode === null ? {} : { UNLocationCode }),
  ...(address === null ? {} : { address }),
});

function shipmentEvent(code: 'CONF' | 'REJE', trip: Trip, reason: string | null): DcsaEvent {
  return {
    eventType: 'SHIPMENT',
    shipmentEventTypeCode: code,
    documentID: trip.booking,
    documentTypeCode: 'BKG',
    ...(reason === null ? {} : { reason }),
  };
}

function equipmentEvent(code: 'GTOT' | 'AVPU' | 'DROP', trip: Trip, place: Place, quantities: Quantity[]): DcsaEvent {
  return {
    eventType: 'EQUIPMENT',
    equipmentEventTypeCode: code,
    equipmentReference: trip.equipment,
    ISOEquipmentCode: '22GP',
    emptyIndicatorCode: 'LADEN',
    eventLocation: located(place),
    ...(quantities.length > 0 ? { deliveredQuantity: quantities } : {}),
  };
}

function transportEvent(
  code: 'DEPA' | 'ARRI',
  trip: Trip,
  place: Place,
  sequence: number,
  remark: string | null,
): DcsaEvent {
  return {
    eventType: 'TRANSPORT',
    transportEventTypeCode: code,
    ...(remark === null ? {} : { changeRemark: remark }),
    transportCall: {
      transportCallID: uuidFrom(`call/${trip.booking}/${sequence}`),
      transportCallSequenceNumber: sequence,
      ...(place.UNLocationCode === null ? {} : { UNLocationCode: place.UNLocationCode }),
      modeOfTransport: 'TRUCK',
      ...(place.address === null ? {} : { location: located(place) }),
    },
  };
}

function bodyOf(milestone: Milestone, trip: Trip): DcsaEvent {
  switch (milestone.event) {
    case 'confirmed':
      return shipmentEvent('CONF', trip, null);
    case 'declined':
      return shipmentEvent('REJE', trip, milestone.reason);
    case 'picked-up':
      return equipmentEvent('GTOT', trip, placeOf(trip.from, milestone.where), []);
    case 'available':
      return equipmentEvent('AVPU', trip, placeOf(trip.from, milestone.where), []);
    case 'departed':
      return transportEvent('DEPA', trip, placeOf(trip.from, milestone.where), 1, null);
    case 'out-for-delivery':
      return transportEvent('DEPA', trip, placeOf(trip.from, milestone.where), 2, 'out for delivery');
    case 'arrived':
      return transportEvent('ARRI', trip, placeOf(trip.to, milestone.where), 3, null);
    case 'delivered':
      return equipmentEvent('DROP', trip, placeOf(trip.to, milestone.where), milestone.quantities);
  }
}

/**
 * One event of DCSA Track and Trace 2.2.
 *
 * @param seed the same act after a restart gives the same `eventID`
 * @see DCSA T&T 2.2; `deliveredQuantity` is an extension
 */
export function dcsaEvent(milestone: Milestone, trip: Trip, at: Date, seed: string): DcsaEvent {
  return {
    eventID: uuidFrom(`event/${seed}`),
    eventCreatedDateTime: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    eventClassifierCode: 'ACT',
    eventDateTime: dcsaTime(at),
    ...bodyOf(milestone, trip),
    documentReferences: [{ documentReferenceType: 'BKG', documentReferenceValue: trip.booking }],
    references: [
      { referenceType: 'FF', referenceValue: trip.shipment },
      { referenceType: 'EQ', referenceValue: trip.equipment },
    ],
  };
}
