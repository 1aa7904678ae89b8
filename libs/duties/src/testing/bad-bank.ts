import { randomUUID } from 'node:crypto';
import { answer, TinyServer } from './tiny-server.js';

export type Mood =
  | 'takes'
  | 'takes-and-hangs'
  | 'takes-and-fails'
  | 'takes-and-garbles'
  | 'hangs'
  | 'fails'
  | 'refuses'
  | 'closed'
  | 'proxy-page';

interface Taken {
  id: string;
  body: string;
  status: string;
}

/** A bank that misbehaves as told, and keeps its own book of what it took: one order per key. */
export class BadBank {
  readonly taken = new Map<string, Taken>();
  readonly posts: { key: string; body: string }[] = [];
  mood: Mood = 'takes';
  finds: Mood = 'takes';
  private server!: TinyServer;

  static async open(): Promise<BadBank> {
    const bank = new BadBank();
    bank.server = await TinyServer.start((request, body, response) => {
      const key = String(
        request.headers['x-idempotency-key'] ?? new URL(request.url!, 'http://x').searchParams.get('idempotencyKey'),
      );
      const mood = request.method === 'POST' ? bank.mood : bank.finds;
      if (request.method === 'POST') {
        bank.posts.push({ key, body });
        if (mood.startsWith('takes') && !bank.taken.has(key))
          bank.taken.set(key, { id: randomUUID(), body, status: 'AcceptedSettlementInProcess' });
      }
      const order = bank.taken.get(key);
      const data = order && {
        Data: { DomesticPaymentId: order.id, Status: order.status, StatusUpdateDateTime: '2026-11-22T11:00:00+00:00' },
      };
      if (mood === 'hangs' || mood === 'takes-and-hangs') return;
      if (mood === 'fails' || mood === 'takes-and-fails') return answer(response, 500, { Message: 'internal' });
      if (mood === 'takes-and-garbles') return answer(response, 201, '<html>');
      if (mood === 'proxy-page') return answer(response, 404, '<html>not here</html>', 'text/html');
      if (mood === 'closed') return answer(response, 401, { Errors: [{ ErrorCode: 'UK.OBIE.Header.Invalid' }] });
      if (mood === 'refuses')
        return answer(response, 400, {
          Errors: [{ ErrorCode: 'UK.OBIE.Field.Invalid', Message: 'the creditor account is closed' }],
        });
      if (data) return answer(response, request.method === 'POST' ? 201 : 200, data);
      return answer(response, 404, { Errors: [{ ErrorCode: 'UK.OBIE.Resource.NotFound' }] });
    });
    return bank;
  }

  get url(): string {
    return this.server.url;
  }

  /** What the bank would push of an order it took. */
  pushOf(key: string, status: string, jti = 'j1'): Buffer {
    const data = {
      DomesticPaymentId: this.taken.get(key)?.id ?? 'none',
      IdempotencyKey: key,
      Status: status,
      StatusUpdateDateTime: '2026-11-22T11:05:00+00:00',
      ...(status === 'Rejected' ? { Reason: 'insufficient-funds' } : {}),
    };
    return Buffer.from(JSON.stringify({ iss: 'bank', iat: 1, jti, events: {}, Data: data }));
  }

  close(): Promise<void> {
    return this.server.stop();
  }
}
