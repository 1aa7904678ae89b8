import type { LedgerItem, StatementLine } from '@tidewaiter/contracts';
import { exact } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import { readXml } from '@tidewaiter/xml';
import fc from 'fast-check';
import { invoicePdf } from '../application/invoice-pdf.js';
import { invoiceUbl } from '../application/invoice-ubl.js';
import { booking, claimable, type BookingDecision } from './bookings.js';
import { creditNoteFor, drafted, feesOn, serviceOf, totalsOf, type FeeTariff } from './invoice.js';
import type { Entry } from './ledger.js';
import { reconcile, statement, type DeferredCharge, type StatementEvent } from './statement.js';

const gbp = (amount: string) => ({ amount, currency: 'GBP' });
const item = (amount: string, taxType = 'A00'): LedgerItem => ({
  line: 1,
  taxType,
  legalBasis: 'law',
  amount: gbp(amount),
});

describe('bookings after the entry', () => {
  const given = specFor(booking);
  const claim = (items: LedgerItem[], paid: LedgerItem[]): BookingDecision => ({
    type: 'Open',
    paid,
    event: {
      type: 'RefundClaimBooked',
      data: {
        ...{
          bookingId: 'b1',
          shipmentId: 's1',
          caseId: 'protest-1',
          authority: 'GB',
          law: 'art. 121',
          reason: 'void basis',
        },
        ...{ items, claimBy: '2027-03-10' },
      },
    },
  });
  const claimed = (claim([item('100.00')], []) as Extract<BookingDecision, { type: 'Open' }>).event;
  const received = (amount: string): Extract<BookingDecision, { type: 'GoOn' }> => ({
    type: 'GoOn',
    event: {
      type: 'RefundReceived',
      data: { bookingId: 'b1', shipmentId: 's1', items: [item(amount)], receivedOn: '2026-12-01', reference: 'R1' },
    },
  });
  it('claims only what was paid under the same legal basis', () => {
    given()
      .when(claim([item('100.01')], [item('100.00')]))
      .thenRefused('duties.booking.not-paid');
    given()
      .when(claim([item('60.00'), item('60.00')], [item('100.00')]))
      .thenRefused('duties.booking.not-paid');
    given()
      .when(claim([item('100.00')], [item('100.00')]))
      .then(claimed);
  });
  it('is refunded in parts, never for more than is open', () => {
    given(claimed, received('60.00').event)
      .when(received('40.00'))
      .thenState((state) => expect(state).toMatchObject({ open: [] }));
    given(claimed, received('60.00').event).when(received('40.01')).thenRefused('duties.booking.too-much');
  });
  it('does not go on as another kind', () => {
    const { data } = received('1.00').event;
    const event = {
      type: 'DepositReturned' as const,
      data: { ...data, returnedOn: '2026-12-01' } as never,
    };
    given(claimed).when({ type: 'GoOn', event }).thenRefused('duties.booking.kind');
  });
  it('leaves claimable what was paid and neither claimed nor refunded', () => {
    const entry = (account: string, side: 'debit' | 'credit', amount: string): Entry => ({
      ...{ posting: 'p', customer: 'c', importer: 'i', authority: 'GB', legalBasis: 'law', taxType: 'A00', line: 1 },
      ...{ valueDate: null, says: '', account, side, amount: gbp(amount) },
    });
    const book = [entry('bank:account', 'credit', '100.00'), entry('refund-receivable:GB', 'debit', '30.00')];
    expect(claimable(book)).toEqual([item('70.00')]);
    const refunded = [entry('bank:refunds', 'debit', '30.00'), entry('refund-receivable:GB', 'credit', '30.00')];
    expect(claimable([...book, ...refunded])).toEqual([item('70.00')]);
  });
});

describe('a periodic statement', () => {
  const line = (number: number, reference: string, amount: string, taxType = 'A00'): StatementLine => ({
    ...{ number, reference, taxType, amount: gbp(amount), enteredOn: '2026-03-10' },
  });
  const charge = (shipmentId: string, amount: string, taxType = 'A00'): DeferredCharge => ({
    ...{ shipmentId, taxType, amount: gbp(amount), references: [`MRN-${shipmentId}`, `TW-${shipmentId}`] },
  });
  const kinds = (of: ReturnType<typeof reconcile>) => of.differences.map(({ kind, reference }) => [kind, reference]);
  it('matches by either reference and adds the lines of one entry up', () => {
    const lines = [line(1, 'MRN-a', '60.00'), line(2, 'TW-a', '40.00'), line(3, 'TW-b', '5.00')];
    const found = reconcile(lines, gbp('105.00'), [charge('a', '100.00'), charge('b', '5.00')]);
    expect(found.differences).toEqual([]);
    expect(found.matched.map(({ shipmentId, amount }) => [shipmentId, amount.amount])).toEqual([
      ['a', '100.00'],
      ['b', '5.00'],
    ]);
  });
  it('finds what is not ours, what is missing and what is of another sum', () => {
    const lines = [line(1, 'MRN-a', '99.99'), line(2, 'MRN-x', '7.00')];
    const found = reconcile(lines, gbp('106.99'), [charge('a', '100.00'), charge('b', '5.00')]);
    expect(kinds(found)).toEqual([
      ['amount', 'MRN-a'],
      ['not-ours', 'MRN-x'],
      ['missing', 'MRN-b'],
    ]);
  });
  it('does not take one that does not add up', () =>
    expect(() => reconcile([line(1, 'MRN-a', '1.00')], gbp('2.00'), [])).toThrow(
      expect.objectContaining({ code: 'duties.statement.sum' }),
    ));
  const given = specFor(statement);
  const reconciled = (): StatementEvent => {
    const lines = [line(1, 'MRN-a', '99.00'), line(2, 'MRN-x', '7.00'), line(3, 'MRN-c', '1.00')];
    const charges = [charge('a', '100.00'), charge('b', '5.00'), charge('c', '1.00')];
    return {
      type: 'StatementReconciled',
      data: {
        ...{ statementId: 'st', authority: 'GB', account: '1234567', kind: 'gb-deferment', number: '1', law: 'x' },
        ...{ from: '2026-03-01', to: '2026-03-31', dueOn: '2026-04-16', total: gbp('107.00'), lines },
        ...reconcile(lines, gbp('107.00'), charges),
      },
    };
  };
  const settled = (n: number, decision: 'accept' | 'dispute'): StatementEvent => ({
    type: 'StatementDifferenceSettled',
    data: { statementId: 'st', n, decision, by: 'user:x', reason: 'looked at' },
  });
  const pay = { type: 'Pay' as const, paidOn: '2026-04-16', reference: 'DD1' };
  it('is paid only when a person has looked at every difference', () => {
    given(reconciled(), settled(1, 'accept')).when(pay).thenRefused('duties.statement.differences-open');
    given(reconciled(), settled(1, 'accept'), settled(2, 'dispute'), settled(3, 'dispute'))
      .when(pay)
      .then(
        ...(['c', 'a'] as const).map((shipmentId): StatementEvent => ({
          type: 'StatementPaid',
          data: {
            ...{ statementId: 'st', shipmentId, authority: 'GB', paidOn: '2026-04-16', reference: 'DD1' },
            items: [{ taxType: 'A00', amount: gbp(shipmentId === 'a' ? '99.00' : '1.00') }],
          },
        })),
      );
  });
  it('takes one decision on each difference', () =>
    given(reconciled(), settled(1, 'accept'))
      .when({ type: 'Settle', n: 1, decision: 'dispute', by: 'user:y', reason: 'no' })
      .thenRefused('duties.statement.difference-settled'));
});

const tariff = (over: Partial<FeeTariff> = {}): FeeTariff => ({
  ...{ engagementId: 'e1', from: '2026-01-01', currency: 'GBP', perEntry: '75.00', perLine: '4.50' },
  ...{ disbursementPercent: '2.5', disbursementMinimum: '20.00', vatPercent: '20', by: 'user:x' },
  ...over,
});

describe('an invoice', () => {
  const outlay = (amount: string) => ({
    ...{ kind: 'duty' as const, text: 'A00 of line 1', taxType: 'A00', legalBasis: 'law & <order>', amount },
    ...{ vatPercent: '0', vatCategory: 'E' as const },
  });
  const head = {
    ...{ invoiceId: 'i1', shipmentId: 's1', series: 'INV-1', sequence: 7, number: 'INV-1-000007', engagementId: 'e1' },
    ...{ importerId: 'im', customer: 'Fern & Co', seller: 'Importer Ltd', authority: 'GB', reference: 'TW-1' },
    ...{ issuedOn: '2026-03-20', currency: 'GBP' },
  };
  const one = drafted(head, [outlay('1000.00'), ...serviceOf(tariff(), '1000.00', 3, 'GBP')], 14);

  it('charges per entry, per line, and for laying out at least the minimum', () => {
    expect(serviceOf(tariff(), '1000.00', 3, 'GBP').map(({ amount }) => amount)).toEqual(['75.00', '13.50', '25.00']);
    expect(serviceOf(tariff(), '100.00', 3, 'GBP').map(({ amount }) => amount)).toEqual(['75.00', '13.50', '20.00']);
  });
  it('goes by the tariff of the day, the later word of the same day', () => {
    const list = [
      tariff(),
      tariff({ from: '2026-02-01', perEntry: '80.00' }),
      tariff({ from: '2026-02-01', perEntry: '81.00' }),
    ];
    expect(feesOn(list, '2026-01-31')?.perEntry).toBe('75.00');
    expect(feesOn(list, '2026-02-01')?.perEntry).toBe('81.00');
    expect(feesOn(list, '2025-12-31')).toBeUndefined();
  });
  it('has VAT on the service alone', () =>
    expect(one.totals).toEqual({ net: '1113.50', vat: '22.70', gross: '1136.20' }));
  it('adds up in UBL, to the figure that it asks for', () => {
    const root = readXml(invoiceUbl(one)).root;
    const text = JSON.stringify(invoiceUbl(one).toString());
    expect(text).toContain('Fern &amp; Co');
    const all = (name: string): string[] =>
      [
        ...invoiceUbl(one)
          .toString()
          .matchAll(new RegExp(`<cbc:${name}[^>]*>([^<]*)<`, 'g')),
      ].map(([, value]) => value!);
    const sum = (values: string[]): string => values.reduce((total, value) => total.plus(value), exact('0')).toFixed(2);
    const [net, ...lines] = all('LineExtensionAmount');
    expect(root.name).toBe('Invoice');
    expect(sum(lines)).toBe(net);
    expect(sum(all('TaxAmount').slice(1))).toBe(all('TaxAmount')[0]);
    expect(sum(all('TaxableAmount'))).toBe(net);
    expect(sum([all('TaxExclusiveAmount')[0]!, all('TaxAmount')[0]!])).toBe(all('PayableAmount')[0]);
  });
  it('is the same bytes each time, as PDF and as UBL', async () => {
    expect((await invoicePdf(one)).equals(await invoicePdf(one))).toBe(true);
    expect((await invoicePdf(one)).subarray(0, 5).toString()).toBe('%PDF-');
    expect(invoiceUbl(one).equals(invoiceUbl(one))).toBe(true);
  });
  it('is taken back whole by a credit note that names it', () => {
    const own = { invoiceId: 'i2', sequence: 8, number: 'INV-1-000008', issuedOn: '2026-04-01' };
    const note = creditNoteFor(one, own, 'duty changed');
    expect(note).toMatchObject({ kind: 'credit-note', corrects: { number: 'INV-1-000007' }, totals: one.totals });
    expect(readXml(invoiceUbl(note)).root.name).toBe('CreditNote');
  });
  it('has totals that are its lines and their VAT, whatever they are', () => {
    const amount = fc.integer({ min: 1, max: 9_999_999 }).map((pence) => exact(String(pence)).div(100).toFixed(2));
    const rate = fc.constantFrom('0', '5', '20', '19', '7.7');
    fc.assert(
      fc.property(fc.array(fc.tuple(amount, rate), { minLength: 1, maxLength: 20 }), (drafts) => {
        const lines = drafts.map(([each, vatPercent], index) => ({
          ...outlay(each),
          number: index + 1,
          vatPercent,
          vatCategory: vatPercent === '0' ? ('E' as const) : ('S' as const),
        }));
        const { net, vat, gross } = totalsOf(lines, 'GBP');
        expect(exact(net).plus(vat).toFixed(2)).toBe(gross);
      }),
    );
  });
});
