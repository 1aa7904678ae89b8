import type { EventEnvelope } from '@tidewaiter/contracts';
import fc from 'fast-check';
import type { ReceivedRecord } from './event-bus.js';
import { readEnvelope, Unreadable } from './read-envelope.js';

const good: EventEnvelope = {
  specversion: '1.0',
  id: '0192aaaa-0000-7000-8000-000000000001',
  source: '/tidewaiter/shipments',
  type: 'tidewaiter.shipments.EngagementSuspended.v1',
  subject: 's',
  time: '2026-11-24T14:07:12.000418Z',
  datacontenttype: 'application/json',
  dataschema: '/schemas/shipments/EngagementSuspended/v1.json',
  tenantid: 'acme',
  stream: 'engagement-1',
  version: 1,
  actor: 'system:shipments',
  correlationid: 'c',
  causationid: 'c',
  commandid: 'c',
  data: {},
};
const recordOf = (value: Buffer): ReceivedRecord => ({
  topic: 't',
  partition: 0,
  offset: '0',
  key: null,
  headers: {},
  value,
});
const read = (value: unknown): EventEnvelope => readEnvelope(recordOf(Buffer.from(JSON.stringify(value))));

describe('reading an envelope', () => {
  it('takes an event of ours, with whatever extensions it carries', () => {
    expect(read({ ...good, partnerextension: 'kept' })).toEqual({ ...good, partnerextension: 'kept' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['another specversion', { specversion: '0.3' }],
    ['no id', { id: undefined }],
    ['an id that is no UUID', { id: '7' }],
    ['another source', { source: '/elsewhere/shipments' }],
    ['a type without a version', { type: 'tidewaiter.shipments.EngagementSuspended' }],
    ['a type of another context than its source', { type: 'tidewaiter.duties.EngagementSuspended.v1' }],
    ['a time without an offset', { time: '2026-11-24T14:07:12' }],
    ['version 0', { version: 0 }],
    ['a version that is no whole number', { version: 1.5 }],
    ['a version as text', { version: '1' }],
    ['no tenant', { tenantid: '' }],
    ['the tenant of unreadable records', { tenantid: '(unreadable)' }],
    ['data that is a list', { data: [] }],
    ['no data', { data: undefined }],
    ['a traceparent of another form', { traceparent: 'abc' }],
  ])('refuses %s', (_, changes) => {
    expect(() => read({ ...good, ...changes })).toThrow(Unreadable);
  });

  it.each([
    ['nothing', Buffer.alloc(0), /empty/],
    ['text that is not JSON', Buffer.from('{'), /not JSON/],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
    ['a byte order mark before the JSON', Buffer.from(`\ufeff${JSON.stringify(good)}`), /not JSON/],
    ['more than an entry of the log can hold', Buffer.alloc(65_536, ' '), /65536 bytes/],
    ['a bare null', Buffer.from('null'), /object/i],
  ])('refuses %s and says so', (_, value, reason) => {
    expect(() => readEnvelope(recordOf(value))).toThrow(reason);
  });

  it('never throws anything but Unreadable, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readEnvelope(recordOf(Buffer.from(bytes)));
        } catch (error) {
          expect(error).toBeInstanceOf(Unreadable);
        }
      }),
    );
  });
});
