import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { Invalid } from '@tidewaiter/kernel';
import { Binary } from './binary.js';
import type { HouseRequest } from './serves.js';

export interface StreamRow {
  /** up to 18 digits, growing */
  position: string;
  type: string;
  /** JSON without line breaks */
  body: string;
}

export interface EventStreamOptions {
  /** position after which to begin */
  after: string;
  read(after: string, limit: number): Promise<StreamRow[]>;
  /** calls back when the feed may have grown; answers how to stop */
  listen(heard: () => void): () => void;
  /** told once when the stream breaks off, with the reason */
  onCut?: (reason: 'slow-consumer' | 'read-failed', error?: unknown) => void;
  timing?: Partial<EventStreamTiming>;
}

export interface EventStreamTiming {
  /** how long to wait for a ring before looking anyway: growth in another process is only seen so */
  pollMs: number;
  /** rings that come faster are gathered */
  gatherMs: number;
  heartbeatMs: number;
  /** how long a reader may leave what was sent to it unread */
  slowMs: number;
}

const TIMING: EventStreamTiming = { pollMs: 1000, gatherMs: 50, heartbeatMs: 15_000, slowMs: 60_000 };
const BATCH = 200;

/** One server-sent event; a body of JSON has no line breaks of its own. @see HTML, server-sent events, 9.2.6 */
export const frame = ({ position, type, body }: StreamRow): string =>
  `id: ${position}\nevent: ${type}\ndata: ${body}\n\n`;

/**
 * A feed as server-sent events without an end.
 *
 * Entries are fetched only as the reader takes them, so a slow one costs a socket and no memory; one that takes nothing
 * for `slowMs` is cut off and resumes from its last id.
 */
export function eventStream(options: EventStreamOptions): Readable {
  const { pollMs, gatherMs, heartbeatMs, slowMs } = { ...TIMING, ...options.timing };
  let after = options.after;
  let wanted = false;
  let reading = false;
  let rung = false;
  let slow: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let lookedAt = -Infinity;

  const stream = new Readable({
    highWaterMark: 64 * 1024,
    read() {
      wanted = true;
      clearTimeout(slow);
      void pump();
    },
    destroy(error, done) {
      clearInterval(poll);
      clearInterval(heartbeat);
      clearTimeout(slow);
      clearTimeout(gathering);
      silence();
      done(error);
    },
  });

  const send = (text: string): void => {
    if (stream.push(text)) return;
    wanted = false;
    clearTimeout(slow);
    slow = setTimeout(() => cut('slow-consumer'), slowMs);
    slow.unref();
  };

  const cut = (reason: 'slow-consumer' | 'read-failed', error?: unknown): void => {
    options.onCut?.(reason, error);
    stream.destroy();
  };

  /** Sends what is there until the reader has enough or nothing is left; one at a time. */
  async function pump(): Promise<void> {
    if (reading || !wanted || stream.destroyed) return;
    reading = true;
    try {
      do {
        rung = false;
        lookedAt = performance.now();
        const rows = await options.read(after, BATCH);
        for (const row of rows) {
          if (stream.destroyed) return;
          after = row.position;
          send(frame(row));
        }
        if (rows.length === BATCH) rung = true;
      } while (rung && wanted && !stream.destroyed);
    } catch (error) {
      // What was sent stays valid: the reader comes again with its last id.
      cut('read-failed', error);
    } finally {
      reading = false;
    }
  }

  const wake = (): void => {
    rung = true;
    void pump();
  };
  /** The first ring after a rest is answered at once. */
  const hear = (): void => {
    gathering ??= setTimeout(
      () => {
        gathering = undefined;
        wake();
      },
      Math.max(0, lookedAt + gatherMs - performance.now()),
    );
  };
  const silence = options.listen(hear);
  const poll = setInterval(wake, pollMs).unref();
  const heartbeat = setInterval(() => {
    if (wanted) send(': still here\n\n');
  }, heartbeatMs).unref();
  stream.push('retry: 2000\n\n');
  return stream;
}

/** The streams that one controller serves. One without an end would keep the server from closing: they end with it, and their readers come again by themselves. */
export class EventStreams {
  private readonly open = new Set<Readable>();

  /** @param request whose end is the stream's end */
  serve(request: HouseRequest, options: EventStreamOptions): Binary {
    const stream = eventStream(options);
    this.open.add(stream);
    stream.once('close', () => this.open.delete(stream));
    request.raw.once('close', () => stream.destroy());
    return new Binary(stream, 'text/event-stream; charset=utf-8', {
      headers: { 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' },
    });
  }

  end(): void {
    for (const stream of this.open) stream.push(null);
  }
}

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

/** Rings in this process when something of a tenant has grown; readers elsewhere find it by polling. */
export class Bell {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  ring(tenant: string): void {
    this.emitter.emit(tenant);
  }

  /** @returns how to stop listening */
  listen(tenant: string, heard: () => void): () => void {
    this.emitter.on(tenant, heard);
    return () => void this.emitter.off(tenant, heard);
  }
}
