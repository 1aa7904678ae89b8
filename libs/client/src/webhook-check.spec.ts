import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import {
  checkWebhook,
  signWebhook,
  webhookHeaderLines,
  webhookHeadersIn,
  type SentWebhook,
  type WebhookCheck,
  type WebhookMessage,
} from './webhook-check.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const AT = 1_764_331_200_000;
const signature = (secret: string, { id, timestamp, body }: Omit<WebhookMessage, 'signature'>): string => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
};
const plain = {
  id: '0198c0de-0000-7000-8000-000000000001',
  timestamp: String(AT / 1000 - 4),
  body: '{"specversion":"1.0","id":"0198c0de-0000-7000-8000-00000000000e","subject":"Zürich","data":{"total":12.5}}',
};
const message = (changes: Partial<WebhookMessage> = {}, secrets = [SECRET]): WebhookMessage => ({
  ...plain,
  signature: secrets.map((secret) => signature(secret, plain)).join(' '),
  ...changes,
});
const sent: SentWebhook = {
  id: plain.id,
  body: plain.body,
  tries: [
    { timestamp: plain.timestamp, signature: signature(SECRET, plain) },
    { timestamp: '1764330000', signature: signature(SECRET, { ...plain, timestamp: '1764330000' }) },
  ],
};
const check = (changes: Partial<WebhookMessage> = {}, options: Partial<Parameters<typeof checkWebhook>[1]> = {}) =>
  checkWebhook(message(changes), { secret: SECRET, at: AT, ...options });
const codes = ({ faults }: WebhookCheck): string[] => faults.map(({ code }) => code);
const outcomes = ({ steps }: WebhookCheck): string[] => steps.map(({ step, outcome }) => `${step} ${outcome}`);

it('verifies the example of the reference libraries of Standard Webhooks', async () => {
  const found = await checkWebhook(
    {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: '1614265330',
      body: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    { secret: SECRET, at: 1_614_265_330_000 },
  );
  expect([found.verdict, found.faults]).toEqual(['verified', []]);
  expect(found.signedText).toBe('msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}');
  expect(found.expected).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

it('signs as it checks, and by nothing that is no secret', async () => {
  expect(await signWebhook(plain, SECRET)).toBe(signature(SECRET, plain));
  await expect(signWebhook(plain, 'hunter2')).rejects.toThrow('not a signing secret');
});

describe('a signature that verifies', () => {
  it('passes every step, by any one of the list', async () => {
    const found = await checkWebhook(message({}, [OTHER, SECRET]), { secret: ` ${SECRET}\n`, at: AT });
    expect(outcomes(found)).toEqual(['headers passed', 'secret passed', 'signatures passed', 'time passed']);
    expect(found.signatures.map(({ outcome }) => outcome)).toEqual(['differs', 'matches']);
    expect(found.verdict).toBe('verified');
  });
  it('passes beside schemes it does not know', async () => {
    const found = await check({ signature: `v1a,${'A'.repeat(88)} ${signature(SECRET, plain)} junk` });
    expect([found.verdict, found.signatures.map(({ outcome }) => outcome)]).toEqual([
      'verified',
      ['other-scheme', 'matches', 'malformed'],
    ]);
  });
  it.each([
    [301_000, ['timestamp-old']],
    [-309_000, ['timestamp-ahead']],
    [295_000, []],
  ])('is refused %d ms off all the same where that is too much', async (off, faults) => {
    const found = await check({}, { at: AT + off });
    expect([found.verdict, codes(found)]).toEqual([faults.length > 0 ? 'out-of-time' : 'verified', faults]);
  });
});

describe('what does not verify', () => {
  it.each<[string, Partial<WebhookMessage>]>([
    ['body-reserialised', { body: JSON.stringify(JSON.parse(plain.body), null, 2) }],
    ['body-reserialised', { body: plain.body.replace('ü', '\\u00fc') }],
    ['body-whitespace', { body: `${plain.body}\n` }],
    ['body-whitespace', { body: `\uFEFF${plain.body}` }],
    ['secret-or-bytes', { body: plain.body.replace('12.5', '12.6') }],
    ['id-differs', { id: '0198c0de-0000-7000-8000-00000000000e' }],
    ['header-missing', { signature: '' }],
    ['timestamp-malformed', { timestamp: `${plain.timestamp}000` }],
    ['signature-list-malformed', { signature: 'sha256=abc' }],
  ])('is %s by what is pasted alone', async (code, changes) => {
    const found = await check(changes);
    expect([found.verdict, codes(found)]).toEqual(['not-verified', [code]]);
  });

  it.each<[string, Partial<WebhookMessage>]>([
    ['body-changed', { body: plain.body.replace('12.5', '12.6') }],
    ['body-changed', { body: plain.body.slice(0, -1) }],
    ['body-reserialised', { body: JSON.stringify({ data: { total: 12.5 }, ...JSON.parse(plain.body) }) }],
    ['id-differs', { id: '0198c0de-0000-7000-8000-00000000000e' }],
    ['timestamp-differs', { timestamp: '1764331197' }],
    ['signature-list-changed', { signature: signature(SECRET, { ...plain, body: '' }) }],
  ])('is %s beside what was sent', async (code, changes) => {
    expect(codes(await check(changes, { sent }))).toEqual([code]);
  });

  it('is the secret, and said to be, where everything else is as it was sent', async () => {
    expect(codes(await check({}, { secret: OTHER, sent }))).toEqual(['secret-other']);
    expect(codes(await check({}, { secret: OTHER }))).toEqual(['secret-or-bytes']);
  });

  it.each(['', 'hunter2', 'twk_acme.0198.abc', `whsec_${Buffer.alloc(8).toString('base64')}`])(
    'has no secret in %j',
    async (secret) => {
      const found = await check({}, { secret });
      expect(codes(found)).toEqual(['secret-malformed']);
      expect(outcomes(found)).toEqual(['headers passed', 'secret failed', 'signatures not-reached', 'time passed']);
      expect(JSON.stringify(found)).not.toContain(secret || 'nothing to leak');
    },
  );

  it('is found for any byte that is changed, and its place is told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(plain.body.length - 1), fc.constantFrom('~', '^'), async (place, other) => {
        const body = plain.body.slice(0, place) + other + plain.body.slice(place + 1);
        const bytes = Buffer.byteLength(plain.body.slice(0, place));
        const { verdict, faults } = await check({ body }, { sent });
        expect([verdict, faults.map(({ code }) => code)]).toEqual(['not-verified', ['body-changed']]);
        expect(faults[0]!.says).toContain(`from byte ${bytes} on`);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what a program works out', () => {
  const bare = SECRET.replace('whsec_', '');
  const { id, timestamp, body } = plain;
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);
  const key = Buffer.from(bare, 'base64');
  const text = `${id}.${timestamp}.${body}`;
  it.each<[string[], string]>([
    [[], hmac(key, text).digest('base64')],
    [[], signature(SECRET, plain)],
    [['The key is the text of the whole secret.'], hmac(SECRET, text).digest('base64')],
    [['The key is text in base64 that was not decoded.'], hmac(bare, text).digest('base64')],
    [['Only the body is signed.'], hmac(key, body).digest('base64')],
    [['webhook-id is not signed.'], hmac(key, `${timestamp}.${body}`).digest('base64')],
    [['It is written in hexadecimal.'], hmac(key, text).digest('hex')],
    [['It is written in base64url.'], hmac(key, text).digest('base64url')],
    [
      ['The key is the text of the whole secret.', 'Only the body is signed.', 'It is written in hexadecimal.'],
      hmac(SECRET, body).digest('hex'),
    ],
    [
      ['The program works out something else, in none of the ways that are known here.'],
      hmac('another', text).digest('base64'),
    ],
  ])('is told as %j', async (faults, computed) => {
    const { verdict, program } = await check({}, { computed });
    expect([verdict, program?.map(({ says }) => says)]).toEqual(['verified', faults]);
  });
  it('is told as a body that was written anew', async () => {
    const pretty = JSON.stringify(JSON.parse(body), null, 2);
    const { program } = await check({ body: pretty }, { computed: signature(SECRET, plain) });
    expect(program?.map(({ code }) => code)).toEqual(['body-reserialised']);
  });
  it('is not asked for', async () => {
    expect((await check()).program).toBeNull();
    expect((await check({}, { computed: ' ', secret: OTHER })).program).toBeNull();
    expect((await check({}, { computed: 'x', secret: 'no secret' })).program).toBeNull();
  });
});

describe('headers as they are pasted', () => {
  const { id, timestamp } = plain;
  const headers = { id, timestamp, signature: 'v1,AAAA= v1,BBBB=' };
  it.each([
    ['lines', webhookHeaderLines(headers)],
    [
      'other case and more lines',
      `POST /hook\r\nHost: x\r\nWebhook-ID:${id}\r\nWebhook-Timestamp: ${timestamp}\r\nWebhook-Signature:  v1,AAAA= v1,BBBB=\r\n`,
    ],
    [
      'curl',
      `-H 'webhook-id: ${id}' \\\n -H 'webhook-timestamp: ${timestamp}' \\\n -H 'webhook-signature: v1,AAAA= v1,BBBB='`,
    ],
    [
      'JSON',
      JSON.stringify({ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': headers.signature }),
    ],
    [
      'JSON of lists',
      JSON.stringify(
        { 'webhook-id': [id], 'webhook-timestamp': [timestamp], 'webhook-signature': [headers.signature] },
        null,
        1,
      ),
    ],
  ])('are read from %s', (_, text) => expect(webhookHeadersIn(text)).toEqual(headers));
  it('are empty where they are not', () =>
    expect(webhookHeadersIn('content-type: text/plain')).toEqual({ id: '', timestamp: '', signature: '' }));
});
