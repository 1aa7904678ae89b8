import type { TidewaiterClient } from '@tidewaiter/client';
import {
  diffTariffs,
  listLegalBases,
  listTariffs,
  showVoidance,
  voidLegalBasis,
  type AnswerOf,
} from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { confirm, surroundings } from './command.js';
import { counted } from './list.js';
import { findTariff, printTouched } from './tariff.js';

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

/** What a tariff version changes for shipments under way, against the version of the same country in force before it. */
async function touchedBy(client: TidewaiterClient, name: string) {
  const after = await findTariff(client, name);
  const { items } = await client.call(listTariffs, { query: { destination: after.destination } });
  const before = items.find(({ validFrom }) => validFrom < after.validFrom);
  if (!before) {
    throw new CommandFailed(
      `No version for ${after.destination} was in force before ${after.validFrom}.`,
      EXIT.notFound,
    );
  }
  const params = { tariffId: before.tariffId, otherId: after.tariffId };
  const { counts, touched } = await client.call(diffTariffs, { params, query: { limit: 1 } });
  return { before, after, counts, touched };
}

export function legalBasisCommands(rules: Command): void {
  rules
    .command('affected')
    .argument('[what]', 'a tariff version or a voidance, by the beginning of its id')
    .option('--date <date>', 'the day on which a voidance’s clocks are read; default: today')
    .description('what a change of the rules touches; without a name, the legal bases charged under and those voided')
    .action(async (name: string | undefined, options: { date?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const known = await client.call(listLegalBases);
      if (name === undefined) {
        if (out.json) return out.emit(known);
        for (const { legalBasis, destination, assessments } of known.bases)
          out.data(`${destination}  ${counted(assessments, 'assessment')}  ${legalBasis}`);
        for (const each of known.voidances)
          out.data(`void from ${each.voidFrom}  ${each.citation}  ${each.voidanceId}`);
        const [voided] = known.voidances;
        return out.next(voided ? `rules affected ${voided.voidanceId}` : 'rules void-basis --help');
      }
      const voidance = known.voidances.find(({ voidanceId }) => voidanceId.startsWith(name));
      if (voidance) {
        const affected = await client.call(showVoidance, {
          params: { voidanceId: voidance.voidanceId },
          query: options,
        });
        return out.json ? out.emit(affected) : printAffected(out, affected);
      }
      const found = await touchedBy(client, name);
      if (out.json) return out.emit(found);
      const { added, removed, changed } = found.counts;
      out.data(`${found.before.name} → ${found.after.name}: ${added} added, ${removed} removed, ${changed} changed`);
      printTouched(out, found.touched, found.after);
    });

  rules
    .command('void-basis')
    .argument('<citation>', 'the legal basis as charges name it, or a part of that')
    .requiredOption('--from <date>', 'void from this day on, YYYY-MM-DD')
    .requiredOption('--reason <text>', 'the judgment or the act that took it away')
    .option('--destination <country>', 'only for imports into this country')
    .description('mark a legal basis void and see what may be claimed back')
    .action(
      async (citation: string, options: { from: string; reason: string; destination?: string }, command: Command) => {
        const around = surroundings(command);
        const { house, out } = around;
        const client = house.client();
        const { from: voidFrom, ...rest } = options;
        const { bases } = await client.call(listLegalBases);
        const hit = bases.filter(
          ({ legalBasis, destination }) =>
            legalBasis.toLowerCase().includes(citation.toLowerCase()) &&
            (options.destination === undefined || options.destination === destination),
        );
        await confirm(around, [
          `Void from ${voidFrom}: ${options.reason}`,
          ...hit.map((each) => `  ${each.destination}  ${each.legalBasis}  ${counted(each.assessments, 'assessment')}`),
          hit.length === 0
            ? 'Nothing was charged under it yet.'
            : 'Cases to claim back are proposed for those whose terms still run.',
        ]);
        const { voidanceId } = await client.call(voidLegalBasis, { body: { citation, voidFrom, ...rest } });
        const affected = await client.call(showVoidance, { params: { voidanceId } });
        if (out.json) return out.emit(affected);
        printAffected(out, affected);
        out.next(`rules affected ${voidanceId}`);
      },
    );
}
