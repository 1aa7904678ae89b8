import { createHash, timingSafeEqual } from 'node:crypto';
import type { Tx } from '@tidewaiter/event-store';
import { Invalid, newId, type Instant } from '@tidewaiter/kernel';
import { inbox } from '../postgres/inbox.repository.js';

/** Transactions across tenants, for the context's own house-keeping. */
export interface SystemDatabase {
  system<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** What of the headers is kept: references of the channel, never a credential. */
const KEPT_HEADERS = [
  'content-type',
  'x-conversation-id',
  'x-correlation-id',
  'x-badge-identifier',
  'x-submitter-identifier',
  'date',
];
const LARGEST = 5_000_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in constant time, whatever the lengths. */
export const isToken = (given: string | undefined, expected: string): boolean =>
  timingSafeEqual(digest(given ?? ''), digest(expected));

/** The door for pushed messages: stores them as they came. Whether they can be read is no question here. */
export class Inbox {
  constructor(
    private readonly database: SystemDatabase,
    private readonly clock: () => Instant,
    /** something new waits to be read */
    private readonly arrived: () => void,
  ) {}

  /**
   * @returns the id under which the body is kept
   * @throws Invalid `customs.message.too-large`
   */
  async take(channel: string, headers: Record<string, unknown>, bytes: Buffer): Promise<string> {
    if (bytes.length > LARGEST) {
      throw new Invalid('customs.message.too-large', `a message has at most ${LARGEST} bytes`, {
        advice: 'Split the message: each Response may come in a body of its own.',
      });
    }
    const rawId = newId();
    const kept = KEPT_HEADERS.flatMap((name): [string, string][] => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value.slice(0, 200)]] : [];
    });
    await this.database.system((tx) =>
      inbox.store(tx, {
        rawId,
        channel,
        headers: Object.fromEntries(kept),
        bytes,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        receivedAt: this.clock(),
      }),
    );
    this.arrived();
    return rawId;
  }
}
