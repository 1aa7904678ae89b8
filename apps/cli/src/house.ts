import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createClient, Unreachable, type ClientOptions, type TidewaiterClient } from '@tidewaiter/client';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { CommandFailed, EXIT } from './output.js';

/** Addresses of the running stack, as the runner wrote them to `.tidewaiter/run.json`. */
const runFile = z.looseObject({
  api: z.string(),
  identity: z.string(),
  simulators: z.string(),
  temporalUi: z.string().optional(),
});
export type RunFile = z.infer<typeof runFile>;

const sessionFile = z.object({ user: z.string(), token: z.string() });

/** The checkout this command works on: the nearest folder upwards that holds a data folder or is the workspace root. */
export function findRoot(from = process.cwd()): string {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'nx.json')) && existsSync(join(dir, 'workflows'))) return dir;
    if (dirname(dir) === dir)
      throw new CommandFailed(
        'No Tidewaiter checkout here or above.',
        EXIT.usage,
        'Change into the folder that holds nx.json.',
      );
  }
}

export type TokenHolder = ClientOptions & Required<Pick<ClientOptions, 'token'>>;

export class House {
  readonly data: string;

  constructor(readonly root: string = findRoot()) {
    this.data = process.env['TIDEWAITER_DATA'] ? resolve(process.env['TIDEWAITER_DATA']) : join(root, '.tidewaiter');
  }

  run(): RunFile {
    const path = join(this.data, 'run.json');
    if (!existsSync(path)) throw new Unreachable('Nothing runs here.');
    const parsed = runFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) throw new Unreachable('The stack is still starting.');
    return parsed.data;
  }

  secret(name: string): string {
    const secrets = z
      .record(z.string(), z.string())
      .parse(JSON.parse(readFileSync(join(this.data, 'secrets.json'), 'utf8')));
    const value = secrets[name];
    if (value === undefined)
      throw new CommandFailed(`The secret ${name} is not in this stack's data folder.`, EXIT.failed);
    return value;
  }

  /** Writes a small file of our own atomically, readable by its owner only. */
  keep(name: string, value: unknown): void {
    mkdirSync(this.data, { recursive: true });
    const path = join(this.data, name);
    writeFileSync(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  recall(name: string): unknown {
    const path = join(this.data, name);
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  }

  // ---- identity

  /** A token of a sample user, from the local provider only. @param user `operator@acme`, `approver-2@acme` */
  async tokenOf(user: string, expiresIn?: number): Promise<string> {
    const { identity } = this.run();
    const discovery = await this.reach(`${identity}/.well-known/openid-configuration`);
    const { token_endpoint: endpoint } = z.object({ token_endpoint: z.url() }).parse(await discovery.json());
    const body = new URLSearchParams({
      grant_type: 'urn:tidewaiter:sample-user',
      client_id: 'tidewaiter-cli',
      user,
      ...(expiresIn === undefined ? {} : { expires_in: String(expiresIn) }),
    });
    const answer = await this.reach(endpoint, { method: 'POST', body });
    if (!answer.ok) {
      throw new CommandFailed(
        `The identity provider knows no sample user ${user}.`,
        EXIT.signIn,
        'Roles: operator, approver, compliance, auditor, partner, administrator; tenants: acme, globex.',
      );
    }
    return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
  }

  private async reach(url: string, init?: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (cause) {
      throw new Unreachable(`Nobody answers at ${url}.`, { cause });
    }
  }

  login(user: string, token: string): void {
    this.keep('session.json', { user, token });
  }

  /** Connection settings for a sample user; renews the token shortly before it expires. */
  connection(user: string, known?: string): TokenHolder {
    let token = known;
    return {
      baseUrl: this.run().api,
      token: async () => {
        const expiry = token === undefined ? 0 : (decodeJwt(token).exp ?? 0);
        if (token === undefined || expiry * 1000 < Date.now() + 10_000) token = await this.tokenOf(user);
        return token;
      },
    };
  }

  /** The signed-in user's connection. */
  session(): TokenHolder {
    const parsed = sessionFile.safeParse(this.recall('session.json'));
    if (!parsed.success)
      throw new CommandFailed('Nobody is signed in.', EXIT.signIn, 'Sign in: `npx tidewaiter login --as operator`.');
    return this.connection(parsed.data.user, parsed.data.token);
  }

  client(user?: string): TidewaiterClient {
    return createClient(user === undefined ? this.session() : this.connection(user));
  }
}

/** `operator` with tenant `acme` is the sample user `operator@acme`. */
export const sampleUser = (role: string, tenant: string): string => (role.includes('@') ? role : `${role}@${tenant}`);
