import type { TidewaiterClient } from '@tidewaiter/client';
import { listTasks, showShipment, showTask, showTimeline } from '@tidewaiter/contracts';
import { isUuid } from '@tidewaiter/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { CommandFailed, EXIT } from '../output.js';
import type { Task } from '../usual-decision.js';
import { confirm, surroundings } from './command.js';
import { decide } from './decide.js';
import { findShipment, openTasks } from './find.js';

const KIND = 'resolve-engagement' as const;

const screened = z.object({
  list: z.object({ name: z.string(), digest: z.string(), entries: z.number() }),
  hits: z.array(z.object({ role: z.string(), entry: z.string(), score: z.string() })),
});

interface Case {
  task: Task;
  reference: string | null;
  screened: z.infer<typeof screened> | null;
}

/** A case with what the newest comparison of its parties found: none where standing waits for something else. */
async function caseOf(client: TidewaiterClient, task: Task): Promise<Case> {
  const { shipmentId } = task;
  if (shipmentId === null) return { task, reference: null, screened: null };
  const params = { shipmentId };
  let newest: unknown;
  for await (const { name, data } of client.all(showTimeline, { params, query: { limit: 200 } }, (page) => page)) {
    if (name === 'PartiesScreened') newest = data;
  }
  const { reference } = await client.call(showShipment, { params });
  return { task, reference, screened: screened.safeParse(newest).data ?? null };
}

async function findCase(client: TidewaiterClient, name: string): Promise<Case> {
  const { shipmentId } = await findShipment(client, name).catch((error: unknown) => {
    if (isUuid(name)) return { shipmentId: undefined };
    throw error;
  });
  const task =
    shipmentId === undefined
      ? await client.call(showTask, { params: { taskId: name } })
      : (await openTasks(client, shipmentId, [KIND]))[0];
  if (task?.kind === KIND && task.status === 'open') return caseOf(client, task);
  throw new CommandFailed(
    `${name} waits for no decision on its parties.`,
    EXIT.notFound,
    'See `tidewaiter screening list`.',
  );
}

const linesOf = ({ task, reference, screened: found }: Case): string[] => [
  `${reference ?? task.engagementId ?? ''}  ${task.says}`,
  ...(found?.hits ?? []).map(({ role, entry, score }) => `  ${role}  ${entry}  score ${score}`),
  ...(found ? [`  list ${found.list.name}, ${found.list.entries} entries, ${found.list.digest}`] : []),
];

export function screeningCommands(program: Command): void {
  const screening = program.command('screening').description('parties that a sanctions list may mean');

  screening
    .command('list')
    .description('cases that wait, each with its hits and the shipment that stands still')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const cases: Case[] = [];
      const query = { status: 'open' as const, kind: KIND, limit: 200 };
      for await (const task of client.all(listTasks, { query }, (page) => page)) cases.push(await caseOf(client, task));
      if (out.json) return out.emit(cases);
      if (cases.length === 0) return out.say('No case is open: every shipment under way was found clear or decided.');
      for (const each of cases) {
        for (const line of linesOf(each)) out.data(line);
        out.data(`  task ${each.task.taskId}, for ${each.task.role}`);
      }
      out.next(`screening decide ${cases[0]!.reference ?? cases[0]!.task.taskId} --clear --reason "…"`);
    });

  screening
    .command('decide')
    .argument('<case>', 'a shipment, or the id of the task')
    .option('--clear', 'the parties are others than those of the list')
    .option('--stop', 'the hit is confirmed: the shipment is given up')
    .option('--again', 'compare again, after something was mended')
    .option('--reason <text>', 'why; recorded. --clear and --stop need it')
    .description('decide a case; who opened the shipment may not clear it')
    .action(
      async (
        name: string,
        options: { clear?: boolean; stop?: boolean; again?: boolean; reason?: string },
        command: Command,
      ) => {
        const around = surroundings(command);
        const { house, out } = around;
        const { clear = false, stop = false, again = false, reason } = options;
        if (Number(clear) + Number(stop) + Number(again) !== 1 || (!again && reason === undefined)) {
          throw new CommandFailed(
            'One of --clear, --stop and --again decides it, the first two with --reason.',
            EXIT.usage,
          );
        }
        const client = house.client();
        const found = await findCase(client, name);
        const hits = found.screened?.hits ?? [];
        if (clear && hits.length === 0) {
          throw new CommandFailed(
            'There is no hit to clear.',
            EXIT.refused,
            `Mend it, then: tidewaiter screening decide ${name} --again`,
          );
        }
        const body = stop
          ? { abandon: true, reason }
          : { retry: true, ...(clear ? { clear: hits.map(({ role, entry }) => ({ role, entry })), reason } : {}) };
        const act = stop ? 'It is stopped for good' : clear ? 'These are cleared' : 'It is compared again';
        await confirm(around, [...linesOf(found), `${act}${reason === undefined ? '' : `: ${reason}`}`]);
        const next = found.reference === null ? undefined : `shipment show ${found.reference}`;
        await decide(client, out, found.task, body, next);
      },
    );
}
