import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { literalOf, mayDial, type AddressRules } from '../domain/address.js';

/** What came of one try. */
export interface Outcome {
  /** a status from 200 to 299 came back in time */
  arrived: boolean;
  /** HTTP status, null without an answer */
  status: number | null;
  says: string;
  durationMs: number;
  /** first 4 kB of the answer, as text */
  answer: string;
  retryAfter: string | undefined;
}

export interface EgressLimits {
  /** from dialling to the last byte */
  timeoutMs: number;
  /** of an answer; what follows is not read */
  maxBytes: number;
}

const LIMITS: EgressLimits = { timeoutMs: 15_000, maxBytes: 64 * 1024 };
const KEPT_BYTES = 4096;

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;
const resolveByDns: Resolve = (hostname) => promisify(dnsLookup)(hostname, { all: true, verbatim: true });

class NotDialled extends Error {}

const notDialled = (address: string): NotDialled =>
  new NotDialled(`not dialled: ${address} does not lie in the public internet`);

/**
 * The one door to addresses that strangers chose. Every address is judged when it is dialled, the very one that the connection goes
 * to; redirects are not followed; answers are capped in time and size.
 */
export class Egress {
  private readonly limits: EgressLimits;

  constructor(
    private readonly rules: Pick<AddressRules, 'loopback'>,
    private readonly resolve: Resolve = resolveByDns,
    limits: Partial<EgressLimits> = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
  }

  /** Never throws for what the other side does: it is what came of the try. */
  async post(address: string, headers: Record<string, string>, body: Buffer): Promise<Outcome> {
    const began = performance.now();
    const durationMs = (): number => Math.round(performance.now() - began);
    const signal = AbortSignal.timeout(this.limits.timeoutMs);
    try {
      const { answer, bytes, cut } = await this.send(new URL(address), headers, body, signal);
      const status = answer.statusCode!;
      const arrived = status >= 200 && status < 300;
      return {
        arrived,
        status,
        says: saysOf(status, cut ? this.limits.maxBytes : null),
        durationMs: durationMs(),
        answer: textOf(bytes.subarray(0, KEPT_BYTES)),
        retryAfter: answer.headers['retry-after'],
      };
    } catch (error) {
      return {
        arrived: false,
        status: null,
        says: signal.aborted ? `no whole answer within ${this.limits.timeoutMs / 1000} s` : faultOf(error),
        durationMs: durationMs(),
        answer: '',
        retryAfter: undefined,
      };
    }
  }

  private async send(
    url: URL,
    headers: Record<string, string>,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<{ answer: IncomingMessage; bytes: Buffer; cut: boolean }> {
    // A literal address is dialled without a look-up, so it is judged before.
    const literal = literalOf(url);
    if (literal !== null && !mayDial(literal, this.rules)) throw notDialled(literal);
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length) },
      lookup: this.lookup,
      agent: false,
      signal,
    });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
      request.end(body);
    });
    const parts: Buffer[] = [];
    let read = 0;
    // Breaking off closes the connection: nobody can make us read for ever.
    for await (const part of answer as AsyncIterable<Buffer>) {
      parts.push(part);
      read += part.length;
      if (read > this.limits.maxBytes) return { answer, bytes: Buffer.concat(parts), cut: true };
    }
    return { answer, bytes: Buffer.concat(parts), cut: false };
  }

  /** Hands the socket only addresses that were judged here, so that a second look-up cannot lead elsewhere. */
  private readonly lookup: LookupFunction = (hostname, options, done) => {
    this.resolve(hostname).then(
      (found) => {
        const refused = found.find(({ address }) => !mayDial(address, this.rules));
        const first = found[0];
        if (refused) done(notDialled(`${hostname} leads to ${refused.address}, which`), '');
        else if (!first) done(new Error(`${hostname} has no address`), '');
        else if (options.all) done(null, found);
        else done(null, first.address, first.family);
      },
      (error: Error) => done(error, ''),
    );
  };
}

function faultOf(error: unknown): string {
  if (error instanceof NotDialled) return error.message;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? `no answer: ${code}` : 'no answer';
}

function saysOf(status: number, cutAt: number | null): string {
  if (status >= 300 && status < 400) return `${status}: a redirect, which is never followed`;
  if (cutAt !== null) return `${status}, and more than ${cutAt / 1024} kB, of which the rest was not read`;
  return `${status}`;
}

/** Text that Postgres takes and a reader can show; a character cut in two at the end becomes a mark. */
const textOf = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\0', '�');
