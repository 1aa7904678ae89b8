import {
  approveDisposal,
  issuePartnerKey,
  legalHoldPlaced,
  KEY_SCOPES,
  liftHold,
  liftMatterHold,
  listLogEntries,
  listPartnerKeys,
  listPeople,
  placeHold,
  placeMatterHold,
  reportRetention,
  revokePartnerKey,
  showDossier,
  type AnswerOf,
  type KeyScope,
} from '@tidewaiter/contracts';
import { Option, type Command } from 'commander';
import { CommandFailed, EXIT } from '../output.js';
import { confirm, surroundings, type Surroundings } from './command.js';
import { findShipment } from './find.js';
import { collect, showList } from './list.js';
import { newSecret } from './secret.js';

type Retained = AnswerOf<typeof reportRetention>['items'][number];
const RETAINED = ['kept', 'due', 'on-hold', 'erased'] as const;

export function adminCommands(program: Command): void {
  const admin = program.command('admin').description('people and roles, keys, holds, retention');
  peopleCommands(admin);
  keyCommands(admin);
  holdCommands(admin);
  retentionCommands(admin);
}

function peopleCommands(admin: Command): void {
  admin
    .command('user')
    .description('people who were here, the roles they came with, and what of these does not go together')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const { people, grantedBy } = await house.client().call(listPeople);
      showList(out, people, {
        head: ['Person', 'Name', 'Roles', 'Since', 'Last seen', 'Conflict'],
        row: ({ subject, name, roles, rolesSince, lastSeen, conflicts }) => [
          ...[subject, name, roles.join(' '), out.at(rolesSince), out.at(lastSeen)],
          conflicts.map((each) => `${each.roles.join(' and ')}: ${each.because}`).join('; '),
        ],
        empty: 'Nobody was here yet.',
      });
      out.say(`Roles are granted at ${grantedBy}. next: tidewaiter admin role`);
    });
  admin
    .command('role')
    .description('what each role may do, and which two nobody may have together')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const { roles, conflicts, grantedBy } = await house.client().call(listPeople);
      if (out.json) return out.emit({ roles, conflicts, grantedBy });
      out.table(
        ['Role', 'May'],
        roles.map(({ role, may }) => [role, may]),
      );
      for (const { roles: two, because } of conflicts) out.data(`✗ ${two.join(' and ')}: ${because}`);
      out.say(`Roles are granted at ${grantedBy}.`);
    });
}

function keyCommands(admin: Command): void {
  const key = admin.command('key').description('keys of partners’ programs');
  key
    .command('list', { isDefault: true })
    .description('prefix, scope, end and last use; secrets are not kept')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const { items } = await house.client().call(listPartnerKeys);
      showList(out, items, {
        head: ['Key', 'Name', 'Scopes', 'Until', 'Last used', 'Issued by', ''],
        row: (each) => [
          ...[each.keyId, each.name, each.scopes.join(' '), out.at(each.until)],
          ...[
            each.lastUsedAt === null ? 'never' : out.at(each.lastUsedAt),
            each.issuedBy,
            each.revoked ? 'revoked' : '',
          ],
        ],
        empty: 'No key yet. next: tidewaiter admin key issue --help',
      });
    });
  key
    .command('issue')
    .argument('<name>', 'which program of whom')
    .addOption(
      new Option('--scope <scope>', `${KEY_SCOPES.join(' or ')}; may be given more than once`)
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .requiredOption('--until <instant>', 'end of the key’s life, at most a year away')
    .description('make a key; it is shown once')
    .action(async (name: string, options: { scope: string[]; until: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const { secret, digest } = newSecret();
      const body = { name, scopes: options.scope as KeyScope[], until: options.until, digest };
      const { keyId, tenant } = await house.client().call(issuePartnerKey, { body });
      const issued = `twk_${tenant}.${keyId}.${secret}`;
      if (out.json) return out.emit({ keyId, key: issued });
      out.data(issued);
      out.say('It is not shown again. It goes along as a bearer token.');
    });
  key
    .command('revoke')
    .argument('<key>', 'id')
    .description('end a key at once')
    .action(async (keyId: string, _: unknown, command: Command) => {
      const around = surroundings(command);
      const { house, out } = around;
      await confirm(around, [`The key ${keyId} opens nothing from now on.`]);
      const answer = await house.client().call(revokePartnerKey, { params: { keyId } });
      if (out.json) out.emit(answer);
      else out.data(`${keyId} is revoked.`);
    });
}

async function retained({ house }: Pick<Surroundings, 'house'>, state?: Retained['state']): Promise<Retained[]> {
  const found: Retained[] = [];
  for await (const each of house.client().all(reportRetention, { query: { limit: 200 } }, (page) => page)) {
    if (state === undefined || each.state === state) found.push(each);
  }
  return found;
}

interface Held {
  shipmentId: string;
  hold: string;
}

/** Shipments on hold: by a hold of their own, which may come before any retention term, or by that of a customer or party. */
async function held({ house }: Pick<Surroundings, 'house'>): Promise<Held[]> {
  const client = house.client();
  const holds = new Map<string, string>();
  for (let below: number | undefined, more = true; more;) {
    const query = { type: legalHoldPlaced.name, limit: 200, ...(below === undefined ? {} : { below }) };
    const page = await client.call(listLogEntries, { query });
    for (const shipmentId of new Set(page.items.map(({ subject }) => subject))) {
      const { hold } = await client.call(showDossier, { params: { shipmentId } });
      if (hold !== null) holds.set(shipmentId, hold);
    }
    more = page.next !== null;
    below = page.next ?? undefined;
  }
  for (const { shipmentId, hold } of await retained({ house }, 'on-hold')) holds.set(shipmentId, hold ?? '');
  return [...holds].map(([shipmentId, hold]) => ({ shipmentId, hold }));
}

function holdCommands(admin: Command): void {
  const hold = admin.command('hold').description('what must not be disposed of, for a matter');
  hold
    .command('list', { isDefault: true })
    .description('shipments on hold')
    .action(async (_: unknown, command: Command) => {
      const around = surroundings(command);
      showList(around.out, await held(around), {
        head: ['Shipment', 'Matter'],
        row: ({ shipmentId, hold: matter }) => [shipmentId, matter],
        empty: 'Nothing is on hold.',
        next: ({ shipmentId }) => `admin hold lift ${shipmentId}`,
      });
    });
  hold
    .command('place')
    .argument('[shipment]', 'id or reference')
    .requiredOption('--matter <text>', 'for what it is kept')
    .option('--customer <name>', 'instead of a shipment: every one of this customer, those to come included')
    .option('--party <identifier>', 'instead of a shipment: every one that this party is in')
    .description('stop disposal')
    .action(
      async (
        name: string | undefined,
        options: { matter: string; customer?: string; party?: string },
        command: Command,
      ) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { matter, customer, party } = options;
        if ([name, customer, party].filter((each) => each !== undefined).length !== 1) {
          throw new CommandFailed('A hold is on a shipment, a --customer or a --party.', EXIT.usage);
        }
        if (name !== undefined) {
          const { shipmentId } = await findShipment(client, name);
          const placed = await client.call(placeHold, { params: { shipmentId }, body: { matter } });
          if (out.json) return out.emit(placed);
          out.data(`${name} is kept: ${placed.hold}`);
          return out.next(`admin hold lift ${name}, by another person`);
        }
        const scope =
          customer === undefined
            ? { kind: 'party' as const, identifier: party! }
            : { kind: 'customer' as const, name: customer };
        const placed = await client.call(placeMatterHold, { body: { matter, scope } });
        if (out.json) return out.emit(placed);
        out.data(placed.matterId);
        out.next(`admin hold lift --matter-id ${placed.matterId}, by another person`);
      },
    );
  hold
    .command('lift')
    .argument('[shipment]', 'id or reference')
    .option('--matter-id <matter>', 'instead of a shipment: the hold on a customer or party')
    .description('let disposal go on; never by the person who placed the hold')
    .action(async (name: string | undefined, { matterId }: { matterId?: string }, command: Command) => {
      const around = surroundings(command);
      const { house, out } = around;
      const client = house.client();
      if ((name === undefined) === (matterId === undefined)) {
        throw new CommandFailed('A hold is on a shipment, or has a --matter-id.', EXIT.usage);
      }
      await confirm(around, [`The hold on ${name ?? `matter ${matterId}`} is lifted: disposal goes on.`]);
      const answer =
        matterId === undefined
          ? await client.call(liftHold, { params: { shipmentId: (await findShipment(client, name!)).shipmentId } })
          : await client.call(liftMatterHold, { params: { matterId } });
      if (out.json) return out.emit(answer);
      out.data('The hold is lifted.');
    });
}

function retentionCommands(admin: Command): void {
  const retention = admin.command('retention').description('what is kept until when, and its disposal');
  retention
    .command('list', { isDefault: true })
    .addOption(new Option('--state <state>', 'only these').choices(RETAINED))
    .description('what must be kept until when and by which law')
    .action(async ({ state }: { state?: Retained['state'] }, command: Command) => {
      const around = surroundings(command);
      showList(around.out, await retained(around, state), {
        head: ['Shipment', 'Until', 'State', 'For', 'Law', 'Approvals'],
        row: (each) => [
          ...[each.shipmentId, each.until, each.state, each.jurisdiction, each.law, String(each.approvals)],
        ],
        empty: 'Nothing so.',
        next: (each) => (each.state === 'due' ? `admin retention dispose ${each.shipmentId}` : undefined),
      });
    });
  retention
    .command('dispose')
    .argument('<shipment>', 'id or reference')
    .description('approve that a shipment’s persons are erased; with the second person’s approval they are')
    .action(async (name: string, _: unknown, command: Command) => {
      const around = surroundings(command);
      const { house, out } = around;
      const client = house.client();
      const { shipmentId, reference } = await findShipment(client, name);
      await confirm(around, [
        `What names persons in ${reference} is erased for good once two people have approved it.`,
      ]);
      const answer = await client.call(approveDisposal, { params: { shipmentId } });
      if (out.json) return out.emit(answer);
      const { approvals, needed, erased } = answer;
      out.data(erased ? 'Erased.' : `${approvals.length} of ${needed} have approved.`);
    });
}
