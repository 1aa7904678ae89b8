import { createHash } from 'node:crypto';
import { toInstant, type Instant } from '@tidewaiter/kernel';
import { z } from 'zod';
import { classOf, type MilestoneName, type Where } from '../../domain/index.js';
import type { Plan, RawEvent, Translation } from '../carrier.js';
import { bookingMilestone, CLASSIFIERS, equipmentMilestone, transportMilestone } from './statuses.js';

const MOST_EVENTS = 500;

/** Text that a database can hold: no NUL, no half of a surrogate pair. */
const UNSTORABLE = /[\0\ud800-\udfff]/u;
const text = z
  .string()
  .max(500)
  .refine((value) => !UNSTORABLE.test(value), 'holds a character that is none');
const id = text.refine((value) => value.length > 0, 'is empty');
const location = z.looseObject({
  UNLocationCode: text.optional(),
  locationName: text.optional(),
  address: z.looseObject({ city: text.nullish(), postCode: text.nullish() }).optional(),
});
const references = z.looseObject({
  documentReferences: z
    .array(z.looseObject({ documentReferenceType: text, documentReferenceValue: id }))
    .max(50)
    .optional(),
});
const event = references.extend({
  eventID: id,
  eventCreatedDateTime: text,
  eventUpdatedDateTime: text.optional(),
  eventDateTime: text,
  eventType: z.enum(['SHIPMENT', 'TRANSPORT', 'EQUIPMENT']),
  eventClassifierCode: z.enum(['REQ', 'PLN', 'EST', 'ACT']),
  shipmentEventTypeCode: text.optional(),
  documentTypeCode: text.optional(),
  transportEventTypeCode: text.optional(),
  equipmentEventTypeCode: text.optional(),
  emptyIndicatorCode: text.optional(),
  reason: text.optional(),
  eventLocation: location.optional(),
  transportCall: z
    .looseObject({
      UNLocationCode: text.optional(),
      modeOfTransport: text.optional(),
      location: location.optional(),
    })
    .optional(),
  deliveredQuantity: z
    .array(
      z.strictObject({
        line: z.int().positive(),
        value: z.string().regex(/^\d{1,18}(\.\d{1,12})?$/),
        unit: text.max(16),
      }),
    )
    .max(999)
    .optional(),
});
type DcsaEvent = z.infer<typeof event>;
type Located = { code: string | null; name: string | null; address: { city: string; postCode: string } | null };

/** A push is a JSON array of events, or one event; each is judged alone later. */
export function split(body: Buffer): { events: RawEvent[] } | { unreadable: string } {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    if (list.length > MOST_EVENTS) return { unreadable: `${list.length} events in one push, ${MOST_EVENTS} are taken` };
    return {
      events: list.map((each, index) => ({
        index,
        body: each,
        digest: createHash('sha256').update(JSON.stringify(each)).digest('hex'),
        carrierReference: bookingOf(each),
      })),
    };
  } catch (error) {
    return { unreadable: (error as Error).message };
  }
}

/** One DCSA event in our vocabulary. Pure and total: what cannot be read is said, never thrown or guessed. */
export function translate(raw: RawEvent, plan: Plan): Translation {
  const parsed = event.safeParse(raw.body);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const named = id.safeParse((raw.body as { eventID?: unknown } | null)?.eventID);
    return unreadable(raw, named.data ?? null, `/${path.map(String).join('/')}`, message);
  }
  const each = parsed.data;
  let at: Instant;
  let reportedAt: Instant;
  try {
    at = instantOf(each.eventDateTime);
    reportedAt = instantOf(each.eventUpdatedDateTime ?? each.eventCreatedDateTime);
  } catch (error) {
    return unreadable(raw, each.eventID, '', (error as Error).message);
  }
  const place = locationOf(each);
  const told = whereOf(place, plan);
  const milestone = milestoneOf(each, told);
  // Goods are dropped, and a truck is at the door, at the last place only.
  const where = milestone === 'delivered' || milestone === 'at-door' ? 'delivery' : told;
  return {
    kind: 'milestone',
    messageId: each.eventID,
    milestone,
    class: classOf(milestone, where),
    where,
    classifier: CLASSIFIERS[each.eventClassifierCode],
    at,
    reportedAt,
    place: place.code ?? place.name ?? place.address?.city ?? null,
    delivered: each.deliveredQuantity ?? null,
    says: milestone === 'unmapped' ? unmapped(each) : (each.reason ?? null),
  };
}

function bookingOf(body: unknown): string | null {
  const parsed = references.safeParse(body);
  const named = parsed.data?.documentReferences?.find(({ documentReferenceType }) => documentReferenceType === 'BKG');
  if (named) return named.documentReferenceValue;
  const about = z.looseObject({ documentTypeCode: z.literal('BKG'), documentID: id }).safeParse(body);
  return about.data?.documentID ?? null;
}

function unreadable(raw: RawEvent, messageId: string | null, pointer: string, says: string): Translation {
  const clean = `/${raw.index}${pointer}: ${says}`.replace(new RegExp(UNSTORABLE, 'gu'), '\ufffd').slice(0, 500);
  return { kind: 'unreadable', messageId, code: 'carriers.event.invalid', says: clean };
}

/** @throws RangeError without an offset, or outside the years that four digits can say */
function instantOf(text: string): Instant {
  const instant = toInstant(text);
  if (!/^\d{4}-/.test(instant)) throw new RangeError(`no such year: ${text}`);
  return instant;
}

function locationOf({ eventLocation, transportCall }: DcsaEvent): Located {
  const address = eventLocation?.address ?? transportCall?.location?.address;
  return {
    code:
      eventLocation?.UNLocationCode ?? transportCall?.UNLocationCode ?? transportCall?.location?.UNLocationCode ?? null,
    name: eventLocation?.locationName ?? transportCall?.location?.locationName ?? null,
    address: address?.city && address.postCode ? { city: address.city, postCode: address.postCode } : null,
  };
}

const bare = (value: string): string => value.replace(/[\s-]/g, '').toUpperCase();

function whereOf({ code, address }: Located, plan: Plan): Where {
  if (code === plan.origin) return 'origin';
  if (!address || !plan.delivery) return 'unknown';
  const same =
    bare(address.city) === bare(plan.delivery.city) && bare(address.postCode) === bare(plan.delivery.postcode);
  return same ? 'delivery' : 'unknown';
}

function milestoneOf(each: DcsaEvent, where: Where): MilestoneName {
  switch (each.eventType) {
    case 'SHIPMENT':
      return each.documentTypeCode === 'BKG' ? bookingMilestone(each.shipmentEventTypeCode ?? '') : 'unmapped';
    case 'TRANSPORT':
      return transportMilestone(
        each.transportEventTypeCode ?? '',
        each.transportCall?.modeOfTransport === 'TRUCK',
        where,
      );
    case 'EQUIPMENT':
      return equipmentMilestone(each.equipmentEventTypeCode ?? '', each.emptyIndicatorCode === 'EMPTY', where);
  }
}

/** Drafts and approvals of other documents are no news of the goods, and nobody is asked about them. */
function unmapped(each: DcsaEvent): string | null {
  if (each.eventType === 'SHIPMENT' && each.documentTypeCode !== 'BKG') return null;
  const code =
    each.shipmentEventTypeCode ?? each.transportEventTypeCode ?? each.equipmentEventTypeCode ?? 'without a code';
  return `${each.eventType} ${code}`;
}
