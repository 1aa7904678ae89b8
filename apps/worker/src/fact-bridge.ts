import {
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import {
  TypedSearchAttributes,
  defineSearchAttributeKey,
  SearchAttributeType,
  type Workflow,
} from '@temporalio/common';
import {
  DECIDED_MONEY_FACTS,
  ENGAGEMENT_FACTS,
  engagementWorkflowId,
  ENTRY_FACTS,
  FACT_SIGNAL,
  FACTS_SIGNAL,
  parseEventType,
  postEntryWorkflowId,
  RETURNED_PAYMENT_FACTS,
  returnedPaymentsWorkflowId,
  SHIPMENT_FACTS,
  shipmentWorkflowId,
  STATEMENT_FACTS,
  statementWorkflowId,
  VOIDANCE_FACTS,
  voidanceWorkflowId,
  WORKFLOW_QUEUE,
  WORKFLOWS,
  type EngagementRef,
  type EntryRef,
  type EventEnvelope,
  type Fact,
  type ShipmentRef,
  type StatementRef,
  type VoidanceRef,
} from '@tidewaiter/contracts';

const SHIPMENT_ID = defineSearchAttributeKey('ShipmentId', SearchAttributeType.KEYWORD);
const TENANT = defineSearchAttributeKey('Tenant', SearchAttributeType.KEYWORD);

const forShipment = new Set<string>(SHIPMENT_FACTS);
const forEngagement = new Set<string>(ENGAGEMENT_FACTS);
const forEntry = new Set<string>(ENTRY_FACTS);
const forDecidedMoney = new Set<string>(DECIDED_MONEY_FACTS);
const forReturned = new Set<string>(RETURNED_PAYMENT_FACTS);
const forVoidance = new Set<string>(VOIDANCE_FACTS);
const forStatement = new Set<string>(STATEMENT_FACTS);

/** Whether an event type concerns a workflow at all: everything else is passed over unread. */
export function isFact(type: string): boolean {
  const parsed = parseEventType(type);
  const name = parsed ? `${parsed.context}.${parsed.name}` : '';
  return [forShipment, forEngagement, forEntry, forVoidance, forStatement].some((names) => names.has(name));
}

/** gRPC status of a request that is wrong in itself. */
const INVALID_ARGUMENT = 3;

/** Whether Temporal will never take this fact, however often it comes: it must not hold up all that follow it. */
export const isHopeless = (error: unknown): boolean =>
  error instanceof ServiceError && isGrpcServiceError(error.cause) && Number(error.cause.code) === INVALID_ARGUMENT;

const factOf = (event: EventEnvelope, name: string): Fact => ({
  eventId: event.id,
  name,
  stream: event.stream,
  version: event.version,
  data: event.data,
});

/** Whether money is of a decision after the entry. */
const isOfCase = ({ data }: EventEnvelope): boolean =>
  typeof data['caseId'] === 'string' && typeof data['declarationId'] === 'string';

/** Facts may have 64 KiB each, and Temporal takes 2 MiB at once. */
const MOST_AT_ONCE = 16;

/** What one workflow is told, in the order in which it happened; the first one's trace goes on. */
interface Told {
  event: EventEnvelope;
  facts: Fact[];
}

function tell(all: Map<string, Told>, of: string, event: EventEnvelope, fact: Fact): void {
  const told = all.get(of);
  if (told) told.facts.push(fact);
  else all.set(of, { event, facts: [fact] });
}

/**
 * Turns published events into starts and signals: what comes together for one workflow is one signal. At least once: the story notes
 * event ids, so twice is once. A fact that comes before its workflow starts it; one that comes after its end changes nothing there.
 */
export class FactBridge {
  constructor(private readonly client: Client) {}

  async handle(events: readonly EventEnvelope[]): Promise<void> {
    const shipments = new Map<string, Told>();
    const entries = new Map<string, Told>();
    for (const event of events) {
      const parsed = parseEventType(event.type);
      if (!parsed) continue;
      const name = `${parsed.context}.${parsed.name}`;
      const fact = factOf(event, name);
      const ofCase = forDecidedMoney.has(name) ? isOfCase(event) : null;
      // A debt after the entry is followed by the entry's story, whether the shipment's own still runs or not.
      if (forShipment.has(name) && ofCase !== true) tell(shipments, event.subject, event, withoutBulk(fact));
      // The story of an entry reads the record itself: that something happened is all it needs.
      if (forEntry.has(name) && ofCase !== false)
        tell(entries, String(event.data['declarationId']), event, { ...fact, data: {} });
      if (forEngagement.has(name)) await this.tellEngagement(event, fact);
      if (forVoidance.has(name)) await this.startVoidance(event);
      if (forStatement.has(name)) await this.tellStatement(event, fact);
    }
    for (const told of shipments.values()) await this.tellShipment(told);
    for (const [declarationId, told] of entries) await this.tellEntry(declarationId, told);
  }

  /** An entry lives on after its shipment, and again after it was thought final: what comes later starts its story again. */
  private async tellEntry(declarationId: string, { event, facts }: Told): Promise<void> {
    const ref: EntryRef = { ...refOf(event), declarationId };
    await this.tellOrStart(WORKFLOWS.postEntry, postEntryWorkflowId(declarationId), ref, facts, 'ALLOW_DUPLICATE');
  }

  private async startVoidance(event: EventEnvelope): Promise<void> {
    const voidanceId = String(event.data['voidanceId']);
    const ref: VoidanceRef = { tenant: event.tenantid, voidanceId, correlationId: event.correlationid };
    await this.startOnce(WORKFLOWS.legalBasisVoidance, voidanceWorkflowId(voidanceId), ref);
  }

  /** A statement that agrees with the declarations needs nobody. */
  private async tellStatement(event: EventEnvelope, fact: Fact): Promise<void> {
    const statementId = String(event.data['statementId']);
    const workflowId = statementWorkflowId(statementId);
    if (fact.name !== 'duties.StatementReconciled') return this.tellIfThere(workflowId, fact);
    if ((event.data['differences'] as unknown[]).length === 0) return;
    const ref: StatementRef = { tenant: event.tenantid, statementId, correlationId: event.correlationid };
    await this.startOnce(WORKFLOWS.statementDifferences, workflowId, ref);
  }

  private async tellShipment({ event, facts }: Told): Promise<void> {
    const ref = refOf(event);
    const workflowId = shipmentWorkflowId(event.subject);
    try {
      await this.tellOrStart(WORKFLOWS.shipmentLifecycle, workflowId, ref, facts, 'REJECT_DUPLICATE');
    } catch (error) {
      // The story has ended; what comes later is on record all the same and belongs to what follows it.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      for (const fact of facts) if (forReturned.has(fact.name)) await this.tellReturned(event, fact, ref);
    }
  }

  /** Money that comes back when nobody waits for it any more has a story of its own. */
  private async tellReturned(event: EventEnvelope, fact: Fact, ref: ShipmentRef): Promise<void> {
    const workflowId = returnedPaymentsWorkflowId(event.subject);
    if (fact.name !== 'duties.PaymentBounced') return this.tellIfThere(workflowId, fact);
    await this.tellOrStart(WORKFLOWS.returnedPayments, workflowId, ref, [fact], 'ALLOW_DUPLICATE');
  }

  /** Signals the story, and starts it where it does not run; `policy` says whether it may run again after its end. */
  private async tellOrStart(
    workflow: string,
    workflowId: string,
    ref: ShipmentRef,
    facts: readonly Fact[],
    policy: 'ALLOW_DUPLICATE' | 'REJECT_DUPLICATE',
  ): Promise<void> {
    for (let start = 0; start < facts.length; start += MOST_AT_ONCE) {
      const portion = facts.slice(start, start + MOST_AT_ONCE);
      const [signal, signalArgs]: [string, unknown[]] =
        portion.length === 1 ? [FACT_SIGNAL, portion] : [FACTS_SIGNAL, [portion]];
      await this.client.workflow.signalWithStart<Workflow, unknown[]>(workflow, {
        workflowId,
        taskQueue: WORKFLOW_QUEUE,
        args: [ref],
        signal,
        signalArgs,
        workflowIdReusePolicy: policy,
        typedSearchAttributes: new TypedSearchAttributes([
          { key: SHIPMENT_ID, value: ref.shipmentId },
          { key: TENANT, value: ref.tenant },
        ]),
      });
    }
  }

  private async tellEngagement(event: EventEnvelope, fact: Fact): Promise<void> {
    const engagementId = String(event.data['engagementId']);
    const workflowId = engagementWorkflowId(engagementId);
    if (fact.name === 'shipments.EngagementOpened') {
      if (event.data['kind'] !== 'ongoing') return;
      const ref: EngagementRef = { tenant: event.tenantid, engagementId, correlationId: event.correlationid };
      await this.startOnce(WORKFLOWS.engagementProgramme, workflowId, ref);
      return;
    }
    // A per-shipment engagement has no programme, an ended one no more.
    await this.tellIfThere(workflowId, fact);
  }

  private async tellIfThere(workflowId: string, fact: Fact): Promise<void> {
    try {
      await this.client.workflow.getHandle(workflowId).signal(FACT_SIGNAL, fact);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  /** A second start is no start. */
  private async startOnce(workflow: string, workflowId: string, ref: { tenant: string }): Promise<void> {
    try {
      await this.client.workflow.start(workflow, {
        workflowId,
        taskQueue: WORKFLOW_QUEUE,
        args: [ref],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        typedSearchAttributes: new TypedSearchAttributes([{ key: TENANT, value: ref.tenant }]),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}

const refOf = (event: EventEnvelope): ShipmentRef => ({
  tenant: event.tenantid,
  shipmentId: event.subject,
  correlationId: event.correlationid,
  ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
});

/** The opening carries parties and goods that the first step reads from the record itself: the signal needs its id only. */
const withoutBulk = (fact: Fact): Fact => (fact.name === 'shipments.ShipmentOpened' ? { ...fact, data: {} } : fact);
