/** Names that cross a boundary. No schemas here: workflows read this file at run time. */

export const CONTEXTS = ['shipments', 'documents', 'duties', 'customs', 'carriers', 'audit', 'partners'] as const;
export type ContextName = (typeof CONTEXTS)[number];

/** Kafka topic of a context's events; keyed by `subject`, so one shipment's events keep their order inside a topic. */
export const topicOf = (context: ContextName): string => `tidewaiter.${context}.events`;

/** Temporal task queue of a context's activities. */
export const queueOf = (context: ContextName): string => context;

/** Temporal task queue of every workflow. */
export const WORKFLOW_QUEUE = 'workflows';

/** `tidewaiter.<context>.<Name>.v<N>` */
export const eventTypeOf = (context: ContextName, name: string, version: number): string =>
  `tidewaiter.${context}.${name}.v${version}`;

/** Splits an event type; null when the text is none of ours. */
export function parseEventType(type: string): { context: ContextName; name: string; version: number } | null {
  const match = /^tidewaiter\.([a-z]+)\.([A-Za-z]+)\.v(\d+)$/.exec(type);
  const context = CONTEXTS.find((each) => each === match?.[1]);
  return match && context ? { context, name: match[2]!, version: Number(match[3]) } : null;
}

export const ROLES = ['operator', 'approver', 'compliance', 'auditor', 'partner', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

export const WORKFLOWS = {
  shipmentLifecycle: 'shipmentLifecycle',
  postEntry: 'postEntry',
  legalBasisVoidance: 'legalBasisVoidance',
  statementDifferences: 'statementDifferences',
  returnedPayments: 'returnedPayments',
  engagementProgramme: 'engagementProgramme',
  retention: 'retention',
  reconciliation: 'reconciliation',
} as const;

export const shipmentWorkflowId = (shipmentId: string): string => `shipment/${shipmentId}`;
export const postEntryWorkflowId = (declarationId: string): string => `post-entry/${declarationId}`;
export const statementWorkflowId = (statementId: string): string => `statement/${statementId}`;
export const returnedPaymentsWorkflowId = (shipmentId: string): string => `returned-payments/${shipmentId}`;
export const voidanceWorkflowId = (voidanceId: string): string => `voidance/${voidanceId}`;
export const engagementWorkflowId = (engagementId: string): string => `engagement/${engagementId}`;
export const RETENTION_SCHEDULE_ID = 'retention';
export const RECONCILIATION_SCHEDULE_ID = 'reconciliation';
export const reconciliationWorkflowId = (tenant: string): string => `${RECONCILIATION_SCHEDULE_ID}/${tenant}`;

/** Contexts that record events: whose stores are compared with the log. */
export const RECORDING_CONTEXTS = [
  'shipments',
  'documents',
  'duties',
  'customs',
  'carriers',
  'audit',
  'partners',
] as const;
export type RecordingContext = (typeof RECORDING_CONTEXTS)[number];

/** A published event, handed to the shipment's (or engagement's) workflow by the fact bridge. */
export const FACT_SIGNAL = 'fact';
/** Several published events of one workflow that came together, in their order; else like `FACT_SIGNAL`. */
export const FACTS_SIGNAL = 'facts';
/** A person's decision on a task, sent to the workflow that raised it; answers `DecisionAnswer`. */
export const DECIDE_UPDATE = 'decide';
/** A person divides a shipment among parts, sent to its workflow; answers `SplitAnswer`. */
export const SPLIT_UPDATE = 'split';
/** Where the story stands: answers `Progress`. */
export const PROGRESS_QUERY = 'progress';

/** What else of a clearance its story must hear: holds, recalls, queries, requests, and what people decide about them. */
export const CLEARANCE_FACTS = [
  'customs.DeclarationCorrected',
  'customs.AuthorityMessageUnread',
  'customs.HoldPlaced',
  'customs.HoldLifted',
  'customs.ReleaseSuspended',
  'customs.GoodsSeized',
  'customs.OutcomeReversed',
  'customs.PaymentRequired',
  'customs.QueryReceived',
  'customs.QueryAnswered',
  'customs.DocumentsSent',
  'customs.ExaminationConcluded',
  'customs.RequestOrdered',
  'customs.RequestAnswered',
  'customs.BillUpdated',
  'customs.ClearanceGivenUp',
] as const;

/** Events that the fact bridge hands to `shipmentLifecycle`; ShipmentOpened starts it. */
export const SHIPMENT_FACTS = [
  'shipments.ShipmentOpened',
  'documents.DocumentSetCompleted',
  'documents.DocumentSetBlocked',
  'customs.DeclarationAccepted',
  'customs.DeclarationRejected',
  'customs.InspectionOrdered',
  'customs.DocumentsRequested',
  'customs.DutyNotified',
  'customs.GoodsReleased',
  'customs.DeclarationInvalidated',
  ...CLEARANCE_FACTS,
  'duties.PaymentSettled',
  'duties.PaymentBounced',
  'carriers.BookingConfirmed',
  'carriers.BookingDeclined',
  'carriers.ShipmentDelivered',
] as const;

/** Money of a post-entry case has moved; of those that name a case `postEntry` hears. */
export const DECIDED_MONEY_FACTS = ['duties.PaymentSettled', 'duties.PaymentBounced', 'duties.RefundReceived'] as const;

/**
 * Events that the fact bridge hands to `postEntry`, by `declarationId`; each starts it when it does not run. What a quiet
 * entry needs comes with its release alone.
 */
export const ENTRY_FACTS = [
  'customs.DeclarationRegistered',
  'customs.DocumentsRequested',
  'customs.GoodsReleased',
  'customs.DeclarationInvalidated',
  'customs.LiquidationNoticed',
  'customs.ClockExtended',
  'customs.ClockMet',
  'customs.CaseOpened',
  'customs.CaseActPrepared',
  'customs.CaseActApproved',
  'customs.CaseActFiled',
  'customs.CaseDecided',
  'customs.CaseClosed',
  'customs.CaseReopened',
  ...DECIDED_MONEY_FACTS,
] as const;

/** Events that start `legalBasisVoidance`. */
export const VOIDANCE_FACTS = ['duties.LegalBasisVoided'] as const;

/**
 * Events that the fact bridge hands to `returnedPayments` once the shipment's own story has ended; a payment that the bank returned
 * starts it.
 */
export const RETURNED_PAYMENT_FACTS = [
  'duties.PaymentBounced',
  'duties.PaymentSettled',
  'customs.DutyNotified',
] as const;

/** Events that the fact bridge hands to `statementDifferences`; a statement that differs starts it. */
export const STATEMENT_FACTS = ['duties.StatementReconciled', 'duties.StatementDifferenceSettled'] as const;

/** Events that the fact bridge hands to `engagementProgramme`; EngagementOpened of an ongoing engagement starts it. */
export const ENGAGEMENT_FACTS = [
  'shipments.EngagementOpened',
  'shipments.MandateGranted',
  'shipments.EngagementEnded',
] as const;

export const STAGES = [
  'engagement',
  'documentation',
  'clearance',
  'delivery',
  'record-keeping',
  'archived',
  'closed',
] as const;
export type Stage = (typeof STAGES)[number];

export const TASK_KINDS = [
  'resolve-engagement',
  'confirm-lines',
  'resolve-findings',
  'review-assessment',
  'correct-declaration',
  'provide-documents',
  'approve-payment',
  'resolve-difference',
  'settle-statement-difference',
  'raise-guarantee',
  'ask-authority',
  'rebook-delivery',
  'retry-step',
  'renew-mandate',
  'mend-records',
  'watch-clock',
  'clock-passed',
  'handle-case',
  'open-refund-cases',
  'settle-refund',
  'send-documents',
  'answer-query',
  'attend-examination',
  'lift-hold',
  'top-up-account',
  'review-request',
  'review-notice',
  'stop-delivery',
  'contest-seizure',
] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** Custom search attributes of every workflow, in plain text: ids and stages only, never personal data. */
export const SEARCH_ATTRIBUTES = {
  ShipmentId: 'KEYWORD',
  Tenant: 'KEYWORD',
  Stage: 'KEYWORD',
  Jurisdiction: 'KEYWORD',
  WaitingFor: 'KEYWORD',
  Deadline: 'DATETIME',
} as const;

/** ICC Incoterms 2020. */
export const INCOTERMS = ['EXW', 'FCA', 'FAS', 'FOB', 'CFR', 'CIF', 'CPT', 'CIP', 'DAP', 'DPU', 'DDP'] as const;

export const TRANSPORT_MODES = ['ocean', 'air', 'road', 'rail', 'post', 'inland-waterway'] as const;

export const DOCUMENT_TYPES = [
  'commercial-invoice',
  'packing-list',
  'bill-of-lading',
  'sea-waybill',
  'air-waybill',
  'road-note',
  'origin-nonpreferential',
  'origin-statement',
  'origin-eur1',
  'importers-knowledge',
  'import-licence',
  'mandate',
  'other',
] as const;

/** Code of the problem when an approval asks for a fresher sign-in. */
export const SIGN_IN_TOO_OLD = 'identity.sign-in.too-old';

/** Outside parties that a simulator may stand in for. */
export const SIMULATED_PARTIES = ['authority', 'bank', 'carrier'] as const;
/** How far the simulators' clock may be set ahead at once. */
export const ADVANCES = ['1h', '1d', '7d', '30d'] as const;

/** Of a delivery. `failing`: tried in vain, and again by itself. `dead`: out of tries. `waiting`: not tried yet. */
export const DELIVERY_STATUSES = ['waiting', 'failing', 'dead', 'sent', 'skipped'] as const;
/** What people do about a delivery; each is an event. */
export const DELIVERY_ACTS = ['retried', 'skipped', 'replayed'] as const;
/** What a replay takes. `never`: events that the endpoint was not sent yet. */
export const REPLAY_STATUSES = ['failing', 'dead', 'sent', 'skipped', 'never'] as const;

/** Bytes of one piece of an upload at most: a cut loses no more than the piece that was on its way. */
export const UPLOAD_PIECE_BYTES = 1024 * 1024;

/** What a partner's key opens. Keys open nothing else. */
export const KEY_SCOPES = ['events:read', 'deliveries:read'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** How long somebody is told to be at a shipment after the last time they said so, in seconds. */
export const PRESENT_SECONDS = 45;
