import { Controller, Inject } from '@nestjs/common';
import {
  listComments,
  makeComment,
  showWatchers,
  tellPresence,
  watchShipment,
  withdrawComment,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { ShipmentComments } from '../application/comments.js';
import { Presence } from '../application/presence.js';
import { Watching } from '../application/watchers.js';

/** What people say to each other about a shipment, who follows it, and who has it open. */
@Controller()
export class CommentsController {
  constructor(
    @Inject(ShipmentComments) private readonly comments: ShipmentComments,
    @Inject(Watching) private readonly watching: Watching,
    @Inject(Presence) private readonly presence: Presence,
  ) {}

  @Serves(listComments)
  list(@Input() { params }: InputOf<typeof listComments>, @Caller() caller: CallerIdentity) {
    return this.comments.list(caller, params.shipmentId);
  }

  @Serves(makeComment)
  async make(
    @Input() { params, body }: InputOf<typeof makeComment>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return { commentId: await this.comments.make(caller, params.shipmentId, body.text, commandId) };
  }

  @Serves(withdrawComment)
  async withdraw(
    @Input() { params }: InputOf<typeof withdrawComment>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    const { shipmentId, commentId } = params;
    await this.comments.withdraw(caller, shipmentId, commentId, commandId);
    return { commentId };
  }

  @Serves(showWatchers)
  watchers(@Input() { params }: InputOf<typeof showWatchers>, @Caller() caller: CallerIdentity) {
    return this.watching.show(caller, params.shipmentId);
  }

  @Serves(watchShipment)
  watch(@Input() { params, body }: InputOf<typeof watchShipment>, @Caller() caller: CallerIdentity) {
    return this.watching.change(caller, params.shipmentId, body.watching);
  }

  @Serves(tellPresence)
  tell(@Input() { params, body }: InputOf<typeof tellPresence>, @Caller() caller: CallerIdentity) {
    return this.presence.tell(caller, params.shipmentId, body);
  }
}
