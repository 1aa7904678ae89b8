import { compare, exact, Refused, type LegalDate, type Money } from '@tidewaiter/kernel';
import { z } from 'zod';
import { inForce } from './rule-book.js';

const decimalText = z.string().regex(/^(0|[1-9]\d*)\.\d{2,3}$/);

export const approvalPolicySchema = z.strictObject({
  version: z.string(),
  policies: z
    .array(
      z
        .strictObject({
          currency: z.string().regex(/^[A-Z]{3}$/),
          from: z.iso.date(),
          to: z.iso.date().nullable(),
          autoUpTo: decimalText.meta({ description: 'standing approval: up to and with this amount nobody is asked' }),
          oneUpTo: decimalText.meta({
            description: 'up to and with this amount one person; above it two different ones',
          }),
        })
        .refine(({ autoUpTo, oneUpTo }) => exact(autoUpTo).lte(oneUpTo), 'autoUpTo is not above oneUpTo'),
    )
    .min(1),
});
export type ApprovalPolicy = z.infer<typeof approvalPolicySchema>;

/**
 * How many different people must approve a payment: 0, 1 or 2. A limit belongs to the lower step.
 *
 * @throws Refused `duties.payment.no-policy` when no limit stands for the currency on the day
 */
export function approvalsNeeded(policy: ApprovalPolicy, amount: Money, on: LegalDate): 0 | 1 | 2 {
  const [limits] = inForce(policy.policies, on).filter(({ currency }) => currency === amount.currency);
  if (!limits) {
    throw new Refused('duties.payment.no-policy', `no approval limits stand for ${amount.currency} on ${on}`, {
      advice: 'Add the currency to the approval policy.',
      facts: { currency: amount.currency, on },
    });
  }
  const upTo = (limit: string): boolean => compare(amount, { amount: limit, currency: amount.currency }) <= 0;
  if (upTo(limits.autoUpTo)) return 0;
  return upTo(limits.oneUpTo) ? 1 : 2;
}
