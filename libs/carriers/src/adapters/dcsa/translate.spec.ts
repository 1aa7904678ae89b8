import type { Plan } from '../carrier.js';
import {
  atConsignee,
  boxed,
  bytesOf,
  confirmed,
  dropped,
  hour,
  moved,
  type DcsaBody,
} from '../../testing/dcsa-events.js';
import { split, translate } from './translate.js';

const plan: Plan = { origin: 'GBFXT', delivery: { city: 'Ipswich', postcode: 'IP4 1AA' } };
const eventsOf = (...bodies: unknown[]) => {
  const parts = split(bytesOf(...bodies));
  if ('unreadable' in parts) throw new Error(parts.unreadable);
  return parts.events;
};
const read = (body: unknown) => translate(eventsOf(body)[0]!, plan);
const milestoneOf = (body: DcsaBody) => {
  const told = read(body);
  return told.kind === 'milestone' ? told.milestone : told.says;
};
const elsewhere = { eventLocation: { UNLocationCode: 'GBLON' } };
const byShip = { transportCall: { UNLocationCode: 'NLRTM', modeOfTransport: 'VESSEL' } };
const atDoor = { transportCall: { modeOfTransport: 'TRUCK', location: atConsignee } };

it('reads one event whole', () => {
  expect(
    read(
      dropped(
        'CR1',
        6,
        [
          [1, '38'],
          [2, '2.5'],
        ],
        { eventUpdatedDateTime: '2026-11-24T16:00:00.5+01:00' },
      ),
    ),
  ).toEqual({
    kind: 'milestone',
    messageId: 'cr1-drop-6',
    milestone: 'delivered',
    class: 'delivered',
    where: 'delivery',
    classifier: 'actual',
    at: '2026-11-24T14:00:00.000000Z',
    reportedAt: '2026-11-24T15:00:00.500000Z',
    place: 'Ipswich',
    delivered: [
      { line: 1, value: '38', unit: 'NAR' },
      { line: 2, value: '2.5', unit: 'NAR' },
    ],
    says: null,
  });
});

it.each<[string, string, DcsaBody]>([
  ['booking-confirmed', 'CONF of a booking', confirmed('CR1')],
  ['booking-declined', 'REJE', confirmed('CR1', 0, { shipmentEventTypeCode: 'REJE' })],
  ['booking-cancelled', 'CANC', confirmed('CR1', 0, { shipmentEventTypeCode: 'CANC' })],
  ['booking-requested', 'RECE', confirmed('CR1', 0, { shipmentEventTypeCode: 'RECE' })],
  ['unmapped', 'CONF of another document', confirmed('CR1', 0, { documentTypeCode: 'TRD' })],
  ['unmapped', 'a code of the booking without a row', confirmed('CR1', 0, { shipmentEventTypeCode: 'PENC' })],
  ['departed', 'a ship that departs', moved('DEPA', 'CR1', 1, byShip)],
  ['arrived', 'a ship that arrives', moved('ARRI', 'CR1', 1, byShip)],
  ['out-for-delivery', 'a truck that departs', moved('DEPA', 'CR1', 1)],
  ['at-door', 'a truck that arrives at the consignee’s', moved('ARRI', 'CR1', 1, atDoor)],
  ['unmapped', 'a move without a code', moved('', 'CR1', 1)],
  ['loaded', 'LOAD', boxed('LOAD', 'CR1', 1)],
  ['discharged', 'DISC', boxed('DISC', 'CR1', 1)],
  ['stuffed', 'STUF', boxed('STUF', 'CR1', 1)],
  ['stripped', 'STRP', boxed('STRP', 'CR1', 1)],
  ['accepted', 'GTIN laden', boxed('GTIN', 'CR1', 1)],
  ['at-door', 'GTIN laden at the consignee’s', boxed('GTIN', 'CR1', 1, { eventLocation: atConsignee })],
  ['empty-returned', 'GTIN empty', boxed('GTIN', 'CR1', 1, { emptyIndicatorCode: 'EMPTY' })],
  ['picked-up', 'GTOT laden', boxed('GTOT', 'CR1', 1)],
  ['picked-up', 'PICK laden', boxed('PICK', 'CR1', 1, elsewhere)],
  ['empty-released', 'GTOT empty', boxed('GTOT', 'CR1', 1, { emptyIndicatorCode: 'EMPTY' })],
  ['unmapped', 'laden goods that leave the consignee’s', boxed('PICK', 'CR1', 1, { eventLocation: atConsignee })],
  ['delivered', 'DROP laden', dropped('CR1', 1)],
  ['delivered', 'DROP laden without a place', boxed('DROP', 'CR1', 1, { eventLocation: undefined })],
  [
    'delivered',
    'DROP of a box not said to be laden or empty',
    dropped('CR1', 1, undefined, { emptyIndicatorCode: undefined }),
  ],
  ['unmapped', 'DROP laden where the goods came from', boxed('DROP', 'CR1', 1)],
  ['empty-returned', 'DROP empty', dropped('CR1', 1, undefined, { emptyIndicatorCode: 'EMPTY' })],
  ['available', 'AVPU', boxed('AVPU', 'CR1', 1)],
  ['equipment-news', 'AVDO', boxed('AVDO', 'CR1', 1)],
  ['customs-selected', 'CUSS', boxed('CUSS', 'CR1', 1)],
  ['customs-selected', 'CUSI', boxed('CUSI', 'CR1', 1)],
  ['customs-released', 'CUSR', boxed('CUSR', 'CR1', 1)],
  ['border-crossed', 'CROS', boxed('CROS', 'CR1', 1)],
  ['inspected', 'INSP', boxed('INSP', 'CR1', 1)],
  ['sealed', 'RSEA', boxed('RSEA', 'CR1', 1)],
  ['unmapped', 'RMVD, which has no public reading', boxed('RMVD', 'CR1', 1)],
  ['unmapped', 'a code that is a word of the language', boxed('constructor', 'CR1', 1)],
])('says %s for %s', (milestone, _what, body) => {
  expect(milestoneOf(body)).toBe(milestone);
});

it('says which code has no row, and is silent about drafts of other documents', () => {
  expect(read(boxed('RMVD', 'CR1', 1))).toMatchObject({ class: 'unmapped', says: 'EQUIPMENT RMVD' });
  expect(read(confirmed('CR1', 0, { documentTypeCode: 'TRD', shipmentEventTypeCode: 'DRFT' }))).toMatchObject({
    says: null,
  });
});

it.each([
  ['origin', 'destination', { transportCall: { UNLocationCode: 'GBFXT', modeOfTransport: 'VESSEL' } }],
  ['unknown', 'in-transit', byShip],
  ['unknown', 'in-transit', { transportCall: { modeOfTransport: 'VESSEL' } }],
])('knows the place by the way of the booking: %s, %s', (where, kind, over) => {
  expect(read(moved('ARRI', 'CR1', 1, over))).toMatchObject({ milestone: 'arrived', where, class: kind });
});

it.each([
  ['REQ', 'requested'],
  ['PLN', 'planned'],
  ['EST', 'estimated'],
  ['ACT', 'actual'],
])('keeps what is planned apart from what happened: %s', (eventClassifierCode, classifier) => {
  expect(read(moved('DEPA', 'CR1', 1, { eventClassifierCode }))).toMatchObject({ classifier });
});

it.each<[string, unknown, string]>([
  ['null', null, '/0/:'],
  ['a text', 'DROP', '/0/:'],
  ['an unknown kind', { ...dropped('CR1', 1), eventType: 'IOT' }, '/0/eventType:'],
  ['an unknown classifier', { ...dropped('CR1', 1), eventClassifierCode: 'MAY' }, '/0/eventClassifierCode:'],
  ['no id', { ...dropped('CR1', 1), eventID: undefined }, '/0/eventID:'],
  ['an id of 501 characters', { ...dropped('CR1', 1), eventID: 'x'.repeat(501) }, '/0/eventID:'],
  ['an empty id', { ...dropped('CR1', 1), eventID: '' }, '/0/eventID:'],
  ['a time without an offset', { ...dropped('CR1', 1), eventDateTime: '2026-11-24T14:00:00' }, '/0: not an instant'],
  ['a day that does not exist', { ...dropped('CR1', 1), eventDateTime: '2026-02-30T25:00:00Z' }, '/0: no such time'],
  ['a year of five digits', { ...dropped('CR1', 1), eventDateTime: '9999-12-31T23:59:59-01:00' }, '/0: no such year'],
  [
    'a quantity as a number',
    { ...dropped('CR1', 1), deliveredQuantity: [{ line: 1, value: 38, unit: 'NAR' }] },
    '/0/deliveredQuantity/0/value:',
  ],
  ['a quantity below zero', dropped('CR1', 1, [[1, '-1']]), '/0/deliveredQuantity/0/value:'],
  ['a quantity of a line zero', dropped('CR1', 1, [[0, '1']]), '/0/deliveredQuantity/0/line:'],
  [
    'a NUL',
    dropped('CR1', 1, undefined, { eventLocation: { locationName: 'a\u0000b' } }),
    '/0/eventLocation/locationName:',
  ],
  ['half a character', dropped('CR1', 1, undefined, { reason: '\ud800' }), '/0/reason:'],
])('says where an event cannot be read: %s', (_what, body, says) => {
  const told = read(body);
  expect(told).toMatchObject({ kind: 'unreadable', code: 'carriers.event.invalid' });
  expect(told.says).toContain(says);
});

it('judges each event alone', () => {
  const [good, bad, other] = eventsOf(confirmed('CR1'), { eventID: 'e2' }, dropped('CR1', 5));
  expect(translate(good!, plan).kind).toBe('milestone');
  expect(translate(bad!, plan)).toMatchObject({ kind: 'unreadable', messageId: 'e2' });
  expect(translate(bad!, plan).says).toMatch(/^\/1\//);
  expect(translate(other!, plan).kind).toBe('milestone');
});

describe('a push', () => {
  it('names bookings also in events that cannot be read', () => {
    const named = eventsOf(
      confirmed('CR1'),
      { documentReferences: [{ documentReferenceType: 'BKG', documentReferenceValue: 'CR2' }], eventType: 9 },
      { documentTypeCode: 'BKG', documentID: 'CR3' },
      { documentTypeCode: 'TRD', documentID: 'TD4' },
      { documentReferences: [{ documentReferenceType: 'BKG', documentReferenceValue: 'a\u0000' }] },
      7,
    ).map(({ carrierReference }) => carrierReference);
    expect(named).toEqual(['CR1', 'CR2', 'CR3', null, null, null]);
  });
  it('has one digest for copies of an event, whatever came beside it', () => {
    const [first, second] = eventsOf(confirmed('CR1'), dropped('CR1', 5));
    expect(eventsOf(dropped('CR1', 5))[0]!.digest).toBe(second!.digest);
    expect(first!.digest).not.toBe(second!.digest);
  });
  it('may be one event without a list, or none', () => {
    expect(split(Buffer.from(JSON.stringify(confirmed('CR1'))))).toMatchObject({
      events: [{ carrierReference: 'CR1' }],
    });
    expect(split(Buffer.from('[]'))).toEqual({ events: [] });
  });
  it.each([
    ['no JSON', Buffer.from('<IFTSTA/>')],
    ['cut off', Buffer.from('[{"eventID": "e1"')],
    ['no UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])],
    ['501 events', bytesOf(...Array<number>(501).fill(1))],
    ['nothing', Buffer.alloc(0)],
  ])('is unreadable as a whole: %s', (_what, bytes) => {
    expect(split(bytes)).toEqual({ unreadable: expect.any(String) });
  });
  it('takes 500 events', () => {
    expect(eventsOf(...Array<string>(500).fill(hour(0)))).toHaveLength(500);
  });
});
