import { z } from 'zod';
import { defineRoute, pageOf, pageQuery } from '../define-route.js';
import { digest, instant, legalDate, money, uuid } from '../values.js';
import { caseKind, caseLine, caseStatus, clock, demand, LIQUIDATION_NOTICES } from './post-entry.values.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;
const people = ['operator', 'approver', 'compliance'] as const;

export const clockView = clock
  .extend({
    declarationId: uuid,
    state: z
      .enum(['running', 'nearing', 'ran-out', 'met', 'suspended'])
      .meta({ description: 'As of now; `nearing` from `warnAt` on' }),
    /** working days of the authority that are left, the last day included; negative when it has passed */
    workingDaysLeft: z.int(),
    extensions: z.array(z.strictObject({ ground: z.string(), law: z.string(), dueOn: legalDate, by: z.string() })),
    ended: z.string().nullable().meta({ description: 'How it was met, when it was' }),
  })
  .meta({ id: 'ClockView' });

export const caseView = z
  .strictObject({
    caseId: uuid,
    declarationId: uuid,
    shipmentId: uuid,
    kind: caseKind,
    name: z.string(),
    status: caseStatus,
    origin: z.enum(['authority', 'us']),
    medium: z.string(),
    reference: z.string().nullable(),
    says: z.string(),
    noticeOn: legalDate,
    receivedOn: legalDate,
    documentId: uuid.nullable(),
    basis: z.strictObject({ voidanceId: uuid, citation: z.string() }).nullable(),
    lines: z.array(caseLine),
    claim: money.nullable(),
    /** who must do what next; null when nothing is left */
    next: z.strictObject({ role: z.string(), says: z.string() }).nullable(),
    acts: z.array(
      z.strictObject({
        n: z.int(),
        act: z.string(),
        says: z.string(),
        documentIds: z.array(uuid),
        lines: z.array(caseLine),
        amount: money.nullable(),
        digest,
        preparedBy: z.string(),
        approvedBy: z.string().nullable(),
        filedOn: legalDate.nullable(),
        reference: z.string().nullable(),
      }),
    ),
    decision: z
      .strictObject({
        outcome: z.string(),
        decidedOn: legalDate,
        says: z.string(),
        lines: z.array(caseLine),
        refund: money.nullable(),
        owed: money.nullable(),
        demand: demand.optional(),
      })
      .nullable(),
    openedBy: z.string(),
    /** claims and remedies on the same entry that exclude or delay this one */
    conflicts: z.array(z.strictObject({ caseId: uuid, kind: caseKind, says: z.string() })),
    clocks: z.array(clockView),
    version: z.int(),
  })
  .meta({ id: 'PostEntryCase' });

export const entryView = z
  .strictObject({
    declarationId: uuid,
    shipmentId: uuid,
    authority: z.string(),
    destination: z.string(),
    dates: z.record(z.string(), legalDate),
    liquidation: z
      .strictObject({ state: z.string(), on: legalDate, change: z.string(), difference: money.nullable() })
      .nullable(),
    open: z.boolean().meta({ description: 'Whether any clock of ours or case still runs' }),
    clocks: z.array(clockView),
    cases: z.array(caseView),
    version: z.int(),
  })
  .meta({ id: 'Entry' });

const shipment = z.strictObject({ shipmentId: uuid });
const declaration = z.strictObject({ declarationId: uuid });
const one = z.strictObject({ caseId: uuid });
const says = z.string().min(3).max(500);
const stands = ['customs.case.unknown', 'customs.case.not-now', 'customs.case.role'] as const;

export const listClocks = defineRoute('customs', 'listClocks', 'GET /v1/shipments/{shipmentId}/clocks', {
  summary: 'Every legal clock of a shipment’s entries: what, law, start, last day, and what happens when it runs out',
  access: readers,
  params: shipment,
  query: z.strictObject({ at: instant.optional().meta({ description: 'Read as of this instant; default now' }) }),
  answer: z.object({ items: z.array(clockView) }),
});

export const showEntry = defineRoute('customs', 'showEntry', 'GET /v1/declarations/{declarationId}/entry', {
  summary: 'An entry after it was made: its dates in law, liquidation, clocks and cases',
  access: readers,
  params: declaration,
  answer: entryView,
  problems: ['customs.entry.unknown'],
});

export const noteLiquidation = defineRoute(
  'customs',
  'noteLiquidation',
  'POST /v1/declarations/{declarationId}/liquidation',
  {
    summary: 'Record the authority’s notice about liquidation: scheduled, extended, suspended, made, made again, unset',
    access: ['operator', 'compliance'],
    params: declaration,
    body: z.strictObject({
      kind: z.enum(LIQUIDATION_NOTICES).exclude(['deemed']),
      on: legalDate,
      change: z.enum(['none', 'increase', 'decrease']).default('none'),
      difference: money.nullable().default(null).meta({
        description:
          'against what was owed for the entry until then, decided cases included; it is booked and paid, or claimed',
      }),
      demand: demand.optional(),
      says,
    }),
    answer: entryView,
    problems: ['customs.entry.unknown', 'customs.liquidation.none-here', 'customs.liquidation.not-now'],
  },
);

export const extendClock = defineRoute(
  'customs',
  'extendClock',
  'POST /v1/declarations/{declarationId}/clocks/extend',
  {
    summary: 'Lengthen a term on a ground of law; the first last day stays on record',
    access: ['operator', 'compliance'],
    params: declaration,
    body: z.strictObject({ clockId: z.string().max(120), until: legalDate, ground: says }),
    answer: entryView,
    problems: ['customs.clock.unknown', 'customs.clock.not-extendable', 'customs.clock.not-running'],
  },
);

export const meetClock = defineRoute('customs', 'meetClock', 'POST /v1/declarations/{declarationId}/clocks/meet', {
  summary: 'Say how a term was met outside of this system, with the evidence',
  access: ['operator', 'compliance'],
  params: declaration,
  body: z.strictObject({ clockId: z.string().max(120), how: says }),
  answer: entryView,
  problems: ['customs.clock.unknown', 'customs.clock.not-running'],
});

export const openCase = defineRoute('customs', 'openCase', 'POST /v1/declarations/{declarationId}/cases', {
  summary: 'Open a post-entry case: a notice that came, or a remedy of ours',
  description:
    'Rules by destination say who may open which kind, within which term and beside which others. A disclosure is counsel’s alone.',
  access: people,
  params: declaration,
  body: z.strictObject({
    kind: caseKind,
    medium: z.enum(['message', 'mailbox', 'post', 'own-review', 'law']),
    reference: z.string().max(70).nullable().default(null),
    says,
    noticeOn: legalDate,
    receivedOn: legalDate.optional(),
    documentId: uuid.nullable().default(null),
    lines: z.array(caseLine).max(999).default([]),
    claim: money.nullable().default(null),
  }),
  answer: caseView,
  problems: [
    'customs.entry.unknown',
    'customs.case.none-here',
    'customs.case.too-late',
    'customs.case.too-early',
    'customs.case.conflicts',
    'customs.case.role',
  ],
});

export const listShipmentCases = defineRoute('customs', 'listShipmentCases', 'GET /v1/shipments/{shipmentId}/cases', {
  summary: 'Post-entry cases of a shipment',
  access: readers,
  params: shipment,
  answer: z.object({ items: z.array(caseView) }),
});

export const listCases = defineRoute('customs', 'listCases', 'GET /v1/customs/cases', {
  summary: 'Post-entry cases of the tenant, newest first',
  access: readers,
  query: z.strictObject({
    ...pageQuery,
    kind: caseKind.optional(),
    status: caseStatus.optional(),
    voidance: uuid.optional(),
  }),
  answer: pageOf(caseView),
});

export const showCase = defineRoute('customs', 'showCase', 'GET /v1/customs/cases/{caseId}', {
  summary: 'A post-entry case with its acts, clocks and conflicts',
  access: readers,
  params: one,
  answer: caseView,
  problems: ['customs.case.unknown'],
});

export const listRelatedEntries = defineRoute(
  'customs',
  'listRelatedEntries',
  'GET /v1/customs/cases/{caseId}/related',
  {
    summary:
      'Other entries that declared the same commodity for the same importer: what holds for one may hold for all',
    access: readers,
    params: one,
    answer: z.object({
      items: z.array(
        z.strictObject({
          declarationId: uuid,
          shipmentId: uuid,
          lines: z.array(z.int()),
          commodity: z.string(),
          description: z.string(),
          entryOn: legalDate.nullable(),
          liquidation: z.string().nullable(),
        }),
      ),
    }),
    problems: ['customs.case.unknown'],
  },
);

export const prepareAct = defineRoute('customs', 'prepareAct', 'POST /v1/customs/cases/{caseId}/acts', {
  summary: 'Prepare what is to go to the authority; a newer one voids an approval of the older',
  access: people,
  params: one,
  body: z.strictObject({
    says: z.string().min(3).max(4000),
    documentIds: z.array(uuid).max(50).default([]),
    lines: z.array(caseLine).max(999).default([]),
    amount: money.nullable().default(null),
  }),
  answer: caseView,
  conditional: true,
  problems: [...stands, 'customs.case.editor'],
});

export const approveAct = defineRoute('customs', 'approveAct', 'POST /v1/customs/cases/{caseId}/acts/{n}/approve', {
  summary: 'Approve a prepared act by its digest; never by who prepared it, nor by who made the entry',
  access: people,
  params: z.strictObject({ caseId: uuid, n: z.coerce.number().int().positive() }),
  body: z.strictObject({ digest }),
  answer: caseView,
  conditional: true,
  freshSignIn: 'always',
  problems: [...stands, 'customs.case.own-act', 'customs.case.editor', 'customs.case.digest-changed'],
});

export const fileAct = defineRoute('customs', 'fileAct', 'POST /v1/customs/cases/{caseId}/acts/{n}/file', {
  summary: 'Record that the approved act went to the authority, within its term',
  access: people,
  params: z.strictObject({ caseId: uuid, n: z.coerce.number().int().positive() }),
  body: z.strictObject({ filedOn: legalDate, reference: z.string().max(70).nullable().default(null) }),
  answer: caseView,
  conditional: true,
  problems: [...stands, 'customs.case.too-late', 'customs.case.not-approved'],
});

export const decideCase = defineRoute('customs', 'decideCase', 'POST /v1/customs/cases/{caseId}/decision', {
  summary: 'Record the authority’s decision with the money that follows from it',
  access: people,
  params: one,
  body: z.strictObject({
    outcome: z.enum(['granted', 'partly-granted', 'denied', 'upheld', 'settled']),
    decidedOn: legalDate,
    says,
    lines: z.array(caseLine).max(999).default([]),
    refund: money.nullable().default(null),
    owed: money.nullable().default(null),
    demand: demand.optional(),
  }),
  answer: caseView,
  conditional: true,
  problems: [...stands, 'customs.case.amounts'],
});

export const closeCase = defineRoute('customs', 'closeCase', 'POST /v1/customs/cases/{caseId}/close', {
  summary: 'Close a case in which nothing is left to do',
  access: people,
  params: one,
  body: z.strictObject({ reason: says }),
  answer: caseView,
  conditional: true,
  problems: stands,
});

export const reopenCase = defineRoute('customs', 'reopenCase', 'POST /v1/customs/cases/{caseId}/reopen', {
  summary: 'Open a closed case again on a new ground',
  access: people,
  params: one,
  body: z.strictObject({ ground: says, on: legalDate }),
  answer: caseView,
  conditional: true,
  problems: stands,
});
