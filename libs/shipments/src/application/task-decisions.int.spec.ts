import { newId, Unavailable } from '@tidewaiter/kernel';
import { callerOf, command, Room, stepOf } from '../testing/room.js';

describe('deciding a task', () => {
  let room: Room;
  let shipmentId: string;
  const approver = callerOf('acme', 'ada', ['approver']);
  const digest = `sha256:${'a'.repeat(64)}`;

  beforeAll(async () => {
    room = await Room.open();
    shipmentId = await room.shipment(await room.engagement());
  });
  afterAll(() => room.close());
  beforeEach(() => {
    room.asked.length = 0;
    room.answer = async () => ({ kind: 'done', closes: true, says: 'Payment sent.' });
  });

  const raise = async (due: string | null = null, kind: 'approve-payment' | 'retry-step' = 'approve-payment') => {
    const role = kind === 'approve-payment' ? 'approver' : 'operator';
    const { taskId } = await room.activities.raiseTask(stepOf(shipmentId), {
      kind,
      role,
      says: 'Approve 282.66 GBP',
      about: { digest },
      due,
    });
    return taskId;
  };
  const settle = (taskId: string, by: string, closes: boolean) =>
    room.activities.settleTask(stepOf(shipmentId, { actor: by }), taskId, {
      kind: 'decided',
      decision: { approve: true },
      closes,
    });

  it('asks the shipment’s workflow under the command id, and answers with the task’s new version', async () => {
    const [taskId, commandId] = [await raise(), command()];
    room.answer = async (decision) => {
      await settle(taskId, decision.by, true);
      return { kind: 'done', closes: true, says: 'Payment sent.' };
    };
    expect(await room.decisions.decide(taskId, { approve: true }, approver, commandId, 1)).toEqual({
      taskId,
      status: 'done',
      says: 'Payment sent.',
      version: 2,
    });
    expect(room.asked).toEqual([
      {
        workflowId: `shipment/${shipmentId}`,
        updateId: commandId,
        decision: { taskId, by: 'user:ada', roles: ['approver'], commandId, decision: { approve: true } },
      },
    ]);
    expect(await room.views.task('acme', taskId)).toMatchObject({
      status: 'done',
      decisions: [{ by: 'user:ada', at: expect.stringMatching(/Z$/), decision: { approve: true } }],
    });
  });

  it('asks the workflow again when the same request comes again, although the task has moved on', async () => {
    const [taskId, commandId] = [await raise(), command()];
    room.answer = async (decision) => {
      await settle(taskId, decision.by, true);
      throw new Unavailable('workflow.not-answering', 'no answer in time', {
        advice: 'Repeat the request under the same Idempotency-Key.',
      });
    };
    await expect(room.decisions.decide(taskId, { approve: true }, approver, commandId, 1)).rejects.toMatchObject({
      code: 'workflow.not-answering',
    });
    room.answer = async () => ({ kind: 'done', closes: true, says: 'Payment sent.' });
    expect(await room.decisions.decide(taskId, { approve: true }, approver, commandId, 1)).toMatchObject({
      status: 'done',
      version: 2,
    });
    expect(room.asked.map((each) => each.updateId)).toEqual([commandId, commandId]);
    await expect(room.decisions.decide(taskId, { approve: true }, approver, command(), 2)).rejects.toMatchObject({
      code: 'shipments.task.not-open',
    });
  });

  it('stays open while another person is needed', async () => {
    const taskId = await raise();
    room.answer = async (decision) => {
      await settle(taskId, decision.by, false);
      return { kind: 'done', closes: false, says: 'One more approval is needed.' };
    };
    expect(await room.decisions.decide(taskId, { approve: true }, approver, command(), 1)).toMatchObject({
      status: 'open',
      version: 2,
    });
  });

  it('tells the workflow’s refusal by its code', async () => {
    const taskId = await raise();
    room.answer = async () => ({
      kind: 'refused',
      code: 'duties.payment.self-approval',
      says: 'You entered this value.',
    });
    await expect(room.decisions.decide(taskId, { approve: true }, approver, command(), 1)).rejects.toMatchObject({
      code: 'duties.payment.self-approval',
      message: 'You entered this value.',
    });
  });

  it.each([
    [
      'somebody without the role',
      { approve: true },
      callerOf('acme', 'omar', ['operator', 'administrator']),
      1,
      'shipments.task.role',
    ],
    ['another tenant', { approve: true }, callerOf('globex', 'gus', ['approver']), 1, 'shipments.task.unknown'],
    ['an older look at the task', { approve: true }, approver, 7, 'event-store.version.stale'],
    ['an answer that does not fit', { approve: 'yes' }, approver, 1, 'shipments.task.decision-invalid'],
    ['another digest', { approve: true, digest: 'sha256:0' }, approver, 1, 'duties.payment.digest-changed'],
  ])('goes nowhere from %s', async (_, body, caller, version, code) => {
    const taskId = await raise();
    await expect(room.decisions.decide(taskId, body, caller, command(), version)).rejects.toMatchObject({ code });
    expect(room.asked).toEqual([]);
  });

  it('is not found for a task that is not there', async () => {
    await expect(room.decisions.decide(newId(), {}, approver, command(), 1)).rejects.toMatchObject({
      code: 'shipments.task.unknown',
    });
  });

  it('withdraws a task once', async () => {
    const taskId = await raise();
    const withdraw = () =>
      room.activities.settleTask(stepOf(shipmentId), taskId, { kind: 'withdrawn', reason: 'paid otherwise' });
    await withdraw();
    await withdraw();
    expect(await room.views.task('acme', taskId)).toMatchObject({ status: 'withdrawn', version: 2 });
  });

  it('lists open tasks by deadline, those without one last, page by page', async () => {
    const wanted = [
      await raise('2026-12-01T00:00:00.000000Z', 'retry-step'),
      await raise('2026-12-02T00:00:00.000000Z', 'retry-step'),
      await raise(null, 'retry-step'),
      await raise(null, 'retry-step'),
    ];
    await raise('2026-11-30T00:00:00.000000Z', 'retry-step').then((first) => wanted.unshift(first));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await room.views.tasks(callerOf('acme'), {
        limit: 2,
        after,
        status: 'open',
        kind: 'retry-step',
        shipment: shipmentId,
      });
      seen.push(...page.items.map((each) => each.taskId));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(wanted);
    expect((await room.views.tasks(callerOf('globex'), { limit: 10, status: 'open' })).items).toEqual([]);
  });
});
