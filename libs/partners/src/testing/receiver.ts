import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  event: { id: string; subject: string; stream: string; version: number; previousversion: number; type: string };
}

type Answer = (response: ServerResponse, received: Received) => void;

/** A partner's server on this machine: keeps what comes to its present address, and answers as it is told. */
export class Receiver {
  readonly received: Received[] = [];
  answer: Answer = status(204);
  private round = 0;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    private readonly base: string,
  ) {}

  static async open(): Promise<Receiver> {
    const server = createServer((request, response) => void receiver.take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return receiver;
  }

  get url(): string {
    return `${this.base}/${this.round}`;
  }

  get ids(): string[] {
    return this.received.map(({ event }) => event.id);
  }

  /** Begins anew under another address; whatever still goes to the old one is let in unseen. */
  moveOn(): void {
    this.round += 1;
    this.forget();
  }

  forget(): void {
    this.received.length = 0;
    this.answer = status(204);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts).toString();
    if (!this.url.endsWith(request.url!)) return void response.writeHead(204).end();
    const received = { headers: request.headers, body, event: JSON.parse(body) as Received['event'] };
    this.received.push(received);
    this.answer(response, received);
  }
}

export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    void response.writeHead(code, headers).end(body);

/** As a partner checks a message: which of its secrets it was signed with. */
export function signersOf({ headers, body }: Received, secrets: readonly string[]): string[] {
  const signatures = String(headers['webhook-signature']).split(' ');
  return secrets.filter((secret) => {
    const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    return signatures.includes(`v1,${createHmac('sha256', key).update(text).digest('base64')}`);
  });
}
