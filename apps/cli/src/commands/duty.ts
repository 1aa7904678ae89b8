import type { TidewaiterClient } from '@tidewaiter/client';
import {
  assessShipment,
  compareAssessments,
  confirmClassification,
  decideClassification,
  explainAssessment,
  listAssessments,
  listClassifications,
  previewAssessment,
  rederiveAssessment,
  showClassification,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { isUuid } from '@tidewaiter/kernel';
import type { Command } from 'commander';
import { jsonIn } from '../files.js';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { surroundings } from './command.js';
import { findShipment } from './find.js';
import { collect } from './list.js';

type Result = AnswerOf<typeof previewAssessment>;
type Classification = AnswerOf<typeof showClassification>;

/** The result for a person: what is due and how it was reckoned, what is asked, what else would be possible. */
function printResult(out: Output, result: Result): void {
  const { currency, totals } = result;
  out.data(`Import into ${result.destination}, law of ${result.lawDate}: ${result.status}`);
  for (const line of result.lines) {
    const value = line.customsValue;
    out.data(
      `${out.color.bold(`Line ${line.number}`)}  customs value ${value ? `${value.amount} ${value.currency}` : 'not known'}`,
    );
    for (const option of line.options) {
      const verdict = option.chosen
        ? 'chosen'
        : option.needs.length > 0
          ? `would need ${option.needs.join(' and ')}`
          : 'possible, dearer';
      out.data(`  ${option.basis}: ${option.total} ${currency} (${verdict})`);
      if (!option.chosen) continue;
      for (const charge of option.charges)
        out.data(`    ${charge.code} ${charge.role}  ${charge.amount} ${currency}  ${charge.arithmetic}`);
    }
    for (const { asks, answers } of line.questions)
      out.data(`  asked: ${asks}${answers.length > 0 ? ` (${answers.join('; ')})` : ''}`);
  }
  for (const charge of result.entryCharges)
    out.data(`Entry  ${charge.code}  ${charge.amount} ${currency}  ${charge.arithmetic}`);
  if (totals) {
    out.data(`Total  duty ${totals.duty}, excise ${totals.excise}, fees ${totals.fees}, tax ${totals.tax} ${currency}`);
    out.data(
      `Pay    now ${totals.payableNow}, later ${totals.payableLater} ${currency}${totals.landedCost === null ? '' : `; landed cost ${totals.landedCost}`}`,
    );
  }
  for (const { code, detail } of result.notices) out.say(`note (${code}): ${detail}`);
}

export function dutyCommands(program: Command): void {
  const duty = program.command('duty').description('what is due, why, and under which law');
  assessing(duty);
  classifying(duty);
}

/** Number of an assessment of a shipment: the one asked for, else the newest. */
async function assessmentOf(client: TidewaiterClient, shipmentId: string, asked?: string): Promise<number> {
  const newest = async () => (await client.call(listAssessments, { params: { shipmentId } })).items[0]?.n;
  const number = asked === undefined ? await newest() : Number(asked);
  if (number !== undefined && Number.isInteger(number)) return number;
  throw new CommandFailed(
    'The shipment has no such assessment.',
    EXIT.notFound,
    'Wait until its documents are complete.',
  );
}

async function newestAssessment(client: TidewaiterClient, shipment: string): Promise<string> {
  const { shipmentId } = await findShipment(client, shipment);
  const { items } = await client.call(listAssessments, { params: { shipmentId } });
  if (items[0]) return items[0].assessmentId;
  throw new CommandFailed(`${shipment} was not assessed yet.`, EXIT.notFound);
}

function assessing(duty: Command): void {
  duty
    .command('preview')
    .argument('<file>', 'a request as JSON, - for standard input')
    .description('what would be due; nothing is stored')
    .action(async (file: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const body = jsonIn(file) as InputOf<typeof previewAssessment>['body'];
      const result = await house.client().call(previewAssessment, { body });
      if (out.json) return out.emit(result);
      printResult(out, result);
    });

  duty
    .command('assess')
    .argument('<shipment>', 'id or reference')
    .description('assess a shipment again, beside the assessments before')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId } = await findShipment(client, name);
      const assessed = await client.call(assessShipment, { params: { shipmentId } });
      if (out.json) return out.emit(assessed);
      out.data(`Assessment ${assessed.n}  ${assessed.assessmentId}`);
      printResult(out, assessed.result);
    });

  duty
    .command('explain')
    .argument('<shipment>', 'id or reference')
    .argument('[n]', 'which assessment; default: the newest')
    .description('an assessment with its arithmetic and its law')
    .action(async (name: string, n: string | undefined, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId } = await findShipment(client, name);
      const number = await assessmentOf(client, shipmentId, n);
      const text = await client.call(explainAssessment, { params: { shipmentId, n: number } });
      if (out.json) return out.emit({ shipmentId, n: number, text });
      out.data(text.trimEnd());
    });

  duty
    .command('variance')
    .argument('<shipment>', 'id or reference')
    .argument('[n]', 'which assessment; default: the newest')
    .option('--against <n>', 'an earlier one; default: the first, the quote')
    .description('what changed since an earlier assessment, line by line, with what each change cost')
    .action(async (name: string, n: string | undefined, options: { against?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId } = await findShipment(client, name);
      const number = await assessmentOf(client, shipmentId, n);
      const against = Number(options.against ?? 1);
      const found = await client.call(compareAssessments, { params: { shipmentId, n: number }, query: { against } });
      if (out.json) return out.emit(found);
      const { currency, lines, entryCharges, total } = found;
      const told = (what: string, { before, after, change }: typeof total): string =>
        `${what.padEnd(8)} ${before} → ${after} ${currency}  ${change}`;
      for (const each of lines) {
        out.data(told(`Line ${each.line}`, each));
        for (const { causes, amount: cost, says } of each.changes)
          out.data(`  ${causes.join(' and ')}  ${cost} ${currency}  ${says}`);
      }
      out.data(told('Entry', entryCharges));
      out.data(told('Total', total));
      out.next(`duty explain ${name} ${number}`);
    });

  duty
    .command('rederive')
    .argument('<assessment>', 'id of an assessment, or a shipment: its newest')
    .description('compute a stored assessment again from what it names; exit 7 where other bytes come out')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const rederive = (assessmentId: string) => client.call(rederiveAssessment, { params: { assessmentId } });
      const answer = await (isUuid(name) ? rederive(name) : rederive(await newestAssessment(client, name)));
      if (out.json) out.emit(answer);
      else
        out.data(
          answer.agrees
            ? `The same bytes again: ${answer.digest}`
            : `Other bytes: ${answer.digest} instead of ${answer.storedDigest}`,
        );
      for (const each of out.json ? [] : answer.differences)
        out.data(`  ${each.pointer}: ${each.stored} → ${each.derived}`);
      if (!answer.agrees) process.exitCode = EXIT.notProven;
    });
}

const flagsOf = ({ flags }: Classification): string[] => flags.map(({ says }) => says);

function printClassification(out: Output, each: Classification): void {
  out.data(
    `${out.color.bold(each.commodity)}  ${each.destination}  ${each.goods}${each.product === null ? '' : `  (${each.product})`}`,
  );
  out.data(`  ${each.ground.description}`);
  for (const reason of each.reasons) out.data(`  because ${reason}`);
  for (const source of each.sources) out.data(`  see ${source}`);
  out.data(`  decided by ${each.by} at ${each.decidedAt}, ${each.classificationId}`);
  for (const says of flagsOf(each)) out.data(`  ${out.color.yellow('look again')}: ${says}`);
}

interface ClassifyOptions {
  destination: string;
  commodity: string;
  goods: string;
  reason: string[];
  source?: string[];
  product?: string;
  date?: string;
}

function classifying(duty: Command): void {
  duty
    .command('classify')
    .requiredOption('--destination <country>', 'where the goods go')
    .requiredOption('--commodity <code>', 'the code that was decided on')
    .requiredOption('--goods <text>', 'what the goods are')
    .requiredOption('--reason <text>', 'why this code; may be given more than once', collect)
    .option('--source <text>', 'a ruling, a note, an opinion; may be given more than once', collect)
    .option('--product <number>', 'your article number')
    .option('--date <date>', 'the day of the tariff; default: today there')
    .description('decide which code goods belong to, and keep why')
    .action(async (options: ClassifyOptions, command: Command) => {
      const { house, out } = surroundings(command);
      const { reason: reasons, source: sources = [], commodity, ...rest } = options;
      const body = { ...rest, commodity: commodity.replace(/[.\s]/g, ''), reasons, sources };
      const decided = await house.client().call(decideClassification, { body });
      if (out.json) return out.emit(decided);
      printClassification(out, decided);
    });

  duty
    .command('classifications')
    .option('--flagged', 'only those that a later tariff affects')
    .option('--product <number>', 'only this article')
    .option('--commodity <digits>', 'only codes that begin so')
    .description('what was decided, newest first')
    .action(async (options: { flagged?: boolean; product?: string; commodity?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const { flagged, ...rest } = options;
      const query = { limit: 200, ...rest, ...(flagged ? { flagged: 'true' as const } : {}) };
      for await (const each of house.client().all(listClassifications, { query }, (page) => page)) {
        if (out.json) out.emit(each);
        else printClassification(out, each);
      }
    });

  duty
    .command('confirm')
    .argument('<classification>', 'id of a flagged classification')
    .requiredOption('--reason <text>', 'why it stands')
    .option('--date <date>', 'the day of the tariff; default: the newest that flagged it')
    .description('a flagged classification was looked at and stands')
    .action(async (classificationId: string, options: { reason: string; date?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { version } = await client.call(showClassification, { params: { classificationId } });
      const call = { params: { classificationId }, body: options };
      const confirmed = await client.call(confirmClassification, call, { ifMatch: version });
      if (out.json) return out.emit(confirmed);
      printClassification(out, confirmed);
    });
}
