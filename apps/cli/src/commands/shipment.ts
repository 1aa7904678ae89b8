import { writeFileSync } from 'node:fs';
import { ProblemError, type TidewaiterClient } from '@tidewaiter/client';
import {
  BOARD_SORTS,
  BULK_KINDS,
  CLOCK_BINS,
  decideTask,
  exportBoard,
  listComments,
  listShipments,
  makeComment,
  openShipment,
  showCoverage,
  showExport,
  showShipment,
  showStory,
  showStrip,
  showTimeline,
  STAGES,
  STORY_RANKS,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Option, type Command } from 'commander';
import { jsonIn } from '../files.js';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { spanOf } from '../times.js';
import { surroundings } from './command.js';
import { findEngagement } from './engagement.js';
import { findShipment as find, openTasks, type Shipment } from './find.js';
import { amount, counted, firstOf, showList } from './list.js';

type Strip = AnswerOf<typeof showStrip>;
type Story = AnswerOf<typeof showStory>;
type Coverage = AnswerOf<typeof showCoverage>;

/** How much of the shipment can be proved; null for roles that the log is not shown to. */
async function coverageOf(client: TidewaiterClient, shipmentId: string): Promise<Coverage | null> {
  try {
    return await client.call(showCoverage, { params: { shipmentId } });
  } catch (error) {
    if (error instanceof ProblemError && error.status === 403) return null;
    throw error;
  }
}

/** The four questions: what waits, what is next late, what it costs, what can be proved. */
function print(out: Output, shipment: Shipment, strip: Strip, coverage: Coverage | null): void {
  const { reference, origin, destination, portOfEntry, stage, mrn, parts } = shipment;
  const { summary, waiting, clock, money } = strip;
  out.data(`${out.color.bold(reference)}  ${origin} → ${destination} ${portOfEntry}  ${stage}  MRN ${mrn ?? '-'}`);
  out.data(summary.says);
  out.data(`Waiting  ${waiting ? `${waiting.who} since ${out.at(waiting.since)}, ${waiting.what}` : 'nobody'}`);
  const mark = clock?.kind === 'statutory' ? '⚖' : '◷';
  out.data(
    `Clock    ${clock ? `${mark} ${clock.on}, end of day, ${clock.city}: ${clock.what}. If missed: ${clock.ifMissed}` : 'none runs'}`,
  );
  out.data(
    `Money    ${money ? `now ${money.now}  later ${money.later}  paid ${money.paid}  ${money.currency}` : 'nothing is known to be due'}`,
  );
  if (coverage) {
    const { covered, logged, checkpoint } = coverage;
    const signed = checkpoint ? `, under the signed head of ${out.at(checkpoint.at)}` : ', not signed yet';
    out.data(`Proof    ${covered} of ${logged} events in the log${signed}`);
  }
  for (const part of parts) out.data(`Part     ${part.reference}  ${part.stage}`);
}

const nextOf = ({ reference, stage }: Shipment, { waiting }: Strip): string => {
  if (waiting?.kind === 'approve-payment') return `payment show ${reference}`;
  if (waiting?.kind === 'correct-declaration') return `declaration check ${reference}`;
  if (waiting?.kind === 'resolve-engagement') return 'screening list';
  if (waiting?.kind === 'resolve-findings') return `document checks ${reference}`;
  if (waiting?.taskId) return `task do ${waiting.taskId}`;
  return ENDED.has(stage) ? 'audit verify' : `shipment watch ${reference}`;
};

function printStory(out: Output, story: Story, rank: (typeof STORY_RANKS)[number]): void {
  const least = STORY_RANKS.indexOf(rank);
  const gaps = new Map(story.gaps.map((gap) => [gap.after, gap]));
  for (const entry of story.entries) {
    // What went wrong is never left out.
    if (entry.failure || STORY_RANKS.indexOf(entry.rank) <= least) {
      const causes = entry.causes.length > 0 ? `  ← ${entry.causes.map((n) => `#${n}`).join(' ')}` : '';
      const marks = entry.marks.map((mark) => (mark === 'late' ? `late by ${spanOf(entry.lateBy ?? 0)}` : mark));
      const mark = entry.failure ? '✗' : ' ';
      out.data(
        `${String(entry.n).padStart(4)}  ${out.at(entry.learned)} ${mark} ${entry.context.padEnd(9)} ${entry.says}${causes}${marks.length > 0 ? `  (${marks.join(', ')})` : ''}`,
      );
    }
    const gap = gaps.get(entry.n);
    if (gap) {
      const timer = gap.timer ? ` (${gap.timer.what}, ${out.at(gap.timer.at)})` : '';
      out.data(
        `      ┊ ${spanOf(gap.seconds)}${gap.waitingFor === null ? '' : `: waiting for ${gap.waitingFor}`}${timer}`,
      );
    }
  }
}

const ENDED = new Set(['archived', 'closed']);

interface WatchOptions {
  until?: string;
  within?: number;
}

/** @param text `90s`, `30m`, `2h`; in milliseconds */
function spanIn(text: string): number {
  const [, count, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  if (count === undefined)
    throw new CommandFailed(`${text} is no time to wait.`, EXIT.usage, 'For example: 90s, 30m, 2h');
  return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}

export function shipmentCommands(program: Command): void {
  const shipment = program.command('shipment').description('every import from its opening to its archive');

  shipment
    .command('list')
    .description('shipments, newest first')
    .addOption(new Option('--stage <stage>', 'only this stage').choices(STAGES))
    .option('--limit <n>', 'how many', Number, 50)
    .action(async ({ stage, limit }: { stage?: Shipment['stage']; limit: number }, command: Command) => {
      const { house, out } = surroundings(command);
      const query = { limit: Math.min(limit, 200), ...(stage === undefined ? {} : { stage }) };
      const pages = house.client().all(listShipments, { query }, (page) => page);
      showList(out, await firstOf(pages, limit), {
        head: ['Reference', 'Route', 'Stage', 'Waiting', 'Payable', 'Paid', 'MRN', 'Last event'],
        row: (each) => [
          ...[each.reference, `${each.origin} → ${each.destination}`, each.stage, each.waitingFor ?? ''],
          ...[amount(each.payable), amount(each.paid), each.mrn ?? ''],
          each.lastEvent ? out.at(each.lastEvent.time) : '',
        ],
        empty: 'No shipment so. Play one: tidewaiter demo',
        next: ({ reference }) => `shipment show ${reference}`,
      });
    });

  shipment
    .command('open')
    .argument('<file>', 'the body of `POST /v1/shipments` as JSON, - for standard input')
    .option('--engagement <engagement>', 'its id, or its customer; else the file says it')
    .option('--reference <reference>', 'else the file says it')
    .option('--destination <country>', 'where the engagement covers several')
    .description('open a shipment under an engagement')
    .action(
      async (
        file: string,
        options: { engagement?: string; reference?: string; destination?: string },
        command: Command,
      ) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { engagement, ...said } = options;
        const found =
          engagement === undefined ? {} : { engagementId: (await findEngagement(client, engagement)).engagementId };
        const body = { ...(jsonIn(file) as object), ...said, ...found } as InputOf<typeof openShipment>['body'];
        const opened = await client.call(openShipment, { body });
        if (out.json) return out.emit(opened);
        out.data(`${opened.reference}  ${opened.shipmentId}`);
        out.next(`document add ${opened.reference} commercial-invoice <file>`);
      },
    );

  shipment
    .command('show')
    .argument('<shipment>', 'id or reference')
    .description('one shipment: what waits, what is next late, what it costs, what can be proved')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const found = await find(client, name);
      if (out.json) return out.emit(found);
      const { shipmentId } = found;
      const [strip, coverage] = await Promise.all([
        client.call(showStrip, { params: { shipmentId } }),
        coverageOf(client, shipmentId),
      ]);
      print(out, found, strip, coverage);
      out.next(nextOf(found, strip));
    });

  shipment
    .command('watch')
    .argument('<shipment>', 'id or reference')
    .option('--until <event>', 'end with this event, such as customs.GoodsReleased')
    .option('--within <time>', 'how long to wait for it, such as 30m; exit 8 when it is over', spanIn)
    .description('the shipment’s events as they happen, until its story ends')
    .action(async (name: string, { until, within }: WatchOptions, command: Command) => {
      const { house, out, signal } = surroundings(command);
      const client = house.client();
      const { shipmentId, openedAt } = await find(client, name);
      const deadline = Date.now() + (within ?? Infinity);
      const params = { shipmentId };
      const ended = (how: string, at: string): void =>
        out.say(`✓ ${how} after ${spanOf((Date.parse(at) - Date.parse(openedAt)) / 1000)}`);
      let after: string | undefined;
      for (;;) {
        const query = { limit: 200, ...(after === undefined ? {} : { after }) };
        const page = await client.call(showTimeline, { params, query }, { signal });
        for (const entry of page.items) {
          after = entry.position;
          if (out.json) out.emit(entry);
          else out.data(`${out.clock(entry.time)}  ${entry.context.padEnd(9)} ${entry.says}`);
          if (`${entry.context}.${entry.name}` === until) return ended(entry.says, entry.time);
        }
        const { stage, lastEvent } = await client.call(showShipment, { params }, { signal });
        if (ENDED.has(stage) && page.items.length === 0) {
          if (until !== undefined) throw new CommandFailed(`It is ${stage}, without ${until}.`, EXIT.failed);
          return ended(stage, lastEvent?.time ?? openedAt);
        }
        if (Date.now() > deadline) {
          throw new CommandFailed(
            `Not yet: ${name} is in ${stage}.`,
            EXIT.notYet,
            `See tidewaiter shipment show ${name}`,
          );
        }
        await new Promise((resume) => setTimeout(resume, 300));
      }
    });

  shipment
    .command('story')
    .argument('<shipment>', 'id or reference')
    .addOption(new Option('--rank <rank>', 'down to which rank').choices(STORY_RANKS).default('step'))
    .addOption(
      new Option('--order <order>', 'as it was learned, or as it happened')
        .choices(['learned', 'happened'])
        .default('learned'),
    )
    .option('--known <instant>', 'what had been recorded by then')
    .option('--as-of <instant>', 'what was true by then')
    .description('the events of all contexts on one spine, with causes, silences and what came late')
    .action(
      async (
        name: string,
        options: { rank: (typeof STORY_RANKS)[number]; order: Story['order']; known?: string; asOf?: string },
        command: Command,
      ) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { shipmentId, reference } = await find(client, name);
        const { rank, order, known, asOf: asof } = options;
        const story = await client.call(showStory, { params: { shipmentId }, query: { order, known, asof } });
        if (out.json) return out.emit(story);
        printStory(out, story, rank);
        out.next(`audit replay ${reference}`);
      },
    );

  shipment
    .command('retry')
    .argument('<shipment>', 'id or reference')
    .option('--reason <text>', 'what was mended')
    .description('answer every open task of the shipment whose answer is to try again')
    .action(async (name: string, { reason }: { reason?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId, reference, summary } = await find(client, name);
      const tasks = await openTasks(client, shipmentId, BULK_KINDS);
      if (tasks.length === 0) {
        throw new CommandFailed(`Nothing of ${reference} waits to be tried again. ${summary}`, EXIT.notFound);
      }
      const answers = [];
      for (const { taskId, version } of tasks) {
        const body = { retry: true, ...(reason === undefined ? {} : { reason }) };
        answers.push(await client.call(decideTask, { params: { taskId }, body }, { ifMatch: version }));
      }
      if (out.json) return out.emit(answers);
      answers.forEach(({ says }, at) => out.data(`${tasks[at]!.kind}: ${says}`));
      out.next(`shipment show ${reference}`);
    });

  shipment
    .command('export')
    .option('-o, --output <file>', 'CSV; what it holds is written beside it. Default: standard output')
    .addOption(new Option('--stage <stage>', 'only this stage').choices(STAGES))
    .option('--to <country>', 'only into this country')
    .option('--from <country>', 'only from this country')
    .option('--customer <name>', 'only of this customer')
    .addOption(new Option('--waiting <for>', 'only what waits for').choices(['us', 'others', 'nobody']))
    .addOption(new Option('--clock <days>', 'only where a deadline is so near').choices(CLOCK_BINS))
    .addOption(new Option('--sort <column>', 'order').choices(BOARD_SORTS))
    .description('shipments as a table for a spreadsheet; that it was taken is recorded')
    .action(async ({ output, ...body }: { output?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { answer, location } = await client.send(exportBoard, {
        body: body as InputOf<typeof exportBoard>['body'],
      });
      // Reading a body as text takes the byte order mark away, by which spreadsheets know UTF-8.
      const csv = `\uFEFF${answer as unknown as string}`;
      if (output === undefined && !out.json) return void process.stdout.write(csv);
      const exportId = location?.split('/').at(-1) ?? '';
      const meta = await client.call(showExport, { params: { exportId } });
      if (output === undefined) return out.emit({ ...meta, csv });
      writeFileSync(output, csv);
      writeFileSync(`${output}.meta.json`, `${JSON.stringify(meta, null, 2)}\n`);
      if (out.json) return out.emit({ ...meta, file: output });
      out.data(`${output}  ${counted(meta.rows, 'shipment')}, as of ${out.at(meta.takenAt)}`);
    });

  shipment
    .command('comments')
    .argument('<shipment>', 'id or reference')
    .description('what people wrote on the shipment')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId, reference } = await find(client, name);
      const { items } = await client.call(listComments, { params: { shipmentId } });
      if (out.json) return out.emit(items);
      if (items.length === 0) out.say('Nobody has written anything yet.');
      for (const { at, by, text, state } of items) out.data(`${out.at(at)}  ${by}  ${text ?? `(${state})`}`);
      out.next(`shipment comment ${reference} "…"`);
    });

  shipment
    .command('comment')
    .argument('<shipment>', 'id or reference')
    .argument('<text>', 'what is to be said')
    .description('write a comment on the shipment')
    .action(async (name: string, text: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId, reference } = await find(client, name);
      const made = await client.call(makeComment, { params: { shipmentId }, body: { text } });
      if (out.json) return out.emit(made);
      out.say(`✓ recorded · next: tidewaiter shipment comments ${reference}`);
    });
}
