import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { Invalid, type TidewaiterError } from '@tidewaiter/kernel';
import { unknownKey } from '../identity/api-keys.js';
import { tokenExpired, type CallerIdentity } from '../identity/caller.js';
import { Binary } from './binary.js';
import { problemOf } from './problems.js';
import { factsOf, type HouseRequest } from './serves.js';

export interface StreamRow {
  /** up to 18 digits, growing */
  position: string;
  type: string;
  /** JSON without line breaks; null: passed over, the reader did not ask for it */
  body: string | null;
}

export interface EventStreamOptions {
  /** position after which to begin */
  after: string;
  read(after: string, limit: number): Promise<StreamRow[]>;
  /** calls back when the feed may have grown; answers how to stop */
  listen(heard: () => void): () => void;
  /** calls back once the reader may read no more, with why; answers how to stop */
  ended?: Ending;
  /** told once when the stream breaks off, with the reason */
  onCut?: (reason: 'slow-consumer' | 'read-failed', error?: unknown) => void;
  timing?: Partial<EventStreamTiming>;
}

/** Something that may end a stream: told with why, at most once; answers how to stop listening. */
export type Ending = (end: (why: TidewaiterError) => void) => () => void;

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
export const frame = ({ position, type, body }: StreamRow & { body: string }): string =>
  `id: ${position}\nevent: ${type}\ndata: ${body}\n\n`;

/** The last message of a stream whose reader may read no more: a problem document. It has no id, so that a reader resumes where it was. */
export const endFrame = (why: TidewaiterError): string => `event: end\ndata: ${JSON.stringify(problemOf(why))}\n\n`;

/**
 * A feed as server-sent events without an end.
 *
 * Entries are fetched only as the reader takes them, so a slow one costs a socket and no memory; one that takes nothing
 * for `slowMs` is cut off and resumes from its last id. One that may read no more is told why and gets nothing after.
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
  let over = false;

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
      unwatch();
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

  const end = (why: TidewaiterError): void => {
    if (over || stream.destroyed) return;
    over = true;
    send(endFrame(why));
    stream.push(null);
  };

  /** Sends what is there until the reader has enough or nothing is left; one at a time. */
  async function pump(): Promise<void> {
    if (reading || !wanted || over || stream.destroyed) return;
    reading = true;
    try {
      do {
        rung = false;
        lookedAt = performance.now();
        const rows = await options.read(after, BATCH);
        for (const row of rows) {
          if (over || stream.destroyed) return;
          after = row.position;
          const { body } = row;
          if (body !== null) send(frame({ ...row, body }));
        }
        if (rows.length === BATCH) rung = true;
      } while (rung && wanted && !over && !stream.destroyed);
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
    if (wanted && !over) send(': still here\n\n');
  }, heartbeatMs).unref();
  stream.push('retry: 2000\n\n');
  const unwatch = options.ended?.(end) ?? (() => undefined);
  return stream;
}

/** A timer holds 24.8 days at most; a key may live for a year. */
const LONGEST_WAIT_MS = 86_400_000;

/** The end of an identity's time; undefined where it has none. */
function expiryOf({ expires, keyId }: CallerIdentity): Ending | undefined {
  if (expires === undefined) return undefined;
  return (end) => {
    let timer: NodeJS.Timeout | undefined;
    const look = (): void => {
      const left = expires - Date.now();
      if (left <= 0) return end(keyId === undefined ? tokenExpired() : unknownKey());
      timer = setTimeout(look, Math.min(left, LONGEST_WAIT_MS)).unref();
    };
    look();
    return () => clearTimeout(timer);
  };
}

const anyOf =
  (endings: readonly Ending[]): Ending =>
  (end) => {
    const stops = endings.map((each) => each(end));
    return () => stops.forEach((stop) => stop());
  };

/** The streams that one controller serves. One without an end would keep the server from closing: they end with it, and their readers come again by themselves. */
export class EventStreams {
  private readonly open = new Set<Readable>();

  /** @param request whose end is the stream's end, and whose caller's time is its time */
  serve(request: HouseRequest, options: EventStreamOptions): Binary {
    const { caller } = factsOf(request);
    const endings = [caller && expiryOf(caller), options.ended].filter((each) => each !== undefined);
    const stream = eventStream({ ...options, ended: anyOf(endings) });
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
