import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SECRETS = {
  SIMULATOR_ADMIN_TOKEN: 'admin-of-the-test',
  AUTHORITY_CLIENT_ID: 'tidewaiter',
  AUTHORITY_CLIENT_SECRET: 'client-secret-of-the-test',
  AUTHORITY_CALLBACK_TOKEN: 'callback-token-of-the-test',
  BANK_TOKEN: 'bank-token',
  BANK_CALLBACK_TOKEN: 'bank-callback',
  CARRIER_TOKEN: 'carrier-token',
  CARRIER_WEBHOOK_SECRET: Buffer.from('webhook key of the test').toString('base64'),
};

type Urls = Record<'authority' | 'edifact' | 'ace' | 'bank' | 'carrier' | 'identity' | 'admin', string>;

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** The program itself, as a process of its own, run from the sources. */
export class Simulators {
  urls!: Urls;
  private child: ChildProcess | null = null;
  private bearer = '';

  constructor(
    private readonly env: Record<string, string> = {},
    readonly folder = mkdtempSync(join(tmpdir(), 'simulators-')),
    private readonly flags: string[] = [],
  ) {}

  async start(): Promise<this> {
    const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', '--import', 'tsx', MAIN, ...this.flags], {
      env: { PATH: process.env['PATH'], ...SECRETS, SIMULATORS_DATA: this.folder, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    let told = '';
    this.urls = await new Promise<Urls>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString('utf8')));
      child.stdout.on('data', (chunk: Buffer) => {
        told += chunk.toString('utf8');
        const ready = told.split('\n').find((line) => line.startsWith('{"ready":true'));
        if (ready !== undefined) resolve(JSON.parse(ready) as Urls);
      });
      child.once('exit', (code) => reject(new Error(`the simulators ended with ${code}: ${told}`)));
    });
    this.bearer = '';
    return this;
  }

  /** kill -9, and gone when it returns. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await gone;
  }

  private async authorityToken(): Promise<string> {
    if (this.bearer === '') {
      const answer = await fetch(`${this.urls.authority}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: SECRETS.AUTHORITY_CLIENT_ID,
          client_secret: SECRETS.AUTHORITY_CLIENT_SECRET,
        }),
      });
      this.bearer = ((await answer.json()) as { access_token: string }).access_token;
    }
    return this.bearer;
  }

  async declare(body: Buffer, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.urls.authority}/customs/declarations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await this.authorityToken()}`,
        accept: 'application/vnd.hmrc.2.0+xml',
        'content-type': 'application/xml; charset=UTF-8',
        ...headers,
      },
      body: new Uint8Array(body),
    });
  }

  async askAuthority(path: string): Promise<Response> {
    return fetch(this.urls.authority + path, { headers: { authorization: `Bearer ${await this.authorityToken()}` } });
  }

  pay(
    key: string,
    payment: { reference: string; amount: string; currency: string; shipment: string },
  ): Promise<Response> {
    return fetch(`${this.urls.bank}/open-banking/v3.1/pisp/domestic-payments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${SECRETS.BANK_TOKEN}`,
        'content-type': 'application/json',
        'x-idempotency-key': key,
      },
      body: JSON.stringify({
        Data: {
          Initiation: {
            InstructionIdentification: key.slice(0, 35),
            EndToEndIdentification: payment.shipment,
            InstructedAmount: { Amount: payment.amount, Currency: payment.currency },
            DebtorAccount: { SchemeName: 'UK.OBIE.IBAN', Identification: 'GB00TIDE00000000000001' },
            CreditorAccount: { SchemeName: 'UK.OBIE.IBAN', Identification: 'GB29SIMU60161331926819', Name: 'Customs' },
            RemittanceInformation: { Reference: payment.reference },
          },
        },
        Risk: {},
      }),
    });
  }

  askBank(path: string): Promise<Response> {
    return fetch(`${this.urls.bank}/open-banking/v3.1/pisp/domestic-payments${path}`, {
      headers: { authorization: `Bearer ${SECRETS.BANK_TOKEN}` },
    });
  }

  book(key: string, booking: Record<string, unknown>): Promise<Response> {
    return fetch(`${this.urls.carrier}/v2/bookings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${SECRETS.CARRIER_TOKEN}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(booking),
    });
  }

  askCarrier(path: string): Promise<Response> {
    return fetch(this.urls.carrier + path, { headers: { authorization: `Bearer ${SECRETS.CARRIER_TOKEN}` } });
  }

  async script(script: Record<string, unknown>): Promise<Response> {
    return this.admin('/scripts', script);
  }

  admin(path: string, body?: unknown): Promise<Response> {
    return fetch(this.urls.admin + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${SECRETS.SIMULATOR_ADMIN_TOKEN}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async adminJson<T>(path: string): Promise<T> {
    return (await this.admin(path)).json() as Promise<T>;
  }
}
