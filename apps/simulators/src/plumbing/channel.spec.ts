import { Receiver } from '../testing/receiver.js';
import { CDS_QUICK, Channel, type Attempt, type PushContract } from './channel.js';

const FAST: PushContract = { ...CDS_QUICK, retryMs: 30, refusedRetryMs: 60, longestMs: 60, timeoutMs: 500 };

let receiver: Receiver;
let channel: Channel;
let attempts: Attempt[];

beforeEach(async () => {
  receiver = await Receiver.open();
  attempts = [];
});
afterEach(async () => {
  await channel.close();
  await receiver.close();
});

const open = (contract: PushContract): void => {
  channel = new Channel(contract, (attempt) => attempts.push(attempt));
};
const push = (id: string, lane = 'lane', notBefore = 0): void =>
  channel.add({ id, lane, url: `${receiver.url}/push`, headers: {}, body: id, notBefore });
const bodies = (): string[] => receiver.received.map(({ body }) => body);

it('keeps the order of a lane over failures', async () => {
  open({ ...FAST, blocks: false });
  let failures = 2;
  receiver.answer = () => (failures-- > 0 ? 503 : 200);
  push('1');
  push('2');
  push('3');
  await receiver.until(() => receiver.received.length === 5);
  expect(bodies()).toEqual(['1', '1', '1', '2', '3']);
});

it('blocks the whole channel behind a 5xx and tries one pilot first', async () => {
  open(FAST);
  receiver.answer = () => 500;
  push('a', 'one');
  await receiver.until(() => attempts.length === 1);
  push('b', 'two');
  push('c', 'three');
  await receiver.until(() => receiver.received.length === 2);
  expect(bodies()).toEqual(['a', 'a']);
  expect(channel.backlog.blocked).toBe(true);
  receiver.answer = () => 200;
  await receiver.until(() => receiver.received.length === 5);
  expect(bodies().slice(2).sort()).toEqual(['a', 'b', 'c']);
});

it('lets the others flow past a message that is refused', async () => {
  open(FAST);
  let refusals = 1;
  receiver.answer = ({ body }) => (body === 'bad' && refusals-- > 0 ? 400 : 200);
  push('bad');
  push('good');
  await receiver.until(() => receiver.received.length === 3);
  expect(bodies()).toEqual(['bad', 'good', 'bad']);
});

it('takes an answer that never comes as a failure', async () => {
  open(FAST);
  let hangs = 1;
  receiver.answer = () => (hangs-- > 0 ? 'hang' : 200);
  push('1');
  await receiver.until(() => receiver.received.length === 2);
  expect(attempts[0]!.status).toBeNull();
});

it('gives up what is too old, and says so', async () => {
  const expired: string[] = [];
  channel = new Channel(
    { ...FAST, expireMs: 1_000 },
    () => undefined,
    ({ id }) => expired.push(id),
  );
  channel.add({ id: 'old', lane: 'l', url: receiver.url, headers: {}, body: '', notBefore: 0 }, Date.now() - 2_000);
  expect(expired).toEqual(['old']);
});

it('waits as long as it is told', async () => {
  open(FAST);
  const due = Date.now() + 80;
  push('later', 'lane', due);
  await receiver.until(() => receiver.received.length === 1);
  expect(Date.now()).toBeGreaterThanOrEqual(due - 2);
});
