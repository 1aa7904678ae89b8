import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { CarriersActivities, Step, Wrote } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { NotFound, Refused, Unavailable } from '@tidewaiter/kernel';
import { alarms, byOfStep, drainToken, EVENT_STORE, LOG, type Log, type Nudge } from '@tidewaiter/platform';
import { CARRIERS, type BookingAnswer, type CarrierAdapter, type CarrierRegistry } from '../adapters/carrier.js';
import { booking, delivery, type Booking, type BookingCommand } from '../domain/index.js';
import { bookingRequests } from '../postgres/booking-requests.repository.js';
import { CarrierInbound, INBOUND_DRAIN } from './inbound.js';

type Asked = Parameters<CarriersActivities['bookDelivery']>[1];
type Requested = Exclude<Booking, { status: 'none' }>;
type Outcome = { kind: 'confirmed' | 'requested' | 'unknown' } | { kind: 'declined'; says: string };

/** The same for every attempt of one generation, so that a retry finds what the first attempt stored. */
export function bookingIdOf(shipmentId: string, generation: number): string {
  const hex = createHash('sha256').update(`booking\n${shipmentId}\n${generation}`).digest('hex');
  // RFC 9562 version 8: a UUID from our own hash.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

@Injectable()
export class CarriersActivitiesService implements CarriersActivities {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CARRIERS) private readonly carriers: CarrierRegistry,
    @Inject(CarrierInbound) private readonly inbound: CarrierInbound,
    @Inject(drainToken(INBOUND_DRAIN)) private readonly drain: Nudge,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @throws Refused for an unknown account; Unavailable when certainly nothing was sent */
  async bookDelivery(step: Step, asked: Asked) {
    const { situation, generation, released } = asked;
    const { shipmentId, reference, carrier: account } = situation;
    const adapter = this.adapter(account);
    const bookingId = bookingIdOf(shipmentId, generation);
    const opened = await this.store.execute(
      delivery,
      `delivery-${shipmentId}`,
      { type: 'OpenDelivery', shipmentId, bookingId, released },
      { ...byOfStep(step), commandId: `${step.commandId}/open` },
    );
    const wrote: Wrote = { ...opened.wrote };
    const firstAttempt = await this.store.transaction(step.tenant, async (tx) => {
      const { packages, grossMass } = asked;
      await bookingRequests.keep(tx, { reference, bookingId, situation, released, packages, grossMass });
      const key = `tidewaiter-${bookingId}`;
      const version = `${adapter.id}@${adapter.version}`;
      const request = { shipmentId, bookingId, generation, account, adapter: version, key, reference, released };
      const requested = await this.tell(step, bookingId, 'request', { type: 'RequestBooking', request }, tx);
      Object.assign(wrote, requested.wrote);
      return !requested.repeated;
    });
    const state = await this.load(step.tenant, bookingId);
    const outcome = settled(state) ?? (await this.send(step, adapter, state, firstAttempt, wrote));
    return { ...outcome, bookingId, wrote };
  }

  /** @throws NotFound for an unknown booking */
  async resolveBooking(step: Step, bookingId: string) {
    const state = await this.load(step.tenant, bookingId);
    const wrote: Wrote = {};
    const { kind } = settled(state) ?? (await this.learn(step, state, wrote));
    return { kind, wrote };
  }

  /** Whether the carrier has it is not known: it is asked, and asked to book only if that cannot make two of it. */
  private async learn(step: Step, state: Requested, wrote: Wrote): Promise<Outcome> {
    const { reference, key, account } = state.request;
    const adapter = this.adapter(account);
    try {
      const found = await adapter.find(reference, key);
      if (!found) return await this.send(step, adapter, state, false, wrote);
      const { carrierReference, status } = found;
      await this.answered(step, state, { kind: 'acknowledged', carrierReference }, wrote);
      if (status === 'confirmed') {
        await this.note(step, state, 'confirmed', { type: 'RecordConfirmation', carrierReference }, wrote);
        return { kind: 'confirmed' };
      }
      if (status === 'declined') {
        return await this.answered(
          step,
          state,
          { kind: 'declined', says: found.says ?? 'The carrier declined the booking.' },
          wrote,
        );
      }
      return { kind: 'requested' };
    } catch (error) {
      if (error instanceof Unavailable) return { kind: 'unknown' };
      throw error;
    }
  }

  private async send(
    step: Step,
    adapter: CarrierAdapter,
    state: Requested,
    first: boolean,
    wrote: Wrote,
  ): Promise<Outcome> {
    const { bookingId, key } = state.request;
    if (!first && adapter.once !== 'key') {
      const says =
        'An earlier attempt may have reached the carrier, and it honours no key: it is not asked to book again.';
      return this.answered(step, state, { kind: 'unknown', says }, wrote);
    }
    const request = await this.store.transaction(step.tenant, (tx) => bookingRequests.of(tx, bookingId));
    return this.answered(step, state, await adapter.book(request, key), wrote);
  }

  private async answered(step: Step, state: Requested, answer: BookingAnswer, wrote: Wrote): Promise<Outcome> {
    switch (answer.kind) {
      case 'acknowledged': {
        const { carrierReference } = answer;
        const { bookingId, account } = state.request;
        const told = await this.note(
          step,
          state,
          'acknowledged',
          { type: 'RecordAcknowledgement', carrierReference },
          wrote,
        );
        if (told.status !== 'none' && told.carrierReference !== carrierReference) {
          alarms.labels('carriers.booking.twice').inc();
          this.log.error('the carrier names another booking under one key', { bookingId, account });
        }
        await this.inbound.wake(account, carrierReference);
        this.drain.nudge();
        return { kind: 'requested' };
      }
      case 'declined':
        await this.note(step, state, 'declined', { type: 'RecordDecline', says: answer.says }, wrote);
        return { kind: 'declined', says: answer.says };
      case 'not-sent':
        throw new Unavailable('carriers.carrier.not-answering', answer.says);
      case 'unknown':
        await this.note(step, state, 'unknown', { type: 'MarkUnknown', says: answer.says }, wrote);
        return { kind: 'unknown' };
    }
  }

  private async note(
    step: Step,
    { request }: Requested,
    part: string,
    command: BookingCommand,
    wrote: Wrote,
  ): Promise<Booking> {
    const told = await this.tell(step, request.bookingId, part, command);
    Object.assign(wrote, told.wrote);
    return told.state;
  }

  private tell(step: Step, bookingId: string, part: string, command: BookingCommand, tx?: Tx) {
    const by = { ...byOfStep(step), commandId: `${step.commandId}/${part}` };
    return this.store.execute(booking, `booking-${bookingId}`, command, by, tx ? { tx } : {});
  }

  private async load(tenant: string, bookingId: string): Promise<Requested> {
    const { state } = await this.store.load(booking, tenant, `booking-${bookingId}`);
    if (state.status === 'none') throw new NotFound('carriers.booking.unknown', 'There is no booking under this id.');
    return state;
  }

  private adapter(account: string): CarrierAdapter {
    const adapter = this.carriers.get(account);
    if (!adapter) {
      throw new Refused('carriers.account.unknown', `There is no carrier account ${account}.`, {
        advice: `Accounts: ${[...this.carriers.keys()].join(', ')}.`,
      });
    }
    return adapter;
  }
}

/** What is known already, whoever told it; null when the carrier has to be asked. */
function settled(state: Requested): Outcome | null {
  if (state.status === 'confirmed') return { kind: 'confirmed' };
  if (state.status === 'declined') return { kind: 'declined', says: state.says ?? 'The carrier declined the booking.' };
  return state.carrierReference === null ? null : { kind: 'requested' };
}
