import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { play, readScenario, type Played } from '../scenario/player.js';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { surroundings, type Surroundings } from './command.js';

const MARKS = { '·': ' ', '?': '▲', '✓': '✓', '✗': '✗' } as const;

/** Plays one file and tells its story line by line. */
export async function tellScenario(
  { house, out, signal }: Surroundings,
  file: string,
  runId: string,
  label: (reference: string) => string,
): Promise<Played> {
  const reference = { text: '' };
  const played = await play({
    house,
    file: resolve(file),
    runId,
    signal,
    line: ({ at, context, says, mark }) => {
      if (out.json) out.emit({ at, file, context, says });
      else
        out.data(
          `${out.color.dim(at.slice(11, 19))}  ${label(reference.text)}${MARKS[mark]} ${out.color.dim(context.padEnd(9))} ${says}`,
        );
    },
  });
  reference.text = played.reference;
  return played;
}

export function printVerdict(out: Output, played: Played): void {
  const words = played.verdict.checks.map((check) => `${check.says} ${check.holds ? '✓' : '✗'}`).join(', ');
  const verdict = played.verdict.passed ? out.color.green('PASSED') : out.color.red('FAILED');
  if (out.json)
    out.emit({
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
    .description('play scenario files against the running stack and print a verdict')
    .action(async (files: string[], options: { runId?: string }, command: Command) => {
      const around = surroundings(command);
      let failed = 0;
      for (const file of files) {
        around.out.say(readScenario(resolve(file)).scenario);
        const played = await tellScenario(around, file, options.runId ?? randomBytes(6).toString('hex'), () => '');
        printVerdict(around.out, played);
        if (!played.verdict.passed) failed += 1;
      }
      if (failed > 0) throw new CommandFailed(`${failed} of ${files.length} did not hold.`, EXIT.failed);
    });

  scenario
    .command('lint')
    .argument('<files...>', 'scenario files (YAML)')
    .description('check scenario files without playing them')
    .action((files: string[], _: unknown, command: Command) => {
      const { out } = surroundings(command);
      for (const file of files) out.data(`${file}: ${readScenario(resolve(file)).scenario}`);
    });
}
