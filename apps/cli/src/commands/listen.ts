import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { feed, signWebhook, type FeedEvent } from '@tidewaiter/client';
import type { Command } from 'commander';
import { CommandFailed, EXIT } from '../output.js';
import { surroundings } from './command.js';

interface Options {
  type?: string;
  shipment?: string;
  after?: string;
  secretFile?: string;
}

export function listenCommand(partner: Command): void {
  partner
    .command('listen <url>')
    .option('--type <type>', 'such as customs.* or customs.GoodsReleased')
    .option('--shipment <shipment>', 'events of one shipment, by its id')
    .option('--after <position>', 'go on behind a position; 0 begins at the first event')
    .option(
      '--secret-file <file>',
      'signing secret; default: the environment’s WEBHOOK_SECRET, else one made for this run',
    )
    .description('hand live events to a receiver that you are writing, signed as webhooks are, until Ctrl-C')
    .action(async (address: string, { secretFile, ...asked }: Options, command: Command) => {
      const { house, out, signal } = surroundings(command);
      if (!URL.canParse(address)) throw new CommandFailed(`${address} is no address.`, EXIT.usage);
      const given = secretFile === undefined ? process.env['WEBHOOK_SECRET'] : readFileSync(secretFile, 'utf8').trim();
      const secret = given ?? `whsec_${randomBytes(32).toString('base64')}`;
      if (given === undefined) out.say(`Signed with ${secret}, which is of this run alone.`);
      const events = feed(house.session(), { ...asked, signal });
      for await (const handed of handOver(events, { url: address, secret, signal })) {
        if (out.json) out.emit(handed);
        else out.data(`#${handed.position}  ${handed.type}  ${handed.says} in ${handed.durationMs} ms`);
      }
      signal.throwIfAborted();
    });
}

export interface HandedOver {
  position: string;
  /** without `tidewaiter.` */
  type: string;
  webhookId: string;
  /** HTTP status; null: no answer */
  status: number | null;
  says: string;
  durationMs: number;
}

/**
 * Posts each event to a receiver as its webhook would be, one after the other, and tells what came back. What does not arrive is told and
 * not tried again: whoever writes a receiver wants to see the next one.
 */
export async function* handOver(
  events: AsyncIterable<FeedEvent>,
  { url, secret, signal }: { url: string; secret: string; signal: AbortSignal },
): AsyncGenerator<HandedOver> {
  const versions = new Map<string, number>();
  for await (const { id: position, event } of events) {
    const webhookId = randomUUID();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const body = JSON.stringify({ ...event, previousversion: versions.get(event.stream) ?? 0 });
    versions.set(event.stream, event.version);
    const signature = await signWebhook({ id: webhookId, timestamp, body }, secret);
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    };
    const begun = performance.now();
    const came = await answerOf(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    const durationMs = Math.round(performance.now() - begun);
    yield { position, type: event.type.replace('tidewaiter.', ''), webhookId, ...came, durationMs };
  }
}

async function answerOf(url: string, request: RequestInit): Promise<Pick<HandedOver, 'status' | 'says'>> {
  try {
    const answer = await fetch(url, request);
    await answer.body?.cancel();
    return { status: answer.status, says: String(answer.status) };
  } catch (error) {
    if (request.signal?.aborted) throw error;
    const { cause } = error as { cause?: { code?: string } };
    return { status: null, says: cause?.code ?? 'no answer' };
  }
}
