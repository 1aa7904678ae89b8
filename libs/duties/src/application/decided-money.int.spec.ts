import type { DecidedMoney } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { ledgerProjection } from '../postgres/ledger.projection.js';
import { aSituation, aStep, Desk, someGoods } from '../testing/desk.js';

const gbp = (amount: string) => ({ amount, currency: 'GBP' });

describe('money that the authority decided about after the entry', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());
  beforeEach(() => {
    desk.at = '2026-11-22T10:00:00.000000Z';
  });

  const push = async (paymentId: string, status: string) => {
    await desk.inbox.receive(desk.bank.pushOf(paymentId, status));
    await desk.messages.work();
  };
  const totals = async (shipmentId: string) => {
    const money = await desk.books.ofShipment('acme', shipmentId);
    expect(money.balanced).toBe(true);
    return money.totals[0]!.amounts;
  };

  /** An entry whose own debt was paid, and the case beside it. */
  async function paidEntry() {
    const shipmentId = newId();
    const declarationId = newId();
    const answer = await desk.activities.assess(
      aStep(shipmentId, 'assess'),
      aSituation(shipmentId, { customer: 'Quill Ltd' }),
      someGoods(),
    );
    if (answer.kind !== 'assessed') throw new Error(answer.says);
    const { assessment } = answer;
    const taxes = assessment.lines.flatMap(({ number, charges }) =>
      charges.map(({ code, amount }) => ({ line: number, taxType: code, amount: gbp(amount) })),
    );
    const paid = await desk.activities.requestPayment(aStep(shipmentId, 'pay'), {
      ...{ declarationId, declarationVersion: 1, generation: 1, amount: gbp(assessment.totals.payableNow) },
      ...{ payee: { name: 'HMRC', account: 'GB29' }, reference: 'CDSR1', editors: ['user:clerk'], settles: taxes },
      assessmentDigest: assessment.digest,
    });
    if (paid.kind !== 'sent') throw new Error(paid.kind);
    await push(paid.paymentId, 'AcceptedSettlementCompleted');
    const caseId = newId();
    let looks = 0;
    const look = (over: Partial<DecidedMoney>) => {
      looks += 1;
      return desk.activities.settleDecided(aStep(shipmentId, `settle-${looks}`), {
        ...{ caseId, decision: 1, shipmentId, declarationId, declarationVersion: 1, authority: 'GB' },
        ...{ law: 'Regulation (EU) 952/2013, article 22(6)', says: 'Another heading', citation: null },
        ...{ decidedOn: '2026-11-22', debtOn: '2026-11-01', owed: null, refund: null, lines: [], demand: null },
        ...{ references: ['C18-77'], editors: ['user:clerk'] },
        ...over,
      });
    };
    const line = (amount: string) => ({
      ...{ line: 1, field: 'commodity' as const, was: '1', becomes: '2', difference: gbp(amount) },
    });
    return { shipmentId, declarationId, caseId, look, line, assessed: assessment.totals.payableNow };
  }

  it('is owed by legal basis, paid by people who did not make the entry, and nothing is done twice', async () => {
    const { shipmentId, look, line, assessed, caseId } = await paidEntry();
    const owing = { owed: gbp('120.00'), lines: [line('120.00')] };
    const asked = await look(owing);
    expect(asked).toMatchObject({ kind: 'on-its-way' });
    expect(await totals(shipmentId)).toMatchObject({
      assessed: (Number(assessed) + 120).toFixed(2),
      ordered: '120.00',
      payableNow: '0.00',
    });
    const again = await look(owing);
    expect(again).toMatchObject({ kind: 'on-its-way' });
    if (again.kind !== 'on-its-way') return;
    await push(again.paymentId, 'AcceptedSettlementCompleted');
    expect(await look(owing)).toMatchObject({ kind: 'settled', wrote: {} });
    const { charges } = await desk.books.ofShipment('acme', shipmentId);
    const duty = charges.find(({ taxType }) => taxType === 'A00')!;
    expect(Number(duty.amounts.paid)).toBeGreaterThan(120);
    const [booked, ...others] = await desk.bookings.list('acme', { caseId });
    expect([booked!.kind, booked!.by, others]).toEqual(['additional-duty', '2026-12-02', []]);
  });

  it('waits for approval, is void when the case is decided anew, and pays the newer sum', async () => {
    const limit = {
      country: 'GB',
      currency: 'GBP',
      autoUpTo: '0.00',
      oneUpTo: '9999.00',
      tolerance: null,
      seniors: [],
    };
    const { shipmentId, look, line } = await paidEntry();
    const treasurer = { tenant: 'acme', actor: 'user:treasurer', roles: ['approver'] } as never;
    await desk.debts.setLimits(treasurer, 'case-limits', { from: '2026-11-22', limits: [limit] });
    const first = await look({ owed: gbp('120.00'), lines: [line('120.00')] });
    if (first.kind !== 'approve') throw new Error(first.kind);
    expect(first).toMatchObject({ needed: 1, amount: gbp('120.00'), reference: 'C18-77', payee: { account: 'GB29' } });
    const clerk = aStep(shipmentId, 'own', { actor: 'user:clerk' });
    expect(await desk.activities.approvePayment(clerk, first.paymentId, first.digest)).toMatchObject({
      code: 'duties.payment.approver-edited',
    });
    const anew = { decision: 2, owed: gbp('70.00'), lines: [line('70.00')] };
    const second = await look(anew);
    if (second.kind !== 'approve') throw new Error(second.kind);
    expect(second.paymentId).not.toBe(first.paymentId);
    expect(second.amount).toEqual(gbp('70.00'));
    expect((await desk.paying.state('acme', first.paymentId)).payment.status).toBe('void');
    expect(await look(anew)).toMatchObject({ kind: 'approve', paymentId: second.paymentId });
    const approver = aStep(shipmentId, 'approve', { actor: 'user:bob' });
    await desk.activities.approvePayment(approver, second.paymentId, second.digest);
    await push(second.paymentId, 'AcceptedSettlementCompleted');
    expect(await look(anew)).toMatchObject({ kind: 'settled' });

    // Decided a third time for less: what was paid comes back, as refundable, then refunded.
    const lower = { decision: 3, owed: gbp('50.00'), lines: [line('50.00')] };
    const claimed = await look(lower);
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
    expect(claimed.amount).toEqual(gbp('20.00'));
    expect(await totals(shipmentId)).toMatchObject({ refundable: '20.00', refunded: '0.00' });
    const received = { bookingId: claimed.bookingIds[0]!, receivedOn: '2026-12-01', reference: 'R-1' };
    await desk.activities.receiveRefund(aStep(shipmentId, 'came'), received);
    expect(await look(lower)).toMatchObject({ kind: 'settled' });
    expect(await totals(shipmentId)).toMatchObject({ refundable: '0.00', refunded: '20.00', payableNow: '0.00' });
  });

  it('is open again when the bank returns it, with interest for being late and a fresh approval', async () => {
    const { shipmentId, look, line } = await paidEntry();
    const owing = {
      owed: gbp('1000.00'),
      lines: [line('1000.00')],
      demand: { reference: 'C18-9', payBy: '2026-12-02' },
      references: ['C18-9'],
    };
    const first = await look(owing);
    if (first.kind !== 'approve') throw new Error(first.kind);
    const approve = (name: string, { paymentId, digest }: { paymentId: string; digest: string }) =>
      desk.activities.approvePayment(aStep(shipmentId, name, { actor: 'user:bob' }), paymentId, digest);
    await approve('one', first);
    await push(first.paymentId, 'AcceptedSettlementCompleted');
    desk.at = '2026-12-12T10:00:00.000000Z';
    await push(first.paymentId, 'Rejected');
    const again = await look(owing);
    if (again.kind !== 'approve') throw new Error(again.kind);
    // 1000 × 7.25 % × 10 / 365
    expect(again).toMatchObject({ returned: true, amount: gbp('1001.99'), interest: gbp('1.99'), reference: 'C18-9' });
    expect(await look(owing)).toMatchObject({ kind: 'approve', paymentId: again.paymentId });
    await approve('two', again);
    await push(again.paymentId, 'AcceptedSettlementCompleted');
    expect(await look(owing)).toMatchObject({ kind: 'settled' });
    const after = await desk.books.ofShipment('acme', shipmentId);
    expect(after.releaseAtRisk).toBeNull();
    expect(after.totals[0]!.amounts).toMatchObject({ payableNow: '0.00', interest: '1.99' });
  });

  it('asks a person where charges that come back are not told, and takes what he books for it', async () => {
    const { shipmentId, declarationId, caseId, look } = await paidEntry();
    const back = { refund: gbp('12.00') };
    expect(await look(back)).toMatchObject({ kind: 'unclear', amount: gbp('12.00') });
    const { charges } = await desk.books.ofShipment('acme', shipmentId);
    const { line, taxType, legalBasis } = charges.find((each) => each.taxType === 'B00')!;
    await desk.bookings.book(aStep(shipmentId, 'by-hand', { actor: 'user:cora' }), {
      ...{ kind: 'refund-claim', shipmentId, caseId, authority: 'GB', law: 'art. 117', reason: 'VAT', claimBy: null },
      items: [{ line, taxType, legalBasis, amount: gbp('12.00') }],
    });
    expect(await look(back)).toMatchObject({ kind: 'claimed', amount: gbp('12.00') });
    expect(declarationId).toBeDefined();
  });

  describe('a refund that the bank credits', () => {
    const credit = async (transactionId: string, amount: string, reference: string) => {
      const data = {
        ...{ TransactionId: transactionId, CreditDebitIndicator: 'Credit', Status: 'Booked' },
        ...{ BookingDateTime: '2026-12-03T09:00:00+00:00', TransactionReference: reference },
        Amount: { Amount: amount, Currency: 'GBP' },
      };
      await desk.inbox.receive(Buffer.from(JSON.stringify({ Data: data })));
      await desk.messages.work();
    };
    const granted = (over: object = {}) => ({ refund: gbp('10.00'), references: ['C285-1'], ...over });

    it('is refunded when the whole sum comes under its reference, once, and not by another', async () => {
      const { shipmentId, look, line } = await paidEntry();
      const back = granted({ lines: [{ ...line('-10.00'), taxType: 'A00' }] });
      expect(await look(back)).toMatchObject({ kind: 'claimed', amount: gbp('10.00') });
      await credit('t-1', '9.99', 'C285-1');
      await credit('t-2', '10.00', 'C285-9');
      expect(await look(back)).toMatchObject({ kind: 'claimed' });
      await credit('t-3', '10.00', 'c285-1 ');
      await credit('t-3', '10.00', 'c285-1 ');
      expect(await look(back)).toMatchObject({ kind: 'settled' });
      expect(await totals(shipmentId)).toMatchObject({ refundable: '0.00', refunded: '10.00' });
    });

    it('is refunded too when the money came before the claim was known', async () => {
      const { shipmentId, look, line } = await paidEntry();
      await credit('t-4', '10.00', 'C285-2');
      const back = granted({ references: ['C285-2'], lines: [{ ...line('-10.00'), taxType: 'A00' }] });
      expect(await look(back)).toMatchObject({ kind: 'settled' });
      expect(await totals(shipmentId)).toMatchObject({ refunded: '10.00' });
      const other = await paidEntry();
      expect(await other.look({ ...back, lines: [{ ...other.line('-10.00'), taxType: 'A00' }] })).toMatchObject({
        kind: 'claimed',
      });
    });
  });

  it('is the same ledger when it is folded again from the events', async () => {
    const before = await desk.books.accounts('acme', {});
    expect(before.balanced).toBe(true);
    await desk.store.rebuild(ledgerProjection);
    expect(await desk.books.accounts('acme', {})).toEqual(before);
  });
});
