import { z } from 'zod';
import { defineRoute, pageOf, pageQuery } from '../define-route.js';
import { matterScope } from './events.js';
import { instant, legalDate, sha256Hex, uuid } from '../values.js';

/** Roles of people who may read the log and what is drawn from it. */
export const auditors = ['auditor', 'compliance', 'operator', 'administrator'] as const;
const origin = z.strictObject({ log: z.string().regex(/^[a-z0-9-]{1,40}$/) });

/** Read with a token and one of the roles of `auditors`, or with a reader's key for this one log; the handler checks both. */
const readers = 'reader' as const;
const logProblems = ['audit.log.unknown', 'audit.reader.invalid', 'audit.reader.ended'];

export const showCheckpoint = defineRoute('audit', 'showCheckpoint', 'GET /log/{log}/checkpoint', {
  summary: 'Newest signed checkpoint of the tenant’s log (C2SP tlog-checkpoint)',
  access: readers,
  params: origin,
  produces: 'text/plain',
  answer: z.string(),
  problems: [...logProblems, 'audit.log.empty'],
});
export const showTile = defineRoute('audit', 'showTile', 'GET /log/{log}/tile/{*}', {
  summary: 'Tiles and entry bundles of the log (C2SP tlog-tiles), immutable',
  description: '`/tile/<L>/<N>[.p/<W>]` and `/tile/entries/<N>[.p/<W>]`',
  access: readers,
  params: z.strictObject({ log: z.string().max(40), '*': z.string().max(200) }),
  produces: 'application/octet-stream',
  problems: [...logProblems, 'audit.tile.unknown', 'audit.tile.malformed', 'audit.tile.damaged'],
});
export const showVerifierKey = defineRoute('audit', 'showVerifierKey', 'GET /log/{log}/key', {
  summary: 'Verifier key of the log in signed-note form',
  access: readers,
  params: origin,
  produces: 'text/plain',
  answer: z.string(),
  problems: logProblems,
});
export const showWitnessKeys = defineRoute('audit', 'showWitnessKeys', 'GET /log/{log}/witnesses', {
  summary: 'Verifier keys of the witnesses that cosign the log, one a line; empty where there are none',
  access: readers,
  params: origin,
  produces: 'text/plain',
  answer: z.string(),
  problems: logProblems,
});
const verifierKeyText = z.string().max(400).meta({ description: 'verifier key in signed-note form' });
const step = z.strictObject({
  name: z.enum(['checkpoint', 'inclusion', 'consistency']),
  holds: z.boolean(),
  says: z.string(),
});
const pins = {
  key: verifierKeyText.optional().meta({ description: 'of the log; this log’s own when not given' }),
  witnesses: z.array(verifierKeyText).max(16).optional().meta({ description: 'those configured here when not given' }),
  quorum: z.int().min(0).max(16).default(0).meta({ description: 'witnesses that must have cosigned' }),
};

export const proveInclusion = defineRoute('audit', 'proveInclusion', 'GET /v1/audit/events/{eventId}/proof', {
  summary: 'That an event is in the log, as a file that public tools verify (C2SP tlog-proof)',
  access: auditors,
  params: z.strictObject({ eventId: uuid }),
  query: z.strictObject({
    size: z.coerce
      .number()
      .int()
      .positive()
      .optional()
      .meta({ description: 'of the checkpoint; the newest when not given' }),
  }),
  produces: 'text/plain',
  answer: z.string(),
  problems: ['audit.event.unknown', 'audit.event.not-covered', 'audit.checkpoint.unknown'],
});
export const showLeaf = defineRoute('audit', 'showLeaf', 'GET /v1/audit/events/{eventId}/leaf', {
  summary: 'The bytes of an event as they were logged: what an inclusion proof is about',
  access: auditors,
  params: z.strictObject({ eventId: uuid }),
  produces: 'application/octet-stream',
  problems: ['audit.event.unknown'],
});
export const proveConsistency = defineRoute('audit', 'proveConsistency', 'GET /v1/audit/consistency', {
  summary: 'That the log of a later checkpoint begins with that of an earlier one',
  description: 'The text of C2SP tlog-witness’s `add-checkpoint`: the old size, the hashes, the newer checkpoint.',
  access: auditors,
  query: z.strictObject({
    from: z.coerce.number().int().positive().meta({ description: 'leaves of the older checkpoint' }),
    to: z.coerce
      .number()
      .int()
      .positive()
      .optional()
      .meta({ description: 'leaves of the newer; the newest when not given' }),
  }),
  produces: 'text/plain',
  answer: z.string(),
  problems: ['audit.checkpoint.unknown', 'audit.proof.backwards'],
});
export const verifyProofs = defineRoute('audit', 'verifyProofs', 'POST /v1/audit/verify', {
  summary: 'Check an inclusion or consistency proof, step by step, for those without tools',
  access: auditors,
  status: 200,
  idempotent: false,
  body: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('inclusion'),
      proof: z.string().max(100_000).meta({ description: 'tlog-proof, verbatim' }),
      leaf: z.string().max(90_000).meta({ description: 'base64 of the event’s bytes as logged' }),
      ...pins,
    }),
    z.strictObject({
      kind: z.literal('consistency'),
      proof: z.string().max(100_000).meta({ description: 'what GET /v1/audit/consistency answers, verbatim' }),
      older: z.string().max(20_000).meta({ description: 'the older checkpoint, verbatim' }),
      ...pins,
    }),
  ]),
  answer: z.strictObject({
    holds: z.boolean(),
    steps: z.array(step),
    checkpoint: z
      .strictObject({
        origin: z.string(),
        size: z.int(),
        root: z.string(),
        cosigned: z.array(
          z.strictObject({ witness: z.string(), at: z.int().meta({ description: 'Unix time, seconds' }) }),
        ),
      })
      .nullable(),
  }),
  problems: ['audit.proof.malformed'],
});
export const issueReaderKey = defineRoute('audit', 'issueReaderKey', 'POST /v1/audit/readers', {
  summary: 'Let an outside party read this tenant’s log, and nothing else, with a key of its own',
  description:
    'Make the secret yourself: 32 random bytes in base64url. Send its SHA-256 only. The key to hand over is `twr_<log>.<readerId>.<secret>`.',
  access: ['compliance', 'administrator'],
  body: z.strictObject({ name: z.string().min(3).max(140), until: instant, digest: sha256Hex }),
  answer: z.strictObject({ readerId: uuid, log: z.string() }),
  problems: ['audit.reader.until'],
});
export const listReaders = defineRoute('audit', 'listReaders', 'GET /v1/audit/readers', {
  summary: 'Outside parties that may read this tenant’s log',
  access: auditors,
  answer: z.strictObject({
    items: z.array(
      z.strictObject({ readerId: uuid, name: z.string(), until: instant, issuedBy: z.string(), revoked: z.boolean() }),
    ),
  }),
});
export const revokeReaderKey = defineRoute('audit', 'revokeReaderKey', 'POST /v1/audit/readers/{readerId}/revoke', {
  summary: 'End an outside party’s key at once',
  access: ['compliance', 'administrator'],
  params: z.strictObject({ readerId: uuid }),
  status: 200,
  answer: z.strictObject({ readerId: uuid }),
  problems: ['audit.reader.unknown'],
});
const moment = {
  known: instant.optional().meta({ description: 'what had been recorded by then; now when not given' }),
  asOf: instant.optional().meta({
    description: 'what was true by then, by the authorities’ and parties’ own times; the same as known when not given',
  }),
};
const told = z
  .strictObject({
    index: z.int(),
    eventId: uuid,
    type: z.string(),
    stream: z.string(),
    version: z.int(),
    time: instant.meta({ description: 'when it was recorded' }),
    happened: instant.meta({ description: 'when it became true, by the clock of who made it so' }),
    actor: z.string(),
  })
  .meta({ id: 'ToldEvent' });
const change = {
  stream: z.string(),
  path: z.array(z.union([z.string(), z.int()])),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
};
const replayed = {
  known: instant,
  asOf: instant,
  events: z.int(),
  streams: z.record(z.string(), z.int()),
  states: z.record(z.string(), z.unknown()),
  timeline: z.array(told),
};
const replayProblems = ['audit.shipment.unknown', 'audit.replay.before-first'];

export const replayShipment = defineRoute('audit', 'replayShipment', 'GET /v1/audit/shipments/{shipmentId}/replay', {
  summary: 'The shipment as it stood at a moment, by what was known and by what was true, folded from the log alone',
  access: auditors,
  params: z.strictObject({ shipmentId: uuid }),
  query: z.strictObject(moment),
  problems: replayProblems,
  answer: z.strictObject({ shipmentId: uuid, ...replayed }),
});
export const replayStep = defineRoute(
  'audit',
  'replayStep',
  'GET /v1/audit/shipments/{shipmentId}/replay/steps/{step}',
  {
    summary: 'One event of the replay, counted from 1, and the fields that it changed',
    access: auditors,
    params: z.strictObject({ shipmentId: uuid, step: z.coerce.number().int().positive() }),
    query: z.strictObject(moment),
    problems: [...replayProblems, 'audit.replay.no-step'],
    answer: z.strictObject({
      shipmentId: uuid,
      step: z.int(),
      of: z.int(),
      event: told,
      changes: z.array(z.strictObject(change)),
    }),
  },
);
export const replayDifference = defineRoute(
  'audit',
  'replayDifference',
  'GET /v1/audit/shipments/{shipmentId}/replay/difference',
  {
    summary: 'What is another between two moments, field by field, with the events that made it so',
    description: '`from` and `to` are instants on the axis named by `by`; the other axis stays at now.',
    access: auditors,
    params: z.strictObject({ shipmentId: uuid }),
    query: z.strictObject({ from: instant, to: instant, by: z.enum(['known', 'asOf']).default('known') }),
    problems: ['audit.shipment.unknown'],
    answer: z.strictObject({
      shipmentId: uuid,
      by: z.enum(['known', 'asOf']),
      from: instant,
      to: instant,
      changes: z.array(z.strictObject({ ...change, events: z.array(uuid) })),
      events: z.array(told),
    }),
  },
);
export const replayEngagement = defineRoute(
  'audit',
  'replayEngagement',
  'GET /v1/audit/engagements/{engagementId}/replay',
  {
    summary: 'The engagement as it stood at a moment, folded from the log alone',
    access: auditors,
    params: z.strictObject({ engagementId: uuid }),
    query: z.strictObject(moment),
    problems: ['audit.engagement.unknown', 'audit.replay.before-first'],
    answer: z.strictObject({ engagementId: uuid, ...replayed }),
  },
);
export const exportEvidence = defineRoute('audit', 'exportEvidence', 'GET /v1/audit/shipments/{shipmentId}/evidence', {
  summary: 'One file that proves the shipment without this system: events, proofs, checkpoint, report',
  description: 'A `ustar` archive; see `libs/evidence`. Each export is an event with who asked and why.',
  access: ['auditor', 'compliance', 'administrator'],
  params: z.strictObject({ shipmentId: uuid }),
  query: z.strictObject({ reason: z.string().min(3).max(280) }),
  produces: 'application/x-tar',
  problems: ['audit.shipment.unknown', 'audit.shipment.not-covered', 'audit.log.empty'],
});
export const showDossier = defineRoute('audit', 'showDossier', 'GET /v1/audit/shipments/{shipmentId}/dossier', {
  summary: 'The seal: streams, checkpoint, retention clock and holds',
  access: auditors,
  params: z.strictObject({ shipmentId: uuid }),
  problems: ['audit.shipment.unknown'],
  answer: z
    .strictObject({
      shipmentId: uuid,
      sealed: z.boolean(),
      events: z.int(),
      treeSize: z.int().nullable(),
      rootHash: z.string().nullable(),
      checkpoint: z.string().nullable(),
      retainUntil: legalDate.nullable(),
      law: z.string().nullable(),
      hold: z.string().nullable(),
      erased: z.boolean(),
    })
    .meta({ id: 'Dossier' }),
});
export const placeHold = defineRoute('audit', 'placeHold', 'POST /v1/audit/shipments/{shipmentId}/hold', {
  summary: 'Stop disposal for a matter',
  access: ['compliance'],
  params: z.strictObject({ shipmentId: uuid }),
  body: z.strictObject({ matter: z.string().min(3).max(280) }),
  answer: z.strictObject({ shipmentId: uuid, hold: z.string() }),
  problems: ['audit.shipment.unknown', 'audit.hold.placed', 'audit.dossier.erased'],
});
export const liftHold = defineRoute('audit', 'liftHold', 'POST /v1/audit/shipments/{shipmentId}/hold/lift', {
  summary: 'Let disposal go on; never by the person who placed the hold',
  access: ['compliance', 'administrator'],
  params: z.strictObject({ shipmentId: uuid }),
  status: 200,
  answer: z.strictObject({ shipmentId: uuid }),
  problems: ['audit.hold.same-person', 'audit.hold.none'],
});
export const placeMatterHold = defineRoute('audit', 'placeMatterHold', 'POST /v1/audit/matters', {
  summary: 'Stop disposal for every shipment of a customer, or of a party by its identifier, those to come included',
  access: ['compliance'],
  body: z.strictObject({ matter: z.string().min(3).max(280), scope: matterScope }),
  answer: z.strictObject({ matterId: uuid }),
});
export const liftMatterHold = defineRoute('audit', 'liftMatterHold', 'POST /v1/audit/matters/{matterId}/lift', {
  summary: 'Lift a hold on a customer or party; never by the person who placed it',
  access: ['compliance', 'administrator'],
  params: z.strictObject({ matterId: uuid }),
  status: 200,
  answer: z.strictObject({ matterId: uuid }),
  problems: ['audit.hold.same-person', 'audit.hold.none'],
});
export const approveDisposal = defineRoute(
  'audit',
  'approveDisposal',
  'POST /v1/audit/shipments/{shipmentId}/disposal/approve',
  {
    summary: 'Approve that a shipment’s persons are erased; with the second person’s approval they are',
    access: ['compliance', 'administrator'],
    params: z.strictObject({ shipmentId: uuid }),
    status: 200,
    answer: z.strictObject({ shipmentId: uuid, approvals: z.array(z.string()), needed: z.int(), erased: z.boolean() }),
    problems: [
      'audit.dossier.not-sealed',
      'audit.retention.not-due',
      'audit.dossier.on-hold',
      'audit.disposal.same-person',
    ],
  },
);
export const showReconciliation = defineRoute('audit', 'showReconciliation', 'GET /v1/audit/status', {
  summary: 'How far the log is: staged, sequenced, integrated, published, parked streams and alarms',
  access: auditors,
  answer: z.strictObject({
    log: z.string(),
    origin: z.string(),
    staged: z.int(),
    size: z.int(),
    integrated: z.int(),
    published: z.int(),
    parked: z.array(z.strictObject({ stream: z.string(), version: z.int(), reason: z.string() })),
    alarms: z.array(z.strictObject({ at: instant, code: z.string(), says: z.string() })),
  }),
});

export const startReconciliation = defineRoute('audit', 'startReconciliation', 'POST /v1/audit/reconciliations', {
  summary: 'Compare the event stores with the log now; one that runs already is left to run',
  access: ['auditor', 'compliance', 'administrator'],
  status: 202,
  answer: z.strictObject({ workflowId: z.string() }),
  problems: ['workflow.not-answering'],
});
export const listReconciliations = defineRoute('audit', 'listReconciliations', 'GET /v1/audit/reconciliations', {
  summary: 'The newest comparisons of the event stores with the log, and what differed',
  access: auditors,
  answer: z.strictObject({
    items: z.array(
      z.strictObject({
        runId: z.string(),
        began: instant,
        ended: instant,
        streams: z.int(),
        events: z.int(),
        differences: z.array(
          z.strictObject({
            context: z.string(),
            kind: z.enum(['missing', 'extra', 'altered']),
            stream: z.string(),
            subject: z.string(),
            version: z.int(),
            index: z.int().nullable(),
          }),
        ),
        taskId: uuid.nullable(),
      }),
    ),
  }),
});

const span = {
  from: instant.optional().meta({ description: 'recorded since; the beginning when not given' }),
  to: instant.optional().meta({ description: 'recorded until; now when not given' }),
};
const reporters = ['auditor', 'compliance', 'administrator'] as const;

export const reportSeparationOfDuties = defineRoute(
  'audit',
  'reportSeparationOfDuties',
  'GET /v1/audit/reports/separation-of-duties',
  {
    summary: 'Who prepared and who approved, payment by payment, disposal by disposal; exceptions first',
    access: reporters,
    query: z.strictObject(span),
    answer: z.strictObject({
      from: instant,
      to: instant,
      exceptions: z.int(),
      items: z.array(
        z.strictObject({
          shipmentId: z.string(),
          what: z.string(),
          prepared: z.array(z.string()),
          approved: z.array(z.string()),
          needed: z.int(),
          exceptions: z.array(z.string()),
          refused: z.array(z.strictObject({ by: z.string(), says: z.string() })).meta({
            description: 'approvals that the domain refused: own work, own request, twice, no longer current',
          }),
          digests: z
            .strictObject({ approved: z.array(z.string()), executed: z.string().nullable() })
            .nullable()
            .meta({
              description:
                'what each approval was given for, and what went to the bank; null for acts that no digest binds',
            }),
        }),
      ),
    }),
  },
);
export const reportAccess = defineRoute('audit', 'reportAccess', 'GET /v1/audit/reports/access', {
  summary: 'Who read which document, took which evidence away or was given a key, and why; newest first',
  access: reporters,
  query: z.strictObject(span),
  answer: z.strictObject({
    from: instant,
    to: instant,
    items: z.array(
      z.strictObject({
        at: instant,
        by: z.string(),
        what: z.enum(['document', 'evidence', 'evidence-job', 'reader-key']),
        subject: z.string(),
        says: z.string(),
        reason: z.string().nullable(),
      }),
    ),
  }),
});
export const reportCompleteness = defineRoute('audit', 'reportCompleteness', 'GET /v1/audit/reports/completeness', {
  summary: 'Whether every stream is gapless in the log, and the log has what the stores have',
  access: reporters,
  answer: z.strictObject({
    complete: z.boolean(),
    streams: z.int(),
    events: z.int(),
    broken: z.array(z.string()).meta({ description: 'streams with a gap, at most 100' }),
    outside: z.int().meta({ description: 'events received that are not in the log' }),
    unpublished: z.int().meta({ description: 'leaves that no checkpoint covers yet' }),
    parked: z.array(z.strictObject({ stream: z.string(), version: z.int(), reason: z.string() })),
    alarms: z.int(),
    reconciled: z.strictObject({ at: instant, differences: z.int() }).nullable(),
  }),
});
export const reportRetention = defineRoute('audit', 'reportRetention', 'GET /v1/audit/reports/retention', {
  summary: 'What must be kept until when and by which law; what is due for disposal, on hold, erased',
  access: reporters,
  query: z.strictObject(pageQuery),
  answer: pageOf(
    z.strictObject({
      shipmentId: uuid,
      jurisdiction: z.string(),
      law: z.string(),
      until: legalDate,
      state: z.enum(['kept', 'due', 'on-hold', 'erased']),
      hold: z.string().nullable(),
      approvals: z.int(),
    }),
  ),
});
