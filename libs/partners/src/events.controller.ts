import type { Readable } from 'node:stream';
import { Controller, Inject, Req, type BeforeApplicationShutdown } from '@nestjs/common';
import { streamEvents, type InputOf } from '@tidewaiter/contracts';
import { Invalid } from '@tidewaiter/kernel';
import {
  Binary,
  Caller,
  Input,
  LOG,
  Serves,
  type CallerIdentity,
  type HouseRequest,
  type Log,
} from '@tidewaiter/platform';
import { eventStream } from './event-stream.js';
import { FeedBell, FeedReader } from './feed.js';

/**
 * Where a reader goes on: after its last event (`Last-Event-ID`, which a browser sends by itself when it reconnects and
 * which is newer than the address), else after the position it names, else from now on.
 *
 * @throws Invalid `partners.feed.position-invalid`
 */
export function resumeAfter(header: unknown, after: string | undefined): string | undefined {
  if (header === undefined || header === '') return after;
  if (typeof header === 'string' && /^\d{1,18}$/.test(header)) return header;
  throw new Invalid('partners.feed.position-invalid', 'Last-Event-ID is not an id of this feed', {
    advice:
      'Send the id of the last event you took, or leave the header out to begin now (after=0 begins at the first).',
    places: [{ pointer: 'header/Last-Event-ID', reason: 'up to 18 digits' }],
  });
}

@Controller()
export class EventsController implements BeforeApplicationShutdown {
  private readonly open = new Set<Readable>();

  constructor(
    @Inject(FeedReader) private readonly reader: FeedReader,
    @Inject(FeedBell) private readonly bell: FeedBell,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Serves(streamEvents)
  async stream(
    @Input() { query }: InputOf<typeof streamEvents>,
    @Caller() { tenant }: CallerIdentity,
    @Req() request: HouseRequest,
  ): Promise<Binary> {
    const after = resumeAfter(request.headers['last-event-id'], query.after) ?? (await this.reader.head(tenant));
    const stream = eventStream({
      after,
      read: (from, limit) => this.reader.read(tenant, from, query.shipment, limit),
      listen: (heard) => this.bell.listen(tenant, heard),
      onCut: (reason, error) => this.log.warn('event stream cut off', { tenant, reason, error }),
    });
    this.open.add(stream);
    stream.once('close', () => this.open.delete(stream));
    request.raw.once('close', () => stream.destroy());
    return new Binary(stream, 'text/event-stream; charset=utf-8', {
      headers: { 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' },
    });
  }

  /** A stream without an end would keep the server from closing; its readers come again by themselves. */
  beforeApplicationShutdown(): void {
    for (const stream of this.open) stream.push(null);
  }
}
