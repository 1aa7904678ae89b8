import type { AnswerOf, showWebhookDelivery } from '@tidewaiter/contracts';
import type { EventStore, StoredEvent } from '@tidewaiter/event-store';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { newId, plusMillis, type Instant } from '@tidewaiter/kernel';
import { Bell, createDatabase, createLog, type CallerIdentity, type Database } from '@tidewaiter/platform';
import { Courier } from '../application/courier.js';
import { Deliveries } from '../application/deliveries.js';
import { DeliveryLog } from '../application/delivery-log.js';
import { Egress } from '../application/egress.js';
import { Endpoints, endpointsProjection } from '../application/endpoints.js';
import { FeedWriter } from '../feed.js';

export const callerOf = (tenant = 'acme', name = 'pat'): CallerIdentity => ({
  tenant,
  subject: name,
  actor: `user:${name}`,
  roles: ['partner'],
  name,
});

/** A tenant of its own for each test, so that none sees another's lanes. */
export const someTenant = (): string => `t-${newId().slice(-12)}`;

/** A new command id, as an Idempotency-Key gives it. */
export const command = (): string => `test/${newId()}`;

const nudge = { nudge: () => undefined };

/** The whole of the context over a fresh database, without HTTP and Kafka; time stands until a test moves it. */
export class Room {
  at: Instant = '2026-11-24T10:00:00.000000Z';
  private readonly versions = new Map<string, number>();

  private constructor(
    readonly test: TestDatabase,
    readonly store: EventStore,
    readonly database: Database,
    private readonly egress: Egress,
  ) {}

  static async open(egress = new Egress({ loopback: true })): Promise<Room> {
    const test = await TestDatabase.create('partners', new URL('../../migrations/', import.meta.url));
    const store = test.store({ inline: [endpointsProjection] });
    const database = createDatabase(test.pool('partners_app'), test.pool('partners_system', 4));
    return new Room(test, store, database, egress);
  }

  private readonly clock = (): Instant => this.at;
  private built: { endpoints: Endpoints; deliveries: Deliveries; log: DeliveryLog; feed: FeedWriter } | undefined;
  private get parts() {
    this.built ??= {
      endpoints: new Endpoints(
        this.store,
        this.database,
        this.test.keys(),
        { loopback: true, ports: [443] },
        this.clock,
      ),
      deliveries: new Deliveries(this.database, this.store, this.clock),
      log: new DeliveryLog(this.database, this.store, nudge, this.clock),
      feed: new FeedWriter(new Bell(), nudge, this.clock),
    };
    return this.built;
  }
  get endpoints(): Endpoints {
    return this.parts.endpoints;
  }
  get log(): DeliveryLog {
    return this.parts.log;
  }
  /** One process that carries; several share the lanes. */
  courier(egress = this.egress): Courier {
    const log = createLog({ level: 'fatal', service: 'partners' });
    return new Courier(this.parts.deliveries, this.endpoints, egress, nudge, this.clock, log);
  }

  later(milliseconds: number): void {
    this.at = plusMillis(this.at, milliseconds);
  }

  async endpoint(url: string, types: string[] = [], tenant = 'acme'): Promise<{ endpointId: string; secret: string }> {
    const { endpointId, secret } = await this.endpoints.add(callerOf(tenant), { url, types, note: '' }, command());
    return { endpointId, secret: secret! };
  }

  /** Events of a shipment's stream, the next of their versions, as the topics bring them. @returns their ids */
  async happen(shipmentId: string, count = 1, changes: Partial<StoredEvent> = {}): Promise<string[]> {
    const tenant = changes.tenant ?? 'acme';
    const stream = changes.stream ?? `shipment-${shipmentId}`;
    const events = Array.from({ length: count }, (): StoredEvent => {
      const version = (this.versions.get(stream) ?? 0) + 1;
      this.versions.set(stream, version);
      return {
        id: newId(),
        context: 'shipments',
        type: 'ShipmentClosed',
        data: { shipmentId, outcome: 'delivered', reason: null },
        stream,
        version,
        time: this.at,
        tenant,
        subject: shipmentId,
        actor: 'user:olivia',
        correlationId: shipmentId,
        causationId: 'test',
        position: '',
        ...changes,
      };
    });
    await this.database.tenant(tenant, (tx) => this.parts.feed.handle(events, tx));
    return events.map(({ id }) => id);
  }

  /** Carries until nothing is due any more. */
  async carry(courier = this.courier()): Promise<void> {
    while ((await courier.work()) > 0) await courier.idle();
  }

  async deliveries(query: Partial<Parameters<DeliveryLog['list']>[1]> = {}, tenant = 'acme') {
    return (await this.log.list(tenant, { limit: 200, ...query })).items;
  }

  show(deliveryId: string, tenant = 'acme'): Promise<AnswerOf<typeof showWebhookDelivery>> {
    return this.log.show(tenant, deliveryId);
  }

  close(): Promise<void> {
    return this.test.drop();
  }
}
