import { join } from 'node:path';
import { createDatabases } from './databases.js';
import { freePorts } from './ports.js';
import { endLeftovers, NotStarted, Program, type ProgramHost } from './program.js';
import { reporterOf, type OnProgress } from './progress.js';
import { RunState, type RunAddresses } from './run-state.js';
import { secretsOf, type Secrets } from './secrets.js';
import { SERVER_PARTS, startServersIn, throwAwayWhatWas, withoutPassword, type Servers } from './servers.js';
import { CommandFailed, run } from './servers-on-disk.js';
import {
  DATABASES,
  SERVICES,
  settingsOf,
  settingsOfAll,
  settingsOfMigrations,
  settingsOfSimulators,
  settingsOfWitness,
  withoutSettings,
  type Service,
  type Settings,
  type StackAddresses,
} from './settings.js';

export interface PlatformOptions {
  /** absolute path of the checkout, built */
  root: string;
  /** absolute path of the run's folder; default `.tidewaiter` in the checkout */
  home?: string;
  /** `one` process for all services, or `split`: one for each, behind a router */
  mode: 'one' | 'split';
  onProgress?: OnProgress;
  /** settings that are there already win over ours; default: of this process */
  env?: NodeJS.ProcessEnv;
  /** throw-away servers for a test */
  throwAway?: boolean;
  /** gives up the start; what had been started is stopped */
  signal?: AbortSignal;
}

export interface Platform {
  home: string;
  addresses: Required<Omit<RunAddresses, 'temporalUi'>> & Pick<RunAddresses, 'temporalUi'>;
  secrets: Secrets;
  /** superuser's URL of the Postgres server, with its password */
  postgresUrl: string;
  /** Process ids of ours by part: for those that want to see what happens when one dies. */
  pids(): Record<string, number>;
  /** Stops everything that was started here, the outermost first. */
  stop(): Promise<void>;
}

export const homeOf = (root: string): string => join(root, '.tidewaiter');

/**
 * The whole platform on this machine: servers, databases and migrations, simulators, services. Of an earlier, killed run the
 * servers are taken over, and what is ours is ended and started anew.
 *
 * @throws AlreadyRunning; NotStarted, after stopping what had been started
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { root, mode, env = process.env, home = homeOf(root) } = options;
  const onProgress = options.onProgress ?? (() => undefined);
  const state = RunState.take(home);
  const ours: Program[] = [];
  let servers: Servers | null = null;
  const stop = async () => {
    const [outside, services] = [ours.filter(isOutside), ours.filter((program) => !isOutside(program))];
    for (const group of [services, outside]) await Promise.all(group.map((program) => program.stop()));
    await servers?.stop();
    state.release();
  };
  try {
    if (options.throwAway) await throwAwayWhatWas(state);
    await endLeftovers(state, (part) => !(SERVER_PARTS as readonly string[]).includes(part));
    const secrets = secretsOf(home);
    servers = await startServersIn(state, { ...options, home, password: secrets.postgresPassword });
    await createDatabases(servers.postgres.url, DATABASES);
    const ports = await portsOf(state, mode);
    const launch = launcher({ root, home, env, ours, host: { state, onProgress, signal: options.signal } });
    const witnessUrl = `http://127.0.0.1:${ports.witness.port}`;
    await launch('witness', 'apps/witness/dist/main.js', settingsOfWitness(home, secrets), ports.witness);
    const stack: StackAddresses = {
      home,
      api: env['PUBLIC_URL'] ?? `http://127.0.0.1:${ports.api.port}`,
      postgres: servers.postgres.nearUrl,
      kafka: servers.kafka.brokers,
      temporal: servers.temporal.address,
      temporalUi: servers.temporal.uiUrl,
      simulators: ports.simulators,
      witness: { key: await keyOf(witnessUrl), url: witnessUrl },
    };
    const addresses = {
      mode,
      api: stack.api,
      identity: env['OIDC_ISSUER'] ?? `http://127.0.0.1:${ports.simulators.identity}`,
      simulators: `http://127.0.0.1:${ports.simulators.admin}`,
      witness: stack.witness.url,
      temporal: stack.temporal,
      kafka: stack.kafka,
      postgres: withoutPassword(servers.postgres.url),
      ...(stack.temporalUi ? { temporalUi: stack.temporalUi } : {}),
    };
    await Promise.all([
      launch('simulators', 'apps/simulators/dist/main.js', settingsOfSimulators(stack, secrets, env), ports.simulators),
      migrate(options, join(home, 'logs'), settingsOfMigrations(stack, secrets, env)),
    ]);
    if (mode === 'one') {
      await launch('tidewaiter', 'apps/tidewaiter/dist/main.js', settingsOfAll(stack, secrets, env), ports.api);
    } else {
      const bases = Object.fromEntries(
        SERVICES.map((service) => [service, `http://127.0.0.1:${ports.services[service]}`]),
      );
      await Promise.all([
        ...SERVICES.map((service) =>
          launch(service, `apps/${service}/dist/main.js`, settingsOf(service, stack, secrets, env), {
            port: ports.services[service],
          }),
        ),
        launch('router', 'libs/local/dist/router-main.js', { ROUTER_SERVICES: JSON.stringify(bases) }, ports.api),
      ]);
    }
    state.addresses(addresses);
    const pids = () => Object.fromEntries(ours.flatMap(({ part, pid }) => (pid ? [[part, pid] as const] : [])));
    return { home, addresses, secrets, postgresUrl: servers.postgres.url, pids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What lies outside of the platform: stopped after it, since it asks them to the last. */
const OUTSIDE = ['simulators', 'witness'];
const isOutside = ({ part }: Program): boolean => OUTSIDE.includes(part);

async function keyOf(witness: string): Promise<string> {
  const answer = await fetch(`${witness}/key`);
  return (await answer.text()).trim();
}

/** Ports of what is ours, those of the run before where they are free: bookmarks and messages on their way still find us. */
async function portsOf(state: RunState, mode: PlatformOptions['mode']) {
  const before = (part: string, use = 'port') => state.ports(part)[use];
  const door = before('tidewaiter') ?? before('router');
  const simulator = (use: string) => before('simulators', use);
  const services = mode === 'one' ? [] : SERVICES;
  const found = await freePorts({
    api: door,
    witness: before('witness'),
    authority: simulator('authority'),
    edifact: simulator('edifact'),
    ace: simulator('ace'),
    carrier: simulator('carrier'),
    bank: simulator('bank'),
    identity: simulator('identity'),
    admin: simulator('admin'),
    ...Object.fromEntries(services.map((service) => [`service ${service}`, before(service)])),
  });
  const { api, witness, authority, edifact, ace, carrier, bank, identity, admin } = found;
  const byService = found as Record<string, number>;
  return {
    api: { port: api },
    witness: { port: witness },
    simulators: { authority, edifact, ace, carrier, bank, identity, admin },
    services: Object.fromEntries(
      services.map((service) => [service, byService[`service ${service}`] as number]),
    ) as Record<Service, number>,
  };
}

interface Launching {
  root: string;
  home: string;
  env: NodeJS.ProcessEnv;
  ours: Program[];
  host: ProgramHost;
}

/**
 * The heap grows to 1.6 times of what lives in it before it is cleared, not to several times as on a machine with memory to spare:
 * 520 MB resident instead of 760 after 700 shipments, at the same rate.
 */
const THRIFTY = '--heap-growing-percent=60';

/** Starts programs of ours, one at a time or side by side; each is ready when its own readiness says so. */
function launcher({ root, home, env, ours, host }: Launching) {
  return async (part: string, main: string, settings: Settings, ports: Record<string, number>): Promise<void> => {
    const readiness = ports['admin']
      ? `http://127.0.0.1:${ports['admin']}/health`
      : `http://127.0.0.1:${ports['port']}/health/ready`;
    const log = join(home, 'logs', `${part}.log`);
    const program = new Program(
      {
        part,
        command: process.execPath,
        args: [THRIFTY, join(root, main)],
        cwd: root,
        env: { ...withoutSettings(env), ...settings, ...(ports['port'] ? { PORT: String(ports['port']) } : {}) },
        log,
        ports,
        stopWith: 'SIGTERM',
        stopWithinMs: 20_000,
        ready: async () => (await fetch(readiness, { signal: AbortSignal.timeout(4000) })).ok,
        readyWithinMs: 120_000,
        tryThis: `look into ${log}; tidewaiter doctor; npm run build when files of the build are missing`,
      },
      host,
    );
    ours.push(program);
    await program.start();
  };
}

/** Brings both databases to the newest shape, before anything of ours looks at them. */
async function migrate(
  { root, env = process.env, onProgress = () => undefined }: PlatformOptions,
  logs: string,
  settings: Settings,
): Promise<void> {
  const report = reporterOf('migrations', onProgress);
  report('starting', 'brings the databases to the newest shape');
  try {
    await run(process.execPath, [join(root, 'apps/tidewaiter/dist/main.js'), 'migrate'], {
      cwd: root,
      env: { ...withoutSettings(env), ...settings },
    });
  } catch (error) {
    const lines = error instanceof CommandFailed ? error.lines : [String(error)];
    const failure = new NotStarted(
      'migrations',
      'failed',
      lines,
      join(logs, 'postgres.log'),
      'npm run build; tidewaiter reset empties the data',
    );
    report('failed', failure.message);
    throw failure;
  }
  report('ready', 'databases are in the newest shape', 1);
}
