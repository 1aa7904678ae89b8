import { PROOF_DRAIN } from './proofs.js';
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { By, EventStore } from '@tidewaiter/event-store';
import { Conflict, Invalid, plusMillis, Refused, type Instant } from '@tidewaiter/kernel';
import {
  alarms,
  CLOCK,
  DATABASE,
  EVENT_STORE,
  inSpan,
  LOG,
  Unauthenticated,
  type Clock,
  type Database,
  type Log,
  drainToken,
  type Nudge,
} from '@tidewaiter/platform';
import {
  CARRIERS,
  planOf,
  type CarrierAdapter,
  type CarrierRegistry,
  type RawEvent,
  type Translation,
} from '../adapters/carrier.js';
import {
  booking,
  delivery,
  tracking,
  type BookingCommand,
  type DeliveryCommand,
  type TrackingCommand,
} from '../domain/index.js';
import { inbox, type Owner, type Push } from '../postgres/inbox.repository.js';

export const INBOUND_DRAIN = 'carriers.inbound';

type Told = Extract<Translation, { kind: 'milestone' }>;

const MOST_BYTES = 1024 * 1024;
const BATCH = 32;
const LEASE_MS = 30_000;
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 600_000;
const HELD_FOR_MS = 30 * 24 * 60 * 60_000;

const sha256 = (value: string | Buffer): string => createHash('sha256').update(value).digest('hex');

/**
 * What carriers push: stored as it came, answered, then translated. Reading may run again at any point and several times
 * at once: every command's id comes from the event itself.
 */
@Injectable()
export class CarrierInbound {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CARRIERS) private readonly carriers: CarrierRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
    @Inject(drainToken(PROOF_DRAIN)) private readonly proofs: Nudge,
  ) {}

  /** Checks the signature over the raw body and keeps the bytes. @throws Unauthenticated; Invalid when it is too large */
  async take(account: string, signature: string | undefined, bytes: Buffer): Promise<void> {
    if (bytes.length > MOST_BYTES) throw new Invalid('carriers.message.too-large', 'A push may have 1 MB.');
    // An unknown account and a wrong signature look alike from outside.
    if (!this.carriers.get(account)?.verify(signature, bytes)) {
      throw new Unauthenticated('carriers.signature.invalid', 'The signature over the body is missing or wrong.');
    }
    const push = { account, sha256: sha256(bytes), bytes, receivedAt: this.clock() };
    await this.database.system((tx) => inbox.store(tx, push));
  }

  /** The carrier's reference of a booking became known: what was pushed before waits for it. */
  async wake(account: string, carrierReference: string): Promise<void> {
    await this.database.system((tx) => inbox.wake(tx, account, carrierReference, this.clock()));
  }

  /** Reads what is due; answers how many pushes were looked at. */
  async work(): Promise<number> {
    const due = await this.database.system((tx) => inbox.claim(tx, BATCH, this.clock(), LEASE_MS));
    for (const push of due) {
      try {
        // What is pushed begins a trace of its own.
        await inSpan('read carrier message', {}, () => this.read(push));
      } catch (error) {
        // It comes again, later each time; the others go on.
        const { id, account, tries } = push;
        this.log.warn('carrier message could not be recorded', { messageId: id, account, tries, error });
        const reason = 'it could not be recorded and is tried again';
        await this.database.system((tx) => inbox.putBack(tx, id, reason, this.nextLook(tries)));
      }
    }
    return due.length;
  }

  private nextLook(tries: number): Instant {
    return plusMillis(this.clock(), Math.min(FIRST_LOOK_MS * 2 ** Math.min(tries - 1, 20), LONGEST_LOOK_MS));
  }

  private async read(push: Push): Promise<void> {
    const { id, account } = push;
    const adapter = this.carriers.get(account);
    const parts = adapter?.split(push.bytes) ?? { unreadable: 'the account has no adapter any more' };
    if (!adapter || 'unreadable' in parts) return this.unreadable(push, 'unreadable' in parts ? parts.unreadable : '');

    const named = [...new Set(parts.events.flatMap(({ carrierReference }) => carrierReference ?? []))];
    const owners = await this.database.system((tx) => inbox.owners(tx, account, named));
    let nameless = 0;
    for (const raw of parts.events) {
      const owner = raw.carrierReference === null ? undefined : owners.get(raw.carrierReference);
      if (owner) await this.record(push, adapter, raw, owner);
      else if (raw.carrierReference === null) nameless += 1;
    }
    const unknown = named.filter((reference) => !owners.has(reference));
    if (unknown.length > 0) return this.hold(push, unknown);
    if (nameless > 0) return this.unreadable(push, `${nameless} of ${parts.events.length} events name no booking`);
    await this.database.system((tx) => inbox.settle(tx, id, { state: 'done', reason: null }));
  }

  private async unreadable({ id, account }: Push, reason: string): Promise<void> {
    this.alarm('carriers.message.unreadable', { messageId: id, account });
    await this.database.system((tx) => inbox.settle(tx, id, { state: 'unreadable', reason: reason.slice(0, 500) }));
  }

  private async hold(push: Push, unknown: string[]): Promise<void> {
    const reason = `${unknown.length} bookings named are not known here, one of them ${unknown[0]}`;
    const tooLong = this.clock() > plusMillis(push.receivedAt, HELD_FOR_MS);
    if (tooLong) this.alarm('carriers.message.unmatched', { messageId: push.id, account: push.account });
    await this.database.system((tx) =>
      tooLong
        ? inbox.settle(tx, push.id, { state: 'unmatched', reason })
        : inbox.hold(tx, push.id, unknown, reason, this.nextLook(push.tries)),
    );
  }

  private alarm(code: string, fields: Record<string, unknown>): void {
    alarms.labels(code).inc();
    this.log.warn('carrier message is set aside', { code, ...fields });
  }

  private async record(push: Push, adapter: CarrierAdapter, raw: RawEvent, owner: Owner): Promise<void> {
    const { tenant, shipmentId, bookingId, bookedAt } = owner;
    const by = (part: string, digest = sha256(`${push.account}\n${raw.digest}`)): By => ({
      tenant,
      subject: shipmentId,
      commandId: `message/${digest.slice(0, 40)}/${part}`,
      actor: `carrier:${push.account}`,
      correlationId: shipmentId,
      causationId: `message/${digest.slice(0, 40)}`,
    });
    const track = (part: string, command: TrackingCommand) =>
      this.store.execute(tracking, `tracking-${shipmentId}`, command, by(part));
    const park = (messageId: string, code: string, says: string) =>
      track('park', { type: 'ParkMessage', message: { shipmentId, bookingId, messageId, code, says } });

    const told = adapter.translate(raw, planOf(owner.request));
    const messageId = `${adapter.id}:${told.messageId ?? raw.digest}`;
    if (told.kind === 'unreadable') {
      await park(messageId, told.code, told.says);
      return;
    }
    const { milestone, class: kind, where, classifier, at, reportedAt, place, delivered } = told;
    const first = delivered?.[0];
    const { events } = await track('track', {
      type: 'RecordMilestone',
      receivedAt: push.receivedAt,
      bookedAt,
      milestone: {
        shipmentId,
        bookingId,
        messageId,
        milestone,
        class: kind,
        where,
        classifier,
        at,
        reportedAt,
        place,
        quantity: first ? { value: first.value, unit: first.unit } : null,
      },
    });
    // A late version, a copy or a suspect moves nothing else either.
    if (!events.some(({ type }) => type === 'MilestoneRecorded' || type === 'MilestoneSuperseded')) return;
    if (milestone === 'unmapped' && told.says !== null) {
      this.log.info('carrier code has no row in the table', { adapter: adapter.id, codes: told.says, shipmentId });
    }
    if (classifier !== 'actual') return;

    const command = bookingCommand(told, raw);
    if (command) await this.store.execute(booking, `booking-${bookingId}`, command, by('book'));
    if (milestone !== 'delivered') return;
    // One message moves quantities once, whatever its later versions say of them.
    const once = sha256(`${bookingId}\n${messageId}`);
    const claim: DeliveryCommand = { type: 'RecordDelivered', bookingId, quantities: delivered, at };
    try {
      await this.store.execute(delivery, `delivery-${shipmentId}`, claim, by('deliver', once), {
        fingerprint: delivered,
      });
      this.proofs.nudge();
    } catch (error) {
      const refusal = refusalOf(error);
      this.log.info('claim of delivery does not fit', { tenant, shipmentId, code: refusal.code });
      await park(messageId, refusal.code, refusal.message);
    }
  }
}

/** What the carrier's word about a booking does to it. We cancel nothing ourselves: a cancelled one is the carrier's no. */
function bookingCommand({ milestone, says }: Told, { carrierReference }: RawEvent): BookingCommand | null {
  switch (milestone) {
    case 'booking-confirmed':
      return { type: 'RecordConfirmation', carrierReference: carrierReference! };
    case 'booking-declined':
      return { type: 'RecordDecline', says: says ?? 'The carrier declined the booking.' };
    case 'booking-cancelled':
      return { type: 'RecordDecline', says: says ?? 'The carrier cancelled the booking.' };
    default:
      return null;
  }
}

/** @throws the error itself when it is none that a person could answer */
function refusalOf(error: unknown): { code: string; message: string } {
  if (error instanceof Refused) return error;
  if (error instanceof Conflict && error.code === 'event-store.command.differs') {
    return {
      code: 'carriers.delivery.corrected',
      message: 'A later version of this message names other quantities; the first ones stand until a person decides.',
    };
  }
  throw error;
}
