import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startKafka } from './kafka.js';
import { startPostgres } from './postgres.js';
import { endLeftovers, type Program } from './program.js';
import { reporterOf, type OnProgress } from './progress.js';
import { removeData } from './reset.js';
import { RunState } from './run-state.js';
import { startTemporal } from './temporal.js';

/** Where servers keep their data and logs. */
export interface ServerPlace {
  /** absolute path of the run's folder */
  home: string;
  logs: string;
  /** servers of a test: fast, and their data is lost when the machine stops */
  throwAway: boolean;
}

export interface ServerOptions {
  /** absolute path of the run's folder, `.tidewaiter` by default of the callers */
  home: string;
  /** password of Postgres' superuser; without it whoever is on this machine may connect */
  password?: string;
  throwAway?: boolean;
  onProgress?: OnProgress;
  /** names servers that are there already: DATABASE_URL, KAFKA_BROKERS, TEMPORAL_ADDRESS; default: of this process */
  env?: NodeJS.ProcessEnv;
  /** gives up the start */
  signal?: AbortSignal;
}

/** The parts that are not ours, in the order in which they are stopped: who writes to a database goes before it. */
export const SERVER_PARTS = ['temporal', 'kafka', 'postgres'] as const;

export interface Servers {
  /** URL of the superuser, in database `postgres`, for everybody and for programs on this machine */
  postgres: { url: string; nearUrl: string };
  /** host:port, comma-separated */
  kafka: { brokers: string };
  /** host:port; the web UI is unknown when the server was named */
  temporal: { address: string; uiUrl: string | null };
  /** Stops what was started here, in order; named servers are left alone. */
  stop(): Promise<void>;
}

/**
 * Starts Postgres, Kafka and Temporal side by side, or uses those that the environment names. Servers that an earlier, killed
 * runner left behind are taken over when they serve and ended when not.
 *
 * @throws AlreadyRunning, NotStarted; what was started by then is stopped
 */
export async function startServers(options: ServerOptions): Promise<Servers> {
  const state = RunState.take(options.home);
  try {
    if (options.throwAway) await throwAwayWhatWas(state);
    const servers = await startServersIn(state, options);
    return { ...servers, stop: () => servers.stop().finally(() => state.release()) };
  } catch (error) {
    state.release();
    throw error;
  }
}

/** Servers of a test begin empty: what an earlier run of the folder left is ended, and its data removed. */
export async function throwAwayWhatWas(state: RunState): Promise<void> {
  await endLeftovers(state, () => true);
  await removeData(state.home);
}

/** As `startServers`, in a run that the caller holds. */
export async function startServersIn(state: RunState, options: ServerOptions): Promise<Servers> {
  const { home, password, throwAway = false, onProgress = () => undefined, env = process.env } = options;
  const place = { home, logs: join(home, 'logs'), throwAway };
  const host = { state, onProgress, signal: options.signal };
  const programs: Partial<Record<(typeof SERVER_PARTS)[number], Program>> = {};
  mkdirSync(place.logs, { recursive: true });

  const postgres = async () => {
    if (env['DATABASE_URL']) {
      const url = named('postgres', env['DATABASE_URL'], onProgress);
      return { url, nearUrl: url };
    }
    const started = await startPostgres({ ...place, ...(password === undefined ? {} : { password }) }, host);
    const { program, ...urls } = started;
    programs.postgres = program;
    return urls;
  };
  const kafka = async () => {
    if (env['KAFKA_BROKERS']) return { brokers: named('kafka', env['KAFKA_BROKERS'], onProgress) };
    const { brokers, program } = await startKafka(place, host);
    programs.kafka = program;
    return { brokers };
  };
  const temporal = async () => {
    if (env['TEMPORAL_ADDRESS'])
      return { address: named('temporal', env['TEMPORAL_ADDRESS'], onProgress), uiUrl: env['TEMPORAL_UI_URL'] ?? null };
    const { program, ...started } = await startTemporal(place, host);
    programs.temporal = program;
    return started;
  };

  const stop = async () => {
    for (const part of SERVER_PARTS) await programs[part]?.stop();
  };
  const begun = [postgres(), kafka(), temporal()] as const;
  try {
    const [atPostgres, atKafka, atTemporal] = await Promise.all(begun);
    state.addresses({
      postgres: withoutPassword(atPostgres.url),
      kafka: atKafka.brokers,
      temporal: atTemporal.address,
      ...(atTemporal.uiUrl ? { temporalUi: atTemporal.uiUrl } : {}),
    });
    return { postgres: atPostgres, kafka: atKafka, temporal: atTemporal, stop };
  } catch (error) {
    await Promise.allSettled(begun); // the others come up first, so that they can be stopped in order
    await stop();
    throw error;
  }
}

function named(part: string, address: string, onProgress: OnProgress): string {
  reporterOf(part, onProgress)('named', 'named by the environment', 1);
  return address;
}

export function withoutPassword(url: string): string {
  const parsed = new URL(url);
  parsed.password = '';
  return parsed.href;
}
