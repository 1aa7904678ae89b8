import { randomBytes } from 'node:crypto';
import type { Decision, DecisionAnswer, InputOf, openEngagement, openShipment, Step } from '@tidewaiter/contracts';
import { inTenant, type EventStore, type StoredEvent } from '@tidewaiter/event-store';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import type { Instant } from '@tidewaiter/kernel';
import { Bell, createDatabase, type CallerIdentity, type Database } from '@tidewaiter/platform';
import { Board } from '../application/board.js';
import { ShipmentComments } from '../application/comments.js';
import { Desk } from '../application/desk.js';
import { Guarantees } from '../application/guarantees.js';
import { readModels } from '../application/read-models.js';
import { loadReferenceData, type ReferenceData } from '../application/reference-data.js';
import { ShipmentsActivitiesService } from '../application/shipments.activities.js';
import { TaskDecisions } from '../application/task-decisions.js';
import { TaskHandovers } from '../application/task-handovers.js';
import { Views } from '../application/views.js';
import { Watching } from '../application/watchers.js';

type Opening = InputOf<typeof openShipment>['body'];
type Engaging = InputOf<typeof openEngagement>['body'];

let last = 0;
/** A new command id, as an Idempotency-Key or a workflow's step gives it. */
export const command = (): string => `test/${(last += 1)}`;

export const callerOf = (
  tenant = 'acme',
  name = 'olivia',
  roles: CallerIdentity['roles'] = ['operator'],
): CallerIdentity => ({
  tenant,
  subject: name,
  actor: `user:${name}`,
  roles,
  name,
});

export const stepOf = (subject: string, changes: Partial<Step> = {}): Step => ({
  tenant: 'acme',
  subject,
  commandId: command(),
  correlationId: subject,
  causationId: 'test',
  actor: 'system:workflow',
  ...changes,
});

const address = { street: 'Dock 1', city: 'Hull', postcode: 'HU1 2AB', country: 'GB' };

/** The whole of the context over a fresh database, without HTTP, Kafka and Temporal: they are handed in by the tests. */
export class Room {
  /** what day it is; tests move it */
  at: Instant = '2026-11-24T10:00:00.000000Z';
  /** what the workflow answers to decisions, and what it was asked */
  answer: (decision: Decision, updateId: string) => Promise<DecisionAnswer> = async () => ({
    kind: 'done',
    closes: true,
    says: 'done',
  });
  readonly asked: { workflowId: string; decision: Decision; updateId: string }[] = [];

  private constructor(
    readonly test: TestDatabase,
    readonly store: EventStore,
    readonly database: Database,
    readonly reference: ReferenceData,
  ) {}

  static async open(): Promise<Room> {
    process.env['SUBJECT_KEY'] ??= randomBytes(32).toString('base64');
    const test = await TestDatabase.create('shipments', new URL('../../migrations/', import.meta.url));
    const store = test.store({ inline: readModels });
    const database = createDatabase(test.pool('shipments_app'), test.pool('shipments_system', 2));
    return new Room(test, store, database, await loadReferenceData(undefined));
  }

  private readonly clock = (): Instant => this.at;

  get desk(): Desk {
    return new Desk(this.store, this.clock, this.reference, {
      // As the workflow does it: the activity under the command of the order.
      split: async (workflowId, order, updateId) => {
        const shipmentId = workflowId.slice('shipment/'.length);
        const step = stepOf(shipmentId, { commandId: updateId, actor: order.by });
        return { kind: 'split', parts: (await this.activities.splitShipment(step, order)).parts };
      },
    });
  }
  get views(): Views {
    return new Views(this.store, this.clock, this.reference);
  }
  get comments(): ShipmentComments {
    return new ShipmentComments(this.store);
  }
  get watching(): Watching {
    return new Watching(this.store, this.clock);
  }
  get guarantees(): Guarantees {
    return new Guarantees(this.store, this.clock, this.views);
  }
  get activities(): ShipmentsActivitiesService {
    return new ShipmentsActivitiesService(this.store, this.clock, this.reference);
  }
  get handovers(): TaskHandovers {
    return new TaskHandovers(this.store);
  }
  get decisions(): TaskDecisions {
    return new TaskDecisions(this.store, {
      decide: (workflowId, decision, updateId) => {
        this.asked.push({ workflowId, decision, updateId });
        return this.answer(decision, updateId);
      },
    });
  }

  async importer(tenant = 'acme'): Promise<string> {
    const commandId = command();
    const body = {
      code: `importer-${commandId.slice(5)}`,
      name: 'Tidewaiter Imports Ltd',
      destinations: ['GB'],
      identifiers: [{ scheme: 'EORI' as const, value: 'GB123456789000' }],
    };
    return this.desk.registerImporter(body, callerOf(tenant), commandId);
  }

  async guarantee(importerId: string, amount: string): Promise<string> {
    const body = { importerId, destination: 'GB', reference: 'CCG-1', limit: { amount, currency: 'GBP' } };
    return this.desk.registerGuarantee(body, callerOf(), command());
  }

  /** An engagement for GB with a power of attorney over the year, unless told otherwise. */
  async engagement(changes: Partial<Engaging> = {}, { tenant = 'acme', mandate = true } = {}): Promise<string> {
    const importerId = changes.importerId ?? (await this.importer(tenant));
    const id = await this.desk.openEngagement(
      {
        kind: 'ongoing',
        customer: { name: 'Northwind Robotics', contact: 'Ada Person' },
        importerId,
        destinations: ['GB'],
        validFrom: '2026-01-01',
        validTo: null,
        ...changes,
      },
      callerOf(tenant),
      command(),
    );
    if (mandate) await this.mandate(id, '2026-01-01', '2026-12-31', tenant);
    return id;
  }

  async mandate(engagementId: string, validFrom: string, validTo: string, tenant = 'acme'): Promise<void> {
    const { version } = await this.views.engagement(tenant, engagementId);
    const body = { grantor: 'Northwind Robotics', destinations: ['GB'], validFrom, validTo };
    await this.desk.grantMandate(engagementId, body, callerOf(tenant), command(), version);
  }

  opening(engagementId: string, changes: Partial<Opening> = {}): Opening {
    return {
      engagementId,
      reference: `NW-${(last += 1)}`,
      origin: 'CN',
      transport: 'ocean',
      portOfEntry: 'GBFXT',
      incoterm: { code: 'FOB', place: 'Yantian' },
      parties: [
        { role: 'consignor', name: 'Shenzhen Lantern Works', address: { ...address, country: 'CN' } },
        { role: 'consignee', name: 'Northwind Robotics', address },
      ],
      lines: [],
      charges: {},
      carrier: 'simulated-ocean',
      ...changes,
    };
  }

  async shipment(engagementId: string, changes: Partial<Opening> = {}, tenant = 'acme'): Promise<string> {
    const body = this.opening(engagementId, changes);
    return (await this.desk.openShipment(body, callerOf(tenant), command())).shipmentId;
  }

  /** Hands events to the board as its consumer does. */
  async toBoard(...events: StoredEvent[]): Promise<void> {
    const board = new Board(new Bell());
    for (const event of events) {
      await inTenant(this.test.pool('shipments_app', 1), event.tenant, (tx) => board.handle([event], tx));
    }
  }

  close(): Promise<void> {
    return this.test.drop();
  }
}
