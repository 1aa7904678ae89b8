import {
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import {
  ENGAGEMENT_FACTS,
  DECIDED_MONEY_FACTS,
  ENTRY_FACTS,
  eventTypeOf,
  SHIPMENT_FACTS,
  STATEMENT_FACTS,
  VOIDANCE_FACTS,
  WORKFLOW_QUEUE,
  type ContextName,
  type EventEnvelope,
} from '@tidewaiter/contracts';
import { FactBridge, isFact, isHopeless } from './fact-bridge.js';

type Call = { how: 'signalWithStart' | 'start' | 'signal'; workflow: string; options: Record<string, unknown> };

/** Takes the place of Temporal: notes what it is asked and fails when told to. */
class FakeClient {
  readonly calls: Call[] = [];
  failure: Error | undefined;
  /** workflows that have ended, or are not there */
  readonly over = new Map<string, Error>();

  readonly workflow = {
    signalWithStart: (workflow: string, options: Record<string, unknown>) =>
      this.note({ how: 'signalWithStart', workflow, options }),
    start: (workflow: string, options: Record<string, unknown>) => this.note({ how: 'start', workflow, options }),
    getHandle: (workflow: string) => ({
      signal: (signal: string, fact: unknown) =>
        this.note({ how: 'signal', workflow, options: { signal, signalArgs: [fact] } }),
    }),
  };

  private async note(call: Call): Promise<void> {
    this.calls.push(call);
    const failure = this.failure ?? this.over.get(call.workflow);
    if (failure) throw failure;
  }
}

const envelope = (name: string, changes: Partial<EventEnvelope> = {}): EventEnvelope => {
  const [context, event] = name.split('.') as [ContextName, string];
  return {
    id: 'event-1',
    type: eventTypeOf(context, event, 1),
    subject: 'shipment-1',
    tenantid: 'acme',
    correlationid: 'correlation-1',
    stream: 'shipment-1',
    version: 4,
    data: { engagementId: 'engagement-1', kind: 'ongoing', amount: '1.00' },
    ...changes,
  } as EventEnvelope;
};

describe('the fact bridge', () => {
  let temporal: FakeClient;
  let bridge: FactBridge;
  beforeEach(() => {
    temporal = new FakeClient();
    bridge = new FactBridge(temporal as unknown as Client);
  });
  const tell = (...events: EventEnvelope[]) => bridge.handle(events);

  it.each(SHIPMENT_FACTS)('tells the shipment of %s, starting its story if nobody has', async (name) => {
    await tell(envelope(name));
    const [told, ...others] = temporal.calls.filter(({ workflow }) => workflow === 'shipmentLifecycle');
    expect(others).toEqual([]);
    expect(told).toMatchObject({
      how: 'signalWithStart',
      options: {
        workflowId: 'shipment/shipment-1',
        taskQueue: WORKFLOW_QUEUE,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        args: [{ tenant: 'acme', shipmentId: 'shipment-1', correlationId: 'correlation-1' }],
        signal: 'fact',
        signalArgs: [{ eventId: 'event-1', name, stream: 'shipment-1', version: 4 }],
      },
    });
  });

  it('hands on what a fact says, but of the opening its id alone', async () => {
    await tell(envelope('duties.PaymentSettled'));
    await tell(envelope('shipments.ShipmentOpened'));
    const said = temporal.calls.map(({ options }) => (options['signalArgs'] as { data: unknown }[])[0]!.data);
    expect(said).toEqual([{ engagementId: 'engagement-1', kind: 'ongoing', amount: '1.00' }, {}]);
  });

  it.each(ENTRY_FACTS)('tells the entry of %s, starting its story again when it has ended', async (name) => {
    await tell(envelope(name, { data: { declarationId: 'declaration-1', caseId: 'case-1', says: 'anything' } }));
    expect(temporal.calls.filter(({ workflow }) => workflow === 'postEntry')).toMatchObject([
      {
        how: 'signalWithStart',
        options: {
          workflowId: 'post-entry/declaration-1',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          args: [{ tenant: 'acme', shipmentId: 'shipment-1', declarationId: 'declaration-1' }],
          signalArgs: [{ eventId: 'event-1', name, data: {} }],
        },
      },
    ]);
  });

  it.each(DECIDED_MONEY_FACTS)('leaves %s to the entry where it is of a case, and only there', async (name) => {
    await tell(envelope(name, { data: { declarationId: 'declaration-1', caseId: 'case-1' } }));
    expect(temporal.calls.map(({ workflow }) => workflow)).toEqual(['postEntry']);
    await tell(envelope(name, { data: { declarationId: 'declaration-1', paymentId: 'payment-1' } }));
    expect(temporal.calls.filter(({ workflow }) => workflow === 'postEntry')).toHaveLength(1);
  });

  it('tells a workflow at once what comes together for it, in its order, and portions what is too much for one signal', async () => {
    const many = ['customs.DeclarationAccepted', 'customs.DutyNotified', 'customs.GoodsReleased'].map((name, index) =>
      envelope(name, { id: `event-${index}`, data: { declarationId: 'declaration-1' } }),
    );
    await tell(...many, envelope('duties.PaymentSettled', { subject: 'shipment-2' }));
    const signals = temporal.calls.map(({ workflow, options }) => [
      workflow,
      options['workflowId'],
      options['signal'],
      (options['signalArgs'] as [object | object[]])[0],
    ]);
    expect(signals).toMatchObject([
      [
        ...['shipmentLifecycle', 'shipment/shipment-1', 'facts'],
        [
          { eventId: 'event-0', name: 'customs.DeclarationAccepted', data: { declarationId: 'declaration-1' } },
          { eventId: 'event-1', name: 'customs.DutyNotified' },
          { eventId: 'event-2', name: 'customs.GoodsReleased' },
        ],
      ],
      ['shipmentLifecycle', 'shipment/shipment-2', 'fact', { name: 'duties.PaymentSettled' }],
      ['postEntry', 'post-entry/declaration-1', 'fact', { eventId: 'event-2', data: {} }],
    ]);

    temporal.calls.length = 0;
    await tell(...Array.from({ length: 40 }, (_, n) => envelope('duties.PaymentSettled', { id: `event-${n}` })));
    const portions = temporal.calls.map(({ options }) => (options['signalArgs'] as [{ eventId: string }[]])[0]);
    expect(portions.map(({ length }) => length)).toEqual([16, 16, 8]);
    expect(portions.flat().map(({ eventId }) => eventId)).toEqual(Array.from({ length: 40 }, (_, n) => `event-${n}`));
  });

  it('starts the list of what a voided basis concerns once', async () => {
    await tell(envelope('duties.LegalBasisVoided', { data: { voidanceId: 'voidance-1' } }));
    temporal.failure = new WorkflowExecutionAlreadyStartedError('it ran', 'voidance/voidance-1', 'legalBasisVoidance');
    await tell(envelope('duties.LegalBasisVoided', { data: { voidanceId: 'voidance-1' } }));
    expect(temporal.calls).toMatchObject(
      [1, 2].map(() => ({
        how: 'start',
        workflow: 'legalBasisVoidance',
        options: { workflowId: 'voidance/voidance-1', workflowIdReusePolicy: 'REJECT_DUPLICATE' },
      })),
    );
  });

  it('asks people about a statement that differs, once, and about one that agrees not at all', async () => {
    const reconciled = (differences: object[]) =>
      envelope('duties.StatementReconciled', { data: { statementId: 'statement-1', differences } });
    await tell(reconciled([]));
    expect(temporal.calls).toEqual([]);
    await tell(reconciled([{ n: 1 }]));
    await tell(envelope('duties.StatementDifferenceSettled', { data: { statementId: 'statement-1', n: 1 } }));
    expect(temporal.calls).toMatchObject([
      { how: 'start', workflow: 'statementDifferences', options: { workflowId: 'statement/statement-1' } },
      { how: 'signal', workflow: 'statement/statement-1', options: { signalArgs: [{ data: { n: 1 } }] } },
    ]);
  });

  it('carries the trace on, when there is one', async () => {
    await tell(envelope('duties.PaymentSettled', { traceparent: '00-a-b-01' }));
    await tell(envelope('duties.PaymentSettled'));
    const refs = temporal.calls.map(({ options }) => (options['args'] as object[])[0]);
    expect(refs[0]).toMatchObject({ traceparent: '00-a-b-01' });
    expect(refs[1]).not.toHaveProperty('traceparent');
  });

  it('puts ids alone where Temporal keeps plain text', async () => {
    await tell(envelope('shipments.ShipmentOpened', { data: { importer: 'Northwind Robotics' } }));
    await tell(envelope('shipments.EngagementOpened'));
    const attributes = temporal.calls.map(({ options }) =>
      (options['typedSearchAttributes'] as { getAll(): { key: { name: string }; value: unknown }[] })
        .getAll()
        .map(({ key, value }) => [key.name, value]),
    );
    expect(attributes).toEqual([
      [
        ['ShipmentId', 'shipment-1'],
        ['Tenant', 'acme'],
      ],
      [['Tenant', 'acme']],
    ]);
    expect(JSON.stringify(temporal.calls)).not.toContain('Northwind');
  });

  it('starts the programme of an ongoing engagement', async () => {
    await tell(envelope('shipments.EngagementOpened'));
    expect(temporal.calls).toMatchObject([
      {
        how: 'start',
        workflow: 'engagementProgramme',
        options: {
          workflowId: 'engagement/engagement-1',
          taskQueue: WORKFLOW_QUEUE,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          args: [{ tenant: 'acme', engagementId: 'engagement-1', correlationId: 'correlation-1' }],
        },
      },
    ]);
  });

  it('starts nothing for an engagement of one shipment', async () => {
    await tell(
      envelope('shipments.EngagementOpened', { data: { engagementId: 'engagement-1', kind: 'per-shipment' } }),
    );
    expect(temporal.calls).toEqual([]);
  });

  it.each(ENGAGEMENT_FACTS.slice(1))('tells the programme of %s', async (name) => {
    await tell(envelope(name));
    expect(temporal.calls).toMatchObject([
      { how: 'signal', workflow: 'engagement/engagement-1', options: { signal: 'fact', signalArgs: [{ name }] } },
    ]);
  });

  it('changes nothing where the story has ended, or was started before', async () => {
    temporal.failure = new WorkflowExecutionAlreadyStartedError('it ran', 'shipment/shipment-1', 'shipmentLifecycle');
    await tell(envelope('carriers.ShipmentDelivered'));
    await tell(envelope('shipments.EngagementOpened'));
    temporal.failure = new WorkflowNotFoundError('no such programme', 'engagement/engagement-1', undefined);
    await tell(envelope('shipments.MandateGranted'));
    expect(temporal.calls).toHaveLength(3);
  });

  it('gives money that comes back after the story has ended a story of its own', async () => {
    const ended = new WorkflowExecutionAlreadyStartedError('it ran', 'shipment/shipment-1', 'shipmentLifecycle');
    temporal.over.set('shipmentLifecycle', ended);
    await tell(envelope('duties.PaymentBounced', { data: { paymentId: 'payment-1' } }));
    await tell(envelope('duties.PaymentSettled', { data: { paymentId: 'payment-2' } }));
    const later = temporal.calls.filter(({ workflow }) => workflow !== 'shipmentLifecycle');
    expect(later).toMatchObject([
      {
        ...{ how: 'signalWithStart', workflow: 'returnedPayments' },
        options: {
          ...{ workflowId: 'returned-payments/shipment-1', workflowIdReusePolicy: 'ALLOW_DUPLICATE' },
          args: [{ tenant: 'acme', shipmentId: 'shipment-1' }],
          signalArgs: [{ data: { paymentId: 'payment-1' } }],
        },
      },
      {
        how: 'signal',
        workflow: 'returned-payments/shipment-1',
        options: { signalArgs: [{ name: 'duties.PaymentSettled' }] },
      },
    ]);
  });

  it('lets any other failure be seen, so that the fact comes again', async () => {
    temporal.failure = new ServiceError('14 UNAVAILABLE');
    for (const name of ['carriers.ShipmentDelivered', 'shipments.EngagementOpened', 'shipments.MandateGranted']) {
      await expect(tell(envelope(name))).rejects.toBe(temporal.failure);
    }
  });

  it('passes over what is no fact of a story', async () => {
    for (const type of [
      'tidewaiter.documents.DocumentRegistered.v1',
      'tidewaiter.nowhere.ShipmentOpened.v1',
      'ShipmentOpened',
      '',
    ]) {
      expect(isFact(type)).toBe(false);
      await tell(envelope('duties.PaymentSettled', { type }));
    }
    expect(temporal.calls).toEqual([]);
    expect(
      [...SHIPMENT_FACTS, ...ENGAGEMENT_FACTS, ...ENTRY_FACTS, ...VOIDANCE_FACTS, ...STATEMENT_FACTS].every((name) =>
        isFact(envelope(name).type),
      ),
    ).toBe(true);
    expect(isFact('tidewaiter.duties.PaymentSettled.v2')).toBe(true);
  });

  it('gives up a fact that Temporal will never take, and no other', () => {
    const grpc = (code: number) => Object.assign(new Error(`${code}`), { code, details: '', metadata: {} });
    expect(isHopeless(new ServiceError('refused', { cause: grpc(3) }))).toBe(true);
    for (const code of [4, 5, 7, 8, 14])
      expect(isHopeless(new ServiceError('later', { cause: grpc(code) }))).toBe(false);
    expect(isHopeless(new Error('bug'))).toBe(false);
  });
});
