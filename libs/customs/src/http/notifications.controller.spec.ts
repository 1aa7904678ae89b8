import { alarms } from '@tidewaiter/platform';
import { Inbox, type SystemDatabase } from '../application/inbox.js';
import { NotificationsController } from './notifications.controller.js';

const TOKEN = 'Basic our-own-token';

function door() {
  const stored: unknown[][] = [];
  let nudges = 0;
  const database: SystemDatabase = {
    system: (work) =>
      work({
        tenant: '',
        query: async (_: string, params: readonly unknown[] = []) => {
          stored.push([...params]);
          return { rows: [], rowCount: 1, command: '', oid: 0, fields: [] };
        },
      } as Parameters<typeof work>[0]),
  };
  const inbox = new Inbox(
    database,
    () => '2026-11-24T09:00:00.000000Z',
    () => (nudges += 1),
  );
  return {
    controller: new NotificationsController(inbox, { AUTHORITY_CALLBACK_TOKEN: TOKEN }),
    stored,
    nudges: () => nudges,
  };
}

describe('the door for pushed messages', () => {
  it.each([undefined, '', 'Basic another-token', `${TOKEN} `, TOKEN.toLowerCase()])(
    'keeps out the token %j',
    async (authorization) => {
      const { controller, stored } = door();
      await expect(controller.take(Buffer.from('<a/>'), { authorization })).rejects.toMatchObject({
        code: 'customs.callback.token',
      });
      expect(stored).toEqual([]);
    },
  );

  it.each(['<MetaData/>', '', 'not XML at all', '<!DOCTYPE a><a/>'])('takes the bytes %j as they are', async (text) => {
    const { controller, stored, nudges } = door();
    await controller.take(Buffer.from(text), { authorization: TOKEN, 'x-conversation-id': 'c1', cookie: 'a=b' });
    expect(stored[0]?.[3]).toEqual(Buffer.from(text));
    expect(stored[0]?.[2]).toBe('{"x-conversation-id":"c1"}');
    expect(nudges()).toBe(1);
  });

  it('counts the first failure to store: from then on the authority’s channel stands still', async () => {
    const broken: SystemDatabase = { system: () => Promise.reject(new Error('the disk is full')) };
    const inbox = new Inbox(
      broken,
      () => '2026-11-24T09:00:00.000000Z',
      () => undefined,
    );
    const controller = new NotificationsController(inbox, { AUTHORITY_CALLBACK_TOKEN: TOKEN });
    const counted = async () =>
      (await alarms.get()).values.find(({ labels }) => labels.code === 'customs.callback.failed')?.value ?? 0;
    const before = await counted();
    await expect(controller.take(Buffer.from('<a/>'), { authorization: TOKEN })).rejects.toThrow('the disk is full');
    expect(await counted()).toBe(before + 1);
  });

  it('refuses what is larger than any message', async () => {
    const { controller, stored } = door();
    await expect(controller.take(Buffer.alloc(5_000_001), { authorization: TOKEN })).rejects.toMatchObject({
      code: 'customs.message.too-large',
    });
    expect(stored).toEqual([]);
  });
});
