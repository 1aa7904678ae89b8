import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A tiny HTTP server whose answers a test writes; remembers what it was asked. */
export class TinyServer {
  readonly asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];

  private constructor(private readonly server: Server) {}

  static async open(
    answer: (request: IncomingMessage, response: ServerResponse, turn: number) => void,
  ): Promise<TinyServer> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        tiny.asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
        answer(request, response, tiny.asked.length);
      });
    });
    const tiny = new TinyServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return tiny;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.closeAllConnections();
      this.server.close(() => resolve());
    });
  }
}
