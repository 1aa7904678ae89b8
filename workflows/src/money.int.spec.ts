import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type {
  DecidedMoney,
  DecidedMoneyState,
  Decision,
  DecisionAnswer,
  Fact,
  OpenDifferences,
  PaymentRequest,
  Step,
  TaskSpec,
} from '@tidewaiter/contracts';
import {
  DECIDE_UPDATE,
  FACT_SIGNAL,
  postEntryWorkflowId,
  returnedPaymentsWorkflowId,
  statementWorkflowId,
  WORKFLOWS,
} from '@tidewaiter/contracts/names';
import { bundle, redirectQueues } from './testing/world.js';

type Raised = TaskSpec & { taskId: string; subject: string };

/** The desk of tasks: what was asked of whom, and how it ended. */
class Tasks {
  readonly raised: Raised[] = [];
  readonly ended = new Map<string, string>();

  activities() {
    return {
      raiseTask: async ({ subject }: Step, task: TaskSpec) => {
        const taskId = randomUUID();
        this.raised.push({ ...task, taskId, subject });
        return { taskId, wrote: {} };
      },
      settleTask: async (_step: Step, taskId: string, { kind }: { kind: string }) => {
        this.ended.set(taskId, kind);
        return { wrote: {} };
      },
    };
  }

  async of(fits: (task: Raised) => boolean): Promise<Raised> {
    for (;;) {
      const found = this.raised.find((task) => fits(task) && !this.ended.has(task.taskId));
      if (found) return found;
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }
}

describe('money that people are asked about when no shipment’s story runs', () => {
  let connection: Connection;
  let native: NativeConnection;
  let code: WorkflowBundleWithSourceMap;
  let client: Client;
  beforeAll(async () => {
    const address = process.env['TEST_TEMPORAL_ADDRESS'];
    if (!address) throw new Error('TEST_TEMPORAL_ADDRESS is not set: `npm test` starts the servers and sets it.');
    connection = await Connection.connect({ address });
    native = await NativeConnection.connect({ address });
    client = new Client({ connection });
    code = await bundle();
  }, 60_000);
  afterAll(async () => {
    await connection.close();
    await native.close();
  });

  const working = async (activities: object, act: (queue: string) => Promise<void>): Promise<void> => {
    const queue = `money-${randomUUID().slice(0, 8)}`;
    const worker = await Worker.create({
      connection: native,
      taskQueue: queue,
      workflowBundle: { ...code, code: redirectQueues(code.code, `() => ${JSON.stringify(queue)}`) },
      activities,
    });
    await worker.runUntil(act(queue));
  };
  const decide = (handle: WorkflowHandle, taskId: string, decision: Record<string, unknown>): Promise<DecisionAnswer> =>
    handle.executeUpdate<DecisionAnswer, [Decision]>(DECIDE_UPDATE, {
      args: [{ taskId, by: 'user:cora', roles: ['compliance'], commandId: randomUUID(), decision }],
    });
  const tell = (handle: WorkflowHandle, name: string, data: Record<string, unknown>): Promise<void> =>
    handle.signal(FACT_SIGNAL, { eventId: randomUUID(), name, stream: 's', version: 1, data } satisfies Fact);

  it('asks about each difference of a statement, by task or at the statement itself, page by page', async () => {
    const tasks = new Tasks();
    const shipmentId = randomUUID();
    const gbp = (amount: string) => ({ amount, currency: 'GBP' });
    const difference = (n: number, of: string | null) => ({
      ...{ n, kind: 'amount' as const, reference: `26GB${n}`, taxType: 'A00', shipmentId: of },
      ...{ stated: gbp('12.00'), ours: gbp('10.00'), amount: gbp('2.00'), says: `A00 of 26GB${n}` },
    });
    const settled: unknown[] = [];
    const head = { number: '2026-11', account: '7654321', authority: 'GB', due: '2026-12-17T00:00:00Z', law: 'law' };
    const duties = {
      openDifferences: async (_step: Step, _id: string, after: number): Promise<OpenDifferences> =>
        after === 0
          ? { ...head, differences: [difference(1, shipmentId), difference(2, null)], next: 2 }
          : { ...head, differences: [difference(3, null)], next: null },
      settleDifference: async (
        { actor }: Step,
        { n, decision, reason }: { n: number; decision: string; reason: string },
      ) => {
        if (reason === 'no') return { kind: 'refused' as const, code: 'duties.statement.paid', says: 'no' };
        settled.push([n, decision, reason, actor]);
        return { kind: 'settled' as const, wrote: {} };
      },
    };
    await working({ ...tasks.activities(), ...duties }, async (queue) => {
      const statementId = randomUUID();
      const handle = await client.workflow.start(WORKFLOWS.statementDifferences, {
        workflowId: statementWorkflowId(statementId),
        taskQueue: queue,
        args: [{ tenant: 'acme', statementId, correlationId: 'c' }],
      });
      const one = await tasks.of(({ about }) => about['n'] === 1);
      const two = await tasks.of(({ about }) => about['n'] === 2);
      expect([one.subject, two.subject]).toEqual([shipmentId, statementId]);
      expect(one).toMatchObject({
        ...{ kind: 'settle-statement-difference', role: 'compliance', due: head.due },
        about: { statement: '2026-11', reference: '26GB1', amount: gbp('2.00') },
      });
      expect(await decide(handle, one.taskId, { dispute: true, reason: 'no' })).toMatchObject({ kind: 'refused' });
      const answer = await decide(handle, one.taskId, { dispute: true, reason: 'rate is 4 %' });
      expect(answer).toMatchObject({ kind: 'done', closes: true });
      await tell(handle, 'duties.StatementDifferenceSettled', { n: 1 });
      await tell(handle, 'duties.StatementDifferenceSettled', { n: 2 });
      const three = await tasks.of(({ about }) => about['n'] === 3);
      await decide(handle, three.taskId, { accept: true, reason: 'ours was late' });
      await handle.result();
      expect(settled).toEqual([
        [1, 'dispute', 'rate is 4 %', 'user:cora'],
        [3, 'accept', 'ours was late', 'user:cora'],
      ]);
      expect([one, two, three].map(({ taskId }) => tasks.ended.get(taskId))).toEqual([
        'decided',
        'withdrawn',
        'decided',
      ]);
    });
  }, 60_000);

  it('follows what the authority decided after the entry to the bank and back, and again when it decides anew', async () => {
    const tasks = new Tasks();
    const [shipmentId, declarationId] = [randomUUID(), randomUUID()];
    const usd = (amount: string) => ({ amount, currency: 'USD' });
    const told = (decision: number, amount: string): DecidedMoney => ({
      ...{ caseId: 'case-1', decision, shipmentId, declarationId, declarationVersion: 1, authority: 'US', law: 'law' },
      ...{ says: 'Another heading.', citation: null, decidedOn: '2026-11-28', debtOn: null, owed: usd(amount) },
      ...{ refund: null, lines: [], demand: null, references: ['CF29'], editors: [] },
    });
    let money: DecidedMoney[] = [told(1, '620.00')];
    let open = true;
    const looks: [number, string][] = [];
    let state: DecidedMoneyState['kind'] = 'approve';
    const approvable = {
      ...{ paymentId: 'p-1', digest: 'd-1', needed: 1, given: 0, amount: usd('620.00'), interest: usd('4.00') },
      ...{ payee: { name: 'CBP', account: '1' }, reference: 'CF29', returned: false },
    };
    const activities = {
      reviewEntry: async () => ({ tasks: [], nextLookAt: null, open, money, wrote: {} }),
      settleDecided: async (_step: Step, { decision }: DecidedMoney) => {
        looks.push([decision, state]);
        if (state === 'approve') return { kind: state, ...approvable, wrote: {} };
        if (state === 'claimed') return { kind: state, bookingIds: ['b-1'], amount: usd('310.00'), wrote: {} };
        return { kind: state, paymentId: 'p-1', wrote: {} };
      },
      approvePayment: async () => {
        state = 'on-its-way';
        return { kind: 'sent', paymentId: 'p-1', digest: 'd-1', wrote: {} };
      },
      receiveRefund: async () => {
        state = 'settled';
        open = false;
        return { kind: 'booked', bookingId: 'b-1', wrote: {} };
      },
    };
    await working({ ...tasks.activities(), ...activities }, async (queue) => {
      const handle = await client.workflow.start(WORKFLOWS.postEntry, {
        ...{ workflowId: postEntryWorkflowId(declarationId), taskQueue: queue },
        args: [{ tenant: 'acme', shipmentId, declarationId, correlationId: 'c' }],
      });
      const first = await tasks.of(({ kind }) => kind === 'approve-payment');
      expect(first.says).toBe('Another heading (law). Approve 620.00 USD, with 4.00 USD of interest to CBP.');
      // The bank returns it: asked for again, with a fresh approval.
      await decide(handle, first.taskId, { approve: true });
      const looked = async (times: number): Promise<void> => {
        while (looks.length < times) await new Promise((resume) => setTimeout(resume, 20));
      };
      await looked(2);
      state = 'approve';
      await tell(handle, 'duties.PaymentBounced', {});
      const again = await tasks.of(({ kind }) => kind === 'approve-payment');
      expect(again.taskId).not.toBe(first.taskId);
      await decide(handle, again.taskId, { approve: true });
      await looked(4);
      // Decided anew while it is on its way: what was paid too much comes back.
      money = [told(2, '310.00')];
      state = 'claimed';
      await tell(handle, 'customs.CaseDecided', {});
      const refund = await tasks.of(({ kind }) => kind === 'settle-refund');
      expect(refund.says).toContain('310.00 USD were granted');
      await decide(handle, refund.taskId, { receivedOn: '2026-12-01', reference: 'ACH-1' });
      await tell(handle, 'customs.CaseClosed', {});
      await handle.result();
      expect(looks).toEqual([
        [1, 'approve'],
        [1, 'on-its-way'],
        [1, 'approve'],
        [1, 'on-its-way'],
        [2, 'claimed'],
        [2, 'settled'],
      ]);
      expect(tasks.raised.map(({ taskId }) => tasks.ended.get(taskId))).toEqual(['decided', 'decided', 'decided']);
    });
  }, 60_000);

  it('hears of a newer decision that is read in the same moment in which the older one is settled', async () => {
    const [shipmentId, declarationId] = [randomUUID(), randomUUID()];
    const told = (decision: number): DecidedMoney => ({
      ...{ caseId: 'case-1', decision, shipmentId, declarationId, declarationVersion: 1, authority: 'US', law: 'law' },
      ...{ says: 'x', citation: null, decidedOn: '2026-11-28', debtOn: null, refund: null, lines: [], demand: null },
      ...{ owed: { amount: `${decision}00.00`, currency: 'USD' }, references: ['CF29'], editors: [] },
    });
    const gate = () => {
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      return { open, opened };
    };
    const [olderSettled, newerRead] = [gate(), gate()];
    const looks: number[] = [];
    let reviews = 0;
    const activities = {
      reviewEntry: async () => {
        reviews += 1;
        if (reviews === 2) await newerRead.opened;
        return { tasks: [], nextLookAt: null, open: looks.length < 2, money: [told(Math.min(reviews, 2))], wrote: {} };
      },
      settleDecided: async (_step: Step, { decision }: DecidedMoney) => {
        looks.push(decision);
        if (looks.length === 1) await olderSettled.opened;
        return { kind: 'settled', wrote: {} };
      },
    };
    const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
      while (!(await holds())) await new Promise((resume) => setTimeout(resume, 20));
    };
    await working(activities, async (activityQueue) => {
      const taskQueue = `${activityQueue}-workflows`;
      // Two workers, one after the other, that keep no story: the second finds both answers in one task.
      const telling = () =>
        Worker.create({
          ...{ connection: native, taskQueue, maxCachedWorkflows: 0 },
          workflowBundle: { ...code, code: redirectQueues(code.code, `() => ${JSON.stringify(activityQueue)}`) },
        });
      const handle = await client.workflow.start(WORKFLOWS.postEntry, {
        ...{ workflowId: postEntryWorkflowId(declarationId), taskQueue },
        args: [{ tenant: 'acme', shipmentId, declarationId, correlationId: 'c' }],
      });
      await (
        await telling()
      ).runUntil(async () => {
        await until(() => looks.length === 1);
        await tell(handle, 'customs.CaseDecided', {});
        await until(() => reviews === 2);
      });
      const answered = async (times: number): Promise<boolean> =>
        (await handle.fetchHistory()).events!.filter((each) => each.activityTaskCompletedEventAttributes).length ===
        times;
      olderSettled.open();
      await until(() => answered(2));
      newerRead.open();
      await until(() => answered(3));
      await (await telling()).runUntil(handle.result());
      expect(looks).toEqual([1, 2]);
    });
  }, 60_000);

  it('leaves a task where it is when news says the same of it, and takes it back when it says another thing', async () => {
    const tasks = new Tasks();
    const [shipmentId, declarationId] = [randomUUID(), randomUUID()];
    const usd = (amount: string) => ({ amount, currency: 'USD' });
    const told: DecidedMoney = {
      ...{
        caseId: 'case-1',
        decision: 1,
        shipmentId,
        declarationId,
        declarationVersion: 1,
        authority: 'US',
        law: 'law',
      },
      ...{ says: 'x', citation: null, decidedOn: '2026-11-28', debtOn: null, owed: usd('620.00'), refund: null },
      ...{ lines: [], demand: null, references: ['CF29'], editors: [] },
    };
    let digest = 'd-1';
    let [looks, open] = [0, true];
    const activities = {
      reviewEntry: async () => ({ tasks: [], nextLookAt: null, open, money: [told], wrote: {} }),
      settleDecided: async () => {
        looks += 1;
        if (!open) return { kind: 'settled', wrote: {} };
        return {
          ...{ kind: 'approve', paymentId: 'p-1', digest, needed: 1, given: 0, amount: usd('620.00'), interest: null },
          ...{ payee: { name: 'CBP', account: '1' }, reference: 'CF29', returned: true, wrote: {} },
        };
      },
      approvePayment: async () => {
        open = false;
        return { kind: 'sent', paymentId: 'p-1', digest, wrote: {} };
      },
    };
    await working({ ...tasks.activities(), ...activities }, async (queue) => {
      const handle = await client.workflow.start(WORKFLOWS.postEntry, {
        ...{ workflowId: postEntryWorkflowId(declarationId), taskQueue: queue },
        args: [{ tenant: 'acme', shipmentId, declarationId, correlationId: 'c' }],
      });
      const first = await tasks.of(({ kind }) => kind === 'approve-payment');
      // The return that made it necessary is heard of only now.
      await tell(handle, 'duties.PaymentBounced', {});
      while (looks < 2) await new Promise((resume) => setTimeout(resume, 20));
      digest = 'd-2';
      await tell(handle, 'duties.PaymentBounced', {});
      const second = await tasks.of(({ kind, about }) => kind === 'approve-payment' && about['digest'] === 'd-2');
      await decide(handle, second.taskId, { approve: true });
      await tell(handle, 'customs.CaseClosed', {});
      await handle.result();
      expect(tasks.raised.map(({ taskId }) => [taskId, tasks.ended.get(taskId)])).toEqual([
        [first.taskId, 'withdrawn'],
        [second.taskId, 'decided'],
      ]);
    });
  }, 60_000);

  it('pays anew, with interest and a fresh approval, what the bank returned after the shipment had ended', async () => {
    const tasks = new Tasks();
    const shipmentId = randomUUID();
    const gbp = (amount: string) => ({ amount, currency: 'GBP' });
    const asked: PaymentRequest[] = [];
    const reopened: string[] = [];
    let known = false;
    const duties = {
      returnedDebt: async () => {
        if (known) return { kind: 'asked' };
        known = true;
        return {
          ...{ kind: 'open', declarationId: 'd-1', declarationVersion: 1, generation: 2, editors: ['user:clerk'] },
          assessment: { assessmentId: 'a-1', digest: 'sha256:1' },
          notice: {
            ...{ declarationId: 'd-1', declarationVersion: 1, noticeId: 'm-1', mrn: 'mrn', assessmentId: 'a-1' },
            ...{ authorityTime: '2026-11-22T00:00:00Z', total: gbp('100.00') },
            taxes: [{ line: 1, type: 'A00', base: '', amount: gbp('100.00') }],
          },
          ...{ payee: { name: 'Customs', account: 'GB00' }, reference: 'PAY-1' },
        };
      },
      reopenDebt: async (_step: Step, { paymentId }: { paymentId: string }) => {
        reopened.push(paymentId);
        return { interest: gbp(paymentId === 'payment-1' ? '1.50' : '2.00'), says: 'x', wrote: {} };
      },
      requestPayment: async (_step: Step, request: PaymentRequest) => {
        asked.push(request);
        const paymentId = `payment-${request.generation}`;
        return { kind: 'needs-approval', paymentId, digest: paymentId, needed: 1, given: 0, wrote: {} };
      },
      approvePayment: async (_step: Step, paymentId: string) => ({
        ...{ kind: 'sent', paymentId, digest: paymentId, wrote: {} },
      }),
    };
    await working({ ...tasks.activities(), ...duties }, async (queue) => {
      const workflowId = returnedPaymentsWorkflowId(shipmentId);
      const returned = (paymentId: string): Fact => ({
        ...{ eventId: paymentId, name: 'duties.PaymentBounced', stream: 's', version: 1, data: { paymentId } },
      });
      const start = (fact: Fact) =>
        client.workflow.signalWithStart(WORKFLOWS.returnedPayments, {
          ...{ workflowId, taskQueue: queue, signal: FACT_SIGNAL, signalArgs: [fact] },
          args: [{ tenant: 'acme', shipmentId, correlationId: 'c' }],
        });
      const handle = await start(returned('payment-1'));
      for (const generation of [2, 3]) {
        const task = await tasks.of(
          ({ kind, about }) => kind === 'approve-payment' && about['digest'] === `payment-${generation}`,
        );
        expect(task.says).toMatch(/^The bank returned the last payment\. Approve 10[12]\.[05]0 GBP, with/);
        await decide(handle, task.taskId, { approve: true });
        const outcome = generation === 2 ? 'duties.PaymentBounced' : 'duties.PaymentSettled';
        await tell(handle, outcome, { paymentId: `payment-${generation}` });
      }
      await handle.result();
      expect(reopened).toEqual(['payment-1', 'payment-2']);
      expect(asked.map(({ amount, interest }) => [amount, interest])).toEqual([
        [gbp('101.50'), gbp('1.50')],
        [gbp('102.00'), gbp('2.00')],
      ]);
      expect(asked[0]).toMatchObject({ declarationVersion: 1, editors: ['user:clerk'], reference: 'PAY-1' });
      // The same news again, to a story that has ended: it is known what became of it.
      await (await start(returned('payment-1'))).result();
      expect(asked).toHaveLength(2);
    });
  }, 60_000);
});
