import { Controller, Inject, Req, type BeforeApplicationShutdown } from '@nestjs/common';
import { streamEvents, type InputOf } from '@tidewaiter/contracts';
import {
  Bell,
  Binary,
  Caller,
  EventStreams,
  Input,
  LOG,
  resumeAfter,
  Serves,
  type CallerIdentity,
  type HouseRequest,
  type Log,
} from '@tidewaiter/platform';
import { Keys } from './application/keys.js';
import { FeedReader } from './feed.js';

@Controller()
export class EventsController implements BeforeApplicationShutdown {
  private readonly streams = new EventStreams();

  constructor(
    @Inject(FeedReader) private readonly reader: FeedReader,
    @Inject(Bell) private readonly bell: Bell,
    @Inject(Keys) private readonly keys: Keys,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Serves(streamEvents)
  async stream(
    @Input() { query }: InputOf<typeof streamEvents>,
    @Caller() { tenant, keyId }: CallerIdentity,
    @Req() request: HouseRequest,
  ): Promise<Binary> {
    const after = resumeAfter(request.headers['last-event-id'], query.after) ?? (await this.reader.head(tenant));
    return this.streams.serve(request, {
      after,
      read: (from, limit) => this.reader.read(tenant, from, query, limit),
      listen: (heard) => this.bell.listen(tenant, heard),
      ...(keyId === undefined ? {} : { ended: (end) => this.keys.watch(keyId, end) }),
      onCut: (reason, error) => this.log.warn('event stream cut off', { tenant, reason, error }),
    });
  }

  beforeApplicationShutdown(): void {
    this.streams.end();
  }
}
