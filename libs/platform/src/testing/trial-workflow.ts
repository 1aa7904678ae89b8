import * as workflow from '@temporalio/workflow';

/** What the trial on a real server uses of Temporal: each way on which a value or a failure travels. */
export const DECIDE = workflow.defineUpdate<{ kind: string }, [{ says: string }]>('decide');
export const TOLD = workflow.defineSignal<[string]>('told');
export const HEARD = workflow.defineQuery<string[]>('heard');

interface Activities {
  greet(name: string): Promise<string>;
  refuse(name: string): Promise<void>;
}

/** Answers what its activities said; a decision that says `no` is refused. */
export async function trial(name: string): Promise<string[]> {
  const { greet, refuse } = workflow.proxyActivities<Activities>({ taskQueue: 'duties', startToCloseTimeout: '10 s' });
  const heard: string[] = [];
  workflow.setHandler(HEARD, () => heard);
  workflow.setHandler(TOLD, (text) => void heard.push(text));
  workflow.setHandler(DECIDE, (decision) => {
    if (decision.says === 'no')
      throw workflow.ApplicationFailure.nonRetryable(`${name} may not`, 'trial.decision.refused');
    heard.push(decision.says);
    return { kind: 'taken' };
  });
  heard.push(await greet(name));
  try {
    await refuse(name);
  } catch (error) {
    const cause = (error as workflow.ActivityFailure).cause as workflow.ApplicationFailure;
    heard.push(`${cause.type}: ${cause.message}`);
  }
  await workflow.condition(() => heard.length === 4);
  return heard;
}
