import type { LedgerItem } from '@tidewaiter/contracts';
import fc from 'fast-check';
import { loadInterestRules } from '../application/rule-books.js';
import { booking, type Booking, type BookingEvent } from './bookings.js';
import { decidedInterest, decidedItems, differenceOf, standingItems, type CaseBooking } from './case-money.js';
import type { Entry } from './ledger.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const item = (line: number, taxType: string, amount: string, legalBasis = 'HTS'): LedgerItem => ({
  ...{ line, taxType, legalBasis },
  amount: usd(amount),
});
const line = (n: number, amount: string, taxType?: string) => ({
  ...{ line: n, field: 'commodity' as const, was: '1', becomes: '2', difference: usd(amount) },
  ...(taxType === undefined ? {} : { taxType }),
});
const entry = (account: string, side: 'debit' | 'credit', of: LedgerItem): Entry => ({
  ...{ posting: 'assessment/1', account, side, ...of, customer: 'c', importer: 'i', authority: 'US', valueDate: null },
  says: '',
});
const owed = (of: LedgerItem) => entry('duty-payable:US', 'credit', of);
const paidAt = (of: LedgerItem) => entry('bank:account', 'credit', of);
const decided = (change: object) => ({
  ...{ owed: null, refund: null, lines: [], citation: null, law: '19 CFR 152.2' },
  ...change,
});

describe('the charges of a decision', () => {
  const book = [item(1, '056', '10.00'), item(1, '499', '5.00', '19 CFR 24.23'), item(2, 'XX', '1.00')].flatMap(
    (of) => [owed(of), paidAt(of)],
  );

  it('are the customs duty of the line, under the basis that it was charged on', () => {
    expect(decidedItems(decided({ owed: usd('120.00'), lines: [line(1, '120.00')] }), book)).toEqual([
      item(1, '056', '120.00'),
    ]);
  });
  it('are what a line names, under the law of the case where it was never charged', () => {
    const lines = [line(1, '2.00', '499'), line(2, '30.00', '057')];
    expect(decidedItems(decided({ owed: usd('32.00'), lines }), book)).toEqual([
      item(1, '499', '2.00', '19 CFR 24.23'),
      item(2, '057', '30.00', '19 CFR 152.2'),
    ]);
  });
  it('are unallocated under the law of the case where no line tells: what is owed is never left out', () => {
    expect(decidedItems(decided({ owed: usd('62.00') }), book)).toEqual([
      item(0, 'unallocated', '62.00', '19 CFR 152.2'),
    ]);
  });
  it('are owed in one line and come back in another', () => {
    const lines = [line(2, '7.00'), line(1, '-4.00')];
    expect(decidedItems(decided({ owed: usd('3.00'), lines }), book)).toEqual([
      item(2, 'XX', '7.00'),
      item(1, '056', '-4.00'),
    ]);
  });
  it('are for a person to say when it is not told which of them come back', () => {
    expect(decidedItems(decided({ refund: usd('4.00') }), book)).toBeNull();
  });
});

describe('interest on what is owed after the release', () => {
  const rules = loadInterestRules();
  const of = (authority: string, demand: object | null = null) => ({
    ...{ demand: demand as never, debtOn: '2026-01-01', decidedOn: '2026-02-01', authority, law: 'law' },
  });
  it('runs from the debt to the bill in the United States, on every charge (19 USC 1505(c))', () => {
    const [only] = decidedInterest(rules, of('US'), [item(0, 'unallocated', '1000.00')]);
    // 1000 × ((1 + 7 % / 365)^31 − 1)
    expect(only).toMatchObject({ taxType: 'interest', amount: usd('5.96') });
    expect(only!.legalBasis).toContain('1505(c)');
  });
  it('is on import duty alone in the Union (article 114(2))', () => {
    const eur = (taxType: string, amount: string) => ({
      ...item(1, taxType, amount),
      amount: { amount, currency: 'EUR' },
    });
    const [only] = decidedInterest(rules, of('DE'), [eur('A00', '1000.00'), eur('B00', '190.00')]);
    // 1000 × 4.15 % × 31 / 365
    expect(only!.amount).toEqual({ amount: '3.52', currency: 'EUR' });
    expect(decidedInterest(rules, of('DE'), [eur('B00', '190.00')])).toEqual([]);
  });
  it('is what the authority states, and none where no law is known', () => {
    expect(decidedInterest(rules, of('US', { interest: usd('1.00') }), [item(1, '056', '9.00')])).toMatchObject([
      { amount: usd('1.00') },
    ]);
    expect(decidedInterest(rules, of('US', { interest: usd('0.00') }), [item(1, '056', '9.00')])).toEqual([]);
    expect(decidedInterest(rules, of('GB'), [item(1, 'A00', '9000.00')])).toEqual([]);
  });
});

/** Bookings of one case, as the desk makes them from differences. */
class Case {
  readonly bookings = new Map<string, Booking>();
  paid: LedgerItem[] = [];

  get all(): CaseBooking[] {
    return [...this.bookings.values()] as CaseBooking[];
  }
  get claims(): LedgerItem[] {
    return this.all.flatMap((each) => (each.opened.type === 'RefundClaimBooked' ? each.open : []));
  }
  private tell(id: string, event: BookingEvent): void {
    this.bookings.set(id, booking.evolve(this.bookings.get(id) ?? booking.initial, event));
  }
  decide(target: LedgerItem[]): ReturnType<typeof differenceOf> {
    const difference = differenceOf(target, this.all, this.paid, this.claims);
    const { more, less, claimed, unclaimed } = difference;
    const n = this.bookings.size;
    const opening = (items: LedgerItem[]) => ({ ...{ items, decision: 1 }, ...({} as object) });
    const off = (items: LedgerItem[], opened: string, type: 'AdditionalDutyReduced' | 'RefundClaimReduced'): void => {
      for (const one of items) {
        let left = Number(one.amount.amount);
        for (const [id, state] of this.bookings) {
          if (state.status === 'none' || state.opened.type !== opened) continue;
          const held = opened === 'RefundClaimBooked' ? state.open : state.stands;
          const has = Number(held.find((each) => each.line === one.line)?.amount.amount ?? '0');
          const taken = Math.min(left, has);
          if (taken <= 0) continue;
          left -= taken;
          this.tell(id, { type, data: { items: [{ ...one, amount: usd(taken.toFixed(2)) }] } } as never);
        }
        expect(left).toBe(0);
      }
    };
    off(less, 'AdditionalDutyBooked', 'AdditionalDutyReduced');
    off(unclaimed, 'RefundClaimBooked', 'RefundClaimReduced');
    if (more.length > 0) this.tell(`o${n}`, { type: 'AdditionalDutyBooked', data: opening(more) } as never);
    if (claimed.length > 0) this.tell(`c${n}`, { type: 'RefundClaimBooked', data: opening(claimed) } as never);
    return difference;
  }
  /** Everything owed so far is paid. */
  pay(): void {
    this.paid = this.all.flatMap((each) => (each.opened.type === 'AdditionalDutyBooked' ? each.stands : []));
  }
  get sum(): number {
    return standingItems(this.all).reduce((sum, { amount }) => sum + Number(amount.amount), 0);
  }
}

describe('a case that is decided anew', () => {
  it('books the difference only: off what is not paid, back where it was', () => {
    const held = new Case();
    held.decide([item(1, '056', '100.00')]);
    expect(held.decide([item(1, '056', '60.00')])).toMatchObject({
      less: [item(1, '056', '40.00')],
      more: [],
      claimed: [],
    });
    held.pay();
    expect(held.decide([item(1, '056', '25.00')])).toMatchObject({ less: [], claimed: [item(1, '056', '35.00')] });
    expect(held.decide([item(1, '056', '50.00')])).toMatchObject({ unclaimed: [item(1, '056', '25.00')], more: [] });
    expect(held.decide([item(1, '056', '70.00')])).toMatchObject({
      unclaimed: [item(1, '056', '10.00')],
      more: [item(1, '056', '10.00')],
    });
  });

  it('leaves what a person booked for the same sum as it is', () => {
    const held = new Case();
    const data = { items: [item(3, 'XX', '60.00', 'by hand')] };
    held.bookings.set('hand', booking.evolve(booking.initial, { type: 'AdditionalDutyBooked', data } as never));
    const none = { more: [], less: [], claimed: [], unclaimed: [] };
    expect(held.decide([item(1, '056', '60.00')])).toEqual(none);
    expect(held.decide([item(1, '056', '61.00')])).not.toEqual(none);
  });

  it('stands as it was decided last, however it was decided and paid before, and twice is once', () => {
    const amounts = fc.array(fc.tuple(fc.integer({ min: -50, max: 200 }), fc.boolean()), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(amounts, (steps) => {
        const held = new Case();
        for (const [amount, pays] of steps) {
          const target = amount === 0 ? [] : [item(1, '056', amount.toFixed(2))];
          held.decide(target);
          expect(held.sum).toBeCloseTo(amount, 2);
          expect(held.decide(target)).toEqual({ more: [], less: [], claimed: [], unclaimed: [] });
          if (pays) held.pay();
        }
      }),
    );
  });
});
