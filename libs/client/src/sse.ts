export interface ServerSentMessage {
  /** last id the stream named, empty when it named none */
  id: string;
  /** name of the event, empty when it has none */
  event: string;
  data: string;
}

/** Lines of a stream of text, whatever ends them and wherever its chunks are cut. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  let returned = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      let text = decoder.decode(value, { stream: true });
      if (text === '') continue;
      // The second half of a line end whose first half came with the chunk before, and ended the line then.
      if (returned && text.startsWith('\n')) text = text.slice(1);
      returned = text.endsWith('\r');
      const lines = (rest + text).split(/\r\n|\n|\r/);
      rest = lines.pop()!;
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * Splits a stream of server-sent events into messages; comments and unknown fields are passed over, and what was not
 * ended by an empty line is no message. Who stops reading closes the stream.
 *
 * @see HTML Living Standard, 9.2.6
 */
export async function* sseMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentMessage> {
  let id = '';
  let event = '';
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, event, data: data.join('\n') };
      data = [];
      event = '';
      continue;
    }
    const [, field, value] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line)!;
    if (field === 'data') data.push(value!);
    if (field === 'event') event = value!;
    if (field === 'id' && !value!.includes('\0')) id = value!;
  }
}
