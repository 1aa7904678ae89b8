import { jest } from '@jest/globals';
import { SchemaMismatch } from '@tidewaiter/contracts';
import { fold, newId } from '@tidewaiter/kernel';
import fc from 'fast-check';
import type { QueryResultRow } from 'pg';
import type { EventStore, Executed, InlineProjection, Ordered } from './event-store.js';
import { ending, type EndingCommand } from './testing/engagement-ending.js';
import { byOf, TestDatabase } from './testing/servers.js';

const engagementId = newId();
const suspend = (code: string): EndingCommand => ({ type: 'Suspend', engagementId, code });
const end = (reason: string): EndingCommand => ({ type: 'End', engagementId, reason });

jest.setTimeout(60_000);

describe('appending', () => {
  let database: TestDatabase;
  let store: EventStore;

  beforeAll(async () => {
    database = await TestDatabase.create();
    store = database.store();
  });
  afterAll(() => database.drop());

  it('gives a stream gapless versions from 1 and the state that its events fold to', async () => {
    const first = await store.execute(ending, 'engagement-a', suspend('mandate'), byOf('a1'));
    const several: EndingCommand = { type: 'SuspendOften', engagementId, codes: ['bond', 'list'] };
    const second = await store.execute(ending, 'engagement-a', several, byOf('a2'));

    expect(first).toMatchObject({ version: 1, repeated: false, wrote: { 'engagement-a': 1 } });
    expect(second).toMatchObject({ version: 3, state: { status: 'open', suspensions: ['mandate', 'bond', 'list'] } });
    const stored = await store.read('acme', 'engagement-a');
    expect(stored.map(({ type, version }) => [type, version])).toEqual([
      ['EngagementSuspended', 1],
      ['EngagementSuspended', 2],
      ['EngagementSuspended', 3],
    ]);
    expect(stored.map(({ position }) => Number(position))).toEqual(
      stored.map(({ position }) => Number(position)).sort((a, b) => a - b),
    );
    expect(await store.load(ending, 'acme', 'engagement-a')).toEqual({ version: 3, state: second.state });
    expect(
      (await store.read('acme', 'engagement-a', { fromVersion: 2, toVersion: 2 })).map(({ version }) => version),
    ).toEqual([2]);
  });

  it('gives the first answer to a command id that comes again, whatever happened since', async () => {
    const first = await store.execute(ending, 'engagement-b', suspend('mandate'), byOf('b1'));
    await store.execute(ending, 'engagement-b', end('sold'), byOf('b2'));

    const again = await store.execute(ending, 'engagement-b', suspend('mandate'), byOf('b1'));

    expect(again).toEqual({ ...first, repeated: true });
    expect((await store.load(ending, 'acme', 'engagement-b')).version).toBe(2);
  });

  it('remembers a command that led to nothing', async () => {
    await store.execute(ending, 'engagement-c', end('sold'), byOf('c1'));
    const nothing = await store.execute(ending, 'engagement-c', end('again'), byOf('c2'));
    const repeated = await store.execute(ending, 'engagement-c', end('again'), byOf('c2'));

    expect(nothing).toMatchObject({ version: 1, events: [], repeated: false, wrote: {} });
    expect(repeated).toEqual({ ...nothing, repeated: true });
  });

  it('refuses a command id that was used for another command', async () => {
    await store.execute(ending, 'engagement-d', suspend('mandate'), byOf('d1'));
    await expect(store.execute(ending, 'engagement-d', end('sold'), byOf('d1'))).rejects.toMatchObject({
      code: 'event-store.command.differs',
      kind: 'conflict',
    });
  });

  it('compares the fingerprint that the caller gives, and takes a new instant in the command for the same request', async () => {
    const by = byOf('e1');
    await store.execute(ending, 'engagement-e', suspend('at noon'), by, { fingerprint: { body: 1 } });
    const honest = await store.execute(ending, 'engagement-e', suspend('at one'), by, { fingerprint: { body: 1 } });
    const other = store.execute(ending, 'engagement-e', suspend('at noon'), by, { fingerprint: { body: 2 } });

    expect(honest).toMatchObject({ repeated: true, state: { suspensions: ['at noon'] } });
    await expect(other).rejects.toMatchObject({ code: 'event-store.command.differs' });
  });

  it('hands a stale version back to the caller who named it', async () => {
    await store.execute(ending, 'engagement-f', suspend('mandate'), byOf('f1'), { expectedVersion: 0 });
    await expect(
      store.execute(ending, 'engagement-f', suspend('bond'), byOf('f2'), { expectedVersion: 0 }),
    ).rejects.toMatchObject({
      code: 'event-store.version.stale',
      details: { facts: { expected: 0, found: 1 } },
    });
    const again = await store.execute(ending, 'engagement-f', suspend('mandate'), byOf('f1'), { expectedVersion: 0 });
    expect(again.repeated).toBe(true);
  });

  it('never lets two writers both succeed at one version', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        store.execute(ending, 'engagement-g', suspend(`c${index}`), byOf(`g${index}`), { expectedVersion: 0 }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await store.read('acme', 'engagement-g')).map(({ version }) => version)).toEqual([1]);
  });

  it('takes one command sent many times at once as one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => store.execute(ending, 'engagement-h', suspend('mandate'), byOf('h1'))),
    );
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(new Set(answers.map(({ events }) => events[0]!.id)).size).toBe(1);
    expect((await store.load(ending, 'acme', 'engagement-h')).version).toBe(1);
  });

  it('keeps every stream gapless and in the order of positions, whoever writes and repeats', async () => {
    const commands = fc.array(
      fc.record({
        stream: fc.integer({ min: 0, max: 2 }),
        id: fc.integer({ min: 0, max: 9 }),
        size: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const run = newId();
        const streamOf = (number: number): string => `engagement-${run}-${number}`;
        const outcomes = await Promise.all(
          all.map(({ stream, id, size }) => {
            const command: EndingCommand = {
              type: 'SuspendOften',
              engagementId,
              codes: Array.from({ length: size }, (_, n) => `${id}.${n}`),
            };
            return store.execute(ending, streamOf(stream), command, byOf(`${run}/${id}`));
          }),
        );
        for (const stream of [0, 1, 2]) {
          const stored = await store.read('acme', streamOf(stream));
          expect(stored.map(({ version }) => version)).toEqual(stored.map((_, index) => index + 1));
          const positions = stored.map(({ position }) => BigInt(position));
          expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
          const told = new Map(
            outcomes.flatMap(({ events }) => events.filter((e) => e.stream === streamOf(stream)).map((e) => [e.id, e])),
          );
          expect(stored.map(({ id }) => id).sort()).toEqual([...told.keys()].sort());
          expect(fold(ending, stored as never)).toEqual((await store.load(ending, 'acme', streamOf(stream))).state);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('refuses data that does not fit the schema, and writes nothing', async () => {
    const wrong = { type: 'Suspend', engagementId: 'not-a-uuid', code: 'x' } as const;
    await expect(store.execute(ending, 'engagement-i', wrong, byOf('i1'))).rejects.toThrow(SchemaMismatch);
    const unknown = { ...ending, decide: () => [{ type: 'NeverDefined', data: {} } as never] };
    await expect(store.execute(unknown, 'engagement-i', suspend('x'), byOf('i2'))).rejects.toThrow(/no such event/);
    expect(await store.read('acme', 'engagement-i')).toEqual([]);
  });

  it('refuses an event that is larger than an entry of the log can be', async () => {
    const codes = Array.from({ length: 1 }, () => 'x'.repeat(40_000));
    const large = store.execute(ending, 'engagement-j', { type: 'SuspendOften', engagementId, codes }, byOf('j1'));
    await expect(large).rejects.toMatchObject({ code: 'event-store.event.too-large', kind: 'invalid' });
  });

  it.each([
    ['a tenant in capitals', byOf('k1', { tenant: 'ACME' }), 'engagement-k', '/tenantid'],
    ['an actor of no known kind', byOf('k2', { actor: 'somebody' }), 'engagement-k', '/actor'],
    ['a stream without a category', byOf('k3'), 'k', '/stream'],
  ])('refuses %s, which no reader would take', async (_, by, stream, pointer) => {
    await expect(store.execute(ending, stream, suspend('x'), by)).rejects.toMatchObject({
      code: 'event-store.event.malformed',
      details: { places: [expect.objectContaining({ pointer })] },
    });
  });

  it('carries the trace of the work at hand, and leaves out what is none', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await database.store({ trace: () => traceparent }).execute(ending, 'engagement-p', suspend('x'), byOf('p1'));
    await database.store({ trace: () => 'garbage' }).execute(ending, 'engagement-p', suspend('y'), byOf('p2'));
    const rows = await store.query<{ trace: string | null }>(
      'acme',
      `select body::json ->> 'traceparent' as trace from events where stream = 'engagement-p' order by version`,
    );
    expect(rows.map(({ trace }) => trace)).toEqual([traceparent, null]);
  });

  it('passes the decider’s refusal on and writes nothing', async () => {
    await store.execute(ending, 'engagement-l', end('sold'), byOf('l1'));
    await expect(store.execute(ending, 'engagement-l', suspend('x'), byOf('l2'))).rejects.toMatchObject({
      code: 'shipments.engagement.ended',
    });
    expect((await store.load(ending, 'acme', 'engagement-l')).version).toBe(1);
  });

  it('appends inside the caller’s transaction: all of it or nothing', async () => {
    const work = store.transaction('acme', async (tx) => {
      await store.execute(ending, 'engagement-m', suspend('x'), byOf('m1'), { tx });
      await store.execute(ending, 'engagement-m', end('sold'), byOf('m2'), { tx });
      expect((await store.load(ending, 'acme', 'engagement-m', tx)).version).toBe(2);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect((await store.load(ending, 'acme', 'engagement-m')).version).toBe(0);

    const foreign = store.transaction('globex', (tx) =>
      store.execute(ending, 'engagement-m', suspend('x'), byOf('m3'), { tx }),
    );
    await expect(foreign).rejects.toThrow(/tenant globex cannot append for acme/);
  });

  it('tells of an append once it has committed, never before', async () => {
    const told: string[] = [];
    const telling = database.store({ onAppended: () => told.push('appended') });
    await telling.transaction('acme', async (tx) => {
      await telling.execute(ending, 'engagement-n', suspend('x'), byOf('n1'), { tx });
      expect(told).toEqual([]);
    });
    expect(told).toEqual(['appended']);
    await telling.execute(ending, 'engagement-n', suspend('y'), byOf('n2'));
    expect(told).toHaveLength(2);
  });

  it('runs inline projections in the appending transaction', async () => {
    const failing: InlineProjection = {
      name: 'failing',
      tables: [],
      apply: () => Promise.reject(new Error('no room')),
    };
    const projecting = database.store({ inline: [failing] });
    await expect(projecting.execute(ending, 'engagement-o', suspend('x'), byOf('o1'))).rejects.toThrow('no room');
    expect((await store.load(ending, 'acme', 'engagement-o')).version).toBe(0);
  });

  describe('several commands at once', () => {
    const order = (stream: string, command: EndingCommand, id: string, more: Partial<Ordered<EndingCommand>> = {}) => ({
      stream,
      command,
      by: byOf(id),
      ...more,
    });
    const all = (ordered: readonly Ordered<EndingCommand>[], into: EventStore = store) =>
      into.transaction('acme', (tx) => into.executeAll(ending, ordered, tx));

    it('answers each as if it had come alone, on one stream and on several, the stored and the repeated too', async () => {
      const commands = fc.array(
        fc.record({
          stream: fc.integer({ min: 0, max: 2 }),
          id: fc.integer({ min: 0, max: 5 }),
          size: fc.integer({ min: 0, max: 2 }),
        }),
        { maxLength: 10 },
      );
      const plain = (answers: Executed<unknown>[]) =>
        answers.map(({ state, version, repeated, events }) => ({
          state,
          version,
          repeated,
          events: events.map(({ type, data, version: at, causationId }) => ({ type, data, at, causationId })),
        }));
      await fc.assert(
        fc.asyncProperty(commands, commands, async (before, then) => {
          const ordered = (run: string, each: { stream: number; id: number; size: number }) =>
            order(
              `engagement-${run}-${each.stream}`,
              {
                type: 'SuspendOften',
                engagementId,
                codes: Array.from({ length: each.size }, (_, n) => `${each.id}.${n}`),
              },
              `several/${each.id}`,
            );
          const [alone, together] = [newId(), newId()];
          const expected: Executed<unknown>[] = [];
          for (const each of [...before, ...then]) {
            const { stream, command, by } = ordered(alone, each);
            expected.push(await store.execute(ending, stream, command, by));
          }
          const got = [
            ...(await all(before.map((each) => ordered(together, each)))),
            ...(await all(then.map((each) => ordered(together, each)))),
          ];
          expect(plain(got)).toEqual(plain(expected));
          for (const stream of [0, 1, 2]) {
            const [a, b] = [alone, together].map((run) => `engagement-${run}-${stream}`) as [string, string];
            const stored = await store.read('acme', b);
            expect(stored.map(({ data }) => data)).toEqual((await store.read('acme', a)).map(({ data }) => data));
            expect(stored.map(({ version }) => version)).toEqual(stored.map((_, index) => index + 1));
            const told = new Map(got.flatMap(({ events }) => events).map(({ id, position }) => [id, position]));
            expect(stored.map(({ id, position }) => [id, position])).toEqual(
              stored.map(({ id }) => [id, told.get(id)]),
            );
          }
        }),
        { numRuns: 20 },
      );
    });

    it('leave the outbox in the order of each stream, under its key', async () => {
      await all([
        order('engagement-r', suspend('x'), 'r1'),
        order('engagement-s', suspend('x'), 's1'),
        order('engagement-r', suspend('y'), 'r2'),
      ]);
      const rows = await store.query<{ stream: string; version: number; same: boolean }>(
        'acme',
        `select e.stream, e.version, o.key = s.key and o.lane = lane_of(s.key) as same
         from outbox o join events e using (position) join streams s on (s.tenant_id = e.tenant_id and s.stream = e.stream)
         where e.stream in ('engagement-r', 'engagement-s') order by position`,
      );
      expect(rows).toEqual([
        { stream: 'engagement-r', version: 1, same: true },
        { stream: 'engagement-s', version: 1, same: true },
        { stream: 'engagement-r', version: 2, same: true },
      ]);
    });

    it('carry a trace each, where one is named', async () => {
      const [one, other] = ['1', '2'].map((n) => `00-${n.repeat(32)}-b7ad6b7169203331-01`) as [string, string];
      await all([
        order('engagement-t', suspend('x'), 't1', { traceparent: one }),
        order('engagement-t', suspend('y'), 't2', { traceparent: other }),
      ]);
      expect((await store.read('acme', 'engagement-t')).map(({ traceparent }) => traceparent)).toEqual([one, other]);
    });

    it('refuse an id that another of them uses for something else, and whatever a decider refuses: nothing is written', async () => {
      const differing = [order('engagement-u', suspend('x'), 'u1'), order('engagement-u', end('sold'), 'u1')];
      await expect(all(differing)).rejects.toMatchObject({ code: 'event-store.command.differs' });
      const refused = [order('engagement-u', end('sold'), 'u2'), order('engagement-u', suspend('x'), 'u3')];
      await expect(all(refused)).rejects.toMatchObject({ code: 'shipments.engagement.ended' });
      expect((await store.load(ending, 'acme', 'engagement-u')).version).toBe(0);
      const foreign = store.transaction('globex', (tx) =>
        store.executeAll(ending, [order('engagement-u', suspend('x'), 'u4')], tx),
      );
      await expect(foreign).rejects.toThrow(/tenant globex cannot append for acme/);
    });

    it('find out that somebody else was first on one of the streams', async () => {
      const work = store.transaction('acme', async (tx) => {
        const hindered = {
          ...tx,
          query: async <R extends QueryResultRow>(sql: string, params?: readonly unknown[]) => {
            if (sql.includes('append_all')) await store.execute(ending, 'engagement-w', suspend('first'), byOf('w0'));
            return tx.query<R>(sql, params);
          },
        };
        await store.executeAll(
          ending,
          [order('engagement-v', suspend('x'), 'v1'), order('engagement-w', suspend('x'), 'w1')],
          hindered,
        );
      });
      await expect(work).rejects.toMatchObject({ code: 'event-store.version.contended' });
      expect((await store.load(ending, 'acme', 'engagement-v')).version).toBe(0);
      expect((await store.load(ending, 'acme', 'engagement-w')).version).toBe(1);
    });

    it('run inline projections once over all that they led to, and ring once they have committed', async () => {
      const seen: string[][] = [];
      const projection: InlineProjection = {
        name: 'noting',
        tables: [],
        apply: async (_, events) => void seen.push(events.map(({ stream, version }) => `${stream}@${version}`)),
      };
      let rang = 0;
      const projecting = database.store({ inline: [projection], onAppended: () => (rang += 1) });
      await all([order('engagement-x', suspend('x'), 'x1'), order('engagement-y', suspend('y'), 'y1')], projecting);
      expect(seen).toEqual([['engagement-x@1', 'engagement-y@1']]);
      expect(rang).toBe(1);
    });
  });
});
