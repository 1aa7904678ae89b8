import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  adoptTariff,
  diffTariffs,
  importTariff,
  listRefused,
  listTariffs,
  searchTariff,
  showCode,
  TARIFF_SOURCES,
  type AnswerOf,
  type TariffVersion,
} from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { ProgressBar } from '../progress-bar.js';
import { surroundings } from './command.js';
import { findShipment } from './find.js';
import { legalBasisCommands } from './legal-basis.js';
import { showList } from './list.js';
import { findTariff, printTouched, short } from './tariff.js';

interface ImportOptions {
  validFrom: string;
  validTo?: string;
  destination?: string;
  name?: string;
  scope?: string;
}

const REFUSED_SHOWN = 20;

/** The bytes of files one after the other, a line's end between them; each piece is told as it leaves. */
async function* bytesOf(files: readonly string[], told: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for (const [at, file] of files.entries()) {
    if (at > 0) yield Buffer.from('\n');
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      yield chunk;
      told(chunk.length);
    }
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    throw new CommandFailed(`There is no file ${file}.`, EXIT.usage, 'Give the path of the published tariff.');
  }
}

const from = ({ validFrom, validTo }: TariffVersion): string =>
  validTo === null ? `from ${validFrom}` : `${validFrom} to ${validTo}`;

function printImport(
  out: Output,
  { version, known, refused, skipped, flagged, touched }: AnswerOf<typeof importTariff>,
): void {
  out.data(
    `${out.color.bold(version.name)} for ${version.destination}, ${from(version)}: ${version.codes} codes, ${version.measures} measures, ${version.refused} refused${known ? ' (it was here already)' : ''}`,
  );
  out.data(`Version  ${version.tariffId}  ${version.digest}`);
  for (const [kind, count] of Object.entries(skipped)) out.say(`skipped  ${count} × ${kind}`);
  for (const row of refused.slice(0, REFUSED_SHOWN)) {
    out.data(`line ${row.line}  ${row.code}  ${row.column}: “${row.text}” — ${row.reason}`);
  }
  if (version.refused > Math.min(refused.length, REFUSED_SHOWN))
    out.say(`all of them: tidewaiter rules refused ${short(version.tariffId)}`);
  if (flagged > 0) out.data(`${flagged} classifications are affected: tidewaiter duty classifications --flagged`);
  printTouched(out, touched, version);
}

export function rulesCommands(program: Command): void {
  const rules = program.command('rules').description('published tariffs and legal bases: load, compare, search, void');
  legalBasisCommands(rules);

  rules
    .command('import')
    .argument('<source>', TARIFF_SOURCES.join(', '))
    .argument('<file...>', 'the published file; of JSON, one or more')
    .requiredOption('--valid-from <date>', 'first day in force, YYYY-MM-DD')
    .option('--valid-to <date>', 'last day in force')
    .option('--destination <country>', 'whose tariff it is, where the source does not say')
    .option('--name <name>', 'what people call it')
    .option('--scope <scope>', 'whole: a code that is not in it is none; part: earlier versions serve the others')
    .description('load a tariff: all of it or nothing')
    .action(async (source: string, files: string[], options: ImportOptions, command: Command) => {
      const { house, out, signal } = surroundings(command);
      const bar = new ProgressBar(
        out,
        basename(files[0]!),
        files.map(sizeOf).reduce((sum, size) => sum + size, 0),
      );
      const fields = Object.fromEntries(
        Object.entries({ source, ...options }).filter(([, value]) => value !== undefined),
      ) as Record<string, string>;
      const stream = bytesOf(files, (bytes) => bar.advance(bytes));
      const file = { name: basename(files[0]!), mediaType: 'application/octet-stream', stream };
      const answer = await house
        .client()
        .upload(importTariff, {}, fields, file, { signal })
        .finally(() => bar.clear());
      if (out.json) return out.emit(answer);
      printImport(out, answer);
    });

  rules
    .command('list')
    .option('--destination <country>', 'only this country')
    .description('tariff versions, newest validity first')
    .action(async (options: { destination?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const { items } = await house.client().call(listTariffs, { query: options });
      showList(out, items, {
        head: ['Version', 'For', 'Tariff', 'In force', 'Codes', 'Measures', 'Refused', 'Digest'],
        row: (each) => [
          ...[short(each.tariffId), each.destination, each.scope === 'whole' ? each.name : `${each.name} (part)`],
          ...[from(each), String(each.codes), String(each.measures), String(each.refused), each.digest.slice(0, 19)],
        ],
        empty: 'No tariff was loaded. Load one: tidewaiter rules import <source> <file> --valid-from …',
        next: ({ tariffId }) => `rules affected ${short(tariffId)}`,
      });
    });

  rules
    .command('refused')
    .argument('<version>', 'id of a tariff version, or its beginning')
    .description('rows of the file that were refused, with the reason')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { tariffId } = await findTariff(client, name);
      for await (const row of client.all(
        listRefused,
        { params: { tariffId }, query: { limit: 200 } },
        (page) => page,
      )) {
        if (out.json) out.emit(row);
        else out.data(`line ${row.line}  ${row.code}  ${row.column}: “${row.text}” — ${row.reason}`);
      }
    });

  rules
    .command('diff')
    .argument('<before>', 'id of a tariff version, or its beginning')
    .argument('<after>', 'id of another')
    .description('what changed, by code, and which shipments under way that touches')
    .action(async (one: string, other: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const [before, after] = [await findTariff(client, one), await findTariff(client, other)];
      const params = { tariffId: before.tariffId, otherId: after.tariffId };
      let page = await client.call(diffTariffs, { params, query: { limit: 1000 } });
      const { counts, touched } = page;
      for (;;) {
        for (const change of page.items) {
          if (out.json) out.emit(change);
          else out.data(`${change.commodity}  ${change.what}: ${change.before ?? 'none'} → ${change.after ?? 'none'}`);
        }
        if (page.next === null) break;
        page = await client.call(diffTariffs, { params, query: { limit: 1000, after: page.next } });
      }
      if (out.json) return out.emit({ counts, touched });
      out.data(`${counts.added} added, ${counts.removed} removed, ${counts.changed} changed`);
      printTouched(out, touched, after);
    });

  rules
    .command('adopt')
    .argument('<version>', 'id of the tariff version, or its beginning')
    .requiredOption('--shipment <shipment>', 'id or reference')
    .requiredOption('--reason <text>', 'why, for those who read it years later')
    .description('move a shipment under way to another version; its next assessment stands on it')
    .action(async (name: string, options: { shipment: string; reason: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { tariffId } = await findTariff(client, name);
      const { shipmentId } = await findShipment(client, options.shipment);
      const answer = await client.call(adoptTariff, {
        params: { shipmentId },
        body: { tariffId, reason: options.reason },
      });
      if (out.json) return out.emit(answer);
      out.data(`${options.shipment} stands on ${answer.stands.map((ref) => short(ref.tariffId)).join(', ')}`);
      out.say(`assess it again: tidewaiter duty assess ${options.shipment}`);
    });

  rules
    .command('search')
    .argument('<words...>', 'words, or the first digits of a code')
    .requiredOption('--destination <country>', 'whose tariff')
    .option('--date <date>', 'the day; default: today there')
    .option('--limit <n>', 'how many', Number, 20)
    .description('search the nomenclature')
    .action(
      async (words: string[], options: { destination: string; date?: string; limit: number }, command: Command) => {
        const { house, out } = surroundings(command);
        const { destination, ...query } = options;
        const { items } = await house
          .client()
          .call(searchTariff, { params: { destination }, query: { q: words.join(' '), ...query } });
        if (out.json) return out.emit(items);
        if (items.length === 0) return out.say('Nothing fits. Try fewer words.');
        for (const { code, description, declarable, headings } of items) {
          out.data(
            `${out.color.bold(code || '·')}${declarable ? '' : ' (heading)'}  ${[...headings.map((each) => each.description), description].join(' > ')}`,
          );
        }
      },
    );

  rules
    .command('show')
    .argument('<code>', 'a code of the tariff')
    .requiredOption('--destination <country>', 'whose tariff')
    .option('--origin <country>', 'rates for goods of this origin')
    .option('--date <date>', 'the day; default: today there')
    .description('a code: its headings, what lies below, its rates')
    .action(
      async (code: string, options: { destination: string; origin?: string; date?: string }, command: Command) => {
        const { house, out } = surroundings(command);
        const { destination, ...query } = options;
        const params = { destination, code: code.replace(/[.\s]/g, '') };
        const shown = await house.client().call(showCode, { params, query });
        if (out.json) return out.emit(shown);
        printCode(out, shown);
      },
    );
}

function printCode(
  out: Output,
  { found, below, measures, date, units, origin, tariff }: AnswerOf<typeof showCode>,
): void {
  found.headings.forEach(({ code, description }, depth) =>
    out.data(`${'  '.repeat(depth)}${code || '·'}  ${description}`),
  );
  out.data(
    `${'  '.repeat(found.headings.length)}${out.color.bold(found.code)}  ${found.description}${found.declarable ? '' : ' (heading)'}`,
  );
  if (units.length > 0) out.data(`Declare  ${units.join(', ')}`);
  for (const { code, description } of below) out.data(`  below  ${code}  ${description}`);
  out.data(`On ${date}${origin === null ? '' : ` from ${origin}`}, version ${short(tariff.tariffId)}:`);
  if (measures.length === 0) return out.data('  no measures');
  for (const measure of measures) {
    out.data(
      `  ${measure.role} ${measure.type} (${measure.area})  ${out.color.bold(measure.expression)}${measure.needs === null ? '' : `  needs ${measure.needs}`}`,
    );
    out.data(`    ${measure.law}`);
  }
}
