import { Agent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { FilingReferences } from '../../domain/declaration.js';
import type { Answer, Outcome, Slot, SubmitPurpose } from '../authority.js';
import { readGatewayErrors, readSlots, readStatusRows } from './parse.js';

export interface CdsConnection {
  /** base address, without a slash at the end */
  url: string;
  clientId: string;
  clientSecret: string;
  /** milliseconds until the answer to a submission counts as missing */
  timeoutMs: number;
}

/** A token is fetched again this long before it ends. */
const MARGIN_MS = 30_000;
const ANSWER_LIMIT = 1_000_000;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

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
const REFUSED = new Set([400, 403, 406, 413, 415, 422]);

const codeOf = (error: unknown): string => {
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  // Several addresses were tried: each failure has its own code, and all must prove the same.
  const codes = Array.isArray(errors) ? errors.map(codeOf) : [];
  return codes.find((each) => !BEFORE_ANY_BYTE.has(each)) ?? codes[0] ?? 'unknown';
};

const DOORS: Record<SubmitPurpose, string> = {
  declare: '',
  amend: '/amend',
  cancel: '/cancellation-requests',
  arrive: '/arrival-notification',
};

class NotLetIn extends Error {}

async function bytesOf(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > ANSWER_LIMIT) throw new Error('the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** HTTP to the CDS gateway: one OAuth token for all, one transmission per call, the outcome told as it is. */
export class CdsTransport {
  /** No connection is used twice: a reset of an old one would look like an unknown outcome. */
  private readonly agent: Agent;
  private token: { value: string; endsAt: number } | null = null;
  private fetching: Promise<string> | null = null;

  constructor(private readonly connection: CdsConnection) {
    this.agent = new Agent({ pipelining: 0, connect: { timeout: Math.min(10_000, connection.timeoutMs) } });
  }

  async close(): Promise<void> {
    await this.agent.close();
  }

  /** @see customs-channels, sending: what is seen and what it means */
  async submit(bytes: Uint8Array, purpose: SubmitPurpose = 'declare'): Promise<Outcome> {
    let authorization: string;
    try {
      authorization = `Bearer ${await this.bearer()}`;
    } catch (error) {
      const notLetIn = error instanceof NotLetIn;
      return {
        kind: 'not-sent',
        says: `no token: ${(error as Error).message}`,
        availability: notLetIn ? 'not-let-in' : 'down',
      };
    }
    try {
      const answer = await this.call('POST', `/customs/declarations${DOORS[purpose]}`, {
        headers: {
          authorization,
          accept: 'application/vnd.hmrc.1.0+xml',
          'content-type': 'application/xml; charset=UTF-8',
        },
        body: Buffer.from(bytes),
      });
      return this.outcomeOf(answer);
    } catch (error) {
      const code = codeOf(error);
      if (BEFORE_ANY_BYTE.has(code)) return { kind: 'not-sent', says: `no connection: ${code}`, availability: 'down' };
      return { kind: 'unknown', after: 'bytes-sent', says: `no answer: ${code}` };
    }
  }

  private outcomeOf({
    status,
    headers,
    body,
  }: {
    status: number;
    headers: Record<string, unknown>;
    body: Buffer;
  }): Outcome {
    const conversation = headers['x-conversation-id'];
    if (status === 202) {
      return typeof conversation === 'string' && conversation !== ''
        ? { kind: 'received', conversationId: conversation }
        : { kind: 'unknown', after: 'answer-unreadable', says: 'it was taken without a conversation id' };
    }
    if (REFUSED.has(status)) return { kind: 'refused', problems: readGatewayErrors(status, body) };
    if (status === 401) {
      this.token = null;
      return { kind: 'not-sent', says: 'the gateway did not believe our credentials', availability: 'not-let-in' };
    }
    if (status === 429) return { kind: 'not-sent', says: 'the gateway asked us to wait', availability: 'busy' };
    if (status === 404 || status === 405) {
      return {
        kind: 'not-sent',
        says: `the address of the gateway is wrong: it answered ${status}`,
        availability: 'down',
      };
    }
    // Gateways answer 500 also when the message had already gone on to the authority.
    return { kind: 'unknown', after: 'answer-unreadable', says: `the gateway answered ${status}` };
  }

  /** One-time addresses for papers; null when the gateway gave none. */
  async slots(body: Buffer): Promise<Slot[] | null> {
    try {
      const answer = await this.call('POST', '/customs/declarations/file-upload', {
        headers: {
          authorization: `Bearer ${await this.bearer()}`,
          accept: 'application/vnd.hmrc.1.0+xml',
          'content-type': 'application/xml; charset=UTF-8',
        },
        body,
      });
      return answer.status === 200 ? readSlots(answer.body) : null;
    } catch {
      return null;
    }
  }

  /** Absent only when the search by LRN and the status by DUCR both know nothing new. */
  async enquire({ lrn, ducr }: FilingReferences, passed: readonly string[]): Promise<Answer> {
    const asked = [`search?lrn=${encodeURIComponent(lrn)}`, `ducr/${encodeURIComponent(ducr)}/status`];
    const answers: Answer[] = [];
    for (const path of asked) {
      const answer = await this.ask(path, lrn, passed);
      if (answer.kind === 'found') return answer;
      answers.push(answer);
    }
    return answers.find((each) => each.kind === 'no-answer') ?? { kind: 'absent' };
  }

  private async ask(path: string, lrn: string, passed: readonly string[]): Promise<Answer> {
    try {
      const { status, body } = await this.call('GET', `/customs/declarations-information/${path}`, {
        headers: { authorization: `Bearer ${await this.bearer()}`, accept: 'application/vnd.hmrc.1.0+xml' },
      });
      if (status === 401) this.token = null;
      if (status === 404 && readGatewayErrors(status, body)[0]?.code === 'CDS60001') return { kind: 'absent' };
      const rows = status === 200 ? readStatusRows(body) : null;
      if (!rows) return { kind: 'no-answer', says: `the enquiry was answered ${status}` };
      const ours = rows.find((row) => (row.lrn ?? lrn) === lrn && !(row.mrn && passed.includes(row.mrn)));
      return ours ? { kind: 'found', mrn: ours.mrn } : { kind: 'absent' };
    } catch (error) {
      return {
        kind: 'no-answer',
        says: `the enquiry failed: ${error instanceof NotLetIn ? error.message : codeOf(error)}`,
      };
    }
  }

  private async call(
    method: 'GET' | 'POST',
    path: string,
    options: { headers: Record<string, string>; body?: Buffer | string },
  ): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
    const { statusCode, headers, body } = await request(`${this.connection.url}${path}`, {
      method,
      ...options,
      dispatcher: this.agent,
      signal: AbortSignal.timeout(this.connection.timeoutMs),
    });
    return { status: statusCode, headers, body: await bytesOf(body) };
  }

  /** One token for all calls until it nears its end; callers that meet share the fetch. */
  private async bearer(): Promise<string> {
    if (this.token && this.token.endsAt > Date.now() + MARGIN_MS) return this.token.value;
    this.fetching ??= this.fetchToken().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  private async fetchToken(): Promise<string> {
    const { clientId, clientSecret } = this.connection;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const { status, body } = await this.call('POST', '/oauth/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
    });
    if (status !== 200) throw new NotLetIn(`the token was refused with ${status}`);
    const { access_token: value, expires_in: seconds } = tokenAnswer.parse(JSON.parse(body.toString('utf8')));
    this.token = { value, endsAt: Date.now() + seconds * 1000 };
    return value;
  }
}
