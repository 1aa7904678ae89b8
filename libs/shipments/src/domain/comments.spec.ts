import { fold } from '@tidewaiter/kernel';
import { comments, type CommentEvent } from './comments.js';

const shipmentId = '0198a000-0000-7000-8000-000000000001';
const made = (commentId: string, by = 'user:olga'): CommentEvent => ({
  type: 'CommentMade',
  data: { shipmentId, commentId, text: 'The seal was broken.', by },
});
const after = (...events: CommentEvent[]) => fold(comments, events);
const withdraw = (commentId: string, by = 'user:olga') => ({
  type: 'WithdrawComment' as const,
  ...{ shipmentId, commentId, by },
});

describe('comments on a shipment', () => {
  it('given none, when one is made, then it stands under its writer', () => {
    const command = { type: 'MakeComment' as const, ...made('a').data, text: 'Call the broker.' };
    expect(comments.decide(comments.initial, command)).toEqual([
      { type: 'CommentMade', data: { shipmentId, commentId: 'a', text: 'Call the broker.', by: 'user:olga' } },
    ]);
  });

  it('given one of mine, when I take it back, then it is withdrawn once', () => {
    const [withdrawn, ...others] = comments.decide(after(made('a'), made('b')), withdraw('a'));
    expect(withdrawn).toEqual({ type: 'CommentWithdrawn', data: { shipmentId, commentId: 'a', by: 'user:olga' } });
    expect(others).toEqual([]);
    const state = after(made('a'), made('b'), withdrawn!);
    expect(state.made).toMatchObject([
      { commentId: 'a', withdrawn: true },
      { commentId: 'b', withdrawn: false },
    ]);
    expect(comments.decide(state, withdraw('a'))).toEqual([]);
  });

  it('given one of another, when I take it back, then I am told whose it is', () => {
    expect(() => comments.decide(after(made('a', 'user:amara')), withdraw('a'))).toThrow(
      expect.objectContaining({ code: 'shipments.comment.not-yours' }),
    );
    expect(() => comments.decide(after(made('a')), withdraw('b'))).toThrow(
      expect.objectContaining({ code: 'shipments.comment.unknown' }),
    );
  });

  it('given very many, when one more is made, then it is refused', () => {
    const many = after(...Array.from({ length: 2000 }, (_, n) => made(`c${n}`)));
    const command = { type: 'MakeComment' as const, ...made('x').data, text: 'One more.' };
    expect(() => comments.decide(many, command)).toThrow(
      expect.objectContaining({ code: 'shipments.comment.too-many' }),
    );
  });
});
