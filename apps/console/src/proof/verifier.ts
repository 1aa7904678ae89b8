import { workerUrl } from '../api/trusted.js';
import type { Answer, Question } from './verifier.worker.js';
import address from './verifier.worker.ts?worker&url';

export type { Pinned, Verdict } from './verifier.worker.js';

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, (answer: Answer) => void>();

/** Starts the worker, so that nothing has to be loaded when the network is gone. */
export function readyVerifier(): Worker {
  if (worker) return worker;
  worker = new Worker(workerUrl(address), { type: 'module', name: 'verifier' });
  worker.onmessage = ({ data }: MessageEvent<{ id: number; answer: Answer }>) => {
    waiting.get(data.id)?.(data.answer);
    waiting.delete(data.id);
  };
  return worker;
}

/** Asks the worker of this browser; no server has a part in the answer. @throws Error with the worker's own words */
export async function ask<K extends Question['kind']>(
  question: Extract<Question, { kind: K }>,
): Promise<Extract<Answer, { kind: K extends 'path' ? 'path' : 'verdict' }>> {
  const id = (asked += 1);
  const answer = await new Promise<Answer>((resolve) => {
    waiting.set(id, resolve);
    readyVerifier().postMessage({ id, question });
  });
  if (answer.kind === 'failed') throw new Error(answer.says);
  return answer as Extract<Answer, { kind: K extends 'path' ? 'path' : 'verdict' }>;
}
