import { newId } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import { checkDecision, mayDecide } from './decisions.js';
import { task, type TaskEvent } from './task.js';

const given = specFor(task);
const [taskId, shipmentId] = [newId(), newId()];
const particulars = {
  taskId,
  shipmentId,
  engagementId: null,
  kind: 'approve-payment' as const,
  role: 'approver',
  says: 'Approve 282.66 GBP',
  about: { digest: 'sha256:1' },
  due: null,
};
const raised: TaskEvent = { type: 'TaskRaised', data: particulars };
const decided = (by: string, closes: boolean): TaskEvent => ({
  type: 'TaskDecided',
  data: { taskId, shipmentId, by, decision: { approve: true }, closes },
});
const withdrawn: TaskEvent = { type: 'TaskWithdrawn', data: { taskId, shipmentId, reason: 'paid otherwise' } };
const decide = (by: string, closes: boolean) => ({
  type: 'DecideTask' as const,
  by,
  decision: { approve: true },
  closes,
});

describe('a task', () => {
  it('is raised once', () => {
    given()
      .when({ type: 'RaiseTask', ...particulars })
      .then(raised);
    given(raised)
      .when({ type: 'RaiseTask', ...particulars })
      .thenNothing();
  });
  it('stays open until enough people decided it', () => {
    given(raised)
      .when(decide('user:one', false))
      .thenState((state) => expect(state).toMatchObject({ status: 'open', decisions: [{ by: 'user:one' }] }));
    given(raised, decided('user:one', false))
      .when(decide('user:two', true))
      .thenState((state) =>
        expect(state).toMatchObject({ status: 'done', decisions: [{ by: 'user:one' }, { by: 'user:two' }] }),
      );
  });
  it('takes no decision once it is done or withdrawn', () => {
    given(raised, decided('user:one', true)).when(decide('user:two', true)).thenRefused('shipments.task.not-open');
    given(raised, withdrawn).when(decide('user:two', true)).thenRefused('shipments.task.not-open');
    given().when(decide('user:one', true)).thenRefused('shipments.task.unknown');
  });
  it('is withdrawn once, and not after it was done', () => {
    given(raised).when({ type: 'WithdrawTask', reason: 'paid otherwise' }).then(withdrawn);
    given(raised, withdrawn).when({ type: 'WithdrawTask', reason: 'again' }).thenNothing();
    given(raised, decided('user:one', true)).when({ type: 'WithdrawTask', reason: 'late' }).thenNothing();
  });
});

describe('who may decide', () => {
  it.each([
    ['an approver an approver’s task', ['approver'], 'approver', true],
    ['an administrator never an approver’s task', ['administrator'], 'approver', false],
    ['an administrator never a task of compliance', ['administrator'], 'compliance', false],
    ['an administrator an operator’s task', ['administrator'], 'operator', true],
    ['an operator never an approver’s task', ['operator'], 'approver', false],
  ])('%s', (_, roles, role, may) => expect(mayDecide(roles, role)).toBe(may));
});

describe('what may be decided', () => {
  it.each([
    ['approve-payment', { approve: true }],
    ['correct-declaration', { set: { 'lines[0].commodity': '8517140000' } }],
    ['retry-step', { retry: true }],
    ['rebook-delivery', { abandon: true, reason: 'customer takes it' }],
    [
      'resolve-engagement',
      { retry: true, clear: [{ role: 'consignor', entry: 'TW-0001' }], reason: 'other birth date' },
    ],
  ] as const)('%s takes %j', (kind, body) => expect(checkDecision(kind, body)).toEqual(body));

  it.each([
    ['approve-payment', { approve: false }],
    ['approve-payment', { approve: true, amount: '1.00' }],
    ['correct-declaration', { set: {} }],
    ['correct-declaration', { set: { 'lines[0]; drop': '1' } }],
    ['confirm-lines', { lines: [] }],
    ['retry-step', {}],
    ['retry-step', { abandon: true }],
    ['resolve-engagement', { retry: true, clear: [{ role: 'consignor', entry: 'TW-0001' }] }],
  ] as const)('%s refuses %j with a place', (kind, body) => {
    expect(() => checkDecision(kind, body)).toThrow(
      expect.objectContaining({
        code: 'shipments.task.decision-invalid',
        details: expect.objectContaining({
          places: expect.arrayContaining([expect.objectContaining({ pointer: expect.stringMatching(/^\//) })]),
        }),
      }),
    );
  });
});
