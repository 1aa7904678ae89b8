import type { Leaf } from './leaf.js';
import { dutiesOf } from './reports.js';

const leaf = (name: string, data: Record<string, unknown>): Leaf =>
  ({ name, data: { shipmentId: 's1', ...data }, stream: 'payment-1' }) as unknown as Leaf;
const requested = leaf('PaymentRequested', {
  ...{ editors: ['user:clerk'], requestedBy: 'system:workflow', approvalsNeeded: 2, reference: 'PAY-1' },
  ...{ digest: 'd1', amount: { amount: '282.66', currency: 'GBP' } },
});
const approved = (by: string, digest = 'd1'): Leaf => leaf('PaymentApproved', { by, digest });
const sent = (amount = '282.66'): Leaf => leaf('PaymentSent', { amount: { amount, currency: 'GBP' } });

describe('separation of duties over a payment', () => {
  it('shows who tried to approve and was refused, as no exception', () => {
    const says = 'who entered or corrected a value of the declaration may not approve its payment';
    const refused = leaf('PaymentApprovalRefused', { by: 'user:clerk', says });
    const [duty] = dutiesOf([requested, refused, approved('user:ann'), approved('user:bob'), sent()]);
    expect(duty).toMatchObject({
      approved: ['user:ann', 'user:bob'],
      exceptions: [],
      refused: [{ by: 'user:clerk', says }],
      digests: { approved: ['d1', 'd1'], executed: 'd1' },
    });
  });
  it('finds what was sent and is not what was approved, in its digest or its amount', () => {
    const [other] = dutiesOf([requested, approved('user:ann'), approved('user:bob', 'd2'), sent()]);
    expect(other!.exceptions).toEqual(['sent is not what was approved: the digests differ']);
    const [more] = dutiesOf([requested, approved('user:ann'), approved('user:bob'), sent('282.67')]);
    expect(more!.exceptions).toEqual(['sent 282.67 GBP, asked for 282.66 GBP']);
  });
  it('does not count approvals that became void', () => {
    const [duty] = dutiesOf([requested, approved('user:ann'), leaf('PaymentVoided', {})]);
    expect(duty).toMatchObject({ approved: [], exceptions: [] });
  });
});

describe('separation of duties over a hold and a disposal', () => {
  it('shows who tried to lift an own hold, or to approve twice, as no exception', () => {
    const stream = 'dossier-s1';
    const of = (name: string, data: Record<string, unknown>): Leaf => ({ ...leaf(name, data), stream });
    const duties = dutiesOf([
      of('LegalHoldPlaced', { by: 'user:ann' }),
      of('LegalHoldLiftRefused', { by: 'user:ann', says: 'who placed a hold may not lift it' }),
      of('LegalHoldLifted', { by: 'user:bob' }),
      of('DisposalApproved', { by: 'user:ann' }),
      of('DisposalApprovalRefused', { by: 'user:ann', says: 'two different people' }),
    ]);
    expect(duties).toMatchObject([
      {
        what: 'hold',
        prepared: ['user:ann'],
        approved: ['user:bob'],
        exceptions: [],
        refused: [{ by: 'user:ann', says: 'who placed a hold may not lift it' }],
        digests: null,
      },
      {
        what: 'disposal',
        approved: ['user:ann'],
        exceptions: [],
        refused: [{ by: 'user:ann', says: 'two different people' }],
      },
    ]);
  });
});

it('keeps who proposes a difference that blocks filing apart from who accepts it; a warning takes one person', () => {
  const of = (name: string, data: Record<string, unknown>): Leaf => ({ ...leaf(name, data), stream: 'checklist-s1' });
  const blocking = { finding: 'd1', kind: 'weights.differ' };
  const duties = dutiesOf([
    of('DifferenceAccepted', { finding: 'd0', kind: 'packages.differ', by: 'user:ann', proposedBy: null }),
    of('DifferenceProposed', { ...blocking, by: 'user:ann' }),
    of('DifferenceRefused', { ...blocking, by: 'user:ann', says: 'never by who proposed it' }),
    of('DifferenceAccepted', { ...blocking, by: 'user:cid', proposedBy: 'user:ann' }),
  ]);
  expect(duties).toMatchObject([
    {
      what: 'difference weights.differ',
      prepared: ['user:ann'],
      approved: ['user:cid'],
      exceptions: [],
      refused: [{ by: 'user:ann', says: 'never by who proposed it' }],
    },
  ]);
});
