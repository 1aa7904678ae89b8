import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { KEY_SCOPES } from '../names.js';
import { instant, sha256Hex, uuid } from '../values.js';
import { partnerDevelopers } from './endpoint.routes.js';

export const issuePartnerKey = defineRoute('partners', 'issuePartnerKey', 'POST /v1/partner-keys', {
  summary: 'Let a partner’s program read events or deliveries with a key of its own, for at most a year',
  description:
    'Make the secret yourself: 32 random bytes in base64url. Send its SHA-256 only. The key is `twk_<tenant>.<keyId>.<secret>`, sent as a bearer token.',
  access: partnerDevelopers,
  body: z.strictObject({
    name: z.string().trim().min(3).max(140),
    scopes: z.array(z.enum(KEY_SCOPES)).min(1),
    until: instant,
    digest: sha256Hex,
  }),
  answer: z.strictObject({ keyId: uuid, tenant: z.string() }),
  problems: ['partners.key.until'],
});
export const listPartnerKeys = defineRoute('partners', 'listPartnerKeys', 'GET /v1/partner-keys', {
  summary: 'Keys of partners’ programs, without their secrets',
  access: [...partnerDevelopers, 'operator', 'auditor'],
  answer: z.strictObject({
    items: z.array(
      z.strictObject({
        keyId: uuid,
        prefix: z.string().meta({ description: 'how the key begins' }),
        name: z.string(),
        scopes: z.array(z.enum(KEY_SCOPES)),
        until: instant,
        lastUsedAt: instant.nullable().meta({ description: 'to the minute' }),
        issuedBy: z.string(),
        revoked: z.boolean(),
      }),
    ),
  }),
});
export const revokePartnerKey = defineRoute('partners', 'revokePartnerKey', 'POST /v1/partner-keys/{keyId}/revoke', {
  summary: 'End a key at once',
  access: partnerDevelopers,
  params: z.strictObject({ keyId: uuid }),
  status: 200,
  answer: z.strictObject({ keyId: uuid }),
  problems: ['partners.key.unknown'],
});
