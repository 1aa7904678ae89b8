import { Inject } from '@nestjs/common';
import type { AnswerOf, InputOf, showStory, showStrip } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { NotFound, toInstant, type Instant } from '@tidewaiter/kernel';
import { CLOCK, EVENT_STORE } from '@tidewaiter/platform';
import { zoneOf } from '../domain/standing.js';
import { countingAt, gapsIn, inOrder, tell, type Entry } from '../domain/story.js';
import { stripOf } from '../domain/strip.js';
import { REFERENCE_DATA, type ReferenceData } from './reference-data.js';

interface EntryRow extends Omit<Entry, 'eventId' | 'causationId'>, Record<string, unknown> {
  event_id: string;
  causation_id: string;
}
interface Moment {
  known?: string | undefined;
  asof?: string | undefined;
}

/** The shipment page's reading of the timeline: its story, and the strip above it; now, or as it stood. */
export class Stories {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: () => Instant,
    @Inject(REFERENCE_DATA) private readonly reference: ReferenceData,
  ) {}

  /** @throws NotFound `shipments.shipment.unknown` */
  async story(
    tenant: string,
    shipmentId: string,
    { order, ...moment }: InputOf<typeof showStory>['query'],
  ): Promise<AnswerOf<typeof showStory>> {
    const { entries } = await this.entries(tenant, shipmentId, moment);
    const told = inOrder(tell(entries), order);
    const gaps = gapsIn(entries, told, order, moment.known ?? this.clock());
    return { shipmentId, position: entries.at(-1)?.position ?? '0', order, entries: told, gaps };
  }

  /** @throws NotFound `shipments.shipment.unknown` */
  async strip(
    tenant: string,
    shipmentId: string,
    moment: InputOf<typeof showStrip>['query'],
  ): Promise<AnswerOf<typeof showStrip>> {
    const { entries, destination } = await this.entries(tenant, shipmentId, moment);
    const strip = stripOf(entries, zoneOf(this.reference.standing, destination));
    return { shipmentId, position: entries.at(-1)?.position ?? '0', ...strip };
  }

  private async entries(
    tenant: string,
    shipmentId: string,
    { known, asof }: Moment,
  ): Promise<{ entries: Entry[]; destination: string }> {
    const [shipment] = await this.store.query<{ destination: string }>(
      tenant,
      `select state->>'destination' as destination from shipments where tenant_id = $1 and id = $2`,
      [tenant, shipmentId],
    );
    if (!shipment)
      throw new NotFound('shipments.shipment.unknown', 'no such shipment', {
        advice: 'Look at the list of shipments of your tenant.',
      });
    const rows = await this.store.query<EntryRow>(
      tenant,
      `select position, event_id, context, name, stream, version, time, actor, causation_id, says, data
         from timeline where tenant_id = $1 and shipment_id = $2 order by position`,
      [tenant, shipmentId],
    );
    const entries = rows.map(({ event_id: eventId, causation_id: causationId, ...entry }): Entry => ({
      ...entry,
      eventId,
      causationId,
    }));
    const moment = {
      ...(known === undefined ? {} : { known: toInstant(known) }),
      ...(asof === undefined ? {} : { asof: toInstant(asof) }),
    };
    return { entries: countingAt(entries, moment), destination: shipment.destination };
  }
}
