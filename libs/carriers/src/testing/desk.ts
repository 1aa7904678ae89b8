import { randomUUID } from 'node:crypto';
import type { EventStore } from '@tidewaiter/event-store';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { plusMillis, type Instant } from '@tidewaiter/kernel';
import { createDatabase, type Database, type Log } from '@tidewaiter/platform';
import type { CarrierAdapter } from '../adapters/carrier.js';
import { dcsaAdapter } from '../adapters/dcsa/transport.js';
import { CarriersActivitiesService } from '../application/carriers.activities.js';
import { CarrierInbound } from '../application/inbound.js';
import { DeliveryProofs } from '../application/proofs.js';
import { bookingsBoard, deliveriesBoard } from '../postgres/projections.js';
import { BadCarrier } from './bad-carrier.js';
import { bytesOf, signatureOf, type DcsaBody } from './dcsa-events.js';
import { aSituation, aStep, someReleased } from './requests.js';

export const ACCOUNT = 'simulated-ocean';
const SECRET = Buffer.from('a key of sixteen bytes');

/** The whole of carriers on a fresh database, with a carrier that does as the test says and a clock that the test moves. */
export class Desk {
  now: Instant = '2026-11-25T09:00:00.000000Z';
  readonly warnings: string[] = [];
  readonly store: EventStore;
  readonly data: Database;
  readonly adapter: CarrierAdapter;
  readonly inbound: CarrierInbound;
  readonly proofs: DeliveryProofs;
  readonly activities: CarriersActivitiesService;
  private readonly note = (message: string): void => void this.warnings.push(message);
  private readonly log: Log = { info: () => undefined, warn: this.note, error: this.note, child: () => this.log };

  private constructor(
    readonly database: TestDatabase,
    readonly carrier: BadCarrier,
  ) {
    this.store = database.store({ inline: [bookingsBoard, deliveriesBoard], clock: () => this.now });
    this.data = createDatabase(database.pool('carriers_app'), database.pool('carriers_system'));
    this.adapter = dcsaAdapter({ url: carrier.url, token: 'a-token', webhookSecret: SECRET, timeoutMs: 250 });
    const clock = () => this.now;
    const accounts = new Map([[ACCOUNT, this.adapter]]);
    this.inbound = new CarrierInbound(this.data, this.store, accounts, clock, this.log, { nudge: () => undefined });
    this.proofs = new DeliveryProofs(this.data, this.store, accounts, clock, this.log);
    this.activities = this.activitiesOver(this.adapter);
  }

  static async open(): Promise<Desk> {
    const database = await TestDatabase.create('carriers', new URL('../../migrations/', import.meta.url));
    return new Desk(database, await BadCarrier.open());
  }

  async close(): Promise<void> {
    await this.carrier.close();
    await this.database.drop();
  }

  activitiesOver(adapter: CarrierAdapter): CarriersActivitiesService {
    const bell = { nudge: () => undefined };
    return new CarriersActivitiesService(this.store, new Map([[ACCOUNT, adapter]]), this.inbound, bell, this.log);
  }

  readonly pass = (ms: number): void => {
    this.now = plusMillis(this.now, ms);
  };

  /** Books the delivery of a shipment; each `attempt` is a step of its own, the same one is a retry. */
  book(
    shipmentId: string,
    { generation = 1, tenant = 'acme', activities = this.activities, reference = refOf(shipmentId) } = {},
  ) {
    return activities.bookDelivery(aStep(shipmentId, `book/${generation}`, { tenant }), {
      generation,
      situation: aSituation({ shipmentId, reference }),
      released: someReleased(),
      packages: { count: 5, kind: 'CT' },
      grossMass: '42',
    });
  }

  resolve(shipmentId: string, bookingId: string, n = 1, activities = this.activities) {
    return activities.resolveBooking(aStep(shipmentId, `resolve-booking/${n}`), bookingId);
  }

  /** A shipment of its own with its booking acknowledged. */
  async booked(tenant = 'acme') {
    const shipmentId = randomUUID();
    const { bookingId } = await this.book(shipmentId, { tenant });
    return { shipmentId, bookingId, carrierReference: this.carrier.bookingsOf(refOf(shipmentId))[0]!.carrierReference };
  }

  /** Stores one signed push, and reads nothing. */
  async receive(...events: unknown[]): Promise<void> {
    const body = bytesOf(...events);
    await this.inbound.take(ACCOUNT, signatureOf(SECRET, body), body);
  }

  /** Reads everything that is due now. */
  async readAll(): Promise<void> {
    for (let rounds = 0; rounds < 50; rounds += 1) if ((await this.inbound.work()) === 0) return;
    throw new Error('reading does not come to an end');
  }

  async push(...events: DcsaBody[]): Promise<void> {
    await this.receive(...events);
    await this.readAll();
  }

  async eventsOf(stream: string, tenant = 'acme') {
    return (await this.store.read(tenant, stream)).map(({ type, data }) => ({
      type: type,
      data: data as never,
    }));
  }

  async typesOf(stream: string, tenant = 'acme'): Promise<string[]> {
    return (await this.eventsOf(stream, tenant)).map(({ type }) => type);
  }

  async parkedOf(shipmentId: string): Promise<string[]> {
    const events = await this.eventsOf(`tracking-${shipmentId}`);
    return events.flatMap(({ type, data }) => (type === 'MilestoneParked' ? (data as { code: string }).code : []));
  }

  async pushes(): Promise<{ state: string; reason: string | null; tries: number }[]> {
    return this.data.system(
      async (tx) =>
        (
          await tx.query<{ state: string; reason: string | null; tries: number }>(
            'select state, reason, tries from inbound_messages order by id',
          )
        ).rows,
    );
  }

  async lastPush() {
    return (await this.pushes()).at(-1)!;
  }
}

export const refOf = (shipmentId: string): string => `NWR-${shipmentId.slice(0, 8)}`;
