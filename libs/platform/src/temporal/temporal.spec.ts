import { ServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { createWorkflowPort } from './temporal.js';

const decision = { taskId: 't', actor: 'user:a' } as never;

const portTo = (executeUpdate: () => Promise<unknown>) =>
  createWorkflowPort({
    client: async () =>
      ({
        withDeadline: (_: number, work: () => Promise<unknown>) => work(),
        workflow: { getHandle: () => ({ executeUpdate }) },
      }) as unknown as Client,
  });
const failing = (error: Error) => portTo(() => Promise.reject(error)).decide('shipment/1', decision, 'u-1');

describe('a decision on its way to a workflow', () => {
  it('brings the answer back', async () => {
    await expect(portTo(async () => ({ kind: 'taken' })).decide('shipment/1', decision, 'u-1')).resolves.toEqual({
      kind: 'taken',
    });
  });

  it('is refused as the workflow refused it', async () => {
    const failure = ApplicationFailure.nonRetryable('approver is requester', 'duties.payment.same-person');
    await expect(failing(new WorkflowUpdateFailedError('failed', failure))).rejects.toMatchObject({
      kind: 'refused',
      code: 'duties.payment.same-person',
    });
  });

  it('finds nobody when the workflow has ended', async () => {
    await expect(failing(new WorkflowNotFoundError('gone', 'shipment/1', undefined))).rejects.toMatchObject({
      kind: 'not-found',
      code: 'workflow.unknown',
    });
  });

  it('is unknown when Temporal does not answer, or cannot be reached at all', async () => {
    const unknown = { kind: 'unavailable', code: 'workflow.not-answering' };
    await expect(failing(new ServiceError('14 UNAVAILABLE'))).rejects.toMatchObject(unknown);
    const nobody = createWorkflowPort({ client: () => Promise.reject(new Error('Failed to connect')) });
    await expect(nobody.decide('shipment/1', decision, 'u-1')).rejects.toMatchObject(unknown);
  });

  it('does not hide a failure of ours', async () => {
    await expect(failing(new TypeError('x'))).rejects.toThrow(TypeError);
  });
});
