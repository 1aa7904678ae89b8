import { bytesOf, confirmed, signatureOf } from '../../testing/dcsa-events.js';
import { aRequest } from '../../testing/requests.js';
import { planOf } from '../carrier.js';
import { bookingBody } from './requests.js';
import { bookingAnswer, evidenceType, foundBooking } from './responses.js';
import { dcsaAdapter } from './transport.js';

describe('the signature over a push', () => {
  const webhookSecret = Buffer.from('a key of sixteen bytes');
  const adapter = dcsaAdapter({ url: 'http://127.0.0.1:1', token: 't', webhookSecret, timeoutMs: 1 });
  const body = bytesOf(confirmed('CR1'));
  const good = signatureOf(webhookSecret, body);

  it('holds for the bytes that were signed', () => {
    expect(adapter.verify(good, body)).toBe(true);
    expect(adapter.verify(good.toUpperCase().replace('SHA256=', 'sha256='), body)).toBe(true);
  });
  it('does not hold for the same JSON in other bytes', () => {
    expect(adapter.verify(good, Buffer.from(JSON.stringify([confirmed('CR1')], null, 1)))).toBe(false);
  });
  it.each([
    undefined,
    '',
    'sha256=',
    good.slice('sha256='.length),
    good.slice(0, -2),
    `${good}00`,
    `sha256=${'0'.repeat(64)}`,
    signatureOf(Buffer.from('the key of another carrier'), body),
  ])('does not hold: %s', (signature) => {
    expect(adapter.verify(signature, body)).toBe(false);
  });
});

describe('what is asked of the carrier', () => {
  it('names our reference, both places, the goods and what customs released', () => {
    expect(bookingBody(aRequest())).toEqual({
      receiptTypeAtOrigin: 'CY',
      deliveryTypeAtDestination: 'SD',
      cargoMovementTypeAtOrigin: 'FCL',
      cargoMovementTypeAtDestination: 'FCL',
      references: [{ type: 'FF', value: 'NWR-2026-0007' }],
      shipmentLocations: [
        { locationTypeCode: 'POD', location: { UNLocationCode: 'GBFXT' } },
        {
          locationTypeCode: 'PDE',
          location: {
            address: {
              name: 'Northwind Robotics',
              street: '4 Quay Street',
              city: 'Ipswich',
              postCode: 'IP4 1AA',
              countryCode: 'GB',
            },
          },
        },
      ],
      requestedEquipments: [
        {
          units: 1,
          commodities: [
            { commodityType: 'imported goods', cargoGrossWeight: { value: 42, unit: 'KGM' }, numberOfPackages: 5 },
          ],
        },
      ],
      preferredModeOfTransport: 'VESSEL',
      releasedQuantity: [
        { line: 1, value: '40', unit: 'NAR' },
        { line: 2, value: '10', unit: 'NAR' },
      ],
    });
  });
  it('goes to the country of destination when nobody is named as consignee', () => {
    const request = aRequest();
    request.situation.parties = [];
    expect(bookingBody(request)['shipmentLocations']).toContainEqual({
      locationTypeCode: 'PDE',
      location: { address: { countryCode: 'GB' } },
    });
    expect(planOf(request)).toEqual({ origin: 'GBFXT', delivery: null });
  });
});

describe('what the carrier answers to a booking', () => {
  it.each<[number, string, string]>([
    [202, '{"carrierBookingRequestReference":"CR1"}', 'acknowledged'],
    [201, '{"carrierBookingRequestReference":"CR1"}', 'acknowledged'],
    [202, '{"carrierBookingRequestReference":""}', 'unknown'],
    [202, '<html>', 'unknown'],
    [200, '', 'unknown'],
    [500, '', 'unknown'],
    [504, '', 'unknown'],
    [408, '', 'unknown'],
    [400, 'bad', 'declined'],
    [409, '', 'declined'],
    [422, '', 'declined'],
    [301, '', 'not-sent'],
    [401, '', 'not-sent'],
    [403, '', 'not-sent'],
    [404, '<html>', 'not-sent'],
    [429, '', 'not-sent'],
  ])('%i %s is %s', (status, body, kind) => {
    expect(bookingAnswer(status, body).kind).toBe(kind);
  });

  const row = (key: string | null, bookingStatus = 'RECEIVED') => ({
    carrierBookingRequestReference: `CR-${key}`,
    bookingStatus,
    idempotencyKey: key,
  });
  it('finds the booking under our key, not another generation with the same reference', () => {
    const found = foundBooking(JSON.stringify([row('k1', 'REJECTED'), row(null), row('k2', 'CONFIRMED')]), 'k2');
    expect(found).toEqual({ carrierReference: 'CR-k2', status: 'confirmed', says: null });
    expect(foundBooking(JSON.stringify([row('k1'), row(null)]), 'k2')).toBeNull();
    expect(foundBooking('[]', 'k2')).toBeNull();
  });
  it('takes an unknown status for one that is still open', () => {
    expect(foundBooking(JSON.stringify([row('k1', 'toString')]), 'k1')).toMatchObject({ status: 'requested' });
  });
  it.each(['', '<html>', '{}', '[{}]', 'null'])('does not take "%s" for "no such booking"', (body) => {
    expect(foundBooking(body, 'k1')).toBeUndefined();
  });
});

describe('evidence', () => {
  it.each([
    ['application/pdf', '%PDF-1.7 …', 'application/pdf'],
    ['Application/PDF; charset=binary', '%PDF-1.7', 'application/pdf'],
    ['image/png', '\x89PNG\r\n\x1a\n', 'image/png'],
    ['image/jpeg', '\xff\xd8\xff\xe0', 'image/jpeg'],
    ['application/pdf', '<html>log in</html>', null],
    ['text/html', '%PDF-1.7', null],
    ['application/pdf', '', null],
    [null, '%PDF-1.7', null],
  ])('%s with %j is %s', (contentType, start, mediaType) => {
    expect(evidenceType(contentType, Buffer.from(start, 'latin1'))).toBe(mediaType);
  });
});
