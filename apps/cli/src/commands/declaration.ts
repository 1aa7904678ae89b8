import {
  PURPOSES,
  declarationAnswers,
  orderRequest,
  showRawMessage,
  unmatchedMessages,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { Option, type Command } from 'commander';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { askAuthority } from './authority.js';
import { confirm, surroundings } from './command.js';
import { decide } from './decide.js';
import { findDeclaration, openTasks, type Declaration } from './find.js';
import { amount, collect, counted, showList } from './list.js';

type Answers = AnswerOf<typeof declarationAnswers>;

interface SendOptions {
  set?: string[];
  purpose?: (typeof PURPOSES)[number];
  reason?: string;
}

const WITHOUT_LISTS = new Set(['agencies', 'lines', 'bills', 'gaps']);

function print(out: Output, found: Declaration): void {
  const { references, vector, debt } = found;
  out.data(
    `${out.color.bold(references.mrn ?? references.lrn)}  ${found.authority}, ${found.channel}  v${found.version}`,
  );
  out.data(found.summary);
  for (const why of found.why) out.data(`  because ${why}`);
  out.data(`References  LRN ${references.lrn}  DUCR ${references.ducr}  MRN ${references.mrn ?? '-'}`);
  const cells = Object.entries(vector).filter(([name, cell]) => !WITHOUT_LISTS.has(name) && cell !== undefined) as [
    string,
    Declaration['vector']['legal'],
  ][];
  out.table(
    ['Status', 'Value', 'Detail', 'Authority’s time'],
    [...cells, ...['agencies', 'lines', 'bills'].flatMap((name) => cellsOf(vector, name as 'lines'))]
      .filter(([, { value }]) => value !== 'none')
      .map(([name, { value, detail, at }]) => [name, value, detail ?? '', at === null ? '' : out.at(at)]),
  );
  for (const gap of vector.gaps) out.data(`◌ gap: ${gap}`);
  if (debt) out.data(`Debt        ${amount(debt.total)}, ${debt.kind}, reference ${debt.paymentReference ?? '-'}`);
  for (const { version, attempt, outcome, startedAt } of found.attempts)
    out.data(`Sent        v${version} attempt ${attempt}: ${outcome}, ${out.at(startedAt)}`);
  for (const { purpose, state, reason } of found.requests) out.data(`Request     ${purpose}: ${state} (${reason})`);
  for (const { says, due, answered } of found.queries)
    out.data(`Query       ${says}${due === null ? '' : `, until ${out.at(due)}`}${answered ? ', answered' : ''}`);
  printProblems(out, found.problems);
}

const cellsOf = (vector: Declaration['vector'], name: 'agencies' | 'lines' | 'bills') =>
  Object.entries(vector[name]).map(([key, cell]) => [`${name} ${key}`, cell] as const);

function printProblems(out: Output, problems: Declaration['problems']): void {
  for (const { code, field, pointer, says } of problems) out.data(`✗ ${field ?? pointer}: ${says} (${code})`);
}

function printAnswers(out: Output, found: Answers): void {
  for (const { section, line, answers } of found.sections) {
    out.data(out.color.bold(line === null ? section : `${section}, line ${line}`));
    for (const { field, value, was, source, problems } of answers) {
      const before = was === null ? '' : `  was ${was} in v${found.comparedWith}`;
      out.data(`  ${field.padEnd(24)} ${value}${before}  ${out.color.dim(`(${source.says})`)}`);
      printProblems(out, problems);
    }
  }
  for (const each of found.leftOut) out.data(`Left out  ${each}`);
  const { standing } = found;
  if (standing) {
    out.data(`Standing  mandate ${standing.mandateId} until ${standing.mandateUntil}, law of ${standing.lawDate}`);
  }
  printProblems(out, found.problems);
  out.data(`v${found.version}: ${counted(found.differences.length, 'field')} other than in the version before`);
}

/** `lines[0].commodity=8517140000` */
export function settingsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new CommandFailed(
        `${text} sets nothing.`,
        EXIT.usage,
        'Name a field and its new value: --set lines[0].commodity=8517140000',
      );
    }),
  );
}

export function declarationCommands(program: Command): void {
  const declaration = program.command('declaration').description('what stands with the customs authority');

  declaration
    .command('show')
    .argument('<declaration>', 'its id, or a shipment')
    .description('summary, status vector with the authority’s times, debt, problems')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const found = await findDeclaration(house.client(), name);
      if (out.json) return out.emit(found);
      print(out, found);
      out.next(found.problems.length > 0 ? `declaration check ${name}` : `declaration messages ${name}`);
    });

  declaration
    .command('check')
    .argument('<declaration>', 'its id, or a shipment')
    .option('--version-number <n>', 'which version; default: the newest')
    .description('each answer with its source, problems at their fields, what changed; exit 3 where there are problems')
    .action(async (name: string, options: { versionNumber?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { declarationId } = await findDeclaration(client, name);
      const query = options.versionNumber === undefined ? {} : { version: Number(options.versionNumber) };
      const found = await client.call(declarationAnswers, { params: { declarationId }, query });
      if (out.json) out.emit(found);
      else printAnswers(out, found);
      const atFields = found.sections.flatMap(({ answers }) => answers.flatMap(({ problems }) => problems));
      const count = atFields.length + found.problems.length;
      if (count > 0) {
        throw new CommandFailed(
          `${counted(count, 'problem')}.`,
          EXIT.refused,
          `next: tidewaiter declaration send ${name} --set <field>=<value>`,
        );
      }
    });

  declaration
    .command('send')
    .argument('<declaration>', 'its id, or a shipment')
    .option('--set <field=value>', 'field and new value; may be given more than once', collect)
    .addOption(new Option('--purpose <purpose>', 'of a request about what stands with the authority').choices(PURPOSES))
    .option('--reason <text>', 'why; a request to the authority needs one')
    .description(
      'send what is corrected after a rejection; else order an amendment, a cancellation, a notice of arrival',
    )
    .action(async (name: string, options: SendOptions, command: Command) => {
      const around = surroundings(command);
      const { house, out } = around;
      const client = house.client();
      const { declarationId, shipmentId, authority, version, references } = await findDeclaration(client, name);
      const set = settingsOf(options.set ?? []);
      const fields = Object.entries(set).map(([field, value]) => `  ${field} = ${value}`);
      const { reason, purpose } = options;
      const [correction] = purpose === undefined ? await openTasks(client, shipmentId, ['correct-declaration']) : [];
      if (correction) {
        if (fields.length === 0) throw nothingSet(name);
        await confirm(around, [`Declaration v${version + 1} goes to ${authority} with:`, ...fields]);
        return decide(client, out, correction, { set }, `declaration show ${name}`);
      }
      const asked = purpose ?? (fields.length > 0 ? 'amend' : undefined);
      if (asked === undefined || (asked === 'amend' && fields.length === 0)) throw nothingSet(name);
      if (reason === undefined) throw new CommandFailed('The authority is told why.', EXIT.usage, 'Say --reason.');
      const what = `${authority} is asked to ${asked} ${references.mrn ?? references.lrn}: ${reason}`;
      await confirm(around, [what, ...fields]);
      const body = { purpose: asked, reason, set };
      const answer = await client.call(orderRequest, { params: { declarationId }, body });
      if (out.json) return out.emit(answer);
      out.data(answer.orderId);
      out.next(`declaration show ${name}`);
    });

  declaration
    .command('messages')
    .argument('[declaration]', 'its id, or a shipment')
    .option('--raw <message>', 'the bytes of one, by the beginning of its id, as they came')
    .option('--unmatched', 'instead those that name no declaration known here')
    .description('messages of the authority in the order of their arrival')
    .action(async (name: string | undefined, options: { raw?: string; unmatched?: boolean }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      if (options.unmatched) {
        const { items } = await client.call(unmatchedMessages);
        return showList(out, items, {
          head: ['Received', 'Message', 'Why it is kept'],
          row: ({ receivedAt, messageId, reason }) => [out.at(receivedAt), messageId, reason],
          empty: 'Every message found its declaration.',
        });
      }
      if (name === undefined) throw new CommandFailed('Whose messages?', EXIT.usage, 'Name a shipment or declaration.');
      const { declarationId, messages } = await findDeclaration(client, name);
      const { raw } = options;
      if (raw !== undefined) {
        const found = messages.filter(({ messageId }) => messageId.startsWith(raw));
        const [one] = found;
        if (!one || found.length > 1)
          throw new CommandFailed(`${counted(found.length, 'message')} so named.`, EXIT.notFound);
        const bytes = await client.bytes(showRawMessage, { declarationId, messageId: one.messageId });
        return void process.stdout.write(bytes);
      }
      showList(out, messages, {
        head: ['Received', 'Message', 'Code', 'What', 'SHA-256', ''],
        row: ({ receivedAt, messageId, functionCode, name: what, sha256, duplicate }) => [
          ...[out.at(receivedAt), messageId, functionCode, what, sha256.slice(0, 12)],
          duplicate ? 'came before' : '',
        ],
        empty: 'The authority has said nothing yet.',
        next: ({ messageId }) => `declaration messages ${name} --raw ${messageId}`,
      });
    });

  declaration
    .command('ask')
    .argument('<declaration>', 'its id, or a shipment')
    .description('ask the authority now how it stands, where an outcome is unknown or its messages stay away')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId, authority } = await findDeclaration(client, name);
      const [task] = await openTasks(client, shipmentId, ['ask-authority']);
      if (!task) return askAuthority(client, out, authority);
      await decide(client, out, task, { retry: true }, `declaration show ${name}`);
    });
}

const nothingSet = (name: string): CommandFailed =>
  new CommandFailed(
    'Say what is to be sent.',
    EXIT.usage,
    `For example: tidewaiter declaration send ${name} --set lines[0].commodity=8517140000 --reason "…"`,
  );
