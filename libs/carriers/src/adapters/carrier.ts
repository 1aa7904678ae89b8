import type { Situation } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';
import type { LineQuantity, MilestoneName, RecordedMilestone, Where } from '../domain/index.js';

/** What a booking says, in our own words; adapters turn it into a carrier's. Stored before the first byte is sent. */
export interface BookingRequest {
  reference: string;
  bookingId: string;
  situation: Situation;
  released: { line: number; quantity: { value: string; unit: string } }[];
  packages: { count: number; kind: string };
  /** kg */
  grossMass: string;
}

/** `not-sent`: certainly not taken. `unknown`: it may or may not have arrived, and the carrier is asked. */
export type BookingAnswer =
  | { kind: 'acknowledged'; carrierReference: string }
  | { kind: 'declined'; says: string }
  | { kind: 'not-sent'; says: string }
  | { kind: 'unknown'; says: string };

export interface FoundBooking {
  carrierReference: string;
  status: 'requested' | 'confirmed' | 'declined';
  /** its reason when it declined */
  says: string | null;
}

/** One event of a push, before it is believed. */
export interface RawEvent {
  /** its place in the push, from 0 */
  index: number;
  body: unknown;
  /** SHA-256 of its JSON, hex: copies of one event have one digest, whatever push they came in */
  digest: string;
  /** the booking it names by the carrier's own reference; null when it names none */
  carrierReference: string | null;
}

/** The way of the booking, to tell which place an event speaks of. */
export interface Plan {
  /** UN/LOCODE where the carrier takes the goods over */
  origin: string;
  delivery: { city: string; postcode: string } | null;
}

export const planOf = ({ situation }: Pick<BookingRequest, 'situation'>): Plan => {
  const consignee = situation.parties.find(({ role }) => role === 'consignee');
  return {
    origin: situation.portOfEntry,
    delivery: consignee ? { city: consignee.address.city, postcode: consignee.address.postcode } : null,
  };
};

/** A carrier's event in our vocabulary, or why it has none. */
export type Translation =
  | {
      kind: 'milestone';
      messageId: string;
      milestone: MilestoneName;
      class: string;
      where: Where;
      classifier: RecordedMilestone['classifier'];
      at: Instant;
      reportedAt: Instant;
      place: string | null;
      delivered: LineQuantity[] | null;
      /** the carrier's reason; of an unmapped event its codes; null when there is nothing to ask about */
      says: string | null;
    }
  | { kind: 'unreadable'; messageId: string | null; code: string; says: string };

export interface ProofFile {
  bytes: Buffer;
  mediaType: string;
  signedBy: string;
}

/** An adapter is data and pure, total functions; only `book`, `find` and `proof` touch the network, none retries inside. */
export interface CarrierAdapter {
  id: string;
  version: string;
  /** how a repeat is prevented: `key` = the carrier honours our key, `find` = it can only be asked by our reference */
  once: 'key' | 'find';
  book(request: BookingRequest, key: string): Promise<BookingAnswer>;
  /** @throws Unavailable when the carrier does not answer; null is its own word that it has no such booking */
  find(reference: string, key: string): Promise<FoundBooking | null>;
  /** @throws Unavailable when there is no answer, or none that is evidence; null when there is no proof yet */
  proof(carrierReference: string): Promise<ProofFile | null>;
  /** signature over the raw body, in constant time */
  verify(signature: string | undefined, body: Buffer): boolean;
  split(body: Buffer): { events: RawEvent[] } | { unreadable: string };
  translate(raw: RawEvent, plan: Plan): Translation;
}

export const CARRIERS = Symbol('CARRIERS');

/** The adapters by account. */
export type CarrierRegistry = ReadonlyMap<string, CarrierAdapter>;
