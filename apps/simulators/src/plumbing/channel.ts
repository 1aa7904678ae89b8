import { Agent, request } from 'undici';
import { Clock } from './clock.js';

export interface Push {
  /** unique among everything this channel ever carried */
  id: string;
  /** pushes of one lane go out one after another, in the order they were added */
  lane: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** epoch milliseconds before which it stays here */
  notBefore: number;
}

/** How a sender repeats itself; times in milliseconds. */
export interface PushContract {
  /** wait after no answer or a 5xx */
  retryMs: number;
  /** each further wait is this much longer, up to `longestMs` */
  factor: number;
  longestMs: number;
  /** wait after any other answer that is not a success: that message alone comes again, the others flow */
  refusedRetryMs: number;
  /** no answer or a 5xx stops everything; then one pilot is tried before the backlog flows */
  blocks: boolean;
  /** undelivered for so long: gone */
  expireMs: number;
  timeoutMs: number;
}

const DAY = 86_400_000;

/** What CDS does: 2.5 and 10 minutes, a blocked channel, 14 days. @see CDS end-to-end service guide, push notifications */
export const CDS_REAL_TIME: PushContract = {
  retryMs: 150_000,
  factor: 1,
  longestMs: 150_000,
  refusedRetryMs: 600_000,
  blocks: true,
  expireMs: 14 * DAY,
  timeoutMs: 30_000,
};

/** The same contract with its minutes squeezed into seconds: the default on one machine. */
export const CDS_QUICK: PushContract = {
  retryMs: 500,
  factor: 1.3,
  longestMs: 2_000,
  refusedRetryMs: 2_000,
  blocks: true,
  expireMs: 14 * DAY,
  timeoutMs: 10_000,
};

/** A carrier's or a bank's webhook: repeats each lane by itself. */
export const WEBHOOK: PushContract = { ...CDS_QUICK, blocks: false };

export interface Attempt {
  push: Push;
  /** null: no answer */
  status: number | null;
  millis: number;
}

interface Waiting extends Push {
  tries: number;
  addedAt: number;
  /** was refused: does not hold its lane any more */
  aside: boolean;
}

const AT_ONCE = 32;
const isSuccess = (status: number | null): boolean => status !== null && status >= 200 && status < 300;
const isNoAnswer = (status: number | null): boolean => status === null || status >= 500;

/** Carries pushes to one subscriber, at least once each. Knows nothing of what they say. */
export class Channel {
  private waiting: Waiting[] = [];
  private readonly busyLanes = new Set<string>();
  private readonly agent: Agent;
  private inFlight = 0;
  private blockedUntil = 0;
  private isBlocked = false;
  private failures = 0;
  private wake: (() => void) | undefined;
  private closed = false;

  constructor(
    private readonly contract: PushContract,
    private readonly tell: (attempt: Attempt) => void,
    private readonly expired: (push: Push) => void = () => undefined,
    private readonly clock: Clock = new Clock(),
  ) {
    this.agent = new Agent({
      connections: AT_ONCE,
      headersTimeout: contract.timeoutMs,
      bodyTimeout: contract.timeoutMs,
    });
  }

  /** @param addedAt epoch milliseconds from which its life is counted */
  add(push: Push, addedAt = this.clock.now()): void {
    this.waiting.push({ ...push, tries: 0, addedAt, aside: false });
    this.pump();
  }

  get backlog(): { waiting: number; blocked: boolean } {
    return { waiting: this.waiting.length + this.inFlight, blocked: this.isBlocked };
  }

  /** Nothing goes out until an instant, as behind an answer of 5xx. @param until epoch milliseconds */
  block(until: number): void {
    this.isBlocked = true;
    this.blockedUntil = Math.max(this.blockedUntil, until);
    this.pump();
  }

  clear(): void {
    this.waiting = [];
    this.isBlocked = false;
    this.blockedUntil = 0;
    this.failures = 0;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.wake?.();
    await this.agent.destroy();
  }

  private pump(): void {
    this.wake?.();
    if (this.closed) return;
    const now = this.clock.now();
    if (this.isBlocked && (this.inFlight > 0 || now < this.blockedUntil)) {
      if (this.inFlight === 0) this.wakeAt(this.blockedUntil, true);
      return;
    }
    const heldLanes = new Set(this.busyLanes);
    let earliest = Infinity;
    let isRetry = false;
    for (const push of [...this.waiting]) {
      if (this.inFlight >= (this.isBlocked ? 1 : AT_ONCE)) break;
      if (now - push.addedAt > this.contract.expireMs) {
        this.waiting = this.waiting.filter((each) => each !== push);
        this.expired(push);
        continue;
      }
      if (!push.aside && heldLanes.has(push.lane)) continue;
      if (!push.aside) heldLanes.add(push.lane);
      if (push.notBefore <= now) this.send(push);
      else if (push.notBefore < earliest) {
        earliest = push.notBefore;
        isRetry = push.tries > 0;
      }
    }
    if (earliest < Infinity) this.wakeAt(earliest, isRetry);
  }

  /** @param isRetry what waits to be tried again is no planned act: a skipping clock does not run towards it */
  private wakeAt(due: number, isRetry: boolean): void {
    this.wake = this.clock.at(due, () => this.pump(), { isDeadline: isRetry });
  }

  private send(push: Waiting): void {
    this.waiting = this.waiting.filter((each) => each !== push);
    this.inFlight += 1;
    if (!push.aside) this.busyLanes.add(push.lane);
    const startedAt = Date.now();
    const arrived = this.clock.hold();
    void this.attempt(push).then((status) => {
      if (this.closed) return;
      arrived();
      this.inFlight -= 1;
      if (!push.aside) this.busyLanes.delete(push.lane);
      this.tell({ push, status, millis: Date.now() - startedAt });
      this.settle(push, status);
      this.pump();
    });
  }

  private settle(push: Waiting, status: number | null): void {
    const now = this.clock.now();
    if (!isNoAnswer(status)) {
      this.isBlocked = false;
      this.failures = 0;
    }
    if (isSuccess(status)) return;
    if (isNoAnswer(status)) {
      const wait = (tries: number): number =>
        Math.min(this.contract.retryMs * this.contract.factor ** tries, this.contract.longestMs);
      if (this.contract.blocks) {
        // Several in flight may fail together: that is one block, not many.
        if (!this.isBlocked || now >= this.blockedUntil) {
          this.blockedUntil = now + wait(this.failures);
          this.failures += 1;
        }
        this.isBlocked = true;
      } else push.notBefore = now + wait(push.tries);
    } else {
      push.aside = true;
      push.notBefore = now + this.contract.refusedRetryMs;
    }
    push.tries += 1;
    // In front again: what came later in its lane must not overtake it.
    this.waiting.unshift(push);
  }

  private async attempt(push: Push): Promise<number | null> {
    try {
      const { statusCode, body } = await request(push.url, {
        method: 'POST',
        headers: push.headers,
        body: push.body,
        dispatcher: this.agent,
      });
      await body.dump();
      return statusCode;
    } catch {
      return null;
    }
  }
}
