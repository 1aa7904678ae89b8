import type { Leaf } from './leaf.js';
import { dutiesOf } from './reports.js';

const leaf = (name: string, data: Record<string, unknown>): Leaf =>
  ({ name, data: { shipmentId: 's1', ...data }, stream: 'payment-1' }) as unknown as Leaf;
const requested = leaf('PaymentRequested', {
  ...{ editors: ['user:clerk'], requestedBy: 'system:workflow', approvalsNeeded: 2, reference: 'PAY-1' },
});
const approved = (by: string): Leaf => leaf('PaymentApproved', { by });

describe('separation of duties over a payment', () => {
  it('shows who tried to approve and was refused, as no exception', () => {
    const says = 'who entered or corrected a value of the declaration may not approve its payment';
    const refused = leaf('PaymentApprovalRefused', { by: 'user:clerk', says });
    const [duty] = dutiesOf([requested, refused, approved('user:ann'), approved('user:bob'), leaf('PaymentSent', {})]);
    expect(duty).toMatchObject({
      approved: ['user:ann', 'user:bob'],
      exceptions: [],
      refused: [`user:clerk: ${says}`],
    });
  });
  it('does not count approvals that became void', () => {
    const [duty] = dutiesOf([requested, approved('user:ann'), leaf('PaymentVoided', {})]);
    expect(duty).toMatchObject({ approved: [], exceptions: [] });
  });
});
