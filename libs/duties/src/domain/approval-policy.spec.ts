import { Refused } from '@tidewaiter/kernel';
import { approvalPolicySchema } from './approval-policy.js';
import { approvalsUnder } from './limits.js';

const policy = approvalPolicySchema.parse({
  version: 'test',
  policies: [
    { currency: 'GBP', from: '2025-01-01', to: '2025-12-31', autoUpTo: '100.00', oneUpTo: '1000.00' },
    { currency: 'GBP', from: '2026-01-01', to: null, autoUpTo: '500.00', oneUpTo: '10000.00' },
  ],
});
const needed = (amount: string, on = '2026-11-22', currency = 'GBP') =>
  approvalsUnder([], policy, 'GB', { amount, currency }, on).needed;

it.each([
  ['500.00', 0],
  ['500.01', 1],
  ['10000.00', 1],
  ['10000.01', 2],
])('a payment of %s GBP needs %i people', (amount, people) => expect(needed(amount)).toBe(people));

it('goes by the limits of the day, both of its days included', () => {
  expect(needed('500.00', '2025-12-31')).toBe(1);
  expect(needed('500.00', '2026-01-01')).toBe(0);
});

it('refuses a currency or a day without limits instead of guessing one', () => {
  const refused = (work: () => unknown) => {
    expect(work).toThrow(Refused);
    expect(work).toThrow(expect.objectContaining({ code: 'duties.payment.no-policy' }));
  };
  refused(() => needed('1.00', '2026-11-22', 'JPY'));
  refused(() => needed('1.00', '2024-12-31'));
});

it('refuses a policy whose limits are turned round', () => {
  const turned = {
    version: 'x',
    policies: [{ currency: 'GBP', from: '2026-01-01', to: null, autoUpTo: '2.00', oneUpTo: '1.00' }],
  };
  expect(approvalPolicySchema.safeParse(turned).success).toBe(false);
});
