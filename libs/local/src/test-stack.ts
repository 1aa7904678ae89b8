import { chmodSync, mkdirSync } from 'node:fs';
import type { OnProgress } from './progress.js';
import { removeData } from './reset.js';
import { startServers } from './servers.js';
import { obtainTestServer } from './servers-on-disk.js';

/** What integration tests are told, in their environment. */
export interface TestSettings extends Record<string, string> {
  /** superuser's URL: each test file makes a database of its own */
  TEST_DATABASE_URL: string;
  TEST_KAFKA_BROKERS: string;
  TEST_TEMPORAL_ADDRESS: string;
  /** program of the time-skipping test server, for `existing-path` */
  TEST_TEMPORAL_TIME_SKIPPING: string;
}

/**
 * The three real servers for a run of tests: fast and unsafe, with nothing kept. A killed run's servers are found in the same
 * folder and ended.
 *
 * @param home absolute path of a folder for this alone; what lies in it is removed
 */
export async function testStack(
  home: string,
  onProgress: OnProgress = () => undefined,
): Promise<{ settings: TestSettings; stop(): Promise<void> }> {
  mkdirSync(home, { recursive: true });
  chmodSync(home, 0o755); // a folder made for temporary files is closed to the account that runs Postgres for root
  const [servers, testServer] = await Promise.all([
    startServers({ home, throwAway: true, onProgress, env: namedForTests(process.env) }),
    obtainTestServer(onProgress),
  ]);
  return {
    settings: {
      TEST_DATABASE_URL: servers.postgres.url,
      TEST_KAFKA_BROKERS: servers.kafka.brokers,
      TEST_TEMPORAL_ADDRESS: servers.temporal.address,
      TEST_TEMPORAL_TIME_SKIPPING: testServer.program,
    },
    async stop() {
      await servers.stop();
      await removeData(home);
    },
  };
}

/** Tests write where they like, so they use servers that are named for tests only, never those of a stack in use. */
const namedForTests = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  DATABASE_URL: env['TEST_DATABASE_URL'],
  KAFKA_BROKERS: env['TEST_KAFKA_BROKERS'],
  TEMPORAL_ADDRESS: env['TEST_TEMPORAL_ADDRESS'],
});
