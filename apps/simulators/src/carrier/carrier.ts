import { createHmac } from 'node:crypto';
import { WEBHOOK } from '../plumbing/channel.js';
import { drawn, sha256 } from '../plumbing/digest.js';
import { Face, type Broken, type World } from '../plumbing/face.js';
import type { Stamped } from '../plumbing/ledger.js';
import { Outbox, type Address, type Outgoing } from '../plumbing/outbox.js';
import { bookingReference, journeyOf, tripOf, type BookingRequest, type Leg } from './bookings.js';
import { dcsaEvent, type Trip } from './events.js';
import type { Proof } from './proof.js';

export interface CarrierSettings {
  token: string;
  /** base64 key of the push signature */
  webhookSecret: string;
}

export interface Booking {
  key: string;
  bodyDigest: string;
  trip: Trip;
  journey: Leg[];
  /** nothing is told until somebody asks, or until an instant (epoch ms) */
  silent: number | 'until-asked' | null;
  position: number;
  lastAt: Date;
  asked: boolean;
  status: 'RECEIVED' | 'CONFIRMED' | 'REJECTED' | 'COMPLETED';
  proof: Proof | null;
}

type Told = Pick<Booking, 'key' | 'bodyDigest' | 'trip' | 'journey' | 'silent'>;

export type CarrierEntry = { used?: string[] } & (
  | { type: 'booked'; booking: Told }
  | { type: 'repeated'; booking: string; key: string }
  | { type: 'turned-away'; key: string; status: number | null }
  | { type: 'happened'; booking: string; position: number; push: Outgoing }
  | { type: 'asked'; reference: string; found: string[] }
  | { type: 'delivered'; id: string; copy: number; status: number; millis: number }
);

export type Booked =
  | { kind: 'taken' | 'repeated'; booking: Booking; afterwards?: () => void; slow?: number }
  | { kind: 'conflict' }
  | Broken;

const ACCOUNT = 'simulated-ocean';
const EVENTS = `/v1/carriers/${ACCOUNT}/inbound/dcsa/v2/events`;
const SIGNERS = ['A. Okafor', 'B. Lindqvist', 'C. Moreau', 'D. Petrov', 'E. Tanaka'];
const STATUS: Partial<Record<Leg['event'], Booking['status']>> = {
  confirmed: 'CONFIRMED',
  declined: 'REJECTED',
  delivered: 'COMPLETED',
};

/** The carrier: one booking per idempotency key, a journey told by signed pushes, a proof at its end. */
export class Carrier extends Face<CarrierEntry> {
  readonly bookings = new Map<string, Booking>();
  readonly outbox: Outbox;
  private readonly byKey = new Map<string, Booking>();

  constructor(
    world: World,
    readonly settings: CarrierSettings,
  ) {
    super('carrier', world);
    this.outbox = new Outbox(
      WEBHOOK,
      world.clock,
      (outgoing) => this.addressOf(outgoing),
      (delivered) => this.record({ type: 'delivered', ...delivered }),
    );
    this.rebuild();
  }

  protected evolve(entry: Stamped<CarrierEntry>): void {
    const at = new Date(entry.at);
    if (entry.type === 'booked') {
      const booking: Booking = {
        ...entry.booking,
        position: 0,
        lastAt: at,
        asked: false,
        status: 'RECEIVED',
        proof: null,
      };
      this.bookings.set(booking.trip.booking, booking);
      this.byKey.set(booking.key, booking);
    } else if (entry.type === 'happened') {
      this.happen(entry, at);
      this.outbox.note(entry.push, at.getTime());
    } else if (entry.type === 'asked') {
      for (const id of entry.found) this.bookings.get(id)!.asked = true;
    } else if (entry.type === 'delivered') this.outbox.noteDelivered(entry.id, entry.copy);
  }

  private happen(entry: { booking: string; position: number }, at: Date): void {
    const booking = this.bookings.get(entry.booking);
    const leg = booking?.journey[entry.position];
    if (!booking || !leg) return;
    booking.position = entry.position + 1;
    booking.lastAt = at;
    booking.status = STATUS[leg.event] ?? booking.status;
    if (leg.event === 'delivered') {
      booking.proof = {
        signedBy: SIGNERS[drawn(booking.trip.booking, SIGNERS.length)]!,
        at,
        quantities: leg.quantities,
      };
    }
  }

  resume(): void {
    this.outbox.resume();
    for (const booking of this.bookings.values()) this.advance(booking);
  }

  book(key: string, shipment: string, request: BookingRequest, body: Buffer): Booked {
    const bodyDigest = sha256(body);
    const known = this.byKey.get(key);
    if (known) {
      if (known.bodyDigest !== bodyDigest) return { kind: 'conflict' };
      this.record({ type: 'repeated', booking: known.trip.booking, key });
      return { kind: 'repeated', booking: known };
    }
    const used: string[] = [];
    const trouble = this.trouble(shipment, used);
    if (trouble?.when === 'before') {
      this.record({ type: 'turned-away', key, status: trouble.status, used });
      return { kind: 'broken', status: trouble.status };
    }
    const slow = this.fault('slow', shipment, used)?.by;
    const next = this.world.scripts.nextStep('carrier', shipment, this.consumed);
    if (next) used.push(next.key);
    const step = next?.step ?? null;
    const silent =
      step?.answer === 'silent'
        ? step.for === undefined
          ? ('until-asked' as const)
          : this.clock.now() + step.for
        : null;
    const trip = tripOf(bookingReference(key), shipment, request);
    this.record({
      type: 'booked',
      booking: { key, bodyDigest, trip, journey: journeyOf(step, request), silent },
      used,
    });
    const booking = this.byKey.get(key)!;
    const afterwards = (): void => this.advance(booking);
    return trouble ? { ...trouble, kind: 'broken', afterwards } : { kind: 'taken', booking, afterwards, slow };
  }

  private advance(booking: Booking): void {
    const { journey, position, trip, silent, asked, lastAt } = booking;
    const leg = journey[position];
    if (!leg) {
      this.outbox.release(trip.booking, 'newest-first');
      return;
    }
    if (silent === 'until-asked' && !asked) return;
    const due = lastAt.getTime() + this.delay(leg.after ?? undefined, `${trip.booking}/${position}`);
    this.timers.at(Math.max(due, typeof silent === 'number' ? silent : 0), () => {
      if (booking.position === position) this.act(booking, leg);
    });
  }

  private act(booking: Booking, leg: Leg): void {
    const { trip, position } = booking;
    const seed = `${trip.booking}/${position}`;
    const event = dcsaEvent(leg, trip, this.clock.date(), seed);
    const used: string[] = [];
    const badSignature = this.fault('bad-signature', trip.shipment, used);
    const tags = { signature: badSignature ? 'wrong' : 'right' };
    const body = JSON.stringify([event]);
    const push = this.outgoing({ id: seed, lane: trip.booking, tags, body }, trip.shipment, used);
    this.record({ type: 'happened', booking: trip.booking, position, push, used });
    this.outbox.send(push.id);
    this.advance(booking);
  }

  private addressOf({ body, tags }: Outgoing): Address | null {
    if (this.world.callbackUrl === null) return null;
    const key = Buffer.from(this.settings.webhookSecret, 'base64');
    const proof = createHmac('sha256', key)
      .update(tags['signature'] === 'wrong' ? `${body} ` : body)
      .digest('hex');
    const headers = { 'content-type': 'application/json', 'notification-signature': `sha256=${proof}` };
    return { url: this.world.callbackUrl + EVENTS, headers };
  }

  findByReference(reference: string): Booking[] {
    return this.ask(
      reference,
      [...this.bookings.values()].filter(({ trip }) => trip.shipment === reference),
    );
  }

  findByBooking(booking: string): Booking | null {
    const known = this.bookings.get(booking);
    return this.ask(booking, known ? [known] : [])[0] ?? null;
  }

  private ask(reference: string, found: Booking[]): Booking[] {
    this.record({ type: 'asked', reference, found: found.map(({ trip }) => trip.booking) });
    for (const booking of found) if (booking.silent === 'until-asked') this.advance(booking);
    return found;
  }

  /** Bookings, and the shipments that hold more than one that stands. */
  summary(): Record<string, unknown> {
    const counts = new Map<string, number>();
    for (const { trip, status } of this.bookings.values()) {
      if (status !== 'REJECTED') counts.set(trip.shipment, (counts.get(trip.shipment) ?? 0) + 1);
    }
    return {
      bookings: this.bookings.size,
      delivered: [...this.bookings.values()].filter(({ status }) => status === 'COMPLETED').length,
      repeated: this.ledger.entries.filter(({ type }) => type === 'repeated').length,
      doubles: [...counts].filter(([, count]) => count > 1).map(([reference, count]) => ({ reference, count })),
      outbox: this.outbox.backlog,
    };
  }

  view(): Record<string, unknown> {
    return {
      bookings: [...this.bookings.values()].map(({ key, trip, status, position, journey }) => ({
        carrierBookingRequestReference: trip.booking,
        reference: trip.shipment,
        idempotencyKey: key,
        bookingStatus: status,
        told: journey.slice(0, position).map(({ event }) => event),
        toCome: journey.slice(position).map(({ event }) => event),
      })),
    };
  }

  override reset(): void {
    super.reset();
    this.bookings.clear();
    this.byKey.clear();
    this.outbox.clear();
  }

  override async close(): Promise<void> {
    await this.outbox.close();
    await super.close();
  }
}
