import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import type { EvidenceJobEvent } from './evidence-jobs.events.js';
import { instant, legalDate, sha256Hex, uuid } from '../values.js';

export const dossierSealed = defineEvent(
  'audit',
  'DossierSealed',
  'Every stream of the shipment is gapless in the log, under a signed checkpoint.',
  z.strictObject({
    shipmentId: uuid,
    origin: z.string(),
    events: z.int().positive(),
    streams: z.record(z.string(), z.int().positive()),
    treeSize: z.int().positive(),
    rootHash: z.string(),
    checkpoint: z.string(),
  }),
);

export const retentionClockSet = defineEvent(
  'audit',
  'RetentionClockSet',
  'The papers and persons of the shipment are kept until this date, by this law.',
  z.strictObject({ shipmentId: uuid, jurisdiction: z.string(), law: z.string(), from: legalDate, until: legalDate }),
);

export const legalHoldPlaced = defineEvent(
  'audit',
  'LegalHoldPlaced',
  'Disposal is stopped.',
  z.strictObject({ shipmentId: uuid, by: z.string(), matter: z.string().max(280) }),
);
export const legalHoldLifted = defineEvent(
  'audit',
  'LegalHoldLifted',
  'Disposal may go on.',
  z.strictObject({ shipmentId: uuid, by: z.string() }),
);

const refusedAct = { by: z.string(), code: z.string(), says: z.string() };
export const legalHoldLiftRefused = defineEvent(
  'audit',
  'LegalHoldLiftRefused',
  'Somebody who may not tried to lift a hold: who placed it never lifts it.',
  z.strictObject({ shipmentId: uuid, ...refusedAct }),
);

/** Whom a hold is about: every shipment of a customer, or of a party by its identifier. */
export const matterScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('customer'), name: z.string().min(2).max(140) }),
  z.strictObject({ kind: z.literal('party'), identifier: z.string().min(2).max(35) }),
]);
export type MatterScope = z.infer<typeof matterScope>;
export const matterHoldPlaced = defineEvent(
  'audit',
  'MatterHoldPlaced',
  'Disposal is stopped for every shipment of a customer, or of a party by its identifier, those to come included.',
  z.strictObject({ matterId: uuid, by: z.string(), matter: z.string().max(280), scope: matterScope }),
);
export const matterHoldLifted = defineEvent(
  'audit',
  'MatterHoldLifted',
  'The hold on a customer or party is gone.',
  z.strictObject({ matterId: uuid, by: z.string() }),
);
export const matterHoldLiftRefused = defineEvent(
  'audit',
  'MatterHoldLiftRefused',
  'Somebody who may not tried to lift the hold on a customer or party: who placed it never lifts it.',
  z.strictObject({ matterId: uuid, ...refusedAct }),
);
export const disposalApproved = defineEvent(
  'audit',
  'DisposalApproved',
  'One person approved that the shipment’s persons are erased, under the retention clock named by its last day.',
  z.strictObject({ shipmentId: uuid, by: z.string(), until: legalDate }),
);

export const disposalApprovalRefused = defineEvent(
  'audit',
  'DisposalApprovalRefused',
  'Somebody tried to approve a disposal a second time: two different people are needed.',
  z.strictObject({ shipmentId: uuid, ...refusedAct }),
);

export const personalDataErased = defineEvent(
  'audit',
  'PersonalDataErased',
  'The keys of the persons in the dossier were destroyed; proofs still verify.',
  z.strictObject({ shipmentId: uuid, keys: z.int().nonnegative(), law: z.string() }),
);

export const evidenceExported = defineEvent(
  'audit',
  'EvidenceExported',
  'Somebody took the shipment’s events, proofs and report away in one file.',
  z.strictObject({
    shipmentId: uuid,
    by: z.string(),
    reason: z.string().max(280),
    treeSize: z.int().positive(),
    events: z.int().positive(),
    sha256: sha256Hex.meta({ description: 'of the file' }),
  }),
);

export const readerKeyIssued = defineEvent(
  'audit',
  'ReaderKeyIssued',
  'An outside party may read this log with a key of its own; only the SHA-256 of the key’s secret is known here.',
  z.strictObject({ readerId: uuid, name: z.string().max(140), until: instant, digest: sha256Hex, by: z.string() }),
);
export const readerKeyRevoked = defineEvent(
  'audit',
  'ReaderKeyRevoked',
  'The outside party may not read any more.',
  z.strictObject({ readerId: uuid, by: z.string() }),
);

export type AuditEvent =
  | EventOf<typeof matterHoldPlaced>
  | EventOf<typeof matterHoldLifted>
  | EventOf<typeof matterHoldLiftRefused>
  | EventOf<typeof disposalApproved>
  | EventOf<typeof disposalApprovalRefused>
  | EventOf<typeof evidenceExported>
  | EvidenceJobEvent
  | EventOf<typeof readerKeyIssued>
  | EventOf<typeof readerKeyRevoked>
  | EventOf<typeof dossierSealed>
  | EventOf<typeof retentionClockSet>
  | EventOf<typeof legalHoldPlaced>
  | EventOf<typeof legalHoldLifted>
  | EventOf<typeof legalHoldLiftRefused>
  | EventOf<typeof personalDataErased>;
