import { newId } from '@tidewaiter/kernel';
import { countingAt, gapsIn, inOrder, rankOf, tell, type Entry } from './story.js';
import { stripOf } from './strip.js';

let n = 0;
beforeEach(() => {
  n = 0;
});
const entry = (name: string, time: string, data: Record<string, unknown> = {}, more: Partial<Entry> = {}): Entry => ({
  position: String((n += 1)),
  eventId: newId(),
  context: 'customs',
  name,
  stream: 'declaration-1',
  version: n,
  time,
  actor: 'system:workflow',
  causationId: 'shipment/1/file/1',
  says: name,
  data,
  ...more,
});
const NOW = '2026-12-10T00:00:00.000000Z';

describe('the story', () => {
  it('links what an event rests on, recorded or named by it, both ways', () => {
    const sent = entry('DeclarationSent', '2026-11-24T10:00:00.000000Z', { declarationId: 'd', version: 1 });
    const message = entry('AuthorityMessageReceived', '2026-11-24T10:05:00.000000Z', {
      declarationId: 'd',
      messageId: 'm-1',
      sha256: 'a'.repeat(64),
    });
    const rejected = entry('DeclarationRejected', '2026-11-24T10:05:01.000000Z', {
      declarationId: 'd',
      messageId: 'm-1',
      authorityTime: '2026-11-24T10:04:00Z',
    });
    const task = entry('TaskRaised', '2026-11-24T10:05:02.000000Z', { taskId: 't' }, { causationId: rejected.eventId });
    const told = tell([sent, message, rejected, task]);
    expect(told.map(({ causes, effects }) => [causes, effects])).toEqual([
      [[], [2]],
      [[1], [3]],
      [[2], [4]],
      [[3], []],
    ]);
  });

  it('rests the taking of a task on who had it before, and tells of it beside the story', () => {
    const at = (second: number): string => `2026-11-24T10:05:0${second}.000000Z`;
    const told = tell([
      entry('TaskRaised', at(1), { taskId: 't', says: 'Approve' }),
      entry('TaskRaised', at(2), { taskId: 'another' }),
      entry('TaskTaken', at(3), { taskId: 't', by: 'user:one', from: null }),
      entry('TaskTaken', at(4), { taskId: 't', by: 'user:two', from: 'user:one' }),
      entry('TaskGivenBack', at(5), { taskId: 't', by: 'user:two' }),
      entry('TaskDecided', at(6), { taskId: 't', by: 'user:three', closes: true }),
    ]);
    expect(told.map(({ causes, rank }) => [causes, rank])).toEqual([
      [[], 'step'],
      [[], 'step'],
      [[1], 'detail'],
      [[3], 'detail'],
      [[4], 'detail'],
      [[1], 'step'],
    ]);
  });

  it('stands a fact that was learned late at the time of its authority, and at ours on the other spine', () => {
    const first = entry('DeclarationAccepted', '2026-11-24T10:00:00.000000Z', {
      authorityTime: '2026-11-24T09:59:59Z',
      messageId: 'a',
    });
    const sent = entry('PaymentSent', '2026-11-24T11:00:00.000000Z', {}, { context: 'duties' });
    const late = entry('DutyNotified', '2026-11-24T12:00:00.000000Z', {
      authorityTime: '2026-11-24T10:00:00Z',
      messageId: 'b',
    });
    const told = tell([first, sent, late]);
    expect(told[2]).toMatchObject({ lateBy: 7200, marks: ['late'], said: '2026-11-24T10:00:00.000000Z' });
    expect(inOrder(told, 'learned').map((each) => each.n)).toEqual([1, 2, 3]);
    expect(inOrder(told, 'happened').map((each) => each.n)).toEqual([1, 3, 2]);
  });

  it('marks what came twice and what came out of order', () => {
    const sha256 = 'b'.repeat(64);
    const by = { actor: 'authority:CDS' };
    const told = tell([
      entry(
        'AuthorityMessageReceived',
        '2026-11-24T10:00:00.500000Z',
        { sha256, receivedAt: '2026-11-24T10:00:00.5Z' },
        by,
      ),
      entry(
        'DeclarationAccepted',
        '2026-11-24T10:00:01.000000Z',
        { messageId: 'x', authorityTime: '2026-11-24T10:00:00Z' },
        by,
      ),
      entry(
        'AuthorityMessageReceived',
        '2026-11-24T10:01:00.000000Z',
        { sha256, receivedAt: '2026-11-24T10:01:00Z' },
        by,
      ),
      entry(
        'DutyNotified',
        '2026-11-24T10:01:30.000000Z',
        { messageId: 'y', authorityTime: '2026-11-24T09:00:00Z' },
        by,
      ),
    ]);
    expect(told.map(({ marks }) => marks)).toEqual([[], [], ['repeated'], ['late', 'out-of-order']]);
  });

  it('keeps what failed among the milestones and ranks the rest', () => {
    expect([
      rankOf('DeclarationRejected'),
      rankOf('GoodsReleased'),
      rankOf('FileStored'),
      rankOf('DeclarationPrepared'),
    ]).toEqual(['milestone', 'milestone', 'detail', 'step']);
    expect(tell([entry('PaymentBounced', NOW)])[0]!.failure).toBe(true);
  });

  it('names the timer that ends a silence, and the silence that lasts', () => {
    const entries = [
      entry('DeclarationSent', '2026-02-01T00:00:00.000000Z'),
      entry('TaskRaised', '2026-02-01T00:00:01.000000Z', {
        taskId: 't',
        says: 'Provide papers',
        due: '2026-12-20T23:59:59Z',
      }),
      entry('GoodsReleased', '2026-11-28T00:00:01.000000Z', { authorityTime: '2026-11-28T00:00:00Z', messageId: 'r' }),
    ];
    const gaps = gapsIn(entries, tell(entries), 'learned', NOW);
    expect(gaps).toEqual([
      {
        after: 2,
        before: 3,
        from: '2026-02-01T00:00:01.000000Z',
        until: '2026-11-28T00:00:01.000000Z',
        seconds: 300 * 86_400,
        waitingFor: 'authority',
        timer: { what: 'Provide papers', at: '2026-12-20T23:59:59.000000Z' },
      },
      expect.objectContaining({ after: 3, before: null, until: NOW, waitingFor: 'delivery booking' }),
    ]);
  });

  it('tells three different things of a late answer on the plane of two clocks', () => {
    const sent = entry('DeclarationSent', '2026-11-24T10:00:00.000000Z');
    const rejected = entry('DeclarationRejected', '2026-11-24T14:00:00.000000Z', {
      authorityTime: '2026-11-24T12:00:00Z',
      messageId: 'm',
    });
    const names = (known: string, asof: string) =>
      countingAt([sent, rejected], { known, asof }).map(({ name }) => name);
    expect(names('2026-11-24T13:00:00Z', '2026-11-24T13:00:00Z')).toEqual(['DeclarationSent']);
    expect(names('2026-11-24T14:30:00Z', '2026-11-24T13:00:00Z')).toEqual(['DeclarationSent', 'DeclarationRejected']);
    expect(names('2026-11-24T14:30:00Z', '2026-11-24T11:00:00Z')).toEqual(['DeclarationSent']);
  });
});

describe('the strip', () => {
  const gbp = (amount: string) => ({ amount, currency: 'GBP' });
  const assessed = () =>
    entry('DutyAssessed', '2026-11-24T10:00:00.000000Z', {
      currency: 'GBP',
      lawDate: '2026-11-24',
      totals: { payableNow: '282.66', payableLater: '10.00', duty: '87.03', tax: '195.63', fees: '0.00' },
    });
  const task = (due: string | null) =>
    entry('TaskRaised', '2026-11-24T13:40:00.000000Z', {
      taskId: 't-1',
      kind: 'approve-payment',
      role: 'approver',
      says: 'Approve 282.66 GBP to HMRC',
      due,
    });

  it('says who waits for what, by which legal day of which city, and what passes then', () => {
    const strip = stripOf([assessed(), task('2026-12-01T23:59:59Z')], 'Europe/London');
    expect(strip).toMatchObject({
      summary: { code: 'task.approve-payment', says: 'Approve 282.66 GBP to HMRC' },
      waiting: { who: 'approver', since: '2026-11-24T13:40:00.000000Z', taskId: 't-1', kind: 'approve-payment' },
      clock: { kind: 'statutory', on: '2026-12-01', city: 'London' },
      money: { currency: 'GBP', assessed: '292.66', now: '282.66', later: '10.00', paid: '0.00' },
      events: 2,
    });
    expect(strip.why.map((each) => each.n)).toEqual([2, 1]);
  });

  it('counts the legal day where the authority is, whoever looks', () => {
    expect(stripOf([task('2026-12-01T04:59:59Z')], 'America/New_York').clock).toMatchObject({
      on: '2026-11-30',
      city: 'New York',
    });
  });

  it('takes what was debited off what is payable now', () => {
    const strip = stripOf(
      [
        assessed(),
        entry('DutyNotified', '2026-11-24T11:00:00.000000Z', { kind: 'final', total: gbp('300.00') }),
        entry('PaymentSettled', '2026-11-24T12:00:00.000000Z', {
          paymentId: 'p',
          amount: gbp('300.00'),
          bankReference: 'B',
        }),
      ],
      'Europe/London',
    );
    expect(strip.money).toMatchObject({ now: '0.00', paid: '300.00' });
    expect(strip.waiting).toMatchObject({ who: 'authority', taskId: null });
    expect(strip.clock).toBeNull();
  });

  it('waits for nothing once the dossier is sealed, and for a shipment without events says that it is opened', () => {
    expect(stripOf([entry('DossierSealed', NOW, { events: 1, treeSize: 1 })], 'UTC')).toMatchObject({
      stage: 'archived',
      waiting: null,
      clock: null,
    });
    expect(stripOf([], 'UTC')).toMatchObject({ summary: { code: 'opened' }, money: null, why: [] });
  });
});
