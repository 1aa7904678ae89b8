import { createHmac, timingSafeEqual } from 'node:crypto';
import { Unavailable } from '@tidewaiter/kernel';
import type { CarrierAdapter } from '../carrier.js';
import { bookingBody } from './requests.js';
import { bookingAnswer, evidenceType, foundBooking } from './responses.js';
import { split, translate } from './translate.js';

export interface DcsaSettings {
  url: string;
  token: string;
  /** HMAC key of pushes */
  webhookSecret: Buffer;
  timeoutMs: number;
}

interface Reply {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

const MOST_BYTES = 10 * 1024 * 1024;

/** Errors from before a connection stood: not a byte of the request left. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** DCSA over HTTP: Booking 2, Track and Trace 2.2 as pushes, proofs of delivery. */
export function dcsaAdapter(settings: DcsaSettings): CarrierAdapter {
  const call = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(`${settings.url}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${settings.token}`, ...init.headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(settings.timeoutMs),
    });
    return { status: response.status, headers: response.headers, bytes: await bytesOf(response) };
  };

  const ask = async (path: string): Promise<Reply> => {
    let reply: Reply;
    try {
      reply = await call(path);
    } catch (cause) {
      throw notAnswering('The carrier does not answer.', cause);
    }
    if (reply.status !== 200 && reply.status !== 404) throw notAnswering(`The carrier answers ${reply.status}.`);
    return reply;
  };

  return {
    id: 'dcsa',
    version: '2.2',
    once: 'key',

    async book(request, key) {
      try {
        const reply = await call('/v2/bookings', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify(bookingBody(request)),
        });
        return bookingAnswer(reply.status, reply.bytes.toString());
      } catch (error) {
        const code = (error as { cause?: { code?: string } }).cause?.code ?? '';
        return NOT_CONNECTED.has(code)
          ? { kind: 'not-sent', says: 'The carrier cannot be reached.' }
          : { kind: 'unknown', says: 'The carrier gave no answer.' };
      }
    },

    async find(reference, key) {
      const reply = await ask(`/v2/bookings?reference=${encodeURIComponent(reference)}`);
      const found = foundBooking(reply.bytes.toString(), key);
      if (found === undefined) throw notAnswering('The carrier’s answer cannot be read.');
      return found;
    },

    async proof(carrierReference) {
      const { status, headers, bytes } = await ask(`/v2/proofs/${encodeURIComponent(carrierReference)}`);
      if (status === 404) return null;
      const mediaType = evidenceType(headers.get('content-type'), bytes);
      if (!mediaType)
        throw new Unavailable('carriers.proof.unreadable', 'What the carrier sent is no proof of delivery.');
      const signedBy = (headers.get('x-signed-by') ?? '').trim().slice(0, 140);
      return { bytes, mediaType, signedBy: signedBy || 'not named' };
    },

    verify(signature, body) {
      const given = Buffer.from(/^sha256=([0-9a-f]{64})$/i.exec(signature ?? '')?.[1] ?? '', 'hex');
      const expected = createHmac('sha256', settings.webhookSecret).update(body).digest();
      return given.length === expected.length && timingSafeEqual(given, expected);
    },

    split,
    translate,
  };
}

const notAnswering = (says: string, cause?: unknown): Unavailable =>
  new Unavailable('carriers.carrier.not-answering', says, {}, { cause });

/** @throws when the body breaks off or is larger than any answer may be */
async function bytesOf(response: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MOST_BYTES) throw new RangeError(`an answer of more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
