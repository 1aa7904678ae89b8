import { workflowInfo } from '@temporalio/workflow';
import { audit } from './activities.js';

/** One run of the daily schedule for one tenant: dossiers whose retention has run out and that nobody holds are erased. */
export async function retention(tenant: string): Promise<{ looked: number; erased: number; held: number }> {
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
