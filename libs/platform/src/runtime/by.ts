import type { Step } from '@tidewaiter/contracts';
import type { By } from '@tidewaiter/event-store';
import type { CallerIdentity } from '../identity/caller.js';

/** @param subject shipment or engagement the append concerns: the Kafka key and the correlation */
export const byOf = (caller: CallerIdentity, subject: string, commandId: string): By => ({
  tenant: caller.tenant,
  subject,
  commandId,
  actor: caller.actor,
  correlationId: subject,
  causationId: commandId,
});

export const byOfStep = (step: Step): By => ({
  tenant: step.tenant,
  subject: step.subject,
  commandId: step.commandId,
  actor: step.actor,
  correlationId: step.correlationId,
  causationId: step.causationId,
});

/** One of several commands that a step makes: it has an id of its own, and the step is its cause. */
export const byPartOf = (step: Step, commandId: string): By => ({
  ...byOfStep(step),
  commandId,
  causationId: step.commandId,
});
