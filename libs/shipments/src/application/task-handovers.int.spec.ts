import { migrationsBefore, TestDatabase } from '@tidewaiter/event-store/testing';
import { newId } from '@tidewaiter/kernel';
import { byOf } from '@tidewaiter/platform';
import { task } from '../domain/task.js';
import { callerOf, command, Room, stepOf } from '../testing/room.js';
import { BoardViews } from './board-views.js';
import { Estimates } from './estimates.js';
import { readModels } from './read-models.js';
import { TaskHandovers } from './task-handovers.js';

describe('who sees to a task', () => {
  let room: Room;
  let shipmentId: string;
  const [ada, bert] = ['ada', 'bert'].map((name) => callerOf('acme', name, ['approver'])) as [Caller, Caller];
  const olga = callerOf('acme', 'olga', ['operator']);
  const admin = callerOf('acme', 'root', ['administrator']);
  type Caller = ReturnType<typeof callerOf>;

  beforeAll(async () => {
    room = await Room.open();
    shipmentId = await room.shipment(await room.engagement());
  });
  afterAll(() => room.close());

  const raise = async (role = 'approver', subject = shipmentId): Promise<string> => {
    const spec = { kind: 'approve-payment' as const, role, says: 'Approve 282.66 GBP', about: {}, due: null };
    return (await room.activities.raiseTask(stepOf(subject), spec)).taskId;
  };
  const take = (taskId: string, who: Caller, from?: string, commandId = command()): Promise<void> =>
    room.handovers.take(taskId, { from }, who, commandId);
  const giveBack = (taskId: string, who: Caller): Promise<void> => room.handovers.giveBack(taskId, who, command());
  const view = (taskId: string) => room.views.task('acme', taskId);

  it('is shown with the time since when, and told to the board as an event of the shipment', async () => {
    const taskId = await raise();
    expect(await view(taskId)).toMatchObject({ assignee: null, takenAt: null, version: 1 });
    await take(taskId, ada);
    const events = await room.store.read('acme', `task-${taskId}`);
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'TaskTaken', subject: shipmentId, actor: 'user:ada' },
      data: { taskId, shipmentId, by: 'user:ada', from: null },
    });
    expect(await view(taskId)).toMatchObject({ assignee: 'user:ada', takenAt: events.at(-1)!.time, version: 2 });

    await room.toBoard(...events);
    const { items } = await room.views.timeline('acme', shipmentId, { limit: 200 });
    expect(items.at(-1)).toMatchObject({ name: 'TaskTaken', says: 'Task taken by user:ada', stream: `task-${taskId}` });

    await take(taskId, bert, 'user:ada');
    expect(await view(taskId)).toMatchObject({ assignee: 'user:bert', version: 3 });
    await giveBack(taskId, bert);
    expect(await view(taskId)).toMatchObject({ assignee: null, takenAt: null, version: 4 });
  });

  it('is one person, however many take it at once', async () => {
    const taskId = await raise();
    const crowd = Array.from({ length: 6 }, (_, n) => callerOf('acme', `person-${n}`, ['approver']));
    const outcomes = await Promise.allSettled(crowd.map((who) => take(taskId, who)));
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toHaveLength(5);
    const { assignee, version } = await view(taskId);
    expect([crowd.map(({ actor }) => actor).includes(assignee!), version]).toEqual([true, 2]);
    for (const reason of refused)
      expect(reason).toMatchObject({ code: 'shipments.task.taken', details: { facts: { assignee } } });
  });

  it('is one of two who take it over at once; the other learns of it', async () => {
    const taskId = await raise();
    await take(taskId, ada);
    const others = ['carl', 'dora'].map((name) => callerOf('acme', name, ['approver']));
    const outcomes = await Promise.allSettled(others.map((who) => take(taskId, who, 'user:ada')));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((each) => each.status === 'rejected')).toMatchObject({
      reason: { code: 'shipments.task.changed-hands', details: { facts: { assignee: (await view(taskId)).assignee } } },
    });
  });

  it('changes once by a request that comes twice', async () => {
    const [taskId, commandId] = [await raise(), command()];
    await take(taskId, ada, undefined, commandId);
    await giveBack(taskId, ada);
    await take(taskId, ada, undefined, commandId);
    expect(await view(taskId)).toMatchObject({ assignee: null, version: 3 });
    await expect(take(taskId, ada, 'user:bert', commandId)).rejects.toMatchObject({
      code: 'event-store.command.differs',
    });
  });

  it('is somebody with its role, and of its tenant', async () => {
    const taskId = await raise();
    await expect(take(taskId, olga)).rejects.toMatchObject({ code: 'shipments.task.role' });
    await expect(take(taskId, admin)).rejects.toMatchObject({ code: 'shipments.task.role' });
    const stranger = callerOf('globex', 'gus', ['approver', 'administrator']);
    await expect(take(taskId, stranger)).rejects.toMatchObject({ code: 'shipments.task.unknown' });
    await expect(giveBack(taskId, stranger)).rejects.toMatchObject({ code: 'shipments.task.unknown' });
    await expect(take(newId(), ada)).rejects.toMatchObject({ code: 'shipments.task.unknown' });
    await take(await raise('operator'), admin);
    await take(taskId, ada);
    await expect(giveBack(taskId, bert)).rejects.toMatchObject({ code: 'shipments.task.not-yours' });
    await giveBack(taskId, admin);
    expect(await view(taskId)).toMatchObject({ assignee: null });
  });

  it('may take what concerns no shipment and no engagement', async () => {
    const subject = newId();
    const taskId = await raise('administrator', subject);
    await take(taskId, admin);
    const events = await room.store.read('acme', `task-${taskId}`);
    expect(events.map((each) => [each.type, each.subject])).toEqual([
      ['TaskRaised', subject],
      ['TaskTaken', subject],
    ]);
  });

  it('keeps no colleague from deciding, nor voids what they were looking at', async () => {
    const taskId = await raise();
    room.answer = async (decision) => {
      const settled = { kind: 'decided' as const, decision: decision.decision, closes: decision.by === 'user:bert' };
      await room.activities.settleTask(stepOf(shipmentId, { actor: decision.by }), taskId, settled);
      return { kind: 'done', closes: settled.closes, says: 'Noted.' };
    };
    const approve = (who: Caller, seen: number) =>
      room.decisions.decide(taskId, { approve: true }, who, command(), seen);
    const seen = (await view(taskId)).version;
    await take(taskId, bert);
    await take(taskId, ada, 'user:bert');
    await expect(approve(ada, 9)).rejects.toMatchObject({ code: 'event-store.version.stale' });
    expect(await approve(ada, seen)).toMatchObject({ status: 'open', version: 4 });
    expect(await view(taskId)).toMatchObject({ assignee: null, takenAt: null });

    // What was looked at before the first approval is another thing by now.
    await take(taskId, ada);
    await expect(approve(bert, seen)).rejects.toMatchObject({ code: 'event-store.version.stale' });
    await expect(approve(bert, 3)).rejects.toMatchObject({ code: 'event-store.version.stale' });
    expect(await approve(bert, 4)).toMatchObject({ status: 'done', version: 6 });
    expect(await view(taskId)).toMatchObject({ status: 'done', assignee: 'user:ada', takenAt: expect.any(String) });
    await expect(take(taskId, bert, 'user:ada')).rejects.toMatchObject({ code: 'shipments.task.not-open' });
  });

  describe('in lists', () => {
    const today = async (who: Caller, whose: 'mine' | 'team' | 'unassigned' | 'all') => {
      const now = () => room.at;
      const board = new BoardViews(room.store, now, room.reference, new Estimates(room.store, now));
      const { items, total } = await board.today(who, { whose });
      expect(total).toBe(items.length);
      return names(items.map(({ task }) => task));
    };
    const listed = async (who: Caller, assignee?: string) => {
      const { items } = await room.views.tasks(who, { limit: 200, status: 'open', shipment: shipmentId, assignee });
      return names(items);
    };
    const names = (tasks: { taskId: string; assignee: string | null }[]) =>
      tasks.map(({ taskId, assignee }) => `${called.get(taskId)} ${assignee ?? '-'}`).sort();
    let called: Map<string, string>;

    beforeAll(async () => {
      const own = await room.engagement();
      shipmentId = await room.shipment(own);
      const [free, adas, berts, olgas] = await Promise.all([raise(), raise(), raise(), raise('operator')]);
      called = new Map([
        [free, 'free'],
        [adas, 'adas'],
        [berts, 'berts'],
        [olgas, 'olgas'],
      ]);
      await take(adas, ada);
      await take(berts, bert);
      await take(olgas, olga);
    });
    const ofThis = (all: string[]) => all.filter((each) => !each.startsWith('undefined'));

    it('tells mine from the team’s, from nobody’s and from all', async () => {
      expect(ofThis(await today(ada, 'mine'))).toEqual(['adas user:ada', 'free -']);
      expect(ofThis(await today(ada, 'team'))).toEqual(['adas user:ada', 'berts user:bert', 'free -']);
      expect(ofThis(await today(ada, 'unassigned'))).toEqual(['free -']);
      expect(ofThis(await today(olga, 'unassigned'))).toEqual([]);
      expect(ofThis(await today(olga, 'all'))).toHaveLength(4);
    });

    it('finds tasks by who has taken them, page by page', async () => {
      expect(await listed(ada)).toHaveLength(4);
      expect(await listed(ada, 'me')).toEqual(['adas user:ada']);
      expect(await listed(ada, 'user:bert')).toEqual(['berts user:bert']);
      expect(await listed(ada, 'nobody')).toEqual(['free -']);
      expect(await listed(callerOf('globex', 'ada', ['approver']), 'me')).toEqual([]);
      const query = { limit: 1, status: 'open', assignee: 'me' } as const;
      const first = await room.views.tasks(ada, query);
      const rest = first.next === null ? { items: [] } : await room.views.tasks(ada, { ...query, after: first.next });
      expect([...first.items, ...rest.items].every(({ assignee }) => assignee === 'user:ada')).toBe(true);
    });

    it('stays so when what is read is made anew from the events', async () => {
      const look = () => room.store.query('acme', `select id, state, version, assignee from tasks order by id`);
      const before = await look();
      expect(before.filter(({ assignee }) => assignee !== null).length).toBeGreaterThan(3);
      for (const projection of readModels) await room.store.rebuild(projection);
      expect(await look()).toEqual(before);
    });
  });
});

it('is nobody yet of tasks that an earlier release kept, and they are taken like any other', async () => {
  const migrations = new URL('../../migrations/', import.meta.url);
  const test = await TestDatabase.create('shipments', await migrationsBefore(migrations, '170'));
  try {
    const [taskId, olga] = [newId(), callerOf('acme', 'olga')];
    const raised = {
      ...{ taskId, shipmentId: null, engagementId: newId(), kind: 'retry-step' as const, role: 'operator' },
      ...{ says: 'Try again', about: {}, due: null },
    };
    const by = byOf(olga, raised.engagementId, command());
    await test.store().execute(task, `task-${taskId}`, { type: 'RaiseTask', ...raised }, by);
    await test
      .pool('shipments_system', 1)
      .query(
        `insert into tasks (tenant_id, id, state, version, status, kind, due) values ($1, $2, $3, 1, 'open', 'retry-step', 'infinity')`,
        ['acme', taskId, { ...raised, status: 'open', decisions: [] }],
      );
    await test.migrate(migrations);

    const store = test.store({ inline: readModels });
    const look = () => store.query('acme', `select state, version, assignee from tasks`);
    expect(await look()).toMatchObject([{ version: 1, assignee: null }]);
    await new TaskHandovers(store).take(taskId, {}, olga, command());
    const taken = { assignee: 'user:olga', handovers: 1, takenAt: expect.any(String) as string };
    expect(await look()).toMatchObject([{ state: taken, version: 2, assignee: 'user:olga' }]);
  } finally {
    await test.drop();
  }
});
