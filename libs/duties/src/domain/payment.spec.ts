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
/** A refused approval is an event: auditors look for it. */
const onRecord = (code: string): Event => ({
  type: 'PaymentApprovalRefused',
  data: expect.objectContaining({ paymentId: 'p1', code: `duties.payment.${code}` }) as never,
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
    given(requested(), approved('user:ann', 1)).when(approve('user:ann')).then(onRecord('same-person')));
  it('refuses who edited the declaration', () =>
    given(requested()).when(approve('user:clerk')).then(onRecord('approver-edited')));
  it('refuses who asked for the payment', () =>
    given(requested()).when(approve('user:preparer')).then(onRecord('approver-requested')));
  it('refuses a machine', () =>
    given(requested()).when(approve('system:workflow')).then(onRecord('approver-not-a-person')));
  it('refuses an approval of something else', () =>
    given(requested()).when(approve('user:ann', other)).then(onRecord('digest-differs')));
  it('refuses an approval given before a change', () =>
    given(requested(), approved('user:ann', 1), requested(2, { digest: other }))
      .when(approve('user:bob'))
      .then(onRecord('digest-differs')));
  it('refuses when nothing waits for it', () => {
    given().when(approve('user:ann')).thenRefused('duties.payment.unknown');
    given(...both)
      .when(approve('user:eve'))
      .thenRefused('duties.payment.not-waiting');
  });
});

describe('a senior among two', () => {
  const wanted = requested(2, { seniors: ['user:chief'] });
  const lent = (by: string, ...lentBy: string[]): PaymentCommand => ({ type: 'ApprovePayment', by, digest, lentBy });
  it('does not take two others', () =>
    given(wanted, approved('user:ann', 1)).when(approve('user:bob')).then(onRecord('senior-needed')));
  it('takes the senior as one of two', () =>
    given(wanted, approved('user:ann', 1)).when(approve('user:chief')).then(approved('user:chief', 2)));
  it('takes somebody whom the senior stands in for nobody but themselves', () =>
    given(wanted, approved('user:ann', 1))
      .when(lent('user:bob', 'user:chief'))
      .then({ type: 'PaymentApproved', data: { ...approved('user:bob', 2).data, onBehalfOf: 'user:chief' } as never }));
  it('does not let the place of an editor be lent', () =>
    given(requested(2, { seniors: ['user:clerk'] }), approved('user:ann', 1))
      .when(lent('user:bob', 'user:clerk'))
      .then(onRecord('senior-needed')));
  it('does not count one place twice', () =>
    given(wanted, {
      type: 'PaymentApproved',
      data: { ...approved('user:bob', 1).data, onBehalfOf: 'user:chief' } as never,
    })
      .when(approve('user:chief'))
      .then(onRecord('same-person')));
});

describe('a changed debt', () => {
  it('voids what was approved', () =>
    given(requested(), approved('user:ann', 1))
      .when({ type: 'VoidPayment', reason: 'another figure' })
      .then({
        type: 'PaymentVoided',
        data: {
          paymentId: 'p1',
          shipmentId: 's1',
          digest,
          amount: facts.amount,
          approvals: 1,
          reason: 'another figure',
        },
      }));
  it('takes no approval and no order once void', () => {
    const gone: Event = {
      type: 'PaymentVoided',
      data: { paymentId: 'p1', shipmentId: 's1', digest, amount: facts.amount, approvals: 0, reason: 'x' },
    };
    given(requested(), gone).when(approve('user:ann')).thenRefused('duties.payment.not-waiting');
    given(requested(), gone).when(send).thenRefused('duties.payment.not-approved');
  });
  it('cannot be taken back once everybody approved', () =>
    given(...both)
      .when({ type: 'VoidPayment', reason: 'late' })
      .thenRefused('duties.payment.on-its-way'));
  it('binds amount, payee, version and the rules that the figure stands on', () => {
    const changes: Partial<PaymentFacts>[] = [
      { amount: { amount: '1.00', currency: 'GBP' } },
      { amount: { amount: '12000.00', currency: 'EUR' } },
      { payee: { name: 'HMRC', account: '1' } },
      { declarationVersion: 2 },
      { rulesDigest: `sha256:${'b'.repeat(64)}` },
      { policyVersion: '2026.2' },
    ];
    const digests = changes.map((change) => paymentDigest({ ...facts, ...change }, sha256));
    expect(new Set([digest, ...digests]).size).toBe(changes.length + 1);
  });
  it('must add up', () => {
    const settles = [{ line: 1, taxType: 'A00', amount: { amount: '11999.99', currency: 'GBP' } }];
    given()
      .when(request({ facts: { ...facts, settles } }))
      .thenRefused('duties.payment.does-not-add-up');
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
  it('returns it even after it had settled, and says so: a release may stand on it', () =>
    given(...both, sent, settled)
      .when(bounce)
      .then({ type: 'PaymentBounced', data: { ...bounced.data, afterSettlement: true } }));
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
