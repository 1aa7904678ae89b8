/** A fact on two clocks: when we learned it, and since when it is true. Instants, RFC 3339 in UTC, so that text order is time order. */
export interface PlaneFact {
  n: number;
  learned: string;
  true: string;
  /** the status that it sets */
  status: string;
}
export interface Plane {
  /** notches across: what we knew, oldest first */
  known: string[];
  /** notches up: what was so, oldest first */
  asOf: string[];
  /** `cells[asOf][known]`: the fact that gives the status there; null where nothing is true yet or nothing is known */
  cells: (PlaneFact | null)[][];
  statuses: string[];
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();

/** What held at each moment of both clocks: of the facts known by then and true by then, the one that became true last. */
export function timePlane(facts: readonly PlaneFact[]): Plane {
  const known = distinct(facts.map((fact) => fact.learned));
  const asOf = distinct(facts.map((fact) => fact.true));
  return {
    known,
    asOf,
    cells: asOf.map((so) => known.map((knew) => factAt(facts, knew, so))),
    statuses: [...new Set(facts.map(({ status }) => status))],
  };
}

export const factAt = (facts: readonly PlaneFact[], known: string, asOf: string): PlaneFact | null =>
  facts
    .filter((fact) => fact.learned <= known && fact.true <= asOf)
    .reduce<PlaneFact | null>(
      (best, fact) =>
        best === null || fact.true > best.true || (fact.true === best.true && fact.learned >= best.learned)
          ? fact
          : best,
      null,
    );

/** Index of the last notch at or before an instant; -1 before the first. */
export const notchAt = (notches: readonly string[], instant: string): number =>
  notches.findLastIndex((notch) => notch <= instant);
