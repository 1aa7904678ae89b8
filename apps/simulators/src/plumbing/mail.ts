import type { Attempt, Push } from './channel.js';
import type { Clock } from './clock.js';

/** What carries messages out of an outbox: a channel that pushes them, or a mailbox from which they are fetched. */
export interface Carriage {
  add(push: Push, addedAt?: number): void;
  readonly backlog: { waiting: number; blocked: boolean };
  block(until: number): void;
  clear(): void;
  close(): Promise<void>;
}

/** A mailbox: a message is delivered by lying there, once its time has come. */
export class Mail implements Carriage {
  private readonly planned = new Set<() => void>();
  private blockedUntil = 0;

  constructor(
    private readonly clock: Clock,
    private readonly tell: (attempt: Attempt) => void,
  ) {}

  add(push: Push): void {
    const cancel = this.clock.at(Math.max(push.notBefore, this.blockedUntil), () => {
      this.planned.delete(cancel);
      this.tell({ push, status: 200, millis: 0 });
    });
    this.planned.add(cancel);
  }

  get backlog(): { waiting: number; blocked: boolean } {
    return { waiting: this.planned.size, blocked: this.blockedUntil > this.clock.now() };
  }

  block(until: number): void {
    this.blockedUntil = Math.max(this.blockedUntil, until);
  }

  clear(): void {
    this.planned.forEach((cancel) => cancel());
    this.planned.clear();
    this.blockedUntil = 0;
  }

  async close(): Promise<void> {
    this.clear();
  }
}
