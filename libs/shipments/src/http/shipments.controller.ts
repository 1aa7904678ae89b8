import { Controller, Inject } from '@nestjs/common';
import {
  amendShipment,
  listShipments,
  openShipment,
  showShipment,
  showTimeline,
  splitShipment,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CommandId, IfMatch, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Desk } from '../application/desk.js';
import { Views } from '../application/views.js';

@Controller()
export class ShipmentsController {
  constructor(
    @Inject(Desk) private readonly desk: Desk,
    @Inject(Views) private readonly views: Views,
  ) {}

  @Serves(openShipment)
  open(
    @Input() { body }: InputOf<typeof openShipment>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.desk.openShipment(body, caller, commandId);
  }

  @Serves(listShipments)
  list(@Input() { query }: InputOf<typeof listShipments>, @Caller() caller: CallerIdentity) {
    return this.views.shipments(caller.tenant, query);
  }

  @Serves(showShipment)
  show(@Input() { params }: InputOf<typeof showShipment>, @Caller() caller: CallerIdentity) {
    return this.views.shipment(caller.tenant, params.shipmentId);
  }

  @Serves(amendShipment)
  amend(
    @Input() { params, body }: InputOf<typeof amendShipment>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.desk.amendShipment(params.shipmentId, body, caller, commandId, version);
  }

  @Serves(splitShipment)
  split(
    @Input() { params, body }: InputOf<typeof splitShipment>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.desk.splitShipment(params.shipmentId, body, caller, commandId, version);
  }

  @Serves(showTimeline)
  timeline(@Input() { params, query }: InputOf<typeof showTimeline>, @Caller() caller: CallerIdentity) {
    return this.views.timeline(caller.tenant, params.shipmentId, query);
  }
}
