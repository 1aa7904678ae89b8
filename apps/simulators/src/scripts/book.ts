import { join } from 'node:path';
import { newId } from '@tidewaiter/kernel';
import { Ledger } from '../plumbing/ledger.js';
import { normalise, type FaceName, type Fault, type FaultKind, type KnownScript, type Script } from './scripts.js';

type Entry = { type: 'script'; script: KnownScript };

/** Which steps and faults of the scripts a face has used: kept by the face, in the same entry as the deed. */
export class Consumed {
  private readonly counts = new Map<string, number>();

  add(keys: readonly string[]): void {
    for (const key of keys) this.counts.set(key, this.count(key) + 1);
  }

  count(key: string): number {
    return this.counts.get(key) ?? 0;
  }
}

/** The scripts that were posted; a newer one for the same shipment replaces the older. */
export class ScriptBook {
  private readonly ledger: Ledger<Entry>;
  private readonly scripts = new Map<string, KnownScript>();

  constructor(folder: string) {
    this.ledger = new Ledger(join(folder, 'scripts.jsonl'));
    for (const { script } of this.ledger.entries) this.scripts.set(normalise(script.reference), script);
  }

  add(script: Script): KnownScript {
    const known = { ...script, id: newId() };
    this.ledger.append({ type: 'script', script: known });
    this.scripts.set(normalise(script.reference), known);
    return known;
  }

  all(): KnownScript[] {
    return [...this.scripts.values()];
  }

  private of(reference: string): KnownScript | undefined {
    return this.scripts.get(normalise(reference)) ?? this.scripts.get('*');
  }

  /** The next step that this face has not used for this shipment, with the key under which it is to be remembered. */
  nextStep<F extends FaceName>(
    face: F,
    reference: string,
    consumed: Consumed,
  ): { step: KnownScript[F][number]; key: string } | null {
    const script = this.of(reference);
    const steps: readonly KnownScript[F][number][] = script?.[face] ?? [];
    for (const [index, step] of steps.entries()) {
      // `*` serves every shipment its own copy of the steps
      const key = `${script!.id}/${face}/${index}/${normalise(reference)}`;
      if (consumed.count(key) === 0) return { step, key };
    }
    return null;
  }

  /** The first fault of the kind that is not used up, with the key under which its use is to be remembered. */
  fault<K extends FaultKind>(
    face: FaceName,
    kind: K,
    reference: string,
    consumed: Consumed,
  ): { fault: Extract<Fault, { kind: K }>; key: string } | null {
    const script = this.of(reference);
    for (const [index, fault] of (script?.faults ?? []).entries()) {
      if (fault.face !== face || fault.kind !== kind) continue;
      const key = `${script!.id}/fault/${index}/${normalise(reference)}`;
      const limit =
        'times' in fault && fault.kind !== 'duplicate' ? fault.times + ('nth' in fault ? fault.nth - 1 : 0) : Infinity;
      if (consumed.count(key) < limit) return { fault: fault as Extract<Fault, { kind: K }>, key };
    }
    return null;
  }

  /** Steps that nobody has reached yet. */
  unreached(consumedOf: Record<FaceName, Consumed | undefined>): { reference: string; face: FaceName; step: number }[] {
    return this.all().flatMap((script) =>
      (['authority', 'bank', 'carrier'] as const).flatMap((face) =>
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
  }

  close(): void {
    this.ledger.close();
  }
}
