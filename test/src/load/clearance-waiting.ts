import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import {
  FACT_SIGNAL,
  shipmentWorkflowId,
  WORKFLOW_QUEUE,
  WORKFLOWS,
  type Fact,
  type Step,
} from '@tidewaiter/contracts';
import { startServers } from '@tidewaiter/local';
import type { Figures } from './figures.js';
import { inFlight } from './in-flight.js';

const COUNT = Number(process.env['BENCH_WAITING'] ?? 10_000);
/** How long what waits is looked at, after it has come to rest. */
const LOOK_MS = Number(process.env['BENCH_WAITING_MS'] ?? 30_000);
const TICKS_PER_SECOND = 100;

interface Spent {
  cpuSeconds: number;
  residentMb: number;
}

/** CPU and memory of a process by its number; Linux. */
function spentBy(pid: number): Spent {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    residentMb: Number(resident) / 1024,
  };
}

/** The Temporal server that listens for this run. */
function serverPid(address: string): number {
  const port = address.split(':').at(-1)!;
  const found = readdirSync('/proc')
    .filter((each) => /^\d+$/.test(each))
    .find((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('start-dev') && words.includes(port);
      } catch {
        return false;
      }
    });
  if (found === undefined) throw new Error(`no Temporal server of this machine listens on ${address}`);
  return Number(found);
}

interface Look {
  worker: number;
  server: number;
  workerMb: number;
  serverMb: number;
}

/** Shares of one core that worker and server take while nothing happens. */
async function look(server: number, ms: number): Promise<Look> {
  const [ours, theirs, began] = [spentBy(process.pid), spentBy(server), performance.now()];
  await sleep(ms);
  const seconds = (performance.now() - began) / 1000;
  const [after, afterwards] = [spentBy(process.pid), spentBy(server)];
  return {
    worker: (after.cpuSeconds - ours.cpuSeconds) / seconds,
    server: (afterwards.cpuSeconds - theirs.cpuSeconds) / seconds,
    workerMb: after.residentMb,
    serverMb: afterwards.residentMb,
  };
}

const REST_MS = 15_000;
const LONGEST_REST_MS = 300_000;

/** Waits until the two take no less than a moment ago: what the beginning left behind (queues, garbage, compactions) is no cost of waiting. */
async function rest(server: number): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + LONGEST_REST_MS; performance.now() < end;) {
    const { worker, server: theirs } = await look(server, REST_MS);
    if (worker + theirs > 0.9 * before) return;
    before = worker + theirs;
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** Activities that lead a shipment to an accepted declaration, and leave it there. */
const activities = (client: Client, accepted: () => void) => {
  const wrote = {};
  const reference = { destination: 'GB' };
  return {
    engageShipment: async () => ({ kind: 'engaged', situation: reference, openedBy: 'user:operator', wrote }),
    deriveChecklist: async () => ({ state: 'complete', set: { lines: [], charges: {} }, missing: [], wrote }),
    assess: async () => ({
      kind: 'assessed',
      assessment: {
        currency: 'GBP',
        lines: [],
        totals: { payableNow: '0.00', payableLater: '0.00', duty: '0.00', tax: '0.00', fees: '0.00', excise: '0.00' },
      },
      wrote,
    }),
    reserveGuarantee: async () => ({ kind: 'reserved', guaranteeId: 'g', reference: 'CCG-1', wrote }),
    standAtFiling: async () => ({ kind: 'stands', proof: {} }),
    lodgeDeclaration: async (step: Step, { declarationId }: { declarationId: string }) => {
      const fact: Fact = {
        eventId: randomUUID(),
        name: 'customs.DeclarationAccepted',
        stream: `declaration-${declarationId}`,
        version: 3,
        data: { declarationId, version: 1, acceptedOn: '2026-11-22' },
      };
      await client.workflow.getHandle(shipmentWorkflowId(step.subject)).signal(FACT_SIGNAL, fact);
      accepted();
      return { kind: 'sent', lrn: 'TW-1', wrote };
    },
  };
};

/** Clearances that wait for the authority cost nothing: neither time of a core nor, as time goes by, memory. */
export async function waiting(figures: Figures): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const home = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
  const servers = await startServers({ home });
  try {
    const { address } = servers.temporal;
    const native = await NativeConnection.connect({ address });
    const connection = await Connection.connect({ address });
    const client = new Client({ connection });
    let accepted = 0;
    const workflowBundle = await bundleWorkflowCode({
      workflowsPath: createRequire(import.meta.url).resolve('@tidewaiter/workflows'),
      logger: new DefaultLogger('WARN'),
      webpackConfigHook: (config) => ({
        ...config,
        resolve: {
          ...config.resolve,
          conditionNames: ['@tidewaiter/source', '...'],
          extensionAlias: { '.js': ['.ts', '.js'] },
        },
      }),
    });
    const done = activities(client, () => (accepted += 1));
    const workers = await Promise.all([
      Worker.create({ connection: native, taskQueue: WORKFLOW_QUEUE, workflowBundle, maxCachedWorkflows: 500 }),
      ...['shipments', 'documents', 'duties', 'customs'].map((taskQueue) =>
        Worker.create({ connection: native, taskQueue, activities: done }),
      ),
    ]);
    const running = workers.map((worker) => worker.run());
    const server = serverPid(address);
    await sleep(3_000);
    const idle = await look(server, LOOK_MS / 2);

    await inFlight(COUNT, 100, async () => {
      const shipmentId = randomUUID();
      await client.workflow.start(WORKFLOWS.shipmentLifecycle, {
        workflowId: shipmentWorkflowId(shipmentId),
        taskQueue: WORKFLOW_QUEUE,
        args: [{ tenant: 'acme', shipmentId, correlationId: shipmentId }],
      });
    });
    for (let before = -1; accepted < COUNT;) {
      if (accepted === before)
        throw new Error(`${accepted} of ${COUNT} clearances were accepted, and no more for 30 s`);
      before = accepted;
      for (let looks = 0; looks < 60 && accepted === before; looks += 1) await sleep(500);
    }
    await rest(server);
    const first = await look(server, LOOK_MS);
    const second = await look(server, LOOK_MS);

    const share = (first.worker + first.server + second.worker + second.server) / 2;
    const over = share - idle.worker - idle.server;
    figures.add(
      `${COUNT} clearances that wait`,
      `${percent(share)} of a core (worker ${percent(second.worker)}, server ${percent(second.server)}), without them ${percent(idle.worker + idle.server)}`,
      'under 5 % of one core more',
      over < 0.05,
    );
    const grown = second.workerMb + second.serverMb - first.workerMb - first.serverMb;
    figures.add(
      'memory of worker and server while they wait',
      `${(second.workerMb + second.serverMb).toFixed(0)} MB, ${grown.toFixed(1)} MB more than ${LOOK_MS / 1000} s before`,
      'grows by less than 2 %',
      grown < 0.02 * (first.workerMb + first.serverMb),
    );
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await connection.close();
    await native.close();
  } finally {
    await servers.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
