import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sample = (name: string): string => fileURLToPath(new URL(`./samples/${name}`, import.meta.url));
const has = (...commands: string[]): boolean => commands.every((each) => spawnSync(each, ['--version']).status === 0);

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 4).toString('base64')}`;
const body = '{"type":"tidewaiter.customs.GoodsReleased.v1","subject":"Zürich"}';

interface Case {
  name: string;
  taken: boolean;
  headers: Record<string, string>;
  body: string;
}

const signature = (secret: string, id: string, timestamp: number, text: string): string => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')}`;
};

function casesNow(): Case[] {
  const seconds = Math.floor(Date.now() / 1000);
  const one = (name: string, taken: boolean, secrets: string[], off = 0, changes: Partial<Case> = {}): Case => ({
    name,
    taken,
    body,
    headers: {
      'webhook-id': 'one',
      'webhook-timestamp': String(seconds + off),
      'webhook-signature': secrets.map((secret) => signature(secret, 'one', seconds + off, body)).join(' '),
    },
    ...changes,
  });
  return [
    one('as it was sent', true, [SECRET]),
    one('signed by two', true, [OTHER, SECRET]),
    one('another secret', false, [OTHER]),
    one('a byte changed', false, [SECRET], 0, { body: body.replace('G', 'g') }),
    one('too old', false, [SECRET], -400),
    one('too far ahead', false, [SECRET], 400),
    one('no headers', false, [], 0, { headers: {} }),
  ];
}

/** Runs what a receiver does in Node, and answers its address. */
async function receiver(): Promise<{ url: string; [Symbol.asyncDispose]: () => Promise<void> }> {
  const child = spawn(process.execPath, [sample('receive.mjs')], {
    env: { ...process.env, NODE_OPTIONS: '', WEBHOOK_SECRET: SECRET, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const [line] = await new Promise<string[]>((resolve) => {
    createInterface(child.stdout).once('line', (text) => resolve([text]));
  });
  return {
    url: `http://127.0.0.1:${/\d+$/.exec(line!)![0]}/`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}

describe('the samples that the console shows', () => {
  it('take in Node what is signed, and nothing else', async () => {
    await using up = await receiver();
    for (const each of casesNow()) {
      const { status } = await fetch(up.url, { method: 'POST', headers: each.headers, body: each.body });
      expect([each.name, status]).toEqual([each.name, each.taken ? 204 : 401]);
    }
  });

  if (has('python3')) {
    it('take in Python what is signed, and nothing else', async () => {
      const cases = casesNow();
      const asked = `import json,sys; sys.path.insert(0,sys.argv[1]); from verify import verifies
print(json.dumps([verifies(sys.argv[2], each["headers"], each["body"].encode()) for each in json.loads(sys.argv[3])]))`;
      const folder = sample('').replace(/\/$/, '');
      const { stdout } = await run('python3', ['-B', '-c', asked, folder, SECRET, JSON.stringify(cases)]);
      expect(JSON.parse(stdout)).toEqual(cases.map(({ taken }) => taken));
    });
  }

  if (has('curl') && spawnSync('openssl', ['version']).status === 0) {
    it('sign with openssl and send with curl what the receiver takes', async () => {
      await using up = await receiver();
      const file = join(mkdtempSync(join(tmpdir(), 'tidewaiter-sample-')), 'body.json');
      writeFileSync(file, body);
      const sentWith = async (secret: string): Promise<string> => {
        const env = { ...process.env, WEBHOOK_SECRET: secret };
        return (await run('sh', [sample('send.sh'), file, up.url], { env })).stdout.trim();
      };
      expect([await sentWith(SECRET), await sentWith(OTHER)]).toEqual(['204', '401']);
    });
  }
});
