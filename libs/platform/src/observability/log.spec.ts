import { Invalid } from '@tidewaiter/kernel';
import { createLog, type Log } from './log.js';
import { currentTraceId, inSpan, startTracing, stopTracing } from './trace.js';

describe('the log', () => {
  let lines: string[];
  let log: Log;
  const last = (): Record<string, never> & { error: Record<string, string> } => JSON.parse(lines.at(-1)!) as never;

  beforeEach(() => {
    lines = [];
    log = createLog({ service: 'trial' }, { write: (line) => void lines.push(line) });
  });

  it('writes a constant message and facts as fields', () => {
    log.child({ context: 'duties' }).info('declaration lodged', { shipmentId: 's-1' });
    expect(last()).toMatchObject({
      level: 'info',
      service: 'trial',
      context: 'duties',
      msg: 'declaration lodged',
      shipmentId: 's-1',
    });
    expect(last()).not.toHaveProperty('traceId');
  });

  it('keeps out of an error what a person typed: details, causes, quoted text', () => {
    const cause = new Error('Jane Roe, 1 Quay Street');
    const details = { places: [{ pointer: 'body/name', reason: 'Jane Roe is too long' }], facts: { name: 'Jane Roe' } };
    log.warn('refused', { error: new Invalid('shipments.party.bad', 'a party does not fit', details, { cause }) });
    expect(last().error).toMatchObject({
      name: 'Invalid',
      code: 'shipments.party.bad',
      message: 'a party does not fit',
    });
    expect(last().error.stack).toMatch(/^ {4}at /);
    expect(lines.join()).not.toContain('Jane');
  });

  it.each([
    ['a body that is not JSON', () => JSON.parse('Jane "Roe"') as unknown],
    [
      'a value that Postgres quotes',
      () => {
        throw Object.assign(new Error('invalid input syntax for type uuid: "Jane Roe"'), {
          code: '22P02',
          detail: 'Key (name)=(Jane Roe)',
        });
      },
    ],
  ])('keeps out of the message %s', (_, fail) => {
    try {
      fail();
    } catch (error) {
      log.error('failed', { error });
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('Jane');
  });

  it('still tells which constraint was hurt', () => {
    const error = Object.assign(new Error('duplicate key value violates unique constraint "one_debit"'), {
      code: '23505',
      detail: 'Key (payee)=(Jane Roe) exists',
    });
    log.error('failed', { error });
    expect(last().error.message).toContain('one_debit');
    expect(lines.join()).not.toContain('Jane');
  });

  it('carries the trace it was written in', async () => {
    await startTracing('trial');
    try {
      const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
      await inSpan('work', { traceparent }, async () => {
        await Promise.resolve();
        log.info('worked');
        expect(currentTraceId()).toBe('ab'.repeat(16));
      });
      expect(last()).toMatchObject({ traceId: 'ab'.repeat(16) });
      expect(currentTraceId()).toBeUndefined();
    } finally {
      await stopTracing();
    }
  });
});
