import { Consumed, type ScriptBook } from '../scripts/book.js';
import type { ChannelName, FaceName, Fault, FaultKind } from '../scripts/faults.js';
import type { Clock } from './clock.js';
import { Ledger, ledgerFile, type Stamped } from './ledger.js';
import type { Outgoing } from './outbox.js';
import { delayOf, type Pace } from './pace.js';
import { Timers } from './timers.js';

export interface World {
  folder: string;
  pace: Pace;
  scripts: ScriptBook;
  clock: Clock;
  /** waits as the authorities publish them, instead of seconds */
  realTime: boolean;
  /** base of the subscriber's API; null: nothing is pushed */
  callbackUrl: string | null;
  /** draws what no script decides, the same for the same seed; null: everybody takes the usual course */
  seed: string | null;
}

/** Every entry names the steps and faults of scripts that it used up. */
export interface FaceEntry {
  type: string;
  used?: string[];
}

/** A fault that strikes a request before or after the deed; status null: the connection dies, maybe inside the answer. */
export interface Trouble {
  when: 'before' | 'after';
  status: number | null;
  within?: boolean;
}

/** A request that got no proper answer. */
export interface Broken {
  kind: 'broken';
  status: number | null;
  within?: boolean;
  afterwards?: () => void;
}

/** How pushes of one shipment are disturbed by its script. */
export interface Disturbance {
  copies: number;
  notBefore: number;
  held: boolean;
}

/**
 * A face: a ledger, what is folded from it, and acts planned for later. A deed is one entry, written before anybody hears of
 * it; `evolve` believes entries and has no effects, so that a restart is only the fold and `resume`.
 */
export abstract class Face<E extends FaceEntry> {
  protected readonly ledger: Ledger<E>;
  protected readonly timers: Timers;
  protected readonly clock: Clock;
  readonly consumed = new Consumed();
  private readonly silentUntil = new Map<string, number>();

  constructor(
    readonly name: FaceName,
    protected readonly world: World,
  ) {
    this.clock = world.clock;
    this.timers = new Timers(world.clock);
    this.ledger = new Ledger<E>(ledgerFile(world.folder, name), world.clock.now);
  }

  protected abstract evolve(entry: Stamped<E>): void;

  protected rebuild(): void {
    for (const entry of this.ledger.entries) this.believe(entry);
  }

  protected record(entry: E): Stamped<E> {
    const stamped = this.ledger.append(entry);
    this.believe(stamped);
    return stamped;
  }

  private believe(entry: Stamped<E>): void {
    if (entry.used) this.consumed.add(entry.used);
    this.evolve(entry);
  }

  protected delay(scripted: number | undefined, seed: string): number {
    return scripted ?? delayOf(this.world.pace, seed);
  }

  /**
   * Whether a fault strikes now.
   *
   * @param used gets the keys under which the ledger is to remember it
   */
  protected fault<K extends FaultKind>(
    kind: K,
    reference: string,
    used: string[],
    channel?: ChannelName,
  ): Extract<Fault, { kind: K }> | null {
    const struck = this.world.scripts.strike(this.name, kind, reference, this.consumed, used, channel);
    used.push(...struck.used);
    return struck.fault;
  }

  protected trouble(reference: string, used: string[], channel?: ChannelName): Trouble | null {
    const http = this.fault('http', reference, used, channel);
    if (http) return { when: http.acting, status: http.status };
    const cut = this.fault('cut', reference, used, channel);
    return cut && { when: cut.at === 'before' ? 'before' : 'after', status: null, within: cut.at === 'within' };
  }

  /** Whether the face cannot be reached now. */
  get isDown(): boolean {
    return this.world.scripts.downUntil(this.name) > this.clock.now();
  }

  /** Duplicates, delays, silence and disorder that the script asks for; silence counts from the first push it meets. */
  protected disturb(reference: string, used: string[], channel?: ChannelName): Disturbance {
    const now = this.clock.now();
    const silence = this.fault('silence', reference, used, channel);
    const key = `${reference}/${silence?.for ?? 0}`;
    if (silence && !this.silentUntil.has(key)) this.silentUntil.set(key, now + silence.for);
    const late = this.fault('late', reference, used, channel)?.by ?? 0;
    return {
      copies: this.fault('duplicate', reference, used, channel)?.copies ?? 1,
      notBefore: Math.max(
        now + late,
        silence ? this.silentUntil.get(key)! : 0,
        this.world.scripts.downUntil(this.name),
      ),
      held: this.fault('reorder', reference, used, channel) !== null,
    };
  }

  protected outgoing(
    push: Omit<Outgoing, keyof Disturbance>,
    reference: string,
    used: string[],
    channel?: ChannelName,
  ): Outgoing {
    return { ...push, ...this.disturb(reference, used, channel) };
  }

  /** Forgets everything. */
  reset(): void {
    this.timers.clear();
    this.silentUntil.clear();
    this.consumed.clear();
    this.ledger.clear();
  }

  async close(): Promise<void> {
    this.timers.close();
    this.ledger.close();
  }
}
