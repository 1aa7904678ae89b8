import type { commentMade, commentWithdrawn, EventOf } from '@tidewaiter/contracts';
import { NotFound, Refused, unreachable, type Decider } from '@tidewaiter/kernel';

export type CommentEvent = EventOf<typeof commentMade> | EventOf<typeof commentWithdrawn>;

/** What people wrote on one shipment: who, and whether it stands. The texts stay in the events. */
export interface Comments {
  made: readonly { commentId: string; by: string; withdrawn: boolean }[];
}

type CommentCommand =
  | ({ type: 'MakeComment' } & EventOf<typeof commentMade>['data'])
  | ({ type: 'WithdrawComment' } & EventOf<typeof commentWithdrawn>['data']);

const MOST = 2000;

function decide({ made }: Comments, command: CommentCommand): CommentEvent[] {
  switch (command.type) {
    case 'MakeComment': {
      const { type: _type, ...data } = command;
      if (made.length >= MOST)
        throw new Refused('shipments.comment.too-many', `a shipment has at most ${MOST} comments`, {
          advice: 'Add a document instead.',
        });
      return [{ type: 'CommentMade', data }];
    }
    case 'WithdrawComment': {
      const { type: _type, ...data } = command;
      const comment = made.find(({ commentId }) => commentId === data.commentId);
      if (!comment)
        throw new NotFound('shipments.comment.unknown', 'no such comment', {
          advice: 'Look at the comments of the shipment.',
        });
      if (comment.by !== data.by)
        throw new Refused('shipments.comment.not-yours', 'only who wrote a comment takes it back', {
          advice: `Ask ${comment.by}.`,
        });
      return comment.withdrawn ? [] : [{ type: 'CommentWithdrawn', data }];
    }
    default:
      return unreachable(command);
  }
}

export const comments: Decider<Comments, CommentCommand, CommentEvent> = {
  initial: { made: [] },
  decide,
  evolve: ({ made }, event) =>
    event.type === 'CommentMade'
      ? { made: [...made, { commentId: event.data.commentId, by: event.data.by, withdrawn: false }] }
      : { made: made.map((each) => (each.commentId === event.data.commentId ? { ...each, withdrawn: true } : each)) },
};
