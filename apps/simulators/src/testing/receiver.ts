import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen, readBody, type Listening } from '../plumbing/http.js';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A subscriber that notes what is pushed to it and answers as told. */
export class Receiver {
  readonly received: Received[] = [];
  /** asked for each push; `hang` never answers */
  answer: (push: Received) => number | 'hang' = () => 200;
  private waiters: (() => void)[] = [];
  private listening!: Listening;

  static async open(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.listening = await listen(
      createServer((request, response) => {
        void readBody(request).then((body) => {
          const push = { path: request.url ?? '', headers: request.headers, body: body.toString('utf8') };
          const status = receiver.answer(push);
          receiver.received.push(push);
          if (status !== 'hang') response.writeHead(status).end();
          receiver.waiters.splice(0).forEach((wake) => wake());
        });
      }),
      port,
    );
    return receiver;
  }

  get url(): string {
    return this.listening.url;
  }

  get port(): number {
    return this.listening.port;
  }

  /** Function codes of the customs notifications, in order of arrival. */
  get codes(): string[] {
    return this.received
      .filter(({ path }) => path.includes('/customs/'))
      .map(({ body }) => /<FunctionCode>(\d+)</.exec(body)?.[1] ?? '?');
  }

  /** Waits until the condition holds, looking again after each push. */
  async until(condition: () => boolean, withinMs = 20_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!condition()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`still waiting after ${this.received.length} pushes: ${this.codes.join(' ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 500));
        this.waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  close(): Promise<void> {
    return this.listening.close();
  }
}
