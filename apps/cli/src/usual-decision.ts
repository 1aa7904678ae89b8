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
    case 'open-refund-cases':
      return { open: true };
    case 'watch-clock':
      throw new CommandFailed(
        'A term is met or lengthened by saying how.',
        EXIT.usage,
        'tidewaiter task do ID --decision \'{"met":true,"how":"answered by courier on 3 March"}\'',
      );
    case 'settle-refund':
      throw new CommandFailed(
        'A refund is settled by the day and the reference of the money that came.',
        EXIT.usage,
        'tidewaiter task do ID --decision \'{"receivedOn":"2026-03-03","reference":"HMRC-4711"}\'',
      );
    case 'clock-passed':
      throw new CommandFailed(
        'Say what is done about the term that passed.',
        EXIT.usage,
        'tidewaiter task do ID --decision \'{"acknowledge":true,"reason":"petition for mitigation is prepared"}\'',
      );
    case 'settle-statement-difference':
      throw new CommandFailed(
        'A difference is accepted as the authority states it, or disputed, with the reason.',
        EXIT.usage,
        'tidewaiter task do ID --decision \'{"dispute":true,"reason":"no entry of ours: asked the authority"}\'',
      );
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
