import { Channel, type Attempt, type PushContract } from './channel.js';

/** A message that a face has decided to push. */
export interface Outgoing {
  id: string;
  /** messages of one lane keep their order */
  lane: string;
  body: string;
  /** what the face needs to address it; secrets and addresses are added when it leaves, they may change over a restart */
  tags: Record<string, string>;
  /** how many times the same bytes go out */
  copies: number;
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

/**
 * What was decided and is not yet delivered. `note` and `noteDelivered` rebuild it from a ledger and touch no network;
 * `send` and `resume` do.
 */
export class Outbox {
  private readonly open = new Map<string, { outgoing: Outgoing; delivered: Set<number>; at: number }>();
  /** ids by lane, in the order in which they were decided */
  private readonly heldBack = new Map<string, string[]>();
  private readonly channel: Channel;

  constructor(
    contract: PushContract,
    /** null: it cannot be pushed, for want of an address */
    private readonly address: (outgoing: Outgoing) => Address | null,
    private readonly onDelivered: (delivered: Delivered) => void,
    onAttempt: (attempt: Attempt) => void = () => undefined,
  ) {
    this.channel = new Channel(contract, (attempt) => {
      onAttempt(attempt);
      const { push, status, millis } = attempt;
      if (status === null || status < 200 || status >= 300) return;
      const split = push.id.lastIndexOf(COPY);
      this.onDelivered({ id: push.id.slice(0, split), copy: Number(push.id.slice(split + 1)), status, millis });
    });
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
    const push = { lane, body, notBefore, ...address };
    for (let copy = 1; copy <= copies; copy += 1) {
      if (!entry.delivered.has(copy)) this.channel.add({ ...push, id: `${id}${COPY}${copy}` }, entry.at);
    }
  }

  /** Sends what a lane holds back. */
  release(lane: string, order: 'as-decided' | 'newest-first'): void {
    const ids = this.heldBack.get(lane) ?? [];
    this.heldBack.delete(lane);
    for (const id of order === 'newest-first' ? ids.reverse() : ids) {
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

  clear(): void {
    this.open.clear();
    this.heldBack.clear();
    this.channel.clear();
  }

  close(): Promise<void> {
    return this.channel.close();
  }
}
