import type { Readable } from 'node:stream';
import { Controller, Inject, Req, type BeforeApplicationShutdown } from '@nestjs/common';
import { streamEvents, type InputOf } from '@tidewaiter/contracts';
import {
  Bell,
  Binary,
  Caller,
  eventStream,
  Input,
  LOG,
  resumeAfter,
  Serves,
  type CallerIdentity,
  type HouseRequest,
  type Log,
} from '@tidewaiter/platform';
import { FeedReader } from './feed.js';

@Controller()
export class EventsController implements BeforeApplicationShutdown {
  private readonly open = new Set<Readable>();

  constructor(
    @Inject(FeedReader) private readonly reader: FeedReader,
    @Inject(Bell) private readonly bell: Bell,
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
