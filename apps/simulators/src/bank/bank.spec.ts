import { House } from '../testing/house.js';
import type { Ordered } from './bank.js';
import type { Initiation } from './payments.js';

let house: House;
beforeEach(() => (house = new House()));
afterEach(() => house.close());

const account = 'GB00TIDE00000000000001';
const initiation = (reference: string): Initiation => ({
  InstructionIdentification: 'I1',
  EndToEndIdentification: 'SHIP-1',
  InstructedAmount: { Amount: '368.00', Currency: 'GBP' },
  DebtorAccount: { SchemeName: 'UK.OBIE.IBAN', Identification: account },
  CreditorAccount: { SchemeName: 'UK.OBIE.IBAN', Identification: 'GB29SIMU60161331926819' },
  RemittanceInformation: { Reference: reference },
});
const order = async (key: string, reference = 'CDSI1'): Promise<Ordered> => {
  const ordered = house.bank.order(key, initiation(reference), Buffer.from(JSON.stringify(initiation(reference))));
  if ('afterwards' in ordered) ordered.afterwards?.();
  await house.settle();
  return ordered;
};
const status = (key: string): string => house.bank.find({ key })!.status;
const summary = (): Record<string, unknown> => house.bank.summary();

it('debits once per key: a repeated order is the same one, another body under the key is refused', async () => {
  expect([(await order('k')).kind, (await order('k')).kind, (await order('k', 'CDSI2')).kind]).toEqual([
    'taken',
    'repeated',
    'conflict',
  ]);
  expect(status('k')).toBe('AcceptedSettlementCompleted');
  expect(summary()).toMatchObject({ payments: 1, debits: 1, repeated: 1, doubles: [] });
});

it('shows a second payment of one debt as a double', async () => {
  await order('k1');
  await order('k2');
  expect(summary()).toMatchObject({ debits: 2, doubles: [{ reference: 'CDSI1', count: 2 }] });
});

it('bounces with its reason', async () => {
  house.script('SHIP-1', { bank: [{ answer: 'bounce', reason: 'account-closed' }] });
  await order('k');
  const payment = house.bank.find({ key: 'k' })!;
  expect([payment.status, payment.verdict.reason]).toEqual(['Rejected', 'account-closed']);
  expect(summary()).toMatchObject({ debits: 0, bounced: 1 });
});

it('keeps silent until somebody asks', async () => {
  house.script('SHIP-1', { bank: [{ answer: 'silence' }] });
  await order('k');
  expect(summary()).toMatchObject({ debits: 0 });
  house.bank.find({ key: 'k' });
  await house.settle();
  expect(summary()).toMatchObject({ debits: 1 });
});

describe('a late return', () => {
  beforeEach(async () => {
    house.script('SHIP-1', { bank: [{ answer: 'return', reason: 'refer-to-drawer', later: '5d' }] });
    await order('k');
  });

  it('takes the money back days after it had settled, and both stand on the statement', async () => {
    expect(status('k')).toBe('AcceptedSettlementCompleted');
    await house.pass('4d');
    expect(status('k')).toBe('AcceptedSettlementCompleted');
    await house.pass('1d');
    expect(house.bank.find({ key: 'k' })).toMatchObject({ status: 'Rejected', returnedAt: expect.any(Date) });
    expect(house.bank.transactions(account, null, null).map((row) => row['CreditDebitIndicator'])).toEqual([
      'Debit',
      'Credit',
    ]);
    const from = new Date(house.clock.now() - 86_400_000).toISOString();
    expect(house.bank.transactions(account, from, null)).toHaveLength(1);
    expect(summary()).toMatchObject({ debits: 1, returned: 1, doubles: [] });
    // Paid again afterwards it is paid once.
    await order('k2');
    expect(summary()).toMatchObject({ debits: 2, doubles: [] });
  });

  it('comes after a restart too', async () => {
    await house.restart();
    await house.pass('5d');
    expect(status('k')).toBe('Rejected');
  });
});

it('pays a part back of the payee’s own accord, once, as a booked credit under the payee’s reference', async () => {
  house.script('SHIP-1', {
    bank: [{ answer: 'settle', refund: { amount: '20.00', reference: 'CF29-1', later: '5d' } }],
  });
  await order('k');
  await house.pass('5d');
  await house.restart();
  await house.pass('5d');
  const [debit, credit, ...others] = house.bank.transactions(account, null, null);
  expect([debit!['CreditDebitIndicator'], others]).toEqual(['Debit', []]);
  expect(credit).toMatchObject({
    ...{ CreditDebitIndicator: 'Credit', Status: 'Booked', TransactionReference: 'CF29-1' },
    Amount: { Amount: '20.00', Currency: 'GBP' },
  });
  expect(summary()).toMatchObject({ debits: 1, returned: 0, doubles: [] });
});

it('a reversed credit takes the payment of a debt away again', async () => {
  const { reference, lrn } = house.next();
  await house.declare({ reference, lrn });
  const due = house.filing(lrn).due!;
  house.script(reference, { authority: [] });
  house.authority.credit(due, true);
  expect(house.filing(lrn).isPaid).toBe(false);
  await house.pay(lrn);
  expect(house.filing(lrn)).toMatchObject({ isPaid: true, standing: 'cleared' });
});
