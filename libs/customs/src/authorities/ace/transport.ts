import type { FilingReferences } from '../../domain/declaration.js';
import type { Answer, Collected, Outcome } from '../authority.js';
import { localTime } from '../local-time.js';
import { partOf, type Profile } from '../profile.js';
import { codeOf, doubtful, failed, REFUSED, Wire } from '../wire.js';
import { batched, withPassword } from './build.js';
import { readBatch, record } from './records.js';

export interface AceConnection {
  /** base address, without a slash at the end; null: nothing is configured, and nothing is sent */
  url: string | null;
  /** up to six characters, written into the envelope when it leaves; never stored, never logged */
  password: string;
  timeoutMs: number;
}

const TEXT = 'text/plain; charset=US-ASCII';

/** One batch a call to `POST /ace/{site}`; answers wait in a queue until they are acknowledged. */
export class AceTransport {
  private readonly wire: Wire | null;

  constructor(private readonly connection: AceConnection) {
    this.wire = connection.url === null ? null : new Wire(connection.url, connection.timeoutMs, 5_000_000);
  }

  async close(): Promise<void> {
    await this.wire?.close();
  }

  async submit(bytes: Uint8Array, profile: Profile): Promise<Outcome> {
    if (!this.wire)
      return { kind: 'not-sent', says: 'no address of the authority is configured', availability: 'down' };
    const path = `/ace/${encodeURIComponent(partOf(profile, 'ace').site)}`;
    try {
      const body = withPassword(bytes, this.connection.password);
      const { status } = await this.wire.call('POST', path, { headers: { 'content-type': TEXT }, body });
      if (status === 202 || status === 200) return { kind: 'received', conversationId: userTextOf(bytes) };
      if (!REFUSED.has(status)) return doubtful(status);
      const says = `The authority refused the batch with ${status}.`;
      return { kind: 'refused', problems: [{ code: `HTTP ${status}`, pointer: '', field: null, says }] };
    } catch (error) {
      return failed(error);
    }
  }

  /** What is fetched comes again until it is acknowledged: the cursor is the message whose store was the last to succeed. */
  async *collect(cursor: string | null, profile: Profile): AsyncGenerator<Collected> {
    const queue = `/ace/${encodeURIComponent(partOf(profile, 'ace').site)}/queue`;
    for (let stored = cursor; this.wire;) {
      if (stored !== null)
        await this.wire.call('POST', `${queue}/${encodeURIComponent(stored)}/acknowledge`, { headers: {} });
      const answer = await this.wire.call('GET', queue, { headers: { accept: TEXT } });
      const id = answer.headers['x-message-id'];
      if (answer.status !== 200 || typeof id !== 'string' || id === stored) return;
      yield { bytes: answer.body, cursor: id };
      stored = id;
    }
  }

  /**
   * Asks for the entry: CQ for a release, EQ for a summary. The answer (C1, ER) comes by the queue like any other message, and is read
   * there: what it finds ends the doubt, what it does not find a person weighs, who alone may have it sent again.
   */
  async enquire({ entryNumber = '', lrn }: FilingReferences, profile: Profile): Promise<Answer> {
    if (!this.wire) return { kind: 'no-answer', says: 'no address of the authority is configured' };
    const { site, filing } = partOf(profile, 'ace');
    const application = filing === 'cargo-release' ? 'CQ' : 'EQ';
    const number = entryNumber.replace(/[\s-]/g, '');
    const question = record(`${application}10`, [6, 8, number.slice(0, 3)], [11, 18, number.slice(3)]);
    const batch = batched(application, lrn, [question], localTime(undefined, profile.zone), profile);
    try {
      const body = withPassword(batch, this.connection.password);
      const { status } = await this.wire.call('POST', `/ace/${encodeURIComponent(site)}`, {
        headers: { 'content-type': TEXT },
        body,
      });
      const asked = status === 202 || status === 200;
      return {
        kind: 'no-answer',
        says: asked ? 'asked; the answer comes by the queue' : `the enquiry was answered ${status}`,
      };
    } catch (error) {
      return { kind: 'no-answer', says: `the enquiry failed: ${codeOf(error)}` };
    }
  }
}

function userTextOf(bytes: Uint8Array): string {
  const reading = readBatch(bytes);
  return reading.kind === 'read' ? (reading.batch.blocks[0]?.userText ?? '') : '';
}
