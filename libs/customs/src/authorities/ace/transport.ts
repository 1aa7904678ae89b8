import type { FilingReferences } from '../../domain/declaration.js';
import type { Answer, Collected, Outcome } from '../authority.js';
import { partOf, type Profile } from '../profile.js';
import { codeOf, doubtful, failed, REFUSED, Wire } from '../wire.js';
import { batched, withPassword } from './build.js';
import { field, readBatch, record } from './records.js';

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
    const queue = `/ace/${encodeURIComponent(partOf(profile, 'ace').site)}/out`;
    for (let stored = cursor; this.wire;) {
      if (stored !== null) await this.wire.call('DELETE', `${queue}/${encodeURIComponent(stored)}`, { headers: {} });
      const answer = await this.wire.call('GET', queue, { headers: { accept: TEXT } });
      const id = answer.headers['x-message-id'];
      if (answer.status !== 200 || typeof id !== 'string' || id === stored) return;
      yield { bytes: answer.body, cursor: id };
      stored = id;
    }
  }

  /** Asks for the entry (EQ); the answer (ER) comes in the reply itself. */
  async enquire({ entryNumber = '', lrn }: FilingReferences, profile: Profile): Promise<Answer> {
    if (!this.wire) return { kind: 'no-answer', says: 'no address of the authority is configured' };
    const number = entryNumber.replace(/[\s-]/g, '');
    const question = record('EQ10', [5, 7, number.slice(0, 3)], [8, 15, number.slice(3)]);
    const path = `/ace/${encodeURIComponent(partOf(profile, 'ace').site)}/enquiries`;
    try {
      const body = withPassword(batched('EQ', lrn, [question], '000000000000', profile), this.connection.password);
      const answer = await this.wire.call('POST', path, { headers: { 'content-type': TEXT }, body });
      if (answer.status !== 200) return { kind: 'no-answer', says: `the enquiry was answered ${answer.status}` };
      return found(answer.body, number);
    } catch (error) {
      return { kind: 'no-answer', says: `the enquiry failed: ${codeOf(error)}` };
    }
  }
}

/** `ER10` with the entry: on file, unless its words say otherwise. */
function found(bytes: Uint8Array, number: string): Answer {
  const reading = readBatch(bytes);
  if (reading.kind === 'unreadable') return { kind: 'no-answer', says: reading.says };
  const records = reading.batch.blocks.flatMap((block) => block.records).filter((each) => each.startsWith('ER'));
  if (records.length === 0) return { kind: 'no-answer', says: 'the answer holds no word of the entry' };
  if (records.some((each) => /NOT ON FILE/.test(each))) return { kind: 'absent' };
  const isOurs = records.some((each) => `${field(each, 5, 7)}${field(each, 8, 15)}` === number);
  return isOurs ? { kind: 'found', mrn: number } : { kind: 'absent' };
}

function userTextOf(bytes: Uint8Array): string {
  const reading = readBatch(bytes);
  return reading.kind === 'read' ? (reading.batch.blocks[0]?.userText ?? '') : '';
}
