import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { MisbehavingAuthority } from '../../testing/misbehaving-authority.js';
import { CdsTransport } from './transport.js';

const BODY = Buffer.from(
  '<D><FunctionalReferenceID>L1</FunctionalReferenceID><ID>6GB1-A</ID><TypeCode>DCR</TypeCode></D>',
);
const REFERENCES = { lrn: 'L1', ducr: '6GB1-A' };

let authority: MisbehavingAuthority;
let transport: CdsTransport;
const to = (url: string): CdsTransport => new CdsTransport({ url, clientId: 'tw', clientSecret: 's', timeoutMs: 400 });

beforeEach(async () => {
  authority = await MisbehavingAuthority.start();
  transport = to(authority.url);
});
afterEach(async () => {
  await transport.close();
  await authority.stop();
});

describe('one transmission', () => {
  it('is received with the conversation that the gateway gives', async () => {
    expect(await transport.submit(BODY)).toEqual({
      kind: 'received',
      conversationId: '00000000-0000-4000-8000-000000000001',
    });
  });

  it.each([
    ['cut-after-taking', 'bytes-sent'],
    ['lost-before', 'bytes-sent'],
    ['silence-after-taking', 'bytes-sent'],
    ['error-after-taking', 'answer-unreadable'],
    ['take-without-conversation', 'answer-unreadable'],
  ] as const)('%s: the outcome is unknown', async (behaviour, after) => {
    authority.plan = [behaviour];
    expect(await transport.submit(BODY)).toMatchObject({ kind: 'unknown', after });
  });

  it.each([
    ['busy', 'busy'],
    ['not-let-in', 'not-let-in'],
  ] as const)('%s: certainly nothing was taken', async (behaviour, availability) => {
    authority.plan = [behaviour];
    expect(await transport.submit(BODY)).toMatchObject({ kind: 'not-sent', availability });
    expect(await transport.submit(BODY)).toMatchObject({ kind: 'received' });
  });

  describe('told to wait', () => {
    let now = 0;
    const slept: number[] = [];
    const sleep = (ms: number): Promise<void> => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    };
    let patient: CdsTransport;
    beforeEach(() => {
      [now, slept.length] = [1_000_000, 0];
      const connection = { url: authority.url, clientId: 'tw', clientSecret: 's', timeoutMs: 400 };
      patient = new CdsTransport(connection, { now: () => now, sleep });
    });
    afterEach(() => patient.close());

    it('waits as long, and sends the same again: nothing was taken', async () => {
      authority.plan = ['busy-for-a-while', 'busy-for-a-while'];
      expect(await patient.submit(BODY)).toMatchObject({ kind: 'received' });
      expect(slept).toEqual([2_000, 2_000]);
      expect(authority.taken).toHaveLength(1);
    });

    it('gives up after a while, and still nothing was taken', async () => {
      authority.plan = Array.from({ length: 11 }, () => 'busy-for-a-while' as const);
      expect(await patient.submit(BODY)).toMatchObject({ kind: 'not-sent', availability: 'busy' });
      expect(now - 1_000_000).toBeLessThanOrEqual(20_000);
      expect(authority.taken).toHaveLength(0);
    });

    it('holds back every other call as well', async () => {
      authority.plan = ['busy-for-a-while', 'busy-for-a-while', 'busy-for-a-while', 'busy-for-a-while'];
      await Promise.all([patient.submit(BODY), patient.submit(BODY), patient.submit(BODY)]);
      expect(authority.taken.length).toBe(3);
    });
  });

  it('refused by its form tells why', async () => {
    authority.plan = ['refuse-syntax'];
    expect(await transport.submit(BODY)).toEqual({
      kind: 'refused',
      problems: [{ code: 'BAD_REQUEST', pointer: '', field: null, says: 'Payload is not valid' }],
    });
  });

  it('to nobody is not sent', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const nowhere = to(`http://127.0.0.1:${port}`);
    expect(await nowhere.submit(BODY)).toMatchObject({ kind: 'not-sent', availability: 'down' });
    await nowhere.close();
  });

  it('fetches one token for all, and another when it is no longer believed', async () => {
    await Promise.all([transport.submit(BODY), transport.submit(BODY), transport.enquire(REFERENCES, [])]);
    expect(authority.tokens).toBe(1);
    authority.plan = ['not-let-in'];
    await transport.submit(BODY);
    await transport.submit(BODY);
    expect(authority.tokens).toBe(2);
  });
});

describe('an enquiry', () => {
  it('finds what was taken', async () => {
    await transport.submit(BODY);
    expect(await transport.enquire(REFERENCES, [])).toEqual({ kind: 'found', mrn: '26GB00000000000015' });
  });

  it('does not take an earlier version under the same references for the newest', async () => {
    await transport.submit(BODY);
    expect(await transport.enquire(REFERENCES, ['26GB00000000000015'])).toEqual({ kind: 'absent' });
  });

  it('is absent only by the authority’s own word', async () => {
    expect(await transport.enquire(REFERENCES, [])).toEqual({ kind: 'absent' });
    for (const status of [404, 500, 503, 401]) {
      authority.enquiryStatus = status;
      expect(await transport.enquire(REFERENCES, [])).toMatchObject({ kind: 'no-answer' });
    }
    await authority.stop();
    expect(await transport.enquire(REFERENCES, [])).toMatchObject({ kind: 'no-answer' });
    authority = await MisbehavingAuthority.start();
  });
});

describe('what the pushes did not bring', () => {
  it('is not nothing when the gateway could not say it', async () => {
    authority.mailboxStatus = 503;
    await expect(transport.collect().next()).rejects.toMatchObject({ code: 'customs.authority.answered-503' });
    authority.mailboxStatus = null;
    expect(await transport.collect().next()).toEqual({ done: true, value: undefined });
  });
});
