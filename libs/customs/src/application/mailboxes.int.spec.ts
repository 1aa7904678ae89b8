import type { Collected } from '../authorities/authority.js';
import { readProfiles } from '../authorities/profile.js';
import type { Authorities } from '../authorities/registry.js';
import { CustomsHouse } from '../testing/house.js';
import { Mailboxes } from './mailboxes.js';

let house: CustomsHouse;
beforeAll(async () => {
  house = await CustomsHouse.open();
});
afterAll(() => house.close());

const profile = readProfiles().find((each) => each.channel === 'edifact')!;
const alarms: string[] = [];

/** A mailbox of numbered interchanges that may break off behind one of them. */
function mailboxOf(count: number, breakAfter = Infinity): Mailboxes {
  async function* collect(cursor: string | null): AsyncGenerator<Collected> {
    for (let n = Number(cursor ?? 0) + 1; n <= count; n += 1) {
      if (n > breakAfter) throw new Error('the line went dead');
      yield { bytes: Buffer.from(`interchange ${n}`), cursor: String(n) };
    }
  }
  const authorities = { collecting: () => [{ profile, collect }] } as unknown as Authorities;
  const { inbox } = house.make((authority) => authority);
  const log = { warn: () => undefined };
  return new Mailboxes(
    house.tables,
    authorities,
    inbox,
    () => house.now,
    log,
    (code) => alarms.push(code),
    ['edifact'],
  );
}

const stored = async (): Promise<string[]> => {
  const { rows } = await house.tables.system((tx) =>
    tx.query<{ bytes: Buffer }>("select bytes from raw_messages where channel = 'edifact' order by raw_id"),
  );
  return rows.map(({ bytes }) => bytes.toString());
};

it('stores what lies in a mailbox once, goes on behind what is stored, and alarms once when it cannot be read', async () => {
  expect(await mailboxOf(5, 2).work()).toBe(2);
  expect(alarms).toEqual(['customs.mailbox.down']);
  house.pass(2_000);
  expect(await mailboxOf(5, 2).work()).toBe(0);
  expect(alarms).toHaveLength(1);
  expect(await mailboxOf(5).work()).toBe(3);
  expect(await mailboxOf(5).work()).toBe(0);
  expect((await stored()).sort()).toEqual([1, 2, 3, 4, 5].map((n) => `interchange ${n}`));
});

it('is read by one worker at a time', async () => {
  const [a, b] = await Promise.all([mailboxOf(9).work(), mailboxOf(9).work()]);
  expect([a, b].sort()).toEqual([0, 4]);
});
