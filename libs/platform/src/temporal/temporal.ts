import { Client, Connection, WorkflowNotFoundError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DECIDE_UPDATE, type Decision, type DecisionAnswer } from '@tidewaiter/contracts';
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

/** The connections of one process to Temporal, opened when first needed. */
export class Temporal {
  private clientPromise: Promise<Client> | undefined;
  private nativePromise: Promise<NativeConnection> | undefined;

  constructor(readonly settings: TemporalSettings) {}

  get converter() {
    return dataConverter(this.settings.payloadKey);
  }

  client(): Promise<Client> {
    return (this.clientPromise ??= Connection.connect({ address: this.settings.address }).then(
      (connection) => new Client({ connection, namespace: this.settings.namespace, dataConverter: this.converter }),
    ));
  }

  native(): Promise<NativeConnection> {
    return (this.nativePromise ??= NativeConnection.connect({ address: this.settings.address }));
  }

  async ping(): Promise<void> {
    const client = await this.client();
    await client.workflowService.getSystemInfo({});
  }

  async close(): Promise<void> {
    await (await this.clientPromise)?.connection.close();
    await (await this.nativePromise)?.close();
  }
}

/** The way a person's decision reaches the workflow that waits for it. */
export interface WorkflowPort {
  /**
   * @param updateId the same for the same intent, so that a repeat gets the first answer
   * @throws Refused as the workflow refused; Unavailable `workflow.not-answering`; NotFound `workflow.unknown`
   */
  decide(workflowId: string, decision: Decision, updateId: string): Promise<DecisionAnswer>;
}

export const createWorkflowPort = (temporal: Temporal, timeoutMs = 20_000): WorkflowPort => ({
  async decide(workflowId, decision, updateId) {
    const client = await temporal.client();
    try {
      return await client.withDeadline(Date.now() + timeoutMs, () =>
        client.workflow.getHandle(workflowId).executeUpdate<DecisionAnswer, [Decision]>(DECIDE_UPDATE, { args: [decision], updateId }),
      );
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
        throw new Refused(error.cause.type ?? 'workflow.refused', error.cause.message, {}, { cause: error });
      }
      if (error instanceof WorkflowNotFoundError) {
        throw new NotFound('workflow.unknown', 'Nothing waits for this decision any more.', {}, { cause: error });
      }
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
        throw new Unavailable('workflow.not-answering', 'The workflow did not answer in time; the decision may still be taken.', {
          advice: 'Repeat the request under the same Idempotency-Key to learn the outcome.',
        });
      }
      throw error;
    }
  },
});
