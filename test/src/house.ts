import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type TidewaiterClient } from '@tidewaiter/client';
import { reset, startPlatform, type Platform } from '@tidewaiter/local';
import { Outside } from './outside.js';
import { told, type Told } from './story.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** Outside parties are given up soon and asked again soon, so that a story with bad luck in it takes seconds. */
export const IMPATIENT = {
  CUSTOMS_ENQUIRY_SCHEDULE: '300,900,2000,4000',
  CUSTOMS_RESEND_QUIET_MS: '1500',
  CUSTOMS_SUBMIT_TIMEOUT_MS: '5000',
  BANK_TIMEOUT_MS: '5000',
  CARRIER_TIMEOUT_MS: '5000',
};

/** Where a platform of ours answers, and who may ask. */
export interface Addresses {
  api: string;
  identity: string;
  simulators: string;
}

/** A folder for one run of the platform; the account that runs Postgres for root must be able to enter it. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'tidewaiter-journey-'));
  chmodSync(home, 0o755);
  return home;
}

/** Removes a folder with everything that a run kept, also where it lies elsewhere. */
export async function throwAway(home: string): Promise<void> {
  await reset({ home, confirmed: true });
  rmSync(home, { recursive: true, force: true });
}

/** A token of a sample user. @param user `operator@acme` @param expiresIn seconds */
export async function tokenOf(identity: string, user: string, expiresIn?: number): Promise<string> {
  const answer = await fetch(`${identity}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:tidewaiter:sample-user',
      client_id: 'tidewaiter-cli',
      user,
      ...(expiresIn === undefined ? {} : { expires_in: String(expiresIn) }),
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** The API as one user of the samples sees it. */
export function clientOf({ api, identity }: Addresses, user: string): TidewaiterClient {
  let token: Promise<string> | undefined;
  return createClient({ baseUrl: api, token: () => (token ??= tokenOf(identity, user)) });
}

/** What a command of the command line said and how it ended. */
export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command against the stack of a folder. */
function command(home: string, args: readonly string[]): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'apps/cli/bin/tidewaiter.mjs'), '--json', ...args], {
      cwd: ROOT,
      env: { ...process.env, TIDEWAITER_DATA: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

const scenarioFile = (name: string): string => join(ROOT, 'test/fixtures/scenarios', `${name}.yaml`);
export const newRunId = (): string => randomBytes(6).toString('hex');

/**
 * Plays scenario files side by side over the public API.
 *
 * @param names of files below `test/fixtures/scenarios`, without their ending
 */
export async function play(home: string, names: readonly string[], runId = newRunId()): Promise<Map<string, Told>> {
  const said = await command(home, ['scenario', 'run', '--together', '--run-id', runId, ...names.map(scenarioFile)]);
  return new Map(names.map((name) => [name, told(said, scenarioFile(name))]));
}

/** A platform of its own for one suite: the real servers, the simulators and everything of ours, in a folder that is thrown away. */
export class House implements AsyncDisposable {
  readonly outside: Outside;
  private readonly clients = new Map<string, TidewaiterClient>();

  private constructor(readonly platform: Platform) {
    this.outside = new Outside(platform.addresses.simulators, platform.secrets.simulatorAdminToken);
  }

  static async open(mode: 'one' | 'split'): Promise<House> {
    const env = { ...process.env, ...IMPATIENT };
    return new House(await startPlatform({ root: ROOT, home: temporaryHome(), mode, throwAway: true, env }));
  }

  get api(): string {
    return this.platform.addresses.api;
  }

  /** @param user `operator` for the tenant acme, or `operator@globex` */
  as(user: string): TidewaiterClient {
    const name = user.includes('@') ? user : `${user}@acme`;
    const client = this.clients.get(name) ?? clientOf(this.platform.addresses, name);
    this.clients.set(name, client);
    return client;
  }

  token(user: string, expiresIn?: number): Promise<string> {
    return tokenOf(this.platform.addresses.identity, user, expiresIn);
  }

  /** Runs a command of the command line, with `--json`. */
  command(...args: string[]): Promise<Said> {
    return command(this.platform.home, args);
  }

  play(names: readonly string[]): Promise<Map<string, Told>> {
    return play(this.platform.home, names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.platform.stop();
    await throwAway(this.platform.home);
  }
}
