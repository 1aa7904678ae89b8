import type { TidewaiterClient } from '@tidewaiter/client';
import {
  endEngagement,
  grantMandate,
  listEngagements,
  listImporters,
  openEngagement,
  showEngagement,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { isUuid, now } from '@tidewaiter/kernel';
import { Option, type Command } from 'commander';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { confirm, surroundings } from './command.js';
import { collect, firstOf, showList } from './list.js';

type Engagement = AnswerOf<typeof showEngagement>;

interface OpenOptions {
  kind: 'per-shipment' | 'ongoing';
  customer: string;
  contact?: string;
  importer: string;
  destination: string[];
  from?: string;
  to?: string;
  right?: 'owner' | 'disposal';
  evidence?: string;
}

/** An engagement by its id, or by the beginning of its customer's name where it is the only one in force. */
export async function findEngagement(client: TidewaiterClient, name: string): Promise<Engagement> {
  if (isUuid(name)) return client.call(showEngagement, { params: { engagementId: name } });
  const found: Engagement[] = [];
  for await (const each of client.all(listEngagements, { query: { limit: 200 } }, (page) => page)) {
    if (each.status !== 'ended' && each.customer.name.toLowerCase().startsWith(name.toLowerCase())) found.push(each);
  }
  if (found.length === 1) return found[0]!;
  throw new CommandFailed(
    found.length === 0
      ? `There is no engagement of ${name}.`
      : `${found.length} engagements are of ${name}: name one by its id.`,
    EXIT.notFound,
    'See `tidewaiter engagement list`.',
  );
}

async function importerOf(client: TidewaiterClient, name: string): Promise<string> {
  if (isUuid(name)) return name;
  for await (const { code, importerId } of client.all(listImporters, { query: { limit: 200 } }, (page) => page)) {
    if (code === name) return importerId;
  }
  throw new CommandFailed(`No importer of record has the code ${name}.`, EXIT.notFound);
}

const validity = ({ validFrom, validTo }: { validFrom: string; validTo: string | null }): string =>
  validTo === null ? `from ${validFrom}` : `${validFrom} to ${validTo}`;

function print(out: Output, found: Engagement): void {
  out.data(`${out.color.bold(found.customer.name)}  ${found.kind}  ${found.status}`);
  out.data(`Engagement  ${found.engagementId}`);
  out.data(`Covers      ${found.destinations.join(', ')}, ${validity(found)}`);
  if (found.title) out.data(`Title       ${found.title.right}: ${found.title.evidence}`);
  for (const mandate of found.mandates)
    out.data(`Mandate     ${mandate.grantor} for ${mandate.destinations.join(', ')}, ${validity(mandate)}`);
  if (found.mandates.length === 0) out.data('Mandate     none yet');
  for (const { shipmentId, says } of found.frozen ?? []) out.data(`▲ frozen by ${shipmentId}: ${says}`);
}

export function engagementCommands(program: Command): void {
  const engagement = program.command('engagement').description('for whom we import, under which mandate');

  engagement
    .command('list')
    .option('--limit <n>', 'how many', Number, 50)
    .description('engagements of the tenant')
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { house, out } = surroundings(command);
      const pages = house.client().all(listEngagements, { query: { limit: Math.min(limit, 200) } }, (page) => page);
      showList(out, await firstOf(pages, limit), {
        head: ['Engagement', 'Customer', 'Kind', 'Covers', 'Valid', 'Status', 'Mandates'],
        row: (each) => [
          ...[
            each.engagementId,
            each.customer.name,
            each.kind,
            each.destinations.join(' '),
            validity(each),
            each.status,
          ],
          String(each.mandates.length),
        ],
        empty: 'No engagement yet. next: tidewaiter engagement open --help',
        next: ({ engagementId }) => `engagement show ${engagementId}`,
      });
    });

  engagement
    .command('show')
    .argument('<engagement>', 'its id, or its customer')
    .description('one engagement with its mandates')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const found = await findEngagement(house.client(), name);
      if (out.json) return out.emit(found);
      print(out, found);
      out.next(
        found.mandates.length === 0 ? `engagement mandate ${found.engagementId} --help` : 'shipment open --help',
      );
    });

  engagement
    .command('open')
    .addOption(
      new Option('--kind <kind>', 'for one shipment, or for all to come')
        .choices(['per-shipment', 'ongoing'])
        .makeOptionMandatory(),
    )
    .requiredOption('--customer <name>', 'who engages us')
    .option('--contact <text>', 'at the customer')
    .requiredOption('--importer <importer>', 'importer of record: its code or id')
    .requiredOption('--destination <country>', 'may be given more than once', collect)
    .option('--from <date>', 'first day; default: today')
    .option('--to <date>', 'last day; default: until it is ended')
    .addOption(new Option('--right <right>', 'the importer’s title to the goods').choices(['owner', 'disposal']))
    .option('--evidence <text>', 'the contract or paper that gives the title')
    .description('open an engagement; it is in force with its first mandate')
    .action(async (options: OpenOptions, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { kind, customer, contact, destination, right, evidence } = options;
      if ((right === undefined) !== (evidence === undefined)) {
        throw new CommandFailed('A title has a right and its evidence.', EXIT.usage, 'Give --right and --evidence.');
      }
      const body = {
        kind,
        customer: { name: customer, ...(contact === undefined ? {} : { contact }) },
        importerId: await importerOf(client, options.importer),
        destinations: destination,
        validFrom: options.from ?? now().slice(0, 10),
        validTo: options.to ?? null,
        ...(right === undefined || evidence === undefined ? {} : { title: { right, evidence } }),
      };
      const opened = await client.call(openEngagement, { body });
      if (out.json) return out.emit(opened);
      print(out, opened);
      out.next(`engagement mandate ${opened.engagementId} --destination ${destination[0]} --to <date>`);
    });

  engagement
    .command('mandate')
    .argument('<engagement>', 'its id, or its customer')
    .option('--grantor <name>', 'who gave it; default: the customer')
    .requiredOption('--destination <country>', 'may be given more than once', collect)
    .option('--from <date>', 'first day; default: today')
    .requiredOption('--to <date>', 'last day')
    .description('record a power of attorney')
    .action(
      async (
        name: string,
        options: { grantor?: string; destination: string[]; from?: string; to: string },
        command: Command,
      ) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { engagementId, customer, version } = await findEngagement(client, name);
        const body = {
          grantor: options.grantor ?? customer.name,
          destinations: options.destination,
          validFrom: options.from ?? now().slice(0, 10),
          validTo: options.to,
        };
        const granted = await client.call(grantMandate, { params: { engagementId }, body }, { ifMatch: version });
        if (out.json) return out.emit(granted);
        print(out, granted);
        out.next(`shipment open consignment.json --engagement ${engagementId} --reference <reference>`);
      },
    );

  engagement
    .command('end')
    .argument('<engagement>', 'its id, or its customer')
    .requiredOption('--reason <text>', 'why')
    .description('end an engagement; running shipments go on')
    .action(async (name: string, { reason }: { reason: string }, command: Command) => {
      const around = surroundings(command);
      const { house, out } = around;
      const client = house.client();
      const { engagementId, customer, kind, version } = await findEngagement(client, name);
      await confirm(around, [`The ${kind} engagement of ${customer.name} ends for good: ${reason}`]);
      const ended = await client.call(
        endEngagement,
        { params: { engagementId }, body: { reason } },
        { ifMatch: version },
      );
      if (out.json) return out.emit(ended);
      print(out, ended);
    });
}
