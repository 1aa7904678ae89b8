import { feed } from '@tidewaiter/client';
import {
  addEndpoint,
  DELIVERY_STATUSES,
  disableEndpoint,
  enableEndpoint,
  listEndpoints,
  listEventTypes,
  listWebhookDeliveries,
  REPLAY_STATUSES,
  replayWebhookDeliveries,
  retireSecret,
  retryWebhookDelivery,
  rotateSecret,
  showEndpoint,
  showEventType,
  showWebhookDelivery,
  skipWebhookDelivery,
  testEndpoint,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Option, type Command } from 'commander';
import { CommandFailed, EXIT } from '../output.js';
import { checkSignatureCommand } from './check-signature.js';
import { surroundings } from './command.js';
import { showList } from './list.js';
import { listenCommand } from './listen.js';

type Delivery = AnswerOf<typeof listWebhookDeliveries>['items'][number];
type Filter = Pick<InputOf<typeof listWebhookDeliveries>['query'], 'endpoint' | 'type' | 'shipment' | 'from' | 'to'>;

const ONCE = 'The secret is not shown again.';

export function partnerCommands(program: Command): void {
  const partner = program.command('partner').description('events that leave the house: webhooks and the live feed');
  endpointCommands(partner);
  deliveryCommands(partner);
  replayCommand(partner);
  rotationCommands(partner);
  tailCommand(partner);
  listenCommand(partner);
  catalogueCommand(partner);
  checkSignatureCommand(partner);
}

function endpointCommands(partner: Command): void {
  const endpoint = partner.command('endpoint').description('addresses to which events are sent');
  endpoint
    .command('list', { isDefault: true })
    .description('every endpoint and how it does')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const { items } = await house.client().call(listEndpoints);
      showList(out, items, {
        head: ['Endpoint', 'Address', 'Types', 'Status', 'Waiting'],
        row: ({ endpointId, url, types, status, failingSince, waiting }) => [
          ...[endpointId, url, types.join(' ') || 'all'],
          failingSince === null || status === 'disabled' ? status : `failing since ${out.at(failingSince)}`,
          String(waiting),
        ],
        empty: 'No endpoint yet. next: tidewaiter partner endpoint add <url>',
        next: ({ endpointId }) => `partner endpoint test ${endpointId}`,
      });
    });
  endpoint
    .command('show <endpoint>')
    .description('one endpoint with its secrets by number')
    .action(async (endpointId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const known = await house.client().call(showEndpoint, { params: { endpointId } });
      if (out.json) return out.emit(known);
      out.data(`${known.url}  ${known.status}`);
      if (known.disabled) out.data(`Disabled ${known.disabled.at} by ${known.disabled.by}: ${known.disabled.because}`);
      out.data(`Types    ${known.types.join(' ') || 'all'}`);
      out.data(`Waiting  ${known.waiting} events, ${known.deadLanes} lanes out of tries`);
      for (const { secretId, number, signsUntil } of known.secrets)
        out.data(`Secret ${number} ${secretId} signs until ${signsUntil ?? 'a new one is made'}`);
    });
  endpoint
    .command('add <url>')
    .option('--types <types>', 'such as customs.GoodsReleased,documents.*; default: all')
    .option('--note <text>', 'for people', '')
    .description('send events to an address from now on; its signing secret is shown once')
    .action(async (url: string, options: { types?: string; note: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const types = options.types?.split(',') ?? [];
      const added = await house.client().call(addEndpoint, { body: { url, types, note: options.note } });
      if (out.json) return out.emit(added);
      out.data(added.endpointId);
      out.data(added.secret ?? '');
      out.say(ONCE);
    });
  endpoint
    .command('test <endpoint>')
    .option('--newest', 'signed by the newest secret alone')
    .description('send a test now and say what came of it')
    .action(async (endpointId: string, options: { newest?: boolean }, command: Command) => {
      const { house, out } = surroundings(command);
      const body = { signedBy: options.newest ? ('newest' as const) : ('all' as const) };
      const tried = await house.client().call(testEndpoint, { params: { endpointId }, body });
      if (out.json) out.emit(tried);
      else out.data(`${tried.arrived ? '✓' : '✗'} ${tried.says} in ${tried.durationMs} ms`);
      if (!tried.arrived) throw new CommandFailed('The test did not arrive.', EXIT.outside);
    });
  endpoint
    .command('disable <endpoint>')
    .requiredOption('--because <reason>', 'why')
    .description('send nothing for now; what is to be sent is kept for 30 days')
    .action(async (endpointId: string, { because }: { because: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const answer = await house.client().call(disableEndpoint, { params: { endpointId }, body: { because } });
      if (out.json) out.emit(answer);
      else out.data('Disabled.');
    });
  endpoint
    .command('enable <endpoint>')
    .description('go on sending where it stood')
    .action(async (endpointId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const answer = await house.client().call(enableEndpoint, { params: { endpointId } });
      if (out.json) out.emit(answer);
      else out.data('Enabled.');
    });
}

const withFilter = (command: Command): Command =>
  command
    .option('--endpoint <endpoint>', 'id')
    .option('--type <type>', 'such as customs.* or customs.GoodsReleased')
    .option('--shipment <shipment>', 'id')
    .option('--from <position>', 'first position of the feed')
    .option('--to <position>', 'last position of the feed');

function deliveryCommands(partner: Command): void {
  const delivery = partner.command('delivery').description('what was and is to be sent');
  withFilter(delivery.command('list', { isDefault: true }))
    .addOption(new Option('--status <status>').choices(DELIVERY_STATUSES))
    .option('--limit <count>', 'newest so many', '50')
    .description('deliveries, newest first')
    .action(async (options: Filter & { status?: Delivery['status']; limit: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const query = { ...options, limit: Number(options.limit) };
      const { items } = await house.client().call(listWebhookDeliveries, { query });
      showList(out, items, {
        head: ['Delivery', 'Event', 'Status', 'Came back', 'Next try', 'Behind'],
        row: ({ deliveryId, type, status, lastSays, nextAt, behind }) => [
          ...[deliveryId, type, status, lastSays ?? ''],
          status === 'failing' && nextAt !== null ? out.at(nextAt) : '',
          behind === 0 ? '' : String(behind),
        ],
        empty: 'Nothing so was sent, or is to be.',
        next: ({ deliveryId }) => `partner delivery show ${deliveryId}`,
      });
    });
  delivery
    .command('show <delivery>')
    .description('one delivery with every try')
    .action(async (deliveryId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const known = await house.client().call(showWebhookDelivery, { params: { deliveryId } });
      if (out.json) return out.emit(known);
      out.data(`${known.type}  ${known.status}  ${known.url}`);
      for (const { at, says, durationMs } of known.attempts) out.data(`${at}  ${says} in ${durationMs} ms`);
      for (const { act, at, by, because } of known.acts)
        out.data(`${at}  ${act} by ${by}${because === null ? '' : `: ${because}`}`);
      out.data(known.body);
    });
  delivery
    .command('retry <delivery>')
    .option('--because <reason>', 'why, for the record')
    .description('send it now, under the same webhook-id')
    .action(async (deliveryId: string, body: { because?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const answer = await house.client().call(retryWebhookDelivery, { params: { deliveryId }, body });
      if (out.json) out.emit(answer);
      else out.next(`partner delivery show ${deliveryId}`);
    });
  delivery
    .command('skip <delivery>')
    .requiredOption('--because <reason>', 'why')
    .description('let the later events of its lane go on without it')
    .action(async (deliveryId: string, { because }: { because: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const answer = await house.client().call(skipWebhookDelivery, { params: { deliveryId }, body: { because } });
      if (out.json) out.emit(answer);
      else out.data('Skipped. The receiver sees the gap.');
    });
}

function replayCommand(partner: Command): void {
  withFilter(partner.command('replay'))
    .addOption(new Option('--status <status>', 'default: any').choices(REPLAY_STATUSES))
    .option('--because <reason>', 'why, for the record')
    .option('--expect <count>', 'send again, if the filter still matches so many; without it nothing is sent')
    .description('count what a filter matches, or send exactly that many again')
    .action(
      async (
        {
          expect,
          ...filter
        }: Filter & { status?: (typeof REPLAY_STATUSES)[number]; because?: string; expect?: string },
        command: Command,
      ) => {
        const { house, out } = surroundings(command);
        const body = { ...filter, ...(expect === undefined ? {} : { expect: Number(expect) }) };
        const answer = await house.client().call(replayWebhookDeliveries, { body });
        if (out.json) return out.emit(answer);
        const { replayId, count, lanes, behind, to } = answer;
        out.data(`${replayId === null ? 'Dry run' : 'Sent again'}: ${count} events in ${lanes} lanes, up to ${to}`);
        if (behind > 0) out.data(`${behind} that wait behind them go on by themselves`);
        if (replayId === null && count > 0) out.say(`next: the same with --to ${to} --expect ${count}`);
      },
    );
}

function rotationCommands(partner: Command): void {
  partner
    .command('rotate <endpoint>')
    .description('make a new signing secret, shown once; the old one signs beside it for 24 hours')
    .action(async (endpointId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const made = await house.client().call(rotateSecret, { params: { endpointId } });
      if (out.json) return out.emit(made);
      out.data(made.secret ?? '');
      out.say(`${ONCE} Both sign until ${made.bothUntil}.`);
      out.say(`next: tidewaiter partner endpoint test ${endpointId} --newest, then partner retire ${endpointId}`);
    });
  partner
    .command('retire <endpoint>')
    .description('end the old secret of a rotation before its 24 hours are over')
    .action(async (endpointId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { secrets } = await client.call(showEndpoint, { params: { endpointId } });
      const old = secrets.find(({ signsUntil }) => signsUntil !== null);
      if (!old)
        throw new CommandFailed('One secret signs: there is none to retire.', EXIT.refused, 'Make a new one first.');
      const answer = await client.call(retireSecret, { params: { endpointId, secretId: old.secretId } });
      if (out.json) out.emit(answer);
      else out.data(`Secret ${old.number} is retired.`);
    });
}

function tailCommand(partner: Command): void {
  partner
    .command('tail')
    .option('--shipment <shipment>', 'events of one shipment, by its id')
    .option('--type <type>', 'such as customs.* or customs.GoodsReleased')
    .option('--after <position>', 'go on behind a position; 0 begins at the first event')
    .description('the tenant’s events as they are recorded, until Ctrl-C')
    .action(async (options: { shipment?: string; type?: string; after?: string }, command: Command) => {
      const { house, out, signal } = surroundings(command);
      for await (const { id, event } of feed(house.session(), { ...options, signal })) {
        if (out.json) out.emit(event);
        else out.data(`#${id}  ${out.clock(event.time)}  ${event.type.replace('tidewaiter.', '')}  ${event.subject}`);
      }
      signal.throwIfAborted();
    });
}

function catalogueCommand(partner: Command): void {
  partner
    .command('catalogue [type]')
    .description('types of events; one, such as customs.GoodsReleased, with a sample and what came when')
    .action(async (type: string | undefined, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      if (type === undefined) {
        const { items } = await client.call(listEventTypes);
        if (out.json) return out.emit(items);
        for (const { context, name, description } of items) out.data(`${context}.${name}  ${description}`);
        return;
      }
      const [context = '', name = ''] = type.split('.');
      const known = await client.call(showEventType, { params: { context, name } });
      if (out.json) return out.emit(known);
      out.data(known.description);
      for (const { on, version, first, added } of known.changes)
        out.data(`${on}  v${version}  ${first ? 'first, with ' : ''}${added.join(' ')}`);
      for (const { sample } of known.versions.slice(-1)) out.data(JSON.stringify(sample, null, 2));
    });
}
