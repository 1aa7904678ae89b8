import { Unavailable } from '@tidewaiter/kernel';
import { z } from 'zod';
import type { FilingReferences } from '../../domain/declaration.js';
import type { Answer, Collected, Outcome, Slot, SubmitPurpose } from '../authority.js';
import { codeOf, doubtful, failed, REFUSED, Wire, type Time, type WireAnswer } from '../wire.js';
import { readGatewayErrors, readLinks, readSlots, readStatusRows } from './parse.js';

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

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

const DOORS: Record<SubmitPurpose, string> = {
  declare: '',
  summarise: '',
  amend: '/amend',
  cancel: '/cancellation-requests',
  arrive: '/arrival-notification',
};

const answered = (status: number): Unavailable =>
  new Unavailable(`customs.authority.answered-${status}`, `the mailbox answered ${status}`);

class NotLetIn extends Error {}

/** HTTP to the CDS gateway: one OAuth token for all, one transmission per call, the outcome told as it is. */
export class CdsTransport {
  private readonly wire: Wire;
  private token: { value: string; endsAt: number } | null = null;
  private fetching: Promise<string> | null = null;

  constructor(
    private readonly connection: CdsConnection,
    time?: Time,
  ) {
    this.wire = new Wire(connection.url, connection.timeoutMs, undefined, time);
  }

  close(): Promise<void> {
    return this.wire.close();
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
      const answer = await this.wire.call('POST', `/customs/declarations${DOORS[purpose]}`, {
        headers: {
          authorization,
          accept: 'application/vnd.hmrc.1.0+xml',
          'content-type': 'application/xml; charset=UTF-8',
        },
        body: Buffer.from(bytes),
      });
      return this.outcomeOf(answer);
    } catch (error) {
      return failed(error);
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
    if (status === 401) this.token = null;
    return doubtful(status);
  }

  /** One-time addresses for papers; null when the gateway gave none. */
  async slots(body: Buffer): Promise<Slot[] | null> {
    try {
      const answer = await this.wire.call('POST', '/customs/declarations/file-upload', {
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

  /**
   * What its pushes did not bring, for 14 days. Reading one takes it off the list, so each is stored before the next is read.
   *
   * @throws Error of the connection when there is no answer
   * @throws Unavailable `customs.authority.answered-503` and the like
   */
  async *collect(): AsyncGenerator<Collected> {
    const list = await this.read('/notifications/unpulled');
    if (list.status !== 200) throw answered(list.status);
    for (const link of readLinks(list.body) ?? []) {
      const { status, headers, body } = await this.read(link);
      // Another reader was faster, or its 14 days are over.
      if (status === 404) continue;
      if (status !== 200) throw answered(status);
      const conversationId = headers['x-conversation-id'];
      yield { bytes: body, cursor: link, ...(typeof conversationId === 'string' ? { conversationId } : {}) };
    }
  }

  private async read(path: string): Promise<WireAnswer> {
    const answer = await this.wire.call('GET', path, {
      headers: { authorization: `Bearer ${await this.bearer()}`, accept: 'application/vnd.hmrc.1.0+xml' },
    });
    if (answer.status === 401) this.token = null;
    return answer;
  }

  private async ask(path: string, lrn: string, passed: readonly string[]): Promise<Answer> {
    try {
      const { status, body } = await this.read(`/customs/declarations-information/${path}`);
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
    const { status, body } = await this.wire.call('POST', '/oauth/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
    });
    if (status !== 200) throw new NotLetIn(`the token was refused with ${status}`);
    const { access_token: value, expires_in: seconds } = tokenAnswer.parse(JSON.parse(body.toString('utf8')));
    this.token = { value, endsAt: Date.now() + seconds * 1000 };
    return value;
  }
}
