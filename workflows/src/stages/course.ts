import type { Fact } from '@tidewaiter/contracts';

interface Decided {
  agency: string;
  bill: string | null;
  lines: number[];
}

const text = (fact: Fact, name: string): string => {
  const value = fact.data[name];
  return typeof value === 'string' ? value : '';
};

/** The authority's own time of a fact; older facts do not carry it. */
export const timeOf = (fact: Fact): string => text(fact, 'authorityTime');

const decidedOf = ({ data }: Fact): Decided => ({
  agency: String(data['agency']),
  bill: typeof data['bill'] === 'string' ? data['bill'] : null,
  lines: (data['lines'] as number[] | undefined) ?? [],
});

/** A word about the whole entry covers every bill and line of it. */
function covers(lifted: Decided, placed: Decided): boolean {
  if (lifted.agency !== placed.agency) return false;
  if (lifted.bill === null && lifted.lines.length === 0) return true;
  if (placed.bill !== null) return lifted.bill === placed.bill;
  return placed.lines.length > 0 && placed.lines.every((line) => lifted.lines.includes(line));
}

const OWN = 'customs';

/** What stands between the goods and the gate, by the authority's own times, whatever the order in which it was heard. */
export class Course {
  private readonly placed: Fact[] = [];
  private readonly lifted: Fact[] = [];
  private released: Fact | null = null;
  private suspended: Fact | null = null;

  note(fact: Fact): void {
    const newer = (held: Fact | null): Fact => (held && timeOf(held) > timeOf(fact) ? held : fact);
    switch (fact.name) {
      case 'customs.HoldPlaced':
        this.placed.push(fact);
        break;
      case 'customs.HoldLifted':
        this.lifted.push(fact);
        break;
      case 'customs.GoodsReleased':
        this.released = newer(this.released);
        break;
      case 'customs.ReleaseSuspended':
        this.suspended = newer(this.suspended);
        break;
    }
  }

  /** Agencies whose holds stand: each ends by the agency itself, those of customs by its newer release too. */
  holders(): string[] {
    const standing = this.placed.filter((fact) => {
      const hold = decidedOf(fact);
      if (hold.agency === OWN && this.released && timeOf(this.released) >= timeOf(fact)) return false;
      return !this.lifted.some((lift) => timeOf(lift) >= timeOf(fact) && covers(decidedOf(lift), hold));
    });
    return [...new Set(standing.map((fact) => decidedOf(fact).agency))].sort();
  }

  /** The release under which the goods may go; null while there is none, it was recalled, or an agency holds them. */
  release(): Fact | null {
    if (!this.released) return null;
    if (this.suspended && timeOf(this.suspended) > timeOf(this.released)) return null;
    return this.holders().length === 0 ? this.released : null;
  }
}
