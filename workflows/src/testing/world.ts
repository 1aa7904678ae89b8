import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { bundleWorkflowCode, NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type {
  AssessmentSummary,
  AuditActivities,
  CarriersActivities,
  CustomsActivities,
  Decision,
  DecisionAnswer,
  DocumentsActivities,
  DocumentSet,
  DutiesActivities,
  Fact,
  ShipmentRef,
  ShipmentsActivities,
  Situation,
  SplitAnswer,
  SplitOrder,
  Step,
  TaskSpec,
} from '@tidewaiter/contracts';
import {
  DECIDE_UPDATE,
  FACT_SIGNAL,
  FACTS_SIGNAL,
  shipmentWorkflowId,
  SPLIT_UPDATE,
  WORKFLOWS,
  CONTEXTS,
} from '@tidewaiter/contracts/names';

/** Every activity of the house, as plain functions; a test replaces the ones its story is about. */
export type Activities = ShipmentsActivities &
  DocumentsActivities &
  DutiesActivities &
  CustomsActivities &
  CarriersActivities &
  Pick<AuditActivities, 'sealDossier' | 'applyRetention' | 'placeLegalHold'>;

const ZERO = '00000000-0000-7000-8000-00000000000';
const SHA = `sha256:${'0'.repeat(64)}`;

export const situation: Situation = {
  shipmentId: `${ZERO}1`,
  engagementId: `${ZERO}2`,
  reference: 'S-1',
  destination: 'GB',
  origin: 'VN',
  transport: 'ocean',
  portOfEntry: 'GBFXT',
  incoterm: { code: 'FOB', place: 'Haiphong' },
  importer: { importerId: `${ZERO}3`, name: 'Importer', identifiers: [{ scheme: 'EORI', value: 'GB123456782000' }] },
  parties: [],
  lines: [],
  charges: {},
  carrier: 'simulated-ocean',
};

export const goods: DocumentSet = {
  digest: SHA,
  lines: [
    {
      number: 1,
      commodity: '8712003000',
      description: 'bicycles',
      origin: 'VN',
      quantity: { value: '40', unit: 'NAR' },
      netMass: '600',
      price: { amount: '8000.00', currency: 'USD' },
    },
  ],
  charges: {},
  invoice: { number: 'INV-1', total: { amount: '8000.00', currency: 'USD' } },
  grossMass: '640',
  packages: { count: 40, kind: 'CT', marks: 'none' },
  documents: [],
};

const assessment: AssessmentSummary = {
  assessmentId: `${ZERO}4`,
  n: 1,
  currency: 'GBP',
  lawDate: '2026-11-22',
  digest: SHA,
  lines: [{ number: 1, customsValue: '6320.00', duty: '884.80', charges: [{ code: 'A00', amount: '884.80' }] }],
  entryCharges: [],
  totals: {
    duty: '884.80',
    excise: '0.00',
    fees: '0.00',
    tax: '1440.96',
    payableNow: '2325.76',
    payableLater: '0.00',
    landedCost: '8645.76',
  },
};

export interface Told {
  calls: string[];
  tasks: (TaskSpec & { taskId: string })[];
}

/** One running story on the real server, with a made-up world that answers as the test says. */
export class World {
  readonly told: Told = { calls: [], tasks: [] };
  readonly shipmentId = randomUUID();
  readonly declarationIds = new Set<string>();
  /** a person agreed to the authority's figure */
  agreed = false;
  private eventNumber = 0;

  constructor(
    private readonly client: Client,
    private readonly queue: string,
  ) {}

  get workflowId(): string {
    return shipmentWorkflowId(this.shipmentId);
  }

  async fact(
    name: string,
    data: Record<string, unknown>,
    eventId = `event-${name}-${(this.eventNumber += 1)}`,
  ): Promise<void> {
    await this.client.workflow.getHandle(this.workflowId).signal(FACT_SIGNAL, this.published(name, data, eventId));
  }

  /** Facts that come together, in their order. */
  async facts(...told: readonly [name: string, data: Record<string, unknown>][]): Promise<void> {
    const together = told.map(([name, data]) => this.published(name, data, `event-${name}-${(this.eventNumber += 1)}`));
    await this.client.workflow.getHandle(this.workflowId).signal(FACTS_SIGNAL, together);
  }

  private published(name: string, data: Record<string, unknown>, eventId: string): Fact {
    return { eventId, name, stream: `${name.split('.')[0]}-${this.shipmentId}`, version: this.eventNumber, data };
  }

  async decide(kind: string, decision: Record<string, unknown>, by = 'user:someone'): Promise<DecisionAnswer> {
    const task = await this.task(kind);
    const full: Decision = { taskId: task.taskId, by, roles: [], commandId: `decision-${randomUUID()}`, decision };
    return this.client.workflow
      .getHandle(this.workflowId)
      .executeUpdate<DecisionAnswer, [Decision]>(DECIDE_UPDATE, { args: [full] });
  }

  async split(parts: SplitOrder['parts']): Promise<SplitAnswer> {
    const order: SplitOrder = { by: 'user:someone', commandId: `split-${randomUUID()}`, reason: 'two vessels', parts };
    return this.client.workflow
      .getHandle(this.workflowId)
      .executeUpdate<SplitAnswer, [SplitOrder]>(SPLIT_UPDATE, { args: [order] });
  }

  /** The newest task of a kind, waited for. */
  async task(kind: string): Promise<TaskSpec & { taskId: string }> {
    for (;;) {
      const found = [...this.told.tasks].reverse().find((task) => task.kind === kind);
      if (found) return found;
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }

  async start(): Promise<void> {
    const ref: ShipmentRef = { tenant: 'acme', shipmentId: this.shipmentId, correlationId: this.shipmentId };
    await this.client.workflow.start(WORKFLOWS.shipmentLifecycle, {
      workflowId: this.workflowId,
      taskQueue: this.queue,
      args: [ref],
      typedSearchAttributes: new TypedSearchAttributes([]),
    });
  }

  /** Waits for the end; keeps the history as a released one when asked by RECORD_HISTORIES. */
  async end(name: string): Promise<{ events: number; activities: number }> {
    const handle = this.client.workflow.getHandle(this.workflowId);
    await handle.result();
    const history = await handle.fetchHistory();
    if (process.env['RECORD_HISTORIES']) {
      const folder = fileURLToPath(new URL('../../histories/0.1.0/', import.meta.url));
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}${name}.binpb`, temporal.api.history.v1.History.encode(history).finish());
    }
    const events = history.events ?? [];
    return {
      events: events.length,
      activities: events.filter((event) => event.activityTaskScheduledEventAttributes).length,
    };
  }

  /** What a quiet, willing world answers. */
  usual(): Activities {
    const wrote = {};
    return {
      engageShipment: async () => ({
        kind: 'engaged',
        situation: { ...situation, shipmentId: this.shipmentId },
        openedBy: 'user:operator',
        wrote,
      }),
      reserveGuarantee: async () => ({ kind: 'reserved', guaranteeId: `${ZERO}5`, reference: 'CCG-1', wrote }),
      standAtFiling: async () => ({
        kind: 'stands',
        proof: {
          lawDate: '2026-11-22',
          mandateId: `${ZERO}6`,
          mandateUntil: '2027-12-31',
          importerId: `${ZERO}3`,
          identifier: 'GB123456782000',
          law: 'law',
          screening: { list: 'list', digest: SHA },
          guarantee: null,
          embargoes: SHA,
        },
      }),
      provideSecurity: async () => ({ kind: 'provided', destination: 'GB', wrote }),
      raiseTask: async (_step: Step, task: TaskSpec) => {
        const taskId = randomUUID();
        this.told.tasks.push({ ...task, taskId });
        return { taskId, wrote };
      },
      settleTask: async () => ({ wrote }),
      closeShipment: async () => ({ wrote }),
      splitShipment: async (_step, { parts }) => ({
        parts: parts.map(({ shipmentId, reference }) => ({ shipmentId, reference })),
        wrote,
      }),
      reviewEngagement: async () => ({ kind: 'ended' }),
      deriveChecklist: async () => ({ state: 'complete', set: goods, missing: [], wrote }),
      handOver: async () => ({ kind: 'handed-over', sha256: '0'.repeat(64) }),
      confirmLines: async () => ({ kind: 'confirmed', wrote }),
      assess: async () => ({ kind: 'assessed', assessment, wrote }),
      requestPayment: async (_step, request) => {
        const theirs = request.notice!.total;
        const ours = { amount: assessment.totals.payableNow, currency: 'GBP' };
        if (theirs.amount !== ours.amount && !this.agreed)
          return { kind: 'differs', says: 'x', ours, theirs, lines: [], wrote };
        const paymentId = `payment-${request.generation}`;
        await this.fact('duties.PaymentSettled', { paymentId });
        return { kind: 'sent', paymentId, digest: SHA, wrote };
      },
      approvePayment: async (_step, paymentId) => ({ kind: 'sent', paymentId, digest: SHA, wrote }),
      agreeToDebt: async () => {
        this.agreed = true;
        return { kind: 'agreed', wrote };
      },
      reopenDebt: async () => ({ interest: { amount: '4.62', currency: 'GBP' }, says: 'x', wrote }),
      returnedDebt: async () => ({ kind: 'asked' }),
      openDifferences: async () => {
        throw new Error('no statement belongs to a shipment’s story');
      },
      settleDifference: async () => ({ kind: 'settled', wrote }),
      voidPayment: async () => ({ kind: 'void', wrote }),
      bookRefund: async () => ({ kind: 'booked', bookingId: `${ZERO}6`, settled: false, wrote }),
      settleDecided: async () => ({ kind: 'settled', wrote }),
      lodgeDeposit: async () => ({ kind: 'booked', bookingId: `${ZERO}7`, wrote }),
      receiveRefund: async () => ({ kind: 'booked', bookingId: `${ZERO}6`, wrote }),
      resolvePayment: async () => ({ kind: 'sent', wrote }),
      listAffected: async () => ({ citation: '', says: '', firstDeadline: null, totals: [], claims: [], next: null }),
      lodgeDeclaration: async (_step, { declarationId, version }) => {
        await this.clear(declarationId, version);
        return { kind: 'sent', lrn: 'TW-1', wrote };
      },
      resolveFiling: async () => ({ kind: 'found', wrote }),
      reviewEntry: async () => ({ tasks: [], nextLookAt: null, open: false, wrote }),
      settleClock: async () => ({ kind: 'settled', wrote }),
      openCorrection: async () => ({ kind: 'opened', caseId: `${ZERO}8`, wrote }),
      openVoidanceCases: async () => ({ opened: [], skipped: [], wrote }),
      makeRequest: async () => ({ kind: 'sent', request: 1, wrote }),
      withdrawDeclaration: async () => ({ kind: 'not-needed' }),
      resolveRequest: async () => ({ kind: 'found', wrote }),
      dropRequest: async () => ({ wrote }),
      requestSlots: async () => ({ kind: 'none' }),
      recordPapersSent: async () => ({ wrote }),
      answerQuery: async () => ({ kind: 'answered', wrote }),
      bookDelivery: async (_step, { generation }) => {
        const bookingId = `booking-${generation}`;
        await this.fact('carriers.ShipmentDelivered', { bookingId });
        return { kind: 'requested', bookingId, wrote };
      },
      resolveBooking: async () => ({ kind: 'requested', wrote }),
      placeLegalHold: async () => ({ wrote }),
      sealDossier: async () => ({ sealed: { events: 1, treeSize: 1, rootHash: '', retainUntil: '2032-12-31' } }),
      applyRetention: async () => ({ recomputed: 0, looked: 0, erased: 0, held: 0, waiting: 0 }),
    };
  }

  async accepted(declarationId: string, version = 1): Promise<void> {
    await this.fact('customs.DeclarationAccepted', { declarationId, version, acceptedOn: '2026-11-22' });
  }
  async notified(declarationId: string, amount = '2325.76'): Promise<void> {
    await this.fact('customs.DutyNotified', {
      declarationId,
      taxes: [{ line: 1, type: 'A00', base: '6320.00', amount: { amount: '884.80', currency: 'GBP' } }],
      total: { amount, currency: 'GBP' },
      paymentReference: 'PAY-1',
      payee: { name: 'Customs', account: 'GB00' },
    });
  }
  async released(declarationId: string): Promise<void> {
    await this.fact('customs.GoodsReleased', {
      declarationId,
      quantities: [{ line: 1, quantity: { value: '40', unit: 'NAR' } }],
    });
  }
  async clear(declarationId: string, version = 1): Promise<void> {
    this.declarationIds.add(declarationId);
    await this.accepted(declarationId, version);
    await this.notified(declarationId);
    await this.released(declarationId);
  }
}

export interface Stage {
  client: Client;
  /** runs a story with the world's activities replaced where the test says so */
  play(
    change: (world: World, usual: Activities) => Partial<Activities>,
    act: (world: World) => Promise<void>,
    name: string,
  ): Promise<{ world: World; events: number; activities: number }>;
  close(): Promise<void>;
}

const logged = (world: World, activities: Activities): Record<string, (...args: never[]) => unknown> =>
  Object.fromEntries(
    Object.entries(activities).map(([name, run]) => [
      name,
      (...args: never[]) => {
        world.told.calls.push(name);
        return (run as (...args: never[]) => unknown)(...args);
      },
    ]),
  );

export const bundle = (): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../index.ts', import.meta.url)),
    logger: {
      log: () => undefined,
      trace: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    },
    webpackConfigHook: (config) => ({
      ...config,
      resolve: {
        ...config.resolve,
        conditionNames: ['@tidewaiter/source', '...'],
        extensionAlias: { '.js': ['.ts', '.js'] },
      },
    }),
  });

/** A worker for workflows and one for each context's activities, on the real server named by the environment. */
export async function openStage(): Promise<Stage> {
  const address = process.env['TEST_TEMPORAL_ADDRESS'];
  if (!address) throw new Error('TEST_TEMPORAL_ADDRESS is not set: `npm test` starts the servers and sets it.');
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection });
  const workflowBundle = await bundle();
  return {
    client,
    async play(change, act, name) {
      // Queues of this run alone: the stories of other suites on the same server must not meet these workers.
      const suffix = randomUUID().slice(0, 8);
      const queue = `workflows-${suffix}`;
      const world = new World(client, queue);
      const usual = world.usual();
      const activities = logged(world, { ...usual, ...change(world, usual) });
      const worker = await Worker.create({
        connection: native,
        taskQueue: queue,
        workflowBundle: {
          ...workflowBundle,
          code: redirectQueues(workflowBundle.code, `() => ${JSON.stringify(queue)}`),
        },
        activities,
        maxCachedWorkflows: 20,
      });
      const run = worker.runUntil(async () => {
        await world.start();
        await act(world);
        return world.end(name);
      });
      return { world, ...(await run) };
    },
    async close() {
      await connection.close();
      await native.close();
    },
  };
}

/** Sends activities to queues of one run, by the one function that names queues. @param queueOf its new text */
export const redirectQueues = (code: string, queueOf: string): string => {
  const marker = /const queueOf = \(context\)\s*=>\s*context;/;
  if (!marker.test(code)) throw new Error(`the bundle does not name queues as expected: ${CONTEXTS.join()}`);
  return code.replace(marker, `const queueOf = ${queueOf};`);
};
