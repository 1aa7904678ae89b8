import { newId } from '@tidewaiter/kernel';
import { drawn } from '../plumbing/digest.js';
import { Ledger, ledgerFile, type Stamped } from '../plumbing/ledger.js';
import { FACE_NAMES, type ChannelName, type FaceName, type Fault, type FaultKind } from './faults.js';
import { normalise, type AuthorityStep, type KnownScript, type Script } from './scripts.js';

interface PostedFaults {
  id: string;
  reference: string;
  faults: Fault[];
}

type Entry = { type: 'script'; script: KnownScript } | { type: 'faults'; posted: PostedFaults };

/** Which steps and faults of the scripts a face has used: kept by the face, in the same entry as the deed. */
export class Consumed {
  private readonly counts = new Map<string, number>();

  add(keys: readonly string[]): void {
    for (const key of keys) this.counts.set(key, this.count(key) + 1);
  }

  count(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  clear(): void {
    this.counts.clear();
  }
}

interface Aimed {
  fault: Fault;
  /** begins the key under which its strikes are remembered */
  id: string;
  index: number;
}

/** The scripts that were posted, a newer one for the same shipment in the place of the older, and faults posted by themselves. */
export class ScriptBook {
  private readonly ledger: Ledger<Entry>;
  private readonly scripts = new Map<string, KnownScript>();
  private readonly posted: PostedFaults[] = [];
  private readonly down = new Map<FaceName, number>();

  constructor(
    folder: string,
    now: () => number = Date.now,
    private readonly seed: string = '',
  ) {
    this.ledger = new Ledger(ledgerFile(folder, 'scripts'), now);
    for (const entry of this.ledger.entries) this.believe(entry);
  }

  private believe(entry: Stamped<Entry>): void {
    if (entry.type === 'script') this.scripts.set(normalise(entry.script.reference), entry.script);
    else this.posted.push(entry.posted);
    for (const fault of entry.type === 'script' ? entry.script.faults : entry.posted.faults) {
      if (fault.kind !== 'down') continue;
      this.down.set(fault.face, Math.max(this.downUntil(fault.face), Date.parse(entry.at) + fault.for));
    }
  }

  add(script: Script): KnownScript {
    const known = { ...script, id: newId() };
    this.believe(this.ledger.append({ type: 'script', script: known }));
    return known;
  }

  addFaults(given: { reference: string; faults: Fault[] }): PostedFaults {
    const posted = { ...given, id: newId() };
    this.believe(this.ledger.append({ type: 'faults', posted }));
    return posted;
  }

  all(): KnownScript[] {
    return [...this.scripts.values()];
  }

  allFaults(): PostedFaults[] {
    return [...this.posted];
  }

  /** epoch milliseconds until which a face cannot be reached; 0: it never was down */
  downUntil(face: FaceName): number {
    return this.down.get(face) ?? 0;
  }

  /** Whether a script was posted for this very shipment. */
  has = (reference: string): boolean => this.scripts.has(normalise(reference));

  private of(reference: string): KnownScript | undefined {
    return this.scripts.get(normalise(reference)) ?? this.scripts.get('*');
  }

  /** The next step that this face has not used for this shipment, with the key under which it is to be remembered. */
  nextStep<F extends FaceName>(
    face: F,
    reference: string,
    consumed: Consumed,
    fits: (step: KnownScript[F][number]) => boolean = () => true,
  ): { step: KnownScript[F][number]; key: string } | null {
    const script = this.of(reference);
    const steps: readonly KnownScript[F][number][] = script?.[face] ?? [];
    for (const [index, step] of steps.entries()) {
      // `*` serves every shipment its own copy of the steps
      const key = `${script!.id}/${face}/${index}/${normalise(reference)}`;
      if (consumed.count(key) === 0 && fits(step)) return { step, key };
    }
    return null;
  }

  /** The authority's next step for an occasion, as far as version, attempt and channel fit. */
  nextAuthorityStep(
    occasion: { on: AuthorityStep['on']; version: number; attempt: number; channel: ChannelName },
    reference: string,
    consumed: Consumed,
  ): { step: AuthorityStep; key: string } | null {
    return this.nextStep(
      'authority',
      reference,
      consumed,
      ({ on, version, attempt, channel }) =>
        on === occasion.on &&
        (version === undefined || version === occasion.version) &&
        (attempt === undefined || attempt === occasion.attempt) &&
        (channel === undefined || channel === occasion.channel),
    );
  }

  private aimedAt(reference: string): Aimed[] {
    const script = this.of(reference);
    const wanted = normalise(reference);
    const own = (script?.faults ?? []).map((fault, index) => ({ fault, id: script!.id, index }));
    const beside = this.posted
      .filter((each) => each.reference === '*' || normalise(each.reference) === wanted)
      .flatMap(({ id, faults }) => faults.map((fault, index) => ({ fault, id, index })));
    return [...own, ...beside];
  }

  /**
   * The first fault of the kind that strikes on this occasion.
   *
   * @param pending keys that the entry being made has used already
   * @returns with the keys under which the occasion and the strike are to be remembered
   */
  strike<K extends FaultKind>(
    face: FaceName,
    kind: K,
    reference: string,
    consumed: Consumed,
    pending: readonly string[] = [],
    channel?: ChannelName,
  ): { fault: Extract<Fault, { kind: K }> | null; used: string[] } {
    const used: string[] = [];
    for (const { fault, id, index } of this.aimedAt(reference)) {
      if (fault.kind !== kind || fault.face !== face) continue;
      if (fault.channel !== null && channel !== undefined && fault.channel !== channel) continue;
      const key = `${id}/fault/${index}/${kind}/${normalise(reference)}`;
      const seen = `${key}?`;
      const counted = (of: string): number => consumed.count(of) + pending.filter((each) => each === of).length;
      if (fault.times !== null && counted(key) >= fault.times) continue;
      const occasion = counted(seen) + 1;
      if (fault.nth > 1 || fault.rate !== null) used.push(seen);
      if (occasion < fault.nth) continue;
      if (fault.rate !== null && drawn(`${this.seed}/${key}/${occasion}`, 1_000_000) >= fault.rate * 1_000_000)
        continue;
      // What strikes every time needs no count.
      if (fault.times !== null) used.push(key);
      return { fault: fault as Extract<Fault, { kind: K }>, used };
    }
    return { fault: null, used };
  }

  /** Steps that nobody has reached yet. */
  unreached(consumedOf: Record<FaceName, Consumed | undefined>): { reference: string; face: FaceName; step: number }[] {
    return this.all().flatMap((script) =>
      FACE_NAMES.flatMap((face) =>
        script[face].flatMap((_, index) =>
          (consumedOf[face]?.count(`${script.id}/${face}/${index}/${normalise(script.reference)}`) ?? 0) > 0
            ? []
            : [{ reference: script.reference, face, step: index + 1 }],
        ),
      ),
    );
  }

  clear(): void {
    this.ledger.clear();
    this.scripts.clear();
    this.posted.length = 0;
    this.down.clear();
  }

  close(): void {
    this.ledger.close();
  }
}
