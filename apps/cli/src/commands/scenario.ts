import { randomBytes } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { play, readScenario, type Played } from '../scenario/player.js';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { nameOf, ownScenarios } from '../scenario/own.js';
import { surroundings, type Surroundings } from './command.js';
import { showList } from './list.js';

const MARKS = { '·': ' ', '?': '▲', '✓': '✓', '✗': '✗' } as const;

/** Plays one file, tells its story line by line and ends with the verdict; lines are labelled where several are told at once. */
async function tellScenario(
  { house, out, signal }: Surroundings,
  file: string,
  runId: string,
  label: string,
): Promise<Played> {
  const played = await play({
    house,
    file: resolve(file),
    runId,
    signal,
    line: ({ at, context, says, mark }) => {
      if (out.json) out.emit({ at, file, context, says });
      else
        out.data(`${out.color.dim(out.clock(at))}  ${label}${MARKS[mark]} ${out.color.dim(context.padEnd(9))} ${says}`);
    },
  });
  printVerdict(out, file, played);
  return played;
}

function printVerdict(out: Output, file: string, played: Played): void {
  const words = played.verdict.checks.map((check) => `${check.says} ${check.holds ? '✓' : '✗'}`).join(', ');
  const verdict = played.verdict.passed ? out.color.green('PASSED') : out.color.red('FAILED');
  if (out.json)
    out.emit({
      file,
      reference: played.reference,
      shipmentId: played.shipmentId,
      ...played.verdict,
      seconds: played.seconds,
    });
  else out.data(`${verdict} ${played.reference} in ${played.seconds.toFixed(1)} s: ${words}`);
  const failed = played.verdict.checks.find((check) => !check.holds);
  if (failed) {
    out.say(`First that does not hold: ${failed.says}. Timeline:`);
    for (const entry of played.timeline) out.say(`  ${entry.time}  ${entry.context}.${entry.name}  ${entry.says}`);
    out.say(`Look: tidewaiter shipment show ${played.reference}`);
  }
}

export function scenarioCommands(program: Command): void {
  const scenario = program.command('scenario').description('stories that the whole system must live through');

  scenario
    .command('run')
    .argument('<files...>', 'scenario files (YAML)')
    .option('--run-id <id>', 'repeat a run: the same id has no second effect')
    .option('--together', 'play the files side by side instead of one after another')
    .description('play scenario files against the running stack and print a verdict')
    .action(async (files: string[], options: { runId?: string; together?: boolean }, command: Command) => {
      const around = surroundings(command);
      around.house.run();
      const runId = () => options.runId ?? randomBytes(6).toString('hex');
      const width = Math.max(...files.map((file) => basename(file).length)) + 1;
      const tell = (file: string, label = '') => {
        around.out.say(`${label}${readScenario(resolve(file)).scenario}`);
        return tellScenario(around, file, runId(), label);
      };
      const ends: Played[] = [];
      if (options.together)
        ends.push(...(await Promise.all(files.map((file) => tell(file, basename(file).padEnd(width))))));
      else for (const file of files) ends.push(await tell(file));
      const failed = ends.filter(({ verdict }) => !verdict.passed).length;
      if (failed > 0) throw new CommandFailed(`${failed} of ${files.length} did not hold.`, EXIT.failed);
    });

  scenario
    .command('list')
    .description('the scenarios that come with the checkout')
    .action((_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const items = ownScenarios(house.root).map((file) => ({
        name: nameOf(file),
        file,
        says: readScenario(file).scenario,
      }));
      showList(out, items, {
        head: ['Scenario', 'Story'],
        row: ({ name, says }) => [name, says],
        empty: 'There is none.',
        next: ({ name }) => `demo ${name}`,
      });
    });

  scenario
    .command('lint')
    .argument('<files...>', 'scenario files (YAML)')
    .description('check scenario files without playing them')
    .action((files: string[], _: unknown, command: Command) => {
      const { out } = surroundings(command);
      const read = files.map((file) => ({ file, scenario: readScenario(resolve(file)).scenario }));
      if (out.json) return out.emit(read);
      for (const { file, scenario: says } of read) out.data(`${file}: ${says}`);
      out.next(`scenario run ${files[0]}`);
    });
}
