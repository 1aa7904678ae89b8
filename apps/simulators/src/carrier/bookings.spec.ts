import { checkContainer } from '@tidewaiter/kernel';
import { scriptSchema } from '../scripts/scripts.js';
import { bookingRequest, journeyOf, referenceOf, tripOf, type Leg } from './bookings.js';
import { dcsaEvent } from './events.js';

const request = bookingRequest.parse({
  references: [{ type: 'FF', value: 'TW-1' }],
  shipmentLocations: [
    { location: { UNLocationCode: 'GBFXT' }, locationTypeCode: 'PRE' },
    { location: { UNLocationCode: 'GBLON' }, locationTypeCode: 'PDE' },
  ],
  releasedQuantity: [
    { line: 1, value: '30', unit: 'NAR' },
    { line: 2, value: '10', unit: 'NAR' },
  ],
});
const trip = tripOf('SIM1', 'TW-1', request);
const names = (journey: readonly Leg[]): string[] => journey.map(({ event }) => event);
const scripted = (step: Record<string, unknown>): Leg[] =>
  journeyOf(scriptSchema.parse({ reference: 'R', carrier: [step] }).carrier[0]!, request);

it('finds the shipment behind the forwarder’s reference', () => {
  expect(referenceOf(request)).toBe('TW-1');
});

it('puts unnamed goods into a box with a right number', () => {
  expect(checkContainer(trip.equipment).valid).toBe(true);
});

it('goes the usual journey without a script', () => {
  expect(names(journeyOf(null, request))).toEqual(['confirmed', 'picked-up', 'out-for-delivery', 'delivered']);
});

it('goes on with the usual journey behind a script', () => {
  expect(names(scripted({ answer: 'accept', then: [{ event: 'picked-up' }, { event: 'arrived' }] }))).toEqual([
    'confirmed',
    'picked-up',
    'arrived',
    'out-for-delivery',
    'delivered',
  ]);
  expect(names(scripted({ answer: 'decline' }))).toEqual(['declined']);
});

it('hands over what was released, or as much of it as the script says', () => {
  const handed = (journey: Leg[]): unknown =>
    journey.flatMap((leg) => (leg.event === 'delivered' ? leg.quantities : []));
  expect(handed(journeyOf(null, request))).toEqual(request.releasedQuantity);
  expect(handed(scripted({ answer: 'accept', then: [{ event: 'delivered', quantity: 35 }] }))).toEqual([
    { line: 1, value: '30', unit: 'NAR' },
    { line: 2, value: '5', unit: 'NAR' },
  ]);
});

it('writes events as DCSA track and trace 2.2 has them', () => {
  const at = new Date('2026-11-24T14:07:12.418Z');
  const event = dcsaEvent(
    { event: 'delivered', where: null, quantities: [{ line: 1, value: '30', unit: 'NAR' }] },
    trip,
    at,
    'seed',
  );
  expect(event).toMatchObject({
    eventType: 'EQUIPMENT',
    equipmentEventTypeCode: 'DROP',
    emptyIndicatorCode: 'LADEN',
    eventClassifierCode: 'ACT',
    eventDateTime: '2026-11-24T14:07:12+00:00',
    eventLocation: { UNLocationCode: 'GBLON' },
    deliveredQuantity: [{ line: 1, value: '30', unit: 'NAR' }],
    documentReferences: [{ documentReferenceType: 'BKG', documentReferenceValue: 'SIM1' }],
    references: [{ referenceType: 'FF', referenceValue: 'TW-1' }, { referenceType: 'EQ' }],
  });
  expect(dcsaEvent({ event: 'confirmed' }, trip, at, 'other')).toMatchObject({
    eventType: 'SHIPMENT',
    shipmentEventTypeCode: 'CONF',
    documentID: 'SIM1',
    documentTypeCode: 'BKG',
  });
  expect(dcsaEvent({ event: 'picked-up', where: null }, trip, at, 'seed')['eventID']).toBe(event['eventID']);
});
