import { connect as connectHttp2 } from 'node:http2';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '@tidewaiter/contracts';
import { launchServer, type Program, type ProgramHost } from './program.js';
import { obtainTemporal } from './servers-on-disk.js';
import type { ServerPlace } from './servers.js';
import { readInfra } from './infra-file.js';

const TYPE_NAMES = { KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;

/**
 * Starts the real Temporal server as one program on 127.0.0.1 alone, with its web UI, on a SQLite file in the place's folder.
 *
 * @returns host:port of the server, address of the web UI, and the program that can be stopped
 * @throws  NotStarted
 */
export async function startTemporal(
  place: ServerPlace,
  host: ProgramHost,
): Promise<{ address: string; uiUrl: string; program: Program }> {
  const { program: temporal } = await obtainTemporal(host.onProgress);
  const data = join(place.home, 'temporal');
  const { program, ports } = await launchServer(
    'temporal',
    ['port', 'ui', 'metrics', 'http'],
    ({ port, ui, metrics, http }) => ({
      command: temporal,
      args: [
        ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${port}`, '--ui-port', `${ui}`],
        ...['--metrics-port', `${metrics}`, '--http-port', `${http}`, '--log-level', 'warn'],
        // A write-ahead log survives a kill and is as fast as memory; the default journal has a quarter of its rate.
        ...[
          '--db-filename',
          join(data, 'temporal.db'),
          '--sqlite-pragma',
          'journal_mode=wal',
          '--sqlite-pragma',
          'synchronous=normal',
        ],
        ...dynamicConfig().flatMap((value) => ['--dynamic-config-value', value]),
        ...searchAttributes().flatMap((attribute) => ['--search-attribute', attribute]),
      ],
      cwd: place.home,
      // Fewer garbage collections for more memory: 1.13 times the rate.
      env: { ...process.env, GOGC: '400' },
      log: join(place.logs, 'temporal.log'),
      stopWith: 'SIGINT',
      stopWithinMs: 20_000,
      prepare: async () => void mkdirSync(data, { recursive: true }),
      ready: () => serves(`127.0.0.1:${port}`),
      readyWithinMs: 90_000,
      tryThis: 'tidewaiter doctor; set TEMPORAL_ADDRESS to use a server of yours',
    }),
    host,
  );
  const { port, ui } = ports;
  return { address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${ui}`, program };
}

/** `Name=Type` for each search attribute of the contracts. */
export const searchAttributes = (): string[] =>
  Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => `${name}=${TYPE_NAMES[type]}`);

function dynamicConfig(): string[] {
  const file = readInfra('temporal/dynamic-config.yaml') as Record<string, { value: unknown }[]>;
  return Object.entries(file).flatMap(([name, values]) =>
    values.map(({ value }) => `${name}=${JSON.stringify(value)}`),
  );
}

const FRONTEND = 'temporal.api.workflowservice.v1.WorkflowService';
const SERVING = Buffer.from([0x08, 0x01]);

/** Asks gRPC's standard health service, so that no Temporal client is needed here. */
export function serves(address: string): Promise<boolean> {
  const name = Buffer.from(FRONTEND);
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]); // field 1, text
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  return new Promise((resolve) => {
    const session = connectHttp2(`http://${address}`);
    const answer = (yes: boolean) => {
      session.destroy();
      resolve(yes);
    };
    session.once('error', () => answer(false));
    session.setTimeout(2000, () => answer(false));
    const call = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.once('error', () => answer(false));
    call.once('end', () => answer(Buffer.concat(chunks).subarray(5).equals(SERVING)));
    call.end(frame);
  });
}
