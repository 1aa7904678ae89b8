import { jest } from '@jest/globals';
import { Receiver } from '../testing/receiver.js';
import { SECRETS, Simulators } from '../testing/simulators.js';

jest.setTimeout(60_000);

let receiver: Receiver;
let simulators: Simulators;
let serial = 0;
const order = (shipment: string): { reference: string; amount: string; currency: string; shipment: string } => {
  serial += 1;
  return { reference: `CDSI${serial}`, amount: '368.00', currency: 'GBP', shipment };
};

beforeAll(async () => {
  receiver = await Receiver.open();
  const env = { CALLBACK_URL: receiver.url, AUTHORITY_URL: receiver.url };
  simulators = await new Simulators(env, undefined, ['--face', 'bank']).start();
});
afterAll(async () => {
  await simulators.kill();
  await receiver.close();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = () => 200;
});

interface Event {
  Data: { DomesticPaymentId: string; IdempotencyKey: string; Status: string; Reason?: string };
}
const events = (): Event['Data'][] =>
  receiver.received
    .filter(({ path }) => path.endsWith('/bank/events'))
    .map(({ body }) => (JSON.parse(body) as Event).Data);
const credits = (): unknown[] =>
  receiver.received.filter(({ path }) => path === '/credits').map(({ body }) => JSON.parse(body) as unknown);
const debits = async (reference: string): Promise<unknown[]> =>
  (await simulators.adminJson<{ debits: { reference: string }[] }>('/bank/ledger')).debits.filter(
    (debit) => debit.reference === reference,
  );

it('settles once for one key, tells us and the authority', async () => {
  const payment = order('S-1');
  const first = await simulators.pay('key-1', payment);
  expect(first.status).toBe(201);
  const taken = (await first.json()) as { Data: { DomesticPaymentId: string; Status: string } };
  expect(taken.Data.Status).toBe('AcceptedSettlementInProcess');
  await receiver.until(() => events().length === 1 && credits().length === 1);
  expect(events()[0]).toMatchObject({
    DomesticPaymentId: taken.Data.DomesticPaymentId,
    IdempotencyKey: 'key-1',
    Status: 'AcceptedSettlementCompleted',
  });
  expect(credits()[0]).toEqual({ reference: payment.reference, amount: '368.00', currency: 'GBP' });
  expect(receiver.received[0]!.headers.authorization ?? `Bearer ${SECRETS.BANK_CALLBACK_TOKEN}`).toBe(
    `Bearer ${SECRETS.BANK_CALLBACK_TOKEN}`,
  );
  const again = (await (await simulators.pay('key-1', payment)).json()) as { Data: { DomesticPaymentId: string } };
  expect(again.Data.DomesticPaymentId).toBe(taken.Data.DomesticPaymentId);
  expect(await debits(payment.reference)).toHaveLength(1);
});

it('refuses the same key with another order', async () => {
  const payment = order('S-2');
  await simulators.pay('key-2', payment);
  const other = await simulators.pay('key-2', { ...payment, amount: '1.00' });
  expect(other.status).toBe(400);
  expect(await other.json()).toMatchObject({ Errors: [{ ErrorCode: 'UK.OBIE.Rules.IdempotencyKeyReuse' }] });
});

it('refuses an order that cannot be read and a wrong bearer', async () => {
  expect((await simulators.pay('key-3', { ...order('S-3'), amount: '-5' })).status).toBe(400);
  const answer = await fetch(`${simulators.urls.bank}/open-banking/v3.1/pisp/domestic-payments`, {
    method: 'POST',
    body: '{}',
  });
  expect(answer.status).toBe(401);
});

it('finds by our key, and says when it never had it', async () => {
  await simulators.pay('key-4', order('S-4'));
  expect((await simulators.askBank('?idempotencyKey=key-4')).status).toBe(200);
  expect((await simulators.askBank('?idempotencyKey=never')).status).toBe(404);
});

it('bounces and then settles, as the script says, without debiting for the first', async () => {
  await simulators.script({
    reference: 'S-5',
    bank: [{ answer: 'bounce', reason: 'account-closed' }, { answer: 'settle' }],
  });
  const payment = order('S-5');
  await simulators.pay('key-5a', payment);
  await receiver.until(() => events().length === 1);
  expect(events()[0]).toMatchObject({ Status: 'Rejected', Reason: 'account-closed' });
  expect(await debits(payment.reference)).toHaveLength(0);
  await simulators.pay('key-5b', payment);
  await receiver.until(() => events().length === 2);
  expect(await debits(payment.reference)).toHaveLength(1);
});

it('takes the order although the caller hears nothing', async () => {
  await simulators.script({ reference: 'S-6', faults: [{ 'done-but-timeout': 'bank' }] });
  const payment = order('S-6');
  await expect(simulators.pay('key-6', payment)).rejects.toThrow();
  await receiver.until(() => events().length === 1);
  expect((await simulators.askBank('?idempotencyKey=key-6')).status).toBe(200);
  expect((await simulators.pay('key-6', payment)).status).toBe(201);
  expect(await debits(payment.reference)).toHaveLength(1);
});

it('is silent until asked', async () => {
  await simulators.script({ reference: 'S-7', bank: [{ answer: 'silence' }] });
  await simulators.pay('key-7', order('S-7'));
  expect((await simulators.adminJson<{ bank: { payments: number } }>('/summary')).bank.payments).toBeGreaterThan(0);
  expect(events()).toEqual([]);
  await simulators.askBank('?idempotencyKey=key-7');
  await receiver.until(() => events().length === 1);
});

it('debits once over a kill and tells again until it is heard', async () => {
  receiver.answer = () => 500;
  const payment = order('S-8');
  await simulators.script({ reference: 'S-8', bank: [{ answer: 'settle', after: '300ms' }] });
  await simulators.pay('key-8', payment);
  await simulators.kill();
  receiver.answer = () => 200;
  await simulators.start();
  const told = (): boolean => events().some(({ IdempotencyKey }) => IdempotencyKey === 'key-8');
  const credited = (): boolean =>
    credits().some((credit) => (credit as { reference: string }).reference === payment.reference);
  await receiver.until(() => told() && credited());
  await simulators.kill();
  await simulators.start();
  expect(await debits(payment.reference)).toHaveLength(1);
});
