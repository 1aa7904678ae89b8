import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { launchServer, type Program, type ProgramHost } from './program.js';
import { reporterOf, type OnProgress } from './progress.js';
import { findProgram, obtainKafka, run } from './servers-on-disk.js';
import type { ServerPlace } from './servers.js';

/**
 * Starts one Kafka broker that is its own controller (KRaft), on 127.0.0.1 alone, with its data in the place's folder.
 *
 * @returns host:port, and the program that can be stopped
 * @throws  NotStarted
 */
export async function startKafka(
  place: ServerPlace,
  host: ProgramHost,
): Promise<{ brokers: string; program: Program }> {
  const { jars } = await obtainKafka(host.onProgress);
  const java = findJava();
  const data = join(place.home, 'kafka');
  const properties = join(place.home, 'kafka.properties');
  const classPath = ['-cp', join(jars, '*')];
  const logging = [
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
  ];
  const { program, ports } = await launchServer(
    'kafka',
    ['port', 'controller'],
    (at) => ({
      command: java,
      args: ['-Xmx512m', '-Xms64m', ...logging, ...classPath, 'kafka.Kafka', properties],
      cwd: place.home,
      env: process.env,
      log: join(place.logs, 'kafka.log'),
      stopWith: 'SIGTERM',
      stopWithinMs: 30_000,
      async prepare() {
        writeFileSync(properties, propertiesOf(data, at));
        await format(data, properties, java, classPath, host.onProgress);
      },
      ready: () => answers(`127.0.0.1:${at.port}`),
      readyWithinMs: 90_000,
      tryThis: 'tidewaiter doctor (Java 17 or later, 600 MB of memory); set KAFKA_BROKERS to use a broker of yours',
    }),
    host,
  );
  return { brokers: `127.0.0.1:${ports.port}`, program };
}

/** The Java of JAVA_HOME, else of the PATH. */
export function findJava(env = process.env): string {
  const also = env['JAVA_HOME'] ? [join(env['JAVA_HOME'], 'bin')] : [];
  const java = findProgram('java', { path: '', also }) ?? findProgram('java', { path: env['PATH'] ?? '' });
  if (!java)
    throw new Error(
      'no Java found: install a Java runtime of version 17 or later (Debian: openjdk-17-jre-headless), or set KAFKA_BROKERS',
    );
  return java;
}

function propertiesOf(data: string, { port, controller }: { port: number; controller: number }): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    // A topic exists because our code made it, with its partition count, and not because somebody misspelt a name.
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // The default of 128 MB is a quarter of this broker's memory; one tenth does for its few compacted topics.
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** 128 bits in base64url, as Kafka draws them: one that begins with a dash would be taken for an option. */
export function newClusterId(draw: () => Buffer = () => randomBytes(16)): string {
  for (;;) {
    const id = draw().toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** Formats a new data folder, once; `meta.properties` is the last thing that the formatting writes. */
async function format(
  data: string,
  properties: string,
  java: string,
  classPath: string[],
  onProgress: OnProgress,
): Promise<void> {
  if (existsSync(join(data, 'meta.properties'))) return;
  reporterOf('kafka', onProgress)('starting', 'formats a new log folder');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const clusterId = newClusterId();
  await run(java, [
    '-Xmx128m',
    '-XX:TieredStopAtLevel=1',
    ...classPath,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId,
    '-c',
    properties,
  ]);
}

/** Whether a broker answers there and knows itself as the controller. */
async function answers(broker: string): Promise<boolean> {
  const admin = new Kafka({
    brokers: [broker],
    clientId: 'tidewaiter-local',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).controller !== null;
  } finally {
    await admin.disconnect();
  }
}
