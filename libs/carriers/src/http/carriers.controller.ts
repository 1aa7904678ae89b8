import { Controller, Headers, Inject } from '@nestjs/common';
import {
  carrierEvents,
  checkNumber,
  disposeRefused,
  listBookings,
  recordRefusal,
  showDelivery,
  showTracking,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import {
  checkContainer,
  checkDan,
  checkEin,
  checkEori,
  checkMrn,
  checkVat,
  NotFound,
  type IdentifierCheck,
} from '@tidewaiter/kernel';
import {
  byOf,
  Caller,
  CommandId,
  drainToken,
  EVENT_STORE,
  Input,
  RawBody,
  Serves,
  type CallerIdentity,
  type Nudge,
} from '@tidewaiter/platform';
import { CarrierInbound, INBOUND_DRAIN } from '../application/inbound.js';
import { delivery, remainingOf, returnedOf, type DeliveryCommand } from '../domain/index.js';
import { trackingView } from './tracking-view.js';

const CHECKS: Record<InputOf<typeof checkNumber>['query']['kind'], (value: string) => IdentifierCheck> = {
  container: checkContainer,
  mrn: checkMrn,
  eori: checkEori,
  ein: checkEin,
  vat: checkVat,
  dan: checkDan,
};

interface BookingRow {
  booking_id: string;
  shipment_id: string;
  generation: number;
  adapter: string;
  status: AnswerOf<typeof listBookings>['items'][number]['status'];
  carrier_reference: string | null;
  version: number;
}

@Controller()
export class CarriersController {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CarrierInbound) private readonly inbound: CarrierInbound,
    @Inject(drainToken(INBOUND_DRAIN)) private readonly drain: Nudge,
  ) {}

  @Serves(listBookings)
  async bookings(
    @Input() { params }: InputOf<typeof listBookings>,
    @Caller() caller: CallerIdentity,
  ): Promise<AnswerOf<typeof listBookings>> {
    const rows = await this.store.query<BookingRow & Record<string, unknown>>(
      caller.tenant,
      `select booking_id, shipment_id, generation, adapter, status, carrier_reference, version from bookings where tenant_id = $1 and shipment_id = $2 order by generation`,
      [caller.tenant, params.shipmentId],
    );
    return {
      items: rows.map((row) => ({
        bookingId: row.booking_id,
        shipmentId: row.shipment_id,
        generation: row.generation,
        adapter: row.adapter,
        status: row.status,
        carrierReference: row.carrier_reference,
        version: row.version,
      })),
    };
  }

  @Serves(showTracking)
  async tracking(
    @Input() { params }: InputOf<typeof showTracking>,
    @Caller() caller: CallerIdentity,
  ): Promise<AnswerOf<typeof showTracking>> {
    const [current] = await this.store.query<{ booking_id: string }>(
      caller.tenant,
      'select booking_id from bookings where tenant_id = $1 and shipment_id = $2 order by generation desc limit 1',
      [caller.tenant, params.shipmentId],
    );
    const events = await this.store.read(caller.tenant, `tracking-${params.shipmentId}`);
    return trackingView(events, current?.booking_id ?? null);
  }

  @Serves(showDelivery)
  delivery(
    @Input() { params }: InputOf<typeof showDelivery>,
    @Caller() caller: CallerIdentity,
  ): Promise<AnswerOf<typeof showDelivery>> {
    return this.deliveryOf(caller.tenant, params.shipmentId);
  }

  @Serves(recordRefusal)
  refused(
    @Input() { params, body }: InputOf<typeof recordRefusal>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof showDelivery>> {
    const command = { type: 'RecordRefused' as const, ...body, by: caller.actor };
    return this.account(caller, params.shipmentId, commandId, command);
  }

  @Serves(disposeRefused)
  disposed(
    @Input() { params, body }: InputOf<typeof disposeRefused>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof showDelivery>> {
    const command = { type: 'DisposeRefused' as const, ...body, by: caller.actor };
    return this.account(caller, params.shipmentId, commandId, command);
  }

  private async account(
    caller: CallerIdentity,
    shipmentId: string,
    commandId: string,
    command: DeliveryCommand,
  ): Promise<AnswerOf<typeof showDelivery>> {
    await this.deliveryOf(caller.tenant, shipmentId);
    const by = byOf(caller, shipmentId, commandId);
    await this.store.execute(delivery, `delivery-${shipmentId}`, command, by, { fingerprint: command });
    return this.deliveryOf(caller.tenant, shipmentId);
  }

  private async deliveryOf(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showDelivery>> {
    const { state } = await this.store.load(delivery, tenant, `delivery-${shipmentId}`);
    if (state.status === 'none')
      throw new NotFound('carriers.delivery.unknown', 'Nothing of this shipment was released for delivery yet.');
    return {
      lines: state.lines.map((line) => ({
        line: line.line,
        released: { value: line.released, unit: line.unit },
        delivered: { value: line.delivered, unit: line.unit },
        refused: { value: line.refused ?? '0', unit: line.unit },
        returned: { value: returnedOf(line), unit: line.unit },
        remaining: { value: remainingOf(line), unit: line.unit },
      })),
      proofs: state.proofs.map(({ sha256, mediaType, size, signedBy, at, level }) => ({
        sha256,
        mediaType,
        size,
        signedBy,
        at,
        level,
      })),
      delivered: state.status === 'delivered',
    };
  }

  @Serves(carrierEvents)
  async push(
    @Input() { params }: InputOf<typeof carrierEvents>,
    @RawBody() body: Buffer,
    @Headers('notification-signature') signature: string | undefined,
  ): Promise<void> {
    await this.inbound.take(params.account, signature, body);
    this.drain.nudge();
  }

  @Serves(checkNumber)
  check(@Input() { query }: InputOf<typeof checkNumber>): AnswerOf<typeof checkNumber> {
    return CHECKS[query.kind](query.value);
  }
}
