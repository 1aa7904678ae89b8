import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkWebhook, webhookHeadersIn, type FeedEvent } from '@tidewaiter/client';
import { eventNamed, sampleEvent, type EventEnvelope } from '@tidewaiter/contracts';
import { handOver, type HandedOver } from './listen.js';

const SECRET = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;

describe('events that are handed to a receiver', () => {
  const released = sampleEvent(eventNamed('customs', 'GoodsReleased')!, 1) as unknown as EventEnvelope;
  async function* events(...versions: number[]): AsyncGenerator<FeedEvent> {
    for (const version of versions) yield { id: String(version * 10), event: { ...released, version } };
  }
  const handed = async (url: string, ...versions: number[]): Promise<HandedOver[]> => {
    const told: HandedOver[] = [];
    const { signal } = new AbortController();
    for await (const each of handOver(events(...versions), { url, secret: SECRET, signal })) told.push(each);
    return told;
  };

  it('come one after the other, signed, with the version before of their stream; what came back is told', async () => {
    const came: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        came.push({ headers: request.headers, body });
        response.writeHead(came.length === 2 ? 500 : 204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const told = await handed(url, 3, 4, 6);
    await new Promise((resolve) => server.close(resolve));

    expect(told.map(({ position, type, status, says }) => [position, type, status, says])).toEqual([
      ['30', 'customs.GoodsReleased.v1', 204, '204'],
      ['40', 'customs.GoodsReleased.v1', 500, '500'],
      ['60', 'customs.GoodsReleased.v1', 204, '204'],
    ]);
    expect(came.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      [
        [3, 0],
        [4, 3],
        [6, 4],
      ].map(([version, previousversion]) => ({ ...released, version, previousversion })),
    );
    for (const [index, { headers, body }] of came.entries()) {
      const message = { body, ...webhookHeadersIn(JSON.stringify(headers)) };
      expect((await checkWebhook(message, { secret: SECRET, at: Date.now() })).verdict).toBe('verified');
      expect(message.id).toBe(told[index]!.webhookId);
    }
  });

  it('go on where nobody answers', async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    const told = await handed(`http://127.0.0.1:${port}/`, 1, 2);
    expect(told.map(({ status, says }) => [status, says])).toEqual([
      [null, 'ECONNREFUSED'],
      [null, 'ECONNREFUSED'],
    ]);
  });
});
