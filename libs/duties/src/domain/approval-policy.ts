import { exact, type LegalDate } from '@tidewaiter/kernel';
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

/** The limits that come with the program for a currency on a day; undefined where there are none. */
export const limitsInForce = (
  policy: ApprovalPolicy,
  currency: string,
  on: LegalDate,
): ApprovalPolicy['policies'][number] | undefined =>
  inForce(policy.policies, on).find((row) => row.currency === currency);
