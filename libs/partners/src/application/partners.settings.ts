import { settings } from '@tidewaiter/platform';
import { z } from 'zod';
import type { AddressRules } from '../domain/address.js';

export const ADDRESS_RULES = Symbol('ADDRESS_RULES');

const schema = z.object({
  WEBHOOK_LOOPBACK: z
    .enum(['refused', 'allowed'])
    .default('refused')
    .meta({ description: 'endpoints on this very machine, over plain http too: on a developer’s machine only' }),
  WEBHOOK_PORTS: z
    .string()
    .regex(/^\d{1,5}(,\d{1,5})*$/)
    .default('443,8443')
    .transform((text) => text.split(',').map(Number))
    .meta({ description: 'ports to which webhooks may go, separated by commas' }),
});

export function addressRules(): AddressRules {
  const { WEBHOOK_LOOPBACK, WEBHOOK_PORTS } = settings(schema);
  return { loopback: WEBHOOK_LOOPBACK === 'allowed', ports: WEBHOOK_PORTS };
}
