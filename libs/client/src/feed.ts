import { streamEvents, type EventEnvelope } from '@tidewaiter/contracts';
import { ProblemError, type ClientOptions } from './client.js';

export interface FeedEvent {
  /** feed position: hand it back as `after` to go on from here */
  id: string;
  event: EventEnvelope;
}

/** Splits a stream of server-sent events into messages; comments and unknown fields are passed over. @see HTML, 9.2 */
export async function* sseMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<{ id: string; data: string }> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  let id = '';
  let data: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const lines = text.split(/\r\n|\n|\r/);
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { id, data: data.join('\n') };
        data = [];
      } else if (line.startsWith('id:')) id = line.slice(3).trimStart();
      else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
    }
  }
}

/**
 * Live events of the tenant, resumed by itself after every cut from the last position seen: no gap, no repeat.
 *
 * @param options.after position to go on from; without it only what is new comes
 */
export async function* feed(
  client: ClientOptions,
  options: { shipment?: string; after?: string; signal: AbortSignal; retryMs?: number },
): AsyncGenerator<FeedEvent> {
  let last = options.after;
  while (!options.signal.aborted) {
    try {
      const query = new URLSearchParams();
      if (options.shipment !== undefined) query.set('shipment', options.shipment);
      const response = await (client.fetch ?? fetch)(`${client.baseUrl}${streamEvents.path}?${query.toString()}`, {
        headers: { Authorization: `Bearer ${await client.token()}`, Accept: 'text/event-stream', ...(last === undefined ? {} : { 'Last-Event-ID': last }) },
        signal: options.signal,
      });
      if (!response.ok || !response.body) {
        const text = await response.text();
        if (response.status < 500) {
          throw new ProblemError({ type: 'about:blank', title: response.statusText, status: response.status, code: `http.status.${response.status}`, detail: text.slice(0, 300) });
        }
        throw new Error(text);
      }
      for await (const message of sseMessages(response.body)) {
        last = message.id;
        yield { id: message.id, event: JSON.parse(message.data) as EventEnvelope };
      }
    } catch (error) {
      if (options.signal.aborted) return;
      if (error instanceof ProblemError) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, options.retryMs ?? 500));
  }
}
