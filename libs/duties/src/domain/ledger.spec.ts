import type { DutiesEvent } from '@tidewaiter/contracts';
import { exact } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { balances, isBalanced, post, type Entry } from './ledger.js';

const digest = `sha256:${'a'.repeat(64)}`;
const gbp = (amount: string) => ({ amount, currency: 'GBP' });
const charge = (code: string, amount: string, legalBasis = `law of ${code}`, line = 1) => ({
  line,
  code,
  role: 'x',
  amount: gbp(amount),
  legalBasis,
});

const assessed = (assessmentId: string, charges: ReturnType<typeof charge>[]): DutiesEvent => ({
  type: 'DutyAssessed',
  data: {
    assessmentId,
    shipmentId: 's1',
    n: 1,
    lawDate: '2026-03-10',
    currency: 'GBP',
    request: { destination: 'GB' },
    resultDigest: digest,
    rules: [{ set: 'gb/jurisdiction', version: '2026.1', digest }],
    charges,
    totals: { duty: '0', excise: '0', fees: '0', tax: '0', payableNow: '0', payableLater: '0', landedCost: '0' },
  },
});
const sent = (paymentId: string, amount: string): DutiesEvent => ({
  type: 'PaymentSent',
  data: { paymentId, shipmentId: 's1', amount: gbp(amount), key: 'k', bankReference: 'b' },
});
const settled = (paymentId: string, amount: string): DutiesEvent => ({
  type: 'PaymentSettled',
  data: { paymentId, shipmentId: 's1', amount: gbp(amount), bankReference: 'b', settledAt: '2026-03-11T00:00:00Z' },
});
const bounced = (paymentId: string, amount: string): DutiesEvent => ({
  type: 'PaymentBounced',
  data: { paymentId, shipmentId: 's1', amount: gbp(amount), reason: 'x' },
});

const bookOf = (events: DutiesEvent[]): Entry[] =>
  events.reduce<Entry[]>((book, event) => [...book, ...post(event, book)], []);
const balanceOf = (book: Entry[], account: string) =>
  balances(book).find((each) => each.account === account)?.balance.amount ?? '0.00';

describe('the ledger of a shipment', () => {
  const first = assessed('a1', [charge('A00', '140.00'), charge('B00', '228.00')]);

  it('accrues what is assessed by legal basis and tax type', () => {
    const book = bookOf([first]);
    expect(
      book
        .filter(({ side }) => side === 'credit')
        .map(({ account, legalBasis, taxType, amount }) => [account, legalBasis, taxType, amount.amount]),
    ).toEqual([
      ['duty-payable:GB', 'law of A00', 'A00', '140.00'],
      ['duty-payable:GB', 'law of B00', 'B00', '228.00'],
    ]);
    expect(balanceOf(book, 'customer-receivable')).toBe('368.00');
  });
  it('takes an assessment back when a newer one stands, also when the newer one owes nothing', () => {
    expect(balanceOf(bookOf([first, assessed('a2', [charge('B00', '200.00')])]), 'duty-payable:GB')).toBe('-200.00');
    const none = bookOf([first, assessed('a2', []), assessed('a3', [charge('B00', '1.00')])]);
    expect(balanceOf(none, 'duty-payable:GB')).toBe('-1.00');
    expect(isBalanced(none)).toBe(true);
  });
  it('pays the debt off over the clearing account, keeping the legal bases', () => {
    const book = bookOf([first, sent('p1', '368.00')]);
    expect(balanceOf(book, 'duty-payable:GB')).toBe('0.00');
    expect(balanceOf(book, 'bank:clearing')).toBe('-368.00');
    const done = bookOf([first, sent('p1', '368.00'), settled('p1', '368.00')]);
    expect(balanceOf(done, 'bank:clearing')).toBe('0.00');
    expect(balanceOf(done, 'bank:account')).toBe('-368.00');
    expect(done.filter(({ posting }) => posting.endsWith('/sent')).map(({ legalBasis }) => legalBasis)).toContain(
      'law of A00',
    );
  });
  it('shows a difference to the authority’s demand on the payable account instead of spreading it', () => {
    const book = bookOf([first, sent('p1', '370.00')]);
    expect(balanceOf(book, 'duty-payable:GB')).toBe('2.00');
    expect(book.filter(({ posting }) => posting.endsWith('/sent')).map(({ taxType }) => taxType)).toEqual([
      'unallocated',
      'unallocated',
    ]);
  });
  it('opens the debt again when the bank returns the money, before or after it settled', () => {
    for (const events of [
      [first, sent('p1', '368.00'), bounced('p1', '368.00')],
      [first, sent('p1', '368.00'), settled('p1', '368.00'), bounced('p1', '368.00')],
    ]) {
      const book = bookOf(events);
      expect(balanceOf(book, 'duty-payable:GB')).toBe('-368.00');
      expect(balanceOf(book, 'bank:account')).toBe('0.00');
    }
  });
  it('moves nothing when the bank refused the order outright', () =>
    expect(bookOf([first, bounced('p1', '368.00')])).toEqual(bookOf([first])));

  it('is balanced in every posting, whatever happens in whatever order', () => {
    const amount = fc.integer({ min: 0, max: 9_999_999 }).map((cents) => (cents / 100).toFixed(2));
    const id = fc.constantFrom('1', '2', '3');
    const event = fc.oneof(
      fc
        .tuple(fc.uuid(), fc.array(fc.tuple(fc.constantFrom('A00', 'B00', '499'), amount), { maxLength: 4 }))
        .map(([name, charges]) =>
          assessed(
            name,
            charges.map(([code, each]) => charge(code, each)),
          ),
        ),
      fc.tuple(id, amount).map(([name, each]) => sent(name, each)),
      fc.tuple(id, amount).map(([name, each]) => settled(name, each)),
      fc.tuple(id, amount).map(([name, each]) => bounced(name, each)),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const book = bookOf(events);
        expect(isBalanced(book)).toBe(true);
        expect(book.every((entry) => !exact(entry.amount.amount).isNegative())).toBe(true);
        const sum = balances(book).reduce((total, { balance }) => total.plus(balance.amount), exact('0'));
        expect(sum.isZero()).toBe(true);
      }),
    );
  });
});
