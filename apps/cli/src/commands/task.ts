import { decideTask, listTasks, showTask } from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { CommandFailed, EXIT } from '../output.js';
import { usualDecision, type Task } from '../usual-decision.js';
import { surroundings } from './command.js';

export function taskCommands(program: Command): void {
  const task = program.command('task').description('what waits for a person');

  task
    .command('list')
    .description('open tasks, oldest deadline first')
    .option('--all', 'also those that are done')
    .action(async (options: { all?: boolean }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const items: Task[] = [];
      for (const status of options.all ? (['open', 'done', 'withdrawn'] as const) : (['open'] as const)) {
        for await (const each of client.all(listTasks, { query: { status, limit: 100 } }, (page) => page))
          items.push(each);
      }
      if (out.json) return out.emit(items);
      if (items.length === 0) return out.say('Nothing waits for you.');
      out.table(
        ['Task', 'For', 'What', 'Status'],
        items.map((each) => [each.taskId, each.role, each.says, each.status]),
      );
      out.say('next: tidewaiter task do <task>');
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
      const answer = await client.call(decideTask, { params: { taskId }, body }, { ifMatch: found.version });
      if (out.json) return out.emit(answer);
      out.data(answer.says);
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
