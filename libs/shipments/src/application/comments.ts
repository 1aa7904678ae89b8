import { Inject } from '@nestjs/common';
import type { AnswerOf, listComments } from '@tidewaiter/contracts';
import { ERASED, type EventStore, type StoredEvent } from '@tidewaiter/event-store';
import { byOf, EVENT_STORE, idFor, type CallerIdentity } from '@tidewaiter/platform';
import { comments, type CommentEvent } from '../domain/comments.js';
import { knownShipment } from './known.js';

const streamOf = (shipmentId: string): string => `comments-${shipmentId}`;

/** What people write on a shipment. Texts are read from the sealed events and kept nowhere else. */
export class ShipmentComments {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @throws NotFound `shipments.shipment.unknown`; Refused `shipments.comment.too-many` */
  async make(caller: CallerIdentity, shipmentId: string, text: string, commandId: string): Promise<string> {
    await knownShipment(this.store, caller.tenant, shipmentId);
    const commentId = idFor('comment', caller.tenant, commandId);
    const command = { type: 'MakeComment' as const, shipmentId, commentId, text, by: caller.actor };
    const by = byOf(caller, shipmentId, commandId);
    await this.store.execute(comments, streamOf(shipmentId), command, by, { fingerprint: text });
    return commentId;
  }

  /** @throws NotFound `shipments.comment.unknown`; Refused `shipments.comment.not-yours` */
  async withdraw(caller: CallerIdentity, shipmentId: string, commentId: string, commandId: string): Promise<void> {
    const command = { type: 'WithdrawComment' as const, shipmentId, commentId, by: caller.actor };
    await this.store.execute(comments, streamOf(shipmentId), command, byOf(caller, shipmentId, commandId), {
      fingerprint: commentId,
    });
  }

  /** @throws NotFound `shipments.shipment.unknown` */
  async list({ tenant, actor }: CallerIdentity, shipmentId: string): Promise<AnswerOf<typeof listComments>> {
    await knownShipment(this.store, tenant, shipmentId);
    const events = (await this.store.read(tenant, streamOf(shipmentId))) as StoredEvent<CommentEvent>[];
    const withdrawn = new Set(
      events.flatMap(({ type, data }) => (type === 'CommentWithdrawn' ? [data.commentId] : [])),
    );
    return {
      items: events.flatMap((event) => {
        if (event.type !== 'CommentMade') return [];
        const { commentId, by, text } = event.data as Extract<CommentEvent, { type: 'CommentMade' }>['data'];
        const state = withdrawn.has(commentId) ? 'withdrawn' : text === ERASED ? 'erased' : 'stands';
        return [
          { commentId, by, at: event.time, text: state === 'stands' ? text : null, state, mine: by === actor } as const,
        ];
      }),
    };
  }
}
