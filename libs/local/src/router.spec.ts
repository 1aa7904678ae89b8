import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRouter } from './router.js';
import { RouteTable } from './routes.js';
import { SERVICES, type Service } from './settings.js';

const open: Server[] = [];

async function listen(server: Server): Promise<string> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function routed(services: Partial<Record<Service, Server>>): Promise<string> {
  const bases = Object.fromEntries(SERVICES.map((service) => [service, 'http://127.0.0.1:1'])) as Record<
    Service,
    string
  >;
  for (const [service, server] of Object.entries(services)) bases[service as Service] = await listen(server);
  return listen(
    createRouter(
      new RouteTable({ '/': 'shipments', '/v1/shipments/*/documents': 'documents', '/v1/events': 'partners' }),
      bases,
    ),
  );
}

afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the router of a split stack', () => {
  it('hands on method, path, headers and body, and the answer with its status', async () => {
    const documents = createServer((incoming, answer) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        answer.writeHead(201, { etag: '"1"', 'content-type': 'application/json' });
        answer.end(
          JSON.stringify({
            method: incoming.method,
            url: incoming.url,
            key: incoming.headers['idempotency-key'],
            bytes: Buffer.concat(chunks).length,
          }),
        );
      });
    });
    const base = await routed({ documents });
    const answer = await fetch(`${base}/v1/shipments/1/documents?x=1`, {
      method: 'POST',
      headers: { 'Idempotency-Key': 'k1' },
      body: new Uint8Array(2_000_000),
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(await answer.json()).toEqual({
      method: 'POST',
      url: '/v1/shipments/1/documents?x=1',
      key: 'k1',
      bytes: 2_000_000,
    });
  });

  it('passes events on as they come, and tells the service when the reader is gone', async () => {
    let gone: Promise<unknown> | undefined;
    const partners = createServer((incoming, answer) => {
      gone = once(answer, 'close');
      answer.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 1\n\n');
      incoming.resume();
    });
    const base = await routed({ partners });
    const reader = request(`${base}/v1/events`).end();
    const [response] = (await once(reader, 'response')) as [IncomingMessage];
    const [first] = (await once(response, 'data')) as [Buffer];
    expect(first.toString()).toBe('id: 1\n\n');
    reader.destroy();
    await gone;
  });

  it('answers for a service that is down with a problem that says what to do', async () => {
    const base = await routed({});
    const answer = await fetch(`${base}/v1/shipments/1/documents`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      code: 'house.service.unreachable',
      detail: expect.stringContaining('documents'),
    });
  });

  it('is ready when all services are, and names those that are not', async () => {
    const ready = () => createServer((_, answer) => answer.end('{}'));
    const all = Object.fromEntries(SERVICES.map((service) => [service, ready()]));
    expect(await (await fetch(`${await routed(all)}/health/ready`)).json()).toMatchObject({
      ready: true,
      parts: { duties: 'ok' },
    });
    const answer = await fetch(`${await routed({ shipments: ready() })}/health/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ parts: { shipments: 'ok', duties: 'does not answer' } });
  });
});
