import { join } from 'node:path';
import { Consumed, type ScriptBook } from '../scripts/book.js';
import type { FaceName, Fault, FaultKind } from '../scripts/scripts.js';
import { Ledger, type Stamped } from './ledger.js';
import type { Outgoing } from './outbox.js';
import { delayOf, type Pace } from './pace.js';
import { Timers } from './timers.js';

export interface World {
  folder: string;
  pace: Pace;
  scripts: ScriptBook;
  /** waits as the authorities publish them, instead of seconds */
  realTime: boolean;
  /** base of the subscriber's API; null: nothing is pushed */
  callbackUrl: string | null;
}

/** Every entry names the steps and faults of scripts that it used up. */
export interface FaceEntry {
  type: string;
  used?: string[];
}

/** A fault that strikes a request before or after the deed; status null: the connection dies. */
export interface Trouble {
  when: 'before' | 'after';
  status: number | null;
  key: string;
}

/** A request that got no proper answer. */
export interface Broken {
  kind: 'broken';
  status: number | null;
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
  protected readonly timers = new Timers();
  readonly consumed = new Consumed();
  private readonly silentUntil = new Map<string, number>();

  constructor(
    readonly name: FaceName,
    protected readonly world: World,
  ) {
    this.ledger = new Ledger<E>(join(world.folder, `${name}.jsonl`));
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

  protected fault<K extends FaultKind>(
    kind: K,
    reference: string,
  ): { fault: Extract<Fault, { kind: K }>; key: string } | null {
    return this.world.scripts.fault(this.name, kind, reference, this.consumed);
  }

  protected trouble(reference: string): Trouble | null {
    const http = this.fault('http', reference);
    if (http) return { when: http.fault.acting, status: http.fault.status, key: http.key };
    const cut = this.fault('cut', reference);
    return cut && { when: cut.fault.at === 'before' ? 'before' : 'after', status: null, key: cut.key };
  }

  /** Duplicates, delays, silence and disorder that the script asks for; silence counts from the first push it meets. */
  protected disturb(reference: string): Disturbance {
    const now = Date.now();
    const silence = this.fault('silence', reference);
    if (silence && !this.silentUntil.has(silence.key)) this.silentUntil.set(silence.key, now + silence.fault.for);
    const late = this.fault('late', reference)?.fault.by ?? 0;
    return {
      copies: this.fault('duplicate', reference)?.fault.times ?? 1,
      notBefore: Math.max(now + late, silence ? this.silentUntil.get(silence.key)! : 0),
      held: this.fault('reorder', reference) !== null,
    };
  }

  protected outgoing(push: Omit<Outgoing, keyof Disturbance>, reference: string): Outgoing {
    return { ...push, ...this.disturb(reference) };
  }

  /** Forgets everything. */
  reset(): void {
    this.timers.clear();
    this.silentUntil.clear();
    this.ledger.clear();
  }

  async close(): Promise<void> {
    this.timers.close();
    this.ledger.close();
  }
}
