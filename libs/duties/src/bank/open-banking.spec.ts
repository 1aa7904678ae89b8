import { Invalid, Unavailable } from '@tidewaiter/kernel';
import { BadBank } from '../testing/bad-bank.js';
import { OpenBanking } from './open-banking.js';

const order = {
  key: '11111111-1111-8111-8111-111111111111',
  amount: { amount: '368.00', currency: 'GBP' },
  payee: { name: 'HMRC', account: '08321001020147' },
  reference: 'CDSR0001',
  endToEnd: 'TW-0001',
};

describe('the bank’s adapter', () => {
  let bank: BadBank;
  let adapter: OpenBanking;

  beforeEach(async () => {
    bank = await BadBank.open();
    adapter = new OpenBanking({ url: bank.url, token: 't', account: '20000055779911', timeoutMs: 150 });
  });
  afterEach(() => bank.close());
  const send = () => adapter.order(order.key, adapter.compose(order));

  it('writes the order as the bank’s form wants it', () => {
    expect(JSON.parse(adapter.compose(order))).toEqual({
      Data: {
        Initiation: {
          InstructionIdentification: '11111111111181118111111111111111',
          EndToEndIdentification: 'TW-0001',
          InstructedAmount: { Amount: '368.00', Currency: 'GBP' },
          DebtorAccount: { SchemeName: 'UK.OBIE.SortCodeAccountNumber', Identification: '20000055779911' },
          CreditorAccount: {
            SchemeName: 'UK.OBIE.SortCodeAccountNumber',
            Identification: '08321001020147',
            Name: 'HMRC',
          },
          RemittanceInformation: { Reference: 'CDSR0001' },
        },
      },
      Risk: {},
    });
  });
  it('sends once and tells what the bank answered', async () => {
    expect(await send()).toEqual({
      kind: 'taken',
      bankReference: bank.taken.get(order.key)!.id,
      status: 'in-process',
      reason: null,
      at: '2026-11-22T11:00:00.000000Z',
    });
    expect(bank.posts).toHaveLength(1);
  });
  it.each(['takes-and-hangs', 'hangs', 'fails', 'takes-and-fails', 'takes-and-garbles'] as const)(
    'does not know the outcome, and does not try again, when the bank %s',
    async (mood) => {
      bank.mood = mood;
      expect((await send()).kind).toBe('unknown');
      expect(bank.posts).toHaveLength(1);
    },
  );
  it('does not know the outcome when nobody is there', async () => {
    const nowhere = new OpenBanking({ url: 'http://127.0.0.1:9', token: 't', account: '1', timeoutMs: 150 });
    expect((await nowhere.order(order.key, '{}')).kind).toBe('unknown');
    expect((await nowhere.find(order.key)).kind).toBe('unknown');
  });
  it('tells a refusal with the bank’s reason', async () => {
    bank.mood = 'refuses';
    expect(await send()).toEqual({ kind: 'refused', reason: 'the creditor account is closed' });
  });
  it('throws when the bank does not let us in: certainly nothing was taken', async () => {
    bank.mood = 'closed';
    await expect(send()).rejects.toThrow(Unavailable);
  });
  it('finds by key, and believes only the bank’s own “not found”', async () => {
    expect(await adapter.find(order.key)).toEqual({ kind: 'absent' });
    bank.finds = 'proxy-page';
    expect((await adapter.find(order.key)).kind).toBe('unknown');
    bank.finds = 'takes';
    await send();
    expect((await adapter.find(order.key)).kind).toBe('found');
  });
  it.each(['not json', '{}', '{"Data":{"Status":"Rejected"}}', '[]'])(
    'refuses a push that is no payment event: %s',
    (text) => {
      expect(() => adapter.read(Buffer.from(text))).toThrow(Invalid);
    },
  );
});
