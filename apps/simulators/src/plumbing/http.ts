import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { sameSecret } from './digest.js';

export interface Request {
  method: string;
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Reply {
  /** null: the connection is destroyed instead of an answer */
  status: number | null;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** with status null: half an answer leaves before the connection dies */
  within?: boolean;
  /** milliseconds that the answer waits */
  slow?: number;
  /** runs once the answer has left, or the connection has died */
  afterwards?: () => void;
}

export interface Route {
  method: string;
  /** `/customs/declarations/:mrn` */
  path: string;
  handle: (request: Request) => Reply | Promise<Reply>;
}

const LARGEST = 10_000_000;

class TooLarge extends Error {}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

export const empty = (status: number, headers: Record<string, string> = {}): Reply => ({ status, headers });

/** What a script made of a request: an error in the words of the face, or no answer at all. */
export const brokenReply = (
  { status, within, afterwards }: { status: number | null; within?: boolean; afterwards?: () => void },
  words: (status: number) => Reply,
): Reply => ({ ...(status === null ? { status, within } : words(status)), afterwards });

export const bearerOf = (request: Request): string =>
  /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';

export const hasBearer = (request: Request, token: string): boolean => sameSecret(bearerOf(request), token);

/** @returns the value, or `undefined` when the body is no JSON */
export function jsonOf(request: Request): unknown {
  try {
    return JSON.parse(request.body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function paramsOf(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!;
    if (part.startsWith(':')) {
      if (value === '') return null;
      params[part.slice(1)] = value;
    } else if (part !== value) return null;
  }
  return params;
}

async function answer(routes: readonly Route[], message: IncomingMessage): Promise<Reply> {
  const url = new URL(message.url ?? '/', 'http://face');
  let path: string;
  try {
    path = decodeURIComponent(url.pathname).replace(/(.)\/$/, '$1');
  } catch {
    return json(400, { error: 'the path cannot be read' });
  }
  const matches = routes.flatMap((route) => {
    const params = paramsOf(route.path, path);
    return params ? [{ route, params }] : [];
  });
  const match = matches.find(({ route }) => route.method === message.method);
  if (!match) return json(matches.length > 0 ? 405 : 404, { error: `${message.method} ${path} is not spoken here` });
  const body = await readBody(message);
  return match.route.handle({
    method: message.method ?? '',
    path,
    params: match.params,
    query: url.searchParams,
    headers: message.headers,
    body,
  });
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.afterwards) response.once('close', reply.afterwards);
  if (reply.slow) {
    setTimeout(() => send(response, { ...reply, afterwards: undefined, slow: 0 }), reply.slow);
    return;
  }
  if (reply.status === null) {
    if (!reply.within) response.destroy();
    else {
      response.writeHead(202, { 'content-length': '2' });
      response.write(' ', () => response.destroy());
    }
    return;
  }
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body, 'utf8') : (reply.body ?? Buffer.alloc(0));
  response.writeHead(reply.status, { ...reply.headers, 'content-length': String(body.length) });
  response.end(body);
}

export interface Listening {
  port: number;
  url: string;
  close(): Promise<void>;
}

/** Listens on the loopback only. @param port 0 means a free one */
export async function listen(server: Server, port: number): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.keepAliveTimeout = 60_000;
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What holds for every request of a face. */
export interface Gate {
  /** it cannot be reached: connections die without an answer */
  isDown(): boolean;
  /** called while a request is being answered. @returns ends it */
  hold(): () => void;
}

/** Serves routes; what a handler throws is the simulator's own fault and becomes a 500 with its text. */
export const serve = (routes: readonly Route[], port: number, gate?: Gate): Promise<Listening> =>
  listen(
    createServer((message, response) => {
      if (gate?.isDown()) {
        message.destroy();
        return;
      }
      if (gate) response.once('close', gate.hold());
      answer(routes, message)
        .catch((error: unknown): Reply => {
          if (error instanceof TooLarge)
            return json(413, { error: `more than ${LARGEST} bytes` }, { connection: 'close' });
          // The caller went away in the middle of its request: nobody is left to answer.
          if (message.destroyed && !message.complete) return { status: null };
          process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
          return json(500, { error: 'the simulator failed' });
        })
        .then(
          (reply) => send(response, reply),
          () => response.destroy(),
        );
    }),
    port,
  );

export async function freePort(): Promise<number> {
  const probe = await serve([], 0);
  await probe.close();
  return probe.port;
}
