import { Channel, type Attempt, type Push, type PushContract } from './channel.js';
import type { Clock } from './clock.js';
import { Mail, type Carriage } from './mail.js';

/** A message that a face has decided to push. */
export interface Outgoing {
  id: string;
  /** messages of one lane keep their order */
  lane: string;
  body: string;
  /** what the face needs to address it; secrets and addresses are added when it leaves, they may change over a restart */
  tags: Record<string, string>;
  /** how many times it goes out */
  copies: number;
  /** what goes out from the second time on, where that is not the same bytes */
  repeatedAs?: string;
  /** epoch milliseconds */
  notBefore: number;
  /** waits for its lane to be released in reverse */
  held: boolean;
}

export interface Address {
  url: string;
  headers: Record<string, string>;
}

export interface Delivered {
  id: string;
  copy: number;
  status: number;
  millis: number;
}

const COPY = '#';
const idOf = (push: Push): string => push.id.slice(0, push.id.lastIndexOf(COPY));

/**
 * What was decided and is not yet delivered. `note` and `noteDelivered` rebuild it from a ledger and touch no network;
 * `send` and `resume` do.
 */
export class Outbox {
  private readonly open = new Map<string, { outgoing: Outgoing; delivered: Set<number>; at: number }>();
  /** ids by lane, in the order in which they were decided */
  private readonly heldBack = new Map<string, string[]>();
  private readonly channel: Carriage;

  constructor(
    /** null: nothing is pushed, everything lies in a mailbox */
    contract: PushContract | null,
    clock: Clock,
    /** null: it cannot be pushed, for want of an address */
    private readonly address: (outgoing: Outgoing) => Address | null,
    private readonly onDelivered: (delivered: Delivered) => void,
    onAttempt: (attempt: Attempt) => void = () => undefined,
    /** it was not delivered in time and never will be */
    onExpired: (id: string) => void = () => undefined,
  ) {
    const tell = (attempt: Attempt): void => {
      onAttempt(attempt);
      const { push, status, millis } = attempt;
      if (status === null || status < 200 || status >= 300) return;
      this.onDelivered({ id: idOf(push), copy: Number(push.id.slice(push.id.lastIndexOf(COPY) + 1)), status, millis });
    };
    this.channel =
      contract === null ? new Mail(clock, tell) : new Channel(contract, tell, (push) => onExpired(idOf(push)), clock);
  }

  note(outgoing: Outgoing, at: number): void {
    this.open.set(outgoing.id, { outgoing, delivered: new Set(), at });
    const { id, lane, held } = outgoing;
    if (held) this.heldBack.set(lane, [...(this.heldBack.get(lane) ?? []), id]);
  }

  noteDelivered(id: string, copy: number): void {
    const entry = this.open.get(id);
    entry?.delivered.add(copy);
    if (entry && entry.delivered.size >= entry.outgoing.copies) this.open.delete(id);
  }

  /** It was fetched: what has not left yet stays here. */
  withdraw(id: string): void {
    this.open.delete(id);
  }

  send(id: string): void {
    const entry = this.open.get(id);
    if (!entry || entry.outgoing.held) return;
    const address = this.address(entry.outgoing);
    if (!address) return;
    const { lane, body, notBefore, copies } = entry.outgoing;
    const push = { lane, notBefore, ...address };
    for (let copy = 1; copy <= copies; copy += 1) {
      if (entry.delivered.has(copy)) continue;
      const bytes = copy > 1 ? (entry.outgoing.repeatedAs ?? body) : body;
      this.channel.add({ ...push, body: bytes, id: `${id}${COPY}${copy}` }, entry.at);
    }
  }

  /** Sends what a lane holds back. */
  release(lane: string, order: 'as-decided' | 'newest-first', window = Infinity): void {
    const ids = this.heldBack.get(lane) ?? [];
    this.heldBack.delete(lane);
    const ordered: string[] = [];
    for (let from = 0; from < ids.length; from += window === Infinity ? ids.length : window) {
      const some = ids.slice(from, window === Infinity ? undefined : from + window);
      ordered.push(...(order === 'newest-first' ? some.reverse() : some));
    }
    for (const id of ordered) {
      const entry = this.open.get(id);
      if (!entry) continue;
      entry.outgoing.held = false;
      this.send(id);
    }
  }

  /** After a restart: everything undelivered goes out again, in the order in which it was decided. */
  resume(): void {
    for (const id of this.open.keys()) this.send(id);
  }

  get backlog(): { waiting: number; blocked: boolean } {
    return this.channel.backlog;
  }

  /** What was decided and has not gone out, in the order in which it was decided. */
  get planned(): {
    id: string;
    lane: string;
    copiesLeft: number;
    held: boolean;
    notBefore: string;
    decidedAt: string;
  }[] {
    return [...this.open.values()].map(({ outgoing, delivered, at }) => ({
      id: outgoing.id,
      lane: outgoing.lane,
      copiesLeft: outgoing.copies - delivered.size,
      held: outgoing.held,
      notBefore: new Date(Math.max(outgoing.notBefore, at)).toISOString(),
      decidedAt: new Date(at).toISOString(),
    }));
  }

  block(until: number): void {
    this.channel.block(until);
  }

  clear(): void {
    this.open.clear();
    this.heldBack.clear();
    this.channel.clear();
  }

  close(): Promise<void> {
    return this.channel.close();
  }
}
