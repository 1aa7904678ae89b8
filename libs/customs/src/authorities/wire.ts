import { Agent, request, type Dispatcher } from 'undici';
import type { Outcome } from './authority.js';

/** Errors that prove that no byte of a request was taken: no name, no listener, no connection, no trust. */
const BEFORE_ANY_BYTE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The gateway judged the message itself and took nothing of it. */
export const REFUSED = new Set([400, 403, 406, 413, 415, 422]);

export const codeOf = (error: unknown): string => {
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  // Several addresses were tried: each failure has its own code, and all must prove the same.
  const codes = Array.isArray(errors) ? errors.map(codeOf) : [];
  return codes.find((each) => !BEFORE_ANY_BYTE.has(each)) ?? codes[0] ?? 'unknown';
};

/** What a failed transmission proves. */
export function failed(error: unknown): Outcome {
  const code = codeOf(error);
  return BEFORE_ANY_BYTE.has(code)
    ? { kind: 'not-sent', says: `no connection: ${code}`, availability: 'down' }
    : { kind: 'unknown', after: 'bytes-sent', says: `no answer: ${code}` };
}

/**
 * What a status other than success, refusal and the channel's own means. Gateways answer 500 also when the message had already gone on
 * to the authority.
 */
export function doubtful(status: number): Outcome {
  if (status === 401)
    return { kind: 'not-sent', says: 'the gateway did not believe our credentials', availability: 'not-let-in' };
  if (status === 429) return { kind: 'not-sent', says: 'the gateway asked us to wait', availability: 'busy' };
  if (status === 404 || status === 405) {
    const says = `the address of the gateway is wrong: it answered ${status}`;
    return { kind: 'not-sent', says, availability: 'down' };
  }
  return { kind: 'unknown', after: 'answer-unreadable', says: `the gateway answered ${status}` };
}

export interface WireAnswer {
  status: number;
  headers: Record<string, unknown>;
  body: Buffer;
}

interface Sending {
  headers: Record<string, string>;
  body?: Buffer | string;
}

/** Milliseconds of the machine's clock, and waiting on it. */
export interface Time {
  now(): number;
  sleep(ms: number): Promise<void>;
}

async function bytesOf(body: Dispatcher.ResponseData['body'], most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw new Error('the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The longest that one call waits for its turn, all in all. */
const LONGEST_WAIT_MS = 20_000;

/** What a gateway that is too busy asks for, in milliseconds; null when it names no time. @see RFC 9110, 10.2.3: seconds or a date */
function retryAfter({ headers }: WireAnswer, now: number): number | null {
  const asked = headers['retry-after'];
  if (typeof asked !== 'string') return null;
  const ms = /^\d{1,6}$/.test(asked.trim()) ? Number(asked) * 1_000 : Date.parse(asked) - now;
  return Number.isFinite(ms) ? Math.max(ms, 0) : null;
}

/**
 * HTTP to one authority: one transmission per call, and no retry inside but after 429. That answer says that nothing was taken: the call
 * waits as long as it was told and sends the same bytes, and all others wait with it. Told to wait too long it answers 429.
 */
export class Wire {
  /** No connection is used twice: a reset of an old one would look like an unknown outcome. */
  private readonly agent: Agent;
  /** until then the gateway wants to hear nothing (epoch ms) */
  private heldUntil = 0;

  /** @param timeoutMs milliseconds until an answer counts as missing */
  constructor(
    private readonly url: string,
    private readonly timeoutMs: number,
    private readonly largest = 1_000_000,
    private readonly time: Time = { now: Date.now, sleep: (ms) => new Promise((resume) => setTimeout(resume, ms)) },
  ) {
    this.agent = new Agent({ pipelining: 0, connect: { timeout: Math.min(10_000, timeoutMs) } });
  }

  async call(method: 'GET' | 'POST', path: string, options: Sending): Promise<WireAnswer> {
    const giveUpAt = this.time.now() + LONGEST_WAIT_MS;
    for (;;) {
      const held = this.heldUntil - this.time.now();
      if (held > 0) await this.time.sleep(Math.min(held, LONGEST_WAIT_MS));
      const answer = await this.send(method, path, options);
      if (answer.status !== 429) return answer;
      const wait = retryAfter(answer, this.time.now());
      if (wait === null || this.time.now() + wait > giveUpAt) return answer;
      this.heldUntil = Math.max(this.heldUntil, this.time.now() + wait);
    }
  }

  private async send(method: 'GET' | 'POST', path: string, options: Sending): Promise<WireAnswer> {
    const { statusCode, headers, body } = await request(`${this.url}${path}`, {
      method,
      ...options,
      dispatcher: this.agent,
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    return { status: statusCode, headers, body: await bytesOf(body, this.largest) };
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}
