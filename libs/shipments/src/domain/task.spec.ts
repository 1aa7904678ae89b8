import { fold, newId, TidewaiterError } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import fc from 'fast-check';
import { checkDecision, checkRole, mayDecide } from './decisions.js';
import { sawAll, task, type Task, type TaskCommand, type TaskEvent } from './task.js';

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

describe('who sees to a task', () => {
  const taken = (by: string, from: string | null = null): TaskEvent => ({
    type: 'TaskTaken',
    data: { taskId, shipmentId, by, from },
  });
  const givenBack = (by: string): TaskEvent => ({ type: 'TaskGivenBack', data: { taskId, shipmentId, by } });
  const take = (by: string, from?: string) => ({ type: 'TakeTask' as const, by, from });
  const giveBack = (by: string, forOthers = false) => ({ type: 'GiveTaskBack' as const, by, forOthers });
  const [one, two, three] = ['user:one', 'user:two', 'user:three'] as const;

  it('is whoever took it while nobody had it', () => {
    given(raised).when(take(one)).then(taken(one));
    given(raised, taken(one), givenBack(one)).when(take(two)).then(taken(two));
  });
  it('changes nothing of how tasks fold that nobody took: evidence of earlier releases says so byte for byte', () => {
    expect(fold(task, [raised, decided(one, false), decided(two, true)])).toEqual({
      ...particulars,
      status: 'done',
      decisions: [one, two].map((by) => ({ by, decision: { approve: true } })),
    });
    expect(Object.keys(fold(task, [raised, withdrawn]))).toEqual([...Object.keys(particulars), 'status', 'decisions']);
  });
  it('stays who it is when they take it again', () => {
    given(raised, taken(one)).when(take(one)).thenNothing();
    given(raised, taken(one)).when(take(one, two)).thenNothing();
  });
  it('is no other, unless whoever has it is named', () => {
    given(raised, taken(one)).when(take(two)).thenRefused('shipments.task.taken');
    given(raised, taken(one)).when(take(two, one)).then(taken(two, one));
    given(raised, taken(one), taken(three, one)).when(take(two, one)).thenRefused('shipments.task.changed-hands');
    given(raised, taken(one), givenBack(one)).when(take(two, one)).then(taken(two));
  });
  it('is named to who is refused', () => {
    expect(() => task.decide(fold(task, [raised, taken(one)]), take(two))).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(one),
        details: expect.objectContaining({ facts: { assignee: one } }),
      }),
    );
  });
  it('gives it back themselves, or an administrator does', () => {
    given(raised, taken(one)).when(giveBack(one)).then(givenBack(one));
    given(raised, taken(one)).when(giveBack(two)).thenRefused('shipments.task.not-yours');
    given(raised, taken(one)).when(giveBack(two, true)).then(givenBack(two));
    given(raised).when(giveBack(two)).thenNothing();
  });
  it('keeps nobody from deciding it, and is still known when it is closed', () => {
    given(raised, taken(one)).when(decide(two, true)).then(decided(two, true));
    given(raised, taken(one))
      .when(decide(two, true))
      .thenState((state) => expect(state).toMatchObject({ status: 'done', assignee: one }));
    given(raised, taken(one))
      .when({ type: 'WithdrawTask', reason: 'paid otherwise' })
      .thenState((state) => expect(state).toMatchObject({ status: 'withdrawn', assignee: one }));
  });
  it('leaves it to the others with their own part of a decision of several, not with another’s', () => {
    given(raised, taken(one))
      .when(decide(one, false))
      .thenState((state) => expect(state).toMatchObject({ status: 'open', assignee: null }));
    given(raised, taken(one))
      .when(decide(two, false))
      .thenState((state) => expect(state).toMatchObject({ status: 'open', assignee: one }));
  });
  it.each([
    ['done', decided(one, true)],
    ['withdrawn', withdrawn],
  ])('changes no more when it is %s', (_, closing) => {
    given(raised, taken(one), closing).when(take(two, one)).thenRefused('shipments.task.not-open');
    given(raised, taken(one), closing).when(giveBack(one)).thenRefused('shipments.task.not-open');
  });

  const person = fc.constantFrom(one, two, three);
  const command: fc.Arbitrary<TaskCommand> = fc.oneof(
    fc.record({ by: person, from: fc.option(person, { nil: undefined }) }).map(({ by, from }) => take(by, from)),
    fc.record({ by: person, forOthers: fc.boolean() }).map(({ by, forOthers }) => giveBack(by, forOthers)),
    fc.record({ by: person, closes: fc.boolean() }).map(({ by, closes }) => decide(by, closes)),
  );
  /** What came of commands one after the other; those that are refused change nothing. */
  const historyOf = (commands: readonly TaskCommand[]): TaskEvent[] =>
    commands.reduce<TaskEvent[]>(
      (events, each) => {
        try {
          return [...events, ...task.decide(fold(task, events), each)];
        } catch (error) {
          expect(error).toBeInstanceOf(TidewaiterError);
          return events;
        }
      },
      [raised],
    );
  type Raised = Exclude<Task, { status: 'none' }>;

  it('is handed from one to the next without a gap, whatever is asked', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const events = historyOf(commands);
        events.forEach((event, at) => {
          const { assignee = null } = fold(task, events.slice(0, at)) as Raised;
          if (event.type === 'TaskTaken')
            expect([event.data.from, event.data.by === assignee]).toEqual([assignee, false]);
          if (event.type === 'TaskGivenBack') expect(assignee).not.toBeNull();
        });
      }),
    );
  });
  it('does not matter to who decides: only looks from before the last decision are too old', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const events = historyOf(commands);
        const state = fold(task, events) as Raised;
        const last = events.findLastIndex(({ type }) => type === 'TaskRaised' || type === 'TaskDecided') + 1;
        for (let seen = 0; seen <= events.length + 1; seen += 1)
          expect([seen, sawAll(state, events.length, seen)]).toEqual([seen, seen >= last && seen <= events.length]);
      }),
    );
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
  it('is told to who may not', () => {
    expect(() => checkRole(['administrator'], 'approver')).toThrow(
      expect.objectContaining({ code: 'shipments.task.role', message: expect.stringContaining('approver') }),
    );
  });
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
