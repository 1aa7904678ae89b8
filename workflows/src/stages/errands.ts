import type { Decision, TaskSpec } from '@tidewaiter/contracts';
import type { Ruling, Story } from '../story.js';

interface Errand {
  key: string;
  over: boolean;
  ended: Promise<unknown>;
}

/** Tasks that run beside a stage: the story goes on, and each is withdrawn when what it asked for has come another way. */
export class Errands {
  private readonly running = new Set<Errand>();

  constructor(private readonly story: Story) {}

  /** Raises a task, once per key while it is wanted. */
  raise(key: string, task: TaskSpec, decide: (decision: Decision) => Promise<Ruling<true>> | Ruling<true>): void {
    if ([...this.running].some((each) => each.key === key && !each.over)) return;
    const errand: Errand = { key, over: false, ended: Promise.resolve() };
    this.running.add(errand);
    errand.ended = this.story.ask<true>(task, decide, () => errand.over, true).then(() => this.running.delete(errand));
  }

  /** @param key of one task, or what the keys of several begin with before a slash */
  close(key: string): void {
    for (const each of this.running) if (each.key === key || each.key.startsWith(`${key}/`)) each.over = true;
  }

  /** Withdraws what is still open and waits until that is recorded. */
  async closeAll(): Promise<void> {
    for (const each of this.running) each.over = true;
    await Promise.all([...this.running].map(({ ended }) => ended));
  }
}

/** A task that only has to be seen. */
export const seen = ({ decision }: Decision): Ruling<true> =>
  decision['acknowledge'] === true
    ? { kind: 'done', closes: true, says: 'Noted.', result: true }
    : { kind: 'refused', code: 'shipments.task.decision-invalid', says: 'Say { "acknowledge": true }.' };

/** A task that no word of a person ends, only what happens. */
export const onlyByItself = (says: string) => (): Ruling<true> => ({
  kind: 'refused',
  code: 'shipments.task.closes-by-itself',
  says,
});
