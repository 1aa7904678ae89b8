import type { ServerResponse } from 'node:http';
import { defineRoute, pageOf, pageQuery, type RouteDefinition } from '@tidewaiter/contracts';
import { z } from 'zod';
import { createClient, ProblemError, Unreachable, type TidewaiterClient } from './client.js';
import { TinyServer } from './testing/server.js';

const access = ['operator'] as const;
const answer = z.object({ id: z.string() });
const open = defineRoute('shipments', 'clientTrialOpen', 'POST /v1/trial/{place}', {
  summary: '',
  access,
  params: z.strictObject({ place: z.string() }),
  query: z.strictObject({ dry: z.boolean().optional(), note: z.string().optional() }),
  body: z.strictObject({ name: z.string() }),
  answer,
});
const change = defineRoute('shipments', 'clientTrialChange', 'PUT /v1/trial', {
  summary: '',
  access,
  conditional: true,
});
const list = defineRoute('shipments', 'clientTrialList', 'GET /v1/trial', {
  summary: '',
  access,
  query: z.strictObject(pageQuery),
  answer: pageOf(answer),
});
const tile = defineRoute('audit', 'clientTrialTile', 'GET /v1/trial/tile/{*}', {
  summary: '',
  access: 'public',
  produces: 'application/octet-stream',
});
const upload = defineRoute('documents', 'clientTrialUpload', 'POST /v1/trial/upload', {
  summary: '',
  access,
  consumes: 'multipart/form-data',
  answer,
});

describe('the client', () => {
  let server: TinyServer;
  let client: TidewaiterClient;
  let reply: (response: ServerResponse, turn: number) => void;
  const json =
    (status: number, body: unknown, headers: Record<string, string> = {}, mediaType = 'application/json') =>
    (response: ServerResponse) =>
      void response.writeHead(status, { 'Content-Type': mediaType, ...headers }).end(JSON.stringify(body));
  const refusedWith = async (call: Promise<unknown>): Promise<ProblemError> => {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ProblemError);
    return error as ProblemError;
  };
  const ask = () => client.call(list, { query: { limit: 1 } });

  beforeEach(async () => {
    server = await TinyServer.open((_, response, turn) => reply(response, turn));
    client = createClient({ baseUrl: server.url, token: async () => 'a-token' });
  });
  afterEach(() => server.close());

  it('calls a route: its address, a token, a key of its own, JSON', async () => {
    reply = json(201, { id: '1' }, { ETag: '"3"', Location: '/v1/trial/1' });
    const sent = await client.send(open, { params: { place: 'A/B ü' }, query: { dry: true }, body: { name: 'x' } });
    expect(sent).toEqual({ answer: { id: '1' }, status: 201, version: 3, location: '/v1/trial/1' });
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      url: '/v1/trial/A%2FB%20%C3%BC?dry=true',
      body: '{"name":"x"}',
      headers: {
        authorization: 'Bearer a-token',
        'content-type': 'application/json',
        'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
  });

  it('repeats under the key it is given, and names the version that was looked at', async () => {
    reply = (response) => void response.writeHead(204).end();
    await client.call(open, { params: { place: 'x' }, body: { name: 'x' } }, { idempotencyKey: 'the-same-again' });
    await client.call(change, {}, { ifMatch: 7 });
    expect(server.asked[0]!.headers['idempotency-key']).toBe('the-same-again');
    expect(server.asked[1]!.headers['if-match']).toBe('"7"');
    expect(server.asked[1]!.headers).not.toHaveProperty('idempotency-key');
  });

  it('reads a list page by page to its end', async () => {
    reply = (response, turn) =>
      json(200, { items: [{ id: `${turn}` }], next: turn < 3 ? `after ${turn}` : null })(response);
    const ids: string[] = [];
    for await (const { id } of client.all(list, { query: { limit: 1 } }, (page) => page)) ids.push(id);
    expect(ids).toEqual(['1', '2', '3']);
    expect(server.asked.map(({ url }) => url)).toEqual([
      '/v1/trial?limit=1',
      '/v1/trial?limit=1&after=after+1',
      '/v1/trial?limit=1&after=after+2',
    ]);
  });

  it('fetches bytes below a path, without a token where none is asked', async () => {
    reply = (response) => void response.writeHead(200).end(Buffer.from([0, 255]));
    expect(await client.bytes(tile as unknown as RouteDefinition, { path: '0/x001/067' })).toEqual(
      new Uint8Array([0, 255]),
    );
    expect(server.asked[0]).toMatchObject({ url: '/v1/trial/tile/0/x001/067' });
    expect(server.asked[0]!.headers).not.toHaveProperty('authorization');
  });

  it('uploads a file with its fields before it', async () => {
    reply = json(201, { id: 'd' });
    const file = { name: 'invoice.xml', bytes: Buffer.from('<Invoice/>'), mediaType: 'application/xml' };
    expect(await client.upload(upload, {}, { type: 'invoice' }, file)).toEqual({ id: 'd' });
    const { headers, body } = server.asked[0]!;
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(body).toMatch(
      /name="type"[^]*invoice[^]*name="file"; filename="invoice.xml"[^]*application\/xml[^]*<Invoice\/>/,
    );
  });

  it('uploads a stream as it comes', async () => {
    reply = json(201, { id: 'd' });
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a,');
      await Promise.resolve();
      yield Buffer.from('b');
    }
    const file = { name: 'a"b.csv', mediaType: 'text/csv', stream: stream() };
    expect(await client.upload(upload, {}, { source: 'x' }, file)).toEqual({ id: 'd' });
    const { headers, body } = server.asked[0]!;
    const boundary = /boundary=(.*)$/.exec(String(headers['content-type']))![1]!;
    expect(body.split(`--${boundary}`)).toEqual([
      '',
      '\r\nContent-Disposition: form-data; name="source"\r\n\r\nx\r\n',
      '\r\nContent-Disposition: form-data; name="file"; filename="a%22b.csv"\r\nContent-Type: text/csv\r\n\r\na,b\r\n',
      '--\r\n',
    ]);
  });

  it('does not end a form whose stream fails', async () => {
    reply = json(201, { id: 'd' });
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a,');
      await Promise.resolve();
      throw new Error('the disk is gone');
    }
    const file = { name: 'a.csv', mediaType: 'text/csv', stream: stream() };
    await expect(client.upload(upload, {}, {}, file)).rejects.toThrow(Unreachable);
  });

  it('throws a problem as it was told', async () => {
    const problem = {
      type: '/problems/a.b.c',
      title: 'Refused by a rule',
      status: 422,
      code: 'a.b.c',
      detail: 'no',
      places: [{ pointer: 'body/x', reason: 'odd' }],
    };
    reply = json(422, problem, {}, 'application/problem+json');
    const error = await refusedWith(ask());
    expect(error).toMatchObject({ name: 'ProblemError', code: 'a.b.c', status: 422, problem, message: 'a.b.c: no' });
  });

  it.each(['<html>bad gateway</html>', '{"error":"no"}', 'null', ''])(
    'makes a problem of an answer that is none: %p',
    async (text) => {
      reply = (response) => void response.writeHead(502, { 'Content-Type': 'application/json' }).end(text);
      expect(await refusedWith(ask())).toMatchObject({
        code: 'http.status.502',
        status: 502,
        problem: { detail: text },
      });
    },
  );

  it('says that nobody answers when nobody listens, and when the answer is cut', async () => {
    reply = (response) => response.destroy();
    await expect(ask()).rejects.toThrow(Unreachable);
    reply = (response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' }).write('{"items":');
      setTimeout(() => response.destroy(), 10);
    };
    await expect(ask()).rejects.toMatchObject({ name: 'Unreachable', message: `nobody answers at ${server.url}` });
    await expect(createClient({ baseUrl: 'http://127.0.0.1:9', token: async () => '' }).call(list)).rejects.toThrow(
      Unreachable,
    );
  });

  it('says that it was stopped when it was', async () => {
    reply = () => undefined;
    await expect(client.call(list, {}, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});
