import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { CarriersActivities, Situation, Step, Wrote } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { Refused, Unavailable } from '@tidewaiter/kernel';
import { byOfStep, drainToken, EVENT_STORE, type Nudge } from '@tidewaiter/platform';
import { CARRIERS, type BookingRequest, type CarrierAdapter, type CarrierRegistry } from '../adapters/carrier.js';
import { booking, delivery, type Booking, type BookingCommand } from '../domain/index.js';
import { INBOUND_DRAIN } from './inbound.js';

/** The same for every attempt of one generation, so that a retry finds what the first attempt stored. */
export function bookingIdOf(shipmentId: string, generation: number): string {
  const hex = createHash('sha256').update(`booking\n${shipmentId}\n${generation}`).digest('hex');
  // RFC 9562 version 8: a UUID from our own hash.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

type Asked = Parameters<CarriersActivities['bookDelivery']>[1];

@Injectable()
export class CarriersActivitiesService implements CarriersActivities {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CARRIERS) private readonly carriers: CarrierRegistry,
    @Inject(drainToken(INBOUND_DRAIN)) private readonly inbound: Nudge,
  ) {}

  async bookDelivery(step: Step, asked: Asked) {
    const { situation, generation, released } = asked;
    const adapter = this.adapter(situation.carrier);
    const bookingId = bookingIdOf(situation.shipmentId, generation);
    const key = `tidewaiter-${bookingId}`;
    const wrote: Wrote = {};
    const opened = await this.store.execute(
      delivery,
      `delivery-${situation.shipmentId}`,
      { type: 'OpenDelivery', shipmentId: situation.shipmentId, bookingId, released },
      { ...byOfStep(step), commandId: `${step.commandId}/open` },
    );
    Object.assign(wrote, opened.wrote);
    const requested = await this.tell(step, bookingId, 'request', {
      type: 'RequestBooking',
      request: {
        shipmentId: situation.shipmentId,
        bookingId,
        generation,
        account: situation.carrier,
        adapter: `${adapter.id}@${adapter.version}`,
        key,
        reference: situation.reference,
        released,
      },
    });
    Object.assign(wrote, requested.wrote);
    return this.send(step, adapter, requested.state, { reference: situation.reference, bookingId, situation, released, packages: asked.packages, grossMass: asked.grossMass }, key, wrote);
  }

  async resolveBooking(step: Step, bookingId: string) {
    const { state } = await this.store.load(booking, step.tenant, `booking-${bookingId}`);
    if (state.status === 'none') throw new Refused('carriers.booking.unknown', 'There is no booking under this id.');
    if (state.status === 'confirmed' || state.status === 'declined') return { kind: state.status, wrote: {} };
    if (state.carrierReference !== null) return { kind: 'requested' as const, wrote: {} };
    const { reference, key, account } = state.request;
    const found = await this.adapter(account)
      .find(reference, key)
      .catch((error: unknown) => {
        if (error instanceof Unavailable) return undefined;
        throw error;
      });
    if (found === undefined) return { kind: 'unknown' as const, wrote: {} };
    if (found === null) {
      // The carrier never had it; it honours our key, so asking again under the same key cannot book twice.
      throw new Unavailable('carriers.booking.absent', 'The carrier has no such booking yet; it is asked again under the same key.');
    }
    const { wrote } = await this.tell(step, bookingId, 'found', { type: 'RecordAcknowledgement', carrierReference: found.carrierReference });
    this.inbound.nudge();
    if (found.status === 'declined') {
      const declined = await this.tell(step, bookingId, 'declined', { type: 'RecordDecline', says: 'The carrier declined the booking.' });
      return { kind: 'declined' as const, wrote: { ...wrote, ...declined.wrote } };
    }
    return { kind: 'requested' as const, wrote };
  }

  private async send(step: Step, adapter: CarrierAdapter, state: Booking, request: BookingRequest, key: string, wrote: Wrote) {
    const { bookingId } = request;
    if (state.status === 'confirmed') return { kind: 'confirmed' as const, bookingId, wrote };
    if (state.status === 'declined') return { kind: 'declined' as const, bookingId, says: 'The carrier declined the booking.', wrote };
    if (state.status !== 'none' && state.carrierReference !== null) return { kind: 'requested' as const, bookingId, wrote };
    const answer = await adapter.book(request, key);
    switch (answer.kind) {
      case 'acknowledged': {
        const told = await this.tell(step, bookingId, 'acknowledged', { type: 'RecordAcknowledgement', carrierReference: answer.carrierReference });
        // What the carrier pushed before this answer came waits for the reference it names.
        this.inbound.nudge();
        return { kind: 'requested' as const, bookingId, wrote: { ...wrote, ...told.wrote } };
      }
      case 'declined': {
        const told = await this.tell(step, bookingId, 'declined', { type: 'RecordDecline', says: answer.says });
        return { kind: 'declined' as const, bookingId, says: answer.says, wrote: { ...wrote, ...told.wrote } };
      }
      case 'not-sent':
        throw new Unavailable('carriers.carrier.not-answering', answer.says);
      default: {
        const told = await this.tell(step, bookingId, 'unknown', { type: 'MarkUnknown', says: answer.says });
        return { kind: 'unknown' as const, bookingId, wrote: { ...wrote, ...told.wrote } };
      }
    }
  }

  private tell(step: Step, bookingId: string, part: string, command: BookingCommand) {
    return this.store.execute(booking, `booking-${bookingId}`, command, { ...byOfStep(step), commandId: `${step.commandId}/${part}` });
  }

  private adapter(account: Situation['carrier']): CarrierAdapter {
    const adapter = this.carriers.get(account);
    if (!adapter) {
      throw new Refused('carriers.account.unknown', `There is no carrier account ${account}.`, {
        advice: `Accounts: ${[...this.carriers.keys()].join(', ')}.`,
      });
    }
    return adapter;
  }
}
