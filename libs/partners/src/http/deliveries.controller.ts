import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@tidewaiter/contracts';
import type { AnswerOf, InputOf } from '@tidewaiter/contracts';
import { Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { DeliveryLog } from '../application/delivery-log.js';

@Controller()
export class DeliveriesController {
  constructor(@Inject(DeliveryLog) private readonly deliveries: DeliveryLog) {}

  @Serves(contracts.listWebhookDeliveries)
  list(@Input() { query }: InputOf<typeof contracts.listWebhookDeliveries>, @Caller() { tenant }: CallerIdentity) {
    return this.deliveries.list(tenant, query);
  }

  @Serves(contracts.replayWebhookDeliveries)
  replay(
    @Input() { body }: InputOf<typeof contracts.replayWebhookDeliveries>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof contracts.replayWebhookDeliveries>> {
    return this.deliveries.replay(caller, body, commandId);
  }

  @Serves(contracts.showWebhookDelivery)
  show(@Input() { params }: InputOf<typeof contracts.showWebhookDelivery>, @Caller() { tenant }: CallerIdentity) {
    return this.deliveries.show(tenant, params.deliveryId);
  }

  @Serves(contracts.retryWebhookDelivery)
  retry(
    @Input() { params, body }: InputOf<typeof contracts.retryWebhookDelivery>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof contracts.retryWebhookDelivery>> {
    return this.deliveries.retry(caller, params.deliveryId, body.because, commandId);
  }

  @Serves(contracts.skipWebhookDelivery)
  skip(
    @Input() { params, body }: InputOf<typeof contracts.skipWebhookDelivery>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof contracts.skipWebhookDelivery>> {
    return this.deliveries.skip(caller, params.deliveryId, body.because, commandId);
  }
}
