import {
  listComments,
  listShipments,
  makeComment,
  showShipment,
  showTimeline,
  type AnswerOf,
} from '@tidewaiter/contracts';
import type { Command } from 'commander';
import type { Output } from '../output.js';
import { surroundings } from './command.js';
import { findShipment as find } from './find-shipment.js';

type Shipment = AnswerOf<typeof showShipment>;

const amount = (value: { amount: string; currency: string } | null): string =>
  value ? `${value.amount} ${value.currency}` : '-';

function print(out: Output, shipment: Shipment): void {
  out.data(
    `${out.color.bold(shipment.reference)}  ${shipment.origin} → ${shipment.destination} ${shipment.portOfEntry}  ${shipment.stage}`,
  );
  out.data(shipment.summary);
  out.data(
    `Waiting  ${shipment.waitingFor ?? 'nobody'}${shipment.openTasks > 0 ? `, ${shipment.openTasks} open task${shipment.openTasks === 1 ? '' : 's'}` : ''}`,
  );
  out.data(`Money    payable ${amount(shipment.payable)}  paid ${amount(shipment.paid)}`);
  out.data(`Customs  MRN ${shipment.mrn ?? '-'}`);
  out.data(
    `Record   ${shipment.events} events, last ${shipment.lastEvent ? `${shipment.lastEvent.type} at ${shipment.lastEvent.time}` : '-'}`,
  );
}

const ENDED = new Set(['archived', 'closed']);

export function shipmentCommands(program: Command): void {
  const shipment = program.command('shipment').description('look at shipments');

  shipment
    .command('list')
    .description('shipments, newest first')
    .option('--stage <stage>', 'only this stage')
    .option('--limit <n>', 'how many', Number, 50)
    .action(async (options: { stage?: string; limit: number }, command: Command) => {
      const { house, out } = surroundings(command);
      const { items } = await house.client().call(listShipments, {
        query: {
          limit: options.limit,
          ...(options.stage === undefined ? {} : { stage: options.stage as Shipment['stage'] }),
        },
      });
      if (out.json) return out.emit(items);
      if (items.length === 0) return out.say('No shipment yet. Play one: tidewaiter demo');
      out.table(
        ['Reference', 'Route', 'Stage', 'Waiting', 'Payable', 'Paid', 'MRN'],
        items.map((each) => [
          each.reference,
          `${each.origin} → ${each.destination}`,
          each.stage,
          each.waitingFor ?? '',
          amount(each.payable),
          amount(each.paid),
          each.mrn ?? '',
        ]),
      );
      out.say(`next: tidewaiter shipment show ${items[0]!.reference}`);
    });

  shipment
    .command('show')
    .argument('<shipment>', 'id or reference')
    .description('one shipment: what waits, what it costs, what is on record')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const found = await find(house.client(), name);
      if (out.json) return out.emit(found);
      print(out, found);
      out.say(`next: tidewaiter shipment watch ${found.reference}`);
    });

  shipment
    .command('watch')
    .argument('<shipment>', 'id or reference')
    .description('the shipment’s events as they happen, until its story ends')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out, signal } = surroundings(command);
      const client = house.client();
      const { shipmentId } = await find(client, name);
      let after: string | undefined;
      for (;;) {
        const page = await client.call(
          showTimeline,
          { params: { shipmentId }, query: { limit: 200, ...(after === undefined ? {} : { after }) } },
          { signal },
        );
        for (const entry of page.items) {
          after = entry.position;
          if (out.json) out.emit(entry);
          else out.data(`${entry.time.slice(11, 19)}  ${entry.context.padEnd(9)} ${entry.says}`);
        }
        const { stage } = await client.call(showShipment, { params: { shipmentId } }, { signal });
        if (ENDED.has(stage) && page.items.length === 0) return out.say(`✓ ${stage}`);
        await new Promise((resume) => setTimeout(resume, 300));
      }
    });

  shipment
    .command('comments')
    .argument('<shipment>', 'id or reference')
    .description('what people wrote on the shipment')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId, reference } = await find(client, name);
      const { items } = await client.call(listComments, { params: { shipmentId } });
      if (out.json) return out.emit(items);
      if (items.length === 0) out.say('Nobody has written anything yet.');
      for (const { at, by, text, state } of items) out.data(`${at.slice(0, 19)}Z  ${by}  ${text ?? `(${state})`}`);
      out.say(`next: tidewaiter shipment comment ${reference} "…"`);
    });

  shipment
    .command('comment')
    .argument('<shipment>', 'id or reference')
    .argument('<text>', 'what is to be said')
    .description('write a comment on the shipment')
    .action(async (name: string, text: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId, reference } = await find(client, name);
      const made = await client.call(makeComment, { params: { shipmentId }, body: { text } });
      if (out.json) return out.emit(made);
      out.say(`✓ recorded · next: tidewaiter shipment comments ${reference}`);
    });
}
