import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { KEY_SCOPES } from '../names.js';
import { instant, sha256Hex, uuid } from '../values.js';

export const partnerKeyIssued = defineEvent(
  'partners',
  'PartnerKeyIssued',
  'A partner’s program may call with a key of its own; only the SHA-256 of the key’s secret is known here.',
  z.strictObject({
    keyId: uuid,
    name: z.string().max(140),
    scopes: z.array(z.enum(KEY_SCOPES)).min(1),
    until: instant,
    digest: sha256Hex,
    by: z.string(),
  }),
);
export const partnerKeyRevoked = defineEvent(
  'partners',
  'PartnerKeyRevoked',
  'The key opens nothing any more.',
  z.strictObject({ keyId: uuid, by: z.string() }),
);

export type KeyEvent = EventOf<typeof partnerKeyIssued> | EventOf<typeof partnerKeyRevoked>;
