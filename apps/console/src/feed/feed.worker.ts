/// <reference lib="webworker" />
import { streamFeed } from '@tidewaiter/contracts';
import type { FeedChange, FromWorker } from './feed.js';

/**
 * One connection to the feed for all tabs of this browser: HTTP/1.1 gives six a host, over all of them. EventSource resumes by itself from
 * the last id it saw; where it gives up, it is begun again behind that id.
 */
const GATHER_MS = 40;
const AGAIN_MS = 2_000;

const ports = new Set<MessagePort>();
let source: EventSource | null = null;
let state: 'connecting' | 'live' | 'reconnecting' = 'connecting';
let last: string | null = null;
let gathered: FeedChange[] = [];
let gathering: ReturnType<typeof setTimeout> | undefined;

const tell = (message: FromWorker): void => {
  for (const port of ports) port.postMessage(message);
};
function be(now: typeof state): void {
  state = now;
  tell({ type: 'state', state });
}
function flush(): void {
  gathering = undefined;
  const changes = gathered;
  gathered = [];
  tell({ type: 'changes', changes });
}

function connect(): void {
  source?.close();
  source = new EventSource(last === null ? streamFeed.path : `${streamFeed.path}?after=${last}`);
  source.addEventListener('open', () => be('live'));
  source.addEventListener('change', (event: MessageEvent<string>) => {
    last = event.lastEventId;
    gathered.push(JSON.parse(event.data) as FeedChange);
    gathering ??= setTimeout(flush, GATHER_MS);
  });
  // The session it was opened under is over; the page has renewed it, or signs in again.
  source.addEventListener('end', connect);
  source.addEventListener('error', () => {
    be('reconnecting');
    if (source?.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS);
  });
}

(self as unknown as SharedWorkerGlobalScope).addEventListener('connect', (event) => {
  const port = event.ports[0]!;
  ports.add(port);
  port.addEventListener('message', ({ data }: MessageEvent<string>) => {
    if (data === 'leave') ports.delete(port);
    if (data === 'look' && state === 'reconnecting') connect();
    if (ports.size === 0) {
      source?.close();
      source = null;
    }
  });
  port.start();
  port.postMessage({ type: 'state', state } satisfies FromWorker);
  if (source === null) connect();
});
