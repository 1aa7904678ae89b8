import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { inTenant } from '@tidewaiter/event-store';
import { newId, now } from '@tidewaiter/kernel';
import { Bell, createDatabase, createLog, type CallerIdentity, type HouseRequest } from '@tidewaiter/platform';
import { EventsController } from './events.controller.js';
import { FeedReader, FeedWriter } from './feed.js';

const caller: CallerIdentity = { tenant: 'acme', subject: 'pat', actor: 'user:pat', roles: ['partner'], name: 'Pat' };

describe('GET /v1/events', () => {
  let test: TestDatabase;
  let controller: EventsController;
  let put: (shipmentId?: string) => Promise<void>;

  beforeAll(async () => {
    test = await TestDatabase.create('partners', new URL('../migrations/', import.meta.url));
    const app = test.pool('partners_app');
    const [bell, reader] = [new Bell(), new FeedReader(createDatabase(app, test.pool('partners_system', 1)))];
    controller = new EventsController(reader, bell, createLog({ level: 'error', service: 'partners' }));
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

  const open = async (query: { shipment?: string; after?: string }, headers: Record<string, string> = {}) => {
    const raw = new EventEmitter();
    const request = { headers, raw } as unknown as HouseRequest;
    const answer = await controller.stream({ params: {}, query, body: undefined }, caller, request);
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

  it('ends with its reader, and with the process', async () => {
    const gone = await open({});
    gone.raw.emit('close');
    expect(gone.stream.destroyed).toBe(true);
    const left = await open({});
    controller.beforeApplicationShutdown();
    expect(await ids(left.stream, 1)).toEqual([]);
  });
});
