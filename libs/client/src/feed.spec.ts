import type { ServerResponse } from 'node:http';
import { ProblemError } from './client.js';
import { feed } from './feed.js';
import { TinyServer } from './testing/server.js';

const say = (response: ServerResponse, ids: number[]) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(ids.map((id) => `id: ${id}\ndata: {"id":"e-${id}"}\n\n`).join(''));
};

describe('the feed', () => {
  let server: TinyServer;
  let stop: AbortController;
  let tokens: number;
  const listen = (after?: string) =>
    feed(
      { baseUrl: server.url, token: async () => `token-${(tokens += 1)}` },
      { signal: stop.signal, retryMs: 1, shipment: 's 1', ...(after === undefined ? {} : { after }) },
    );
  const take = async (count: number, after?: string) => {
    const taken: string[] = [];
    for await (const { id, event } of listen(after)) {
      taken.push(`${id} ${event.id}`);
      if (taken.length === count) break;
    }
    return taken;
  };

  beforeEach(() => {
    stop = new AbortController();
    tokens = 0;
  });
  afterEach(() => {
    stop.abort();
    return server.close();
  });

  it('goes on after every cut from the last position it saw, with a token of its own each time', async () => {
    const turns: ((response: ServerResponse) => void)[] = [
      (response) => (say(response, [7, 8]), response.end()),
      (response) => (
        say(response, []),
        response.write('id: 9\ndata: {"id":'),
        setTimeout(() => response.destroy(), 20)
      ),
      (response) => void response.writeHead(503).end('not now'),
      (response) => response.destroy(),
      (response) => void response.writeHead(429).end(),
      (response) => say(response, [9, 10]),
    ];
    server = await TinyServer.open((_, response, turn) => void turns[turn - 1]!(response));
    expect(await take(4)).toEqual(['7 e-7', '8 e-8', '9 e-9', '10 e-10']);
    expect(server.asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '8', '8', '8', '8', '8']);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(
      [1, 2, 3, 4, 5, 6].map((turn) => `Bearer token-${turn}`),
    );
    expect(server.asked[0]).toMatchObject({
      method: 'GET',
      url: '/v1/events?shipment=s+1',
      headers: { accept: 'text/event-stream' },
    });
  });

  it('asks for the types it is told', async () => {
    server = await TinyServer.open((_, response) => say(response, [1]));
    for await (const { id } of feed({ baseUrl: server.url }, { signal: stop.signal, type: 'customs.*' })) {
      expect(id).toBe('1');
      break;
    }
    expect(server.asked[0]!.url).toBe('/v1/events?type=customs.*');
  });

  it('begins behind the position it is given', async () => {
    server = await TinyServer.open((_, response) => say(response, [42]));
    await take(1, '41');
    expect(server.asked[0]!.headers['last-event-id']).toBe('41');
  });

  it('lets the server go when its reader stops', async () => {
    let noticed!: () => void;
    const gone = new Promise<void>((resolve) => (noticed = resolve));
    server = await TinyServer.open((request, response) => {
      request.socket.on('close', noticed);
      say(response, [1, 2, 3]);
    });
    await take(1);
    await gone;
  });

  it('ends quietly when it is stopped, while it reads and while it waits', async () => {
    server = await TinyServer.open((_, response, turn) =>
      turn === 1 ? say(response, [1]) : void response.writeHead(503).end(),
    );
    for await (const { id } of listen()) {
      expect(id).toBe('1');
      setTimeout(() => stop.abort(), 10);
    }
    stop = new AbortController();
    setTimeout(() => stop.abort(), 30);
    for await (const event of listen()) expect(event).toBeUndefined();
  });

  it('does not ask again where it is refused', async () => {
    const problem = {
      type: '/problems/identity.role.missing',
      title: 'Not allowed',
      status: 403,
      code: 'identity.role.missing',
      detail: 'no',
    };
    server = await TinyServer.open(
      (_, response) =>
        void response.writeHead(403, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(problem)),
    );
    await expect(take(1)).rejects.toEqual(new ProblemError(problem));
    expect(server.asked).toHaveLength(1);
  });

  it('goes on under a newer identity where the old one’s time is over, and says why where there is none', async () => {
    const problem = {
      type: '/problems/identity.key.invalid',
      title: 'No identity that is believed',
      status: 401,
      code: 'identity.key.invalid',
      detail: 'It has ended.',
    };
    const over = `event: end\ndata: ${JSON.stringify(problem)}\n\n`;
    const turns: ((response: ServerResponse) => void)[] = [
      (response) => (say(response, [1]), response.end(over)),
      (response) => (say(response, [2]), response.end(over)),
      (response) =>
        void response.writeHead(401, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(problem)),
    ];
    server = await TinyServer.open((_, response, turn) => void turns[turn - 1]!(response));
    const taken: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { id } of listen()) taken.push(id);
    };
    await expect(read()).rejects.toEqual(new ProblemError(problem));
    expect(taken).toEqual(['1', '2']);
    expect(server.asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '2']);
  });

  it('does not pass over what is no event', async () => {
    server = await TinyServer.open((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end('id: 1\ndata: half\n\n');
    });
    await expect(take(1)).rejects.toThrow(SyntaxError);
  });
});
