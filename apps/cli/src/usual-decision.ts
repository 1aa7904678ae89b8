import type { AnswerOf, showTask } from '@tidewaiter/contracts';
import { CommandFailed, EXIT } from './output.js';

export type Task = AnswerOf<typeof showTask>;

/** The decision a task of this kind takes when none is spelled out. */
export function usualDecision(task: Task): Record<string, unknown> {
  switch (task.kind) {
    case 'approve-payment':
      return { approve: true, digest: task.about['digest'] };
    case 'confirm-lines':
      return { lines: task.about['lines'] };
    case 'resolve-difference':
      return { accept: true };
    case 'correct-declaration':
      throw new CommandFailed(
        'A correction needs to say what to correct.',
        EXIT.usage,
        'tidewaiter task do ID --decision \'{"set":{"lines[0].commodity":"8517130000"}}\'',
      );
    default:
      return { retry: true };
  }
}
