import { newId, Refused, Unavailable } from '@tidewaiter/kernel';
import { callerOf, command, Room, stepOf } from '../testing/room.js';
import { BulkJobs, BulkWorker } from './bulk-jobs.js';

describe('acts over every shipment that a filter matches', () => {
  let room: Room;
  let jobs: BulkJobs;
  let worker: BulkWorker;
  let references: string[];
  const again = { do: 'try-again', kind: 'retry-step' } as const;
  const operator = callerOf('acme', 'olga', ['operator']);

  beforeAll(async () => {
    room = await Room.open();
    const now = () => new Date().toISOString();
    jobs = new BulkJobs(room.database, now, { nudge: () => undefined });
    worker = new BulkWorker(room.database, now, room.decisions, room.handovers, room.comments, room.watching);
  });
  afterAll(() => room.close());
  beforeEach(async () => {
    room.asked.length = 0;
    const engagement = await room.engagement();
    const run = newId().slice(-6).toUpperCase();
    references = ['A', 'B', 'C'].map((name) => `${run}-${name}`);
    for (const reference of references) {
      const id = await room.shipment(engagement, { reference });
      await room.toBoard(...(await room.store.read('acme', `shipment-${id}`)));
      const spec = { kind: 'retry-step' as const, role: 'operator', says: 'Try again', about: {}, due: null };
      await room.activities.raiseTask(stepOf(id), spec);
    }
  });
  const filter = () => ({ q: references[0]!.slice(0, 6) });
  const workOff = async (): Promise<void> => {
    while ((await worker.work()) > 0);
  };
  const newest = async () => (await jobs.list('acme')).items[0]!;

  it('say how many there are, do as many, each once and under the caller’s name, and say what was refused', async () => {
    expect(await jobs.count(operator, filter())).toEqual({
      ...{ shipments: 3, watched: 0, unassigned: 3 },
      acts: [{ kind: 'retry-step', count: 3, others: 0 }],
    });
    expect(await jobs.count(callerOf('acme', 'amara', ['approver']), filter())).toMatchObject({
      acts: [{ kind: 'retry-step', count: 0, others: 3 }],
    });
    expect(await jobs.count(callerOf('globex'), filter())).toEqual({
      ...{ shipments: 0, watched: 0, unassigned: 0, acts: [] },
    });

    const answers = [() => Promise.reject(new Refused('workflow.gone', 'It has ended.'))];
    room.answer = () => answers.pop()?.() ?? Promise.resolve({ kind: 'done', closes: true, says: 'Tried again.' });
    const [body, commandId] = [{ filter: filter(), act: again, count: 3 }, command()];
    expect(await jobs.start(operator, body, commandId)).toMatchObject({ state: 'running', total: 3, done: 0 });
    const repeated = await jobs.start(operator, body, commandId);
    await workOff();
    expect(await newest()).toMatchObject({
      ...{ jobId: repeated.jobId, state: 'done', total: 3, done: 2, refused: 1, by: 'user:olga', filter: filter() },
      refusals: [{ reference: expect.stringMatching(filter().q), code: 'workflow.gone', says: 'It has ended.' }],
    });
    expect(room.asked).toHaveLength(3);
    expect(new Set(room.asked.map(({ updateId }) => updateId)).size).toBe(3);
    expect(room.asked[0]!.decision).toMatchObject({ by: 'user:olga', decision: { retry: true } });
  });

  it('are not begun when the count is another than the one that was shown', async () => {
    const body = { filter: filter(), act: again, count: 2 };
    await expect(jobs.start(operator, body, command())).rejects.toMatchObject({
      code: 'shipments.bulk.changed',
      details: { facts: { count: 3 } },
    });
    expect((await jobs.list('acme')).items.filter(({ filter: { q } }) => q === filter().q)).toEqual([]);
  });

  it('wait for what cannot be decided now, and do no more when they are stopped', async () => {
    room.answer = () => Promise.reject(new Unavailable('workflow.not-answering', 'no answer'));
    const { jobId } = await jobs.start(operator, { filter: filter(), act: again, count: 3 }, command());
    await workOff();
    expect(await newest()).toMatchObject({ jobId, state: 'running', done: 0, refused: 0, endedAt: null });
    await expect(jobs.stop('globex', jobId)).rejects.toMatchObject({ code: 'shipments.bulk.unknown' });
    expect(await jobs.stop('acme', jobId)).toMatchObject({ state: 'stopped', endedAt: expect.any(String) });
    expect(await worker.work()).toBe(0);
  });

  it('take every open task that nobody has and the roles may decide, and say whose it was by then', async () => {
    const tasks = await tasksOf(references);
    const approval = { kind: 'approve-payment' as const, role: 'approver', says: 'Approve', about: {}, due: null };
    await room.activities.raiseTask(stepOf((await idOf(references[0]!))!), approval);
    await room.handovers.take(tasks[0]!, {}, callerOf('acme', 'otto'), command());
    const act = { do: 'take' } as const;
    expect(await jobs.count(operator, filter())).toMatchObject({ unassigned: 2, acts: [{ count: 3 }] });
    await expect(jobs.start(operator, { filter: filter(), act, count: 3 }, command())).rejects.toMatchObject({
      code: 'shipments.bulk.changed',
    });
    await jobs.start(operator, { filter: filter(), act, count: 2 }, command());
    await room.handovers.take(tasks[1]!, {}, callerOf('acme', 'omar'), command());
    await workOff();
    expect(await newest()).toMatchObject({
      ...{ act, state: 'done', total: 2, done: 1, refused: 1 },
      refusals: [
        {
          taskId: tasks[1],
          reference: references[1],
          code: 'shipments.task.taken',
          says: expect.stringContaining('user:omar'),
        },
      ],
    });
    const assignees = await Promise.all(tasks.map(async (each) => (await room.views.task('acme', each)).assignee));
    expect(assignees).toEqual(['user:otto', 'user:omar', 'user:olga']);
    expect(await jobs.count(operator, filter())).toMatchObject({ unassigned: 0 });
  });

  it('watch what is not watched yet, and no longer what is', async () => {
    await room.watching.change(operator, (await idOf(references[1]!))!, true);
    expect(await jobs.count(operator, filter())).toMatchObject({ shipments: 3, watched: 1 });
    await jobs.start(operator, { filter: filter(), act: { do: 'watch' }, count: 2 }, command());
    await workOff();
    expect(await jobs.count(operator, { ...filter(), watched: 'me' })).toMatchObject({ shipments: 3, watched: 3 });
    expect(await jobs.count(callerOf('acme', 'otto'), { ...filter(), watched: 'me' })).toMatchObject({ shipments: 0 });
    await jobs.start(operator, { filter: { ...filter(), watched: 'me' }, act: { do: 'unwatch' }, count: 3 }, command());
    await workOff();
    expect(await jobs.count(operator, filter())).toMatchObject({ shipments: 3, watched: 0 });
  });

  it('write a comment once on each, say which refused it, and keep nothing of what was written', async () => {
    const erased = (await idOf(references[2]!))!;
    await room.test.keys().destroy('acme', erased);
    const text = 'Asked the broker about the storm.';
    await jobs.start(operator, { filter: filter(), act: { do: 'comment', text }, count: 3 }, command());
    await workOff();
    expect(await newest()).toMatchObject({
      ...{ act: { do: 'comment' }, state: 'done', done: 2, refused: 1 },
      refusals: [{ taskId: null, reference: references[2], code: 'event-store.subject.erased' }],
    });
    const { items } = await room.comments.list(operator, (await idOf(references[0]!))!);
    expect(items).toMatchObject([{ by: 'user:olga', text }]);
    const kept = await room.store.query('acme', 'select act from bulk_jobs where tenant_id = $1', ['acme']);
    expect(JSON.stringify(kept)).not.toContain('storm');
  });

  const tasksOf = (named: readonly string[]): Promise<string[]> =>
    Promise.all(
      named.map(async (each) => {
        const shipment = await idOf(each);
        const { items } = await room.views.tasks(operator, { limit: 1, status: 'open', shipment });
        return items[0]!.taskId;
      }),
    );
  const idOf = async (reference: string): Promise<string | undefined> => {
    const rows = await room.store.query<{ id: string }>(
      'acme',
      'select id from shipments where tenant_id = $1 and reference = $2',
      ['acme', reference],
    );
    return rows[0]?.id;
  };
});
