import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  log,
  rootCause,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type {
  Decision,
  DecisionAnswer,
  Fact,
  Progress,
  SplitAnswer,
  SplitOrder,
  Step,
  TaskSpec,
  Wrote,
} from '@tidewaiter/contracts';
import type { Stage } from '@tidewaiter/contracts/names';
import { shipments, tasks } from './activities.js';

const STAGE = defineSearchAttributeKey('Stage', SearchAttributeType.KEYWORD);
const WAITING_FOR = defineSearchAttributeKey('WaitingFor', SearchAttributeType.KEYWORD);

/** What a person's decision did; `result` is what the waiting line of the story goes on with. */
export type Ruling<T> = DecisionAnswer & { result?: T };

interface OpenTask {
  kind: string;
  decide(decision: Decision): Promise<DecisionAnswer>;
}

/** A person gave the shipment up where the story offered it. */
export class Abandoned extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** A person divided the shipment: its parts have stories of their own. */
export class Split extends Error {}

/** What one workflow has heard, asked and written: the ground that every stage stands on. */
export class Story {
  /** newest version of every stream heard of or written */
  readonly wrote: Wrote = {};
  stage: Stage = 'engagement';
  waitingFor: string | null = null;

  private readonly seen = new Set<string>();
  private readonly queue: Fact[] = [];
  private readonly open = new Map<string, OpenTask>();
  private readonly closed = new Set<string>();
  private readonly counters = new Map<string, number>();
  private over = false;

  constructor(
    private readonly ref: { tenant: string; correlationId: string; traceparent?: string },
    private readonly subject: string,
    /** sets the steps of this run apart, where a workflow may run again under its id; without it they are the workflow’s */
    private readonly run?: string,
  ) {}

  // ---- facts

  /** Notes a published event; the second arrival of an id changes nothing. */
  note(fact: Fact): void {
    if (this.seen.has(fact.eventId)) return;
    this.seen.add(fact.eventId);
    this.queue.push(fact);
    this.merge({ [fact.stream]: fact.version });
  }

  has(names: readonly string[], fits: (fact: Fact) => boolean = () => true): boolean {
    return this.queue.some((fact) => names.includes(fact.name) && fits(fact));
  }

  /** Takes the earliest fact of these names that fits, waiting for it; undefined when the time runs out first. */
  async next(
    names: readonly string[],
    fits: (fact: Fact) => boolean = () => true,
    withinMs?: number,
  ): Promise<Fact | undefined> {
    const there = () => this.has(names, fits);
    if (!there()) {
      const news = () => there() || this.divided;
      const heard = withinMs === undefined ? await condition(news).then(() => true) : await condition(news, withinMs);
      this.goOn();
      if (!heard) return undefined;
    }
    const index = this.queue.findIndex((fact) => names.includes(fact.name) && fits(fact));
    return this.queue.splice(index, 1)[0];
  }

  async expect(names: readonly string[], fits?: (fact: Fact) => boolean): Promise<Fact> {
    return (await this.next(names, fits))!;
  }

  /** Waits for news or for the time to pass, whichever is first. */
  async quiet(news: () => boolean, ms: number): Promise<void> {
    await condition(() => news() || this.divided, ms);
    this.goOn();
  }

  /** Waits as long as it takes. */
  async until(news: () => boolean): Promise<void> {
    await condition(() => news() || this.divided);
    this.goOn();
  }

  // ---- division among parts

  /** `open` while nothing stands with the authority; `busy` while an order is carried out */
  private division: 'open' | 'busy' | 'shut' = 'open';
  /** it was divided, and its own line of the story has not heard of it yet */
  private divided = false;

  /** From here on something may stand with the authority: an order that is being carried out comes first. */
  async shutDivision(): Promise<void> {
    await condition(() => this.division !== 'busy');
    this.goOn();
    this.division = 'shut';
  }

  /** The authority has turned down what was sent: nothing stands with it. */
  openDivision(): void {
    this.division = 'open';
  }

  /** Divides the shipment, unless something stands with the authority; what was begun ends at its next step. */
  async split(order: SplitOrder): Promise<SplitAnswer> {
    if (this.division !== 'open' || this.over) {
      return {
        kind: 'refused',
        code: 'shipments.split.too-late',
        says: 'A declaration is on its way to the authority or stands with it. Cancel it there, and open shipments for the parts.',
      };
    }
    this.division = 'busy';
    try {
      const { parts } = await this.doFor(order, 'split', (step) => shipments.splitShipment(step, order));
      this.divided = true;
      return { kind: 'split', parts };
    } finally {
      this.division = this.divided ? 'shut' : 'open';
    }
  }

  /** @throws Split once, where the story is told, after the shipment was divided */
  private goOn(): void {
    if (!this.divided) return;
    this.divided = false;
    throw new Split('its parts go on');
  }

  // ---- what runs beside the stages

  private owed = 0;
  private failure: unknown;

  /** Runs beside the stages for as long as the story lasts; what it throws fails the story at its next `settledUp`. */
  beside(work: () => Promise<void>): void {
    void work().catch((error: unknown) => (this.failure = error));
  }

  /** Something that must be over before the story ends. */
  owe(): { over(): void } {
    this.owed += 1;
    return { over: () => void (this.owed -= 1) };
  }

  /** Waits until nothing is owed any more. */
  async settledUp(): Promise<void> {
    await condition(() => this.owed === 0 || this.failure !== undefined);
    if (this.failure !== undefined) throw this.failure as Error;
  }

  /** Forgets facts that a newer turn of the story has made void. */
  drop(names: readonly string[]): void {
    for (let i = this.queue.length - 1; i >= 0; i -= 1)
      if (names.includes(this.queue[i]!.name)) this.queue.splice(i, 1);
  }

  // ---- steps

  private step(name: string, actor = 'system:workflow', causationId?: string, subject: string = this.subject): Step {
    const n = (this.counters.get(name) ?? 0) + 1;
    this.counters.set(name, n);
    const { workflowId } = workflowInfo();
    const commandId = [workflowId, ...(this.run === undefined ? [] : [this.run]), name, n].join('/');
    return {
      tenant: this.ref.tenant,
      subject,
      commandId,
      correlationId: this.ref.correlationId,
      causationId: causationId ?? commandId,
      actor,
      ...(this.ref.traceparent === undefined ? {} : { traceparent: this.ref.traceparent }),
    };
  }

  private merge(wrote: Wrote): void {
    for (const [stream, version] of Object.entries(wrote)) {
      if ((this.wrote[stream] ?? 0) < version) this.wrote[stream] = version;
    }
  }

  private mergeFrom(answer: object): void {
    if ('wrote' in answer) this.merge(answer.wrote as Wrote);
  }

  /**
   * One activity of the story under its own command id. What exhausts its retries or is refused waits for a person
   * with a retry button; a business refusal that the story answers is a result, not an error.
   */
  async do<T extends object>(name: string, work: (step: Step) => Promise<T>): Promise<T> {
    for (;;) {
      if (this.division === 'busy') await condition(() => this.division !== 'busy');
      this.goOn();
      try {
        const answer = await work(this.step(name));
        this.mergeFrom(answer);
        this.goOn();
        return answer;
      } catch (error) {
        if (!(error instanceof ActivityFailure)) throw error;
        const cause = error.cause instanceof ApplicationFailure ? error.cause : undefined;
        log.warn('step needs a person', { step: name, code: cause?.type ?? 'unknown' });
        await this.ask<true>(
          {
            kind: 'retry-step',
            role: 'operator',
            says: `The step "${name}" could not be done: ${rootCause(error) ?? 'unknown reason'}. Mend the cause, then retry.`,
            about: { step: name, code: cause?.type ?? 'unknown' },
            due: null,
          },
          retryOrAbandon,
        );
      }
    }
  }

  /** The same for what a person decided: the person stands behind it, and a refusal is the answer to that person. */
  async doFor<T extends object>(
    decision: Pick<Decision, 'by' | 'commandId'>,
    name: string,
    work: (step: Step) => Promise<T>,
  ): Promise<T> {
    try {
      const answer = await work({ ...this.step(name, decision.by, decision.commandId), commandId: decision.commandId });
      this.mergeFrom(answer);
      return answer;
    } catch (error) {
      if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) {
        throw ApplicationFailure.nonRetryable(error.cause.message, error.cause.type ?? undefined);
      }
      throw error;
    }
  }

  // ---- people

  /**
   * Raises a task and waits until somebody's decision closes it.
   * @param until when this holds first (a corrected paper came in), the task is withdrawn and the answer is undefined
   * @param beside the story goes on meanwhile, and what it waits for stays its own
   * @param task `subject`: the shipment that it concerns, where that is not the story's own subject
   */
  async ask<T>(
    { subject, ...task }: TaskSpec & { subject?: string },
    decide: (decision: Decision) => Promise<Ruling<T>> | Ruling<T>,
    until: () => boolean = () => false,
    beside = false,
  ): Promise<T | undefined> {
    const { taskId, wrote } = await tasks.raiseTask(this.step(`task-${task.kind}`, undefined, undefined, subject), {
      ...task,
      waiter: workflowInfo().workflowId,
    });
    this.merge(wrote);
    const before = this.waitingFor;
    if (!beside) this.wait(`${task.role}: ${task.kind}`);
    let result: T | undefined;
    let done = false;
    this.open.set(taskId, {
      kind: task.kind,
      decide: async (decision) => {
        const ruling = await decide(decision);
        if (ruling.kind === 'refused') return ruling;
        const settled = await tasks.settleTask(
          this.step(`decided-${task.kind}`, decision.by, decision.commandId, subject),
          taskId,
          {
            kind: 'decided',
            decision: decision.decision,
            closes: ruling.closes,
          },
        );
        this.merge(settled.wrote);
        if (ruling.closes) {
          result = ruling.result;
          done = true;
          this.close(taskId);
        }
        return { kind: 'done', closes: ruling.closes, says: ruling.says };
      },
    });
    await condition(() => done || until() || this.divided);
    if (!done) {
      this.close(taskId);
      const settled = await tasks.settleTask(
        this.step(`withdrawn-${task.kind}`, undefined, undefined, subject),
        taskId,
        {
          kind: 'withdrawn',
          reason: this.divided
            ? 'The shipment was split: its parts ask for themselves.'
            : 'What it asked for has come by another way.',
        },
      );
      this.merge(settled.wrote);
    }
    if (!beside) this.wait(before);
    this.goOn();
    if (result instanceof Abandoned) throw result;
    return result;
  }

  private close(taskId: string): void {
    this.open.delete(taskId);
    this.closed.add(taskId);
  }

  /** Answers the update: a decision may arrive a moment before the task's own activity has come back. */
  async decide(decision: Decision): Promise<DecisionAnswer> {
    const known = () => this.open.has(decision.taskId) || this.closed.has(decision.taskId) || this.over;
    await condition(known, '10 seconds');
    const task = this.open.get(decision.taskId);
    if (!task)
      return { kind: 'refused', code: 'shipments.task.not-open', says: 'This task waits for nobody any more.' };
    return task.decide(decision);
  }

  // ---- progress

  enter(stage: Stage, waitingFor: string | null = null): void {
    this.stage = stage;
    this.waitingFor = waitingFor;
    upsertSearchAttributes([
      { key: STAGE, value: stage },
      { key: WAITING_FOR, value: waitingFor ?? 'nobody' },
    ]);
  }

  wait(waitingFor: string | null): void {
    if (this.waitingFor === waitingFor) return;
    this.waitingFor = waitingFor;
    upsertSearchAttributes([{ key: WAITING_FOR, value: waitingFor ?? 'nobody' }]);
  }

  end(): void {
    this.over = true;
  }

  progress(): Progress {
    return {
      stage: this.stage,
      waitingFor: this.waitingFor,
      openTasks: [...this.open].map(([taskId, task]) => ({ taskId, kind: task.kind })),
      seenFacts: this.seen.size,
    };
  }
}

/** Decision of tasks that mend a ground and try again: `{ retry: true }`, or `{ abandon: true, reason }`. */
export function retryOrAbandon({ decision }: Decision): Ruling<true | Abandoned> & Ruling<never> {
  if (decision['abandon'] === true) {
    const reason = typeof decision['reason'] === 'string' ? decision['reason'] : 'given up';
    return {
      kind: 'done',
      closes: true,
      says: 'The shipment is closed unimported.',
      result: new Abandoned(reason) as never,
    };
  }
  if (decision['retry'] === true) return { kind: 'done', closes: true, says: 'Tried again.', result: true as never };
  return {
    kind: 'refused',
    code: 'shipments.task.decision-invalid',
    says: 'Say { "retry": true }, or { "abandon": true, "reason": "…" }.',
  };
}
