import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

/** An authority that keeps its answers: EDIFACT behind a cursor, ACE in a queue until each is acknowledged. */
export class MailboxAuthority {
  readonly taken: { path: string; bytes: Buffer; authorization: string | undefined }[] = [];
  readonly mail: Buffer[] = [];
  readonly queue: Buffer[] = [];
  /** status of the next answers to a POST; 202 when there is none */
  readonly statuses: number[] = [];
  private readonly acknowledged = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MailboxAuthority> {
    const server = createServer();
    const authority = new MailboxAuthority(server);
    server.on('request', (request, response) => void authority.answer(request, response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return authority;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many of the queue were acknowledged. */
  get read(): number {
    return this.acknowledged.size;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://authority');
    const bytes = await bodyOf(request);
    const say = (status: number, headers: Record<string, string> = {}, body?: Buffer): void => {
      response.writeHead(status, headers).end(body);
    };
    if (pathname.endsWith('/acknowledge')) {
      const id = pathname.split('/').at(-2)!;
      const known = this.acknowledged.has(id);
      this.acknowledged.add(id);
      return say(known ? 404 : 204);
    }
    if (request.method === 'POST') {
      this.taken.push({ path: pathname, bytes, authorization: request.headers.authorization });
      return say(this.statuses.shift() ?? 202);
    }
    if (pathname.endsWith('/queue')) {
      const index = this.queue.findIndex((_, place) => !this.acknowledged.has(String(place + 1)));
      return index < 0 ? say(204) : say(200, { 'x-message-id': String(index + 1) }, this.queue[index]);
    }
    const after = Number(searchParams.get('after'));
    const next = this.mail[after];
    return next ? say(200, { 'x-cursor': String(after + 1) }, next) : say(204, { 'x-cursor': String(after) });
  }
}
