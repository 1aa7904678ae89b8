import { continueAsNew, patched, workflowInfo } from '@temporalio/workflow';
import type { Reconciled, Step, StreamDifference } from '@tidewaiter/contracts';
import { RECORDING_CONTEXTS, type RecordingContext } from '@tidewaiter/contracts/names';
import { audit, records, tasks } from './activities.js';

const PAGE = 200;
/** Pages before the story goes on in a new run: its history stays short. */
const PAGES = 100;
/** What was recorded this short ago may still be on its way to the log. */
const SETTLING_MS = 60_000;

/** Where a comparison stands that went on in a new run. */
interface Sofar extends Reconciled {
  runId: string;
  began: string;
  context: number;
  after: string;
}

/**
 * Compares the event stores of all contexts with the log, stream by stream. What differs is an alarm, and a task as long as it
 * does; the first run without a difference withdraws the task.
 */
export async function reconciliation(tenant: string, sofar?: Sofar): Promise<Reconciled> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const run: Sofar = sofar ?? {
    runId: firstExecutionRunId,
    began: new Date().toISOString(),
    context: 0,
    after: '',
    streams: 0,
    events: 0,
    differences: [],
  };
  const step: Step = {
    tenant,
    subject: 'reconciliation',
    commandId: `${workflowId}/${run.runId}`,
    correlationId: workflowId,
    causationId: workflowId,
    actor: 'system:workflow',
  };
  // Runs that began before partners recorded anything go on without it.
  const contexts = patched('partners-record')
    ? RECORDING_CONTEXTS
    : RECORDING_CONTEXTS.filter((each) => each !== 'partners');
  for (let pages = 0; run.context < contexts.length; pages += 1) {
    if (pages === PAGES) return continueAsNew<typeof reconciliation>(tenant, run);
    await comparePage(step, run, contexts[run.context]!);
  }
  const { streams, events, differences, runId, began } = run;
  const { task } = await audit.recordReconciliation(step, { runId, began, streams, events, differences });
  if (task.kind === 'withdraw') {
    await tasks.settleTask({ ...step, subject: task.subject }, task.taskId, {
      kind: 'withdrawn',
      reason: 'The log and the event stores agree again.',
    });
  } else if (task.kind === 'raise') {
    const about = { runId, differences: differences.slice(0, 20) };
    const { taskId } = await tasks.raiseTask(
      { ...step, subject: differences[0]!.subject },
      {
        kind: 'mend-records',
        role: 'administrator',
        says: task.says,
        about,
        due: null,
      },
    );
    await audit.noteReconciliationTask(step, { runId, taskId });
  }
  return { streams, events, differences };
}

async function comparePage(step: Step, run: Sofar, context: RecordingContext): Promise<void> {
  const store = records[context];
  const recordedBefore = new Date(Date.parse(run.began) - SETTLING_MS).toISOString();
  const ask = { recordedBefore, limit: PAGE };
  const page = await store.streamDigests(step, { ...ask, after: run.after });
  const compared = await audit.compareStreams(step, { context, after: run.after, ...page });
  run.streams += page.streams.length;
  run.events += compared.events;
  const differing: { stream: string; subject: string }[] = [...compared.differing];
  if (compared.suspected.length > 0) {
    // The log was looked at after the store: what came between is no difference.
    const named = compared.suspected.map(({ stream }) => stream);
    const again = await store.streamDigests(step, { ...ask, after: '', limit: named.length + 1, streams: named });
    const newest = new Map(again.streams.map((each) => [each.stream, each.newest]));
    differing.push(...compared.suspected.filter(({ stream, version }) => version > (newest.get(stream) ?? 0)));
  }
  for (const { stream, subject } of new Map(differing.map((each) => [each.stream, each])).values()) {
    const found = await located(step, context, stream, subject);
    if (found) run.differences.push(found);
  }
  run.after = page.next ?? '';
  if (page.next === null) run.context += 1;
}

async function located(
  step: Step,
  context: RecordingContext,
  stream: string,
  subject: string,
): Promise<StreamDifference | null> {
  const hashes = await records[context].leafHashes(step, stream);
  return audit.locateDifference(step, { context, stream, subject, hashes });
}
