import type { TidewaiterClient } from '@tidewaiter/client';
import { decideTask } from '@tidewaiter/contracts';
import type { Output } from '../output.js';
import type { Task } from '../usual-decision.js';

/**
 * Decides a task as it was read, and says what came of it.
 *
 * @param next the next sensible command, without the program's name
 * @throws ProblemError 412 when somebody decided or changed it in between
 */
export async function decide(
  client: TidewaiterClient,
  out: Output,
  { taskId, version }: Pick<Task, 'taskId' | 'version'>,
  body: Record<string, unknown>,
  next?: string,
): Promise<void> {
  const answer = await client.call(decideTask, { params: { taskId }, body }, { ifMatch: version });
  if (out.json) return out.emit(answer);
  out.data(answer.says);
  if (next !== undefined) out.next(next);
}
