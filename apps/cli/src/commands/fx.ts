import { readFileSync } from 'node:fs';
import { importFx, listFx, type InputOf } from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { CommandFailed, EXIT } from '../output.js';
import { surroundings } from './command.js';

type Tables = InputOf<typeof importFx>['body']['tables'];

const HEADER = 'from,to,currency,rate';
const MOST_AT_ONCE = 400;

/** Tables from `from,to,currency,rate`: rows of the same days are one table. @throws CommandFailed with the line */
export function tablesOf(text: string): Tables {
  const [header = '', ...rows] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const fail = (line: number, says: string): never => {
    throw new CommandFailed(
      `line ${line}: ${says}`,
      EXIT.usage,
      `The columns are ${HEADER}; days as YYYY-MM-DD, rates as decimals.`,
    );
  };
  if (header.trim() !== HEADER) fail(1, `“${header.slice(0, 80)}” is not the header`);
  const tables = new Map<string, Tables[number]>();
  rows.forEach((row, at) => {
    if (row.trim() === '') return;
    const [from, to, currency, rate, ...more] = row.split(',').map((cell) => cell.trim());
    if (from === undefined || to === undefined || currency === undefined || rate === undefined || more.length > 0) {
      return fail(at + 2, 'four cells expected');
    }
    const table = tables.get(`${from} ${to}`) ?? { from, to, rates: {} };
    if (currency in table.rates) fail(at + 2, `${currency} was given for these days before`);
    table.rates[currency] = rate;
    tables.set(`${from} ${to}`, table);
  });
  if (tables.size === 0) fail(2, 'no rates');
  return [...tables.values()];
}

export function fxCommands(program: Command): void {
  const fx = program.command('fx').description('customs exchange rates, by law and by day');

  fx.command('import')
    .argument('<jurisdiction>', 'whose customs rates, e.g. GB')
    .argument('<file>', `CSV: ${HEADER}`)
    .requiredOption('--publisher <name>', 'who published them')
    .option(
      '--quoted <side>',
      'foreign: units of each currency for one of the jurisdiction’s; own: the other way round',
      'foreign',
    )
    .description('load dated tables of rates; a later table for the same days stands from then on')
    .action(
      async (jurisdiction: string, path: string, options: { publisher: string; quoted: string }, command: Command) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const tables = tablesOf(readFileSync(path, 'utf8'));
        let known = 0;
        for (let at = 0; at < tables.length; at += MOST_AT_ONCE) {
          const body = {
            jurisdiction,
            publisher: options.publisher,
            quoted: options.quoted as 'foreign' | 'own',
            tables: tables.slice(at, at + MOST_AT_ONCE),
          };
          known += (await client.call(importFx, { body })).known;
        }
        if (out.json) return out.emit({ tables: tables.length, known });
        out.data(`${tables.length} tables of ${jurisdiction}, ${known} of them were here already`);
      },
    );

  fx.command('show')
    .argument('<jurisdiction>', 'whose customs rates')
    .option('--date <date>', 'the day; default: today there')
    .description('which law the rates follow, and the tables held for a day; the first one counts')
    .action(async (jurisdiction: string, options: { date?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const { rule, items } = await house.client().call(listFx, { query: { jurisdiction, ...options } });
      if (out.json) return out.emit({ rule, items });
      out.data(`${rule.publisher}, by the ${rule.period}; the day of ${rule.dateOf}`);
      out.data(`${rule.law} (${rule.confidence} confidence)`);
      if (items.length === 0) out.say('No table is held for the day.');
      for (const { from, to, publisher, digest, rates, quoted } of items) {
        out.data(`${from} to ${to}  ${publisher}  ${digest.slice(0, 19)}  (${quoted})`);
        out.data(
          `  ${Object.entries(rates)
            .map(([currency, rate]) => `${currency} ${rate}`)
            .join('  ')}`,
        );
      }
    });
}
