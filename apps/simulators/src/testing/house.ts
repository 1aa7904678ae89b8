import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../authority/authority.js';
import { aceRoutes } from '../authority/ace/routes.js';
import { edifactRoutes } from '../authority/edifact/routes.js';
import type { Filing } from '../authority/filings.js';
import { authorityRoutes } from '../authority/routes.js';
import { adminRoutes } from '../admin.js';
import { Bank } from '../bank/bank.js';
import { Clock } from '../plumbing/clock.js';
import type { World } from '../plumbing/face.js';
import type { Reply, Request, Route } from '../plumbing/http.js';
import { ScriptBook } from '../scripts/book.js';
import { faultsSchema, scriptSchema } from '../scripts/scripts.js';
import { aDeclaration, type DeclarationSketch } from './declaration.js';

const TOKEN = 'admin';
export const CALLBACK_TOKEN = 'callback-token-of-the-test';

const paramsOf = (pattern: string, path: string): Record<string, string> | null => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  const fits = wanted.every((part, index) => {
    if (!part.startsWith(':')) return part === given[index];
    params[part.slice(1)] = decodeURIComponent(given[index]!);
    return true;
  });
  return fits ? params : null;
};

/** The authority and the bank inside the test's own process, on a clock that the test sets ahead; a restart rebuilds them from their ledgers. */
export class House {
  clock!: Clock;
  authority!: Authority;
  bank!: Bank;
  scripts!: ScriptBook;
  private serial = 0;
  private bearer: string | null = null;

  constructor(
    private readonly options: Partial<Pick<World, 'pace' | 'realTime' | 'callbackUrl' | 'seed'>> & {
      rate?: number;
    } = {},
    private readonly folder = mkdtempSync(join(tmpdir(), 'house-')),
  ) {
    this.open();
  }

  private open(): void {
    this.clock = new Clock({ folder: this.folder, skips: false });
    this.scripts = new ScriptBook(this.folder, this.clock.now, this.options.seed ?? '');
    const world: World = {
      folder: this.folder,
      pace: 'fast',
      realTime: false,
      callbackUrl: null,
      seed: null,
      ...this.options,
      scripts: this.scripts,
      clock: this.clock,
    };
    const settings = {
      clientId: 'c',
      clientSecret: 'client-secret-of-the-test',
      callbackToken: CALLBACK_TOKEN,
      edifactUrl: null,
      rate: this.options.rate ?? null,
    };
    this.authority = new Authority(world, settings);
    this.bank = new Bank(world, { token: 'b', callbackToken: 'b', authorityUrl: null });
    this.routes = [
      ...authorityRoutes(this.authority, () => 'http://authority'),
      ...edifactRoutes(this.authority, null),
      ...aceRoutes(this.authority, 'SECRET'),
      ...adminRoutes({ token: TOKEN, notificationsUrl: null }, world, {
        authority: this.authority,
        bank: this.bank,
        carrier: null,
      }),
    ];
    this.authority.resume();
    this.bank.resume();
  }

  private routes: Route[] = [];

  /** As after kill -9: everything in memory is gone. */
  async restart(): Promise<void> {
    await this.close();
    this.open();
    await this.settle();
  }

  async close(): Promise<void> {
    await this.authority.close();
    await this.bank.close();
    this.scripts.close();
    this.clock.close();
  }

  /** A shipment of its own for each declaration. */
  next(): { reference: string; lrn: string } {
    this.serial += 1;
    return { reference: `SHIP-${this.serial}`, lrn: `TW-${this.serial}` };
  }

  /** Until nothing is due any more. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 60; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  async pass(by: string | number): Promise<void> {
    await this.call('POST', '/advance', JSON.stringify({ by }), { authorization: `Bearer ${TOKEN}` });
    await this.settle();
  }

  script(reference: string, script: Record<string, unknown>): void {
    this.scripts.add(scriptSchema.parse({ reference, ...script }));
  }

  faults(faults: Record<string, unknown>[], reference = '*'): void {
    this.scripts.addFaults(faultsSchema.parse({ reference, faults }));
  }

  /** One request through the routes; a reply without a status is a connection that died. */
  async call(
    method: string,
    path: string,
    body: string | Buffer = '',
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const url = new URL(path, 'http://face');
    for (const route of this.routes.filter((each) => each.method === method)) {
      const params = paramsOf(route.path, url.pathname);
      if (!params) continue;
      const request: Request = {
        method,
        path: url.pathname,
        params,
        query: url.searchParams,
        headers,
        body: Buffer.from(body),
      };
      const reply = await route.handle(request);
      reply.afterwards?.();
      await this.settle();
      return reply;
    }
    throw new Error(`${method} ${path} is not spoken here`);
  }

  private async headers(): Promise<Record<string, string>> {
    const form = 'grant_type=client_credentials&client_id=c&client_secret=client-secret-of-the-test';
    this.bearer ??= (
      JSON.parse(String((await this.call('POST', '/oauth/token', form)).body)) as { access_token: string }
    ).access_token;
    return {
      authorization: `Bearer ${this.bearer}`,
      accept: 'application/vnd.hmrc.2.0+xml',
      'content-type': 'application/xml; charset=UTF-8',
    };
  }

  async cds(path: string, body?: Buffer | string): Promise<Reply> {
    return this.call(body === undefined ? 'GET' : 'POST', path, body ?? '', await this.headers());
  }

  /** Declares and gives the newest filing under the LRN. */
  async declare(sketch: Partial<DeclarationSketch> & { lrn: string }): Promise<Filing> {
    await this.cds('/customs/declarations', aDeclaration(sketch));
    return this.filing(sketch.lrn);
  }

  filing(lrn: string): Filing {
    const found = this.authority.filings.withLrn(lrn).at(-1);
    if (!found) throw new Error(`nothing was taken under ${lrn}`);
    return found;
  }

  async admin<T>(path: string, body?: unknown): Promise<T> {
    const reply = await this.call(
      body === undefined ? 'GET' : 'POST',
      path,
      body === undefined ? '' : JSON.stringify(body),
      {
        authorization: `Bearer ${TOKEN}`,
      },
    );
    return JSON.parse(String(reply.body ?? 'null')) as T;
  }

  /** What was said about a declaration and its requests, in the order in which it was decided: `01`, `13/67`, `11/39`. */
  told(lrn: string): string[] {
    const { mrn } = this.filing(lrn);
    return [...this.authority.filings.notifications.values()]
      .filter(({ body }) => body.includes(`>${mrn}<`))
      .map(({ functionCode, body }) => {
        const status = /<NameCode>(\d+)</.exec(body)?.[1];
        return status === undefined ? functionCode : `${functionCode}/${status}`;
      });
  }

  bodyOf(lrn: string, code: string): string {
    const { mrn } = this.filing(lrn);
    const found = [...this.authority.filings.notifications.values()].filter(
      (each) => each.functionCode === code && each.body.includes(`>${mrn}<`),
    );
    return found.at(-1)!.body;
  }

  pay(lrn: string): Promise<void> {
    this.authority.credit(this.filing(lrn).due!);
    return this.settle();
  }

  findings(): string[] {
    return this.authority.filings.findings.map(({ finding }) => finding);
  }
}
