import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Command } from 'commander';
import { EXAMPLES, pathOf } from './examples.js';
import { createProgram, main } from './main.js';

const PAYMENT = '5b1f9c52-1f0e-4a3e-9a52-0d1c6f1f2a11';
const SHIPMENT = '7d0c1a70-8f57-4f0e-8a52-3d1c6f1f2a22';
const TASK = '11111111-1f0e-4a3e-9a52-0d1c6f1f2a33';
const DIGEST = `sha256:${'5e'.repeat(32)}`;
const payment = {
  ...{ paymentId: PAYMENT, shipmentId: SHIPMENT, declarationId: SHIPMENT, caseId: null, generation: 1 },
  ...{ amount: { amount: '282.66', currency: 'GBP' }, payee: { name: 'HMRC', account: 'GB29' }, reference: 'CDSI1' },
  ...{ digest: DIGEST, status: 'needs-approval', approvals: [], approvalsNeeded: 1, refusals: [], interest: null },
  ...{ afterSettlement: false, reason: null, version: 1 },
};
const task = {
  ...{ taskId: TASK, shipmentId: SHIPMENT, engagementId: null, kind: 'approve-payment', role: 'approver' },
  ...{
    status: 'open',
    says: 'Approve',
    about: { paymentId: PAYMENT, digest: DIGEST },
    due: null,
    decisions: [],
    version: 4,
  },
};
const token = `e30.${Buffer.from(JSON.stringify({ exp: 9_999_999_999, tenant: 'acme' })).toString('base64url')}.x`;

type Answer = { status?: number; body: unknown } | 'cut';
interface Asked {
  method: string;
  path: string;
  body: unknown;
  ifMatch: string | undefined;
}

/** A stack of which there is the door alone: what it answers is said by each test. */
class Door implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly data = mkdtempSync(join(tmpdir(), 'tidewaiter-cli-'));

  private constructor(
    private readonly server: Server,
    answers: Record<string, Answer>,
  ) {
    server.on('request', (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        const path = new URL(request.url ?? '/', 'http://door').pathname;
        const method = request.method ?? '';
        const body = text === '' ? undefined : (JSON.parse(text) as unknown);
        this.asked.push({ method, path, body, ifMatch: request.headers['if-match'] });
        const answer = answers[`${method} ${path}`] ?? { status: 404, body: problem(404, 'http.route.unknown') };
        if (answer === 'cut') return void request.socket.destroy();
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      });
    });
  }

  static async open(answers: Record<string, Answer>): Promise<Door> {
    const server = createServer();
    const door = new Door(server, answers);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(join(door.data, 'run.json'), JSON.stringify({ api, identity: api, simulators: api }));
    const profiles = { default: { user: 'approver@acme', token } };
    writeFileSync(join(door.data, 'session.json'), JSON.stringify({ current: 'default', profiles }));
    return door;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.data, { recursive: true });
  }
}

const problem = (status: number, code: string) => ({
  type: 'about:blank',
  title: 'no',
  status,
  code,
  detail: 'It is so.',
});

interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

const variables = ['TIDEWAITER_DATA', 'TIDEWAITER_PROFILE', 'LC_ALL', 'NO_COLOR'];
const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));

afterEach(() => {
  jest.restoreAllMocks();
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

async function run(args: readonly string[], door?: Door): Promise<Said> {
  if (door) process.env['TIDEWAITER_DATA'] = door.data;
  const said = { stdout: '', stderr: '' };
  const into = (name: keyof typeof said) => (text: string | Uint8Array) => {
    said[name] += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(into('stdout'));
  jest.spyOn(process.stderr, 'write').mockImplementation(into('stderr'));
  const code = await main(['node', 'tidewaiter', ...args]);
  jest.restoreAllMocks();
  return { code, ...said };
}

const commandsOf = (command: Command): Command[] => [command, ...command.commands.flatMap(commandsOf)];

const waiting = {
  [`GET /v1/payments/${PAYMENT}`]: { body: payment },
  'GET /v1/tasks': { body: { items: [task], next: null } },
};
const approval = `POST /v1/tasks/${TASK}/decision`;

describe('an approval', () => {
  it('where nobody can be asked, is refused as a wrong call; what it is about was shown, and nothing was sent', async () => {
    await using door = await Door.open(waiting);
    const { code, stderr } = await run(['payment', 'approve', PAYMENT], door);
    expect(code).toBe(2);
    expect(stderr).toContain('282.66 GBP to HMRC, account GB29');
    expect(stderr).toContain(DIGEST);
    expect(door.asked.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('with --yes, is bound to the digest that was shown and to the version of the task', async () => {
    await using door = await Door.open({ ...waiting, [approval]: { body: { ...task, says: 'Approved.' } } });
    const { code, stdout, stderr } = await run(['payment', 'approve', PAYMENT, '--yes'], door);
    expect([code, stdout]).toEqual([0, 'Approved.\n']);
    expect(stderr).toContain(`next: tidewaiter payment show ${PAYMENT}`);
    expect(door.asked.at(-1)).toMatchObject({ body: { approve: true, digest: DIGEST }, ifMatch: '"4"' });
  });

  it('of another digest than was seen before, is refused', async () => {
    await using door = await Door.open(waiting);
    expect((await run(['payment', 'approve', PAYMENT, '--yes', '--digest', 'sha256:77'], door)).code).toBe(3);
    expect(door.asked.map(({ method }) => method)).toEqual(['GET']);
  });

  it('of which no answer came, ends as not yet known', async () => {
    await using door = await Door.open({ ...waiting, [approval]: 'cut' });
    const { code, stderr } = await run(['payment', 'approve', PAYMENT, '--yes'], door);
    expect(code).toBe(8);
    expect(stderr).toContain('it may or may not have been done');
  });

  it.each([
    [401, 'identity.token.invalid', 4],
    [403, 'shipments.task.role', 4],
    [404, 'shipments.task.unknown', 5],
    [412, 'event-store.version.stale', 3],
    [422, 'duties.payment.self-approval', 3],
    [400, 'shipments.task.decision-invalid', 2],
    [503, 'customs.authority.down', 6],
    [504, 'http.gateway', 8],
    [503, 'workflow.not-answering', 8],
    [500, 'http.internal', 1],
  ])('that is answered by %i %s, ends with %i', async (status, code, exit) => {
    await using door = await Door.open({ ...waiting, [approval]: { status, body: problem(status, code) } });
    expect((await run(['payment', 'approve', PAYMENT, '--yes'], door)).code).toBe(exit);
  });
});

describe('output', () => {
  const listed = { 'GET /v1/payments': { body: { items: [payment], next: null } } };

  it('is data on stdout, talk on stderr; with --quiet data alone', async () => {
    await using door = await Door.open(listed);
    const { stdout, stderr } = await run(['payment', 'list'], door);
    expect(stdout).toMatch(/^Payment +Status .*\n5b1f9c52.* 282.66 GBP +HMRC +CDSI1 +0 of 1\n$/);
    expect(stderr).toBe(`next: tidewaiter payment show ${PAYMENT}\n`);
    expect((await run(['payment', 'list', '--quiet'], door)).stderr).toBe('');
  });

  it('is one document with --json', async () => {
    await using door = await Door.open(listed);
    const { stdout, stderr } = await run(['payment', 'list', '--json'], door);
    expect([JSON.parse(stdout), stderr]).toEqual([[payment], '']);
  });

  it('shows times in the zone that is asked for, and refuses one that is none', async () => {
    const approved = { ...payment, approvals: [{ by: 'user:a@acme', at: '2026-06-01T23:30:00.000000Z' }] };
    await using door = await Door.open({ [`GET /v1/payments/${PAYMENT}`]: { body: approved } });
    const shown = async (...zone: string[]) => (await run(['payment', 'show', PAYMENT, ...zone], door)).stdout;
    expect(await shown()).toContain('✓ approved by user:a@acme, 2026-06-01 23:30:00Z');
    expect(await shown('--tz', 'Asia/Tokyo')).toContain('2026-06-02 08:30:00 GMT+9');
    expect((await run(['payment', 'show', PAYMENT, '--tz', 'Mars/Base'], door)).code).toBe(2);
    process.env['LC_ALL'] = 'C';
    expect(await shown()).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe('sign-ins', () => {
  it('stand side by side; one of them is in use, another by name', async () => {
    await using door = await Door.open({ 'GET /v1/session': { status: 403, body: problem(403, 'identity.role') } });
    const other = { default: { user: 'approver@acme', token }, night: { user: 'operator@acme', token } };
    writeFileSync(join(door.data, 'session.json'), JSON.stringify({ current: 'default', profiles: other }));
    expect((await run(['profile', 'use', 'night'], door)).code).toBe(0);
    expect(JSON.parse((await run(['profile', '--json'], door)).stdout)).toEqual([
      { name: 'default', user: 'approver@acme', current: false },
      { name: 'night', user: 'operator@acme', current: true },
    ]);
    expect((await run(['logout'], door)).code).toBe(0);
    const { code, stderr } = await run(['whoami'], door);
    expect([code, stderr]).toEqual([4, expect.stringContaining('tidewaiter login --as operator --profile night')]);
    expect(door.asked).toEqual([]);
    expect((await run(['profile', 'use', 'day'], door)).code).toBe(5);
  });
});

describe('help', () => {
  it.each([
    ['shpment', 'shipment'],
    ['payment aprove x', 'approve'],
    ['shipment list --stge clearance', '--stage'],
  ])('of %s names the nearest: %s', async (line, nearest) => {
    const { code, stderr } = await run(line.split(' '));
    expect([code, stderr]).toEqual([2, expect.stringContaining(`Did you mean ${nearest}?`)]);
  });

  it('opens with examples of every group', async () => {
    for (const group of commandsOf(createProgram()).filter(({ commands }) => commands.length > 0)) {
      const { code, stdout } = await run([...pathOf(group).split(' ').filter(Boolean), '--help']);
      expect([code, pathOf(group), stdout]).toEqual([
        0,
        pathOf(group),
        expect.stringMatching(/^Examples?:\n {2}tidewaiter /),
      ]);
    }
  });

  it.each(EXAMPLES)('example: tidewaiter %s', (line) => {
    const program = createProgram();
    const ran: string[] = [];
    for (const command of commandsOf(program).filter(({ commands }) => commands.length === 0))
      command.action(() => void ran.push(pathOf(command)));
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    program.parse(words, { from: 'user' });
    expect(`${line} `).toContain(`${ran[0]} `);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('for %s knows every command', async (shell) => {
    const { stdout } = await run(['completion', shell]);
    for (const command of commandsOf(createProgram())) expect(stdout).toContain(pathOf(command));
  });

  it.each([
    ['tidewaiter ship', ['shipment']],
    ['tidewaiter partner endpoint a', ['add']],
    ['tidewaiter --json payment approve --dig', ['--digest']],
    ['tidewaiter payment list --prof', ['--profile']],
  ])('of %s in bash', async (line, expected) => {
    const { stdout } = await run(['completion', 'bash']);
    const words = line.split(' ');
    const asked = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _tidewaiter; echo "\${COMPREPLY[@]}"`;
    expect(
      execFileSync('bash', ['-c', `${stdout}\n${asked}`])
        .toString()
        .trim()
        .split(' '),
    ).toEqual(expected);
  });
});
