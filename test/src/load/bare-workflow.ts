import { proxyActivities } from '@temporalio/workflow';

const { step } = proxyActivities<{ step(n: number): Promise<number> }>({ startToCloseTimeout: '30 seconds' });

/** The yardstick: twelve activities one after the other, and nothing else. */
export async function bare(): Promise<number> {
  let sum = 0;
  for (let n = 0; n < 12; n += 1) sum += await step(n);
  return sum;
}
