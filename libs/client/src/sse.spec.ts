import fc from 'fast-check';
import { sseMessages, type ServerSentMessage } from './sse.js';

const streamOf = (chunks: Uint8Array[], onCancel = () => undefined) =>
  new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const next = chunks.shift();
      if (next) controller.enqueue(next);
      else controller.close();
    },
    cancel: onCancel,
  });

async function read(chunks: Uint8Array[]): Promise<ServerSentMessage[]> {
  const messages: ServerSentMessage[] = [];
  for await (const message of sseMessages(streamOf(chunks))) messages.push(message);
  return messages;
}
const readText = (text: string) => read([new TextEncoder().encode(text)]);

/** Cuts bytes anywhere, inside a character and inside a line end too. */
function cut(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.slice(from, at[index] ?? bytes.length));
}

const ending = fc.constantFrom('\n', '\r\n', '\r');
const word = fc.string({ unit: fc.constantFrom('a', ' ', ':', '{', '"', 'é', '港', '🚢'), maxLength: 12 });
const message = fc.record({
  id: fc.integer({ min: 1, max: 9_999_999 }).map(String),
  data: fc.array(word, { minLength: 1, maxLength: 4 }),
});

describe('server-sent events', () => {
  it('come out whole wherever the stream was cut and however its lines end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 6 }),
        ending,
        fc.array(fc.nat(), { maxLength: 30 }),
        async (messages, end, places) => {
          const text = messages
            .map(({ id, data }) =>
              [': beat', `id: ${id}`, 'event: fact', ...data.map((line) => `data: ${line}`), '', ''].join(end),
            )
            .join('');
          expect(await read(cut(new TextEncoder().encode(text), places))).toEqual(
            messages.map(({ id, data }) => ({ id, event: 'fact', data: data.join('\n') })),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each<[string, string, ServerSentMessage[]]>([
    ['a comment alone is no message', ': beat\n\n', []],
    ['an id alone is no message, but it stays', 'id: 4\n\ndata: x\n\n', [{ id: '4', event: '', data: 'x' }]],
    [
      'one space after the colon is not part of the value',
      'data:x\n\ndata:  x\n\n',
      [
        { id: '', event: '', data: 'x' },
        { id: '', event: '', data: ' x' },
      ],
    ],
    ['a field without a colon is empty', 'data\n\n', [{ id: '', event: '', data: '' }]],
    ['fields that begin alike are others', 'dataset: x\nidentity: 9\n\n', []],
    ['what no empty line ended is no message', 'data: x\n\ndata: half', [{ id: '', event: '', data: 'x' }]],
    [
      'an id with a null character is passed over',
      'id: 1\n\nid: 2\0\ndata: x\n\n',
      [{ id: '1', event: '', data: 'x' }],
    ],
    [
      'a name is of one message',
      'event: end\ndata: x\n\ndata: y\n\n',
      [
        { id: '', event: 'end', data: 'x' },
        { id: '', event: '', data: 'y' },
      ],
    ],
    ['a byte order mark is not data', '\ufeffdata: x\n\n', [{ id: '', event: '', data: 'x' }]],
  ])('%s', async (_, text, messages) => {
    expect(await readText(text)).toEqual(messages);
  });

  it('close the stream when nobody reads on', async () => {
    let cancelled = false;
    const body = streamOf(
      [new TextEncoder().encode('data: 1\n\ndata: 2\n\n'), new Uint8Array(1)],
      () => void (cancelled = true),
    );
    for await (const { data } of sseMessages(body)) {
      expect(data).toBe('1');
      break;
    }
    expect(cancelled).toBe(true);
  });
});
