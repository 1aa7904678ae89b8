import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { inFlight } from './in-flight.js';

export interface Bare {
  /** bare workflows per second, `flight` at once */
  rate(count: number, flight: number): Promise<number>;
  /** milliseconds of one alone, the median of a few */
  alone(times: number): Promise<number>;
  close(): Promise<void>;
}

/** A worker of the bare workflow on the server under test. */
export async function openBare(address: string): Promise<Bare> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const taskQueue = `bare-${randomUUID()}`;
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./bare-workflow.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle,
    activities: { step: async (n: number) => n },
    maxCachedWorkflows: 500,
  });
  const running = worker.run();
  const one = (): Promise<number> => client.workflow.execute('bare', { taskQueue, workflowId: `bare/${randomUUID()}` });
  return {
    async rate(count, flight) {
      const started = performance.now();
      await inFlight(count, flight, one);
      return count / ((performance.now() - started) / 1000);
    },
    async alone(times) {
      const took: number[] = [];
      for (let i = 0; i < times; i += 1) {
        const started = performance.now();
        await one();
        took.push(performance.now() - started);
      }
      return median(took);
    },
    async close() {
      worker.shutdown();
      await running;
      await connection.close();
      await native.close();
    },
  };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
