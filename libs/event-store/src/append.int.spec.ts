import { newId } from '@tidewaiter/kernel';
import type { EventStore } from './event-store.js';
import { ending } from './testing/engagement-ending.js';
import { byOf, TestDatabase } from './testing/servers.js';

const engagementId = newId();
const suspend = (code: string) => ({ type: 'Suspend', engagementId, code }) as const;

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
    const second = await store.execute(
      ending,
      'engagement-a',
      { type: 'SuspendOften', engagementId, codes: ['bond', 'list'] },
      byOf('a2'),
    );

    expect(first).toMatchObject({ version: 1, repeated: false, wrote: { 'engagement-a': 1 } });
    expect(second).toMatchObject({ version: 3, state: { status: 'open', suspensions: ['mandate', 'bond', 'list'] } });
    const stored = await store.read('acme', 'engagement-a');
    expect(stored.map(({ type, version }) => [type, version])).toEqual([
      ['EngagementSuspended', 1],
      ['EngagementSuspended', 2],
      ['EngagementSuspended', 3],
    ]);
    expect(await store.load(ending, 'acme', 'engagement-a')).toEqual({ version: 3, state: second.state });
  });

  it('gives the first answer to a command id that comes again, whatever happened since', async () => {
    const first = await store.execute(ending, 'engagement-b', suspend('mandate'), byOf('b1'));
    await store.execute(ending, 'engagement-b', { type: 'End', engagementId, reason: 'sold' }, byOf('b2'));

    const again = await store.execute(ending, 'engagement-b', suspend('mandate'), byOf('b1'));

    expect(again).toEqual({ ...first, repeated: true });
    expect((await store.load(ending, 'acme', 'engagement-b')).version).toBe(2);
  });
});
