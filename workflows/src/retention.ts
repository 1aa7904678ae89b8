import { workflowInfo } from '@temporalio/workflow';
import { audit } from './activities.js';

/** One run of the daily schedule for one tenant: clocks are worked out again, and what is due, approved and not on hold is erased. */
export async function retention(tenant: string): ReturnType<typeof audit.applyRetention> {
  const { workflowId } = workflowInfo();
  return audit.applyRetention({
    tenant,
    subject: 'retention',
    commandId: workflowId,
    correlationId: workflowId,
    causationId: workflowId,
    actor: 'system:workflow',
  });
}
