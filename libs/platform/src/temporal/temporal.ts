import {
  Client,
  Connection,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  DECIDE_UPDATE,
  SPLIT_UPDATE,
  WORKFLOW_QUEUE,
  type Decision,
  type DecisionAnswer,
  type SplitAnswer,
  type SplitOrder,
} from '@tidewaiter/contracts';
import { NotFound, Refused, Unavailable } from '@tidewaiter/kernel';
import { NativeConnection } from '@temporalio/worker';
import { dataConverter } from './codec.js';

export const TEMPORAL = Symbol('TEMPORAL');
export const WORKFLOWS = Symbol('WORKFLOWS');

export interface TemporalSettings {
  address: string;
  namespace: string;
  payloadKey: Buffer;
}

/** Opens at first use. A failed attempt is forgotten, so that the next use tries again. */
class Opened<T> {
  private opening: Promise<T> | undefined;

  constructor(private readonly open: () => Promise<T>) {}

  get(): Promise<T> {
    return (this.opening ??= this.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    }));
  }

  async close(close: (opened: T) => Promise<void>): Promise<void> {
    if (this.opening) await this.opening.then(close);
  }
}

/** The connections of one process to Temporal, opened when first needed. */
export class Temporal {
  readonly converter: ReturnType<typeof dataConverter>;
  private readonly clients: Opened<Client>;
  private readonly natives: Opened<NativeConnection>;

  constructor(readonly settings: TemporalSettings) {
    const { address, namespace } = settings;
    this.converter = dataConverter(settings.payloadKey);
    this.clients = new Opened(async () => {
      const connection = await Connection.connect({ address });
      return new Client({ connection, namespace, dataConverter: this.converter });
    });
    this.natives = new Opened(() => NativeConnection.connect({ address }));
  }

  client(): Promise<Client> {
    return this.clients.get();
  }

  native(): Promise<NativeConnection> {
    return this.natives.get();
  }

  async ping(): Promise<void> {
    const client = await this.client();
    await client.workflowService.getSystemInfo({});
  }

  async close(): Promise<void> {
    await this.clients.close((client) => client.connection.close());
    await this.natives.close((connection) => connection.close());
  }
}

/** The way a person's decision reaches the workflow that waits for it. */
export interface WorkflowPort {
  /**
   * @param updateId the same for the same intent, so that a repeat gets the first answer
   * @throws Refused as the workflow refused; Unavailable `workflow.not-answering`; NotFound `workflow.unknown`
   */
  decide(workflowId: string, decision: Decision, updateId: string): Promise<DecisionAnswer>;
  /** Divides a shipment, if its story can still be divided. @throws as `decide` does */
  split(workflowId: string, order: SplitOrder, updateId: string): Promise<SplitAnswer>;
  /** Starts a workflow, or leaves the one of this id that runs already. @throws Unavailable `workflow.not-answering` */
  start(type: string, workflowId: string, args: unknown[]): Promise<void>;
}

const notAnswering = (cause: unknown): Unavailable =>
  new Unavailable(
    'workflow.not-answering',
    'The workflow did not answer in time; the decision may still be taken.',
    { advice: 'Repeat the request under the same Idempotency-Key to learn the outcome.' },
    { cause },
  );

/** What became of a decision, in the family of errors that the door knows. */
function toRefusal(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    return new Refused(error.cause.type ?? 'workflow.refused', error.cause.message, {}, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) {
    return new NotFound('workflow.unknown', 'Nothing waits for this decision any more.', {}, { cause: error });
  }
  const silent = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError;
  return silent ? notAnswering(error) : error;
}

export function createWorkflowPort(temporal: Pick<Temporal, 'client'>, timeoutMs = 20_000): WorkflowPort {
  const update =
    <Arg, Answer>(name: string) =>
    async (workflowId: string, arg: Arg, updateId: string): Promise<Answer> => {
      const client = await temporal.client().catch((error: unknown) => {
        throw notAnswering(error);
      });
      try {
        return await client.withDeadline(Date.now() + timeoutMs, () =>
          client.workflow.getHandle(workflowId).executeUpdate<Answer, [Arg]>(name, { args: [arg], updateId }),
        );
      } catch (error) {
        throw toRefusal(error);
      }
    };
  return {
    decide: update<Decision, DecisionAnswer>(DECIDE_UPDATE),
    split: update<SplitOrder, SplitAnswer>(SPLIT_UPDATE),
    async start(type, workflowId, args) {
      try {
        const client = await temporal.client();
        await client.workflow.start(type, {
          taskQueue: WORKFLOW_QUEUE,
          workflowId,
          args,
          workflowIdConflictPolicy: 'USE_EXISTING',
        });
      } catch (error) {
        throw notAnswering(error);
      }
    },
  };
}
