import { toInstant } from '@tidewaiter/kernel';
import { z } from 'zod';
import { MILESTONES } from '../../domain/index.js';
import type { RawEvent, Translation } from '../carrier.js';
import { BOOKING, CLASSIFIERS, EQUIPMENT, TRANSPORT } from './statuses.js';

const text = z.string().max(500);
const location = z.looseObject({ UNLocationCode: text.optional(), locationName: text.optional() });
const event = z.looseObject({
  eventID: text,
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
  transportCall: z.looseObject({ UNLocationCode: text.optional(), modeOfTransport: text.optional(), location: location.optional() }).optional(),
  documentReferences: z.array(z.looseObject({ documentReferenceType: text, documentReferenceValue: text })).max(50).optional(),
  references: z.array(z.looseObject({ referenceType: text, referenceValue: text })).max(50).optional(),
  deliveredQuantity: z.array(z.strictObject({ line: z.int().positive(), value: z.string().regex(/^\d{1,18}(\.\d{1,12})?$/), unit: z.string().max(16) })).max(999).optional(),
});
type DcsaEvent = z.infer<typeof event>;

function milestoneOf(each: DcsaEvent): string {
  if (each.eventType === 'SHIPMENT') {
    return each.documentTypeCode === 'BKG' ? (BOOKING[each.shipmentEventTypeCode ?? ''] ?? 'unmapped') : 'unmapped';
  }
  if (each.eventType === 'TRANSPORT') {
    const name = TRANSPORT[each.transportEventTypeCode ?? ''] ?? 'unmapped';
    // A truck that leaves for the consignee is the last mile, not the main leg.
    return name === 'departed' && each.transportCall?.modeOfTransport === 'TRUCK' ? 'out-for-delivery' : name;
  }
  const pair = EQUIPMENT[each.equipmentEventTypeCode ?? ''];
  return pair ? pair[each.emptyIndicatorCode === 'EMPTY' ? 'empty' : 'laden'] : 'unmapped';
}

/** One DCSA event in our vocabulary. Pure and total: what cannot be read is said, never thrown or guessed. */
export function translate(raw: RawEvent): Translation {
  const parsed = event.safeParse(raw.body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const id = (raw.body as { eventID?: unknown } | null)?.eventID;
    return {
      kind: 'unreadable',
      messageId: typeof id === 'string' ? id.slice(0, 500) : null,
      code: 'carriers.event.invalid',
      says: `/${raw.index}/${issue.path.map(String).join('/')}: ${issue.message}`,
    };
  }
  const each = parsed.data;
  let at: string;
  let reportedAt: string;
  try {
    at = toInstant(each.eventDateTime);
    reportedAt = toInstant(each.eventUpdatedDateTime ?? each.eventCreatedDateTime);
  } catch (error) {
    return { kind: 'unreadable', messageId: each.eventID, code: 'carriers.event.invalid', says: `/${raw.index}: ${(error as Error).message}` };
  }
  const milestone = milestoneOf(each);
  const documentOf = (type: string) => each.documentReferences?.find((reference) => reference.documentReferenceType === type)?.documentReferenceValue ?? null;
  return {
    kind: 'milestone',
    messageId: each.eventID,
    carrierReference: documentOf('BKG'),
    reference: each.references?.find((reference) => reference.referenceType === 'FF')?.referenceValue ?? null,
    milestone,
    class: MILESTONES[milestone]?.class ?? 'unmapped',
    where: 'unknown',
    classifier: CLASSIFIERS[each.eventClassifierCode],
    at,
    reportedAt,
    place: each.eventLocation?.UNLocationCode ?? each.transportCall?.UNLocationCode ?? each.transportCall?.location?.UNLocationCode ?? each.eventLocation?.locationName ?? null,
    delivered: each.deliveredQuantity ?? null,
    says: each.reason ?? null,
  };
}

/** A push is a JSON array of events, at most 500; each is judged alone later. */
export function split(body: Buffer): { events: RawEvent[] } | { unreadable: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    return { unreadable: (error as Error).message };
  }
  const list = Array.isArray(parsed) ? parsed : [parsed];
  if (list.length > 500) return { unreadable: `${list.length} events in one push, 500 are taken` };
  return { events: list.map((body: unknown, index) => ({ index, body })) };
}
