import { Module } from '@nestjs/common';
import { ContextModule, hostActivities, hostDrain, settings } from '@tidewaiter/platform';
import { z } from 'zod';
import { CARRIERS, type CarrierRegistry } from './adapters/carrier.js';
import { dcsaAdapter } from './adapters/dcsa/transport.js';
import { CarriersActivitiesService } from './application/carriers.activities.js';
import { CarrierInbound, INBOUND_DRAIN } from './application/inbound.js';
import { DeliveryProofs, PROOF_DRAIN } from './application/proofs.js';
import { CarriersController } from './http/carriers.controller.js';
import { bookingsBoard, deliveriesBoard } from './postgres/projections.js';

const carrierSettings = z.object({
  CARRIER_URL: z.url().meta({ description: 'base address of the DCSA carrier' }),
  CARRIER_TOKEN: z.string().min(8),
  CARRIER_WEBHOOK_SECRET: z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length >= 16, 'at least 16 bytes')
    .meta({ description: 'base64 key of the signature over pushes' }),
  CARRIER_ACCOUNT: z.string().default('simulated-ocean'),
  CARRIER_TIMEOUT_MS: z.coerce.number().int().positive().default(10_000),
});

function carriersFromSettings(): CarrierRegistry {
  const env = settings(carrierSettings);
  const adapter = dcsaAdapter({
    url: env.CARRIER_URL,
    token: env.CARRIER_TOKEN,
    webhookSecret: Buffer.from(env.CARRIER_WEBHOOK_SECRET, 'base64'),
    timeoutMs: env.CARRIER_TIMEOUT_MS,
  });
  return new Map([[env.CARRIER_ACCOUNT, adapter]]);
}

@Module({
  imports: [
    ContextModule.for('carriers', {
      migrations: new URL('../migrations/', import.meta.url),
      inline: [bookingsBoard, deliveriesBoard],
    }),
  ],
  controllers: [CarriersController],
  providers: [
    { provide: CARRIERS, useFactory: carriersFromSettings },
    CarrierInbound,
    DeliveryProofs,
    CarriersActivitiesService,
    ...hostDrain({ context: 'carriers', name: INBOUND_DRAIN, handler: CarrierInbound, idleMs: 1000 }),
    ...hostDrain({ context: 'carriers', name: PROOF_DRAIN, handler: DeliveryProofs, idleMs: 1000 }),
    hostActivities('carriers', CarriersActivitiesService),
  ],
})
export class CarriersModule {}
