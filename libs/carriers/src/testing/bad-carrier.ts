import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a booking request is met; what begins with `takes` books before it misbehaves. */
export type Mood =
  | 'takes'
  | 'takes-and-hangs'
  | 'takes-and-fails'
  | 'takes-and-garbles'
  | 'takes-and-cuts'
  | 'hangs'
  | 'fails'
  | 'refuses'
  | 'not-let-in';

interface Taken {
  carrierReference: string;
  reference: string;
  key: string;
  status: string;
}

export interface ProofAnswer {
  status: number;
  type?: string;
  bytes?: string;
  cut?: boolean;
}

/** A carrier that misbehaves as told and keeps its own book: one booking per key. */
export class BadCarrier {
  readonly taken: Taken[] = [];
  readonly posts: { key: string; body: string }[] = [];
  readonly proofsAsked: string[] = [];
  mood: Mood = 'takes';
  /** `knows-nothing`: it answers that it has no such booking */
  finds: 'well' | 'fails' | 'knows-nothing' = 'well';
  /** runs before the answer to a request leaves */
  beforeAnswer: (carrierReference: string) => Promise<void> = () => Promise.resolve();
  proof: (carrierReference: string) => ProofAnswer | Promise<ProofAnswer> = () => ({ status: 404 });
  private server: Server | undefined;
  private port = 0;

  static async open(): Promise<BadCarrier> {
    const carrier = new BadCarrier();
    await carrier.listen();
    return carrier;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Takes up the port it had before. */
  async listen(): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  bookingsOf(reference: string): Taken[] {
    return this.taken.filter((each) => each.reference === reference);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(request.url ?? '/', this.url);
    if (url.pathname.startsWith('/v2/proofs/')) return this.prove(url.pathname.split('/').pop()!, response);
    if (request.method === 'POST') {
      return this.book(String(request.headers['idempotency-key']), Buffer.concat(chunks).toString(), response);
    }
    if (this.finds === 'fails') return json(response, 503, {});
    const found = this.finds === 'well' ? this.bookingsOf(url.searchParams.get('reference') ?? '') : [];
    return json(
      response,
      200,
      found.map(({ carrierReference, key, status }) => ({
        carrierBookingRequestReference: carrierReference,
        bookingStatus: status,
        idempotencyKey: key,
      })),
    );
  }

  private async book(key: string, body: string, response: ServerResponse): Promise<void> {
    const { mood } = this;
    this.posts.push({ key, body });
    if (mood.startsWith('takes') && !this.taken.some((each) => each.key === key)) {
      const { references } = JSON.parse(body) as { references: { value: string }[] };
      const carrierReference = `BC${String(this.taken.length + 1).padStart(6, '0')}`;
      this.taken.push({ carrierReference, reference: references[0]!.value, key, status: 'RECEIVED' });
    }
    const booked = this.taken.find((each) => each.key === key);
    if (booked) await this.beforeAnswer(booked.carrierReference);
    if (mood === 'hangs' || mood === 'takes-and-hangs') return;
    if (mood === 'fails' || mood === 'takes-and-fails') return json(response, 500, {});
    if (mood === 'not-let-in') return json(response, 401, {});
    if (mood === 'refuses') return json(response, 422, { errors: [{ errorCodeMessage: 'no equipment' }] });
    if (mood === 'takes-and-cuts') return void response.socket?.destroy();
    if (mood === 'takes-and-garbles') return void response.writeHead(202).end('<html>');
    return json(response, 202, { carrierBookingRequestReference: booked!.carrierReference });
  }

  private async prove(carrierReference: string, response: ServerResponse): Promise<void> {
    this.proofsAsked.push(carrierReference);
    const { status, type = 'application/pdf', bytes = '', cut } = await this.proof(carrierReference);
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(bytes) + (cut ? 10 : 0),
      'x-signed-by': 'A. Okafor',
    });
    response.write(bytes);
    if (cut) setTimeout(() => response.socket?.destroy(), 20);
    else response.end();
  }
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
