import { at, readInterchange } from '@tidewaiter/edifact';
import type { FilingReferences } from '../../domain/declaration.js';
import type { Answer, Collected, Outcome } from '../authority.js';
import { partOf, type Profile } from '../profile.js';
import { codeOf, doubtful, failed, REFUSED, Wire } from '../wire.js';
import { referenceOf } from './build.js';
import { REFERENCES } from './codes.js';

export interface EdifactConnection {
  /** base address, without a slash at the end; null: nothing is configured, and nothing is sent */
  url: string | null;
  /** bearer of the partner; empty where the line itself is trusted */
  token: string;
  timeoutMs: number;
}

const EDIFACT = 'application/EDIFACT';
/** Messages looked through in one enquiry. */
const MOST = 10_000;

/** One interchange a call to `POST /edi/{partner}`; answers lie in a mailbox behind a cursor. */
export class EdifactTransport {
  private readonly wire: Wire | null;

  constructor(private readonly connection: EdifactConnection) {
    this.wire = connection.url === null ? null : new Wire(connection.url, connection.timeoutMs, 5_000_000);
  }

  async close(): Promise<void> {
    await this.wire?.close();
  }

  private get headers(): Record<string, string> {
    const { token } = this.connection;
    return { 'content-type': EDIFACT, accept: EDIFACT, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) };
  }

  /** Our name at the authority is that of the interchanges' sender. */
  private pathOf(profile: Profile): string {
    return `/edi/${encodeURIComponent(partOf(profile, 'edifact').sender.id)}`;
  }

  /** Received says that the interchange lies there: whether its syntax is taken, CONTRL says later. */
  async submit(bytes: Uint8Array, profile: Profile): Promise<Outcome> {
    if (!this.wire)
      return { kind: 'not-sent', says: 'no address of the authority is configured', availability: 'down' };
    try {
      const { status } = await this.wire.call('POST', this.pathOf(profile), {
        headers: this.headers,
        body: Buffer.from(bytes),
      });
      if (status === 202 || status === 200) return { kind: 'received', conversationId: referenceOf(bytes) };
      if (!REFUSED.has(status)) return doubtful(status);
      const says = `The authority refused the interchange with ${status}.`;
      return { kind: 'refused', problems: [{ code: `HTTP ${status}`, pointer: '', field: null, says }] };
    } catch (error) {
      return failed(error);
    }
  }

  async *collect(cursor: string | null, profile: Profile): AsyncGenerator<Collected> {
    for (let after = cursor ?? '0'; this.wire;) {
      const answer = await this.wire.call('GET', `${this.pathOf(profile)}/out?after=${encodeURIComponent(after)}`, {
        headers: this.headers,
      });
      const next = answer.headers['x-cursor'];
      if (answer.status !== 200 || typeof next !== 'string' || next === after) return;
      yield { bytes: answer.body, cursor: next };
      after = next;
    }
  }

  /**
   * The mailbox is all there is to ask. An answer that names our reference proves that the filing is there; a mailbox that can be
   * read and has none is the authority's word that it has nothing to say of it.
   */
  async enquire({ lrn }: FilingReferences, passed: readonly string[], profile: Profile): Promise<Answer> {
    if (!this.wire) return { kind: 'no-answer', says: 'no address of the authority is configured' };
    try {
      let seen = 0;
      for await (const { bytes } of this.collect(null, profile)) {
        const found = ours(bytes, lrn);
        if (found && !(found.mrn && passed.includes(found.mrn))) return { kind: 'found', mrn: found.mrn };
        seen += 1;
        if (seen >= MOST) return { kind: 'no-answer', says: 'the mailbox is too large to be looked through' };
      }
      return { kind: 'absent' };
    } catch (error) {
      return { kind: 'no-answer', says: `the mailbox could not be read: ${codeOf(error)}` };
    }
  }
}

function ours(bytes: Uint8Array, lrn: string): { mrn: string | null } | null {
  const reading = readInterchange(bytes);
  if (reading.kind === 'unreadable') return null;
  for (const { segments } of reading.interchange.messages) {
    const reference = (qualifier: string): string | null => {
      const segment = segments.find((each) => each.tag === 'RFF' && at(each, 0) === qualifier);
      return at(segment, 0, 1) || null;
    };
    if (reference(REFERENCES.lrn) === lrn) return { mrn: reference(REFERENCES.mrn) };
  }
  return null;
}
