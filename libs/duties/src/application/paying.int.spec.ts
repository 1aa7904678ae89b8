import type { PaymentRequest } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { isBalanced, balances } from '../domain/ledger.js';
import { ledgerOf, ledgerProjection } from '../postgres/ledger.projection.js';
import { paymentRows } from '../postgres/payments.js';
import { paymentsProjection } from '../postgres/payments.projection.js';
import { aSituation, aStep, Desk, someGoods } from '../testing/desk.js';

const request = (over: Partial<PaymentRequest> = {}): PaymentRequest => ({
  declarationId: newId(),
  declarationVersion: 1,
  generation: 1,
  amount: { amount: '368.00', currency: 'GBP' },
  payee: { name: 'HMRC', account: '08321001020147' },
  reference: 'CDSR0001',
  editors: ['user:clerk'],
  assessmentDigest: `sha256:${'a'.repeat(64)}`,
  ...over,
});
const large = (over: Partial<PaymentRequest> = {}) =>
  request({ amount: { amount: '10000.01', currency: 'GBP' }, ...over });

describe('paying a debt', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());
  beforeEach(() => {
    desk.bank.mood = 'takes';
    desk.bank.finds = 'takes';
    desk.bank.posts.length = 0;
  });

  const pay = async (shipmentId: string, asked: PaymentRequest, step = 'pay') => {
    const answer = await desk.activities.requestPayment(aStep(shipmentId, step), asked);
    if (answer.kind === 'differs') throw new Error(answer.says);
    return answer;
  };
  const approve = (shipmentId: string, paymentId: string, digest: string, who: string, name = who) =>
    desk.activities.approvePayment(aStep(shipmentId, `approve-${name}`, { actor: who }), paymentId, digest);
  const statusOf = async (paymentId: string) => (await desk.paying.state('acme', paymentId)).payment.status;
  const eventsOf = async (paymentId: string) =>
    (await desk.store.read('acme', `payment-${paymentId}`)).map(({ type }) => type);
  const push = async (body: Buffer) => {
    await desk.inbox.receive(body);
    await desk.messages.work();
  };
  const outcomes = async () =>
    desk.data.system(
      async (tx) =>
        (await tx.query<{ outcome: string; says: string }>('select outcome, says from bank_messages order by position'))
          .rows,
    );

  it('goes out at once under the standing limit, with the shipment’s reference, and settles', async () => {
    const shipmentId = newId();
    await desk.activities.assess(aStep(shipmentId, 'assess'), aSituation(shipmentId), someGoods());
    const answer = await pay(shipmentId, request());
    expect(answer).toMatchObject({ kind: 'sent', wrote: { [`payment-${answer.paymentId}`]: 2 } });
    expect(JSON.parse(desk.bank.posts[0]!.body)).toMatchObject({
      Data: {
        Initiation: { EndToEndIdentification: `TW-${shipmentId.slice(0, 8)}`, InstructedAmount: { Amount: '368.00' } },
      },
    });

    await push(desk.bank.pushOf(answer.paymentId, 'AcceptedSettlementCompleted'));
    expect(await eventsOf(answer.paymentId)).toEqual(['PaymentRequested', 'PaymentSent', 'PaymentSettled']);

    const ledger = await desk.store.transaction('acme', (tx) => ledgerOf(tx, shipmentId));
    expect(isBalanced(ledger)).toBe(true);
    expect(Object.fromEntries(balances(ledger).map(({ account, balance }) => [account, balance.amount]))).toEqual({
      'bank:account': '-368.00',
      'bank:clearing': '0.00',
      'customer-receivable': '368.00',
      'duty-payable:GB': '0.00',
    });
  });

  it('approves and orders nothing while the shipment is frozen, and goes on when it is thawed', async () => {
    const shipmentId = newId();
    await desk.activities.freezePayments(aStep(shipmentId, 'freeze'), 'goods seized: counterfeit');
    const answer = await pay(shipmentId, request());
    expect(answer).toMatchObject({ kind: 'needs-approval', needed: 1 });
    if (answer.kind !== 'needs-approval') return;
    const refused = await approve(shipmentId, answer.paymentId, answer.digest, 'user:chief');
    expect(refused).toMatchObject({ kind: 'refused', code: 'duties.payment.frozen' });
    expect(desk.bank.posts).toHaveLength(0);
    await desk.activities.freezePayments(aStep(shipmentId, 'freeze-again'), 'again');
    await desk.activities.thawPayments(aStep(shipmentId, 'thaw'), 'the seizure was undone');
    expect((await desk.store.read('acme', `freeze-${shipmentId}`)).map(({ type }) => type)).toEqual([
      'PaymentsFrozen',
      'PaymentsThawed',
    ]);
    expect(await approve(shipmentId, answer.paymentId, answer.digest, 'user:chief', 'later')).toMatchObject({
      kind: 'sent',
    });
  });

  it('sends one order when the same step is carried out again', async () => {
    const shipmentId = newId();
    const asked = request();
    const first = await pay(shipmentId, asked);
    expect(await pay(shipmentId, asked)).toEqual(first);
    expect(desk.bank.posts).toHaveLength(1);
  });

  it('waits for two different people above the limit, none of them an editor', async () => {
    const shipmentId = newId();
    const opened = await pay(shipmentId, large());
    expect(opened).toMatchObject({ kind: 'needs-approval', needed: 2, given: 0 });
    const { paymentId, digest } = opened;
    expect(await approve(shipmentId, paymentId, digest, 'user:clerk')).toMatchObject({
      kind: 'refused',
      code: 'duties.payment.approver-edited',
    });
    expect(await approve(shipmentId, paymentId, digest, 'user:ann')).toMatchObject({
      kind: 'needs-approval',
      given: 1,
    });
    expect(await approve(shipmentId, paymentId, digest, 'user:ann', 'ann-again')).toMatchObject({
      kind: 'refused',
      code: 'duties.payment.same-person',
    });
    expect(desk.bank.posts).toHaveLength(0);
    expect(await approve(shipmentId, paymentId, digest, 'user:bob')).toMatchObject({ kind: 'sent' });
    expect(await approve(shipmentId, paymentId, digest, 'user:bob')).toMatchObject({ kind: 'sent' });
    expect(desk.bank.posts).toHaveLength(1);
    const view = await desk.store.transaction('acme', (tx) => paymentRows.one(tx, paymentId));
    expect(view).toMatchObject({
      status: 'sent',
      approvals: [{ by: 'user:ann' }, { by: 'user:bob' }],
      refusals: [
        { by: 'user:clerk', code: 'duties.payment.approver-edited' },
        { by: 'user:ann', code: 'duties.payment.same-person' },
      ],
    });
  });

  it('asks again for everybody’s approval when the debt changed, and refuses the old digest', async () => {
    const shipmentId = newId();
    const asked = large();
    const opened = await pay(shipmentId, asked);
    await approve(shipmentId, opened.paymentId, opened.digest, 'user:ann');
    const changed = await pay(shipmentId, { ...asked, declarationVersion: 2 }, 'pay-changed');
    expect(changed).toMatchObject({ kind: 'needs-approval', paymentId: opened.paymentId, given: 0 });
    expect(changed.digest).not.toBe(opened.digest);
    expect(await approve(shipmentId, opened.paymentId, opened.digest, 'user:bob')).toMatchObject({
      kind: 'refused',
      code: 'duties.payment.digest-differs',
    });
  });

  it.each([['takes-and-hangs'], ['takes-and-fails'], ['takes-and-garbles']] as const)(
    'asks by its key when the bank %s, and debits once',
    async (mood) => {
      const shipmentId = newId();
      desk.bank.mood = mood;
      const answer = await pay(shipmentId, request());
      expect(answer.kind).toBe('unknown');
      desk.bank.mood = 'takes';
      expect(await desk.activities.resolvePayment(aStep(shipmentId, 'resolve'), answer.paymentId)).toMatchObject({
        kind: 'sent',
      });
      expect(desk.bank.posts).toHaveLength(1);
      expect(await eventsOf(answer.paymentId)).toEqual(['PaymentRequested', 'PaymentOutcomeUnknown', 'PaymentSent']);
    },
  );

  it('sends the same bytes again only when the bank certainly never had the order', async () => {
    const shipmentId = newId();
    desk.bank.mood = 'hangs';
    const { paymentId } = await pay(shipmentId, request());
    desk.bank.finds = 'hangs';
    expect(await desk.activities.resolvePayment(aStep(shipmentId, 'resolve-1'), paymentId)).toMatchObject({
      kind: 'unknown',
    });
    desk.bank.finds = 'proxy-page';
    expect(await desk.activities.resolvePayment(aStep(shipmentId, 'resolve-2'), paymentId)).toMatchObject({
      kind: 'unknown',
    });
    expect(desk.bank.posts).toHaveLength(1);
    desk.bank.mood = 'takes';
    desk.bank.finds = 'takes';
    expect(await desk.activities.resolvePayment(aStep(shipmentId, 'resolve-3'), paymentId)).toMatchObject({
      kind: 'sent',
    });
    expect(desk.bank.posts.map(({ key }) => key)).toEqual([paymentId, paymentId]);
    expect(desk.bank.posts[1]!.body).toBe(desk.bank.posts[0]!.body);
  });

  it('asks first when it died between storing the order and hearing the answer', async () => {
    const shipmentId = newId();
    const asked = large();
    const { paymentId, digest } = await pay(shipmentId, asked);
    await approve(shipmentId, paymentId, digest, 'user:ann');
    const bob = {
      tenant: 'acme',
      subject: shipmentId,
      commandId: `shipment/${shipmentId}/approve-user:bob/1`,
      actor: 'user:bob',
      correlationId: shipmentId,
      causationId: 'test',
    };
    desk.bank.mood = 'closed';
    await expect(desk.paying.approve(bob, paymentId, digest)).rejects.toMatchObject({ code: 'duties.bank.closed' });
    expect(await statusOf(paymentId)).toBe('approved');
    desk.bank.mood = 'takes';
    expect(await approve(shipmentId, paymentId, digest, 'user:bob')).toMatchObject({ kind: 'sent' });
    expect(desk.bank.taken.size).toBeGreaterThan(0);
    expect(await eventsOf(paymentId)).toEqual([
      'PaymentRequested',
      'PaymentApproved',
      'PaymentApproved',
      'PaymentSent',
    ]);
  });

  it('takes the settlement that overtakes the time-out, and the late answer after it', async () => {
    const shipmentId = newId();
    desk.bank.mood = 'takes-and-hangs';
    const { paymentId } = await pay(shipmentId, request());
    await push(desk.bank.pushOf(paymentId, 'AcceptedSettlementCompleted'));
    expect(await desk.activities.resolvePayment(aStep(shipmentId, 'resolve'), paymentId)).toMatchObject({
      kind: 'sent',
    });
    expect(await eventsOf(paymentId)).toEqual([
      'PaymentRequested',
      'PaymentOutcomeUnknown',
      'PaymentSent',
      'PaymentSettled',
    ]);
  });

  it('hears of a settlement by asking, when the push is lost', async () => {
    const shipmentId = newId();
    desk.bank.mood = 'takes-and-hangs';
    const { paymentId } = await pay(shipmentId, request());
    desk.bank.taken.get(paymentId)!.status = 'AcceptedSettlementCompleted';
    await desk.activities.resolvePayment(aStep(shipmentId, 'resolve'), paymentId);
    expect(await statusOf(paymentId)).toBe('settled');
  });

  it('takes the same push twice, and the same fact in other bytes, as one', async () => {
    const shipmentId = newId();
    const { paymentId } = await pay(shipmentId, request());
    const body = desk.bank.pushOf(paymentId, 'AcceptedSettlementCompleted');
    await push(body);
    await push(body);
    await push(desk.bank.pushOf(paymentId, 'AcceptedSettlementCompleted', 'j2'));
    expect(await eventsOf(paymentId)).toEqual(['PaymentRequested', 'PaymentSent', 'PaymentSettled']);
  });

  it('opens the debt again when the bank returns the money, and pays it in a new generation', async () => {
    const shipmentId = newId();
    await desk.activities.assess(aStep(shipmentId, 'assess'), aSituation(shipmentId), someGoods());
    const asked = request();
    const { paymentId } = await pay(shipmentId, asked);
    await push(desk.bank.pushOf(paymentId, 'Rejected'));
    expect(await desk.store.transaction('acme', (tx) => paymentRows.one(tx, paymentId))).toMatchObject({
      status: 'bounced',
      reason: 'insufficient-funds',
    });
    const second = await pay(shipmentId, { ...asked, generation: 2 }, 'pay-2');
    expect(second.paymentId).not.toBe(paymentId);
    // Also under the standing limit: what came back is not sent again without a person.
    expect(second).toMatchObject({ kind: 'needs-approval', needed: 1 });
    await approve(shipmentId, second.paymentId, second.digest, 'user:bob');
    const ledger = await desk.store.transaction('acme', (tx) => ledgerOf(tx, shipmentId));
    expect(isBalanced(ledger)).toBe(true);
    expect(balances(ledger).find(({ account }) => account === 'bank:clearing')?.balance.amount).toBe('-368.00');
  });

  it('tells an order that the bank refused outright as bounced', async () => {
    desk.bank.mood = 'refuses';
    const { paymentId } = await pay(newId(), request());
    expect(await eventsOf(paymentId)).toEqual(['PaymentRequested', 'PaymentBounced']);
  });

  it('keeps pushes of unknown payments and ones that cannot be read, with what was wrong', async () => {
    await push(desk.bank.pushOf(newId(), 'AcceptedSettlementCompleted'));
    await push(desk.bank.pushOf('not-a-key-of-ours', 'AcceptedSettlementCompleted'));
    await push(Buffer.from('{"Data":'));
    expect((await outcomes()).slice(-3).map(({ outcome }) => outcome)).toEqual([
      'unknown-payment',
      'unknown-payment',
      'unreadable',
    ]);
  });

  it('keeps a push that contradicts what is known for a person', async () => {
    const { paymentId } = await pay(newId(), request());
    await push(desk.bank.pushOf(paymentId, 'Rejected'));
    await push(desk.bank.pushOf(paymentId, 'AcceptedSettlementCompleted'));
    expect((await outcomes()).at(-1)).toMatchObject({
      outcome: 'refused',
      says: expect.stringContaining('duties.payment.bounced-before'),
    });
    expect(await statusOf(paymentId)).toBe('bounced');
  });

  it('shows stored pushes to no tenant, and a payment to its own alone', async () => {
    const { paymentId } = await pay(newId(), request());
    for (const tenant of ['acme', 'globex'])
      expect(await desk.store.query(tenant, 'select 1 from bank_messages')).toEqual([]);
    expect(await desk.store.transaction('globex', (tx) => paymentRows.one(tx, paymentId))).toBeNull();
    expect(await desk.store.query('globex', 'select 1 from bank_orders')).toEqual([]);
  });

  it('lists payments newest first, page by page', async () => {
    const pages: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 50; page += 1) {
      const { items, next } = await desk.store.transaction('acme', (tx) => paymentRows.page(tx, { limit: 3, after }));
      pages.push(...items.map(({ paymentId }) => paymentId));
      if (next === null) break;
      after = next;
    }
    const [{ count }] = (await desk.store.query<{ count: string }>('acme', 'select count(*) from payments')) as [
      { count: string },
    ];
    expect(new Set(pages).size).toBe(Number(count));
    await expect(
      desk.store.transaction('acme', (tx) => paymentRows.page(tx, { limit: 3, after: 'x' })),
    ).rejects.toMatchObject({ code: 'duties.cursor.invalid' });
  });

  it('builds its read models again from events alone', async () => {
    const look = async () => ({
      payments: await desk.store.query(
        'acme',
        'select payment_id, status, state, approvals, version from payments order by payment_id',
      ),
      ledger: await desk.store.query(
        'acme',
        'select event_id, ordinal, posting, account, side, amount::text, legal_basis from ledger_entries order by event_id, ordinal',
      ),
    });
    const before = await look();
    expect(before.ledger.length).toBeGreaterThan(0);
    await desk.store.rebuild(paymentsProjection);
    await desk.store.rebuild(ledgerProjection);
    expect(await look()).toEqual(before);
  });
});
