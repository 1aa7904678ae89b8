import { specFor } from '@tidewaiter/kernel/testing';
import { paymentDigest, payment, type PaymentCommand, type PaymentFacts } from './payment.js';
import { sha256 } from '../application/digest.js';

const given = specFor(payment);
type Event = Parameters<typeof payment.evolve>[1];

const facts: PaymentFacts = {
  paymentId: 'p1',
  shipmentId: 's1',
  declarationId: 'd1',
  declarationVersion: 1,
  generation: 1,
  amount: { amount: '12000.00', currency: 'GBP' },
  payee: { name: 'HMRC Cumbernauld', account: '08321001020147' },
  reference: 'CDSR0001',
  assessmentDigest: `sha256:${'a'.repeat(64)}`,
};
const digest = paymentDigest(facts, sha256);
const other = paymentDigest({ ...facts, amount: { amount: '12000.01', currency: 'GBP' } }, sha256);

const request = (over: Partial<Extract<PaymentCommand, { type: 'RequestPayment' }>> = {}): PaymentCommand => ({
  type: 'RequestPayment',
  facts,
  digest,
  approvalsNeeded: 2,
  editors: ['user:clerk'],
  requestedBy: 'user:preparer',
  ...over,
});
const requested = (needed = 2, over: Record<string, unknown> = {}): Event => ({
  type: 'PaymentRequested',
  data: { ...facts, digest, approvalsNeeded: needed, editors: ['user:clerk'], requestedBy: 'user:preparer', ...over },
});
const approve = (by: string, of = digest): PaymentCommand => ({ type: 'ApprovePayment', by, digest: of });
const approved = (by: string, count: number, needed = 2): Event => ({
  type: 'PaymentApproved',
  data: { paymentId: 'p1', shipmentId: 's1', digest, by, given: count, needed },
});
const send: PaymentCommand = { type: 'RecordSent', key: 'k', bankReference: 'b1' };
const sent: Event = {
  type: 'PaymentSent',
  data: { paymentId: 'p1', shipmentId: 's1', amount: facts.amount, key: 'k', bankReference: 'b1' },
};
const unknown: Event = {
  type: 'PaymentOutcomeUnknown',
  data: { paymentId: 'p1', shipmentId: 's1', key: 'k', says: 'no answer' },
};
const settle: PaymentCommand = {
  type: 'RecordSettled',
  key: 'k',
  bankReference: 'b1',
  settledAt: '2026-11-22T10:00:00.000000Z',
};
const settled: Event = {
  type: 'PaymentSettled',
  data: {
    paymentId: 'p1',
    shipmentId: 's1',
    amount: facts.amount,
    bankReference: 'b1',
    settledAt: '2026-11-22T10:00:00.000000Z',
  },
};
const bounce: PaymentCommand = { type: 'RecordBounced', reason: 'insufficient-funds' };
const bounced: Event = {
  type: 'PaymentBounced',
  data: { paymentId: 'p1', shipmentId: 's1', amount: facts.amount, reason: 'insufficient-funds' },
};
const both = [requested(), approved('user:ann', 1), approved('user:bob', 2)];

describe('asking for a payment', () => {
  it('opens it', () => given().when(request()).then(requested()));
  it('takes the same request twice as one', () => given(requested()).when(request()).thenNothing());
  it('voids the approvals when anything in it changes', () => {
    const changed = { ...facts, amount: { amount: '12000.01', currency: 'GBP' } };
    given(requested(), approved('user:ann', 1))
      .when(request({ facts: changed, digest: other }))
      .thenState((state) => expect(state).toMatchObject({ status: 'needs-approval', approvals: [], digest: other }));
  });
  it('cannot be changed once it is approved and on its way', () =>
    given(...both)
      .when(request({ digest: other }))
      .thenRefused('duties.payment.on-its-way'));
  it('refuses to pay nothing', () =>
    given()
      .when(request({ facts: { ...facts, amount: { amount: '0.00', currency: 'GBP' } } }))
      .thenRefused('duties.payment.nothing-due'));
  it('is approved at once under the standing limit', () =>
    given()
      .when(request({ approvalsNeeded: 0 }))
      .thenState((state) => expect(state.status).toBe('approved')));
});

describe('approving it', () => {
  it('counts the first of two people', () =>
    given(requested()).when(approve('user:ann')).then(approved('user:ann', 1)));
  it('is complete with a second, different person', () =>
    given(requested(), approved('user:ann', 1))
      .when(approve('user:bob'))
      .thenState((state) => expect(state.status).toBe('approved')));
  it('needs one person only where the policy says so', () =>
    given(requested(1))
      .when(approve('user:ann'))
      .thenState((state) => expect(state.status).toBe('approved')));
  it('refuses the same person twice', () =>
    given(requested(), approved('user:ann', 1)).when(approve('user:ann')).thenRefused('duties.payment.same-person'));
  it('refuses who edited the declaration', () =>
    given(requested()).when(approve('user:clerk')).thenRefused('duties.payment.approver-edited'));
  it('refuses who asked for the payment', () =>
    given(requested()).when(approve('user:preparer')).thenRefused('duties.payment.approver-requested'));
  it('refuses a machine', () =>
    given(requested()).when(approve('system:workflow')).thenRefused('duties.payment.approver-not-a-person'));
  it('refuses an approval of something else', () =>
    given(requested()).when(approve('user:ann', other)).thenRefused('duties.payment.digest-differs'));
  it('refuses an approval given before a change', () =>
    given(requested(), approved('user:ann', 1), requested(2, { digest: other }))
      .when(approve('user:bob'))
      .thenRefused('duties.payment.digest-differs'));
  it('refuses when nothing waits for it', () => {
    given().when(approve('user:ann')).thenRefused('duties.payment.unknown');
    given(...both)
      .when(approve('user:eve'))
      .thenRefused('duties.payment.not-waiting');
  });
});

describe('what the bank makes of it', () => {
  it('has the order', () =>
    given(...both)
      .when(send)
      .then(sent));
  it('cannot have what was not approved', () => {
    given(requested(), approved('user:ann', 1)).when(send).thenRefused('duties.payment.not-approved');
    given(requested()).when(settle).thenRefused('duties.payment.not-approved');
  });
  it('may leave us without an answer, once', () => {
    given(...both)
      .when({ type: 'RecordOutcomeUnknown', key: 'k', says: 'no answer' })
      .then(unknown);
    given(...both, unknown)
      .when({ type: 'RecordOutcomeUnknown', key: 'k', says: 'no answer' })
      .thenNothing();
  });
  it('may turn out to have the order after all', () =>
    given(...both, unknown)
      .when(send)
      .then(sent));
  it('settles', () =>
    given(...both, sent)
      .when(settle)
      .then(settled));
  it('settles before its own answer came: that it was sent is told too', () => {
    given(...both, unknown)
      .when(settle)
      .then(sent, settled);
    given(...both)
      .when(settle)
      .then(sent, settled);
  });
  it('repeats itself without effect', () => {
    given(...both, sent)
      .when(send)
      .thenNothing();
    given(...both, sent, settled)
      .when(settle)
      .thenNothing();
    given(...both, sent, bounced)
      .when(bounce)
      .thenNothing();
  });
  it('answers the time-out late, after the settlement, without effect', () =>
    given(...both, unknown, sent, settled)
      .when(send)
      .thenNothing());
  it('returns the money', () =>
    given(...both, sent)
      .when(bounce)
      .then(bounced));
  it('returns it even after it had settled', () =>
    given(...both, sent, settled)
      .when(bounce)
      .then(bounced));
  it('refuses the order outright', () =>
    given(...both)
      .when(bounce)
      .then(bounced));
  it('cannot settle what it returned: a person must look', () =>
    given(...both, sent, bounced)
      .when(settle)
      .thenRefused('duties.payment.bounced-before'));
  it('leaves a bounced payment closed: the next attempt is a generation of its own', () =>
    given(...both, sent, bounced)
      .when(request({ digest: other }))
      .thenRefused('duties.payment.on-its-way'));
});

describe('the digest', () => {
  it.each<[string, Partial<PaymentFacts>]>([
    ['amount', { amount: { amount: '12000.01', currency: 'GBP' } }],
    ['currency', { amount: { amount: '12000.00', currency: 'EUR' } }],
    ['payee’s name', { payee: { ...facts.payee, name: 'HMRC' } }],
    ['payee’s account', { payee: { ...facts.payee, account: '1' } }],
    ['reference', { reference: 'CDSR0002' }],
    ['declaration version', { declarationVersion: 2 }],
    ['assessment', { assessmentDigest: `sha256:${'b'.repeat(64)}` }],
    ['generation', { generation: 2 }],
  ])('changes with the %s', (_what, over) => expect(paymentDigest({ ...facts, ...over }, sha256)).not.toBe(digest));
});
