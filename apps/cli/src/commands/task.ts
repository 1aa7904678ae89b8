import { giveTaskBack, listTasks, showTask, takeTask, type InputOf } from '@tidewaiter/contracts';
import { Option, type Command } from 'commander';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { usualDecision, type Task } from '../usual-decision.js';
import { surroundings } from './command.js';
import { decide } from './decide.js';

interface ListOptions {
  all?: boolean;
  mine?: boolean;
  unassigned?: boolean;
}

/** `olga` is `user:olga`, as events name people. */
const personOf = (name: string): string => (name.includes(':') ? name : `user:${name}`);

function assigneeOf({ mine, unassigned }: ListOptions): InputOf<typeof listTasks>['query']['assignee'] {
  if (mine) return 'me';
  return unassigned ? 'nobody' : undefined;
}

function print(out: Output, task: Task): void {
  const { taskId, kind, role, status, says, due, assignee, takenAt, shipmentId, decisions } = task;
  out.data(`${out.color.bold(kind)}  for ${role}  ${status}`);
  out.data(says);
  out.data(`Taken    ${assignee === null ? 'by nobody' : `by ${assignee} at ${takenAt}`}`);
  out.data(`Due      ${due ?? '-'}`);
  if (shipmentId !== null) out.data(`Shipment ${shipmentId}`);
  for (const { by, at } of decisions) out.data(`Decided  by ${by} at ${at}`);
  out.data(`About    ${JSON.stringify(task.about)}`);
  if (status === 'open') out.next(`task ${assignee === null ? 'take' : 'do'} ${taskId}`);
}

export function taskCommands(program: Command): void {
  const task = program.command('task').description('what waits for a person');

  task
    .command('list')
    .description('open tasks, oldest deadline first')
    .option('--all', 'also those that are done')
    .option('--mine', 'only those that the signed-in user has taken')
    .addOption(new Option('--unassigned', 'only those that nobody has taken').conflicts('mine'))
    .action(async (options: ListOptions, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const assignee = assigneeOf(options);
      const items: Task[] = [];
      for (const status of options.all ? (['open', 'done', 'withdrawn'] as const) : (['open'] as const)) {
        for await (const each of client.all(listTasks, { query: { status, assignee, limit: 100 } }, (page) => page))
          items.push(each);
      }
      if (out.json) return out.emit(items);
      if (items.length === 0) return out.say('Nothing waits for you.');
      out.table(
        ['Task', 'For', 'Taken by', 'What', 'Status'],
        items.map((each) => [each.taskId, each.role, each.assignee ?? '', each.says, each.status]),
      );
      out.next('task show <task>');
    });

  task
    .command('show')
    .argument('<task>', 'id of the task')
    .description('one task: what it asks, of whom, until when, and who has taken it')
    .action(async (taskId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const found = await house.client().call(showTask, { params: { taskId } });
      if (out.json) return out.emit(found);
      print(out, found);
    });

  task
    .command('take')
    .argument('<task>', 'id of the task')
    .option('--from <person>', 'take it over from this colleague, such as user:olivia')
    .description('say that the signed-in user sees to it; others may still decide it')
    .action(async (taskId: string, { from }: { from?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const body = from === undefined ? {} : { from: personOf(from) };
      const taken = await house.client().call(takeTask, { params: { taskId }, body });
      if (out.json) return out.emit(taken);
      out.data(`Taken by ${taken.assignee}.`);
      out.next(`task do ${taskId}`);
    });

  task
    .command('give-back')
    .argument('<task>', 'id of the task')
    .description('see to it no more: it waits for whoever takes it')
    .action(async (taskId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const given = await house.client().call(giveTaskBack, { params: { taskId }, body: {} });
      if (out.json) return out.emit(given);
      out.data('Given back.');
      out.next('task list --unassigned');
    });

  task
    .command('do')
    .argument('<task>', 'id of the task')
    .option('--decision <json>', 'the decision, where the usual one does not fit')
    .description('decide a task as the signed-in user')
    .action(async (taskId: string, options: { decision?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const found = await client.call(showTask, { params: { taskId } });
      const body = options.decision === undefined ? usualDecision(found) : parseDecision(options.decision);
      await decide(client, out, found, body);
    });
}

function parseDecision(text: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text) as unknown;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // told below, with an example
  }
  throw new CommandFailed('A decision is a JSON object.', EXIT.usage, 'For example: --decision \'{"retry":true}\'');
}
