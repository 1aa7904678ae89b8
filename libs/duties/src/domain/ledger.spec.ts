import type { DutiesEvent } from '@tidewaiter/contracts';
import { exact } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { balances, isBalanced, measured, post, type Entry, type LedgerEvent } from './ledger.js';

const digest = `sha256:${'a'.repeat(64)}`;
const gbp = (amount: string) => ({ amount, currency: 'GBP' });
const charge = (code: string, amount: string, legalBasis = `law of ${code}`, line = 1) => ({
  line,
  code,
  role: 'x',
  amount: gbp(amount),
  legalBasis,
});

type Charges = Extract<DutiesEvent, { type: 'DutyAssessed' }>['data']['charges'];
const assessed = (assessmentId: string, charges: Charges): DutiesEvent => ({
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

const bookOf = (events: LedgerEvent[]): Entry[] =>
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

  it('pays a debt by line and tax type where the payment says what it settles, and the interest with it', () => {
    const interest: LedgerEvent = {
      type: 'InterestCharged',
      data: {
        ...{
          shipmentId: 's1',
          declarationId: 'd1',
          paymentId: 'p0',
          authority: 'GB',
          law: 'reg. 45',
          rulesVersion: 'x',
        },
        ...{ principal: gbp('368.00'), from: '2026-03-10', until: '2026-03-20', arithmetic: 'x', amount: gbp('0.73') },
      },
    };
    const settles = [
      { line: 1, taxType: 'A00', amount: gbp('140.00') },
      { line: 1, taxType: 'B00', amount: gbp('228.00') },
    ];
    const paid = sent('p1', '368.73');
    const whole = { ...paid, data: { ...paid.data, settles, interest: gbp('0.73') } } as DutiesEvent;
    const book = bookOf([first, interest, whole]);
    expect(balanceOf(book, 'duty-payable:GB')).toBe('0.00');
    expect(balanceOf(book, 'interest-cost')).toBe('0.73');
    expect(
      book.filter(({ posting, side }) => posting.endsWith('/sent') && side === 'debit').map((each) => each.legalBasis),
    ).toEqual(['law of A00', 'law of B00', 'reg. 45']);
  });
  it('books the authority’s figure once a person agreed, and takes it back when a newer notice comes', () => {
    const notice = (noticeId: string, theirs: string, outcome: 'differs' | 'equal') => {
      const difference = exact(theirs).minus('140.00').toFixed(2);
      const verdict = outcome === 'equal' ? ('equal' as const) : ('differs' as const);
      const line = { line: 1, taxType: 'A00', legalBasis: 'law of A00', ours: '140.00', theirs, difference, verdict };
      return { noticeId, lines: [{ ...line, ourDerivation: null, theirBase: null }], outcome };
    };
    const head = { shipmentId: 's1', declarationId: 'd1', authority: 'GB' };
    const compared = (of: ReturnType<typeof notice>): LedgerEvent => ({
      type: 'DebtCompared',
      data: {
        ...{ ...head, ...of, declarationVersion: 1, mrn: null, notifiedOn: '2026-03-10', assessmentId: null },
        ...{ tolerance: null, ours: gbp('140.00'), theirs: gbp('141.00') },
      },
    });
    const agreed = (of: ReturnType<typeof notice>): LedgerEvent => ({
      type: 'DebtAgreed',
      data: { ...head, noticeId: of.noticeId, by: 'user:x', reason: 'accepted', currency: 'GBP', lines: of.lines },
    });
    const dearer = notice('n1', '141.00', 'differs');
    expect(balanceOf(bookOf([first, compared(dearer)]), 'duty-payable:GB')).toBe('-368.00');
    expect(balanceOf(bookOf([first, compared(dearer), agreed(dearer)]), 'duty-payable:GB')).toBe('-369.00');
    const book = bookOf([first, compared(dearer), agreed(dearer), compared(notice('n2', '140.00', 'equal'))]);
    expect(balanceOf(book, 'duty-payable:GB')).toBe('-368.00');
    expect(isBalanced(book)).toBe(true);
  });
  it('keeps what is due later apart from what is due now', () => {
    const later = { method: 'deferred' as const, dueOn: '2026-04-16', law: 'x' };
    const book = bookOf([assessed('a1', [charge('A00', '10.00'), { ...charge('B00', '20.00'), later }])]);
    const rows = balances(book).map(({ account, balance }) => ({ account, balance: balance.amount }));
    expect(measured(rows, 'GBP')).toMatchObject({ assessed: '30.00', payableNow: '10.00', payableLater: '20.00' });
  });

  it('is balanced in every posting and adds up in its measures, whatever happens in whatever order', () => {
    const amount = fc.integer({ min: 1, max: 9_999_999 }).map((cents) => (cents / 100).toFixed(2));
    const id = fc.constantFrom('1', '2', '3');
    const tax = fc.constantFrom('A00', 'B00', '499');
    const later = fc.constantFrom(
      undefined,
      { method: 'deferred' as const, dueOn: '2026-04-16', law: 'x' },
      { method: 'postponed' as const, dueOn: null, law: 'x' },
    );
    const item = fc
      .tuple(tax, amount)
      .map(([taxType, each]) => ({ line: 1, taxType, legalBasis: 'b', amount: gbp(each) }));
    const booking = (type: string, more: Record<string, unknown> = {}) =>
      fc.tuple(id, fc.array(item, { minLength: 1, maxLength: 3 })).map(([bookingId, items]) => ({
        type,
        data: { bookingId, shipmentId: 's1', authority: 'GB', items, reason: 'r', reference: 'r', ...more },
      }));
    const event = fc.oneof(
      fc.tuple(fc.uuid(), fc.array(fc.tuple(tax, amount, later), { maxLength: 4 })).map(([name, charges]) =>
        assessed(
          name,
          charges.map(([code, each, when]) => ({ ...charge(code, each), ...(when ? { later: when } : {}) })),
        ),
      ),
      fc.tuple(id, amount).map(([name, each]) => sent(name, each)),
      fc.tuple(id, amount).map(([name, each]) => settled(name, each)),
      fc.tuple(id, amount).map(([name, each]) => bounced(name, each)),
      fc.tuple(id, tax, amount, amount).map(([noticeId, taxType, ours, theirs]) => ({
        type: 'DebtAgreed',
        data: {
          ...{ shipmentId: 's1', declarationId: 'd1', noticeId, authority: 'GB', currency: 'GBP' },
          lines: [{ line: 1, taxType, legalBasis: null, difference: exact(theirs).minus(ours).toFixed(2) }],
        },
      })),
      fc.tuple(id, amount).map(([paymentId, each]) => ({
        type: 'InterestCharged',
        data: { paymentId, shipmentId: 's1', authority: 'GB', amount: gbp(each), law: 'l', until: '2026-05-01' },
      })),
      fc.tuple(id, tax, amount).map(([statementId, taxType, each]) => ({
        type: 'StatementPaid',
        data: {
          ...{ statementId, shipmentId: 's1', authority: 'GB', paidOn: '2026-04-16', reference: 'r' },
          items: [{ taxType, amount: gbp(each) }],
        },
      })),
      booking('AdditionalDutyBooked'),
      booking('RefundClaimBooked'),
      booking('RefundClaimReduced'),
      booking('RefundReceived', { receivedOn: '2026-05-01' }),
      booking('DepositLodged', { lodgedOn: '2026-05-01' }),
      booking('DepositReturned', { returnedOn: '2026-05-01' }),
      booking('DepositApplied'),
    ) as fc.Arbitrary<LedgerEvent>;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 14 }), (events) => {
        const book = bookOf(events);
        expect(isBalanced(book)).toBe(true);
        expect(book.every((entry) => !exact(entry.amount.amount).isNegative())).toBe(true);
        const rows = balances(book).map(({ account, balance }) => ({ account, balance: balance.amount }));
        expect(rows.reduce((sum, { balance }) => sum.plus(balance), exact('0')).isZero()).toBe(true);
        const of = measured(rows, 'GBP');
        const owed = exact(of.assessed).plus(of.interest);
        const went = exact(of.payableNow).plus(of.payableLater).plus(of.ordered).plus(of.paid);
        expect(went.toFixed(2)).toBe(owed.toFixed(2));
      }),
    );
  });
});
