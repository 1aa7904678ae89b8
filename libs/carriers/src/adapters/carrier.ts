import type { Situation } from '@tidewaiter/contracts';

/** What a booking says, in our own words; adapters turn it into a carrier's. */
export interface BookingRequest {
  reference: string;
  bookingId: string;
  situation: Situation;
  released: { line: number; quantity: { value: string; unit: string } }[];
  packages: { count: number; kind: string };
  grossMass: string;
}

/** `unknown`: it may or may not have arrived; the carrier is asked before anything is booked again. */
export type BookingAnswer =
  | { kind: 'acknowledged'; carrierReference: string }
  | { kind: 'declined'; says: string }
  | { kind: 'not-sent'; says: string }
  | { kind: 'unknown'; says: string };

export type FoundBooking = { carrierReference: string; status: 'requested' | 'confirmed' | 'declined' };

/** One raw event of a push, before it is believed. */
export interface RawEvent {
  index: number;
  body: unknown;
}

/** A carrier's event in our vocabulary, or why it has none. Pure and total. */
export type Translation =
  | {
      kind: 'milestone';
      messageId: string;
      carrierReference: string | null;
      reference: string | null;
      milestone: string;
      class: string;
      where: string;
      classifier: 'requested' | 'planned' | 'estimated' | 'actual';
      at: string;
      reportedAt: string;
      place: string | null;
      delivered: { line: number; value: string; unit: string }[] | null;
      says: string | null;
    }
  | { kind: 'unreadable'; messageId: string | null; code: string; says: string };

/** Where the goods are picked up and delivered, to tell which place an event speaks of. */
export interface Plan {
  origin: string | null;
  destination: string;
}

/** An adapter is data and pure functions; only `book`, `find` and `proof` touch the network, none retries inside. */
export interface CarrierAdapter {
  id: string;
  version: string;
  /** how a repeat is prevented: `key` = the carrier honours our idempotency key */
  once: 'key' | 'find' | 'none';
  book(request: BookingRequest, key: string): Promise<BookingAnswer>;
  /** @throws Unavailable when the carrier does not answer */
  find(reference: string, key: string): Promise<FoundBooking | null>;
  /** @throws Unavailable; null when there is no proof yet */
  proof(carrierReference: string): Promise<{ bytes: Buffer; mediaType: string; signedBy: string } | null>;
  /** signature over the raw body, in constant time */
  verify(signature: string | undefined, body: Buffer): boolean;
  split(body: Buffer): { events: RawEvent[] } | { unreadable: string };
  translate(raw: RawEvent): Translation;
}

export const CARRIERS = Symbol('CARRIERS');

/** The adapters by account. */
export type CarrierRegistry = ReadonlyMap<string, CarrierAdapter>;
