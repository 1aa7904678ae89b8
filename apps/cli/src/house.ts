import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createClient, ProblemError, Unreachable, type ClientOptions, type TidewaiterClient } from '@tidewaiter/client';
import type { RouteDefinition } from '@tidewaiter/contracts';
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

const sessionsFile = z.object({
  current: z.string(),
  profiles: z.record(z.string(), z.object({ user: z.string(), token: z.string() })),
});
export type Sessions = z.infer<typeof sessionsFile>;
const DEFAULT_PROFILE = 'default';

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

  /** @param asked the profile named on the command line; else the environment's TIDEWAITER_PROFILE, else the one in use */
  constructor(
    readonly root: string = findRoot(),
    private readonly asked: string | undefined = process.env['TIDEWAITER_PROFILE'],
  ) {
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

  /** Who is signed in, by profile. */
  sessions(): Sessions {
    const parsed = sessionsFile.safeParse(this.recall('session.json'));
    return parsed.success ? parsed.data : { current: DEFAULT_PROFILE, profiles: {} };
  }

  get profile(): string {
    return this.asked ?? this.sessions().current;
  }

  /** Keeps a sign-in under this profile, which is used from now on where no other is. */
  login(user: string, token: string): void {
    const { current, profiles } = this.sessions();
    const { profile } = this;
    this.keepSessions({
      current: current in profiles ? current : profile,
      profiles: { ...profiles, [profile]: { user, token } },
    });
  }

  keepSessions(sessions: Sessions): void {
    this.keep('session.json', sessions);
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
    const { profile } = this;
    const signedIn = this.sessions().profiles[profile];
    if (!signedIn) {
      const named = profile === DEFAULT_PROFILE ? '' : ` --profile ${profile}`;
      throw new CommandFailed(
        `Nobody is signed in${named === '' ? '' : ` under the profile ${profile}`}.`,
        EXIT.signIn,
        `Sign in: tidewaiter login --as operator${named}`,
      );
    }
    return this.connection(signedIn.user, signedIn.token);
  }

  client(user?: string): TidewaiterClient {
    return user === undefined ? knowing(createClient(this.session())) : createClient(this.connection(user));
  }
}

/** What a gateway answers when it does not know what became of a request behind it. */
const UNKNOWN = new Set([502, 504]);
/** Errors of a connection that was never there: nothing was sent. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const wasSent = (error: Unreachable): boolean => {
  const { code } = (error.cause as { cause?: { code?: string } } | undefined)?.cause ?? {};
  return code === undefined || !NOT_SENT.has(code);
};

/** A change whose answer is lost ends as "not yet known", never as failed: it may have been made. */
function knowing(client: TidewaiterClient): TidewaiterClient {
  const told = async <T>({ method }: RouteDefinition, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const lost =
        error instanceof ProblemError ? UNKNOWN.has(error.status) : error instanceof Unreachable && wasSent(error);
      if (method === 'GET' || !lost) throw error;
      throw new CommandFailed(
        'No answer came: it may or may not have been done.',
        EXIT.notYet,
        'Look at how it stands before you do it again.',
      );
    }
  };
  return {
    ...client,
    call: (route, ...rest) => told(route, () => client.call(route, ...rest)),
    send: (route, ...rest) => told(route, () => client.send(route, ...rest)),
    upload: (route, ...rest) => told(route, () => client.upload(route, ...rest)),
  };
}

/** `operator` with tenant `acme` is the sample user `operator@acme`. */
export const sampleUser = (role: string, tenant: string): string => (role.includes('@') ? role : `${role}@${tenant}`);
