import { readFileSync } from 'node:fs';
import {
  assessShipment,
  confirmClassification,
  decideClassification,
  explainAssessment,
  listAssessments,
  listClassifications,
  listLegalBases,
  previewAssessment,
  rederiveAssessment,
  showClassification,
  showVoidance,
  voidLegalBasis,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { surroundings } from './command.js';
import { findShipment } from './find-shipment.js';

type Result = AnswerOf<typeof previewAssessment>;
type Classification = AnswerOf<typeof showClassification>;

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    throw new CommandFailed(
      `${file} cannot be read: ${says}`,
      EXIT.usage,
      'Give a file with one JSON document, or - for standard input.',
    );
  }
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

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
  voiding(duty);
}

function assessing(duty: Command): void {
  duty
    .command('preview')
    .argument('<file>', 'a request as JSON, - for standard input')
    .description('what would be due; nothing is stored')
    .action(async (file: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const body = jsonOf(file) as InputOf<typeof previewAssessment>['body'];
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
      const newest = async () => (await client.call(listAssessments, { params: { shipmentId } })).items[0]?.n;
      const number = n === undefined ? await newest() : Number(n);
      if (number === undefined || !Number.isInteger(number)) {
        throw new CommandFailed(
          'The shipment has no such assessment.',
          EXIT.notFound,
          'Wait until its documents are complete.',
        );
      }
      const text = await client.call(explainAssessment, { params: { shipmentId, n: number } });
      if (out.json) return out.emit({ shipmentId, n: number, text });
      out.data(text.trimEnd());
    });

  duty
    .command('rederive')
    .argument('<assessment>', 'id of an assessment')
    .description('compute a stored assessment again from what it names')
    .action(async (assessmentId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const answer = await house.client().call(rederiveAssessment, { params: { assessmentId } });
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

function printAffected(out: Output, { voidance, date, items, totals }: AnswerOf<typeof showVoidance>): void {
  out.data(
    `“${voidance.citation}” void from ${voidance.voidFrom}${voidance.destination === null ? '' : ` in ${voidance.destination}`}, marked by ${voidance.by}: ${voidance.reason}`,
  );
  out.data(`Voidance ${voidance.voidanceId}, clocks as of ${date}`);
  if (items.length === 0) return out.say('No assessment carries it.');
  for (const { state, assessments, claim } of totals)
    out.data(`${state.padEnd(9)} ${claim.amount} ${claim.currency} on ${assessments} assessments`);
  out.table(
    ['State', 'Until', 'Remedy', 'Claim', 'Shipment', 'Assessed'],
    items.map((item) => [
      item.state,
      item.deadline ?? '',
      item.remedy ?? '',
      `${item.claim.amount} ${item.claim.currency}`,
      item.shipmentId,
      `${item.lawDate} (${item.n})`,
    ]),
  );
}

function voiding(duty: Command): void {
  duty
    .command('void-basis')
    .argument('<citation>', 'the legal basis as charges name it, or a part of that')
    .requiredOption('--from <date>', 'void from this day on, YYYY-MM-DD')
    .requiredOption('--reason <text>', 'the judgment or the act that took it away')
    .option('--destination <country>', 'only for imports into this country')
    .description('mark a legal basis void and see what may be claimed back')
    .action(
      async (citation: string, options: { from: string; reason: string; destination?: string }, command: Command) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { from: voidFrom, ...rest } = options;
        const { voidanceId } = await client.call(voidLegalBasis, { body: { citation, voidFrom, ...rest } });
        const affected = await client.call(showVoidance, { params: { voidanceId } });
        if (out.json) return out.emit(affected);
        printAffected(out, affected);
      },
    );

  duty
    .command('voided')
    .argument('[voidance]', 'id of one, for the assessments that carry it')
    .option('--date <date>', 'the day that the clocks are read on; default: today')
    .description('legal bases: those charged under, and those voided')
    .action(async (voidanceId: string | undefined, options: { date?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      if (voidanceId !== undefined) {
        const affected = await client.call(showVoidance, { params: { voidanceId }, query: options });
        return out.json ? out.emit(affected) : printAffected(out, affected);
      }
      const known = await client.call(listLegalBases);
      if (out.json) return out.emit(known);
      for (const { legalBasis, destination, assessments } of known.bases)
        out.data(`${destination}  ${assessments} assessments  ${legalBasis}`);
      for (const each of known.voidances) out.data(`void from ${each.voidFrom}  ${each.citation}  ${each.voidanceId}`);
    });
}
