import { streamEvents, type EventEnvelope } from '@tidewaiter/contracts';
import { problemFrom, ProblemError, type ClientOptions } from './client.js';
import { sseMessages } from './sse.js';

export interface FeedEvent {
  /** feed position: hand it back as `after` to go on from here */
  id: string;
  event: EventEnvelope;
}

export interface FeedOptions {
  /** events of one shipment only */
  shipment?: string;
  /** `customs.GoodsReleased`, or `customs.*` for all of a context */
  type?: string;
  /** position to go on from; without it only what is new comes */
  after?: string;
  /** ends the feed, quietly */
  signal: AbortSignal;
  retryMs?: number;
}

/** Resolves after a while, or as soon as nobody waits any more. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
  });

/** Waiting does not mend it: the server refuses, or what it sends is no event. */
const isFinal = (error: unknown): boolean =>
  error instanceof SyntaxError || (error instanceof ProblemError && error.status < 500 && error.status !== 429);

/**
 * Live events of the tenant, resumed by itself after every cut from the last position seen: no gap, no repeat.
 *
 * @throws ProblemError when the server refuses; what it cannot do just now (5xx, 429) and cuts are waited out
 */
export async function* feed(client: ClientOptions, options: FeedOptions): AsyncGenerator<FeedEvent> {
  const { signal, shipment, type, retryMs = 500 } = options;
  const asked = Object.entries({ shipment, type }).filter((each): each is [string, string] => each[1] !== undefined);
  const query = asked.length === 0 ? '' : `?${new URLSearchParams(asked).toString()}`;
  let last = options.after;
  while (!signal.aborted) {
    try {
      const response = await (client.fetch ?? fetch)(`${client.baseUrl}${streamEvents.path}${query}`, {
        headers: {
          ...(client.token ? { Authorization: `Bearer ${await client.token()}` } : {}),
          Accept: 'text/event-stream',
          ...(last === undefined ? {} : { 'Last-Event-ID': last }),
        },
        signal,
      });
      if (!response.ok || !response.body) throw new ProblemError(await problemFrom(response));
      for await (const { id, event, data } of sseMessages(response.body)) {
        // The identity's time is over: who has a newer one goes on, who has none is refused with the reason.
        if (event === 'end') break;
        if (id !== '') last = id;
        yield { id, event: JSON.parse(data) as EventEnvelope };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error)) throw error;
    }
    if (!signal.aborted) await pause(retryMs, signal);
  }
}
