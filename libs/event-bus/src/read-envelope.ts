import { createHash } from 'node:crypto';
import { envelope, issuesOf, type EventEnvelope } from '@tidewaiter/contracts';
import type { ReceivedRecord } from './event-bus.js';

/** Longest event there is: an entry of the audit log has a 16-bit length. */
const LARGEST = 65_535;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A record that is no event of ours; said in words, since a person will read it. */
export class Unreadable extends Error {}

/**
 * Reads a record's value as a CloudEvent, strictly: size, UTF-8, JSON, every field of the envelope.
 * @throws Unreadable
 */
export function readEnvelope(record: ReceivedRecord): EventEnvelope {
  if (record.value.length === 0) throw new Unreadable('the record is empty');
  if (record.value.length > LARGEST)
    throw new Unreadable(`the record has ${record.value.length} bytes, at most ${LARGEST} are an event`);
  const checked = envelope.safeParse(parse(record.value));
  if (!checked.success) {
    throw new Unreadable(
      issuesOf(checked.error)
        .map(({ pointer, reason }) => `${pointer} ${reason}`)
        .join('; '),
    );
  }
  const context = /^\/tidewaiter\/([a-z]+)$/.exec(checked.data.source)?.[1];
  if (checked.data.type.split('.')[1] !== context) throw new Unreadable('/type names another context than /source');
  return checked.data;
}

function parse(value: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    throw new Unreadable('the record is not UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Unreadable(`the record is not JSON: ${(error as Error).message}`);
  }
}

export const digestOf = (value: Buffer): Buffer => createHash('sha256').update(value).digest();
