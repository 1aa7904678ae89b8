import { Module, type Provider } from '@nestjs/common';
import { CONTEXTS } from '@tidewaiter/contracts';
import { Bell, ContextModule, hostActivities, hostConsumer, hostDrain } from '@tidewaiter/platform';
import { Courier, WEBHOOKS } from './application/courier.js';
import { Deliveries } from './application/deliveries.js';
import { DeliveryLog } from './application/delivery-log.js';
import { Egress } from './application/egress.js';
import { Endpoints, endpointsProjection } from './application/endpoints.js';
import { Keys, keysProjection } from './application/keys.js';
import { ADDRESS_RULES, addressRules } from './application/partners.settings.js';
import type { AddressRules } from './domain/address.js';
import { EventsController } from './events.controller.js';
import { FeedReader, FeedWriter } from './feed.js';
import { DeliveriesController } from './http/deliveries.controller.js';
import { EndpointsController } from './http/endpoints.controller.js';
import { KeysController } from './http/keys.controller.js';

/** What answers requests; the module adds what reads the topics. */
export const controllers = [EventsController, EndpointsController, DeliveriesController, KeysController];
export const services: Provider[] = [
  Bell,
  FeedReader,
  FeedWriter,
  { provide: ADDRESS_RULES, useFactory: addressRules },
  { provide: Egress, useFactory: (rules: AddressRules) => new Egress(rules), inject: [ADDRESS_RULES] },
  Endpoints,
  Deliveries,
  DeliveryLog,
  Keys,
  Courier,
  ...hostDrain({ context: 'partners', name: WEBHOOKS, handler: Courier, idleMs: 1000 }),
];
export const recordBook = ContextModule.for('partners', {
  migrations: new URL('../migrations/', import.meta.url),
  inline: [endpointsProjection, keysProjection],
});

/** No story has a step here: what runs on the queue is the comparison of the record book with the log, as in every context. */
class PartnersActivitiesService {}

@Module({
  imports: [recordBook],
  controllers,
  providers: [
    ...services,
    PartnersActivitiesService,
    hostActivities('partners', PartnersActivitiesService),
    hostConsumer({
      context: 'partners',
      name: 'partners.feed',
      topics: [...CONTEXTS],
      spacingMs: 50,
      handler: FeedWriter,
    }),
  ],
})
export class PartnersModule {}
