import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { inTenant } from '@tidewaiter/event-store';
import { newId, now, plusMillis } from '@tidewaiter/kernel';
import {
  ApiKeys,
  Bell,
  createDatabase,
  createLog,
  type CallerIdentity,
  type Clock,
  type HouseRequest,
} from '@tidewaiter/platform';
import { Keys, keysProjection } from './application/keys.js';
import { EventsController } from './events.controller.js';
import { FeedReader, FeedWriter } from './feed.js';

const caller: CallerIdentity = { tenant: 'acme', subject: 'pat', actor: 'user:pat', roles: ['partner'], name: 'Pat' };

describe('GET /v1/events', () => {
  let test: TestDatabase;
  let controller: EventsController;
  let put: (shipmentId?: string) => Promise<void>;
  /** What one process has of keys and streams, over the same tables. */
  let processOf: (clock?: Clock) => { door: ApiKeys; keys: Keys; controller: EventsController };

  beforeAll(async () => {
    test = await TestDatabase.create('partners', new URL('../migrations/', import.meta.url));
    const app = test.pool('partners_app');
    const database = createDatabase(app, test.pool('partners_system', 2));
    const [bell, reader] = [new Bell(), new FeedReader(database)];
    const store = test.store({ inline: [keysProjection] });
    const log = createLog({ level: 'error', service: 'partners' });
    processOf = (clock = now) => {
      const door = new ApiKeys();
      const keys = new Keys(store, database, clock, log, door);
      return { door, keys, controller: new EventsController(reader, bell, keys, log) };
    };
    ({ controller } = processOf());
    const writer = new FeedWriter(bell, { nudge: () => undefined }, now);
    put = (shipmentId = newId()) =>
      inTenant(app, 'acme', (tx) =>
        writer.handle(
          [
            {
              id: newId(),
              context: 'shipments',
              type: 'ShipmentClosed',
              data: { shipmentId, outcome: 'delivered', reason: null },
              stream: `shipment-${shipmentId}`,
              version: 1,
              time: '2026-11-24T10:00:00.000000Z',
              tenant: 'acme',
              subject: shipmentId,
              actor: 'user:olivia',
              correlationId: shipmentId,
              causationId: 'test',
              position: '',
            },
          ],
          tx,
        ),
      );
  });
  afterAll(() => test.drop());

  const open = async (
    query: { shipment?: string; type?: string; after?: string },
    headers: Record<string, string> = {},
    { by = controller, as = caller }: { by?: EventsController; as?: CallerIdentity } = {},
  ) => {
    const raw = new EventEmitter();
    const request = { headers, raw, house: { caller: as } } as unknown as HouseRequest;
    const answer = await by.stream({ params: {}, query, body: undefined }, as, request);
    return { answer, raw, stream: answer.content as Readable };
  };
  async function ids(stream: Readable, count: number): Promise<string[]> {
    const seen: string[] = [];
    for await (const part of stream) {
      for (const [, id] of String(part).matchAll(/^id: (\d+)$/gm)) seen.push(id!);
      if (seen.length >= count) break;
    }
    return seen;
  }

  it('begins now when nothing is named, and at the named place otherwise', async () => {
    await put();
    await put();
    const live = await open({});
    expect([live.answer.mediaType, live.answer.options.headers]).toEqual([
      'text/event-stream; charset=utf-8',
      expect.objectContaining({ 'Cache-Control': 'no-cache, no-transform' }),
    ]);
    const first = ids(live.stream, 1);
    await put();
    expect(await first).toEqual(['3']);
    expect(await ids((await open({ after: '0' })).stream, 3)).toEqual(['1', '2', '3']);
    expect(await ids((await open({ after: '0' }, { 'last-event-id': '2' })).stream, 1)).toEqual(['3']);
  });

  it('shows one shipment when asked to', async () => {
    const shipment = newId();
    await put();
    await put(shipment);
    await put();
    const { stream } = await open({ shipment, after: '0' });
    const text = new Promise<string>((resolve) => {
      let sofar = '';
      stream.on('data', (part) => {
        sofar += String(part);
        if (sofar.includes('data: ')) resolve(sofar);
      });
    });
    expect(await text).toContain(shipment);
    expect((await text).match(/^id: /gm)).toHaveLength(1);
    stream.destroy();
  });

  it('shows the types that are asked for', async () => {
    const { stream } = await open({ after: '0', type: 'shipments.ShipmentClosed' });
    expect((await ids(stream, 1))[0]).toBe('1');
  });

  it('ends with its reader, and with the process', async () => {
    const gone = await open({});
    gone.raw.emit('close');
    expect(gone.stream.destroyed).toBe(true);
    const left = await open({});
    controller.beforeApplicationShutdown();
    expect(await ids(left.stream, 1)).toEqual([]);
  });

  describe('ends for a key that opens nothing any more', () => {
    const inAWeek = (): string => new Date(Date.now() + 7 * 86_400_000).toISOString();
    async function given(at: ReturnType<typeof processOf>) {
      const secret = randomBytes(32).toString('base64url');
      const digest = createHash('sha256').update(secret).digest('hex');
      const body = { name: 'their ERP', scopes: ['events:read' as const], until: inAWeek(), digest };
      const { keyId } = await at.keys.issue(caller, body, newId());
      return { keyId, as: await at.door.admit({ tenant: 'acme', keyId, secret }, 'events:read') };
    }
    const whole = async (stream: Readable): Promise<string> => {
      let text = '';
      for await (const part of stream) text += String(part);
      return text;
    };
    const TOLD = /\nevent: end\ndata: \{[^\n]*"status":401,"code":"identity\.key\.invalid"[^\n]*\}\n\n$/;

    it('at once where it is revoked, and others go on', async () => {
      const here = processOf();
      const [one, other] = [await given(here), await given(here)];
      const { stream } = await open({}, {}, { by: here.controller, as: one.as });
      const left = await open({}, {}, { by: here.controller, as: other.as });
      const told = whole(stream);
      await here.keys.revoke(caller, one.keyId, newId());
      expect(await told).toMatch(TOLD);
      const first = ids(left.stream, 1);
      await put();
      expect(await first).toHaveLength(1);
    });

    it('in every process that looks, and not before', async () => {
      const [here, there] = [processOf(), processOf()];
      const { keyId, as } = await given(here);
      const streams = [
        await open({}, {}, { by: there.controller, as }),
        await open({}, {}, { by: there.controller, as }),
      ];
      const told = Promise.all(streams.map(({ stream }) => whole(stream)));
      await there.keys.lookAgain();
      expect(streams.map(({ stream }) => stream.readableEnded)).toEqual([false, false]);
      await here.keys.revoke(caller, keyId, newId());
      await there.keys.lookAgain();
      for (const text of await told) expect(text).toMatch(TOLD);
    });

    it('by itself within seconds where another process revokes it', async () => {
      const [here, there] = [processOf(), processOf()];
      const { keyId, as } = await given(here);
      const told = whole((await open({}, {}, { by: there.controller, as })).stream);
      await here.keys.revoke(caller, keyId, newId());
      expect(await told).toMatch(TOLD);
    });

    it('when its time is over by the clock of who looks', async () => {
      const here = processOf();
      const later = processOf(() => plusMillis(now(), 8 * 86_400_000));
      const { as } = await given(here);
      const told = whole((await open({}, {}, { by: later.controller, as })).stream);
      await later.keys.lookAgain();
      expect(await told).toMatch(TOLD);
    });
  });
});
