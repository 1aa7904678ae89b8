import { adminRoutes, type Faces } from './admin.js';
import { Authority } from './authority/authority.js';
import { aceRoutes } from './authority/ace/routes.js';
import { edifactRoutes } from './authority/edifact/routes.js';
import { authorityRoutes } from './authority/routes.js';
import { Bank } from './bank/bank.js';
import { bankRoutes } from './bank/routes.js';
import { Carrier } from './carrier/carrier.js';
import { carrierRoutes } from './carrier/routes.js';
import { identityServer } from './identity/identity.js';
import { keysIn } from './identity/keys.js';
import { IdentityStore } from './identity/store.js';
import { Clock } from './plumbing/clock.js';
import { freePort, listen, serve, type Gate, type Listening } from './plumbing/http.js';
import type { World } from './plumbing/face.js';
import { ScriptBook } from './scripts/book.js';
import { rateOf, settingsOf, type FaceChoice, type Settings } from './settings.js';

const open: Listening[] = [];
const closing: (() => void)[] = [];
const faces: Faces = { authority: null, bank: null, carrier: null };

async function serveOn(port: number, routes: Parameters<typeof serve>[0], gate?: Gate): Promise<Listening> {
  const listening = await serve(routes, port, gate);
  open.push(listening);
  return listening;
}

async function openIdentity(settings: Settings): Promise<string> {
  const keys = await keysIn(settings.SIMULATORS_DATA);
  // The issuer holds the port, so the port is found before the provider is made.
  const port = settings.IDENTITY_PORT === 0 ? await freePort() : settings.IDENTITY_PORT;
  const issuer = settings.IDENTITY_ISSUER ?? `http://127.0.0.1:${port}`;
  const listening = await listen(
    identityServer({
      issuer,
      audience: settings.OIDC_AUDIENCE,
      keys,
      store: new IdentityStore(settings.SIMULATORS_DATA),
    }),
    port,
  );
  open.push(listening);
  return listening.url;
}

async function start(settings: Settings): Promise<Record<string, string>> {
  const clock = new Clock({ folder: settings.SIMULATORS_DATA, skips: settings.skipTime });
  const seed = settings.SIMULATOR_SEED ?? null;
  const world: World = {
    folder: settings.SIMULATORS_DATA,
    pace: settings.SIMULATOR_PACE,
    scripts: new ScriptBook(settings.SIMULATORS_DATA, clock.now, seed ?? ''),
    clock,
    realTime: settings.realTime,
    callbackUrl: settings.CALLBACK_URL ?? null,
    seed,
  };
  closing.push(() => clock.close());
  const gate = (face: { isDown: boolean }): Gate => ({ isDown: () => face.isDown, hold: () => clock.hold() });
  const speaks = (face: FaceChoice): boolean => settings.faces.includes(face);
  const urls: Record<string, string> = {};
  if (speaks('authority')) {
    const authority = new Authority(world, {
      clientId: settings.AUTHORITY_CLIENT_ID!,
      clientSecret: settings.AUTHORITY_CLIENT_SECRET!,
      callbackToken: settings.AUTHORITY_CALLBACK_TOKEN!,
      edifactUrl: settings.EDIFACT_CALLBACK_URL ?? null,
      rate: rateOf(settings),
    });
    faces.authority = authority;
    urls['authority'] = (
      await serveOn(
        settings.AUTHORITY_PORT,
        authorityRoutes(authority, () => urls['authority']!),
        gate(authority),
      )
    ).url;
    const edifact = edifactRoutes(authority, settings.EDIFACT_TOKEN ?? null);
    urls['edifact'] = (await serveOn(settings.EDIFACT_PORT, edifact, gate(authority))).url;
    const ace = aceRoutes(authority, settings.ACE_PASSWORD ?? null);
    urls['ace'] = (await serveOn(settings.ACE_PORT, ace, gate(authority))).url;
  }
  if (speaks('bank')) {
    const authorityUrl = settings.AUTHORITY_URL ?? urls['authority'] ?? null;
    const bank = new Bank(world, {
      token: settings.BANK_TOKEN!,
      callbackToken: settings.BANK_CALLBACK_TOKEN!,
      authorityUrl,
    });
    faces.bank = bank;
    urls['bank'] = (await serveOn(settings.BANK_PORT, bankRoutes(bank), gate(bank))).url;
  }
  if (speaks('carrier')) {
    const carrier = new Carrier(world, {
      token: settings.CARRIER_TOKEN!,
      webhookSecret: settings.CARRIER_WEBHOOK_SECRET!,
    });
    faces.carrier = carrier;
    urls['carrier'] = (await serveOn(settings.CARRIER_PORT, carrierRoutes(carrier), gate(carrier))).url;
  }
  if (speaks('identity')) urls['identity'] = await openIdentity(settings);
  const notificationsUrl =
    world.callbackUrl === null ? null : `${world.callbackUrl}/v1/inbound/customs/cds/notifications`;
  const admin = adminRoutes({ token: settings.SIMULATOR_ADMIN_TOKEN, notificationsUrl }, world, faces);
  urls['admin'] = (await serveOn(settings.ADMIN_PORT, admin)).url;
  faces.authority?.resume();
  faces.bank?.resume();
  faces.carrier?.resume();
  return urls;
}

async function stop(): Promise<void> {
  await Promise.all(open.map((listening) => listening.close()));
  await Promise.all([faces.authority?.close(), faces.bank?.close(), faces.carrier?.close()]);
  closing.forEach((close) => close());
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

try {
  const urls = await start(settingsOf(process.env, process.argv.slice(2)));
  process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, ...urls })}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
