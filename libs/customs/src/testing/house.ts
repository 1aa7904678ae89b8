import { randomUUID } from 'node:crypto';
import type { LodgeRequest, Step } from '@tidewaiter/contracts';
import { inTenant, type Tx } from '@tidewaiter/event-store';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { plusMillis, type Instant } from '@tidewaiter/kernel';
import { Declarations } from '../application/declarations.js';
import { Downtime } from '../application/downtime.js';
import { FilingDesk } from '../application/filing-desk.js';
import { Handling } from '../application/handling.js';
import { Inbox } from '../application/inbox.js';
import { MessageReader } from '../application/message-reader.js';
import { PostEntry } from '../application/post-entry.js';
import { readPostEntryRules } from '../application/post-entry-rules.js';
import { RequestDesk } from '../application/request-desk.js';
import { Collector } from '../application/collector.js';
import { aceAuthority } from '../authorities/ace/channel.js';
import { AceTransport } from '../authorities/ace/transport.js';
import { edifactAuthority } from '../authorities/edifact/channel.js';
import { EdifactTransport } from '../authorities/edifact/transport.js';
import { cdsAuthority } from '../authorities/cds/channel.js';
import { CdsTransport } from '../authorities/cds/transport.js';
import { readProfiles } from '../authorities/profile.js';
import { Authorities } from '../authorities/registry.js';
import type { Authority } from '../authorities/authority.js';
import { declarationsProjection } from '../postgres/declarations.projection.js';
import { postEntryProjection } from '../postgres/post-entry.projection.js';
import { inbox } from '../postgres/inbox.repository.js';
import { aLodging } from './lodging.js';
import { MailboxAuthority } from './mailbox-authority.js';
import { MisbehavingAuthority } from './misbehaving-authority.js';

const QUIET_MS = 900_000;

/** The whole context over a real Postgres and a misbehaving authority, with a clock that the test moves. */
export class CustomsHouse {
  now: Instant = '2026-11-24T09:00:00.000000Z';
  readonly alarms: string[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly authority: MisbehavingAuthority,
    private readonly transport: CdsTransport,
    readonly partner: MailboxAuthority,
    private readonly edifact: EdifactTransport,
    private readonly ace: AceTransport,
  ) {}

  static async open(): Promise<CustomsHouse> {
    const database = await TestDatabase.create('customs', new URL('../../migrations/', import.meta.url));
    const authority = await MisbehavingAuthority.start();
    const transport = new CdsTransport({ url: authority.url, clientId: 'tw', clientSecret: 's', timeoutMs: 600 });
    const partner = await MailboxAuthority.start();
    const { url } = partner;
    const edifact = new EdifactTransport({ url, token: 'partner', timeoutMs: 600 });
    const ace = new AceTransport({ url, password: 'SECRET', timeoutMs: 600 });
    return new CustomsHouse(database, authority, transport, partner, edifact, ace);
  }

  async close(): Promise<void> {
    await Promise.all([this.transport.close(), this.edifact.close(), this.ace.close(), this.partner.stop()]);
    await this.authority.stop();
    await this.database.drop();
  }

  readonly pass = (ms: number): void => {
    this.now = plusMillis(this.now, ms);
  };

  private readonly clock = (): Instant => this.now;

  private readonly pools = (() => {
    let made: { app: ReturnType<TestDatabase['pool']>; system: ReturnType<TestDatabase['pool']> } | undefined;
    return () => (made ??= { app: this.database.pool('customs_app'), system: this.database.pool('customs_system', 4) });
  })();

  readonly tables = {
    tenant: <T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> => inTenant(this.pools().app, tenant, work),
    system: <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTenant(this.pools().system, '', work),
  };

  private made: ReturnType<CustomsHouse['make']> | undefined;
  private get parts(): ReturnType<CustomsHouse['make']> {
    return (this.made ??= this.make((authority) => authority));
  }

  /** @param around puts something between the desk and the authority: a crash, a stranger */
  make(around: (authority: Authority) => Authority) {
    const store = this.database.store({ inline: [declarationsProjection, postEntryProjection] });
    const profiles = readProfiles().map((each) => ({ ...each, resend: { ...each.resend, quietMs: QUIET_MS } }));
    const authorities = new Authorities(profiles, {
      cds: (profile) => around(cdsAuthority(profile, this.transport)),
      edifact: (profile) => around(edifactAuthority(profile, this.edifact)),
      ace: (profile) => around(aceAuthority(profile, this.ace)),
    });
    const rules = { enquirySchedule: [60_000, 300_000, 900_000, 3_600_000] };
    const gained = async (keys: string[]): Promise<void> => {
      await this.tables.system((tx) => inbox.wake(tx, keys, this.clock()));
    };
    const downtime = new Downtime(this.tables, this.clock, (code) => this.alarms.push(code));
    const desk = new FilingDesk(store, authorities, rules, this.clock, gained, downtime);
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
    return {
      store,
      desk,
      requests: new RequestDesk(store, authorities, rules, this.clock, gained),
      handling: new Handling(store, this.clock),
      authorities,
      collector: new Collector(this.tables, authorities.withMailbox(this.now), this.clock, silent, () => undefined),
      inbox: new Inbox(this.tables, this.clock, () => undefined),
      reader: new MessageReader(this.tables, store, authorities, this.clock, silent, (code) => this.alarms.push(code)),
      declarations: new Declarations(this.tables, authorities, this.clock),
      postEntry: new PostEntry(store, authorities, readPostEntryRules(), this.clock),
    };
  }

  get store() {
    return this.parts.store;
  }
  get collector() {
    return this.parts.collector;
  }
  get authorities() {
    return this.parts.authorities;
  }
  get desk() {
    return this.parts.desk;
  }
  get requests() {
    return this.parts.requests;
  }
  get handling() {
    return this.parts.handling;
  }
  get reader() {
    return this.parts.reader;
  }
  get postEntry() {
    return this.parts.postEntry;
  }
  get declarations() {
    return this.parts.declarations;
  }

  /** A lodging of a declaration of its own. */
  lodging(change: (request: LodgeRequest) => void = () => undefined): LodgeRequest {
    return aLodging((request) => {
      request.declarationId = randomUUID();
      request.situation.shipmentId = randomUUID();
      request.situation.reference = `NWR-${request.declarationId.slice(0, 8)}`;
      change(request);
    });
  }

  step(request: LodgeRequest, name = 'lodge/1', tenant = 'acme'): Step {
    const { shipmentId } = request.situation;
    return {
      tenant,
      subject: shipmentId,
      commandId: `shipment/${shipmentId}/${name}`,
      correlationId: shipmentId,
      causationId: `shipment/${shipmentId}`,
      actor: 'system:workflow',
    };
  }

  /** Takes a body in as the door does, and reads everything that is due. */
  async receive(bytes: Buffer, conversationId: string | null): Promise<void> {
    await this.take(bytes, conversationId);
    await this.readAll();
  }

  async take(bytes: Buffer, conversationId: string | null): Promise<void> {
    const headers = {
      'content-type': 'application/xml',
      authorization: 'a secret',
      ...(conversationId ? { 'x-conversation-id': conversationId } : {}),
    };
    await this.parts.inbox.take('cds', headers, bytes);
  }

  async readAll(): Promise<void> {
    for (let rounds = 0; rounds < 50; rounds += 1) if ((await this.reader.work()) === 0) return;
  }

  async eventsOf(declarationId: string, tenant = 'acme'): Promise<string[]> {
    return (await this.store.read(tenant, `declaration-${declarationId}`)).map((each) => each.type);
  }
}
