import { createHmac } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { main } from '../main.js';
import { EXIT } from '../output.js';

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const BODY = '{"type":"tidewaiter.customs.GoodsReleased.v1"}';

describe('tidewaiter partner check-signature', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-signature-'));
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const told: string[] = [];
  beforeEach(() => {
    told.length = 0;
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((text) => told.push(String(text)) > 0);
    }
  });
  afterEach(() => jest.restoreAllMocks());

  const check = (body: string, { secret = SECRET, at = 0, more = [] as string[] } = {}): Promise<number> => {
    const timestamp = Math.floor(Date.now() / 1000) + at;
    const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64');
    const signature = createHmac('sha256', key).update(`one.${timestamp}.${BODY}`).digest('base64');
    const headers = put(
      'headers.txt',
      `webhook-id: one\nwebhook-timestamp: ${timestamp}\nwebhook-signature: v1,${signature}\n`,
    );
    const options = ['--headers', headers, '--secret-file', put('secret', `${secret}\n`), ...more];
    return main(['node', 'tidewaiter', 'partner', 'check-signature', put('body.json', body), ...options]);
  };

  it('ends with 0 where it verifies, and with 7 and the reason where it does not', async () => {
    expect(await check(BODY)).toBe(EXIT.done);
    expect(told.join('')).toContain('✓ signatures');
    expect(await check(`${BODY}\n`)).toBe(EXIT.notProven);
    expect(told.join('')).toContain('body-whitespace');
    expect(await check(BODY, { at: -600 })).toBe(EXIT.notProven);
    expect(told.join('')).toContain('timestamp-old');
    expect(await check(BODY, { at: -600, more: ['--tolerance', '900'] })).toBe(EXIT.done);
    expect(told.join('')).not.toContain(SECRET.slice(6));
  });

  it('gives the same as one JSON document', async () => {
    expect(await check(BODY, { more: ['--json'] })).toBe(EXIT.done);
    expect(JSON.parse(told.join(''))).toMatchObject({ verdict: 'verified', faults: [] });
  });

  it('says what is missing or no instant as a mistake of use', async () => {
    expect(await check(BODY, { more: ['--at', 'yesterday'] })).toBe(EXIT.usage);
    expect(await main(['node', 'tidewaiter', 'partner', 'check-signature', 'x'])).toBe(EXIT.usage);
  });
});
