import { AuditModule } from '@tidewaiter/audit';
import { CarriersModule } from '@tidewaiter/carriers';
import { CustomsModule } from '@tidewaiter/customs';
import { DocumentsModule } from '@tidewaiter/documents';
import { DutiesModule } from '@tidewaiter/duties';
import { PartnersModule } from '@tidewaiter/partners';
import { FrontModule } from '@tidewaiter/platform';
import { ShipmentsModule } from '@tidewaiter/shipments';
import { WorkerModule } from '@tidewaiter/worker';

/** All rooms of the house: which process hosts a module is a list, not code. */
export const ALL_MODULES = [
  ShipmentsModule,
  DocumentsModule,
  DutiesModule,
  CustomsModule,
  CarriersModule,
  AuditModule,
  PartnersModule,
  WorkerModule,
  FrontModule,
];
