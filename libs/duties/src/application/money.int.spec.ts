import type { PaymentRequest } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import type { CallerIdentity } from '@tidewaiter/platform';
import { ledgerProjection } from '../postgres/ledger.projection.js';
import { paymentRows } from '../postgres/payments.js';
import { aSituation, aStep, Desk, someGoods } from '../testing/desk.js';
import { EntryNumbers } from './entry-numbers.js';

const gbp = (amount: string) => ({ amount, currency: 'GBP' });

describe('the money of a shipment', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());
  beforeEach(() => {
    desk.at = '2026-11-22T10:00:00.000000Z';
  });

  const caller = (actor: string): CallerIdentity => ({ tenant: 'acme', actor, roles: ['approver'] }) as never;
  /** A shipment of a customer, assessed, with the authority's statement of its debt. */
  async function owing(
    customer: string,
    change: (amount: string, index: number) => string = (amount) => amount,
    payment?: object,
  ) {
    const shipmentId = newId();
    const importerId = newId();
    const situation = aSituation(shipmentId, { customer, ...(payment ? { payment } : {}) });
    const of = { ...situation, importer: { ...situation.importer, importerId } };
    const answer = await desk.activities.assess(aStep(shipmentId, 'assess'), of, someGoods());
    if (answer.kind !== 'assessed') throw new Error(answer.says);
    const { assessment } = answer;
    const taxes = assessment.lines.flatMap(({ number, charges }) =>
      charges.map(({ code, amount }) => ({ line: number, type: code, base: '1000.00', amount: gbp(amount) })),
    );
    const stated = taxes.map((tax, index) => ({ ...tax, amount: gbp(change(tax.amount.amount, index)) }));
    const sum = stated.reduce((total, { amount }) => total + Math.round(Number(amount.amount) * 100), 0);
    const declarationId = newId();
    const notice = {
      ...{
        declarationId,
        declarationVersion: 1,
        noticeId: `m-${declarationId}`,
        mrn: `26GB${declarationId.slice(0, 14)}`,
      },
      ...{ authorityTime: '2026-11-22T10:00:00Z', assessmentId: assessment.assessmentId },
      ...{ taxes: stated, total: gbp((sum / 100).toFixed(2)) },
    };
    const request = (over: Partial<PaymentRequest> = {}): PaymentRequest => ({
      ...{
        declarationId,
        declarationVersion: 1,
        generation: 1,
        amount: notice.total,
        payee: { name: 'HMRC', account: '1' },
      },
      ...{ reference: 'CDSR1', editors: ['user:clerk'], assessmentDigest: assessment.digest, notice },
      settles: stated.map(({ line, type, amount }) => ({ line, taxType: type, amount })),
      ...over,
    });
    return { shipmentId, importerId, declarationId, notice, request, assessment };
  }
  const pay = (shipmentId: string, asked: PaymentRequest, name = 'pay') =>
    desk.activities.requestPayment(aStep(shipmentId, name), asked);
  const money = (shipmentId: string) => desk.books.ofShipment('acme', shipmentId);
  const push = async (body: Buffer) => {
    await desk.inbox.receive(body);
    await desk.messages.work();
  };

  it('is paid line by line when the authority’s figure is ours, and adds up by every dimension', async () => {
    const { shipmentId, importerId, request, assessment } = await owing('Fern Ltd');
    const answer = await pay(shipmentId, request());
    expect(answer.kind).toBe('sent');
    if (answer.kind !== 'sent') return;
    await push(desk.bank.pushOf(answer.paymentId, 'AcceptedSettlementCompleted'));
    const { charges, totals, comparisons, balanced } = await money(shipmentId);
    const { payableNow } = assessment.totals;
    expect(balanced).toBe(true);
    expect(totals[0]!.amounts).toMatchObject({
      assessed: payableNow,
      paid: payableNow,
      payableNow: '0.00',
      ordered: '0.00',
    });
    expect(comparisons).toMatchObject([{ outcome: 'equal' }]);
    expect(charges.every(({ legalBasis }) => !legalBasis.includes('demand'))).toBe(true);
    const query = { by: ['customer' as const, 'taxType' as const], customer: 'Fern Ltd', limit: 10 };
    const { items } = await desk.books.balances('acme', query);
    expect(items.map(({ of, amounts }) => [of.customer, of.taxType, amounts.payableNow])).toEqual(
      charges.map(({ taxType }) => ['Fern Ltd', taxType, '0.00']),
    );
    const asOf = await desk.books.balances('acme', { ...query, asOf: '2020-01-01' });
    expect(asOf.items).toEqual([]);
    const span = { from: '2026-01-01', to: '2030-12-31', importer: importerId, currency: 'GBP', limit: 1 };
    const page = await desk.books.statement('acme', { ...span, account: 'duty-payable:GB' });
    expect(page).toMatchObject({ opening: gbp('0.00'), closing: gbp('0.00') });
    const second = await desk.books.statement('acme', {
      ...span,
      account: 'duty-payable:GB',
      after: page.next!,
    });
    expect(second.items).toHaveLength(1);
    expect((await desk.books.accounts('acme', {})).balanced).toBe(true);
    expect((await desk.books.accounts('other', {})).accounts).toEqual([]);
  });

  it('waits for a person where a tax line differs, and books the authority’s figure once agreed', async () => {
    const { shipmentId, declarationId, notice, request } = await owing('Gull Ltd', (amount, index) =>
      index === 0 ? (Number(amount) + 1).toFixed(2) : amount,
    );
    const first = await pay(shipmentId, request());
    expect(first).toMatchObject({ kind: 'differs' });
    const agree = (who: string) =>
      desk.activities.agreeToDebt(aStep(shipmentId, `agree-${who}`, { actor: who }), {
        ...{ declarationId, noticeId: notice.noticeId, reason: 'checked with the broker', editors: ['user:clerk'] },
      });
    expect(await agree('user:clerk')).toMatchObject({ kind: 'refused', code: 'duties.debt.own-work' });
    expect(await agree('user:cora')).toMatchObject({ kind: 'agreed' });
    expect((await pay(shipmentId, request(), 'again')).kind).toBe('sent');
    const { totals, comparisons } = await money(shipmentId);
    expect(totals[0]!.amounts).toMatchObject({
      assessed: notice.total.amount,
      payableNow: '0.00',
      ordered: notice.total.amount,
    });
    expect(comparisons).toMatchObject([{ outcome: 'differs', agreedBy: 'user:cora' }]);
  });

  it('goes by the tenant’s own limits, seniors and tolerance, with a delegation until its day', async () => {
    const limit = {
      country: 'GB',
      currency: 'GBP',
      autoUpTo: '0.00',
      oneUpTo: '1.00',
      tolerance: '5.00',
      seniors: ['user:chief'],
    };
    await desk.debts.setLimits(caller('user:treasurer'), 'limits-1', { from: '2026-11-22', limits: [limit] });
    const { shipmentId, request } = await owing('Heron Ltd', (amount, index) =>
      index === 0 ? (Number(amount) + 5).toFixed(2) : amount,
    );
    const opened = await pay(shipmentId, request());
    if (opened.kind !== 'needs-approval') throw new Error(opened.kind);
    expect(opened.needed).toBe(2);
    const approve = (who: string, day: string, name = who) => {
      desk.at = `${day}T10:00:00.000000Z`;
      const step = aStep(shipmentId, `approve-${name}`, { actor: who });
      return desk.activities.approvePayment(step, opened.paymentId, opened.digest);
    };
    await approve('user:ann', '2026-11-22');
    expect(await approve('user:bob', '2026-11-22')).toMatchObject({ code: 'duties.payment.senior-needed' });
    const lending = { to: 'user:bob', validFrom: '2026-11-23', validTo: '2026-11-24', reason: 'on leave' };
    await desk.debts.delegate(caller('user:chief'), 'delegate-1', lending);
    expect(await approve('user:bob', '2026-11-25', 'too-late')).toMatchObject({ code: 'duties.payment.senior-needed' });
    expect(await approve('user:bob', '2026-11-24', 'in-time')).toMatchObject({ kind: 'sent' });
    const view = await desk.store.transaction('acme', (tx) => paymentRows.one(tx, opened.paymentId));
    expect(view!.approvals).toMatchObject([{ by: 'user:ann' }, { by: 'user:bob', onBehalfOf: 'user:chief' }]);
    expect(view!.refusals).toHaveLength(2);
    await desk.debts.setLimits(caller('user:treasurer'), 'limits-2', {
      from: '2026-11-24',
      limits: [{ ...limit, autoUpTo: '9999.00', oneUpTo: '9999.00', tolerance: null, seniors: [] }],
    });
  });

  it('opens the debt again with interest when the bank returns it days later, and shows the release at risk', async () => {
    desk.at = '2026-11-24T10:00:00.000000Z';
    const { shipmentId, declarationId, request, notice } = await owing('Ibis Ltd');
    const paid = await pay(shipmentId, request());
    if (paid.kind !== 'sent') throw new Error(paid.kind);
    await push(desk.bank.pushOf(paid.paymentId, 'AcceptedSettlementCompleted'));
    expect((await money(shipmentId)).releaseAtRisk).toBeNull();
    desk.at = '2026-12-12T10:00:00.000000Z';
    await push(desk.bank.pushOf(paid.paymentId, 'Rejected'));
    const { totals, releaseAtRisk } = await money(shipmentId);
    expect(totals[0]!.amounts).toMatchObject({ payableNow: notice.total.amount, paid: '0.00' });
    expect(releaseAtRisk!.says).toContain('insufficient-funds');
    const returned = { declarationId, paymentId: paid.paymentId };
    const { interest, says } = await desk.activities.reopenDebt(aStep(shipmentId, 'reopen'), returned);
    // ten days from the 22nd of November without interest, ten with it
    const expected = ((Number(notice.total.amount) * 0.0725 * 10) / 365).toFixed(2);
    expect(interest).toEqual(gbp(expected));
    expect(says).toContain('7.25 % × 10 / 365');
    const whole = (Number(notice.total.amount) + Number(expected)).toFixed(2);
    const open = await desk.activities.returnedDebt(aStep(shipmentId, 'returned'), paid.paymentId);
    if (open.kind !== 'open') throw new Error(open.kind);
    expect(open).toMatchObject({ declarationId, generation: 2, editors: ['user:clerk'], reference: 'CDSR1' });
    expect(open.notice).toMatchObject({ noticeId: notice.noticeId, total: notice.total, mrn: notice.mrn });
    const asked = request({ generation: 2, amount: gbp(whole), interest, notice: open.notice });
    const fresh = await pay(shipmentId, asked, 'pay-2');
    // However little it is, it does not go out again without a person.
    if (fresh.kind !== 'needs-approval') throw new Error(fresh.kind);
    expect(fresh.needed).toBe(1);
    expect(await desk.activities.returnedDebt(aStep(shipmentId, 'asked'), paid.paymentId)).toEqual({ kind: 'asked' });
    const approval = aStep(shipmentId, 'approve', { actor: 'user:bob' });
    const again = await desk.activities.approvePayment(approval, fresh.paymentId, fresh.digest);
    if (again.kind !== 'sent') throw new Error(again.kind);
    await push(desk.bank.pushOf(again.paymentId, 'AcceptedSettlementCompleted'));
    const after = await money(shipmentId);
    expect(after.releaseAtRisk).toBeNull();
    expect(after.totals[0]!.amounts).toMatchObject({ payableNow: '0.00', paid: whole, interest: expected });
  });

  it('keeps what is due later by its legal date', async () => {
    const { shipmentId } = await owing('Jay Ltd', undefined, {
      duty: 'deferred',
      vat: 'postponed',
      account: '1234567',
    });
    const { later, totals } = await money(shipmentId);
    expect(later).toMatchObject([
      { taxType: 'A00', method: 'deferred', dueOn: '2026-12-16' },
      { taxType: 'B00', method: 'postponed', dueOn: null },
    ]);
    expect(totals[0]!.amounts.payableNow).toBe('0.00');
  });

  it('reconciles the account’s statement to the entries, and pays what was payable later', async () => {
    const { shipmentId, importerId } = await owing('Kite Ltd', undefined, { duty: 'deferred', account: '7654321' });
    const { later } = await money(shipmentId);
    const duty = later.find(({ taxType }) => taxType === 'A00')!;
    const mrn = `26GB${shipmentId.slice(0, 13).toUpperCase()}`;
    const event = { data: { mrn, shipmentId } } as never;
    await desk.store.transaction('acme', (tx) => new EntryNumbers().handle([event, event], tx));
    const line = { number: 1, reference: mrn, taxType: 'A00', amount: duty.amount, enteredOn: '2026-11-22' };
    const stranger = { ...line, number: 2, reference: '26GB00000000000000', amount: gbp('7.00') };
    const total = gbp((Number(duty.amount.amount) + 7).toFixed(2));
    const body = { authority: 'GB', account: '7654321', kind: 'gb-deferment' as const, number: '2026-11' };
    const span = { from: '2026-11-01', to: '2026-11-30' };
    const received = await desk.statements.receive(caller('user:ann'), 'statement-1', {
      ...{ ...body, ...span, total, lines: [line, stranger] },
    });
    expect(received).toMatchObject({ status: 'differs', dueOn: '2026-12-16' });
    const ours = received.differences.filter(({ kind }) => kind === 'not-ours');
    expect(ours).toMatchObject([{ reference: '26GB00000000000000', decision: null }]);
    const { statementId } = received;
    const open = () => desk.activities.openDifferences(aStep(statementId, 'open'), statementId, 0);
    const asked = await open();
    expect(asked).toMatchObject({
      number: '2026-11',
      account: '7654321',
      due: '2026-12-17T00:00:00.000000Z',
      next: null,
    });
    expect(asked.differences).toContainEqual(
      expect.objectContaining({ kind: 'not-ours', reference: '26GB00000000000000', amount: gbp('7.00') }),
    );
    const [first, ...others] = asked.differences;
    const atTask = { statementId, n: first!.n, decision: 'dispute' as const, reason: 'not our entry' };
    const settled = desk.activities.settleDifference(aStep(statementId, 'settle', { actor: 'user:cora' }), atTask);
    expect(await settled).toMatchObject({ kind: 'settled' });
    const twice = desk.activities.settleDifference(aStep(statementId, 'again', { actor: 'user:dan' }), atTask);
    expect(await twice).toMatchObject({ kind: 'refused', code: 'duties.statement.difference-settled' });
    for (const { n } of others) {
      const decision = { decision: 'dispute' as const, reason: 'not our entry' };
      const params = { statementId: received.statementId, n };
      await desk.statements.settle(caller('user:cora'), `settle-${n}`, { params, body: decision, query: {} });
    }
    expect((await open()).differences).toEqual([]);
    const paid = await desk.statements.pay(caller('user:bob'), 'pay-statement', {
      ...{ params: { statementId: received.statementId }, query: {} },
      body: { paidOn: '2026-12-16', reference: 'DD-1' },
    });
    expect(paid.status).toBe('paid');
    const { totals } = await money(shipmentId);
    expect(totals[0]!.amounts).toMatchObject({ payableLater: '0.00', paid: duty.amount.amount });
    const asOf = { by: ['importer' as const], importer: importerId, limit: 10, asOf: '2026-12-15' };
    const before = await desk.books.balances('acme', asOf);
    expect(before.items[0]!.amounts).toMatchObject({ payableLater: duty.amount.amount, paid: '0.00' });
  });

  it('invoices what was laid out and the service, numbers without a gap, and takes back what changed', async () => {
    const { shipmentId, importerId } = await owing('Lark Ltd');
    const issue = (command: string) => desk.invoicing.issue(caller('user:ann'), command, shipmentId, 14);
    await expect(issue('too-early')).rejects.toMatchObject({ code: 'duties.invoice.no-fees' });
    const fees = { from: '2026-01-01', currency: 'GBP', perEntry: '75.00', perLine: '0', disbursementPercent: '2' };
    const rest = { disbursementMinimum: '10.00', vatPercent: '20' };
    await desk.invoicing.setFees(caller('user:ann'), 'fees-1', {
      ...{ params: { engagementId: shipmentId }, query: {}, body: { ...fees, ...rest } },
    });
    const [first] = await issue('first');
    expect(await issue('first')).toEqual([first]);
    await expect(issue('again')).rejects.toMatchObject({ code: 'duties.invoice.unchanged' });
    expect(first).toMatchObject({
      customer: 'Lark Ltd',
      importerId,
      number: expect.stringMatching(/-000001$/) as string,
    });
    const { totals } = await money(shipmentId);
    const { gross } = first!.totals;
    expect((Number(totals[0]!.amounts.assessed) + Number(totals[0]!.amounts.service)).toFixed(2)).toBe(gross);
    await desk.invoicing.setFees(caller('user:ann'), 'fees-2', {
      ...{ params: { engagementId: shipmentId }, query: {}, body: { ...fees, ...rest, perEntry: '80.00' } },
    });
    const [note, second] = await issue('second');
    expect(note).toMatchObject({
      kind: 'credit-note',
      corrects: { number: first!.number },
      number: expect.stringMatching(/-000002$/) as string,
    });
    expect(second!.number).toMatch(/-000003$/);
    const all = await desk.invoicing.ofShipment('acme', shipmentId);
    expect(all.map(({ correctedBy }) => correctedBy)).toEqual([note!.number, null, null]);
    const after = await money(shipmentId);
    expect((Number(after.totals[0]!.amounts.assessed) + Number(after.totals[0]!.amounts.service)).toFixed(2)).toBe(
      second!.totals.gross,
    );
  });

  it('books a claim for what was paid, its refund and its denial, and refuses more', async () => {
    desk.at = '2026-11-25T10:00:00.000000Z';
    const { shipmentId, request } = await owing('Merle Ltd');
    const answer = await pay(shipmentId, request());
    if (answer.kind !== 'sent') throw new Error(answer.kind);
    await push(desk.bank.pushOf(answer.paymentId, 'AcceptedSettlementCompleted'));
    const { charges } = await money(shipmentId);
    const { line, taxType, legalBasis, amounts } = charges.find((each) => each.taxType === 'A00')!;
    const item = (amount: string) => ({ line, taxType, legalBasis, amount: gbp(amount) });
    const book = (name: string, command: object) => desk.bookings.book(aStep(shipmentId, name), command as never);
    const claim = {
      kind: 'refund-claim',
      shipmentId,
      caseId: 'c-1',
      authority: 'GB',
      law: 'art. 117',
      reason: 'void',
      claimBy: null,
    };
    await expect(book('too-much', { ...claim, items: [item('9999.00')] })).rejects.toMatchObject({
      code: 'duties.booking.not-paid',
    });
    const { view } = await book('claim', { ...claim, items: [item(amounts.paid)] });
    expect((await book('claim', { ...claim, items: [item(amounts.paid)] })).view).toEqual(view);
    await expect(book('twice', { ...claim, items: [item('0.01')] })).rejects.toMatchObject({
      code: 'duties.booking.not-paid',
    });
    const { bookingId } = view;
    await book('part', {
      kind: 'refund-received',
      bookingId,
      items: [item('1.00')],
      receivedOn: '2027-01-10',
      reference: 'R-1',
    });
    const left = (Number(amounts.paid) - 1).toFixed(2);
    expect((await money(shipmentId)).totals[0]!.amounts).toMatchObject({ refunded: '1.00', refundable: left });
    await book('denied', { kind: 'claim-reduced', bookingId, items: [item(left)], reason: 'denied by the authority' });
    expect((await money(shipmentId)).totals[0]!.amounts).toMatchObject({ refunded: '1.00', refundable: '0.00' });
    expect(await desk.bookings.list('acme', { shipmentId, open: true })).toEqual([]);
  });

  it('is the same ledger when it is folded again from the events', async () => {
    const before = await desk.books.accounts('acme', {});
    await desk.store.rebuild(ledgerProjection);
    expect(await desk.books.accounts('acme', {})).toEqual(before);
  });
});
