import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedFolder, fillCache, folderExists } from './cache.mjs';
import { findProgram, run } from './command.mjs';

// Pure JavaScript of Node alone: infra/start.mjs runs this before any package is installed.

export const KAFKA_VERSION = '4.1.0';
export const TEMPORAL_CLI_VERSION = '1.5.1';
export const TEST_SERVER_VERSION = '1.31.0';

/** Lines that `go install -v` prints from an empty cache: one for each package it compiles. */
const TEMPORAL_PACKAGES = 1300;

const infra = (file) => fileURLToPath(new URL(`../../../infra/servers/${file}`, import.meta.url));
const jarRecipe = (pom) => readFileSync(infra(pom), 'utf8');
const KAFKA = { folder: `kafka-${KAFKA_VERSION}`, pom: 'kafka/pom.xml', jars: 46, text: '43 MB of jars' };
const TEST_SERVER = {
  folder: `temporal-test-server-${TEST_SERVER_VERSION}`,
  pom: 'temporal/test-server.pom.xml',
  jars: 39,
  text: '33 MB of jars',
};
const TEMPORAL_FOLDER = `temporal-${TEMPORAL_CLI_VERSION}`;
const TEMPORAL_RECIPE = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;

/** Where Kafka's jars are: in a distribution of the machine (KAFKA_HOME) or in the cache; null when they must be fetched. */
export function locateKafka(env = process.env) {
  if (env.KAFKA_HOME) {
    const libs = join(env.KAFKA_HOME, 'libs');
    if (!folderExists(libs))
      throw new Error(
        `KAFKA_HOME is ${env.KAFKA_HOME}, which has no folder "libs": name an unpacked Kafka distribution`,
      );
    return { jars: libs, from: 'KAFKA_HOME' };
  }
  const folder = cachedFolder(KAFKA.folder, jarRecipe(KAFKA.pom), env);
  return folder && { jars: folder, from: 'cache' };
}

/** @returns folder of Kafka's jars, fetched with Maven when it is not on the machine */
export async function obtainKafka(onProgress = () => {}, env = process.env) {
  return locateKafka(env) ?? { jars: await obtainJars('kafka', KAFKA, onProgress, env), from: 'cache' };
}

/** Where the `temporal` program is: on the PATH or in the cache; null when it must be built. */
export function locateTemporal(env = process.env) {
  const onPath = findProgram('temporal', { path: env.PATH });
  if (onPath) return { program: onPath, from: 'PATH' };
  const folder = cachedFolder(TEMPORAL_FOLDER, TEMPORAL_RECIPE, env);
  return folder && { program: join(folder, 'temporal'), from: 'cache' };
}

/** @returns the `temporal` program, built with Go when it is not on the machine */
export async function obtainTemporal(onProgress = () => {}, env = process.env) {
  const there = locateTemporal(env);
  if (there) return there;
  const part = 'temporal';
  const started = Date.now();
  const report = (phase, text, share) =>
    onProgress({ part, phase, text, ms: Date.now() - started, ...(share === undefined ? {} : { share }) });
  report('building', 'building with Go, once: 3 to 5 minutes', 0);
  let modules = 0;
  let packages = 0;
  const folder = await fillCache(
    TEMPORAL_FOLDER,
    TEMPORAL_RECIPE,
    (into) =>
      run('go', ['install', '-v', '-ldflags=-s -w', TEMPORAL_RECIPE], {
        env: { ...env, GOBIN: into },
        onLine(line) {
          if (line.startsWith('go: ')) report('fetching', `fetched ${++modules} modules`, 0);
          else report('building', `compiled ${++packages} packages`, Math.min(packages / TEMPORAL_PACKAGES, 0.99));
        },
      }),
    env,
  );
  report('obtained', `built ${TEMPORAL_RECIPE}`, 1);
  return { program: join(folder, 'temporal'), from: 'cache' };
}

/** Temporal's test server that skips time, as a program to start; null when its jars must be fetched. */
export function locateTestServer(env = process.env) {
  const folder = cachedFolder(TEST_SERVER.folder, jarRecipe(TEST_SERVER.pom), env);
  return folder && { program: join(folder, 'temporal-test-server'), from: 'cache' };
}

export async function obtainTestServer(onProgress = () => {}, env = process.env) {
  const there = locateTestServer(env);
  if (there) return there;
  const folder = await obtainJars('temporal-test-server', TEST_SERVER, onProgress, env, (into) => {
    const program = join(into, 'temporal-test-server');
    // The SDK starts one executable file, and a jar is none.
    writeFileSync(
      program,
      '#!/bin/sh\nexec java -Xmx256m -cp "$(dirname "$0")/*" io.temporal.testserver.TestServer "$@"\n',
    );
    chmodSync(program, 0o755);
  });
  return { program: join(folder, 'temporal-test-server'), from: 'cache' };
}

async function obtainJars(part, { folder, pom, jars, text }, onProgress, env, finish = () => {}) {
  const started = Date.now();
  const report = (phase, words, share) => onProgress({ part, phase, text: words, ms: Date.now() - started, share });
  report('fetching', text, 0);
  const filled = await fillCache(
    folder,
    jarRecipe(pom),
    async (into) => {
      let fetched = 0;
      const args = [
        '-B',
        '-f',
        infra(pom),
        '--strict-checksums',
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${into}`,
      ];
      await run('mvn', args, {
        env,
        onLine(line) {
          if (line.includes('Downloaded from') && line.includes('.jar'))
            report('fetching', `${text}, ${++fetched} files`, Math.min(fetched / jars, 0.9));
        },
      });
      if (!readdirSync(into).some((name) => name.endsWith('.jar'))) throw new Error(`mvn copied no jars for ${part}`);
      finish(into);
    },
    env,
  );
  report('obtained', text, 1);
  return filled;
}
