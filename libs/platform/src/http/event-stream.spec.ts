import { setTimeout as wait } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { EventEmitter } from 'node:events';
import { unknownKey } from '../identity/api-keys.js';
import type { CallerIdentity } from '../identity/caller.js';
import {
  endFrame,
  eventStream,
  EventStreams,
  frame,
  resumeAfter,
  type Ending,
  type EventStreamTiming,
  type StreamRow,
} from './event-stream.js';
import type { HouseRequest } from './serves.js';

const row = (position: number, size = 2) => ({
  position: String(position),
  type: 'tidewaiter.shipments.ShipmentOpened.v1',
  body: JSON.stringify('x'.repeat(size)),
});

/** A feed in memory: what it holds can grow while it is read. */
class Shelf {
  readonly rows: StreamRow[] = [];
  readonly heard = new Set<() => void>();
  reads = 0;

  put(...rows: StreamRow[]): void {
    this.rows.push(...rows);
    for (const hear of this.heard) hear();
  }

  stream(after: string, timing: Partial<EventStreamTiming> = {}, cuts: string[] = [], ended?: Ending) {
    return eventStream({
      after,
      read: async (from, limit) => {
        this.reads += 1;
        return this.rows.filter((each) => BigInt(each.position) > BigInt(from)).slice(0, limit);
      },
      listen: (heard) => {
        this.heard.add(heard);
        return () => void this.heard.delete(heard);
      },
      onCut: (reason) => void cuts.push(reason),
      timing: { pollMs: 60_000, ...timing },
      ...(ended ? { ended } : {}),
    });
  }
}

async function take(stream: NodeJS.ReadableStream, until: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (until(text)) break;
  }
  return text;
}
const idsIn = (text: string): number[] => [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));

describe('an event stream', () => {
  it('frames an event with position, type and one line of data', () => {
    expect(frame(row(7))).toBe('id: 7\nevent: tidewaiter.shipments.ShipmentOpened.v1\ndata: "xx"\n\n');
  });

  it('begins after the position named and goes on with what is added, woken at once', async () => {
    const shelf = new Shelf();
    shelf.put(row(1), row(2));
    const stream = shelf.stream('1');
    const text = take(stream, (sofar) => idsIn(sofar).length === 3);
    await wait(20);
    shelf.put(row(3), row(4));
    expect(idsIn(await text)).toEqual([2, 3, 4]);
    expect(shelf.heard.size).toBe(0);
  });

  it('passes over what its reader did not ask for, once', async () => {
    const shelf = new Shelf();
    shelf.put(...Array.from({ length: 450 }, (_, index) => ({ ...row(index + 1), body: null })), row(451));
    const stream = shelf.stream('0');
    expect(idsIn(await take(stream, (sofar) => sofar.includes('id: 451')))).toEqual([451]);
    expect(shelf.reads).toBeLessThanOrEqual(4);
  });

  it('finds by polling what nobody rang for', async () => {
    const shelf = new Shelf();
    const stream = shelf.stream('0', { pollMs: 10 });
    const text = take(stream, (sofar) => idsIn(sofar).length === 1);
    await wait(30);
    shelf.rows.push(row(1));
    expect(idsIn(await text)).toEqual([1]);
  });

  it('keeps the line open with a comment', async () => {
    const text = await take(new Shelf().stream('0', { heartbeatMs: 10 }), (sofar) => sofar.includes(': still here'));
    expect(idsIn(text)).toEqual([]);
  });

  it('reads no further ahead than its reader takes', async () => {
    const shelf = new Shelf();
    shelf.put(...Array.from({ length: 5000 }, (_, index) => row(index + 1, 1000)));
    const stream = shelf.stream('0');
    stream.pause();
    stream.read(0);
    await wait(50);
    expect(shelf.reads).toBe(1);
    const ids = idsIn(await take(stream, (sofar) => sofar.includes('id: 5000\n')));
    expect(ids).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
  });

  it('cuts off a reader that leaves everything unread', async () => {
    const shelf = new Shelf();
    const cuts: string[] = [];
    shelf.put(...Array.from({ length: 200 }, (_, index) => row(index + 1, 2000)));
    const stream = shelf.stream('0', { slowMs: 30 }, cuts);
    stream.read(0);
    await wait(120);
    expect([cuts, stream.destroyed, shelf.heard.size]).toEqual([['slow-consumer'], true, 0]);
  });

  it('tells a reader that may read no more why, and gives it nothing after', async () => {
    const shelf = new Shelf();
    let stopped = 0;
    let end!: Parameters<Ending>[0];
    const stream = shelf.stream('0', { heartbeatMs: 5 }, [], (told) => {
      end = told;
      return () => void (stopped += 1);
    });
    shelf.put(row(1));
    const text = take(stream, (sofar) => {
      if (sofar.includes('id: 1\n')) {
        end(unknownKey());
        end(unknownKey());
        shelf.put(row(2));
      }
      return false;
    });
    expect(await text).toMatch(/^retry: 2000\n\n(: still here\n\n)*id: 1\n[^]*\n\nevent: end\ndata: \{.*\}\n\n$/);
    expect(await text).toContain('"status":401,"code":"identity.key.invalid"');
    expect([stopped, shelf.heard.size]).toEqual([1, 0]);
  });

  it('ends with the time of who opened it, by the reason that a request would meet', async () => {
    const ends = async (caller: Partial<CallerIdentity>): Promise<string> => {
      const who: CallerIdentity = {
        tenant: 'acme',
        subject: 'pat',
        actor: 'user:pat',
        roles: [],
        name: 'Pat',
        ...caller,
      };
      const request = { raw: new EventEmitter(), house: { caller: who } } as unknown as HouseRequest;
      const read = async (): Promise<StreamRow[]> => [];
      const answer = new EventStreams().serve(request, { after: '0', read, listen: () => () => undefined });
      return take(answer.content as Readable, () => false);
    };
    const expires = Date.now() + 20;
    expect(await ends({ expires })).toContain('identity.token.expired');
    expect(await ends({ expires, keyId: 'k' })).toContain('identity.key.invalid');
    expect(await ends({ expires: 0 })).toContain('identity.token.expired');
  });

  it('breaks off when the feed cannot be read, and says so', async () => {
    const cuts: unknown[] = [];
    const stream = eventStream({
      after: '0',
      read: () => Promise.reject(new Error('gone')),
      listen: () => () => undefined,
      onCut: (reason, error) => void cuts.push([reason, (error as Error).message]),
    });
    stream.on('error', () => undefined).resume();
    await wait(20);
    expect(cuts).toEqual([['read-failed', 'gone']]);
    expect(stream.destroyed).toBe(true);
  });
});

it('ends a stream by a problem document without an id', () =>
  expect(endFrame(unknownKey())).toMatch(/^event: end\ndata: \{"type":"\/problems\/identity\.key\.invalid",.*\}\n\n$/));

describe('where a reader goes on', () => {
  it('takes the header before the address', () => {
    expect([
      resumeAfter('9', '5'),
      resumeAfter(undefined, '5'),
      resumeAfter('', '5'),
      resumeAfter(undefined, undefined),
    ]).toEqual(['9', '5', '5', undefined]);
  });
  it.each(['abc', '-1', '1.5', ['1', '2']])('refuses %j', (header) => {
    expect(() => resumeAfter(header, undefined)).toThrow(
      expect.objectContaining({ code: 'partners.feed.position-invalid' }),
    );
  });
});
