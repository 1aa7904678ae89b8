import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { Refused } from '@tidewaiter/kernel';
import { createLog } from '../observability/log.js';
import { ActivityHost } from './activity-host.js';
import { failureConverterPath } from './codec.js';
import { createWorkflowPort, Temporal } from './temporal.js';

class Greeter {
  async greet(name: string): Promise<string> {
    return `hello ${name}`;
  }
  async refuse(name: string): Promise<void> {
    throw new Refused('trial.name.refused', `${name} is refused`, { advice: 'another' });
  }
}

describe('on a real Temporal server', () => {
  const queue = `trial-${randomUUID()}`;
  const lines: string[] = [];
  let temporal: Temporal;
  let host: ActivityHost;
  let worker: Worker;
  let running: Promise<void>;
  let bundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;

  beforeAll(async () => {
    const address = process.env['TEST_TEMPORAL_ADDRESS'];
    if (!address) throw new Error('TEST_TEMPORAL_ADDRESS is not set: start the servers (npm test does) and name them');
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    temporal = new Temporal({ address, namespace: 'default', payloadKey: randomBytes(32) });
    bundle = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('../testing/trial-workflow.ts', import.meta.url)),
      failureConverterPath,
      logger: new DefaultLogger('ERROR'),
    });
    // A queue of this run alone: other runs on the same server must not meet these workers.
    bundle = { ...bundle, code: bundle.code.replace("taskQueue: 'duties'", `taskQueue: '${queue}-activities'`) };
    const log = createLog({ service: 'trial' }, { write: (line) => void lines.push(line) });
    host = new ActivityHost('duties', [new Greeter()], temporal, log, `${queue}-activities`);
    await host.onApplicationBootstrap();
    worker = await Worker.create({
      connection: await temporal.native(),
      taskQueue: queue,
      workflowBundle: bundle,
      dataConverter: temporal.converter,
    });
    running = worker.run();
  });

  afterAll(async () => {
    worker?.shutdown();
    await running;
    await host?.beforeApplicationShutdown();
    await temporal?.close();
  });

  it('values and failures travel encrypted on every way, and arrive as they were sent', async () => {
    const client = await temporal.client();
    const workflowId = `trial/${randomUUID()}`;
    const handle = await client.workflow.start('trial', { workflowId, taskQueue: queue, args: ['Northwind'] });
    const port = createWorkflowPort(temporal);
    const decide = (says: string) => port.decide(workflowId, { says } as never, randomUUID());
    await expect(decide('no')).rejects.toMatchObject({
      kind: 'refused',
      code: 'trial.decision.refused',
      message: 'Northwind may not',
    });
    await handle.signal('told', 'Southwind');
    await expect(decide('Eastwind')).resolves.toEqual({ kind: 'taken' });
    const heard = await handle.result();
    expect([...(heard as string[])].sort()).toEqual([
      'Eastwind',
      'Southwind',
      'hello Northwind',
      'trial.name.refused: Northwind is refused',
    ]);
    await expect(handle.query('heard')).resolves.toEqual(heard);

    const history = JSON.stringify(await handle.fetchHistory(), (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(history).toContain('trial.name.refused');
    expect(history).not.toMatch(/Northwind|Southwind|Eastwind|activity-host|temporal\.int\.spec/);
  });

  it('an attempt that was refused is told to the log once, with its ids and without what was said to it', () => {
    const refused = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'activity attempt failed');
    expect(refused).toEqual([
      expect.objectContaining({
        level: 'info',
        activity: 'refuse',
        attempt: 1,
        workflowId: expect.stringMatching(/^trial\//),
      }),
    ]);
  });

  it('every decision finds nobody where nothing waits', async () => {
    const decision = createWorkflowPort(temporal).decide(`trial/${randomUUID()}`, {} as never, 'u');
    await expect(decision).rejects.toMatchObject({ code: 'workflow.unknown' });
  });

  it('a connection that could not be opened is tried again', async () => {
    const nowhere = new Temporal({ address: '127.0.0.1:9', namespace: 'default', payloadKey: randomBytes(32) });
    const first = nowhere.native();
    await expect(first).rejects.toThrow();
    expect(nowhere.native()).not.toBe(first);
    await expect(nowhere.native()).rejects.toThrow();
  });
});
