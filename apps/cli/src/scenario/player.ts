import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { ProblemError, Unreachable, type TidewaiterClient } from '@tidewaiter/client';
import {
  decideTask,
  listTasks,
  openShipment,
  showShipment,
  showTimeline,
  uploadDocument,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { now, plusDays, plusMonths } from '@tidewaiter/kernel';
import { parse as parseYaml } from 'yaml';
import { mediaTypeOf } from '../files.js';
import { CommandFailed, EXIT } from '../output.js';
import { House, sampleUser } from '../house.js';
import { usualDecision } from '../usual-decision.js';
import { filled, perform, routeNamed, type Done, type Known } from './acts.js';
import { ensureEngagement, ensureImporter } from './given.js';
import { millis, scenario as scenarioSchema, type Scenario } from './schema.js';
import { firstMissing, judge, type Verdict } from './verdict.js';

export type TimelineEntry = AnswerOf<typeof showTimeline>['items'][number];

export interface PlayOptions {
  house: House;
  file: string;
  /** the same run id repeats the same requests: a run that was cut goes on where it stood */
  runId: string;
  /** told as it happens, read from the API */
  line: (entry: { at: string; context: string; says: string; mark: '·' | '?' | '✓' | '✗' }) => void;
  signal: AbortSignal;
}

export interface Played {
  reference: string;
  shipmentId: string;
  scenario: Scenario;
  timeline: TimelineEntry[];
  verdict: Verdict;
  seconds: number;
}

export function readScenario(file: string): Scenario {
  const parsed = scenarioSchema.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues
    .map((issue) => `  /${issue.path.map(String).join('/')}: ${issue.message}`)
    .join('\n');
  throw new CommandFailed(`${basename(file)} is not a scenario:\n${places}`, EXIT.usage);
}

/** Events that matter to a machine more than to a listener; the timeline has them all. */
const QUIET = new Set([
  'FileStored',
  'DocumentRead',
  'SlotFilled',
  'ChecksRun',
  'AuthorityMessageReceived',
  'GuaranteeReleased',
  'FilingEnquired',
  'TaskWithdrawn',
  'RetentionClockSet',
  'ShipmentClosed',
]);

/** quiet looks at the timeline between two at the tasks */
const LOOK_AGAIN = 8;
/** Looks at a timeline in which nothing new stands, before what is missing counts as missing. */
const PATIENCE = 60;

/** "Not yet" of a system that is coming up: the first request still runs, or word of the shipment is still on its way. */
const PASSING = new Set(['http.idempotency-key.running', 'documents.shipment.unknown']);

/** The day on which a story is told, the same day of the next month, and the month around it. */
function knownOf(today: string): Known {
  const first = `${today.slice(0, 7)}-01`;
  return {
    today,
    inAMonth: plusMonths(today, 1),
    month: { name: today.slice(0, 7), first, last: plusDays(plusMonths(first, 1), -1) },
  };
}

interface Followed {
  shipmentId: string;
  reference: string;
  stage: string;
  /** how far its timeline was heard */
  after?: string;
}

class Player {
  readonly scenario: Scenario;
  readonly reference: string;
  private readonly clients = new Map<string, TidewaiterClient>();
  private readonly done = new Set<number>();
  private readonly told = new Set<string>();
  private readonly timeline: TimelineEntry[] = [];
  private readonly known: Known = knownOf(now().slice(0, 10));
  /** the shipment, and the parts that it was split into, as they become known */
  private readonly followed: Followed[] = [];
  private acted = 0;
  /** why the act that is next has not been done, and whether it can still be */
  private stuck: { says: string; forGood: boolean } | null = null;

  constructor(private readonly options: PlayOptions) {
    this.scenario = readScenario(options.file);
    const name = basename(options.file)
      .replace(/\.ya?ml$/, '')
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '-');
    this.reference = `${name.slice(0, 11).replace(/-$/, '')}-${options.runId.slice(0, 6).toUpperCase()}`;
    this.known['reference'] = this.reference;
    this.known['run'] = options.runId.slice(0, 6).toLowerCase();
    for (const { call } of this.scenario.acts) routeNamed(call);
  }

  private as(role: string): TidewaiterClient {
    const user = sampleUser(role, this.scenario.tenant);
    const client = this.clients.get(user) ?? this.options.house.client(user);
    this.clients.set(user, client);
    return client;
  }

  /** Stable for the run and step: a repeated request has no second effect. */
  private key(step: string): string {
    return createHash('sha256').update(`${this.options.runId}\n${this.reference}\n${step}`).digest('hex').slice(0, 40);
  }

  /** Shared by the stories of one run, so that two of them open one ongoing engagement. */
  private sharedKey(step: string): string {
    return this.sharedBy(
      `${this.scenario.given!.engagement.customer}\n${this.scenario.given!.engagement.importer}\n${step}`,
    );
  }

  private sharedBy(what: string): string {
    return createHash('sha256').update(`${this.options.runId}\n${what}`).digest('hex').slice(0, 40);
  }

  private tell(context: string, says: string, mark: '·' | '?' | '✓' | '✗' = '·', at = now()): void {
    this.options.line({ at, context, says, mark });
  }

  /** The system may be restarted under a running story: what cannot be reached is tried again until time is up. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let wait = 250; ; wait = Math.min(wait * 2, 2000)) {
      try {
        return await work();
      } catch (error) {
        const passing =
          error instanceof Unreachable ||
          (error instanceof ProblemError && (error.status >= 500 || PASSING.has(error.code)));
        if (!passing || this.options.signal.aborted) throw error;
        await new Promise((after) => setTimeout(after, wait));
      }
    }
  }

  async play(): Promise<Played> {
    const started = performance.now();
    const shipmentId = this.scenario.given ? await this.begin(this.scenario.given) : null;
    const deadline = Date.now() + millis(this.scenario.expect.within);
    if (shipmentId === null) await this.actUntil(deadline);
    else await this.follow(deadline);
    const verdict = await this.patiently(() =>
      judge({
        scenario: this.scenario,
        house: this.options.house,
        shipments: this.followed,
        timeline: this.timeline,
        undone: this.acted < this.scenario.acts.length ? (this.stuck?.says ?? this.waitsFor()) : null,
        known: this.known,
        auditor: this.as('auditor'),
        operator: this.as('operator'),
      }),
    );
    return {
      reference: this.reference,
      shipmentId: shipmentId ?? '',
      scenario: this.scenario,
      timeline: this.timeline,
      verdict,
      seconds: (performance.now() - started) / 1000,
    };
  }

  private async begin(given: NonNullable<Scenario['given']>): Promise<string> {
    await this.scriptTheWorld();
    const shipmentId = await this.patiently(() => this.open(given));
    this.known['shipmentId'] = shipmentId;
    this.followed.push({ shipmentId, reference: this.reference, stage: '' });
    await this.upload(given.shipment.documents, shipmentId, this.reference);
    return shipmentId;
  }

  /** Tells the story as it happens, decides what waits for people, and does what they do by themselves. */
  private async follow(deadline: number): Promise<void> {
    let quiet = 0;
    while (Date.now() < deadline && !this.options.signal.aborted) {
      let news = 0;
      for (const shipment of [...this.followed]) news += await this.listen(shipment);
      await this.act();
      const over = this.followed.every(({ stage }) => stage === 'archived' || stage === 'closed');
      const acted = this.acted === this.scenario.acts.length;
      if (this.stuck?.forGood) break;
      // What was done last is heard a moment after it: a story that still misses something is listened to a little longer.
      const isTold = firstMissing(this.scenario.expect.events, this.timeline) === null && this.isSealed();
      if (over && acted && news === 0 && (isTold || quiet >= PATIENCE)) break;
      // Whatever changes is told in the timeline; in between, a look now and then takes up what a decision came too early for.
      quiet = news > 0 ? 0 : quiet + 1;
      if (quiet % LOOK_AGAIN === 0) for (const shipment of this.followed) await this.look(shipment);
      await new Promise((resume) => setTimeout(resume, 150));
    }
  }

  /** Whether the dossiers that the verdict looks at are there: a shipment that is closed is sealed a moment later. */
  private isSealed(): boolean {
    if (this.scenario.expect.audit?.verified !== true) return true;
    return this.timeline.filter(({ name }) => name === 'DossierSealed').length >= this.followed.length;
  }

  /** @returns how many entries were new */
  private async listen(shipment: Followed): Promise<number> {
    const { shipmentId, after } = shipment;
    const page = await this.patiently(() =>
      this.as('operator').call(showTimeline, {
        params: { shipmentId },
        query: { limit: 200, ...(after === undefined ? {} : { after }) },
      }),
    );
    for (const entry of page.items) {
      shipment.after = entry.position;
      this.hear(entry);
    }
    return page.items.length;
  }

  private async look(shipment: Followed): Promise<void> {
    const { shipmentId } = shipment;
    const shown = await this.patiently(() => this.as('operator').call(showShipment, { params: { shipmentId } }));
    shipment.stage = shown.stage;
    await this.patiently(() => this.decideOpenTasks(shipmentId));
  }

  private hear(entry: TimelineEntry): void {
    this.timeline.push(entry);
    if (entry.name === 'ShipmentSplit') {
      const { parts } = entry.data as { parts: { shipmentId: string; reference: string }[] };
      this.followed.push(...parts.map((part) => ({ ...part, stage: '' })));
    }
    const { declarationId } = entry.data as { declarationId?: unknown };
    if (typeof declarationId === 'string') this.known['declarationId'] ??= declarationId;
    if (!QUIET.has(entry.name)) this.tell(entry.context, entry.says, '·', entry.time);
  }

  private async actUntil(deadline: number): Promise<void> {
    while (Date.now() < deadline && !this.options.signal.aborted) {
      await this.act();
      if (this.acted === this.scenario.acts.length || this.stuck?.forGood) return;
      await new Promise((resume) => setTimeout(resume, 300));
    }
  }

  /** Does every act whose time has come, in their order. */
  private async act(): Promise<void> {
    for (let next = this.scenario.acts[this.acted]; next; next = this.scenario.acts[this.acted]) {
      if (this.stuck?.forGood || !this.isTimeFor(next)) return;
      const { by } = next;
      const done = await this.patiently(() => this.perform(next));
      if (done.kind !== 'done') {
        if (done.kind === 'failed') this.tell('people', done.says, '✗');
        this.stuck = { says: done.says, forGood: done.kind === 'failed' };
        return;
      }
      this.stuck = null;
      this.acted += 1;
      this.tell('people', `${by}: ${done.says}`, next.refused === undefined ? '✓' : '✗');
    }
  }

  private async perform(act: Scenario['acts'][number]): Promise<Done> {
    if (act.call !== uploadDocument.id) return perform(act, this.as(act.by), this.known, this.key(`act-${this.acted}`));
    const { shipmentId } = filled(act.params, this.known) as { shipmentId: string };
    const reference = String(filled(act.reference ?? this.reference, this.known));
    await this.upload(act.documents, shipmentId, reference);
    return { kind: 'done', says: act.says ?? `papers of ${reference} uploaded` };
  }

  private isTimeFor({ when }: Scenario['acts'][number]): boolean {
    if (when === undefined) return true;
    if (when === 'archived' || when === 'closed') return this.followed[0]?.stage === when;
    return this.timeline.some((entry) => `${entry.context}.${entry.name}` === when);
  }

  private waitsFor(): string {
    const next = this.scenario.acts[this.acted];
    return `${next?.by} ${next?.call} waited for ${next?.when}`;
  }

  /** The simulators follow the script by shipment reference; they must know it before the shipment moves. */
  private async scriptTheWorld(): Promise<void> {
    const { authority, bank, carrier, faults } = this.scenario.world;
    const { simulators } = this.options.house.run();
    await this.patiently(async () => {
      const answer = await fetch(`${simulators}/scripts`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${this.options.house.secret('simulatorAdminToken')}`,
        },
        body: JSON.stringify({
          reference: this.reference,
          authority: authority.map((step) => this.withMessages(step)),
          bank,
          carrier,
          faults,
        }),
      }).catch((cause: unknown) => {
        throw new Unreachable('The simulators do not answer.', { cause });
      });
      if (!answer.ok) throw new CommandFailed(`The simulators refuse the script: ${await answer.text()}`, EXIT.usage);
    });
  }

  /** An act `raw: ./file` of the authority is sent as the file's text: the simulators run elsewhere. */
  private withMessages(step: Record<string, unknown>): Record<string, unknown> {
    if (!Array.isArray(step['then'])) return step;
    const acts = (step['then'] as Record<string, unknown>[]).map((act) =>
      typeof act['raw'] === 'string' && act['raw'].startsWith('./') ? { ...act, raw: this.text(act['raw']) } : act,
    );
    return { ...step, then: acts };
  }

  private async open({ engagement, shipment }: NonNullable<Scenario['given']>): Promise<string> {
    const operator = this.as('operator');
    const importer = await ensureImporter(operator, engagement.importer, (step) => this.sharedBy(step));
    const key =
      engagement.kind === 'ongoing' ? (step: string) => this.sharedKey(step) : (step: string) => this.key(step);
    const { engagementId } = await ensureEngagement(operator, engagement, importer, now().slice(0, 10), key);
    const { consignment, documents, ...inline } = shipment;
    const file = consignment === undefined ? {} : (JSON.parse(this.text(consignment)) as Record<string, unknown>);
    const { incoterm } = { ...file, ...inline } as { incoterm?: unknown };
    const body = {
      ...file,
      ...inline,
      engagementId,
      destination: engagement.destination,
      reference: this.reference,
      ...(typeof incoterm === 'string'
        ? { incoterm: { code: incoterm, place: String(inline.portOfEntry ?? 'port of loading') } }
        : {}),
    } as unknown as InputOf<typeof openShipment>['body'];
    const { shipmentId } = await operator.call(openShipment, { body }, { idempotencyKey: this.key('open') });
    return shipmentId;
  }

  private path(file: string): string {
    return resolve(dirname(this.options.file), file);
  }

  /** Text fixtures may say `${REFERENCE}`: invoice numbers must differ from shipment to shipment. */
  private text(file: string, reference = this.reference): string {
    return readFileSync(this.path(file), 'utf8').replaceAll('${REFERENCE}', reference);
  }

  private async upload(
    documents: Scenario['acts'][number]['documents'],
    shipmentId: string,
    reference: string,
  ): Promise<void> {
    for (const document of documents) {
      const { mediaType = mediaTypeOf(document.file) } = document;
      const bytes =
        mediaTypeOf(document.file) === 'application/pdf'
          ? readFileSync(this.path(document.file))
          : Buffer.from(this.text(document.file, reference));
      await this.patiently(() =>
        this.as('operator').upload(
          uploadDocument,
          { shipmentId },
          { type: document.type },
          { name: basename(document.file), bytes, mediaType },
          {
            idempotencyKey: this.key(
              `document-${reference === this.reference ? '' : `${reference}-`}${document.type}-${document.file}`,
            ),
          },
        ),
      );
    }
  }

  private async decideOpenTasks(shipmentId: string): Promise<void> {
    const { items } = await this.as('operator').call(listTasks, {
      query: { shipment: shipmentId, status: 'open', limit: 50 },
    });
    for (const task of items) {
      const index = this.scenario.people.findIndex((person, i) => person.task === task.kind && !this.done.has(i));
      const person = this.scenario.people[index];
      if (!person) {
        if (!this.told.has(task.taskId)) this.tell('task', `Waits for ${task.role}: ${task.says}`, '?');
        this.told.add(task.taskId);
        continue;
      }
      await this.decide(task, person, index);
    }
  }

  private async decide(
    task: AnswerOf<typeof listTasks>['items'][number],
    person: Scenario['people'][number],
    index: number,
  ): Promise<void> {
    const body = person.do ?? usualDecision(task);
    try {
      const answer = await this.as(person.by).call(
        decideTask,
        { params: { taskId: task.taskId }, body },
        { idempotencyKey: this.key(`task-${task.taskId}-${index}`), ifMatch: task.version },
      );
      this.done.add(index);
      if (person.refused !== undefined)
        throw new CommandFailed(`${person.by} was to be refused with ${person.refused}, but was taken.`, EXIT.failed);
      this.tell('task', `${person.by}: ${answer.says}`, '✓');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (person.refused === error.code) {
        this.done.add(index);
        this.tell('task', `${person.by} was refused: ${error.problem.detail}`, '✗');
        return;
      }
      // Somebody else's decision came first, or the task has just closed: the next look sees what is so now.
      if (error.status === 412 || error.code === 'shipments.task.not-open' || error.status >= 500) return;
      throw error;
    }
  }
}

export const play = (options: PlayOptions): Promise<Played> => new Player(options).play();
