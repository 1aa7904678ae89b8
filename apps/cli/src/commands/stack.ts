import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  AlreadyRunning,
  doctor,
  doctorLines,
  lookAtRun,
  NotStarted,
  reset,
  startPlatform,
  stopRun,
  type Platform,
  type Progress,
} from '@tidewaiter/local';
import type { Command } from 'commander';
import { z } from 'zod';
import { mainJob, nameOf, ownScenarios } from '../scenario/own.js';
import { printStory } from '../story.js';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { confirm, surroundings, type Surroundings } from './command.js';

const PHASES: Partial<Record<Progress['phase'], string>> = { ready: '✓', named: '✓', failed: '✗', died: '✗' };

/** One line per step; in a terminal steps that only pass through are left out. */
function progressLine(out: Output): (progress: Progress) => void {
  return ({ part, phase, text, ms, share }) => {
    const mark = PHASES[phase] ?? '·';
    const done = share === undefined ? '' : ` ${Math.round(share * 100)} %`;
    if (phase === 'starting' && !process.stderr.isTTY) return;
    out.say(`${mark} ${part.padEnd(11)} ${phase}${done}  ${(ms / 1000).toFixed(1)} s  ${text}`);
  };
}

async function start({ house, out, signal }: Surroundings, mode: 'one' | 'split'): Promise<Platform> {
  try {
    return await startPlatform({ root: house.root, home: house.data, mode, onProgress: progressLine(out), signal });
  } catch (error) {
    if (error instanceof AlreadyRunning)
      throw new CommandFailed(error.message, EXIT.refused, 'Stop it first: `npx tidewaiter stop`.');
    if (error instanceof NotStarted)
      throw new CommandFailed(
        error.message,
        EXIT.failed,
        'See `npx tidewaiter doctor`, and the logs in .tidewaiter/logs.',
      );
    throw error;
  }
}

function whereToLook(out: Output, platform: Platform): void {
  const { api, temporalUi, identity } = platform.addresses;
  out.data('');
  out.data(`Status page        ${api}/status`);
  out.data(`API documentation  ${api}/docs`);
  if (temporalUi) out.data(`Temporal           ${temporalUi}`);
  out.data(`Sample users       ${identity}/`);
  out.data('next: npx tidewaiter login --as operator · npx tidewaiter shipment list · Ctrl-C stops everything');
  out.data(`Console            ${api}/`);
}

const untilTold = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    process.once('SIGTERM', () => resolve());
  });

const storyFile = z.object({ runId: z.string(), finished: z.boolean() });
const newRunId = (): string => randomBytes(6).toString('hex');

/** A story that was cut goes on under its own run id; a finished one is followed by a new one. */
async function playStory(around: Surroundings): Promise<boolean> {
  const { house } = around;
  const before = storyFile.safeParse(house.recall('story.json'));
  const runId = before.success && !before.data.finished ? before.data.runId : newRunId();
  if (before.success && !before.data.finished) around.out.say('A story was cut: it goes on where it stood.');
  house.keep('story.json', { runId, finished: false });
  const held = await printStory(around, mainJob(house.root), runId);
  if (!around.signal.aborted) house.keep('story.json', { runId, finished: true });
  return held;
}

/** A scenario of the checkout by the beginning of its name. */
function scenarioNamed(root: string, name: string): string {
  const files = ownScenarios(root);
  const found = files.filter((file) => nameOf(file) === name);
  const begun = found.length > 0 ? found : files.filter((file) => nameOf(file).startsWith(name));
  if (begun.length === 1) return begun[0]!;
  throw new CommandFailed(
    begun.length === 0 ? `There is no story ${name}.` : `${begun.length} stories begin so.`,
    EXIT.notFound,
    'See `tidewaiter scenario list`.',
  );
}

/** `up`, `status`, `stop`, `doctor`, `reset`, `demo`: the stack on this machine. */
export function stackCommands(program: Command): void {
  program
    .command('up')
    .description('start servers, services and simulators on this machine')
    .option('--split', 'one process per service instead of one for all')
    .option('--story', 'play the main job: three consignments')
    .option('--once', 'with --story: end after it, with exit code 0 only if all of it held')
    .action(async (options: { split?: boolean; story?: boolean; once?: boolean }, command: Command) => {
      const around = surroundings(command);
      const began = Date.now();
      const platform = await start(around, options.split ? 'split' : 'one');
      try {
        around.out.say(`Ready in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
        const held = options.story ? await playStory(around) : true;
        if (options.once) {
          if (!held) throw new CommandFailed('The story did not hold.', EXIT.failed);
          return;
        }
        whereToLook(around.out, platform);
        await untilTold(around.signal);
      } finally {
        around.out.say('Stopping in order …');
        await platform.stop();
      }
    });

  program
    .command('status')
    .description('what runs here')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const look = lookAtRun(house.data);
      if (out.json) return out.emit(look);
      if (!look?.running)
        throw new CommandFailed('Nothing runs here.', EXIT.notFound, 'Start it with `npx tidewaiter up`.');
      const { api } = house.run();
      out.table(
        ['Part', 'Process', 'State'],
        look.programs.map(({ part, pid, alive }) => [part, String(pid), alive ? 'runs' : 'gone']),
      );
      const answer = await fetch(`${api}/health/ready`).catch(() => null);
      out.data(`${api}  ${answer?.ok ? 'ready' : 'not ready'}`);
      if (!answer?.ok) throw new CommandFailed('Not every part is ready.', EXIT.outside, `See ${api}/health/ready.`);
    });

  program
    .command('stop')
    .description('stop everything that runs here, in order')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      await stopRun(house.data);
      out.say('Stopped. The data stays: `npx tidewaiter up` goes on where it stood.');
    });

  program
    .command('doctor')
    .description('what this machine has, what is missing, and how to get it')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const rows = await doctor({ root: house.root });
      if (out.json) out.emit(rows);
      else for (const line of doctorLines(rows)) out.data(line);
      if (rows.some((row) => row.state === 'missing')) throw new CommandFailed('Something is missing.', EXIT.failed);
    });

  program
    .command('reset')
    .description('empty the data folder: every shipment of this machine is gone')
    .action(async (_: unknown, command: Command) => {
      const around = surroundings(command);
      const { house, out } = around;
      if (!existsSync(house.data)) return out.say('There is nothing to empty.');
      await confirm(around, [`${house.data} is emptied: every shipment in it is gone.`], 'empty');
      await reset({ home: house.data, confirmed: true });
      out.say('Emptied.');
    });

  program
    .command('demo')
    .argument('[name]', 'one of `tidewaiter scenario list`; default: the three consignments')
    .description('play a story against the running stack')
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const around = surroundings(command);
      const { house, out, signal } = around;
      house.run();
      const held =
        name === undefined
          ? await playStory(around)
          : await printStory(around, [scenarioNamed(house.root, name)], newRunId());
      signal.throwIfAborted();
      if (!held) throw new CommandFailed('The story did not hold.', EXIT.failed);
      out.next('open · shipment list · audit verify');
    });
}
